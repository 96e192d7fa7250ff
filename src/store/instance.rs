//! The lock that keeps two programs from fetching mail into one database at a time: each would take the other's notes of
//! what is being read for mails that ended the program.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

use super::{Location, StoreError, postgres};

/// Held while this lives; it falls with the process.
#[derive(Default)]
pub struct Lock {
    /// `FILE.lock`, locked.
    _file: Option<File>,
    server: Option<postgres::lock::Lock>,
}

/// Takes the lock.
pub fn lock(database: &Location) -> Result<Lock, StoreError> {
    Ok(match database {
        Location::File(path) => Lock { _file: Some(lock_file(path, database)?), ..Lock::default() },
        Location::Server(address) => {
            Lock { server: Some(postgres::lock::lock(address, &database.to_string())?), ..Lock::default() }
        }
    })
}

impl Lock {
    /// Fails where it is not held any more: that of a server falls with its connection.
    pub fn check(&self) -> Result<(), StoreError> {
        self.server.as_ref().map_or(Ok(()), postgres::lock::Lock::check)
    }
}

fn lock_file(path: &Path, database: &Location) -> Result<File, StoreError> {
    let mut name = path.as_os_str().to_owned();
    name.push(".lock");
    let failed = |error: std::io::Error| {
        let way_out = match error.kind() {
            ErrorKind::NotFound => "; its folder is missing: make it",
            ErrorKind::PermissionDenied => {
                "; it or its folder is another user's, as after a command by root: give it back with chown \
                 (docs/installing.md), or run this as that user"
            }
            _ => "",
        };
        let what = format!("its lock {}: {error}{way_out}", Path::new(&name).display());
        StoreError::CannotOpen { database: database.to_string(), what }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_folder_is_missing_it_says_to_make_it() {
        let folder = tempfile::tempdir().unwrap();
        let error = lock(&Location::File(folder.path().join("none/desk.db"))).err().unwrap().to_string();
        assert!(error.ends_with("; its folder is missing: make it"), "{error}");
    }
}
