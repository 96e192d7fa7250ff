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

/// Reserves the next `n` numbers; gives the first of them. The first ever is 1.
pub fn reserve(tx: &mut Tx<'_>, counter: Counter, n: i64) -> Result<i64, StoreError> {
    let sql = "UPDATE counter SET next = next + $1 WHERE name = $2 RETURNING next";
    let rows = tx.query(sql, &[Value::Integer(n), Value::Text(counter.name().to_owned())])?;
    match rows.first().and_then(|row| row.first()) {
        Some(Value::Integer(next)) => Ok(next - n),
        _ => Err(tx.damaged(format!("the counter {} is missing", counter.name()))),
    }
}
