//! Numbers that are handed out once. A block that is reserved and not used leaves a gap.

use super::{StoreError, Tx};
use crate::domain::row::Value;

/// A number space.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Counter {
    /// Row ids, one space for all tables.
    Id,
    /// Positions in the journal.
    Event,
    TicketNumber,
}

impl Counter {
    fn name(self) -> &'static str {
        match self {
            Counter::Id => "id",
            Counter::Event => "event",
            Counter::TicketNumber => "ticket_number",
        }
    }
}

/// The next number of each space. The first ever is 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Next {
    pub id: i64,
    pub event: i64,
    pub ticket_number: i64,
}

/// The next numbers.
pub fn next(tx: &mut Tx<'_>) -> Result<Next, StoreError> {
    let rows = tx.query("SELECT name, next FROM counter", &[])?;
    let of = |counter: Counter| {
        let found = rows.iter().find_map(|row| match row.as_slice() {
            [Value::Text(name), Value::Integer(next)] if name == counter.name() => Some(*next),
            _ => None,
        });
        found.ok_or_else(|| tx.damaged(format!("the counter {} is missing", counter.name())))
    };
    Ok(Next { id: of(Counter::Id)?, event: of(Counter::Event)?, ticket_number: of(Counter::TicketNumber)? })
}

/// So many numbers of a space are handed out.
pub fn advance(tx: &mut Tx<'_>, numbers: impl IntoIterator<Item = (Counter, i64)>) -> Result<(), StoreError> {
    let rows = numbers.into_iter().map(|(counter, n)| vec![Value::Integer(n), Value::Text(counter.name().to_owned())]);
    tx.execute_many("UPDATE counter SET next = next + $1 WHERE name = $2", rows)
}
