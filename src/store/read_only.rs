//! A database that this user may read and not write: questions are answered all the same.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use rusqlite::OpenFlags;

use super::sqlite::{Sqlite, connect};
use super::{StoreError, migrate};

/// Whether the file must be taken as it is. Refuses one that cannot even be read.
pub(super) fn is_only_readable(path: &Path, database: &str) -> Result<bool, StoreError> {
    File::open(path)
        .map_err(|error| StoreError::CannotRead { database: database.to_owned(), what: error.to_string() })?;
    Ok(OpenOptions::new().append(true).open(path).is_err())
}

/// Opens it for questions. Nothing is written, not even beside it.
pub(super) fn open(path: &Path, database: &str) -> Result<Sqlite, StoreError> {
    let in_use = has_log(path);
    // Without a log the file is all there is, and SQLite need not keep an index of the log beside it (immutable). With
    // one it reads both, where whoever writes has left the index readable.
    let uri = match in_use {
        false => format!("file:{}?immutable=1", escaped(path)),
        true => format!("file:{}", escaped(path)),
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let refused = |error| match error {
        StoreError::CannotOpen { database, .. } | StoreError::ReadOnly { database } if in_use => {
            let what = format!("part of it is in {}, which only who may write there can read", log_of(path).display());
            StoreError::CannotRead { database, what }
        }
        error => error,
    };
    let connection = connect(Path::new(&uri), flags, database).map_err(refused)?;
    migrate::check_filled(&connection, database).map_err(refused)?;
    if !migrate::is_current(&connection, database)? {
        return Err(StoreError::ReadOnly { database: database.to_owned() });
    }
    Ok(Sqlite::single(connection))
}

/// Whether something is in the log that is not in the file yet.
pub(super) fn has_log(path: &Path) -> bool {
    log_of(path).metadata().is_ok_and(|log| log.len() > 0)
}

fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    name.into()
}

/// The path in a URI (RFC 3986 2.1): what has a meaning there, or is no ASCII, by its bytes.
fn escaped(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'-' | b'_' | b'~' => out.push(char::from(*byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_the_same_file_in_a_uri() {
        assert_eq!(escaped(Path::new("/a b/ü?#%.db")), "/a%20b/%C3%BC%3F%23%25.db");
    }
}
