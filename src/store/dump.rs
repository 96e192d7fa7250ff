//! Compares two databases row by row: whether folding a journal again gave the same state.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::tables::{TABLES, TableNames};
use super::{StoreError, Tx};
use crate::domain::row::Value;

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
    for names in &TABLES {
        compare(names, first, second, &mut found)?;
        if found.len() >= TOLD {
            found.truncate(TOLD);
            break;
        }
    }
    Ok(found)
}

/// Walks both sides of a table in the order of its key, like the merge of two sorted lists.
fn compare(
    names: &'static TableNames,
    first: &mut Tx<'_>,
    second: &mut Tx<'_>,
    found: &mut Vec<Difference>,
) -> Result<(), StoreError> {
    let (mut left, mut right) = (Pages::of(names), Pages::of(names));
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

impl TableNames {
    /// The key's values of a row, in the order of the key.
    fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let position = |key: &&str| self.columns.iter().position(|column| column == key);
        self.key.iter().filter_map(position).filter_map(|at| row.get(at)).cloned().collect()
    }

    fn page_sql(&self, parameters: usize) -> String {
        let names: Vec<String> = (1..=parameters).map(|n| format!("${n}")).collect();
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        let after = match parameters {
            0 => String::new(),
            _ => format!("WHERE ({key}) > ({})", names.join(", ")),
        };
        format!("SELECT {columns} FROM {} {after} ORDER BY {key} LIMIT {PAGE}", self.table)
    }
}

/// A table's rows in the order of its key, a page at a time.
struct Pages {
    names: &'static TableNames,
    rows: VecDeque<Vec<Value>>,
    /// Key of the last row read; `None` before the first page.
    after: Option<Vec<Value>>,
    /// Whether the last page was read.
    ended: bool,
}

impl Pages {
    fn of(names: &'static TableNames) -> Self {
        Pages { names, rows: VecDeque::new(), after: None, ended: false }
    }

    fn front(&mut self, tx: &mut Tx<'_>) -> Result<Option<&[Value]>, StoreError> {
        if self.rows.is_empty() && !self.ended {
            let parameters = self.after.as_deref().unwrap_or_default();
            self.rows = tx.query(&self.names.page_sql(parameters.len()), parameters)?.into();
            self.ended = (self.rows.len() as i64) < PAGE;
            self.after = self.rows.back().map(|row| self.names.key_of(row));
        }
        Ok(self.rows.front().map(Vec::as_slice))
    }

    fn pop(&mut self) {
        self.rows.pop_front();
    }
}
