//! What belongs into the Sent folder of a mailbox: mail that people sent, once a relay has it. Not journaled: see 0005.sql.

use super::statement::{select, select_in};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::*;

/// A mail whose copy is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    pub message: MessageId,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// The address that it was sent from: one of its mailbox.
    pub from: EmailAddress,
    pub content: ContentId,
}

/// Notes that a relay has these. What was noted before, and perhaps copied, stays as it is.
pub fn note(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<(), StoreError> {
    let sql = "INSERT INTO sent_copy (message) VALUES ($1) ON CONFLICT (message) DO NOTHING";
    tx.execute_many(sql, messages.iter().map(|message| vec![message.to_value()]))
}

/// Those that wait, oldest first.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Vec<Waiting>, StoreError> {
    let tail = "WHERE id IN (SELECT message FROM sent_copy WHERE settled_at IS NULL) ORDER BY id";
    let messages: Vec<MessageRow> = select(tx, tail, &[])?;
    let authors = messages.iter().filter_map(|message| message.author).map(|id| id.0);
    let addresses: Vec<AddressRow> = select_in(tx, "id", authors, None)?;
    let address = |id| addresses.iter().find(|row| row.id == id).map(|row| row.address.clone());
    let waiting = messages.into_iter().map(|message| Waiting {
        message: message.id,
        from: message.author.and_then(address).unwrap_or_default(),
        message_id: message.message_id,
        content: message.content,
    });
    Ok(waiting.collect())
}

/// Its copy is there.
pub fn settle(tx: &mut Tx<'_>, message: MessageId, at: Timestamp) -> Result<(), StoreError> {
    let sql = "UPDATE sent_copy SET settled_at = $1 WHERE message = $2";
    tx.execute(sql, &[at.to_value(), message.to_value()]).map(|_| ())
}

/// Nobody wants a copy of these.
pub fn forget(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<(), StoreError> {
    let sql = "DELETE FROM sent_copy WHERE message = $1 AND settled_at IS NULL";
    let rows: Vec<Vec<Value>> = messages.iter().map(|message| vec![message.to_value()]).collect();
    tx.execute_many(sql, rows)
}
