//! A transaction: the one way to the database. Synchronous; it knows values and SQL, no row types. Everything above it
//! speaks the SQL that SQLite and PostgreSQL both take; which of them is behind it shows nowhere else.

use super::check::Problem;
use super::postgres::PgTransaction;
use super::{StoreError, postgres, sqlite};
use crate::domain::row::Value;

/// An open transaction. Dropped without `commit` it is rolled back. After an error it is over: hand the error up.
pub struct Tx<'c> {
    driver: Driver<'c>,
    database: &'c str,
}

enum Driver<'c> {
    Sqlite(rusqlite::Transaction<'c>),
    Postgres(PgTransaction<'c>),
}

/// What was asked.
#[must_use = "the answer is fetched with `Tx::answer`"]
pub(super) enum Asked {
    Answered(Vec<Vec<Value>>),
    /// The number of the question.
    Sent(usize),
}

impl<'c> Tx<'c> {
    pub(super) fn sqlite(transaction: rusqlite::Transaction<'c>, database: &'c str) -> Self {
        Tx { driver: Driver::Sqlite(transaction), database }
    }

    pub(super) fn postgres(transaction: PgTransaction<'c>, database: &'c str) -> Self {
        Tx { driver: Driver::Postgres(transaction), database }
    }

    /// The rows that a statement gives. Parameters are `$1`, `$2` …, first used in this order.
    pub fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        match &mut self.driver {
            Driver::Sqlite(tx) => sqlite::query(tx, sql, parameters).map_err(|error| self.failed(error, sql)),
            Driver::Postgres(tx) => tx.query(sql, parameters),
        }
    }

    /// Asks for the rows that a statement gives; the answer is fetched by [`Tx::answer`]. Several questions that are asked
    /// before the first answer is fetched cost one way to a server. `keys`: where `IN {KEYS}` stands in the statement, after
    /// the last of its parameters, the rows of any of these, in no order.
    pub(super) fn ask(&mut self, sql: &str, parameters: &[Value], keys: Option<&[i64]>) -> Result<Asked, StoreError> {
        if keys.is_some_and(<[i64]>::is_empty) {
            return Ok(Asked::Answered(Vec::new()));
        }
        match &mut self.driver {
            Driver::Sqlite(tx) => match keys {
                Some(keys) => sqlite::query_keys(tx, sql, parameters, keys),
                None => sqlite::query(tx, sql, parameters),
            }
            .map(Asked::Answered)
            .map_err(|error| self.failed(error, sql)),
            Driver::Postgres(tx) => tx.ask(sql, parameters, keys).map(Asked::Sent),
        }
    }

    /// The answer to what was asked in this transaction.
    pub(super) fn answer(&mut self, asked: Asked) -> Result<Vec<Vec<Value>>, StoreError> {
        match (asked, &mut self.driver) {
            (Asked::Sent(question), Driver::Postgres(tx)) => tx.answer(question),
            (Asked::Answered(rows), _) => Ok(rows),
            (Asked::Sent(_), Driver::Sqlite(_)) => Err(self.mistaken("it was asked of another database")),
        }
    }

    /// Carries a statement out; the number of rows that it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        match &mut self.driver {
            Driver::Sqlite(tx) => sqlite::execute(tx, sql, parameters).map_err(|error| self.failed(error, sql)),
            Driver::Postgres(tx) => tx.execute(sql, parameters),
        }
    }

    /// Carries a statement out once for each of `rows`. One that adds rows, `INSERT INTO … VALUES ($1, …)`, may be carried
    /// out for several at once: no two may have the same key where it says what to do about that. A failure may be told
    /// later: by what is asked next, or by the commit.
    pub fn execute_many(&mut self, sql: &str, rows: impl IntoIterator<Item = Vec<Value>>) -> Result<(), StoreError> {
        let mut rows = rows.into_iter().peekable();
        if rows.peek().is_none() {
            return Ok(());
        }
        match &mut self.driver {
            Driver::Sqlite(tx) => sqlite::execute_many(tx, sql, rows).map_err(|error| self.failed(error, sql)),
            Driver::Postgres(tx) => tx.execute_many(sql, rows),
        }
    }

    /// Carries out several statements without parameters: a schema.
    pub(super) fn execute_batch(&mut self, sql: &str) -> Result<(), StoreError> {
        match &mut self.driver {
            Driver::Sqlite(tx) => tx.execute_batch(sql).map_err(|error| self.failed(error, sql)),
            Driver::Postgres(tx) => tx.execute_batch(sql),
        }
    }

    /// What is wrong with how the database is stored.
    pub(super) fn integrity(&mut self) -> Result<Vec<Problem>, StoreError> {
        match self.driver {
            Driver::Sqlite(_) => sqlite::check::integrity(self),
            Driver::Postgres(_) => postgres::check::integrity(self),
        }
    }

    /// How the schema differs from that of this version.
    pub(super) fn schema(&mut self) -> Result<Vec<Problem>, StoreError> {
        match self.driver {
            Driver::Sqlite(_) => sqlite::check::schema(self),
            Driver::Postgres(_) => postgres::check::schema(self),
        }
    }

    /// Names of all tables.
    pub(super) fn table_names(&mut self) -> Result<Vec<String>, StoreError> {
        match self.driver {
            Driver::Sqlite(_) => sqlite::check::table_names(self),
            Driver::Postgres(_) => postgres::check::table_names(self),
        }
    }

    /// Makes everything durable.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        match self.driver {
            Driver::Sqlite(tx) => tx.commit().map_err(|error| StoreError::from_sqlite(error, self.database, "commit")),
            Driver::Postgres(tx) => tx.commit(),
        }
    }

    /// The error for a row that does not say what it should.
    pub(crate) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Corrupt { database: self.database.to_owned(), what: what.into() }
    }

    /// The error for a caller's mistake.
    pub(super) fn mistaken(&self, what: impl Into<String>) -> StoreError {
        StoreError::Other { database: self.database.to_owned(), what: what.into() }
    }

    /// The error for a database that was to be empty.
    pub(super) fn not_empty(&self) -> StoreError {
        StoreError::NotEmpty { database: self.database.to_owned() }
    }

    fn failed(&self, error: rusqlite::Error, sql: &str) -> StoreError {
        StoreError::from_sqlite(error, self.database, sql)
    }
}
