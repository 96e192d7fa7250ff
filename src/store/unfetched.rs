//! Mail that a server does not give: how often it was asked for. Not journaled: see 0004.sql.

use std::collections::BTreeMap;

use super::watched::Position;
use super::{StoreError, Tx};
use crate::domain::Timestamp;
use crate::domain::row::Value;

/// A mail that is asked for so often alone without coming is asked for no more: it is *parked*.
pub const MOST_FAILURES: i64 = 3;

/// A mail that did not come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfetched {
    pub mailbox: String,
    pub folder: String,
    pub uidvalidity: i64,
    pub uid: i64,
    /// How often it was asked for alone and did not come.
    pub count: i64,
    /// When that was the last time.
    pub at: Timestamp,
    /// What was said then, for people.
    pub failure: String,
}

const COLUMNS: &str = "SELECT mailbox, folder, uidvalidity, uid, count, at, failure FROM unfetched";

/// Notes that these did not come, which were asked for together.
pub fn note(tx: &mut Tx<'_>, at: &Position<'_>, uids: &[u32], failure: &str, now: Timestamp) -> Result<(), StoreError> {
    let more = i64::from(uids.len() == 1);
    let sql = "INSERT INTO unfetched (mailbox, folder, uidvalidity, uid, count, at, failure) \
               VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (mailbox, folder, uidvalidity, uid) DO UPDATE SET \
               count = unfetched.count + excluded.count, at = excluded.at, failure = excluded.failure";
    let row = |uid: &u32| {
        let mut values = at.values();
        let numbers = [i64::from(*uid), more, now.0].map(Value::Integer);
        values.extend(numbers.into_iter().chain([Value::Text(failure.to_owned())]));
        values
    };
    tx.execute_many(sql, uids.iter().map(row))
}

/// How often each of that folder did not come.
pub fn of_folder(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<BTreeMap<i64, i64>, StoreError> {
    let sql = "SELECT uid, count FROM unfetched WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3";
    let rows = tx.query(sql, &at.values())?.into_iter();
    Ok(rows
        .filter_map(|row| match <[Value; 2]>::try_from(row) {
            Ok([Value::Integer(uid), Value::Integer(count)]) => Some((uid, count)),
            _ => None,
        })
        .collect())
}

/// Those that are parked.
pub fn parked(tx: &mut Tx<'_>) -> Result<Vec<Unfetched>, StoreError> {
    let sql = format!("{COLUMNS} WHERE count >= $1 ORDER BY mailbox, folder, uid");
    let mut found = Vec::new();
    for row in tx.query(&sql, &[Value::Integer(MOST_FAILURES)])? {
        let Ok(
            [
                Value::Text(mailbox),
                Value::Text(folder),
                Value::Integer(uidvalidity),
                Value::Integer(uid),
                Value::Integer(count),
                Value::Integer(at),
                Value::Text(failure),
            ],
        ) = <[Value; 7]>::try_from(row)
        else {
            return Err(tx.damaged("table unfetched"));
        };
        found.push(Unfetched { mailbox, folder, uidvalidity, uid, count, at: Timestamp(at), failure });
    }
    Ok(found)
}

/// It is to be asked for again, as if it never had been.
pub fn ask_again(tx: &mut Tx<'_>, at: &Position<'_>, uid: i64) -> Result<(), StoreError> {
    let sql = "UPDATE unfetched SET count = 0 WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4";
    let values: Vec<Value> = at.values().into_iter().chain([Value::Integer(uid)]).collect();
    tx.execute(sql, &values).map(|_| ())
}

/// They are stored, withheld or gone.
pub fn forget(tx: &mut Tx<'_>, at: &Position<'_>, uids: &[i64]) -> Result<(), StoreError> {
    let sql = "DELETE FROM unfetched WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4";
    tx.execute_many(sql, uids.iter().map(|uid| at.values().into_iter().chain([Value::Integer(*uid)]).collect()))
}

/// The folder is numbered anew: what was asked for under another UIDVALIDITY is asked for under its new number.
pub fn forget_others(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<(), StoreError> {
    let sql = "DELETE FROM unfetched WHERE mailbox = $1 AND folder = $2 AND uidvalidity <> $3";
    tx.execute(sql, &at.values()).map(|_| ())
}
