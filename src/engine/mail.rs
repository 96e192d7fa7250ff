//! A mail on its way to the writer: read, its tokens checked, its bytes packed. The expensive part, done on any thread
//! beside the writer; needs no context but the keys.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::compose::Keyring;
use crate::domain::*;
use crate::store::content::{Packed, pack, pack_known};

/// Mails over this many bytes are classified from their headers; the body is not stored.
pub const MOST_BYTES: usize = 50 * 1024 * 1024;

/// Headers of a mail whose body is not stored are kept up to this many bytes.
const MOST_HEADER_BYTES: usize = 256 * 1024;

/// Where a mail was found. Of one that is tried again the delivery says so.
#[derive(Debug, Clone, Default)]
pub struct Place {
    /// Name of the mailbox in the setup.
    pub mailbox: String,
    pub folder: String,
    /// What the folder holds, where the server says so; else the setup does.
    pub role: Option<FolderRole>,
    /// (UIDVALIDITY, UID); `None` for files.
    pub position: Option<(i64, i64)>,
    /// Server date, where the server has one.
    pub arrived_at: Option<Timestamp>,
    /// Imported as history.
    pub history: bool,
}

/// A mail as it was found: nothing in it has been read. Cheap to clone.
#[derive(Debug, Clone)]
pub struct RawMail {
    pub bytes: Arc<Vec<u8>>,
    pub place: Place,
    /// Of the bytes that are stored: what tells the mail apart before it is read.
    pub digest: ContentDigest,
    /// Bytes of all of it, which are more than those here where its header only was fetched.
    pub size: u64,
}

impl RawMail {
    pub fn new(bytes: Vec<u8>, place: Place) -> Self {
        let size = bytes.len() as u64;
        RawMail { digest: ContentDigest::of(within_limit(&bytes)), bytes: Arc::new(bytes), place, size }
    }

    /// A mail that is too large to be fetched: its header, and how large it is.
    pub fn header_of(header: Vec<u8>, size: u64, place: Place) -> Self {
        RawMail { size: size.max(header.len() as u64 + 1), ..RawMail::new(header, place) }
    }

    /// Whether what is stored is not all of it.
    fn is_header_only(&self) -> bool {
        (within_limit(&self.bytes).len() as u64) < self.size
    }

    /// What is stored of it.
    fn packed(&self) -> Packed {
        pack_known(within_limit(&self.bytes), self.digest)
    }
}

/// A mail, read.
#[derive(Debug, Clone)]
pub struct Mail {
    pub place: Place,
    pub packed: Packed,
    pub reading: Reading,
    /// `None` when reading failed.
    pub facts: Option<Facts>,
    /// What deciding about it looks up.
    pub keys: Box<Keys>,
    /// The key of the attempt to read that ends once this mail is decided.
    pub attempt: Option<ContentDigest>,
}

impl Mail {
    fn new(place: Place, packed: Packed, reading: Reading, facts: Option<Facts>) -> Self {
        let mut keys = facts.as_ref().map(crate::classify::keys).unwrap_or_default();
        // What could not be read when it came first is kept without a date.
        keys.contents.insert(packed.digest.dated_key(None));
        keys.contents.extend(facts.as_ref().map(|facts| packed.digest.dated_key(facts.date)));
        Mail { place, packed, reading, facts, keys: Box::new(keys), attempt: None }
    }

    /// Bytes that it holds, roughly.
    pub fn weight(&self) -> usize {
        let text = self.facts.as_ref().map_or(0, |facts| facts.body.text.len());
        self.packed.weight() + text + 2048
    }

    /// Server date, else the topmost Received, else Date.
    pub fn arrived_at(&self) -> Option<Timestamp> {
        let facts = self.facts.as_ref();
        self.place.arrived_at.or_else(|| facts?.received).or_else(|| facts?.date)
    }
}

/// Reads mails: the keys, and the way bytes become facts.
#[derive(Clone)]
pub struct Reader {
    keyring: Keyring,
    read: fn(&[u8]) -> Facts,
}

impl Reader {
    /// A reader with these keys. `read` is `parse::read`, or what a test puts in its place.
    pub fn new(keyring: Keyring, read: fn(&[u8]) -> Facts) -> Self {
        Reader { keyring, read }
    }

    /// Reads a mail and checks the tokens in it. May take as long as it likes: see [`super::readers`].
    pub(super) fn mail(&self, mail: &RawMail) -> Mail {
        let raw = mail.bytes.as_slice();
        let kept = within_limit(raw);
        let (mut facts, failure) = self.facts(kept);
        let mut verdicts = Vec::new();
        if let Some(facts) = &mut facts {
            if mail.is_header_only() {
                facts.defects.push(Defect::BodyNotStored);
                facts.size = mail.size;
            }
            for claim in claims(facts) {
                claim.verdict = self.keyring.verify(&claim.token).0;
                verdicts.push(claim.verdict);
            }
        }
        let header_only = mail.is_header_only();
        let reading = Reading { version: FACTS_VERSION, verdicts, failure, header_only, given_up: false };
        Mail::new(mail.place.clone(), mail.packed(), reading, facts)
    }

    /// A mail that was not read, and why. `given_up`: nobody is to try again by himself.
    pub(super) fn unread(&self, mail: &RawMail, failure: String, given_up: bool) -> Mail {
        let header_only = mail.is_header_only();
        let reading =
            Reading { version: FACTS_VERSION, verdicts: Vec::new(), failure: Some(failure), header_only, given_up };
        Mail::new(mail.place.clone(), mail.packed(), reading, None)
    }

    /// Reads a journaled mail again: the verdicts on its tokens are those of its day, for keys may be gone.
    pub fn journaled(&self, raw: &[u8], place: Place, reading: &Reading) -> Mail {
        let mut facts = if reading.failure.is_some() { None } else { self.facts(raw).0 };
        if let Some(facts) = &mut facts {
            if reading.header_only {
                facts.defects.push(Defect::BodyNotStored);
            }
            for (claim, verdict) in claims(facts).zip(&reading.verdicts) {
                claim.verdict = *verdict;
            }
        }
        Mail::new(place, pack(raw), reading.clone(), facts)
    }

    /// Reading is total by design; should it panic all the same, that is one mail's trouble.
    fn facts(&self, raw: &[u8]) -> (Option<Facts>, Option<String>) {
        match catch_unwind(AssertUnwindSafe(|| (self.read)(raw))) {
            Ok(facts) => (Some(facts), None),
            Err(panic) => {
                let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
                let text = text.or_else(|| panic.downcast_ref::<String>().cloned());
                (None, Some(text.unwrap_or_else(|| "reading panicked".to_owned())))
            }
        }
    }
}

/// Every token claim of a mail, in one fixed order.
fn claims(facts: &mut Facts) -> impl Iterator<Item = &mut TokenClaim> {
    facts.tokens.iter_mut().chain(facts.report.iter_mut().filter_map(|report| report.original_token.as_mut()))
}

/// The whole mail, or only its header block when it is over the limit.
fn within_limit(raw: &[u8]) -> &[u8] {
    if raw.len() <= MOST_BYTES {
        return raw;
    }
    let head = raw.get(..MOST_HEADER_BYTES).unwrap_or(raw);
    let end = head.windows(2).position(|pair| pair == b"\n\n").map(|at| at + 1);
    let end = end.or_else(|| head.windows(4).position(|four| four == b"\r\n\r\n").map(|at| at + 2));
    head.get(..end.unwrap_or(head.len())).unwrap_or(head)
}
