//! The journal: every input, what was decided about it, and the setups in force.

use super::statement::{insert, insert_absent, select};
use super::{StoreError, Tx};
use crate::domain::row::{Row, Value};
use crate::domain::{DecisionRow, EventRow, EventSeq, Origin, Payload, RevisionRow, Setup};

/// Adds events. Their numbers must be new, their revisions kept.
pub fn append(tx: &mut Tx<'_>, events: &[EventRow]) -> Result<(), StoreError> {
    insert(tx, events)
}

/// Adds decisions, one an event.
pub fn append_decisions(tx: &mut Tx<'_>, decisions: &[DecisionRow]) -> Result<(), StoreError> {
    insert(tx, decisions)
}

/// Keeps a setup. One that is known already stays as it is.
pub fn keep_revision(tx: &mut Tx<'_>, revision: &RevisionRow) -> Result<(), StoreError> {
    insert_absent(tx, [revision])
}

/// Up to `limit` events after `after`, in order. `EventSeq(0)` is before the first.
pub fn events(tx: &mut Tx<'_>, after: EventSeq, limit: i64) -> Result<Vec<EventRow>, StoreError> {
    select(tx, "WHERE seq > $1 ORDER BY seq LIMIT $2", &[Value::Integer(after.0), Value::Integer(limit)])
}

/// The event of that number.
pub fn event(tx: &mut Tx<'_>, seq: EventSeq) -> Result<Option<EventRow>, StoreError> {
    Ok(select(tx, "WHERE seq = $1", &[Value::Integer(seq.0)])?.pop())
}

/// What was decided about an event.
pub fn decision(tx: &mut Tx<'_>, event: EventSeq) -> Result<Option<DecisionRow>, StoreError> {
    Ok(select(tx, "WHERE event = $1", &[Value::Integer(event.0)])?.pop())
}

/// The setup of that digest (hex).
pub fn revision(tx: &mut Tx<'_>, digest: &str) -> Result<Option<RevisionRow>, StoreError> {
    Ok(select(tx, "WHERE digest = $1", &[Value::Text(digest.to_owned())])?.pop())
}

/// The revision in force, as hex: that of the newest event. `None` for an empty journal.
pub fn current_digest(tx: &mut Tx<'_>) -> Result<Option<String>, StoreError> {
    let newest = tx.query("SELECT revision FROM event ORDER BY seq DESC LIMIT 1", &[])?;
    Ok(match newest.into_iter().next().and_then(|row| row.into_iter().next()) {
        Some(Value::Text(digest)) => Some(digest),
        _ => None,
    })
}

/// The setup in force: that of the newest event. `None` for an empty journal.
pub fn current_revision(tx: &mut Tx<'_>) -> Result<Option<RevisionRow>, StoreError> {
    let newest = format!("WHERE digest = (SELECT revision FROM {} ORDER BY seq DESC LIMIT 1)", EventRow::TABLE);
    Ok(select(tx, &newest, &[])?.pop())
}

/// The setup in force. `None` for an empty journal.
pub fn current_setup(tx: &mut Tx<'_>) -> Result<Option<Setup>, StoreError> {
    current_revision(tx)?.map(|revision| setup_of(tx, &revision)).transpose()
}

/// The setup that a revision is.
pub fn setup_of(tx: &Tx<'_>, revision: &RevisionRow) -> Result<Setup, StoreError> {
    serde_json::from_str(&revision.body).map_err(|error| tx.damaged(format!("revision {}: {error}", revision.digest)))
}

/// Whose database it is: a running desk's or a replay's, as its first event says. A setup alone, that was applied before
/// any mail came, makes it nobody's yet: `None`, as for an empty journal.
pub fn origin(tx: &mut Tx<'_>) -> Result<Option<Origin>, StoreError> {
    let first = select(tx, "WHERE kind <> $1 ORDER BY seq LIMIT 1", &[Value::Text(Payload::SETUP.to_owned())])?;
    Ok(first.into_iter().next().map(|event: EventRow| event.origin))
}
