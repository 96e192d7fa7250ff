//! The lock that keeps two programs from fetching mail into one database at a time: each would take the other's notes of
//! what is being read for mails that ended the program.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::{Location, StoreError, postgres};

/// Held while this lives; it falls with the process.
pub struct Lock {
    _held: Held,
}

enum Held {
    /// `FILE.lock`, locked.
    File {
        _file: File,
    },
    Server {
        _lock: postgres::lock::Lock,
    },
}

/// Takes the lock.
pub fn lock(database: &Location) -> Result<Lock, StoreError> {
    match database {
        Location::File(path) => Ok(Lock { _held: Held::File { _file: lock_file(path, database)? } }),
        Location::Server(address) => {
            let lock = postgres::lock::lock(address, &database.to_string())?;
            Ok(Lock { _held: Held::Server { _lock: lock } })
        }
    }
}

fn lock_file(path: &Path, database: &Location) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |error: std::io::Error| StoreError::CannotOpen {
        database: database.to_string(),
        what: format!("its lock {}: {error}", Path::new(&name).display()),
    };
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(&name).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Fetching { database: database.to_string() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
