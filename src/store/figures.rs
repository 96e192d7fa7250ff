//! How much waits, for whoever watches over a desk. Asked for every few seconds while mail is being taken, so each of these
//! reads an index or a table that holds what waits and nothing else (0002, 0004, 0005 and 0006.sql), never all mail; and who
//! reads keeps no writer waiting.

use std::collections::BTreeMap;

use super::unfetched::MOST_FAILURES;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::*;

/// What waits in a database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    /// Sends that failed and those that are not over, by state; without those that are held.
    pub outbox: BTreeMap<SendState, u64>,
    /// Sends that do not leave before a person decides about them.
    pub held: u64,
    /// When the oldest of those that are to leave was queued; of what is held and what failed none counts.
    pub oldest_queued: Option<Timestamp>,
    /// Messages that wait for a person, and when the oldest of them arrived.
    pub review: u64,
    pub oldest_review: Option<Timestamp>,
    /// Mails that could not be read.
    pub quarantine: u64,
    /// Mails that a server does not give, and that are not asked for any more, by mailbox.
    pub parked: BTreeMap<String, u64>,
    /// When the next timer is due.
    pub next_timer: Option<Timestamp>,
}

impl Figures {
    /// Sends in that state.
    pub fn sends(&self, state: SendState) -> u64 {
        self.outbox.get(&state).copied().unwrap_or_default()
    }

    /// Sends that are to leave.
    pub fn to_leave(&self) -> u64 {
        let open = [SendState::Queued, SendState::Sending, SendState::Deferred, SendState::Unknown];
        open.into_iter().map(|state| self.sends(state)).sum()
    }

    /// Mails that servers do not give, of all mailboxes.
    pub fn all_parked(&self) -> u64 {
        self.parked.values().sum()
    }
}

/// Counts it all.
pub fn read(tx: &mut Tx<'_>) -> Result<Figures, StoreError> {
    let mut figures = Figures::default();
    let never = [Timestamp::NEVER.to_value()];
    let waiting = "FROM send WHERE state IN ('queued', 'deferred', 'unknown') AND due_at";
    let outbox = [
        (format!("SELECT state, count(*), min(queued_at) {waiting} < $1 GROUP BY state"), &never[..]),
        ("SELECT state, count(*), min(queued_at) FROM send WHERE state = 'sending' GROUP BY state".to_owned(), &[]),
        ("SELECT state, count(*), NULL FROM send WHERE state = 'failed' GROUP BY state".to_owned(), &[]),
    ];
    for (sql, parameters) in outbox {
        for (state, count, oldest) in counts::<SendState>(tx, &sql, parameters)? {
            figures.outbox.insert(state, count);
            figures.oldest_queued = figures.oldest_queued.into_iter().chain(oldest).min();
        }
    }
    (figures.held, _) = one(tx, &format!("SELECT count(*), NULL {waiting} >= $1"), &never)?;
    (figures.review, figures.oldest_review) =
        one(tx, "SELECT count(*), min(arrived_at) FROM message WHERE review IS NOT NULL", &[])?;
    let quarantine =
        "SELECT count(DISTINCT content), NULL FROM delivery WHERE state = 'quarantined' AND message IS NULL";
    (figures.quarantine, _) = one(tx, quarantine, &[])?;
    let parked = "SELECT mailbox, count(*), NULL FROM unfetched WHERE count >= $1 GROUP BY mailbox";
    let parked = counts::<String>(tx, parked, &[Value::Integer(MOST_FAILURES)])?;
    figures.parked = parked.into_iter().map(|(mailbox, count, _)| (mailbox, count)).collect();
    (_, figures.next_timer) = one(tx, "SELECT 0, min(due_at) FROM timer WHERE done_at IS NULL", &[])?;
    Ok(figures)
}

/// A count and a point in time, of all.
fn one(tx: &mut Tx<'_>, sql: &str, parameters: &[Value]) -> Result<(u64, Option<Timestamp>), StoreError> {
    match tx.query(sql, parameters)?.pop().as_deref() {
        Some([Value::Integer(count), at]) => Ok((u64::try_from(*count).unwrap_or_default(), time(at))),
        _ => Err(tx.damaged(sql)),
    }
}

/// The same by a word.
fn counts<K: Column>(
    tx: &mut Tx<'_>,
    sql: &str,
    parameters: &[Value],
) -> Result<Vec<(K, u64, Option<Timestamp>)>, StoreError> {
    let mut found = Vec::new();
    for row in tx.query(sql, parameters)? {
        let Ok([word, Value::Integer(count), at]) = <[Value; 3]>::try_from(row) else { return Err(tx.damaged(sql)) };
        let word = K::from_value(word).map_err(|error| tx.damaged(format!("{sql}: {error}")))?;
        found.push((word, u64::try_from(count).unwrap_or_default(), time(&at)));
    }
    Ok(found)
}

fn time(value: &Value) -> Option<Timestamp> {
    if let Value::Integer(at) = value { Some(Timestamp(*at)) } else { None }
}
