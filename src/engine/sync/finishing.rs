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
    let arrivals = store.read(|tx| watched::arrivals(tx, at, first, last))?;
    let whole = arrivals.into_iter().filter(|(_, arrival)| !arrival.history && !arrival.reading.header_only);
    let uids: Vec<u32> = whole.filter_map(|(uid, _)| u32::try_from(uid).ok()).collect();
    if !uids.is_empty() {
        let opened = connection.select(at.folder).await?;
        if i64::from(opened.uidvalidity) != at.uidvalidity {
            // Recreated at this moment: the next time it is read anew.
            return Ok(0);
        }
        match after {
            After::Nothing => {}
            After::Seen => connection.mark_seen(&uids).await?,
            After::Move(folder) => connection.move_to(&uids, folder).await?,
            After::Delete => connection.delete(&uids).await?,
        }
    }
    store.write(|tx| watched::keep(tx, at.mailbox, at.folder, &Watched { finished: last, ..*row }))?;
    Ok(uids.len() as u64)
}
