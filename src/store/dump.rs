//! Compares two databases row by row: whether folding a journal again gave the same state.

use std::cmp::Ordering;

use super::pages::Pages;
use super::tables::{TABLES, TableNames};
use super::{StoreError, Tx};
use crate::domain::ActionRow;
use crate::domain::row::{Row, Value};

/// Differences that are told; who has more has seen enough.
const TOLD: usize = 20;
/// Rows of one table that are in memory at a time, of each side.
const PAGE: i64 = 500;

/// One place in which two databases differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    pub table: &'static str,
    /// The row's key, in the order of its columns.
    pub key: Vec<Value>,
    pub what: Differs,
}

/// How they differ there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Differs {
    /// Only the first has the row.
    OnlyInFirst,
    /// Only the second has it.
    OnlyInSecond,
    /// Both have it, with another value in this column.
    Column { column: &'static str, first: Value, second: Value },
}

impl std::fmt::Display for Difference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} (", self.table)?;
        for (n, value) in self.key.iter().enumerate() {
            let comma = if n == 0 { "" } else { ", " };
            write!(f, "{comma}{}", Shown(value))?;
        }
        match &self.what {
            Differs::OnlyInFirst => write!(f, "): only in the first"),
            Differs::OnlyInSecond => write!(f, "): only in the second"),
            Differs::Column { column, first, second } => {
                write!(f, "): {column} is {} in the first, {} in the second", Shown(first), Shown(second))
            }
        }
    }
}

/// A value for people: bytes as hex, long ones cut.
struct Shown<'v>(&'v Value);

impl std::fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Value::Null => write!(f, "nothing"),
            Value::Integer(number) => write!(f, "{number}"),
            Value::Text(text) if text.chars().nth(200).is_some() => {
                write!(f, "`{}…`", text.chars().take(200).collect::<String>())
            }
            Value::Text(text) => write!(f, "`{text}`"),
            Value::Blob(bytes) => bytes.iter().take(32).try_for_each(|byte| write!(f, "{byte:02x}")),
        }
    }
}

/// The first differences between two databases: state, journal, decisions, digests of contents. Counters, keys and the
/// seed are not compared; nor are attempts to read, for they come and go before anything is journaled.
pub fn differences(first: &mut Tx<'_>, second: &mut Tx<'_>) -> Result<Vec<Difference>, StoreError> {
    let mut found = Vec::new();
    let since = action_log_since(first)?;
    for names in &TABLES {
        let mut here = Vec::new();
        compare(names, first, second, &mut here)?;
        here.retain(|difference| !is_older(difference, since));
        found.append(&mut here);
        if found.len() >= TOLD {
            found.truncate(TOLD);
            break;
        }
    }
    Ok(found)
}

/// The first event that the action log of the database knows of.
fn action_log_since(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    match tx.query("SELECT event FROM since WHERE name = $1", &[Value::Text(ActionRow::TABLE.to_owned())])?.concat()[..]
    {
        [Value::Integer(event)] => Ok(event),
        _ => Err(tx.damaged("the table since does not know the action log")),
    }
}

/// Whether it is a row of the action log about an event from before there was one: folding the event again makes one.
fn is_older(difference: &Difference, since: i64) -> bool {
    let event = difference.key.first();
    difference.table == ActionRow::TABLE && matches!(event, Some(Value::Integer(event)) if *event < since)
}

/// Walks both sides of a table in the order of its key, like the merge of two sorted lists.
fn compare(
    names: &'static TableNames,
    first: &mut Tx<'_>,
    second: &mut Tx<'_>,
    found: &mut Vec<Difference>,
) -> Result<(), StoreError> {
    let (mut left, mut right) = (Pages::of(names, PAGE), Pages::of(names, PAGE));
    while found.len() < TOLD {
        let (Some(mine), Some(theirs)) = (left.front(first)?, right.front(second)?) else { break };
        let key = names.key_of(mine);
        match key.cmp(&names.key_of(theirs)) {
            Ordering::Less => {
                found.push(Difference { table: names.table, key, what: Differs::OnlyInFirst });
                left.pop();
            }
            Ordering::Greater => {
                let key = names.key_of(theirs);
                found.push(Difference { table: names.table, key, what: Differs::OnlyInSecond });
                right.pop();
            }
            Ordering::Equal => {
                for (column, (first, second)) in names.columns.iter().zip(mine.iter().zip(theirs)) {
                    if first != second {
                        let what = Differs::Column { column, first: first.clone(), second: second.clone() };
                        found.push(Difference { table: names.table, key: key.clone(), what });
                    }
                }
                left.pop();
                right.pop();
            }
        }
    }
    rest(names, first, left, Differs::OnlyInFirst, found)?;
    rest(names, second, right, Differs::OnlyInSecond, found)
}

/// What one side has beyond the other's last row.
fn rest(
    names: &'static TableNames,
    tx: &mut Tx<'_>,
    mut pages: Pages,
    what: Differs,
    found: &mut Vec<Difference>,
) -> Result<(), StoreError> {
    while found.len() < TOLD {
        let Some(row) = pages.front(tx)? else { break };
        found.push(Difference { table: names.table, key: names.key_of(row), what: what.clone() });
        pages.pop();
    }
    Ok(())
}
