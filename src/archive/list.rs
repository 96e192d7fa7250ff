//! What mails there are under a path.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::{self, DirEntry, File};
use std::io::{ErrorKind, Read};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use super::{FilePath, Item, Unreadable, mbox};
use crate::domain::Timestamp;
use crate::parse;

/// Bytes of a mail that are looked at to find out when it arrived.
const HEAD: usize = 64 * 1024;
/// Bytes that are asked for at a time: most headers fit, and one call reads them.
const STEP: usize = 16 * 1024;
/// Bytes of a file that are looked at to find out whether it is an mbox: two lines of the longest kind (RFC 5322 2.1.1).
const FIRST_LINES: u64 = 2048;
/// Files for which a thread is worth starting.
const LEAST_SHARE: usize = 256;

/// The mails under a path, what could not be read, and what was passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    pub items: Vec<Item>,
    pub unreadable: Vec<Unreadable>,
    /// Files in folders that are no mail by their names and beginnings.
    pub other_files: Vec<PathBuf>,
    /// Folders of a Maildir++ account, each to be named on its own.
    pub account_folders: Vec<PathBuf>,
}

/// Lists the mails under `path`: a file (a mail, or an mbox), a Maildir (`cur` and `new`), or a folder with any of these
/// in it at any depth; links are followed. Of a Maildir++ account only the folder that is named. In a plain folder mails
/// are the files that end in .eml, .mbox or .mbx, and those that begin as an mbox does. Order: by name.
pub fn list(path: &Path) -> Listing {
    let mut listing = Listing::default();
    match fs::metadata(path) {
        Err(error) => listing.unreadable.push(Unreadable::new(path, &error)),
        Ok(found) if found.is_dir() => folders(path, &mut listing),
        Ok(found) => file(path, &path.into(), found.is_file(), &mut Vec::new(), &mut listing),
    }
    listing
}

/// The folder and those in it. A stack instead of recursion: folders may be nested as deep as the file system allows.
fn folders(path: &Path, listing: &mut Listing) {
    // By where they lie: a link may lead back to where we are.
    let mut seen = BTreeSet::new();
    let (mut waiting, mut links) = (vec![path.to_owned()], Vec::new());
    // What a link leads to has the name without the link where it has one.
    while let Some(path) = waiting.pop().or_else(|| links.pop()) {
        match fs::canonicalize(&path).map(|place| seen.insert(place)) {
            Ok(true) => {}
            Ok(false) => continue,
            Err(error) => {
                listing.unreadable.push(Unreadable::new(&path, &error));
                continue;
            }
        }
        for inside in folder(&path, listing) {
            if inside.is_symlink() { &mut links } else { &mut waiting }.push(inside);
        }
    }
}

/// The mails of one folder. Gives the folders in it.
fn folder(path: &Path, listing: &mut Listing) -> Vec<PathBuf> {
    let entries = match entries(path) {
        Ok(entries) => entries,
        Err(error) => {
            listing.unreadable.push(Unreadable::new(path, &error));
            return Vec::new();
        }
    };
    let folder = Folder {
        maildir: ["cur", "new"].iter().any(|name| path.join(name).is_dir()),
        in_maildir: path.file_name().is_some_and(|name| name == "cur" || name == "new"),
    };
    let mut inside = Vec::new();
    for (mut part, mut folders) in folder.shared_out(&entries) {
        listing.items.append(&mut part.items);
        listing.unreadable.append(&mut part.unreadable);
        listing.other_files.append(&mut part.other_files);
        listing.account_folders.append(&mut part.account_folders);
        inside.append(&mut folders);
    }
    inside
}

/// What tells in a folder which of its entries are mails.
struct Folder {
    maildir: bool,
    in_maildir: bool,
}

impl Folder {
    /// Looks at all entries, on as many threads as there are processors: most of it is waiting for the system.
    fn shared_out(&self, entries: &[Entry]) -> Vec<(Listing, Vec<PathBuf>)> {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let share = entries.len().div_ceil(threads).max(LEAST_SHARE);
        if entries.len() <= share {
            return vec![self.look_at(entries)];
        }
        std::thread::scope(|scope| {
            let shares: Vec<_> =
                entries.chunks(share).map(|entries| scope.spawn(move || self.look_at(entries))).collect();
            shares.into_iter().map(|share| share.join().unwrap_or_else(|panic| resume_unwind(panic))).collect()
        })
    }

    /// What these entries are, and which of them are folders.
    fn look_at(&self, entries: &[Entry]) -> (Listing, Vec<PathBuf>) {
        let (mut listing, mut inside, mut buffer) = (Listing::default(), Vec::new(), Vec::new());
        for Entry { place, is_file } in entries {
            let (name, path) = (place.name().as_encoded_bytes(), place.to_path());
            let is_mail = self.in_maildir || is_mail_name(&path);
            if *is_file && is_mail {
                file(&path, place, true, &mut buffer, &mut listing);
                continue;
            }
            match fs::metadata(&path) {
                // Mails that are still being written.
                Ok(found) if found.is_dir() && self.maildir && name == b"tmp" => {}
                // `.Sent` and the like are other folders of the account (Maildir++).
                Ok(found) if found.is_dir() && self.maildir && name.starts_with(b".") => {
                    listing.account_folders.push(path);
                }
                Ok(found) if found.is_dir() => inside.push(path),
                Ok(found) if is_mail => file(&path, place, found.is_file(), &mut buffer, &mut listing),
                Err(error) if is_mail => listing.unreadable.push(Unreadable::new(&path, &error)),
                Ok(found) if found.is_file() => match begins_as_mbox(&path) {
                    Ok(true) => file(&path, place, true, &mut buffer, &mut listing),
                    Ok(false) => listing.other_files.push(path),
                    Err(error) => listing.unreadable.push(Unreadable::new(&path, &error)),
                },
                _ => listing.other_files.push(path),
            }
        }
        (listing, inside)
    }
}

/// Something in a folder.
struct Entry {
    place: FilePath,
    /// The folder itself says that it is a regular file: nobody else need be asked.
    is_file: bool,
}

/// What is in a folder, by name.
fn entries(folder: &Path) -> std::io::Result<Vec<Entry>> {
    let named = |entry: DirEntry| (entry.file_name(), entry.file_type().is_ok_and(|kind| kind.is_file()));
    let mut entries: Vec<(OsString, bool)> =
        fs::read_dir(folder)?.map(|entry| entry.map(named)).collect::<Result<_, _>>()?;
    entries.sort();
    let (names, files): (Vec<OsString>, Vec<bool>) = entries.into_iter().unzip();
    let places = FilePath::in_folder(folder, names).into_iter();
    Ok(places.zip(files).map(|(place, is_file)| Entry { place, is_file }).collect())
}

fn is_mail_name(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    matches!(ending.as_str(), "eml" | "mbox" | "mbx")
}

/// Whether a file whose name does not say so is an mbox, as those of Thunderbird (`Inbox`, `Sent`).
fn begins_as_mbox(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(FIRST_LINES).read_to_end(&mut head)?;
    Ok(mbox::begins(&head))
}

/// The mails of one file. `buffer` is for its beginning.
fn file(path: &Path, place: &FilePath, is_file: bool, buffer: &mut Vec<u8>, listing: &mut Listing) {
    let items = match is_file {
        true => items(path, place, buffer),
        // Opening a pipe would wait for whoever writes to it.
        false => Err(std::io::Error::other("it is no regular file")),
    };
    match items {
        Ok(items) => listing.items.extend(items),
        Err(error) => listing.unreadable.push(Unreadable::new(path, &error)),
    }
}

fn items(path: &Path, place: &FilePath, buffer: &mut Vec<u8>) -> std::io::Result<Vec<Item>> {
    let mut file = File::open(path)?;
    let head = head(&mut file, buffer)?;
    if head.is_empty() {
        return match path.extension().is_some_and(|ending| ending == "mbox" || ending == "mbx") {
            true => Ok(Vec::new()),
            false => Err(std::io::Error::other("the file is empty: no mail is in it")),
        };
    }
    if !mbox::is_mbox(head) {
        let arrived_at = parse::arrival_of(head).unwrap_or_else(|| modified(&file));
        return Ok(vec![Item { path: place.clone(), span: None, arrived_at }]);
    }
    let (mut items, modified) = (Vec::new(), modified(&file));
    for span in mbox::spans(path)? {
        let (from, to) = span;
        let mut item = Item {
            path: place.clone(),
            span: Some(Box::new((from, to.min(from + HEAD as u64)))),
            arrived_at: modified,
        };
        item.arrived_at = parse::arrival_of(&item.read()?).unwrap_or(modified);
        items.push(Item { span: Some(Box::new(span)), ..item });
    }
    Ok(items)
}

/// The file's own time.
fn modified(file: &File) -> Timestamp {
    let modified = file.metadata().and_then(|found| found.modified()).ok();
    let since = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    Timestamp(since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX)))
}

/// The beginning of a file, with the whole header where that is not too long: asking whether more follows would be a
/// call for each of many files.
fn head<'b>(file: &mut File, buffer: &'b mut Vec<u8>) -> std::io::Result<&'b [u8]> {
    buffer.resize(HEAD, 0);
    let mut length = 0;
    while !has_header(buffer.get(..length).unwrap_or_default()) {
        let step = buffer.get_mut(length..HEAD.min(length + STEP)).unwrap_or_default();
        match file.read(step) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(buffer.get(..length).unwrap_or_default())
}

/// Whether the empty line after a header is there (RFC 5322 2.1).
fn has_header(head: &[u8]) -> bool {
    let mut lines = head.trim_ascii_start().split(|byte| *byte == b'\n');
    // What follows the last line end may go on.
    lines.next_back();
    lines.any(|line| line.trim_ascii().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_arrived_when_its_header_says_however_long_that_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.eml");
        let arrived = |above: usize, below: &str| {
            let padding = "X-Padding: some forty characters of no meaning\r\n".repeat(above);
            fs::write(&path, format!("{padding}Date: Mon, 3 Mar 2025 10:00:00 +0000\r\n{below}")).unwrap();
            list(folder.path()).items[0].arrived_at
        };
        let date = Timestamp::from_seconds(1_740_996_000);
        // In one step, on the border of two, in the third; with a body and without the empty line before it.
        for above in [0, 340, 341, 342, 800] {
            assert_eq!(arrived(above, "\r\nDate: Tue, 4 Mar 2025 10:00:00 +0000\r\n"), date, "{above}");
            assert_eq!(arrived(above, ""), date, "{above}");
        }
    }
}
