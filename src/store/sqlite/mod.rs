//! The driver for SQLite: a file, or memory. WAL, synchronous=FULL; one connection writes, one reads.

pub(super) mod check;
mod checkpoint;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{CachedStatement, Connection, OpenFlags, ToSql, Transaction, TransactionBehavior};

use self::checkpoint::Checkpoints;
use super::tx::Tx;
use super::{StoreError, migrate, read_only};
use crate::domain::row::Value;

/// How long a statement waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements that stay prepared: all of this room's fit.
const PREPARED: usize = 256;
/// Sizes of lists of keys. Few of them, so that statements stay prepared; shorter lists repeat their last value.
const LIST_SIZES: [usize; 4] = [1, 8, 64, LONGEST_LIST];
const LONGEST_LIST: usize = 256;
/// Kilobytes of pages that the writer keeps: its look-ups are spread over whole indexes, which the default of 2 MB does
/// not hold.
const WRITING_CACHE: u32 = 12 * 1024;

/// The connections to one file.
#[derive(Clone)]
pub(super) struct Sqlite {
    /// Kept to be dropped first. `None` where there is no log.
    _checkpoints: Option<Arc<Checkpoints>>,
    /// Reads what is committed while something else is being written. The same connection where there is no file. Closed
    /// before the other: SQLite folds the log into the file when the last connection closes, and that one may write.
    reading: Arc<Mutex<Connection>>,
    writing: Arc<Mutex<Connection>>,
}

impl Sqlite {
    /// Opens the file, or creates it (readable by this user only), and brings its schema up to date.
    pub(super) fn open(path: &Path, database: &str) -> Result<Self, StoreError> {
        create_private(path, database)?;
        Sqlite::open_checked(path, database, migrate::check)
    }

    /// Opens a file that must have a database in it. One that cannot be written is read.
    pub(super) fn open_existing(path: &Path, database: &str) -> Result<Self, StoreError> {
        refuse_folder(path, database)?;
        if read_only::is_only_readable(path, database)? {
            return read_only::open(path, database);
        }
        match Sqlite::open_checked(path, database, migrate::check_filled) {
            // The file could be written, but nothing can be made beside it.
            Err(StoreError::ReadOnly { .. }) => read_only::open(path, database),
            Err(StoreError::CannotOpen { .. }) if read_only::has_log(path) => read_only::open(path, database),
            opened => opened,
        }
    }

    /// One connection for both.
    pub(super) fn single(connection: Connection) -> Self {
        let connection = Arc::new(Mutex::new(connection));
        Sqlite { _checkpoints: None, writing: connection.clone(), reading: connection }
    }

    fn open_checked(
        path: &Path,
        database: &str,
        check: fn(&Connection, &str) -> Result<(), StoreError>,
    ) -> Result<Self, StoreError> {
        refuse_folder(path, database)?;
        let mut writing = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, database)?;
        check(&writing, database)?;
        use_wal(&writing, database)?;
        set_cache(&writing, WRITING_CACHE, database)?;
        migrate::migrate(&mut writing, database)?;
        let reading = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, database)?;
        let checkpoints = Checkpoints::of(&mut writing, path.to_owned())
            .map_err(|error| StoreError::from_sqlite(error, database, "wal_hook"))?;
        Ok(Sqlite {
            _checkpoints: Some(Arc::new(checkpoints)),
            reading: Arc::new(Mutex::new(reading)),
            writing: Arc::new(Mutex::new(writing)),
        })
    }

    pub(super) fn in_memory(database: &str) -> Result<Self, StoreError> {
        let failed = |error| StoreError::from_sqlite(error, database, "open");
        // A temporary database: what does not fit the cache goes to a file that nobody sees.
        let mut connection = Connection::open("").map_err(failed)?;
        configure(&connection).map_err(failed)?;
        connection.execute_batch("PRAGMA journal_mode = MEMORY").map_err(failed)?;
        set_cache(&connection, WRITING_CACHE, database)?;
        migrate::migrate(&mut connection, database)?;
        Ok(Sqlite::single(connection))
    }

    pub(super) fn read<T>(
        &self,
        database: &str,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut begin(&mut connection, database, TransactionBehavior::Deferred)?)
    }

    pub(super) fn write<T>(
        &self,
        database: &str,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        write(&mut connection, database, work)
    }

    pub(super) fn write_unsynced<T>(
        &self,
        database: &str,
        work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        set_synchronous(&connection, "NORMAL", database)?;
        let result = write(&mut connection, database, work);
        set_synchronous(&connection, "FULL", database)?;
        result
    }
}

fn write<T>(
    connection: &mut Connection,
    database: &str,
    mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    // A deferred transaction that turns to writing fails at once when another process writes; this one waits.
    let mut tx = begin(connection, database, TransactionBehavior::Immediate)?;
    let result = work(&mut tx)?;
    tx.commit()?;
    Ok(result)
}

fn set_cache(connection: &Connection, kilobytes: u32, database: &str) -> Result<(), StoreError> {
    let set = connection.execute_batch(&format!("PRAGMA cache_size = -{kilobytes}"));
    set.map_err(|error| StoreError::from_sqlite(error, database, "PRAGMA cache_size"))
}

fn set_synchronous(connection: &Connection, level: &str, database: &str) -> Result<(), StoreError> {
    let set = connection.execute_batch(&format!("PRAGMA synchronous = {level}"));
    set.map_err(|error| StoreError::from_sqlite(error, database, "PRAGMA synchronous"))
}

fn begin<'c>(
    connection: &'c mut Connection,
    database: &'c str,
    behavior: TransactionBehavior,
) -> Result<Tx<'c>, StoreError> {
    let transaction = connection
        .transaction_with_behavior(behavior)
        .map_err(|error| StoreError::from_sqlite(error, database, "begin"))?;
    Ok(Tx::sqlite(transaction, database))
}

fn refuse_folder(path: &Path, database: &str) -> Result<(), StoreError> {
    match path.is_dir() {
        true => Err(StoreError::NotADatabase { database: database.to_owned(), what: "it is a folder".to_owned() }),
        false => Ok(()),
    }
}

/// Makes an empty file that only this user may read; SQLite gives its companions (-wal, -shm) the same mode.
fn create_private(path: &Path, database: &str) -> Result<(), StoreError> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(StoreError::CannotOpen { database: database.to_owned(), what: error.to_string() }),
    }
}

pub(super) fn connect(path: &Path, mode: OpenFlags, database: &str) -> Result<Connection, StoreError> {
    let failed = |error| match StoreError::from_sqlite(error, database, "open") {
        // Nothing has been asked for yet: what SQLite cannot make sense of is the file.
        StoreError::Other { database, what } => StoreError::Corrupt { database, what },
        error => error,
    };
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    configure(&connection).map_err(failed)?;
    Ok(connection)
}

/// Settings of a connection, not of the file. FULL: what was committed survives a power cut (promise 1).
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.execute_batch("PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF")
}

/// Write-ahead log: readers do not wait for the writer. Some file systems cannot do it, and SQLite then says so quietly.
fn use_wal(connection: &Connection, database: &str) -> Result<(), StoreError> {
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(|error| StoreError::from_sqlite(error, database, "PRAGMA journal_mode = WAL"))?;
    match mode.as_str() {
        "wal" => Ok(()),
        _ => Err(StoreError::CannotOpen {
            database: database.to_owned(),
            what: format!("no write-ahead log here (journal mode {mode}); use a local disk, not a network share"),
        }),
    }
}

/// The rows that a statement gives.
pub(super) fn query(tx: &Transaction<'_>, sql: &str, parameters: &[Value]) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut statement = tx.prepare_cached(sql)?;
    let width = statement.column_count();
    bind(&mut statement, parameters)?;
    let mut rows = statement.raw_query();
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let mut values = Vec::with_capacity(width);
        for column in 0..width {
            values.push(value_of(row.get_ref(column)?)?);
        }
        found.push(values);
    }
    Ok(found)
}

/// The rows that a statement gives in which `IN {KEYS}` stands, for so many of the keys at a time as a list may hold.
pub(super) fn query_keys(
    tx: &Transaction<'_>,
    sql: &str,
    parameters: &[Value],
    keys: &[i64],
) -> rusqlite::Result<Vec<Vec<Value>>> {
    let mut found = Vec::new();
    for chunk in keys.chunks(LONGEST_LIST) {
        let size = LIST_SIZES.into_iter().find(|size| *size >= chunk.len()).unwrap_or(chunk.len());
        // Parameters without a name are numbered after those that have one.
        let names = format!("({}?)", "?,".repeat(size.saturating_sub(1)));
        let padding = chunk.last().copied().unwrap_or_default();
        let keys = chunk.iter().copied().chain(std::iter::repeat(padding)).take(size).map(Value::Integer);
        let values: Vec<Value> = parameters.iter().cloned().chain(keys).collect();
        found.append(&mut query(tx, &sql.replace("{KEYS}", &names), &values)?);
    }
    Ok(found)
}

/// Carries a statement out; the number of rows that it changed.
pub(super) fn execute(tx: &Transaction<'_>, sql: &str, parameters: &[Value]) -> rusqlite::Result<usize> {
    let mut statement = tx.prepare_cached(sql)?;
    bind(&mut statement, parameters)?;
    statement.raw_execute()
}

/// Carries a statement out once for each of `rows`.
pub(super) fn execute_many(
    tx: &Transaction<'_>,
    sql: &str,
    rows: impl Iterator<Item = Vec<Value>>,
) -> rusqlite::Result<()> {
    let mut statement = tx.prepare_cached(sql)?;
    for row in rows {
        bind(&mut statement, &row)?;
        statement.raw_execute()?;
    }
    Ok(())
}

fn bind(statement: &mut CachedStatement<'_>, parameters: &[Value]) -> rusqlite::Result<()> {
    for (index, value) in parameters.iter().enumerate() {
        statement.raw_bind_parameter(index + 1, Bound(value))?;
    }
    Ok(())
}

struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(*number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Blob(bytes) => ValueRef::Blob(bytes),
        }))
    }
}

fn value_of(value: ValueRef<'_>) -> rusqlite::Result<Value> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(number) => Value::Integer(number),
        // No column holds one; an expression that gives one is a mistake that the row's type then names.
        ValueRef::Real(number) => Value::Text(number.to_string()),
        ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}
