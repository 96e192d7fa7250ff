//! Questions about records of every object.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{RecordId, RecordRow};

/// The record of that id.
pub fn record(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}

/// The records with that title, oldest first.
pub fn titled(tx: &mut Tx<'_>, title: &str) -> Result<Vec<RecordRow>, StoreError> {
    select(tx, "WHERE title = $1 ORDER BY id", &[Value::Text(title.to_owned())])
}
