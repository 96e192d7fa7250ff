//! Values as PostgreSQL takes and gives them, one by one or a whole column at a time.

use std::error::Error;

use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, ToSql, Type};

use crate::domain::row::Value;

/// A parameter.
pub(super) type Parameter<'v> = &'v (dyn ToSql + Sync);

/// A value as a parameter of that type. What is of another type is refused by the driver, as a STRICT table does.
pub(super) fn parameter<'v>(value: &'v Value, r#type: &Type) -> Parameter<'v> {
    match value {
        Value::Integer(number) => number,
        Value::Text(text) => text,
        Value::Blob(bytes) => bytes,
        Value::Null if *r#type == Type::INT8 => &None::<i64>,
        Value::Null if *r#type == Type::BYTEA => &None::<&[u8]>,
        Value::Null => &None::<&str>,
    }
}

/// A parameter of a statement whose answer is not waited for.
pub(super) type Owned = Box<dyn ToSql + Sync + Send>;

/// The same for a statement whose answer is not waited for.
pub(super) fn owned(value: Value, r#type: &Type) -> Owned {
    match value {
        Value::Integer(number) => Box::new(number),
        Value::Text(text) => Box::new(text),
        Value::Blob(bytes) => Box::new(bytes),
        Value::Null if *r#type == Type::INT8 => Box::new(None::<i64>),
        Value::Null if *r#type == Type::BYTEA => Box::new(None::<Vec<u8>>),
        Value::Null => Box::new(None::<String>),
    }
}

/// The values of a row.
pub(super) fn values(row: &Row) -> Result<Vec<Value>, tokio_postgres::Error> {
    (0..row.len()).map(|column| row.try_get(column).map(|Read(value)| value)).collect()
}

struct Read(Value);

impl<'r> FromSql<'r> for Read {
    fn from_sql(r#type: &Type, raw: &'r [u8]) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Read(match *r#type {
            Type::INT8 => Value::Integer(i64::from_sql(r#type, raw)?),
            Type::INT4 => Value::Integer(i32::from_sql(r#type, raw)?.into()),
            Type::BYTEA => Value::Blob(raw.to_vec()),
            _ => Value::Text(String::from_sql(r#type, raw)?),
        }))
    }

    fn from_sql_null(_: &Type) -> Result<Self, Box<dyn Error + Sync + Send>> {
        Ok(Read(Value::Null))
    }

    fn accepts(r#type: &Type) -> bool {
        [Type::INT8, Type::INT4, Type::BYTEA].contains(r#type) || <String as FromSql>::accepts(r#type)
    }
}

/// The values of the column at `at` in several rows, as an array that is a parameter; they are taken out of the rows.
/// `None`: one is of another type.
pub(super) fn column(rows: &mut [Vec<Value>], at: usize, r#type: &Type) -> Option<Owned> {
    let values = rows.iter_mut().map(|row| Some(std::mem::replace(row.get_mut(at)?, Value::Null)));
    fn all<T: ToSql + Send + Sync + 'static>(
        values: impl Iterator<Item = Option<Value>>,
        one: impl Fn(Value) -> Option<T>,
    ) -> Option<Owned> {
        let taken: Option<Vec<Option<T>>> = values
            .map(|value| match value? {
                Value::Null => Some(None),
                value => one(value).map(Some),
            })
            .collect();
        Some(Box::new(taken?))
    }
    match *r#type {
        Type::INT8 => all(values, |value| if let Value::Integer(number) = value { Some(number) } else { None }),
        Type::TEXT => all(values, |value| if let Value::Text(text) = value { Some(text) } else { None }),
        Type::BYTEA => all(values, |value| if let Value::Blob(bytes) = value { Some(bytes) } else { None }),
        _ => None,
    }
}
