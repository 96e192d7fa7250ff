//! A user's own inbox: the header of a mail is looked at, and what ties to nothing that we have is left where it is. Of it
//! is kept where it lies, and hashes of its ids and its author under a key of this database: when a thread or a contact
//! gains one of these, it is fetched.

use std::collections::BTreeSet;

use crate::classify;
use crate::domain::*;
use crate::parse;
use crate::store::ties::{self, Compared};
use crate::store::watched::{self, Position};
use crate::store::{self, Store, StoreError, Tx, journal, keys};

/// How often all that is withheld is compared with all that is known, whatever was compared before.
const WHOLE: Millis = DAY;

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

/// Notes that a mail is withheld; `false`: it is not, for something that it names is known by now.
pub(super) fn withhold(tx: &mut Tx<'_>, at: &Position<'_>, uid: u32, facts: &Facts) -> Result<bool, StoreError> {
    let ids = facts.message_id.iter().chain(&facts.in_reply_to).chain(&facts.references).map(String::as_str);
    let author = facts.author().map(|author| author.address.as_str());
    let texts: BTreeSet<&str> = ids.chain(author).collect();
    // What is added from now on is compared with it; what is known by now never would be.
    if ties::is_known(tx, texts.iter().copied())? {
        return Ok(false);
    }
    let seed = keys::seed(tx)?;
    let hashes: BTreeSet<LookupKey> = texts.into_iter().map(|text| LookupKey::keyed(&seed, text)).collect();
    watched::withhold(tx, at, i64::from(uid), &hashes.into_iter().collect::<Vec<_>>())?;
    Ok(true)
}

/// The withheld mails of that folder that tie to something by now.
pub(super) fn tied_by_now(store: &Store, at: &Position<'_>, now: Timestamp) -> Result<Vec<u32>, StoreError> {
    if let Some((tied, compared)) = store.read(|tx| compare(tx, at, now))? {
        store.write(|tx| ties::keep(tx, at, &tied, &compared))?;
    }
    let tied = store.read(|tx| ties::tied(tx, at))?;
    Ok(tied.into_iter().filter_map(|uid| u32::try_from(uid).ok()).collect())
}

/// Which of them tie to what was added since they were compared last. `None`: nothing was, or nothing is withheld.
fn compare(
    tx: &mut Tx<'_>,
    at: &Position<'_>,
    now: Timestamp,
) -> Result<Option<(BTreeSet<i64>, Compared)>, StoreError> {
    let (before, (event, id)) = (ties::compared(tx, at)?, ties::next(tx)?);
    // A clock that was put back makes nothing good for longer.
    let begin = before.filter(|before| (0..WHOLE).contains(&now.since(before.whole_at)));
    if begin.is_some_and(|begin| begin.event == event) || !ties::are_there_any(tx, at)? {
        return Ok(None);
    }
    let seed = keys::seed(tx)?;
    let texts = ties::since(tx, begin.as_ref())?;
    let keys: BTreeSet<LookupKey> = texts.iter().map(|text| LookupKey::keyed(&seed, text)).collect();
    let whole_at = begin.map_or(now, |begin| begin.whole_at);
    Ok(Some((ties::withheld_by(tx, at, &keys)?, Compared { event, id, whole_at })))
}
