//! What the daemon says of itself, for other processes. Not journaled: see 0006.sql.

use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{DaemonStatus, Timestamp};

/// Keeps what it says now.
pub fn say(tx: &mut Tx<'_>, status: &DaemonStatus, at: Timestamp) -> Result<(), StoreError> {
    let sql = "INSERT INTO daemon_status (one, at, body) VALUES (1, $1, $2) \
               ON CONFLICT (one) DO UPDATE SET at = excluded.at, body = excluded.body";
    // Plain data: writing it cannot fail.
    let body = serde_json::to_string(status).unwrap_or_default();
    tx.execute(sql, &[at.to_value(), Value::Text(body)]).map(|_| ())
}

/// What it said last, and when. `None`: there was never one, or one of another version that says it otherwise.
pub fn said(tx: &mut Tx<'_>) -> Result<Option<(Timestamp, DaemonStatus)>, StoreError> {
    let rows = tx.query("SELECT at, body FROM daemon_status WHERE one = 1", &[])?;
    Ok(rows.into_iter().next().and_then(|row| match <[Value; 2]>::try_from(row) {
        Ok([Value::Integer(at), Value::Text(body)]) => Some((Timestamp(at), serde_json::from_str(&body).ok()?)),
        _ => None,
    }))
}
