//! Statements made from a row type's names: the same few for every table.

use std::marker::PhantomData;

use super::tx::Asked;
use super::{StoreError, Tx};
use crate::domain::row::{Row, Value};

/// Rows of a table that were asked for.
pub(super) struct Question<R> {
    asked: Asked,
    row: PhantomData<R>,
}

impl<R: Row> Question<R> {
    /// The rows.
    pub(super) fn answer(self, tx: &mut Tx<'_>) -> Result<Vec<R>, StoreError> {
        let rows = tx.answer(self.asked)?;
        rows.into_iter().map(|values| read(tx, values)).collect()
    }
}

/// Asks for the rows of a table for which `tail` (`WHERE …`, `ORDER BY …`) holds.
pub(super) fn ask<R: Row>(tx: &mut Tx<'_>, tail: &str, parameters: &[Value]) -> Result<Question<R>, StoreError> {
    let asked = tx.ask(&select_sql::<R>(tail), parameters, None)?;
    Ok(Question { asked, row: PhantomData })
}

/// Asks for the rows in which `column` has one of `keys` and, with a `condition` such as `("automatic_at >=", 7)`, that
/// holds too.
pub(super) fn ask_in<R: Row>(
    tx: &mut Tx<'_>,
    column: &str,
    keys: impl IntoIterator<Item = i64>,
    condition: Option<(&str, i64)>,
) -> Result<Question<R>, StoreError> {
    let keys: Vec<i64> = keys.into_iter().collect();
    let (comparison, parameters) = match condition {
        Some((comparison, value)) => (format!("{comparison} $1 AND "), vec![Value::Integer(value)]),
        None => (String::new(), Vec::new()),
    };
    let sql = select_sql::<R>(&format!("WHERE {comparison}{column} IN {{KEYS}}"));
    Ok(Question { asked: tx.ask(&sql, &parameters, Some(&keys))?, row: PhantomData })
}

/// The rows that [`ask`] asks for.
pub(super) fn select<R: Row>(tx: &mut Tx<'_>, tail: &str, parameters: &[Value]) -> Result<Vec<R>, StoreError> {
    let rows = tx.query(&select_sql::<R>(tail), parameters)?;
    rows.into_iter().map(|values| read(tx, values)).collect()
}

/// The rows that [`ask_in`] asks for.
pub(super) fn select_in<R: Row>(
    tx: &mut Tx<'_>,
    column: &str,
    keys: impl IntoIterator<Item = i64>,
    condition: Option<(&str, i64)>,
) -> Result<Vec<R>, StoreError> {
    ask_in(tx, column, keys, condition)?.answer(tx)
}

fn select_sql<R: Row>(tail: &str) -> String {
    format!("SELECT {} FROM {} {tail}", R::COLUMNS.join(", "), R::TABLE)
}

/// A row from its values; what cannot be read is damage, and the error says where.
pub(super) fn read<R: Row>(tx: &Tx<'_>, values: Vec<Value>) -> Result<R, StoreError> {
    let key = values.first().cloned();
    R::from_values(values).map_err(|error| tx.damaged(format!("table {}, row {key:?}: {error}", R::TABLE)))
}

/// Adds rows that must be new.
pub(super) fn insert<'r, R: Row + 'r>(
    tx: &mut Tx<'_>,
    rows: impl IntoIterator<Item = &'r R>,
) -> Result<(), StoreError> {
    many(tx, insert_sql::<R>, rows, Row::values)
}

/// Adds rows; those whose key is there already are left as they are.
pub(super) fn insert_absent<'r, R: Row + 'r>(
    tx: &mut Tx<'_>,
    rows: impl IntoIterator<Item = &'r R>,
) -> Result<(), StoreError> {
    many(tx, || format!("{} ON CONFLICT DO NOTHING", insert_sql::<R>()), rows, Row::values)
}

/// Adds rows or puts them in the place of those with the same key.
pub(super) fn upsert<'r, R: Row + 'r>(
    tx: &mut Tx<'_>,
    rows: impl IntoIterator<Item = &'r R>,
) -> Result<(), StoreError> {
    many(tx, upsert_sql::<R>, rows, Row::values)
}

/// Takes rows out, by key.
pub(super) fn delete<'r, R: Row + 'r>(
    tx: &mut Tx<'_>,
    rows: impl IntoIterator<Item = &'r R>,
) -> Result<(), StoreError> {
    many(tx, delete_sql::<R>, rows, key_values)
}

/// Carries out the statement that `sql` writes, with the values of each row. Of most tables a batch changes nothing: then
/// none is written.
fn many<'r, R: Row + 'r>(
    tx: &mut Tx<'_>,
    sql: impl FnOnce() -> String,
    rows: impl IntoIterator<Item = &'r R>,
    values: fn(&R) -> Vec<Value>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return Ok(());
    }
    tx.execute_many(&sql(), rows.map(values))
}

/// The values of the key's columns, in their order.
fn key_values<R: Row>(row: &R) -> Vec<Value> {
    let mut values: Vec<(&str, Value)> = R::COLUMNS.iter().copied().zip(row.values()).collect();
    values.retain(|(column, _)| R::KEY_COLUMNS.contains(column));
    values.sort_by_key(|(column, _)| R::KEY_COLUMNS.iter().position(|key| key == column));
    values.into_iter().map(|(_, value)| value).collect()
}

fn insert_sql<R: Row>() -> String {
    let names: Vec<String> = (1..=R::COLUMNS.len()).map(|n| format!("${n}")).collect();
    format!("INSERT INTO {} ({}) VALUES ({})", R::TABLE, R::COLUMNS.join(", "), names.join(", "))
}

fn upsert_sql<R: Row>() -> String {
    let others: Vec<String> = R::COLUMNS
        .iter()
        .filter(|column| !R::KEY_COLUMNS.contains(column))
        .map(|column| format!("{column} = excluded.{column}"))
        .collect();
    let action = match others.is_empty() {
        true => "NOTHING".to_owned(),
        false => format!("UPDATE SET {}", others.join(", ")),
    };
    format!("{} ON CONFLICT ({}) DO {action}", insert_sql::<R>(), R::KEY_COLUMNS.join(", "))
}

fn delete_sql<R: Row>() -> String {
    let conditions: Vec<String> =
        R::KEY_COLUMNS.iter().enumerate().map(|(n, column)| format!("{column} = ${}", n + 1)).collect();
    format!("DELETE FROM {} WHERE {}", R::TABLE, conditions.join(" AND "))
}
