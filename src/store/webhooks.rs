//! Webhooks as a program that sends them sees them.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::*;

/// Requests that are due at `now`, the longest due first; those that a program took and did not bring to an end, too.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<WebhookRow>, StoreError> {
    let due = "WHERE state IN ('waiting', 'sending') AND due_at <= $1 AND (lease_until IS NULL OR lease_until <= $2) \
               ORDER BY due_at, id LIMIT $3";
    select(tx, due, &[now.to_value(), now.to_value(), Value::Integer(limit)])
}

/// The request of that id.
pub fn webhook(tx: &mut Tx<'_>, id: WebhookId) -> Result<Option<WebhookRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}
