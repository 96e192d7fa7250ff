//! What a mailbox wants done on the server with mail that is stored here. After the commit, and such that it can be done
//! again: a mail is finished once the position in the database says so.

use super::Trouble;
use crate::config::After;
use crate::imap::Connection;
use crate::store::Store;
use crate::store::watched::{self, Position, Watched};

/// Does it with what is stored and not finished. Mail of which only the header is stored,
/// and what was imported as history, stays as it is. Gives how many.
pub(super) async fn finish(
    connection: &mut Connection,
    store: &Store,
    at: &Position<'_>,
    row: &Watched,
    after: &After,
) -> Result<u64, Trouble> {
    if *after == After::Nothing || row.passed <= row.finished {
        return Ok(0);
    }
    let (first, last) = (row.finished + 1, row.passed);
    let whole = whole(store, at, first, last)?;
    let finished = act(connection, at, &whole, after).await?;
    if let Some(finished) = finished {
        store.write(|tx| watched::keep(tx, at.mailbox, at.folder, &Watched { finished: last, ..*row }))?;
        return Ok(finished);
    }
    Ok(0)
}

/// The same with those of these ascending UIDs that are stored.
pub(super) async fn finish_these(
    connection: &mut Connection,
    store: &Store,
    at: &Position<'_>,
    uids: &[u32],
    after: &After,
) -> Result<u64, Trouble> {
    let (Some(first), Some(last)) = (uids.first(), uids.last()) else { return Ok(0) };
    if *after == After::Nothing {
        return Ok(0);
    }
    let mut whole = whole(store, at, i64::from(*first), i64::from(*last))?;
    whole.retain(|uid| uids.binary_search(uid).is_ok());
    Ok(act(connection, at, &whole, after).await?.unwrap_or_default())
}

/// The mails in that span of which all is stored, and not as history.
fn whole(store: &Store, at: &Position<'_>, first: i64, last: i64) -> Result<Vec<u32>, Trouble> {
    let arrivals = store.read(|tx| watched::arrivals(tx, at, first, last))?;
    let whole = arrivals.into_iter().filter(|(_, arrival)| !arrival.history && !arrival.reading.header_only);
    Ok(whole.filter_map(|(uid, _)| u32::try_from(uid).ok()).collect())
}

/// Gives how many. `None`: the folder was recreated at this moment; the next time it is read anew.
async fn act(
    connection: &mut Connection,
    at: &Position<'_>,
    uids: &[u32],
    after: &After,
) -> Result<Option<u64>, Trouble> {
    if !uids.is_empty() {
        let opened = connection.select(at.folder).await?;
        if i64::from(opened.uidvalidity) != at.uidvalidity {
            return Ok(None);
        }
        match after {
            After::Nothing => {}
            After::Seen => connection.mark_seen(uids).await?,
            After::Move(folder) => connection.move_to(uids, folder).await?,
            After::Delete => connection.delete(uids).await?,
        }
    }
    Ok(Some(uids.len() as u64))
}
