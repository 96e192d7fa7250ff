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

/// The values of one column in several rows, as an array.
pub(super) enum Column<'v> {
    Integers(Vec<Option<i64>>),
    Texts(Vec<Option<&'v str>>),
    Blobs(Vec<Option<&'v [u8]>>),
}

impl<'v> Column<'v> {
    /// The column at `at`. `None`: a value is of another type.
    pub(super) fn of(rows: &'v [Vec<Value>], at: usize, r#type: &Type) -> Option<Self> {
        fn all<'v, T>(
            rows: &'v [Vec<Value>],
            at: usize,
            one: impl Fn(&'v Value) -> Option<T>,
        ) -> Option<Vec<Option<T>>> {
            rows.iter()
                .map(|row| match row.get(at)? {
                    Value::Null => Some(None),
                    value => one(value).map(Some),
                })
                .collect()
        }
        match *r#type {
            Type::INT8 => {
                let number = |value: &Value| if let Value::Integer(number) = value { Some(*number) } else { None };
                all(rows, at, number).map(Column::Integers)
            }
            Type::TEXT => all(rows, at, |value| if let Value::Text(text) = value { Some(text.as_str()) } else { None })
                .map(Column::Texts),
            Type::BYTEA => {
                all(rows, at, |value| if let Value::Blob(bytes) = value { Some(bytes.as_slice()) } else { None })
                    .map(Column::Blobs)
            }
            _ => None,
        }
    }

    pub(super) fn as_parameter(&self) -> Parameter<'_> {
        match self {
            Column::Integers(numbers) => numbers,
            Column::Texts(texts) => texts,
            Column::Blobs(blobs) => blobs,
        }
    }
}
