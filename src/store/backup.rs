//! Copies of a whole database, each one file: taken while others go on writing, and put in a database's place. A copy has
//! its name only once it is complete, durable and checked.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::sqlite::connect;
use super::{StoreError, Tx, check, keys, migrate};
use crate::domain::row::Value;

/// What SQLite keeps beside a database.
const COMPANIONS: [&str; 3] = ["-wal", "-shm", "-journal"];

/// How long somebody may take to let go of a database that is to be replaced: who runs keeps it for hours.
const LET_GO: Duration = Duration::from_secs(1);

/// Why a copy was not made, or not put in place.
#[derive(Debug, thiserror::Error)]
pub enum CopyError {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something has that name already; it was left as it is.
    #[error("{} is there already", .0.display())]
    Exists(PathBuf),
    /// The database that is to be replaced is open somewhere.
    #[error("{} is in use: stop what uses it first", .0.display())]
    InUse(PathBuf),
    #[error("{} cannot be written: {error}", path.display())]
    File { path: PathBuf, error: io::Error },
}

/// What was copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copied {
    pub events: i64,
    pub bytes: u64,
}

/// Copies what is committed in the database `from` at this moment into the new file `to`, readable by this user only.
/// Readers and writers of `from` are not kept waiting, and its schema stays what it is.
pub fn write(from: &Path, to: &Path) -> Result<Copied, CopyError> {
    refuse_existing(to)?;
    let part = Part::beside(to)?;
    let copied = part.fill(from)?;
    match fs::hard_link(&part.path, to) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(CopyError::Exists(to.to_owned())),
        // A file system without links: whoever makes the same file at this very moment is overwritten.
        Err(_) => fs::rename(&part.path, to).map_err(|error| failed(to, error))?,
    }
    drop(part);
    sync_folder(to)?;
    Ok(copied)
}

/// Puts a copy of `backup`, once it is found whole, where the database `to` is to be. One that is there already, or what
/// is left of one, is refused unless `replace`; then it is kept beside it: gives its new name.
pub fn restore(backup: &Path, to: &Path, replace: bool) -> Result<(Copied, Option<PathBuf>), CopyError> {
    // A link goes on naming what it named.
    let linked = fs::read_link(to).ok().and_then(|_| fs::canonicalize(to).ok());
    let to = linked.as_deref().unwrap_or(to);
    if !replace {
        refuse_existing(to)?;
    }
    let part = Part::beside(to)?;
    let copied = part.fill(backup)?;
    part.reseed()?;
    let there = fs::symlink_metadata(to).is_ok() || COMPANIONS.iter().any(|end| with_end(to, end).exists());
    let (kept, lock) = if there { set_aside(to)? } else { (None, None) };
    fs::rename(&part.path, to).map_err(|error| failed(to, error))?;
    drop(lock);
    sync_folder(to)?;
    Ok((copied, kept))
}

/// A database, or what is left of one.
fn refuse_existing(to: &Path) -> Result<(), CopyError> {
    let names = std::iter::once(to.to_owned()).chain(COMPANIONS.iter().map(|end| with_end(to, end)));
    match names.into_iter().find(|name| fs::symlink_metadata(name).is_ok()) {
        Some(name) => Err(CopyError::Exists(name)),
        None => Ok(()),
    }
}

/// Gives the old database another name too, so that one rename puts the new one in its place. Its log is folded into it
/// first: a log that is left behind would be folded into the new one. The connection keeps others out until it is dropped.
fn set_aside(old: &Path) -> Result<(Option<PathBuf>, Option<Connection>), CopyError> {
    let aside =
        (1..).map(|n| with_end(old, &format!(".replaced-{n}"))).find(|name| fs::symlink_metadata(name).is_err());
    let Some(aside) = aside else { return Ok((None, None)) };
    let lock = match lock_alone(old) {
        Ok(lock) => Some(lock),
        Err(StoreError::Busy { .. }) => return Err(CopyError::InUse(old.to_owned())),
        Err(error @ StoreError::ReadOnly { .. }) => return Err(error.into()),
        // Damaged: it goes with all that is beside it.
        Err(_) => None,
    };
    for end in COMPANIONS {
        let (name, other) = (with_end(old, end), with_end(&aside, end));
        match fs::rename(&name, &other) {
            Err(error) if error.kind() != ErrorKind::NotFound => return Err(failed(&name, error)),
            _ => {}
        }
    }
    match fs::hard_link(old, &aside).or_else(|_| fs::rename(old, &aside)) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(&aside, error)),
        _ => Ok((Some(aside), lock)),
    }
}

/// Waits a little for others to let go of a database, makes it one file, and keeps others out.
fn lock_alone(path: &Path) -> Result<Connection, StoreError> {
    let database = path.display().to_string();
    let connection = connect(path, OpenFlags::SQLITE_OPEN_READ_WRITE, &database)?;
    let failed = |error| StoreError::from_sqlite(error, &database, "lock");
    connection.busy_timeout(LET_GO).map_err(failed)?;
    let mode: String = connection.query_row("PRAGMA journal_mode = DELETE", [], |row| row.get(0)).map_err(failed)?;
    if mode != "delete" {
        return Err(StoreError::Busy { database });
    }
    connection.execute_batch("BEGIN EXCLUSIVE").map_err(failed)?;
    Ok(connection)
}

/// A file that is not complete yet, beside the one that it will be. Gone when it is dropped.
struct Part {
    path: PathBuf,
}

impl Part {
    fn beside(to: &Path) -> Result<Self, CopyError> {
        let path = with_end(to, &format!(".{}.part", std::process::id()));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        match options.open(&path) {
            Ok(_) => Ok(Part { path }),
            Err(error) => Err(failed(to, error)),
        }
    }

    /// Copies a database into it, makes that durable, and checks it.
    fn fill(&self, from: &Path) -> Result<Copied, CopyError> {
        let database = from.display().to_string();
        let source = connect(from, OpenFlags::SQLITE_OPEN_READ_WRITE, &database)?;
        migrate::check_filled(&source, &database)?;
        let name = self
            .path
            .to_str()
            .ok_or_else(|| failed(&self.path, io::Error::new(ErrorKind::InvalidInput, "its name is not UTF-8")))?;
        // One read transaction: what is committed meanwhile is none of this copy's.
        source.execute("VACUUM INTO $1", [name]).map_err(|error| {
            let about_source = StoreError::from_sqlite(error, &database, "copy");
            match about_source {
                StoreError::Full { .. } => StoreError::Full { database: self.path.display().to_string() },
                StoreError::CannotWrite { what, .. } => {
                    StoreError::CannotWrite { database: self.path.display().to_string(), what }
                }
                error => error,
            }
        })?;
        drop(source);
        let file = File::open(&self.path).and_then(|file| file.sync_all().map(|()| file));
        let bytes = file.and_then(|file| file.metadata()).map_err(|error| failed(&self.path, error))?.len();
        Ok(Copied { events: self.check(&database)?, bytes })
    }

    /// What it will send is not to be taken for what left after the backup was made: that is forgotten here, and may be
    /// answered.
    fn reseed(&self) -> Result<(), CopyError> {
        let database = self.path.display().to_string();
        let mut copy = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE, &database)?;
        let failed = |error| StoreError::from_sqlite(error, &database, "a new seed");
        let transaction = copy.transaction_with_behavior(TransactionBehavior::Immediate).map_err(failed)?;
        let mut tx = Tx::sqlite(transaction, &database);
        keys::reseed(&mut tx)?;
        tx.commit()?;
        Ok(())
    }

    /// The number of events in it. What is wrong with the copy was wrong with what it was made of.
    fn check(&self, database: &str) -> Result<i64, StoreError> {
        let mut copy = connect(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY, database)?;
        let failed = |error| StoreError::from_sqlite(error, database, "check");
        let transaction = copy.transaction_with_behavior(TransactionBehavior::Deferred).map_err(failed)?;
        let mut tx = Tx::sqlite(transaction, database);
        check::whole(&mut tx)?;
        match tx.query("SELECT count(*) FROM event", &[])?.into_iter().flatten().next() {
            Some(Value::Integer(events)) => Ok(events),
            _ => Ok(0),
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Renamed, or of no use.
        let _ = fs::remove_file(&self.path);
    }
}

fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(end);
    PathBuf::from(name)
}

/// A new name is durable once its folder is.
fn sync_folder(of: &Path) -> Result<(), CopyError> {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    match cfg!(unix) {
        true => File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| failed(folder, error)),
        false => Ok(()),
    }
}

fn failed(path: &Path, error: io::Error) -> CopyError {
    CopyError::File { path: path.to_owned(), error }
}
