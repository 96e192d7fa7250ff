//! The store through its public face: what is saved comes back, batches commit together and fail apart, a database that
//! is not ours is left alone. Most of it is a contract that both drivers keep: `postgres` runs the same files again. Their
//! tests take a database from `empty` or `desk`; where there is no server they say so and are over.

mod attempts;
mod consents;
mod contents;
mod differences;
mod figures;
mod flows;
mod loading;
mod opening;
mod quarantine;
mod rate;
mod records;
mod rows;
pub mod sample;
mod sqlite;
mod ties;
mod views;
mod writer;

use ticketd::domain::row::Value;
use ticketd::store::{Store, Tx};

/// A database with nothing in it.
fn empty() -> Option<Store> {
    Some(Store::in_memory().unwrap())
}

/// A database with the sample desk in it.
pub fn desk() -> Option<Store> {
    let store = empty()?;
    store.write(sample::save).unwrap();
    Some(store)
}

/// The columns of a table, in order.
fn columns(tx: &mut Tx<'_>, table: &str) -> Vec<String> {
    words(tx, "SELECT name FROM pragma_table_info($1) ORDER BY cid", table)
}

/// The columns of its key, in order.
fn key(tx: &mut Tx<'_>, table: &str) -> Vec<String> {
    words(tx, "SELECT name FROM pragma_table_info($1) WHERE pk > 0 ORDER BY pk", table)
}

/// The words that a query about a table gives.
pub fn words(tx: &mut Tx<'_>, sql: &str, table: &str) -> Vec<String> {
    let found = tx.query(sql, &[Value::Text(table.to_owned())]).unwrap().concat();
    found.into_iter().map(|value| if let Value::Text(word) = value { word } else { panic!("{value:?}") }).collect()
}

/// How a statement would be carried out.
fn plan(store: &Store, sql: &str) -> String {
    format!("{:?}", store.read(|tx| tx.query(&format!("EXPLAIN QUERY PLAN {sql}"), &[])).unwrap())
}

/// Whether it reads no more than it gives.
fn uses_indexes(plan: &str) -> bool {
    plan.contains("SEARCH") && !plan.contains("SCAN")
}
