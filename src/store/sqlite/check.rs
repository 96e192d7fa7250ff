//! What only SQLite knows of whether a database is whole.

use crate::domain::row::Value;
use crate::store::check::{Problem, TOLD, WayOut, number, text};
use crate::store::{Store, StoreError, Tx, migrate};

/// The file's pages, and that indexes and tables say the same.
pub(in crate::store) fn integrity(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let rows = tx.query(&format!("PRAGMA integrity_check({TOLD})"), &[])?;
    let told = rows.into_iter().flatten().filter_map(text).filter(|told| told != "ok");
    Ok(told.flat_map(|told| told.lines().map(str::to_owned).collect::<Vec<_>>()).map(Problem::beyond_repair).collect())
}

/// Tables and indexes that are not those of this version.
pub(in crate::store) fn schema(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let version = number(tx, "PRAGMA user_version")?.unwrap_or_default();
    if version != migrate::newest() {
        let what = format!("it has schema {version}, this program knows schema {}", migrate::newest());
        return Ok(vec![Problem::beyond_repair(what)]);
    }
    let (found, expected) = (statements(tx)?, Store::in_memory()?.read(statements)?);
    let mut problems = Vec::new();
    for (name, sql) in &expected {
        match found.iter().find(|(found, _)| found == name) {
            None if sql.starts_with("CREATE INDEX") => {
                problems.push(Problem::new(format!("the index {name} is missing"), WayOut::Statement(sql.clone())));
            }
            None => problems.push(Problem::beyond_repair(format!("the table {name} is missing"))),
            Some((_, other)) if other != sql => {
                problems.push(Problem::beyond_repair(format!("{name} is not made as this version makes it")));
            }
            Some(_) => {}
        }
    }
    let foreign = found.iter().filter(|(name, _)| !expected.iter().any(|(known, _)| known == name));
    problems.extend(foreign.map(|(name, sql)| {
        let what = if sql.starts_with("CREATE TABLE") { "TABLE" } else { "INDEX" };
        Problem::new(format!("{name} is none of ours"), WayOut::Statement(format!("DROP {what} {name}")))
    }));
    Ok(problems)
}

/// Names of all tables.
pub(in crate::store) fn table_names(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query("SELECT name FROM sqlite_schema WHERE type = 'table'", &[])?;
    Ok(rows.into_iter().flatten().filter_map(text).collect())
}

/// Names and statements of what a schema is made of.
fn statements(tx: &mut Tx<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let ours = "sql IS NOT NULL AND name NOT LIKE 'sqlite_%'";
    let rows = tx.query(&format!("SELECT name, sql FROM sqlite_schema WHERE {ours} ORDER BY name"), &[])?;
    Ok(rows.into_iter().filter_map(|row| <[Value; 2]>::try_from(row).ok()).filter_map(both_texts).collect())
}

fn both_texts([first, second]: [Value; 2]) -> Option<(String, String)> {
    Some((text(first)?, text(second)?))
}
