//! What mails there are under a path.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{Item, Unreadable, mbox};
use crate::domain::Timestamp;
use crate::parse;

/// Bytes of a mail that are looked at to find out when it arrived.
const HEAD: u64 = 64 * 1024;

/// The mails under a path, and what could not be read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub items: Vec<Item>,
    pub unreadable: Vec<Unreadable>,
}

/// Lists the mails under `path`: a file (a mail, or an mbox), a Maildir (`cur` and `new`), or a folder with any of these
/// in it at any depth. Of a Maildir++ account only the folder that is named. In a plain folder mails are the files that end in .eml, .mbox or .mbx. Order: by name.
pub fn list(path: &Path) -> Listing {
    let mut listing = Listing::default();
    match fs::metadata(path) {
        Err(error) => listing.unreadable.push(Unreadable::new(path, &error)),
        Ok(found) if found.is_dir() => folder(path, &mut listing),
        Ok(_) => file(path, &mut listing),
    }
    listing
}

fn folder(path: &Path, listing: &mut Listing) {
    // A stack instead of recursion: folders may be nested as deep as the file system allows.
    let mut waiting = vec![path.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = match entries(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                listing.unreadable.push(Unreadable::new(&folder, &error));
                continue;
            }
        };
        let maildir = ["cur", "new"].iter().any(|name| folder.join(name).is_dir());
        let in_maildir = folder.file_name().is_some_and(|name| name == "cur" || name == "new");
        for entry in &entries {
            if entry.is_dir() && entry.is_symlink() {
                // A link may lead back to where we are; its mails are listed where they lie.
                continue;
            }
            if entry.is_dir() {
                // `tmp` of a Maildir holds mails that are still being written; `.Sent` and the like are other folders of
                // the account (Maildir++), to be named on their own.
                let name = entry.file_name().unwrap_or_default().as_encoded_bytes();
                if !(maildir && (name == b"tmp" || name.starts_with(b"."))) {
                    waiting.push(entry.clone());
                }
            } else if in_maildir || is_mail_name(entry) {
                file(entry, listing);
            }
        }
    }
}

fn entries(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut entries: Vec<PathBuf> =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    entries.sort();
    Ok(entries)
}

fn is_mail_name(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), "eml" | "mbox" | "mbx")
}

fn file(path: &Path, listing: &mut Listing) {
    match items(path) {
        Ok(items) => listing.items.extend(items),
        Err(error) => listing.unreadable.push(Unreadable::new(path, &error)),
    }
}

fn items(path: &Path) -> std::io::Result<Vec<Item>> {
    let found = fs::metadata(path)?;
    if !found.is_file() {
        // Opening a pipe would wait for whoever writes to it.
        return Err(std::io::Error::other("it is no regular file"));
    }
    let modified = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let modified = Timestamp(modified.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)));
    let head = head(path)?;
    if head.is_empty() {
        return match path.extension().is_some_and(|ending| ending == "mbox" || ending == "mbx") {
            true => Ok(Vec::new()),
            false => Err(std::io::Error::other("the file is empty: no mail is in it")),
        };
    }
    if !mbox::is_mbox(&head) {
        let arrived_at = parse::arrival_of(&head).unwrap_or(modified);
        return Ok(vec![Item { path: path.to_owned(), span: None, arrived_at }]);
    }
    let mut items = Vec::new();
    for span in mbox::spans(path)? {
        let (from, to) = span;
        let mut item = Item { path: path.to_owned(), span: Some((from, to.min(from + HEAD))), arrived_at: modified };
        item.arrived_at = parse::arrival_of(&item.read()?).unwrap_or(modified);
        items.push(Item { span: Some(span), ..item });
    }
    Ok(items)
}

fn head(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    File::open(path)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}
