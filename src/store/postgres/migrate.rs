//! The same steps as SQLite takes, in PostgreSQL's words. Which were taken stands in a table, which also says whose the
//! database is.

use std::cell::Cell;

use super::connection::Connection;
use super::transaction::{Mode, PgTransaction};
use crate::domain::row::Value;
use crate::store::migrate::{REFERENCES, STEPS, refuse_newer};
use crate::store::tx::Tx;
use crate::store::{StoreError, keys};

/// Takes the steps that are still to take, each in a transaction of its own. Refuses what is not ours, is too new, or, where
/// it must not be, is empty, without having changed anything.
pub(super) fn migrate(connection: &mut Connection, database: &str, may_be_empty: bool) -> Result<(), StoreError> {
    while migrate_once(connection, database, may_be_empty)? {}
    Ok(())
}

/// Takes the next step, if there is one.
fn migrate_once(connection: &mut Connection, database: &str, may_be_empty: bool) -> Result<bool, StoreError> {
    let trouble = Cell::new(None);
    let mut tx = Tx::postgres(PgTransaction::begin(connection, database, Mode::Schema, &trouble)?, database);
    let version = version(&mut tx, database)?;
    refuse_newer(version, database)?;
    if version == 0 && !may_be_empty {
        return Err(StoreError::Missing { database: database.to_owned() });
    }
    let Some(step) = usize::try_from(version).ok().and_then(|done| STEPS.get(done)) else { return Ok(false) };
    if version == 0 {
        tx.execute_batch(
            "CREATE TABLE ticketd_schema (version BIGINT NOT NULL); INSERT INTO ticketd_schema VALUES (0)",
        )?;
    }
    tx.execute_batch(&for_postgres(step))?;
    if version == 0 {
        keys::create(&mut tx)?;
    }
    tx.execute("UPDATE ticketd_schema SET version = $1", &[Value::Integer(version + 1)])?;
    tx.commit()?;
    Ok(true)
}

/// How many steps were taken. What others have put there is left alone.
fn version(tx: &mut Tx<'_>, database: &str) -> Result<i64, StoreError> {
    let tables = tx.query("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()", &[])?.concat();
    if tables.is_empty() {
        return Ok(0);
    }
    if !tables.contains(&Value::Text("ticketd_schema".to_owned())) {
        let what = "another program keeps its tables in it".to_owned();
        return Err(StoreError::NotADatabase { database: database.to_owned(), what });
    }
    match tx.query("SELECT version FROM ticketd_schema", &[])?.concat().first() {
        Some(Value::Integer(version)) => Ok(*version),
        _ => Err(tx.damaged("the table ticketd_schema is empty")),
    }
}

/// Takes the foreign keys away that earlier versions made.
const UNTIE: &str = "DO $$ DECLARE it record; BEGIN FOR it IN SELECT conrelid::regclass AS child, conname \
     FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace \
     LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.child, it.conname); END LOOP; END $$;";

/// A step in PostgreSQL's words. Text is compared byte by byte, as SQLite does, whatever the database's language is. What
/// names what is not said: see `0009.sql`.
pub(super) fn for_postgres(step: &str) -> String {
    let lines = step.lines().filter(|line| !line.starts_with("--")).map(|line| match line.split_once(REFERENCES) {
        Some((column, named)) => format!("{column}{}\n", if named.ends_with(',') { "," } else { "" }),
        None => format!("{line}\n"),
    });
    lines
        .collect::<String>()
        .replace("{UNTIED event (seq)}", "")
        .replace("{UNTIED}", UNTIE)
        .replace("{INTEGER}", "BIGINT")
        .replace("{BLOB}", "BYTEA")
        .replace(" {ROWS}", "")
        .replace(" {LINKS}", "")
        .replace(" TEXT", " TEXT COLLATE \"C\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_put_in_postgresqls_words() {
        let step = "-- What for.\nCREATE TABLE a (\n    id {INTEGER} PRIMARY KEY NOT NULL,\n    b {INTEGER} NOT NULL REFERENCES b (id),\n    c {BLOB} REFERENCES c (d)\n) {ROWS};\nCREATE TABLE b (\n    id TEXT NOT NULL\n) {LINKS};";
        let expected = "CREATE TABLE a (\n    id BIGINT PRIMARY KEY NOT NULL,\n    b BIGINT NOT NULL,\n    c BYTEA\n);\nCREATE TABLE b (\n    id TEXT COLLATE \"C\" NOT NULL\n);\n";
        assert_eq!(for_postgres(step), expected);
    }
}
