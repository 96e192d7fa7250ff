//! Questions about what workflows did.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{ActionRow, RecordId, RunRow};

/// Every action, oldest first.
pub fn all(tx: &mut Tx<'_>) -> Result<Vec<ActionRow>, StoreError> {
    select(tx, "ORDER BY event, n", &[])
}

/// The actions for a record, oldest first.
pub fn of_record(tx: &mut Tx<'_>, record: RecordId) -> Result<Vec<ActionRow>, StoreError> {
    select(tx, "WHERE record = $1 ORDER BY event, n", &[record.to_value()])
}

/// The ways of a record through workflows that waited, oldest first.
pub fn runs_of(tx: &mut Tx<'_>, record: RecordId) -> Result<Vec<RunRow>, StoreError> {
    select(tx, "WHERE record = $1 ORDER BY id", &[record.to_value()])
}

/// How many records wait in each workflow, by its name.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT workflow, count(*) FROM run WHERE ended_at IS NULL GROUP BY workflow ORDER BY workflow";
    let rows = tx.query(sql, &[])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(workflow), Value::Integer(count)]) => found.push((workflow, count)),
            other => return Err(tx.damaged(format!("table run: {other:?}"))),
        }
    }
    Ok(found)
}
