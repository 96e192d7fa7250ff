//! Rows: how state is laid down. A row type is defined once, with `row!`; the store reads and writes any of them by the
//! column names, and a [`Table`] remembers which ones changed.

use std::collections::BTreeMap;

/// A column's value, in the types that every driver knows: 64-bit integers, text without NUL, bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Integer(i64),
    Text(String),
    Blob(Vec<u8>),
}

/// A Rust type that stands in one column.
pub trait Column: Sized {
    fn to_value(&self) -> Value;
    /// The error says what stood there instead.
    fn from_value(value: Value) -> Result<Self, String>;
}

/// A type whose values are rows of one table.
pub trait Row: Clone {
    type Key: Ord + Clone;
    const TABLE: &'static str;
    /// In the order of `values`; the columns of the key among them.
    const COLUMNS: &'static [&'static str];
    const KEY_COLUMNS: &'static [&'static str];
    fn key(&self) -> Self::Key;
    fn values(&self) -> Vec<Value>;
    /// Takes the values in the order of `COLUMNS`. The error names the column.
    fn from_values(values: Vec<Value>) -> Result<Self, String>;
}

/// Defines a struct that is a row: `row! { Name in "table", key id { id: MessageId, … } }`.
macro_rules! row {
    ($(#[$meta:meta])* $name:ident in $table:literal, key $key:ident: $key_type:ty
        { $($(#[$field_meta:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        crate::domain::row::row_struct! { $(#[$meta])* $name { $($(#[$field_meta])* $field: $type),+ } }
        impl crate::domain::row::Row for $name {
            type Key = $key_type;
            const KEY_COLUMNS: &'static [&'static str] = &[stringify!($key)];
            fn key(&self) -> $key_type { self.$key.clone() }
            crate::domain::row::row_columns! { $table { $($field),+ } }
        }
    };
    ($(#[$meta:meta])* $name:ident in $table:literal, key ($($key:ident: $key_type:ty),+)
        { $($(#[$field_meta:meta])* $field:ident: $type:ty),+ $(,)? }) => {
        crate::domain::row::row_struct! { $(#[$meta])* $name { $($(#[$field_meta])* $field: $type),+ } }
        impl crate::domain::row::Row for $name {
            type Key = ($($key_type),+);
            const KEY_COLUMNS: &'static [&'static str] = &[$(stringify!($key)),+];
            fn key(&self) -> Self::Key { ($(self.$key.clone()),+) }
            crate::domain::row::row_columns! { $table { $($field),+ } }
        }
    };
}
pub(crate) use row;

macro_rules! row_struct {
    ($(#[$meta:meta])* $name:ident { $($(#[$field_meta:meta])* $field:ident: $type:ty),+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type),+ }
    };
}
pub(crate) use row_struct;

macro_rules! row_columns {
    ($table:literal { $($field:ident),+ }) => {
        const TABLE: &'static str = $table;
        const COLUMNS: &'static [&'static str] = &[$(stringify!($field)),+];
        fn values(&self) -> Vec<crate::domain::row::Value> {
            vec![$(crate::domain::row::Column::to_value(&self.$field)),+]
        }
        fn from_values(values: Vec<crate::domain::row::Value>) -> Result<Self, String> {
            let mut values = values.into_iter();
            Ok(Self { $($field: crate::domain::row::take_column(&mut values, stringify!($field))?),+ })
        }
    };
}
pub(crate) use row_columns;

/// The next value as a column of that name.
pub(crate) fn take_column<T: Column>(values: &mut impl Iterator<Item = Value>, name: &str) -> Result<T, String> {
    let value = values.next().ok_or_else(|| format!("column {name} is missing"))?;
    T::from_value(value).map_err(|found| format!("column {name}: {found}"))
}

/// Rows of one table, as far as a batch needs them, and which of them changed.
#[derive(Debug, Clone)]
pub struct Table<R: Row> {
    rows: BTreeMap<R::Key, R>,
    /// Those that must be written, and whether they were made: put where none was.
    written: BTreeMap<R::Key, bool>,
    removed: BTreeMap<R::Key, R>,
}

impl<R: Row> Default for Table<R> {
    fn default() -> Self {
        Table { rows: BTreeMap::new(), written: BTreeMap::new(), removed: BTreeMap::new() }
    }
}

impl<R: Row> Table<R> {
    /// The row of that key, if it was loaded or made.
    pub fn get(&self, key: &R::Key) -> Option<&R> {
        self.rows.get(key)
    }

    /// Adds a row as it stands in the database.
    pub fn load(&mut self, row: R) {
        self.rows.insert(row.key(), row);
    }

    /// Makes or replaces a row: it will be written.
    pub fn put(&mut self, row: R) {
        let key = row.key();
        let was_removed = self.removed.remove(&key).is_some();
        let is_made = self.rows.insert(key.clone(), row).is_none() && !was_removed;
        self.written.entry(key).or_insert(is_made);
    }

    /// Takes a row out: it will be deleted.
    pub fn remove(&mut self, key: &R::Key) {
        if let Some(row) = self.rows.remove(key) {
            self.written.remove(key);
            self.removed.insert(key.clone(), row);
        }
    }

    /// Changes a row in place. Nothing happens when there is none.
    pub fn edit(&mut self, key: &R::Key, change: impl FnOnce(&mut R)) {
        if let Some(row) = self.rows.get_mut(key) {
            change(row);
            self.written.entry(key.clone()).or_insert(false);
        }
    }

    /// All rows that are here, by key.
    pub fn iter(&self) -> impl Iterator<Item = &R> {
        self.rows.values()
    }

    /// The rows from that key on.
    pub fn from(&self, key: R::Key) -> impl Iterator<Item = &R> {
        self.rows.range(key..).map(|(_, row)| row)
    }

    /// The rows that must be deleted, by key.
    pub fn removed(&self) -> impl Iterator<Item = &R> {
        self.removed.values()
    }

    /// The rows that must be written and were not here when they were put, by key.
    pub fn made(&self) -> impl Iterator<Item = &R> {
        self.written(true)
    }

    /// The other rows that must be written, by key.
    pub fn edited(&self) -> impl Iterator<Item = &R> {
        self.written(false)
    }

    fn written(&self, made: bool) -> impl Iterator<Item = &R> {
        let written = self.written.iter().filter(move |(_, is_made)| **is_made == made);
        written.filter_map(|(key, _)| self.rows.get(key))
    }
}

impl<R: Row> Table<R>
where
    R::Key: Copy,
{
    /// The rows whose key lies in `range`.
    pub fn range(&self, range: impl std::ops::RangeBounds<R::Key>) -> impl Iterator<Item = &R> {
        self.rows.range(range).map(|(_, row)| row)
    }
}
