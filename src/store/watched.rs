//! Folders on servers: how far each was read, what of it is stored, and what was withheld. Not journaled: see 0003.sql.
//! What a server does not give is in [`super::unfetched`].

use std::collections::{BTreeMap, BTreeSet};

use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{Arrival, DeliveryState, LookupKey, Payload, Timestamp};

/// A folder as it was seen last (0003.sql and 0004.sql say what each column means).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Watched {
    pub uidvalidity: i64,
    pub passed: i64,
    pub boundary: i64,
    pub since: Timestamp,
    pub finished: i64,
    pub skipped: i64,
}

/// A folder of a mailbox, under one UIDVALIDITY.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position<'a> {
    pub mailbox: &'a str,
    pub folder: &'a str,
    pub uidvalidity: i64,
}

impl Position<'_> {
    pub(super) fn values(&self) -> Vec<Value> {
        vec![text(self.mailbox), text(self.folder), Value::Integer(self.uidvalidity)]
    }
}

/// The folder, where it was seen before.
pub fn watched(tx: &mut Tx<'_>, mailbox: &str, folder: &str) -> Result<Option<Watched>, StoreError> {
    let sql = "SELECT uidvalidity, passed, boundary, since, finished, skipped FROM watched_folder \
               WHERE mailbox = $1 AND folder = $2";
    let rows = tx.query(sql, &[text(mailbox), text(folder)])?;
    let Some(row) = rows.into_iter().next() else { return Ok(None) };
    match <[Value; 6]>::try_from(row) {
        Ok(
            [
                Value::Integer(uidvalidity),
                Value::Integer(passed),
                Value::Integer(boundary),
                Value::Integer(since),
                Value::Integer(finished),
                Value::Integer(skipped),
            ],
        ) => Ok(Some(Watched { uidvalidity, passed, boundary, since: Timestamp(since), finished, skipped })),
        _ => Err(tx.damaged("table watched_folder")),
    }
}

/// Keeps what is known of a folder.
pub fn keep(tx: &mut Tx<'_>, mailbox: &str, folder: &str, row: &Watched) -> Result<(), StoreError> {
    let sql = "INSERT INTO watched_folder (mailbox, folder, uidvalidity, passed, boundary, since, finished, skipped) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (mailbox, folder) DO UPDATE SET \
               uidvalidity = excluded.uidvalidity, passed = excluded.passed, boundary = excluded.boundary, \
               since = excluded.since, finished = excluded.finished, skipped = excluded.skipped";
    let numbers =
        [row.uidvalidity, row.passed, row.boundary, row.since.0, row.finished, row.skipped].map(Value::Integer);
    let values: Vec<Value> = [text(mailbox), text(folder)].into_iter().chain(numbers).collect();
    tx.execute(sql, &values).map(|_| ())
}

/// From when on mail of that mailbox counts: since its first folder was seen.
pub fn since_of(tx: &mut Tx<'_>, mailbox: &str) -> Result<Option<Timestamp>, StoreError> {
    let found = tx.query("SELECT min(since) FROM watched_folder WHERE mailbox = $1", &[text(mailbox)])?;
    Ok(match found.into_iter().flatten().next() {
        Some(Value::Integer(since)) => Some(Timestamp(since)),
        _ => None,
    })
}

/// The highest UID of which the mail is stored; 0 for none under that UIDVALIDITY.
pub fn last_uid(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<i64, StoreError> {
    let sql = "SELECT f.last_uid FROM folder f JOIN mailbox m ON m.id = f.mailbox \
               WHERE m.name = $1 AND f.name = $2 AND f.uidvalidity = $3";
    Ok(match tx.query(sql, &at.values())?.into_iter().flatten().next() {
        Some(Value::Integer(uid)) => uid,
        _ => 0,
    })
}

/// Those of the UIDs in that span whose mail is stored.
pub fn stored(tx: &mut Tx<'_>, at: &Position<'_>, first: i64, last: i64) -> Result<BTreeSet<i64>, StoreError> {
    let sql = "SELECT d.uid FROM delivery d JOIN folder f ON f.id = d.folder JOIN mailbox m ON m.id = f.mailbox \
               WHERE m.name = $1 AND f.name = $2 AND d.uidvalidity = $3 AND d.uid >= $4 AND d.uid <= $5";
    let mut values = at.values();
    values.extend([Value::Integer(first), Value::Integer(last)]);
    Ok(integers(tx.query(sql, &values)?))
}

/// The same, each with what it means for its message.
pub fn stored_states(
    tx: &mut Tx<'_>,
    at: &Position<'_>,
    first: i64,
    last: i64,
) -> Result<BTreeMap<i64, DeliveryState>, StoreError> {
    let sql = "SELECT d.uid, d.state FROM delivery d JOIN folder f ON f.id = d.folder \
               JOIN mailbox m ON m.id = f.mailbox \
               WHERE m.name = $1 AND f.name = $2 AND d.uidvalidity = $3 AND d.uid >= $4 AND d.uid <= $5";
    let mut values = at.values();
    values.extend([Value::Integer(first), Value::Integer(last)]);
    let mut found = BTreeMap::new();
    for row in tx.query(sql, &values)? {
        let Ok([Value::Integer(uid), state]) = <[Value; 2]>::try_from(row) else { continue };
        let state = DeliveryState::from_value(state).map_err(|error| tx.damaged(format!("table delivery: {error}")))?;
        found.insert(uid, state);
    }
    Ok(found)
}

/// Those of the UIDs in that span of which the header only is stored.
pub fn header_only(tx: &mut Tx<'_>, at: &Position<'_>, first: i64, last: i64) -> Result<BTreeSet<i64>, StoreError> {
    // A quote inside of a text stands behind a backslash: this is the field itself (JSON, RFC 8259 7).
    let sql = "SELECT d.uid FROM delivery d JOIN folder f ON f.id = d.folder \
               JOIN mailbox m ON m.id = f.mailbox JOIN event e ON e.seq = d.event \
               WHERE m.name = $1 AND f.name = $2 AND d.uidvalidity = $3 AND d.uid >= $4 AND d.uid <= $5 \
               AND e.payload LIKE '%\"header_only\":true%'";
    let mut values = at.values();
    values.extend([Value::Integer(first), Value::Integer(last)]);
    Ok(integers(tx.query(sql, &values)?))
}

/// The arrivals in that span, by UID.
pub fn arrivals(tx: &mut Tx<'_>, at: &Position<'_>, first: i64, last: i64) -> Result<Vec<(i64, Arrival)>, StoreError> {
    let sql = "SELECT d.uid, e.payload FROM delivery d JOIN folder f ON f.id = d.folder \
               JOIN mailbox m ON m.id = f.mailbox JOIN event e ON e.seq = d.event \
               WHERE m.name = $1 AND f.name = $2 AND d.uidvalidity = $3 AND d.uid >= $4 AND d.uid <= $5 ORDER BY d.uid";
    let mut values = at.values();
    values.extend([Value::Integer(first), Value::Integer(last)]);
    let mut found = Vec::new();
    for row in tx.query(sql, &values)? {
        let Ok([Value::Integer(uid), Value::Text(payload)]) = <[Value; 2]>::try_from(row) else { continue };
        match serde_json::from_str(&payload) {
            Ok(Payload::Arrival(arrival)) => found.push((uid, arrival)),
            Ok(_) => {}
            Err(error) => return Err(tx.damaged(format!("the arrival of UID {uid}: {error}"))),
        }
    }
    Ok(found)
}

/// Notes that a mail is withheld, under these keys.
pub fn withhold(tx: &mut Tx<'_>, at: &Position<'_>, uid: i64, keys: &[LookupKey]) -> Result<(), StoreError> {
    let sql = "INSERT INTO withheld (mailbox, folder, uidvalidity, uid) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let mut values = at.values();
    values.push(Value::Integer(uid));
    tx.execute(sql, &values)?;
    let sql = "INSERT INTO withheld_key (mailbox, folder, uidvalidity, uid, key) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT DO NOTHING";
    let rows = keys.iter().map(|key| values.iter().cloned().chain([key.to_value()]).collect());
    tx.execute_many(sql, rows)
}

/// The UIDs in that span whose mail is withheld.
pub fn withheld(tx: &mut Tx<'_>, at: &Position<'_>, first: i64, last: i64) -> Result<BTreeSet<i64>, StoreError> {
    let sql = "SELECT uid FROM withheld WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 \
               AND uid >= $4 AND uid <= $5";
    let mut values = at.values();
    values.extend([Value::Integer(first), Value::Integer(last)]);
    Ok(integers(tx.query(sql, &values)?))
}

/// The withheld mails of that folder, each with its keys.
pub(super) fn withheld_keys(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<Vec<(i64, LookupKey)>, StoreError> {
    let sql = "SELECT uid, key FROM withheld_key WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3";
    let rows = tx.query(sql, &at.values())?;
    Ok(rows
        .into_iter()
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Integer(uid), Value::Integer(key)]) => Some((uid, LookupKey(key))),
            _ => None,
        })
        .collect())
}

/// Forgets that a mail was withheld: it is fetched now, or gone.
pub fn release(tx: &mut Tx<'_>, at: &Position<'_>, uid: i64) -> Result<(), StoreError> {
    let mut values = at.values();
    values.push(Value::Integer(uid));
    let condition = "WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4";
    tx.execute(&format!("DELETE FROM withheld_key {condition}"), &values)?;
    tx.execute(&format!("DELETE FROM withheld {condition}"), &values).map(|_| ())
}

pub(super) fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

pub(super) fn integers(rows: Vec<Vec<Value>>) -> BTreeSet<i64> {
    rows.into_iter()
        .flatten()
        .filter_map(|value| if let Value::Integer(number) = value { Some(number) } else { None })
        .collect()
}
