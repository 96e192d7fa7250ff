//! A transaction: the one way to the database. Synchronous; it knows values and SQL, no row types. Everything above it
//! speaks the SQL that SQLite and PostgreSQL both take, so that another driver can stand behind the same methods.

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, ToSql, Transaction};

use super::StoreError;
use crate::domain::row::Value;

/// An open transaction. Dropped without `commit` it is rolled back. After an error it is over: hand the error up.
pub struct Tx<'c> {
    driver: Transaction<'c>,
    database: &'c str,
}

impl<'c> Tx<'c> {
    pub(super) fn new(driver: Transaction<'c>, database: &'c str) -> Self {
        Tx { driver, database }
    }

    /// The rows that a statement gives. Parameters are `$1`, `$2` …, first used in this order.
    pub fn query(&mut self, sql: &str, parameters: &[Value]) -> Result<Vec<Vec<Value>>, StoreError> {
        self.try_query(sql, parameters).map_err(|error| self.failed(error, sql))
    }

    /// Carries a statement out; the number of rows that it changed.
    pub fn execute(&mut self, sql: &str, parameters: &[Value]) -> Result<usize, StoreError> {
        let run = |tx: &Self| {
            let mut statement = tx.driver.prepare_cached(sql)?;
            bind(&mut statement, parameters)?;
            statement.raw_execute()
        };
        run(self).map_err(|error| self.failed(error, sql))
    }

    /// Carries a statement out once for each of `rows`.
    pub fn execute_many(&mut self, sql: &str, rows: impl IntoIterator<Item = Vec<Value>>) -> Result<(), StoreError> {
        let run = |tx: &Self| {
            let mut rows = rows.into_iter().peekable();
            if rows.peek().is_none() {
                return Ok(());
            }
            let mut statement = tx.driver.prepare_cached(sql)?;
            for row in rows {
                bind(&mut statement, &row)?;
                statement.raw_execute()?;
            }
            Ok(())
        };
        run(self).map_err(|error| self.failed(error, sql))
    }

    /// Carries out several statements without parameters: a schema.
    pub(super) fn execute_batch(&mut self, sql: &str) -> Result<(), StoreError> {
        self.driver.execute_batch(sql).map_err(|error| self.failed(error, sql))
    }

    /// Makes everything durable.
    pub(super) fn commit(self) -> Result<(), StoreError> {
        self.driver.commit().map_err(|error| StoreError::from_sqlite(error, self.database, "commit"))
    }

    /// The error for a row that does not say what it should.
    pub(crate) fn damaged(&self, what: impl Into<String>) -> StoreError {
        StoreError::Corrupt { database: self.database.to_owned(), what: what.into() }
    }

    /// The error for a caller's mistake.
    pub(super) fn mistaken(&self, what: impl Into<String>) -> StoreError {
        StoreError::Other { database: self.database.to_owned(), what: what.into() }
    }

    fn failed(&self, error: rusqlite::Error, sql: &str) -> StoreError {
        StoreError::from_sqlite(error, self.database, sql)
    }

    fn try_query(&self, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Vec<Value>>> {
        let mut statement = self.driver.prepare_cached(sql)?;
        let width = statement.column_count();
        bind(&mut statement, parameters)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next()? {
            let mut values = Vec::with_capacity(width);
            for column in 0..width {
                values.push(value_of(row.get_ref(column)?)?);
            }
            found.push(values);
        }
        Ok(found)
    }
}

fn bind(statement: &mut CachedStatement<'_>, parameters: &[Value]) -> rusqlite::Result<()> {
    for (index, value) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(value))?;
    }
    Ok(())
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value_of(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        // No column holds one; an expression that gives one is a mistake that the row's type then names.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}
