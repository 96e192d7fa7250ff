//! Reads for people: what waits for one of them. Messages in review, mails in quarantine.

use std::collections::BTreeSet;

use super::statement::{select, select_in};
use super::views::{addresses, ticket};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::*;

/// A message that waits for a person, or that somebody settled.
#[derive(Debug, Clone, PartialEq)]
pub struct InReview {
    pub message: MessageRow,
    pub author: Option<AddressRow>,
    /// Number of the ticket that it belongs to.
    pub ticket: Option<i64>,
    /// What was decided; `None` while it waits.
    pub settled: Option<Settled>,
}

/// What somebody decided in review.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    pub review: ReviewRow,
    pub event: Option<EventRow>,
    pub decision: Option<DecisionRow>,
    /// Numbers of the ticket before and after.
    pub from_ticket: Option<i64>,
    pub to_ticket: Option<i64>,
}

/// A mail that could not be read, however often it was found.
#[derive(Debug, Clone, PartialEq)]
pub struct Unread {
    /// The first of its deliveries in that state.
    pub delivery: DeliveryRow,
    /// How many of them there are.
    pub times: i64,
    /// How its bytes begin.
    pub beginning: Vec<u8>,
    /// `mailbox:folder`.
    pub place: String,
    /// Bytes of it.
    pub size: i64,
    /// What happened to it, oldest first: each attempt to read it, and what people did.
    pub past: Vec<(EventRow, DecisionRow)>,
}

/// The messages that wait, the one that came first at the head.
pub fn in_review(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<InReview>, StoreError> {
    let tail = "WHERE review IS NOT NULL ORDER BY arrived_at, id LIMIT $1";
    let messages: Vec<MessageRow> = select(tx, tail, &[Value::Integer(limit)])?;
    messages.into_iter().map(|message| with_names(tx, message, None)).collect()
}

/// What was settled, the latest first.
pub fn settled(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<InReview>, StoreError> {
    let reviews: Vec<ReviewRow> = select(tx, "ORDER BY event DESC LIMIT $1", &[Value::Integer(limit)])?;
    let mut found = Vec::new();
    for review in reviews {
        let Some(message) = super::views::message(tx, review.message)? else { continue };
        let settled = explained(tx, review)?;
        found.push(with_names(tx, message, Some(settled))?);
    }
    Ok(found)
}

/// What was decided in review about these messages, oldest first.
pub fn reviews_of(tx: &mut Tx<'_>, messages: &[MessageId]) -> Result<Vec<Settled>, StoreError> {
    let mut reviews: Vec<ReviewRow> = select_in(tx, "message", messages.iter().map(|id| id.0), None)?;
    reviews.sort_by_key(|review| review.event);
    reviews.into_iter().map(|review| explained(tx, review)).collect()
}

/// What was decided in review that took a message to or from a ticket, oldest first.
pub fn reviews_about(tx: &mut Tx<'_>, ticket: RecordId) -> Result<Vec<Settled>, StoreError> {
    let tail = "WHERE message IN (SELECT id FROM message WHERE ticket = $1) OR from_ticket = $1 ORDER BY event";
    let reviews: Vec<ReviewRow> = select(tx, tail, &[ticket.to_value()])?;
    reviews.into_iter().map(|review| explained(tx, review)).collect()
}

/// A message that waits, or has waited, with its author and ticket.
pub fn with_names(tx: &mut Tx<'_>, message: MessageRow, settled: Option<Settled>) -> Result<InReview, StoreError> {
    let author = match message.author {
        Some(author) => addresses(tx, vec![author])?.remove(&author),
        None => None,
    };
    Ok(InReview { author, ticket: number_of(tx, message.ticket)?, message, settled })
}

fn explained(tx: &mut Tx<'_>, review: ReviewRow) -> Result<Settled, StoreError> {
    Ok(Settled {
        event: super::journal::event(tx, review.event)?,
        decision: super::journal::decision(tx, review.event)?,
        from_ticket: number_of(tx, review.from_ticket)?,
        to_ticket: number_of(tx, review.to_ticket)?,
        review,
    })
}

fn number_of(tx: &mut Tx<'_>, record: Option<RecordId>) -> Result<Option<i64>, StoreError> {
    let Some(record) = record else { return Ok(None) };
    Ok(ticket(tx, record)?.map(|found| found.ticket.number))
}

/// The mails in those states that could not be read, the one that came first at the head.
pub fn unread(tx: &mut Tx<'_>, states: &[DeliveryState], limit: i64) -> Result<Vec<Unread>, StoreError> {
    let names: Vec<String> = (1..=states.len()).map(|n| format!("${n}")).collect();
    let unread = format!("message IS NULL AND state IN ({})", names.join(", "));
    let first = format!("SELECT min(id) FROM delivery WHERE {unread} GROUP BY content, state");
    let tail = format!("WHERE id IN ({first}) ORDER BY arrived_at, id LIMIT ${}", states.len() + 1);
    let mut parameters: Vec<Value> = states.iter().map(Column::to_value).collect();
    parameters.push(Value::Integer(limit));
    let deliveries: Vec<DeliveryRow> = select(tx, &tail, &parameters)?;
    deliveries.into_iter().map(|delivery| with_past(tx, delivery)).collect()
}

/// An unread delivery with all that happened to it while it had no message; of several of the same content the first.
pub fn with_past(tx: &mut Tx<'_>, delivery: DeliveryRow) -> Result<Unread, StoreError> {
    let tail = "WHERE message IS NULL AND state = $1 AND content = $2 ORDER BY id";
    let copies: Vec<DeliveryRow> = select(tx, tail, &[delivery.state.to_value(), delivery.content.to_value()])?;
    let times = i64::try_from(copies.len()).unwrap_or(i64::MAX);
    let delivery = copies.into_iter().next().unwrap_or(delivery);
    let tail = "WHERE message IS NULL AND delivery IS NOT NULL AND delivery = $1 ORDER BY event";
    let decisions: Vec<DecisionRow> = select(tx, tail, &[delivery.id.to_value()])?;
    let mut past = Vec::new();
    for decision in decisions {
        past.extend(super::journal::event(tx, decision.event)?.map(|event| (event, decision)));
    }
    let contents: Vec<ContentRow> = select(tx, "WHERE id = $1", &[delivery.content.to_value()])?;
    let folders: Vec<FolderRow> = select(tx, "WHERE id = $1", &[delivery.folder.to_value()])?;
    let mailboxes = super::views::mailboxes(tx)?;
    let place = folders.first().and_then(|folder| {
        let mailbox = mailboxes.iter().find(|mailbox| mailbox.id == folder.mailbox)?;
        Some(format!("{}:{}", mailbox.name, folder.name))
    });
    let size = contents.first().map_or(0, |content| content.size);
    let beginning = super::content::beginning(tx, delivery.content)?;
    Ok(Unread { delivery, times, beginning, place: place.unwrap_or_default(), size, past })
}

/// Those of these contents that nobody reads by himself: they are in quarantine, or were given up. What could not be read
/// has no date.
pub fn unreadable_of(tx: &mut Tx<'_>, digests: &[ContentDigest]) -> Result<BTreeSet<ContentDigest>, StoreError> {
    let mut unreadable = BTreeSet::new();
    let known: Vec<ContentRow> = select_in(tx, "key", digests.iter().map(|digest| digest.dated_key(None).0), None)?;
    for content in known.into_iter().filter(|content| digests.contains(&content.digest)) {
        let sql = "SELECT 1 FROM delivery \
                   WHERE message IS NULL AND state IN ('quarantined', 'dropped') AND content = $1 LIMIT 1";
        if !tx.query(sql, &[content.id.to_value()])?.is_empty() {
            unreadable.insert(content.digest);
        }
    }
    Ok(unreadable)
}
