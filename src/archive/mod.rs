//! Floor 2: mail in files. Finds the mails under a path (.eml, Maildir, mbox, folders of these) and reads them one at a
//! time; says nothing about what they mean.

mod file_path;
mod list;
mod mbox;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use crate::domain::Timestamp;

pub use file_path::FilePath;
pub use list::{Listing, list};

/// One mail in a file. Small: all mails of a replay are listed before the first is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    pub path: FilePath,
    /// In an mbox: where the mail begins and ends, in bytes. Apart, for most mails have none.
    pub span: Option<Box<(u64, u64)>>,
    /// From the topmost Received, else Date, else the file's own time.
    pub arrived_at: Timestamp,
}

impl Item {
    /// The raw bytes. In an mbox `>From ` is unquoted (RFC 4155, "mboxrd").
    pub fn read(&self) -> std::io::Result<Vec<u8>> {
        let Some((from, to)) = self.span.as_deref().copied() else { return std::fs::read(self.path.to_path()) };
        let mut file = File::open(self.path.to_path())?;
        file.seek(SeekFrom::Start(from))?;
        let mut raw = Vec::new();
        file.take(to.saturating_sub(from)).read_to_end(&mut raw)?;
        Ok(mbox::unquoted(&raw))
    }

    /// How people find it: the path, and the position in an mbox.
    pub fn name(&self) -> String {
        let path = self.path.to_path();
        match self.span.as_deref() {
            None => path.display().to_string(),
            Some((from, _)) => format!("{}@{from}", path.display()),
        }
    }
}

/// Something under a path that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{path}: {what}")]
pub struct Unreadable {
    pub path: String,
    pub what: String,
}

impl Unreadable {
    fn new(path: &Path, error: &std::io::Error) -> Self {
        Unreadable { path: path.display().to_string(), what: error.to_string() }
    }
}
