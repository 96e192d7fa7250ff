//! What can go wrong with a database, told apart by what the caller does about it.

/// An error of the store. Cloned to every unit of a batch that it concerns, so it holds words only.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Another process holds the database. Trying again later may help.
    #[error("{database} is in use by another process, which did not let go within 10 seconds; try again later")]
    Busy { database: String },
    /// Another process fetches mail into it.
    #[error(
        "another ticketd reads mail into {database} (a daemon: see `ticketd status`; or a sync): stop it, or wait for it"
    )]
    Fetching { database: String },
    /// Nothing can be written until there is space.
    #[error("the disk that holds {database} is full; what was committed before is safe, free some space and try again")]
    Full { database: String },
    /// The file, or a row in it, is damaged. It must be restored or looked at.
    #[error("{database} is damaged: {what}; restore it from a backup, or try `sqlite3 FILE .recover` on a copy")]
    Corrupt { database: String, what: String },
    /// A newer version of the program has written it.
    #[error(
        "{database} was written by a newer ticketd (schema {found}, this one knows up to {known}); start that version, or \
         restore the backup made before the upgrade"
    )]
    NewerDatabase { database: String, found: i64, known: i64 },
    /// The file is something else.
    #[error("{database} is not a database of ticketd ({what}); it was left as it is, give another file")]
    NotADatabase { database: String, what: String },
    /// Nothing has been written there yet.
    #[error("there is no database in {database} yet")]
    Missing { database: String },
    /// Something that wants an empty database was given another.
    #[error("{database} has something in it already; it was left as it is, give a new one")]
    NotEmpty { database: String },
    /// The file or its directory does not let us write.
    #[error(
        "{database} cannot be written: it or its directory is read-only for this user; questions can be asked, unless an \
         older ticketd wrote it last"
    )]
    ReadOnly { database: String },
    /// The file does not let us read.
    #[error("{database} cannot be read: {what}; ask as a user who may, or have it made readable for this one")]
    CannotRead { database: String, what: String },
    /// Writing failed: a limit on the size of files, a broken disk.
    #[error(
        "{database} cannot be written: {what}; the disk fails, or a limit on the size of files is reached (`ulimit -f`); what \
         was committed before is safe"
    )]
    CannotWrite { database: String, what: String },
    /// The server cannot be reached, or goes on breaking off. Trying again later may help.
    #[error("{database} cannot be reached: {what}; what was committed before is safe, try again later")]
    Unreachable { database: String, what: String },
    /// The file could not be opened or created.
    #[error("{database} cannot be opened: {what}")]
    CannotOpen { database: String, what: String },
    /// The code of a write unit panicked. The unit was rolled back; the writer goes on.
    #[error("a write unit panicked and was rolled back: {0}")]
    Panicked(String),
    /// The writer has been closed.
    #[error("the store is closed")]
    Closed,
    /// Anything else: a mistake in the program more often than not.
    #[error("{database}: {what}")]
    Other { database: String, what: String },
}

impl StoreError {
    /// Whether one unit of a batch may be the cause, so that the others are worth trying without it. A full disk or a
    /// locked file is the same for all.
    pub fn may_be_of_one_unit(&self) -> bool {
        matches!(self, StoreError::Panicked(_) | StoreError::Other { .. } | StoreError::Corrupt { .. })
    }

    /// The driver's error, for a caller who must choose what to do. `doing`: the statement or step that failed.
    pub(super) fn from_sqlite(error: rusqlite::Error, database: &str, doing: &str) -> Self {
        use rusqlite::ErrorCode as Code;
        let database = database.to_owned();
        let what = format!("{error} ({})", doing.lines().next().unwrap_or_default());
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => StoreError::Busy { database },
            Some(Code::DiskFull) => StoreError::Full { database },
            Some(Code::DatabaseCorrupt) => StoreError::Corrupt { database, what },
            Some(Code::NotADatabase) => {
                StoreError::NotADatabase { database, what: "it is no SQLite file, or an encrypted one".to_owned() }
            }
            Some(Code::ReadOnly) => StoreError::ReadOnly { database },
            Some(Code::SystemIoFailure) => StoreError::CannotWrite { database, what },
            Some(Code::CannotOpen) => StoreError::CannotOpen { database, what },
            _ => StoreError::Other { database, what },
        }
    }
}
