//! From arguments to mails: which files are replayed, and in which mailbox and folder each counts as found.

use std::path::{Path, PathBuf};

use super::{Code, Failure};
use crate::archive::{self, Unreadable};
use crate::domain::{MailboxKind, Setup};
use crate::engine::Source;

/// The folder of mail whose folder nobody names.
const INBOX: &str = "INBOX";

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
        Ok(Placed { mailbox: mailbox.to_owned(), folder: folder.to_owned(), path: path.into() })
    }
}

/// The mails that were found, in order of arrival, and what could not be read.
pub(super) struct Gathered {
    pub sources: Vec<Source>,
    pub unreadable: Vec<Unreadable>,
    /// Paths under which no mail is.
    pub empty: Vec<PathBuf>,
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
    let plain = paths.iter().map(|path| (path.as_path(), plain.unwrap_or_default(), INBOX));
    let placed = placed.iter().map(|place| (place.path.as_path(), place.mailbox.as_str(), place.folder.as_str()));
    let mut gathered = Gathered { sources: Vec::new(), unreadable: Vec::new(), empty: Vec::new() };
    for (path, mailbox, folder) in plain.chain(placed) {
        add(&mut gathered, path, mailbox, folder);
    }
    // Stable: mails that arrived together stay in the order of the arguments and, under one of them, of their names.
    gathered.sources.sort_by_key(|source| source.item.arrived_at);
    Ok(gathered)
}

fn add(gathered: &mut Gathered, path: &Path, mailbox: &str, folder: &str) {
    let mut listing = archive::list(path);
    if listing.items.is_empty() && listing.unreadable.is_empty() {
        gathered.empty.push(path.to_owned());
    }
    listing.items.sort_by(|a, b| (&a.path, a.span).cmp(&(&b.path, b.span)));
    gathered.sources.extend(listing.items.into_iter().map(|item| Source {
        item,
        mailbox: mailbox.to_owned(),
        folder: folder.to_owned(),
    }));
    gathered.unreadable.append(&mut listing.unreadable);
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
