//! A transaction on a connection.

use std::cell::Cell;

use tokio_postgres::types::Type;
use tokio_postgres::{Error, SimpleQueryMessage, Statement};

use super::connection::{Connection, wait};
use super::errors::{Trouble, store_error};
use super::pipeline::{Failed, Pipeline};
use super::values::{Owned, Parameter, column, owned, parameter, values};
use crate::domain::row::Value;
use crate::store::StoreError;

/// Rows that are sent in one statement at most, and bytes after which no more are.
const TOGETHER: usize = 1000;
const TOGETHER_BYTES: usize = 4 * 1024 * 1024;

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    Read,
    Write,
    /// As `Write`; the commit does not wait for the disk.
    WriteUnsynced,
    /// The schema is looked at and brought up to date.
    Schema,
}

impl Mode {
    /// How it begins. Writers take turns: the lock is asked for before anything is looked at, so that what is seen then (at
    /// REPEATABLE READ, of the moment of the first look) is what the writer before left. That is as good as SERIALIZABLE
    /// among ourselves, without its bookkeeping. The lock is on a table that nothing else touches: readers, and the server's
    /// cleaning up, are not in its way. The transaction's id is what its commit can be asked for by, should the answer get
    /// lost.
    fn begin(self) -> &'static str {
        match self {
            Mode::Read => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
            Mode::Write => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; LOCK TABLE ticketd_schema IN EXCLUSIVE MODE; \
                 SELECT pg_current_xact_id()"
            }
            Mode::WriteUnsynced => {
                "BEGIN ISOLATION LEVEL REPEATABLE READ READ WRITE; SET LOCAL synchronous_commit = off; \
                 LOCK TABLE ticketd_schema IN EXCLUSIVE MODE; SELECT pg_current_xact_id()"
            }
            // `tktd`; there may be no table yet that could be locked.
            Mode::Schema => "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SELECT pg_advisory_xact_lock(1953199204)",
        }
    }

    /// Whether what it begins with tells its id.
    fn has_id(self) -> bool {
        matches!(self, Mode::Write | Mode::WriteUnsynced)
    }
}

/// An open transaction. Dropped without `commit` it is rolled back.
pub(in crate::store) struct PgTransaction<'c> {
    connection: &'c mut Connection,
    database: &'c str,
    /// Set where an error is none of the work's.
    trouble: &'c Cell<Option<Trouble>>,
    id: Option<String>,
    state: State,
    pipeline: Pipeline,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Open,
    /// A statement failed: a commit would roll back, and call that a success.
    Failed,
    Over,
}

impl<'c> PgTransaction<'c> {
    pub(super) fn begin(
        connection: &'c mut Connection,
        database: &'c str,
        mode: Mode,
        trouble: &'c Cell<Option<Trouble>>,
    ) -> Result<Self, StoreError> {
        let pipeline = Pipeline::default();
        let mut tx = PgTransaction { connection, database, trouble, id: None, state: State::Open, pipeline };
        let said = wait(tx.connection.client.simple_query(mode.begin()));
        let said = tx.answered(said, "begin")?;
        tx.id = said.iter().filter(|_| mode.has_id()).find_map(|message| match message {
            SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
            _ => None,
        });
        Ok(tx)
    }

    /// Names the transaction for [`PgTransaction::status_of`]; only that of a writer has an id.
    pub(super) fn id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// What became of the transaction of that id: `committed`, `aborted`, `in progress`, or `None` where nobody knows any
    /// more.
    pub(super) fn status_of(&mut self, id: &str) -> Result<Option<String>, StoreError> {
        let rows = self.query("SELECT pg_xact_status($1::text::xid8)", &[Value::Text(id.to_owned())])?;
        Ok(match rows.into_iter().flatten().next() {
            Some(Value::Text(status)) => Some(status),
            _ => None,
        })
    }

    pub(in crate::store) fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        let question = self.ask(sql, parameters, None)?;
        self.answer(question)
    }

    /// Sends a question without waiting; gives the number by which its answer is fetched. `keys`: for `IN {KEYS}`, however
    /// many: an array is one parameter.
    pub(in crate::store) fn ask(
        &mut self,
        sql: &str,
        given: &[Value],
        keys: Option<&[i64]>,
    ) -> Result<usize, StoreError> {
        let sql = sql.replace("IN {KEYS}", &format!("= ANY(${})", given.len() + 1));
        let (client, statement) = (self.connection.client.clone(), self.prepare(&sql)?);
        let mut parameters: Vec<Owned> =
            given.iter().cloned().zip(statement.params()).map(|(value, r#type)| owned(value, r#type)).collect();
        parameters.extend(keys.map(|keys| Box::new(keys.to_vec()) as Owned));
        let bytes = given.iter().map(weight).sum::<usize>() + keys.map_or(0, size_of_val);
        let rows = async move {
            let parameters: Vec<Parameter<'_>> =
                parameters.iter().map(|value| value.as_ref() as Parameter<'_>).collect();
            client.query(&statement, &parameters).await
        };
        self.pipeline.ask(&sql, bytes, rows).map_err(|failed| self.failed(&failed))
    }

    /// The answer to a question.
    pub(in crate::store) fn answer(&mut self, question: usize) -> Result<Vec<Vec<Value>>, StoreError> {
        let rows = self.pipeline.answer(question).map_err(|failed| self.failed(&failed))?;
        let rows: Result<_, Error> = rows.iter().map(values).collect();
        self.answered(rows, "reading a row")
    }

    pub(in crate::store) fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        self.settle()?;
        let answer = self.try_execute(sql, parameters);
        let changed = self.answered(answer, sql)?;
        Ok(usize::try_from(changed).unwrap_or(usize::MAX))
    }

    /// Rows that are added travel together, a column an array. Whatever it is, it is sent and not waited for: a failure is
    /// told by what is asked next, or by the commit.
    pub(in crate::store) fn execute_many(
        &mut self,
        sql: &str,
        rows: impl Iterator<Item = Vec<Value>>,
    ) -> Result<(), StoreError> {
        let types = self.prepare(sql)?.params().to_vec();
        let Some(together) = together(sql, &types) else {
            for row in rows {
                let bytes = row.iter().map(weight).sum();
                let parameters = row.into_iter().zip(&types).map(|(value, r#type)| owned(value, r#type)).collect();
                self.send(sql, bytes, parameters)?;
            }
            return Ok(());
        };
        let (mut chunk, mut bytes) = (Vec::new(), 0);
        for row in rows {
            bytes += row.iter().map(weight).sum::<usize>();
            chunk.push(row);
            if chunk.len() >= TOGETHER || bytes >= TOGETHER_BYTES {
                self.add(&together, &types, std::mem::take(&mut chunk), bytes)?;
                bytes = 0;
            }
        }
        if chunk.is_empty() { Ok(()) } else { self.add(&together, &types, chunk, bytes) }
    }

    pub(in crate::store) fn execute_batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.settle()?;
        let answer = wait(self.connection.client.batch_execute(sql));
        self.answered(answer, sql)
    }

    pub(in crate::store) fn commit(mut self) -> Result<(), StoreError> {
        if self.state == State::Failed {
            return Err(self.mistaken("a statement failed, and the transaction was to be committed all the same"));
        }
        let client = self.connection.client.clone();
        let done = async move { client.batch_execute("COMMIT").await.map(|()| 0) };
        let sent = self.pipeline.send("commit", 0, done);
        self.state = State::Over;
        sent.and_then(|()| self.pipeline.settle()).map_err(|failed| self.failed(&failed))
    }

    /// Sends rows to be added.
    fn add(&mut self, sql: &str, types: &[Type], mut rows: Vec<Vec<Value>>, bytes: usize) -> Result<(), StoreError> {
        let columns = types.iter().enumerate().map(|(at, r#type)| column(&mut rows, at, r#type));
        let Some(parameters) = columns.collect::<Option<Vec<_>>>() else {
            self.state = State::Failed;
            return Err(self.mistaken(format!("a value is not of its column's type ({sql})")));
        };
        self.send(sql, bytes, parameters)
    }

    fn send(&mut self, sql: &str, bytes: usize, parameters: Vec<Owned>) -> Result<(), StoreError> {
        let (client, statement) = (self.connection.client.clone(), self.prepare(sql)?);
        let answer = async move { client.execute_raw(&statement, parameters).await };
        self.pipeline.send(sql, bytes, answer).map_err(|failed| self.failed(&failed))
    }

    fn prepare(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if !self.connection.is_prepared(sql) {
            self.settle()?;
        }
        match self.connection.prepare(sql) {
            Ok(statement) => Ok(statement),
            Err(error) => self.answered(Err(error), sql),
        }
    }

    /// Waits for the answers to all that was sent.
    fn settle(&mut self) -> Result<(), StoreError> {
        self.pipeline.settle().map_err(|failed| self.failed(&failed))
    }

    /// What a statement came to that was sent when all before it were answered.
    fn answered<T>(&mut self, answer: Result<T, Error>, sql: &str) -> Result<T, StoreError> {
        answer.map_err(|error| self.failed(&Failed { error, sql: sql.to_owned() }))
    }

    fn try_execute(&mut self, sql: &str, given: &[Value]) -> Result<u64, Error> {
        let statement = self.connection.prepare(sql)?;
        let parameters: Vec<Parameter<'_>> =
            given.iter().zip(statement.params()).map(|(value, r#type)| parameter(value, r#type)).collect();
        wait(self.connection.client.execute(&statement, &parameters))
    }

    fn failed(&mut self, failed: &Failed) -> StoreError {
        if self.state == State::Open {
            self.state = State::Failed;
        }
        if let Some(trouble) = Trouble::of(&failed.error) {
            self.trouble.set(Some(trouble));
        }
        store_error(&failed.error, self.database, &failed.sql)
    }

    fn mistaken(&self, what: impl Into<String>) -> StoreError {
        StoreError::Other { database: self.database.to_owned(), what: what.into() }
    }
}

impl Drop for PgTransaction<'_> {
    fn drop(&mut self) {
        if self.state != State::Over {
            // Nobody takes these answers any more.
            self.pipeline = Pipeline::default();
            // Where even that fails the connection is gone, and with it the transaction; its next user finds out.
            let _ = wait(self.connection.client.batch_execute("ROLLBACK"));
        }
    }
}

/// The same INSERT for any number of rows, each parameter an array. `None`: it is no such statement.
fn together(sql: &str, types: &[Type]) -> Option<String> {
    let names: Vec<String> = (1..=types.len()).map(|n| format!("${n}")).collect();
    let (head, tail) = sql.split_once(&format!("VALUES ({})", names.join(", ")))?;
    let arrays: Vec<String> =
        names.iter().zip(types).map(|(name, r#type)| format!("{name}::{}[]", r#type.name())).collect();
    Some(format!("{head}SELECT * FROM unnest({}){tail}", arrays.join(", ")))
}

fn weight(value: &Value) -> usize {
    match value {
        Value::Null | Value::Integer(_) => 8,
        Value::Text(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_added_together_where_a_statement_has_nothing_but_parameters() {
        let types = [Type::INT8, Type::TEXT];
        let sql = "INSERT INTO t (a, b) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        let expected = "INSERT INTO t (a, b) SELECT * FROM unnest($1::int8[], $2::text[]) ON CONFLICT DO NOTHING";
        assert_eq!(together(sql, &types).as_deref(), Some(expected));
        assert_eq!(together("INSERT INTO t (a, b, c) VALUES ($1, $2, 1)", &types), None);
        assert_eq!(together("DELETE FROM t WHERE a = $1 AND b = $2", &types), None);
    }
}
