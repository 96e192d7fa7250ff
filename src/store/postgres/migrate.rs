//! The same steps as SQLite takes, in PostgreSQL's words. Which were taken stands in a table, which also says whose the
//! database is.

use std::cell::Cell;

use super::connection::Connection;
use super::transaction::{Mode, PgTransaction};
use crate::domain::row::Value;
use crate::store::migrate::{STEPS, refuse_newer};
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

const UNTIE: &str = "DO $$ DECLARE it record; BEGIN FOR it IN SELECT conrelid::regclass AS child, conname \
     FROM pg_constraint WHERE contype = 'f' AND confrelid = 'event'::regclass \
     LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', it.child, it.conname); END LOOP; END $$;";

/// A step in PostgreSQL's words. Text is compared byte by byte, as SQLite does, whatever the database's language is. A
/// table may name one that is made after it: foreign keys come last.
pub(super) fn for_postgres(step: &str) -> String {
    let (mut statements, mut foreign_keys, mut table) = (String::new(), String::new(), "");
    for line in step.lines().filter(|line| !line.starts_with("--")) {
        if let Some(name) = line.strip_prefix("CREATE TABLE ") {
            table = name.split(' ').next().unwrap_or_default();
        }
        match line.split_once(" REFERENCES ") {
            Some((column, rest)) => {
                let name = column.split_whitespace().next().unwrap_or_default();
                let (target, comma) = rest.strip_suffix(',').map_or((rest, ""), |target| (target, ","));
                statements.push_str(&format!("{column}{comma}\n"));
                foreign_keys.push_str(&format!("ALTER TABLE {table} ADD FOREIGN KEY ({name}) REFERENCES {target};\n"));
            }
            None => statements.push_str(&format!("{line}\n")),
        }
    }
    let statements = statements
        .replace("{UNTIED event (seq)}", UNTIE)
        .replace("{INTEGER}", "BIGINT")
        .replace("{BLOB}", "BYTEA")
        .replace(" {ROWS}", "")
        .replace(" {LINKS}", "")
        .replace(" TEXT", " TEXT COLLATE \"C\"");
    statements + &foreign_keys
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_put_in_postgresqls_words() {
        let step = "-- What for.\nCREATE TABLE a (\n    id {INTEGER} PRIMARY KEY NOT NULL,\n    b {INTEGER} NOT NULL REFERENCES b (id),\n    c {BLOB} REFERENCES c (d)\n) {ROWS};\nCREATE TABLE b (\n    id TEXT NOT NULL\n) {LINKS};";
        let expected = "CREATE TABLE a (\n    id BIGINT PRIMARY KEY NOT NULL,\n    b BIGINT NOT NULL,\n    c BYTEA\n);\nCREATE TABLE b (\n    id TEXT COLLATE \"C\" NOT NULL\n);\nALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b (id);\nALTER TABLE a ADD FOREIGN KEY (c) REFERENCES c (d);\n";
        assert_eq!(for_postgres(step), expected);
    }
}
