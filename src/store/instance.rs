//! The lock that keeps two programs from fetching mail into one database at a time: each would take the other's notes of
//! what is being read for mails that ended the program.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

use super::{Location, StoreError};

/// Takes the lock; it is held as long as what is given lives, and falls with the process. Of a database on a server there is
/// none yet.
pub fn lock(database: &Location) -> Result<Option<File>, StoreError> {
    let Location::File(path) = database else { return Ok(None) };
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
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Err(StoreError::Fetching { database: database.to_string() }),
        Err(TryLockError::Error(error)) => Err(failed(error)),
    }
}
