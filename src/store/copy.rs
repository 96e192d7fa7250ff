//! Copies a database into another one, which may be of the other driver: every row, counters, keys and seed too, so that
//! the copy is the same desk. All or nothing, and read back before it is kept.

use super::pages::Pages;
use super::tables::{BYTES_TABLES, OWN_TABLES, TableNames, all, all_but_own};
use super::{Store, StoreError, Tx, check};
use crate::domain::ContentDigest;
use crate::domain::row::Value;

/// Rows that are in memory at a time: of tables that hold bytes, a quarter of a megabyte each, and of others.
const PAGE_OF_BYTES: i64 = 16;
const PAGE: i64 = 500;

/// A table that was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub table: &'static str,
    pub rows: u64,
    /// Of all values of all rows, in the order of the key.
    pub digest: ContentDigest,
}

/// Copies what is committed in `from` at this moment into `to`, in which nothing may have been written yet.
pub fn copy(from: &Store, to: &Store) -> Result<Vec<Copied>, StoreError> {
    from.read(|source| to.write(|target| copy_tables(source, target)))
}

/// What there is in a database, as [`copy`] tells it.
pub fn measure(store: &Store) -> Result<Vec<Copied>, StoreError> {
    store.read(|tx| all().map(|names| walk(tx, names, |_| Ok(()))).collect())
}

fn copy_tables(source: &mut Tx<'_>, target: &mut Tx<'_>) -> Result<Vec<Copied>, StoreError> {
    for names in all_but_own() {
        if Pages::of(names, 1).front(target)?.is_some() {
            return Err(target.not_empty());
        }
    }
    // A file would refuse such a row, and say no more than that.
    if let Some(lost) = check::references(source)?.into_iter().next() {
        return Err(source.damaged(lost.what));
    }
    for names in &OWN_TABLES {
        target.execute(&format!("DELETE FROM {}", names.table), &[])?;
    }
    let mut copied = Vec::new();
    for names in all() {
        let sql = insert_sql(names);
        let there = walk(source, names, |rows| target.execute_many(&sql, rows))?;
        let here = walk(target, names, |_| Ok(()))?;
        if here != there {
            let (rows, expected) = (here.rows, there.rows);
            return Err(target.mistaken(format!(
                "{} came out as {rows} rows of {expected}, or with other values; nothing was kept",
                names.table
            )));
        }
        copied.push(there);
    }
    Ok(copied)
}

/// Goes through a table, handing its rows on in pages.
fn walk(
    tx: &mut Tx<'_>,
    names: &'static TableNames,
    mut hand_on: impl FnMut(Vec<Vec<Value>>) -> Result<(), StoreError>,
) -> Result<Copied, StoreError> {
    let page = if BYTES_TABLES.iter().any(|other| other.table == names.table) { PAGE_OF_BYTES } else { PAGE };
    let mut copied = Copied { table: names.table, rows: 0, digest: ContentDigest::of(&[]) };
    let (mut pages, mut rows) = (Pages::of(names, page), Vec::new());
    while let Some(row) = pages.front(tx)? {
        copied.rows += 1;
        copied.digest = ContentDigest::of(&encoded(copied.digest, row));
        rows.push(row.to_vec());
        pages.pop();
        if rows.len() as i64 == page {
            hand_on(std::mem::take(&mut rows))?;
        }
    }
    hand_on(rows)?;
    Ok(copied)
}

/// What stands for a row and all before it: no two different ones give the same.
fn encoded(before: ContentDigest, row: &[Value]) -> Vec<u8> {
    let mut bytes = before.0.to_vec();
    for value in row {
        let (kind, content): (u8, &[u8]) = match value {
            Value::Null => (0, &[]),
            Value::Integer(number) => (1, &number.to_be_bytes()),
            Value::Text(text) => (2, text.as_bytes()),
            Value::Blob(blob) => (3, blob),
        };
        bytes.push(kind);
        bytes.extend((content.len() as u64).to_be_bytes());
        bytes.extend(content);
    }
    bytes
}

fn insert_sql(names: &TableNames) -> String {
    let places: Vec<String> = (1..=names.columns.len()).map(|n| format!("${n}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", names.table, names.columns.join(", "), places.join(", "))
}
