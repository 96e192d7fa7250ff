//! What servers have, against what is stored: every mail of every folder that is watched.

use std::collections::{BTreeMap, BTreeSet};

use super::each::{Each, each};
use super::folders::{self, Chosen};
use super::position::{is_new, known};
use super::{Mailbox, Trouble};
use crate::config::Account;
use crate::domain::*;
use crate::imap::{Connection, ImapError, Limits};
use crate::store::Store;
use crate::store::unfetched::{self, MOST_FAILURES};
use crate::store::watched::{self, Position, Watched};

/// Mails that are looked up with one command.
const CHUNK: u32 = 2000;
/// UIDs that are looked up in the database at a time: between two that are there, many others may have been.
const SPAN: u32 = 20_000;

/// How the audit of a mailbox went.
#[derive(Debug)]
pub struct Audited {
    /// Number of the mailbox, as they were given.
    pub mailbox: usize,
    /// As far as they could be opened.
    pub folders: Vec<FolderAudit>,
    /// What it ended with.
    pub error: Option<ImapError>,
}

/// What a folder has, each mail counted once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderAudit {
    pub name: String,
    pub role: FolderRole,
    pub uidvalidity: i64,
    /// Mails in it.
    pub mails: u64,
    /// Of these, stored and read, header only or whole.
    pub stored: u64,
    /// Of the stored ones, those of which the header only is.
    pub header_only: u64,
    /// Stored, and could not be read.
    pub quarantined: u64,
    /// Of a user's own inbox: tie to nothing.
    pub withheld: u64,
    /// Were there before the mailbox's `start`.
    pub left_alone: u64,
    /// The next sync takes them.
    pub to_read: u64,
    /// UIDs that the server did not give, and that are not asked for any more.
    pub parked: Vec<u32>,
    /// UIDs that sync has passed, and that are not stored.
    pub missing: Vec<u32>,
}

/// Audits these mailboxes, each on its own. Gives them in their order. Nothing is changed.
pub async fn audit_all(store: &Store, mailboxes: Vec<Mailbox>, now: Timestamp) -> anyhow::Result<Vec<Audited>> {
    let audited = each(mailboxes, |mailbox| {
        let store = store.clone();
        async move {
            let mut folders = Vec::new();
            let ended = audit_one(&store, &mailbox, now, &mut folders).await;
            (folders, ended)
        }
    });
    let audited = audited.await?.into_iter();
    Ok(audited.map(|Each { mailbox, found: folders, error }| Audited { mailbox, folders, error }).collect())
}

/// `audits` is filled as far as it goes.
async fn audit_one(
    store: &Store,
    mailbox: &Mailbox,
    now: Timestamp,
    audits: &mut Vec<FolderAudit>,
) -> Result<(), Trouble> {
    let mut connection = mailbox.connect(&Limits::default()).await?;
    for folder in folders::watched(&mut connection, &mailbox.account).await? {
        audits.push(audit(&mut connection, store, &mailbox.account, &folder, now).await?.1);
    }
    connection.logout().await;
    Ok(())
}

/// Audits a folder, which is open afterwards.
pub(in crate::engine) async fn audit<'a>(
    connection: &mut Connection,
    store: &Store,
    account: &'a Account,
    folder: &'a Chosen,
    now: Timestamp,
) -> Result<(Position<'a>, FolderAudit), Trouble> {
    let opened = connection.examine(&folder.name).await?;
    let uidvalidity = i64::from(opened.uidvalidity);
    let at = Position { mailbox: &account.mailbox, folder: &folder.name, uidvalidity };
    let highest = opened.uidnext.map_or(i64::from(u32::MAX), |next| i64::from(next) - 1);
    let (row, failures) =
        store.read(|tx| Ok((known(tx, &at, account.start, highest, now)?, unfetched::of_folder(tx, &at)?)))?;
    let mut counted = Counted::new(folder, uidvalidity);
    let mut first = 1;
    while first <= opened.exists {
        let last = first.saturating_add(CHUNK - 1).min(opened.exists);
        let uids = connection.uids(first, last).await?;
        for span in spans(&uids) {
            counted.count(store, &at, span, &failures)?;
        }
        first = last + 1;
    }
    // Not while the rest is listed: whatever else is asked may move the numbers.
    let absent = std::mem::take(&mut counted.absent);
    for uids in absent.chunks(CHUNK as usize) {
        for listed in connection.list_these(uids).await? {
            let Watched { passed, .. } = row;
            match (is_new(&row, &listed, account.start), i64::from(listed.uid) > passed) {
                (false, _) => counted.audit.left_alone += 1,
                (true, true) => counted.audit.to_read += 1,
                (true, false) => counted.audit.missing.push(listed.uid),
            }
        }
    }
    Ok((at, counted.audit))
}

/// A folder while it is counted.
struct Counted {
    audit: FolderAudit,
    /// UIDs of which nothing is known.
    absent: Vec<u32>,
}

impl Counted {
    fn new(folder: &Chosen, uidvalidity: i64) -> Self {
        let audit = FolderAudit {
            name: folder.name.clone(),
            role: folder.role,
            uidvalidity,
            mails: 0,
            stored: 0,
            header_only: 0,
            quarantined: 0,
            withheld: 0,
            left_alone: 0,
            to_read: 0,
            parked: Vec::new(),
            missing: Vec::new(),
        };
        Counted { audit, absent: Vec::new() }
    }

    /// Counts ascending UIDs that are there.
    fn count(
        &mut self,
        store: &Store,
        at: &Position<'_>,
        uids: &[u32],
        failures: &BTreeMap<i64, i64>,
    ) -> Result<(), Trouble> {
        let (Some(first), Some(last)) = (uids.first(), uids.last()) else { return Ok(()) };
        let (first, last) = (i64::from(*first), i64::from(*last));
        let (states, header_only, withheld): (_, BTreeSet<i64>, BTreeSet<i64>) = store.read(|tx| {
            let states = watched::stored_states(tx, at, first, last)?;
            Ok((states, watched::header_only(tx, at, first, last)?, watched::withheld(tx, at, first, last)?))
        })?;
        self.audit.mails += uids.len() as u64;
        for &uid in uids {
            let known = i64::from(uid);
            match states.get(&known) {
                Some(DeliveryState::Quarantined | DeliveryState::Dropped | DeliveryState::Pending) => {
                    self.audit.quarantined += 1;
                }
                Some(_) => {
                    self.audit.stored += 1;
                    self.audit.header_only += u64::from(header_only.contains(&known));
                }
                None if withheld.contains(&known) => self.audit.withheld += 1,
                None if failures.get(&known).is_some_and(|count| *count >= MOST_FAILURES) => {
                    self.audit.parked.push(uid);
                }
                None => self.absent.push(uid),
            }
        }
        Ok(())
    }
}

/// Ascending UIDs, cut where they are too far apart to be looked up at once.
fn spans(mut uids: &[u32]) -> Vec<&[u32]> {
    let mut spans = Vec::new();
    while let Some(first) = uids.first() {
        let near = uids.partition_point(|uid| uid - first < SPAN);
        let (span, rest) = uids.split_at(near);
        spans.push(span);
        uids = rest;
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::{SPAN, spans};

    #[test]
    fn uids_far_apart_are_looked_up_apart_and_none_is_lost() {
        let uids = [1, SPAN, SPAN + 1, 3 * SPAN, u32::MAX];
        assert_eq!(spans(&uids), [&[1, SPAN][..], &[SPAN + 1], &[3 * SPAN], &[u32::MAX]]);
        assert!(spans(&[]).is_empty());
    }
}
