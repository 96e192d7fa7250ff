//! Questions about what workflows did.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::row::Column;
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
