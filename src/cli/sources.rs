//! From arguments to mails: which files are replayed, and in which mailbox and folder each counts as found.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config_file::counted;
use super::screen::line;
use super::{Code, Failure};
use crate::archive::{self, Unreadable};
use crate::domain::{MailboxKind, Setup};
use crate::engine::{FoundIn, Source};

/// The folder of mail whose folder nobody names.
const INBOX: &str = "INBOX";
/// Paths that are named where only some can be.
const NAMED: usize = 3;

/// `MAILBOX[:FOLDER]=PATH`, as in `--mail`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    mailbox: String,
    folder: String,
    path: PathBuf,
}

impl std::str::FromStr for Placed {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wanted = "write MAILBOX=PATH or MAILBOX:FOLDER=PATH";
        let (place, path) = text.split_once('=').ok_or(wanted)?;
        let (mailbox, folder) = place.split_once(':').unwrap_or((place, INBOX));
        if mailbox.is_empty() || folder.is_empty() || path.is_empty() {
            return Err(wanted.to_owned());
        }
        Ok(Placed { mailbox: mailbox.to_owned(), folder: folder.to_owned(), path: at_home(path) })
    }
}

/// `~/Maildir` in the folder of this user: shells expand it only where an argument begins with it.
fn at_home(path: &str) -> PathBuf {
    let home = || std::env::var_os("HOME").filter(|home| !home.is_empty());
    match path.strip_prefix("~/").and_then(|rest| home().map(|home| Path::new(&home).join(rest))) {
        Some(path) => path,
        None => path.into(),
    }
}

/// The mails that were found, in order of arrival, what could not be read, and what was passed over.
pub(super) struct Gathered {
    pub sources: Vec<Source>,
    pub unreadable: Vec<Unreadable>,
    /// Paths under which no mail is.
    pub empty: Vec<PathBuf>,
    pub passed: Passed,
}

/// What lay under the paths and was not taken for mail.
#[derive(Default)]
pub(super) struct Passed {
    files: Vec<PathBuf>,
    /// Folders of Maildir++ accounts, each with the mailbox in which its account counts as found.
    folders: Vec<(PathBuf, String)>,
}

impl Passed {
    /// How many, the first of them, and what to do about it: lines for people.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if !self.files.is_empty() {
            let count = counted(self.files.len(), "file was", "files were");
            let named = named(self.files.iter());
            lines.push(format!(
                "{count} passed over: {named} (in a folder mail is what ends in .eml, .mbox or .mbx, begins as an mbox \
                 does, or lies in a Maildir)"
            ));
        }
        // Whoever leaves out one folder leaves out the sent mail most painfully.
        let sent = |(path, _): &&(PathBuf, String)| path.file_name().is_some_and(|name| name == ".Sent");
        if let Some((path, mailbox)) = self.folders.iter().find(sent).or(self.folders.first()) {
            let count = counted(self.folders.len(), "folder", "folders");
            let named = named(self.folders.iter().map(|(path, _)| path));
            let folder = path.file_name().unwrap_or_default().to_string_lossy();
            let folder = folder.trim_start_matches('.');
            lines.push(format!(
                "{count} of a Maildir account passed over: {named}; name those that are wanted, as in \
                 --mail '{mailbox}:{folder}={}'",
                path.display()
            ));
        }
        lines
    }
}

/// The first few paths, and how many more there are.
fn named<'a>(paths: impl ExactSizeIterator<Item = &'a PathBuf>) -> String {
    let more = paths.len().saturating_sub(NAMED);
    let first: Vec<_> = paths.take(NAMED).map(|path| line(&path.to_string_lossy())).collect();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{}{more}", first.join(", "))
}

/// Finds the mails under all paths. `paths` count as the first team mailbox's INBOX. Order: arrival; at the same time
/// that of the arguments, then the name.
pub(super) fn gather(setup: &Setup, paths: &[PathBuf], placed: &[Placed]) -> Result<Gathered, Failure> {
    let plain = match paths.is_empty() {
        true => None,
        false => Some(default_mailbox(setup)?),
    };
    for place in placed {
        check_mailbox(setup, &place.mailbox)?;
    }
    let all = paths.iter().chain(placed.iter().map(|place| &place.path));
    let missing: Vec<_> =
        all.filter_map(|path| Some(format!("cannot read {}: {}", path.display(), path.metadata().err()?))).collect();
    if !missing.is_empty() {
        // A mailbox without its Sent folder is decided otherwise, and what is decided stays.
        return Err(Failure::new(Code::NoInput, missing.join("; "), "nothing was replayed: correct the path"));
    }
    let plain = paths.iter().map(|path| (path.as_path(), plain.unwrap_or_default(), INBOX));
    let placed = placed.iter().map(|place| (place.path.as_path(), place.mailbox.as_str(), place.folder.as_str()));
    let mut gathered =
        Gathered { sources: Vec::new(), unreadable: Vec::new(), empty: Vec::new(), passed: Passed::default() };
    for (path, mailbox, folder) in plain.chain(placed) {
        add(&mut gathered, path, mailbox, folder);
    }
    // Stable: mails that arrived together stay in the order of the arguments and, under one of them, of their names.
    gathered.sources.sort_by_cached_key(|source| source.item.arrived_at);
    // There may be hundreds of thousands, and they stay until the last is read.
    gathered.sources.shrink_to_fit();
    Ok(gathered)
}

fn add(gathered: &mut Gathered, path: &Path, mailbox: &str, folder: &str) {
    let mut listing = archive::list(path);
    if listing.items.is_empty() && listing.unreadable.is_empty() {
        gathered.empty.push(path.to_owned());
    }
    listing.items.sort_by(|a, b| (&a.path, &a.span).cmp(&(&b.path, &b.span)));
    let found_in = Arc::new(FoundIn { mailbox: mailbox.to_owned(), folder: folder.to_owned() });
    let place = |item| Source { item, found_in: found_in.clone() };
    gathered.sources.extend(listing.items.into_iter().map(place));
    gathered.unreadable.append(&mut listing.unreadable);
    gathered.passed.files.append(&mut listing.other_files);
    gathered.passed.folders.extend(listing.account_folders.into_iter().map(|path| (path, mailbox.to_owned())));
}

fn default_mailbox(setup: &Setup) -> Result<&str, Failure> {
    let team = setup.mailboxes.iter().find(|mailbox| mailbox.kind == MailboxKind::Team);
    team.map(|mailbox| mailbox.name.as_str()).ok_or_else(|| {
        let way_out = "say where the mail was found: --mail MAILBOX=PATH";
        Failure::new(Code::Config, "the configuration has no team mailbox", way_out)
    })
}

fn check_mailbox(setup: &Setup, name: &str) -> Result<(), Failure> {
    if setup.mailbox(name).is_some() {
        return Ok(());
    }
    let known: Vec<_> = setup.mailboxes.iter().map(|mailbox| mailbox.name.as_str()).collect();
    let way_out = match known.is_empty() {
        true => "the configuration has no mailbox; give another one with --config FILE".to_owned(),
        false => format!("known mailboxes: {}; others come from --config FILE", known.join(", ")),
    };
    Err(Failure::new(Code::Usage, format!("there is no mailbox `{name}`"), way_out))
}
