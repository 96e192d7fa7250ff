//! The schema, in numbered steps that only go forward; how SQLite takes them.

use rusqlite::{Connection, TransactionBehavior};

use super::{StoreError, Tx, keys};

/// Each step's statements; step `n` leads to schema `n + 1`.
pub(super) const STEPS: [&str; 9] = [
    include_str!("migrations/0001.sql"),
    include_str!("migrations/0002.sql"),
    include_str!("migrations/0003.sql"),
    include_str!("migrations/0004.sql"),
    include_str!("migrations/0005.sql"),
    include_str!("migrations/0006.sql"),
    include_str!("migrations/0007.sql"),
    include_str!("migrations/0008.sql"),
    include_str!("migrations/0009.sql"),
];

/// Stands in the header of a SQLite file and says whose it is: `tktd`.
const APPLICATION: i64 = 0x746b_7464;

/// A column that names rows of another table by their key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reference {
    pub table: &'static str,
    pub column: &'static str,
    pub named: &'static str,
    pub key: &'static str,
}

/// What names what, as the steps write it: whether or not a driver has it checked at each row.
pub(super) fn references() -> Vec<Reference> {
    let mut table = "";
    let mut found = Vec::new();
    for line in STEPS.iter().flat_map(|step| step.lines()) {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            table = rest.split(' ').next().unwrap_or_default();
        }
        let Some((column, rest)) = line.split_once(REFERENCES) else { continue };
        let column = column.split_whitespace().next().unwrap_or_default();
        let Some((named, key)) = rest.trim_end_matches(',').trim_end_matches(')').split_once(" (") else { continue };
        found.push(Reference { table, column, named, key });
    }
    found
}

/// Stands in a column's line before what it names.
pub(super) const REFERENCES: &str = " REFERENCES ";

/// The schema that this program makes.
pub(super) fn newest() -> i64 {
    STEPS.len() as i64
}

/// Refuses what is not ours or too new, without having changed anything.
pub(super) fn check(connection: &Connection, database: &str) -> Result<(), StoreError> {
    let version = pragma(connection, database, "user_version")?;
    let application = pragma(connection, database, "application_id")?;
    let tables = number(connection, database, "SELECT count(*) FROM sqlite_schema")?;
    if application != APPLICATION && (application != 0 || version != 0 || tables != 0) {
        let what = "another program keeps its data in it".to_owned();
        return Err(StoreError::NotADatabase { database: database.to_owned(), what });
    }
    refuse_newer(version, database)
}

/// As [`check`], and refuses a file that nothing has been written to yet.
pub(super) fn check_filled(connection: &Connection, database: &str) -> Result<(), StoreError> {
    check(connection, database)?;
    match pragma(connection, database, "user_version")? {
        0 => Err(StoreError::NotADatabase { database: database.to_owned(), what: "the file is empty".to_owned() }),
        _ => Ok(()),
    }
}

/// Whether no step is left to take.
pub(super) fn is_current(connection: &Connection, database: &str) -> Result<bool, StoreError> {
    Ok(pragma(connection, database, "user_version")? == newest())
}

/// Takes the steps that are still to take, each in a transaction of its own.
pub(super) fn migrate(connection: &mut Connection, database: &str) -> Result<(), StoreError> {
    while migrate_once(connection, database)? {}
    Ok(())
}

/// Takes the next step, if there is one. The version is read inside: another process may just have taken it.
fn migrate_once(connection: &mut Connection, database: &str) -> Result<bool, StoreError> {
    let failed = |error| StoreError::from_sqlite(error, database, "migration");
    if is_current(connection, database)? {
        return Ok(false);
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
    let version = pragma(&transaction, database, "user_version")?;
    refuse_newer(version, database)?;
    let Some(step) = usize::try_from(version).ok().and_then(|done| STEPS.get(done)) else { return Ok(false) };
    let mut tx = Tx::sqlite(transaction, database);
    tx.execute_batch(&for_sqlite(step))?;
    if version == 0 {
        tx.execute_batch(&format!("PRAGMA application_id = {APPLICATION}"))?;
        keys::create(&mut tx)?;
    }
    tx.execute_batch(&format!("PRAGMA user_version = {}", version + 1))?;
    tx.commit()?;
    Ok(true)
}

/// Refuses a schema that this program does not know yet.
pub(super) fn refuse_newer(found: i64, database: &str) -> Result<(), StoreError> {
    let known = newest();
    match found > known {
        true => Err(StoreError::NewerDatabase { database: database.to_owned(), found, known }),
        false => Ok(()),
    }
}

/// The text of a table without some of its foreign keys is changed in place, as SQLite's makers describe it for constraints
/// (lang_altertable.html, 7); making the table anew would write every row. What is made and dropped then tells other
/// connections to read the schema again.
const UNTIE: &str = "PRAGMA writable_schema = ON; \
     UPDATE sqlite_schema SET sql = replace(sql, ' REFERENCES event (seq)', '') WHERE type = 'table'; \
     PRAGMA writable_schema = RESET; CREATE TABLE untied (one INTEGER); DROP TABLE untied;";

fn for_sqlite(step: &str) -> String {
    step.replace("{UNTIED event (seq)}", UNTIE)
        .replace("{UNTIED}", "")
        .replace("{INTEGER}", "INTEGER")
        .replace("{BLOB}", "BLOB")
        .replace("{ROWS}", "STRICT")
        .replace("{LINKS}", "STRICT, WITHOUT ROWID")
}

fn pragma(connection: &Connection, database: &str, name: &str) -> Result<i64, StoreError> {
    number(connection, database, &format!("PRAGMA {name}"))
}

fn number(connection: &Connection, database: &str, sql: &str) -> Result<i64, StoreError> {
    connection.query_row(sql, [], |row| row.get(0)).map_err(|error| StoreError::from_sqlite(error, database, sql))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::row::Value;
    use crate::store::Store;

    #[test]
    fn what_names_what_is_what_sqlite_says_of_its_tables_and_events_beside() {
        let sql = "SELECT it.name, key.\"from\", key.\"table\", key.\"to\" FROM sqlite_schema AS it \
                   JOIN pragma_foreign_key_list(it.name) AS key WHERE it.type = 'table'";
        let mut expected = Store::in_memory().unwrap().read(|tx| tx.query(sql, &[])).unwrap();
        let text = |text: &str| Value::Text(text.to_owned());
        let as_row = |it: &Reference| [it.table, it.column, it.named, it.key].map(text).to_vec();
        let (events, mut others): (Vec<_>, Vec<_>) =
            references().iter().map(as_row).partition(|it| it[2] == text("event"));
        let in_order = |rows: &mut Vec<Vec<Value>>| rows.sort_by_key(|row| format!("{row:?}"));
        in_order(&mut expected);
        in_order(&mut others);
        assert_eq!(others, expected);
        for (table, column) in [("event", "cause"), ("message", "event"), ("decision", "event"), ("run", "enrolled")] {
            assert!(events.contains(&[table, column, "event", "seq"].map(text).to_vec()), "{table} {column}");
        }
    }
}
