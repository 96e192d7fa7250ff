//! A user's own inbox: the header of a mail is looked at, and what ties to nothing that we have is left where it is. Of it
//! is kept where it lies, and hashes of its ids and its author under a key of this database: when a thread or a contact
//! gains one of these, it is fetched.

use std::collections::BTreeSet;

use crate::classify;
use crate::domain::*;
use crate::parse;
use crate::store::watched::{self, Position};
use crate::store::{self, StoreError, Tx, journal, keys};

/// What a header says. Reading it may panic, as reading any mail may: then it ties, and is read as any mail is.
pub(super) async fn facts_of(header: Vec<u8>) -> Option<Facts> {
    tokio::task::spawn_blocking(move || parse::read(&header)).await.ok()
}

/// Whether a mail ties to something: a thread, a ticket, a message that we have or wait for, a contact who wrote it.
pub(super) fn ties(
    tx: &mut Tx<'_>,
    facts: &Facts,
    mailbox: &str,
    role: FolderRole,
    at: Timestamp,
) -> Result<bool, StoreError> {
    let Some(setup) = journal::current_setup(tx)? else { return Ok(false) };
    let ws = store::load(tx, std::sync::Arc::new(setup), &classify::keys(facts))?;
    let Some(mailbox) = ws.mailbox_named(mailbox).map(|row| row.id) else { return Ok(false) };
    let classified = classify::classify(&Arrived { facts, mailbox, role, at }, &ws);
    let standing = &classified.standing;
    let is_awaited = facts.message_id.as_ref().is_some_and(|id| !ws.awaiting(id).is_empty());
    Ok(classified.same.is_some()
        || standing.thread.is_some()
        || standing.ticket.is_some()
        || standing.parent.is_some()
        || standing.linked_to.is_some()
        || classified.kind == Kind::ContactOther
        || is_awaited)
}

/// Notes that a mail is withheld.
pub(super) fn withhold(tx: &mut Tx<'_>, at: &Position<'_>, uid: u32, facts: &Facts) -> Result<(), StoreError> {
    let seed = keys::seed(tx)?;
    let ids = facts.message_id.iter().chain(&facts.in_reply_to).chain(&facts.references).map(String::as_str);
    let author = facts.author().map(|author| author.address.as_str());
    let hashes: BTreeSet<LookupKey> = ids.chain(author).map(|text| LookupKey::keyed(&seed, text)).collect();
    watched::withhold(tx, at, i64::from(uid), &hashes.into_iter().collect::<Vec<_>>())
}

/// The withheld mails of that folder that tie to something by now.
pub(super) fn tied_by_now(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<Vec<u32>, StoreError> {
    let withheld = watched::withheld_keys(tx, at)?;
    if withheld.is_empty() {
        return Ok(Vec::new());
    }
    let seed = keys::seed(tx)?;
    let known: BTreeSet<LookupKey> = watched::ties(tx)?.iter().map(|text| LookupKey::keyed(&seed, text)).collect();
    let tied: BTreeSet<i64> = withheld.into_iter().filter(|(_, key)| known.contains(key)).map(|(uid, _)| uid).collect();
    Ok(tied.into_iter().filter_map(|uid| u32::try_from(uid).ok()).collect())
}
