//! Walks a table in the order of its key, whatever its size.

use std::collections::VecDeque;

use super::tables::TableNames;
use super::{StoreError, Tx};
use crate::domain::row::Value;

impl TableNames {
    /// The key's values of a row, in the order of the key.
    pub(super) fn key_of(&self, row: &[Value]) -> Vec<Value> {
        let position = |key: &&str| self.columns.iter().position(|column| column == key);
        self.key.iter().filter_map(position).filter_map(|at| row.get(at)).cloned().collect()
    }

    fn page_sql(&self, parameters: usize, page: i64) -> String {
        let names: Vec<String> = (1..=parameters).map(|n| format!("${n}")).collect();
        let (columns, key) = (self.columns.join(", "), self.key.join(", "));
        let after = match parameters {
            0 => String::new(),
            _ => format!("WHERE ({key}) > ({})", names.join(", ")),
        };
        format!("SELECT {columns} FROM {} {after} ORDER BY {key} LIMIT {page}", self.table)
    }
}

/// A table's rows in the order of its key, a page at a time.
pub(super) struct Pages {
    names: &'static TableNames,
    /// Rows that are in memory at a time.
    page: i64,
    rows: VecDeque<Vec<Value>>,
    /// Key of the last row read; `None` before the first page.
    after: Option<Vec<Value>>,
    /// Whether the last page was read.
    ended: bool,
}

impl Pages {
    pub(super) fn of(names: &'static TableNames, page: i64) -> Self {
        Pages { names, page, rows: VecDeque::new(), after: None, ended: false }
    }

    /// The row that is next.
    pub(super) fn front(&mut self, tx: &mut Tx<'_>) -> Result<Option<&[Value]>, StoreError> {
        if self.rows.is_empty() && !self.ended {
            let parameters = self.after.as_deref().unwrap_or_default();
            self.rows = tx.query(&self.names.page_sql(parameters.len(), self.page), parameters)?.into();
            self.ended = (self.rows.len() as i64) < self.page;
            self.after = self.rows.back().map(|row| self.names.key_of(row));
        }
        Ok(self.rows.front().map(Vec::as_slice))
    }

    /// Takes it away.
    pub(super) fn pop(&mut self) {
        self.rows.pop_front();
    }
}
