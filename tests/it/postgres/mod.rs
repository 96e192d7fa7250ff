//! PostgreSQL: the store's contract, every story, and what can happen to a server. Where there is none, each test says that
//! it was skipped.

mod applying;
mod checking;
mod copying;
mod faults;
mod kill;
mod opening;
mod pending;
mod proxy;
mod sending;
pub mod server;
mod stories;
mod syncing;

// The contract, on this driver.
#[path = "../store/attempts.rs"]
mod attempts;
#[path = "../store/consents.rs"]
mod consents;
#[path = "../store/contents.rs"]
mod contents;
#[path = "../store/differences.rs"]
mod differences;
#[path = "../store/figures.rs"]
mod figures;
#[path = "../store/flows.rs"]
mod flows;
#[path = "../store/loading.rs"]
mod loading;
#[path = "../store/quarantine.rs"]
mod quarantine;
#[path = "../store/records.rs"]
mod records;
#[path = "../store/rows.rs"]
mod rows;
#[path = "../store/ties.rs"]
mod ties;
#[path = "../store/views.rs"]
mod views;
#[path = "../store/writer.rs"]
mod writer;

use std::sync::LazyLock;

use ticketd::domain::row::Value;
use ticketd::store::{Location, Store, Tx};

use server::{FAST, Server};

use crate::store::{sample, words};

/// The server that all tests share but those that kill theirs.
static SHARED: LazyLock<Option<Server>> = LazyLock::new(|| Server::start("postgres", FAST));

/// It, for a test that needs one. `None`, said aloud: there is none.
fn shared() -> Option<&'static Server> {
    let server = SHARED.as_ref();
    if server.is_none() {
        println!("skipped: postgres: no PostgreSQL server here (Debian package postgresql)");
    }
    server
}

/// An address on it where nothing is yet.
fn address() -> Option<String> {
    shared().map(Server::place)
}

/// A database with nothing in it.
fn empty() -> Option<Store> {
    Some(Store::open(Location::from(address()?.as_str())).unwrap())
}

/// What a replay prints, without where what waits is found: that is another place in each database.
fn without_place(told: &str) -> String {
    told.lines().filter(|line| !line.contains(" list --db ")).map(|line| format!("{line}\n")).collect()
}

/// A database with the sample desk in it.
fn desk() -> Option<Store> {
    let store = empty()?;
    store.write(sample::save).unwrap();
    Some(store)
}

/// The columns of a table, in order.
fn columns(tx: &mut Tx<'_>, table: &str) -> Vec<String> {
    let sql = "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0 ORDER BY attnum";
    words(tx, sql, table)
}

/// The columns of its key, in order.
fn key(tx: &mut Tx<'_>, table: &str) -> Vec<String> {
    let sql = "SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) \
               WHERE indrelid = $1::text::regclass AND indisprimary ORDER BY array_position(indkey::int2[], attnum)";
    words(tx, sql, table)
}

/// How a statement would be carried out.
fn plan(store: &Store, sql: &str) -> String {
    let lines = store.read(|tx| tx.query(&format!("EXPLAIN {sql}"), &[])).unwrap().concat();
    lines.iter().map(|line| if let Value::Text(line) = line { format!("{line}\n") } else { String::new() }).collect()
}

/// Whether it reads no more than it gives.
fn uses_indexes(plan: &str) -> bool {
    plan.contains("Index Cond") && !plan.contains("Seq Scan")
}
