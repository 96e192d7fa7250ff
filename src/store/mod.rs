//! Floor 2: the database. SQL, the schema, the driver; loads a [`Workspace`](crate::domain::Workspace) and writes what
//! changed in it. No rules: what a row means is decided below, when it is written is decided above. The driver's crate
//! is used in this room only.

pub mod attempts;
pub mod backup;
pub mod check;
pub mod content;
pub mod counter;
pub mod dump;
mod error;
pub mod instance;
pub mod journal;
pub mod keys;
mod load;
mod migrate;
mod read_only;
mod save;
mod statement;
mod tables;
mod tx;
pub mod views;
pub mod waiting;
pub mod watched;
mod writer;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

pub use error::StoreError;
pub use load::{due_timers, load};
pub use save::save;
pub use tx::Tx;
pub use writer::{Answer, GroupWriter, Limits};

/// How long a statement waits for another process to let go of the file.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements that stay prepared: all of this room's fit.
const PREPARED: usize = 256;

/// A database. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store {
    /// How messages name it: its path.
    database: Arc<str>,
    /// Reads what is committed while something else is being written. The same connection where there is no file. Closed
    /// before the other: SQLite folds the log into the file when the last connection closes, and that one may write.
    reading: Arc<Mutex<Connection>>,
    writing: Arc<Mutex<Connection>>,
}

impl Store {
    /// Opens the database in that file, or creates it (readable by this user only), and brings its schema up to date.
    pub fn open(path: &Path) -> Result<Store, StoreError> {
        let database = path.display().to_string();
        create_private(path, &database)?;
        Store::open_checked(path, database, migrate::check)
    }

    /// Opens a database that is there already, for a question: a file without one in it is refused and left as it is. One
    /// that cannot be written is read.
    pub fn open_existing(path: &Path) -> Result<Store, StoreError> {
        let database = path.display().to_string();
        refuse_folder(path, &database)?;
        if read_only::is_only_readable(path, &database)? {
            return read_only::open(path, database);
        }
        match Store::open_checked(path, database.clone(), migrate::check_filled) {
            // The file could be written, but nothing can be made beside it.
            Err(StoreError::ReadOnly { .. }) => read_only::open(path, database),
            Err(StoreError::CannotOpen { .. }) if read_only::has_log(path) => read_only::open(path, database),
            opened => opened,
        }
    }

    fn open_checked(
        path: &Path,
        database: String,
        check: fn(&Connection, &str) -> Result<(), StoreError>,
    ) -> Result<Store, StoreError> {
        refuse_folder(path, &database)?;
        let mut writing = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, &database)?;
        check(&writing, &database)?;
        use_wal(&writing, &database)?;
        migrate::migrate(&mut writing, &database)?;
        let reading = connect(path, OpenFlags::SQLITE_OPEN_READ_ONLY, &database)?;
        Ok(Store {
            database: database.into(),
            writing: Arc::new(Mutex::new(writing)),
            reading: Arc::new(Mutex::new(reading)),
        })
    }

    /// A database that is gone when its last clone is.
    pub fn in_memory() -> Result<Store, StoreError> {
        let database = "the database in memory";
        let failed = |error| StoreError::from_sqlite(error, database, "open");
        let mut connection = Connection::open_in_memory().map_err(failed)?;
        configure(&connection).map_err(failed)?;
        migrate::migrate(&mut connection, database)?;
        let connection = Arc::new(Mutex::new(connection));
        Ok(Store { database: database.into(), writing: connection.clone(), reading: connection })
    }

    /// Reads in one transaction: everything `work` sees is of one moment. Nothing it writes is kept. A database in memory
    /// has one connection only: there, not from within `write`.
    pub fn read<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.reading.lock().unwrap_or_else(PoisonError::into_inner);
        work(&mut self.begin(&mut connection, TransactionBehavior::Deferred)?)
    }

    /// Writes in one transaction, committed when `work` returns `Ok`.
    pub fn write<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        // A deferred transaction that turns to writing fails at once when another process writes; this one waits.
        let mut tx = self.begin(&mut connection, TransactionBehavior::Immediate)?;
        let result = work(&mut tx)?;
        tx.commit()?;
        Ok(result)
    }

    /// As [`Store::write`], without waiting for the disk: what is written outlives this process, however it ends, and is
    /// durable with the next `write`. A power cut before that may take it back.
    pub fn write_unsynced<T>(&self, work: impl FnOnce(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let set = |connection: &Connection, level: &str| {
            let set = connection.execute_batch(&format!("PRAGMA synchronous = {level}"));
            set.map_err(|error| StoreError::from_sqlite(error, &self.database, "PRAGMA synchronous"))
        };
        let mut connection = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        set(&connection, "NORMAL")?;
        let written = || {
            let mut tx = self.begin(&mut connection, TransactionBehavior::Immediate)?;
            let result = work(&mut tx)?;
            tx.commit()?;
            Ok(result)
        };
        let result = written();
        set(&connection, "FULL")?;
        result
    }

    fn begin<'c>(
        &'c self,
        connection: &'c mut Connection,
        behavior: TransactionBehavior,
    ) -> Result<Tx<'c>, StoreError> {
        let transaction = connection
            .transaction_with_behavior(behavior)
            .map_err(|error| StoreError::from_sqlite(error, &self.database, "begin"))?;
        Ok(Tx::new(transaction, &self.database))
    }
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

fn connect(path: &Path, mode: OpenFlags, database: &str) -> Result<Connection, StoreError> {
    let failed = |error| match StoreError::from_sqlite(error, database, "open") {
        // Nothing has been asked for yet: what SQLite cannot make sense of is the file.
        StoreError::Other { database, what } => StoreError::Corrupt { database, what },
        error => error,
    };
    let connection = Connection::open_with_flags(path, mode | OpenFlags::SQLITE_OPEN_NO_MUTEX).map_err(failed)?;
    configure(&connection).map_err(failed)?;
    Ok(connection)
}

/// Settings of a connection, not of the file. FULL: what was committed survives a power cut (promise 1). The cache is 64
/// MB: look-ups are spread over whole indexes, which the default of 2 MB does not hold.
fn configure(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(PREPARED);
    connection.execute_batch(
        "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -65536",
    )
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
