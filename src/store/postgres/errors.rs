//! What PostgreSQL says went wrong, told apart by what is done about it.

use std::error::Error as _;

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::store::StoreError;

/// Why work is run again although nothing is wrong with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// The connection is gone, or the server.
    Lost,
    /// Another transaction was in the way: a serialisation failure or a deadlock.
    InTheWay,
}

impl Trouble {
    /// `None`: running it again would not help.
    pub(super) fn of(error: &Error) -> Option<Trouble> {
        let Some(code) = error.code() else {
            let broken = error.source().is_some_and(|source| source.is::<std::io::Error>());
            return (broken || error.is_closed()).then_some(Trouble::Lost);
        };
        // Class 08: connection exception.
        if code.code().starts_with("08") {
            return Some(Trouble::Lost);
        }
        let lost = [
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
            SqlState::IDLE_IN_TRANSACTION_SESSION_TIMEOUT,
        ];
        let in_the_way = [SqlState::T_R_SERIALIZATION_FAILURE, SqlState::T_R_DEADLOCK_DETECTED];
        match () {
            () if lost.contains(code) => Some(Trouble::Lost),
            () if in_the_way.contains(code) => Some(Trouble::InTheWay),
            () => None,
        }
    }
}

/// The driver's error, for a caller who must choose what to do. `doing`: the statement or step that failed.
pub(super) fn store_error(error: &Error, database: &str, doing: &str) -> StoreError {
    let database = database.to_owned();
    // The message alone: the detail beside it quotes rows, and with them people's addresses.
    let said = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
    let what = format!("{said} ({})", doing.lines().next().unwrap_or_default());
    match Trouble::of(error) {
        Some(Trouble::Lost) => return StoreError::Unreachable { database, what: said },
        Some(Trouble::InTheWay) => return StoreError::Busy { database },
        None => {}
    }
    let is = |codes: &[SqlState]| error.code().is_some_and(|code| codes.contains(code));
    match () {
        () if is(&[SqlState::LOCK_NOT_AVAILABLE]) => StoreError::Busy { database },
        () if is(&[SqlState::DISK_FULL]) => StoreError::Full { database },
        () if is(&[SqlState::READ_ONLY_SQL_TRANSACTION]) => StoreError::ReadOnly { database },
        () if is(&[SqlState::IO_ERROR]) => StoreError::CannotWrite { database, what },
        () if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) => StoreError::Corrupt { database, what },
        () => StoreError::Other { database, what },
    }
}

/// The same for a connection that could not be made.
pub(super) fn cannot_connect(error: &Error, database: &str) -> StoreError {
    match store_error(error, database, "connect") {
        StoreError::Other { database, .. } => {
            let what = error.as_db_error().map_or_else(|| error.to_string(), |error| error.message().to_owned());
            StoreError::CannotOpen { database, what }
        }
        error => error,
    }
}
