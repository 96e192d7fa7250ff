//! What only a server knows of whether a database is whole.

use super::migrate::for_postgres;
use crate::domain::row::Value;
use crate::store::check::{Problem, TOLD, WayOut, number, text};
use crate::store::migrate::{STEPS, newest};
use crate::store::tables::all;
use crate::store::{StoreError, Tx};

/// Reads every row: a server that keeps checksums of its pages finds damage so, and what cannot be read is found anyhow.
pub(in crate::store) fn integrity(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    for table in table_names(tx)? {
        number(tx, &format!("SELECT sum(length(it::text)) FROM {table} AS it"))?;
    }
    Ok(Vec::new())
}

/// Tables, columns and indexes that are not those of this version.
pub(in crate::store) fn schema(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let version = number(tx, "SELECT version FROM ticketd_schema")?.unwrap_or_default();
    if version != newest() {
        let what = format!("it has schema {version}, this program knows schema {}", newest());
        return Ok(vec![Problem::beyond_repair(what)]);
    }
    let mut problems = Vec::new();
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
               WHERE table_schema = current_schema() ORDER BY 1, 2";
    let found: Vec<(String, String)> = tx.query(sql, &[])?.into_iter().filter_map(both_texts).collect();
    for names in all() {
        if !found.iter().any(|(table, _)| table == names.table) {
            problems.push(Problem::beyond_repair(format!("the table {} is missing", names.table)));
            continue;
        }
        let missing = |column: &&&str| !found.iter().any(|(table, found)| table == names.table && found == **column);
        problems.extend(
            names
                .columns
                .iter()
                .filter(missing)
                .map(|column| Problem::beyond_repair(format!("the column {column} of {} is missing", names.table))),
        );
    }
    let sql = "SELECT relname::text FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid \
               WHERE relnamespace = current_schema()::regnamespace AND indisvalid ORDER BY 1";
    let found: Vec<String> = tx.query(sql, &[])?.into_iter().flatten().filter_map(text).collect();
    for (name, sql) in STEPS.iter().flat_map(|step| indexes(step)) {
        if !found.contains(&name) {
            problems.push(Problem::new(format!("the index {name} is missing"), WayOut::Statement(sql)));
        }
    }
    let ours = |name: &String| name == "ticketd_schema" || all().any(|names| names.table == name);
    let foreign = table_names(tx)?.into_iter().filter(|name| !ours(name)).take(TOLD as usize);
    problems.extend(
        foreign.map(|name| {
            Problem::new(format!("{name} is none of ours"), WayOut::Statement(format!("DROP TABLE {name}")))
        }),
    );
    Ok(problems)
}

/// Names of all tables.
pub(in crate::store) fn table_names(tx: &mut Tx<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx.query("SELECT tablename::text FROM pg_tables WHERE schemaname = current_schema() ORDER BY 1", &[])?;
    Ok(rows.into_iter().flatten().filter_map(text).collect())
}

/// Names and statements of the indexes that a step makes.
fn indexes(step: &str) -> Vec<(String, String)> {
    let statements = for_postgres(step);
    let statements =
        statements.split(";\n").map(str::trim).filter(|sql| sql.starts_with("CREATE ") && sql.contains("INDEX "));
    let name = |sql: &str| sql.split("INDEX ").nth(1).and_then(|rest| rest.split(' ').next()).map(str::to_owned);
    statements.filter_map(|sql| Some((name(sql)?, sql.to_owned()))).collect()
}

fn both_texts(row: Vec<Value>) -> Option<(String, String)> {
    let [first, second] = <[Value; 2]>::try_from(row).ok()?;
    Some((text(first)?, text(second)?))
}
