//! Questions about records of every object.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::RecordRow;
use crate::domain::row::Value;

/// The records with that title, oldest first.
pub fn titled(tx: &mut Tx<'_>, title: &str) -> Result<Vec<RecordRow>, StoreError> {
    select(tx, "WHERE title = $1 ORDER BY id", &[Value::Text(title.to_owned())])
}
