//! How far a folder was read: what is left to be asked for, and what was left alone on purpose.

use std::collections::BTreeSet;

use crate::config::Start;
use crate::domain::{MINUTE, Millis, SECOND, Timestamp};
use crate::imap::Listed;
use crate::store::unfetched::{self, MOST_FAILURES};
use crate::store::watched::{self, Position, Watched};
use crate::store::{Store, StoreError, Tx};

/// Clocks of servers differ by so much from ours. Where a folder must be read from its beginning again, mail from shortly
/// before the first time is taken rather than lost.
const GRACE: Millis = 10 * MINUTE;

/// What is known of a folder as it is opened: what was kept, or, where that does not hold for it, what is to be kept from
/// now on. `highest`: the highest UID in it.
pub(super) fn known(
    tx: &mut Tx<'_>,
    at: &Position<'_>,
    start: Start,
    highest: i64,
    now: Timestamp,
) -> Result<Watched, StoreError> {
    let known = watched::watched(tx, at.mailbox, at.folder)?;
    let before = watched::since_of(tx, at.mailbox)?;
    let begins = match (start, before) {
        (Start::All, _) => Timestamp(0),
        (Start::Since(date), _) => date,
        (Start::Now, Some(before)) => before,
        (Start::Now, None) => now,
    };
    Ok(match known {
        // An earlier start is asked for: what was left alone is looked at again.
        Some(row) if row.uidvalidity == at.uidvalidity && begins < row.since => {
            Watched { passed: 0, since: begins, skipped: 0, ..row }
        }
        Some(row) if row.uidvalidity == at.uidvalidity => row,
        // Recreated, or numbered anew: what is there is looked at again, and recognised where it is stored.
        Some(row) => Watched {
            uidvalidity: at.uidvalidity,
            passed: 0,
            boundary: highest,
            since: row.since.min(begins),
            finished: 0,
            skipped: 0,
        },
        None => {
            // Read for the first time, with nothing to be taken of what is there.
            let skipped = if start == Start::Now && before.is_none() { highest } else { 0 };
            Watched {
                uidvalidity: at.uidvalidity,
                passed: skipped,
                boundary: highest,
                since: begins,
                finished: 0,
                skipped,
            }
        }
    })
}

/// The same, kept. Where it was kept before, nothing is written: a folder is looked at again and again.
pub(super) fn seen(
    store: &Store,
    at: &Position<'_>,
    start: Start,
    highest: i64,
    now: Timestamp,
) -> Result<Watched, StoreError> {
    let (kept, row) = store.read(|tx| {
        let kept = watched::watched(tx, at.mailbox, at.folder)?;
        Ok((kept, known(tx, at, start, highest, now)?))
    })?;
    if kept == Some(row) {
        return Ok(row);
    }
    store.write(|tx| {
        let row = known(tx, at, start, highest, now)?;
        watched::keep(tx, at.mailbox, at.folder, &row)?;
        unfetched::forget_others(tx, at)?;
        Ok(row)
    })
}

/// A mailbox that says `start = "now"` was tried to be read at that time, in vain: its mail counts from then on, whenever it
/// is read for the first time. Kept as a folder without a name, which no other one can be.
pub(super) fn begin_at(store: &Store, mailbox: &str, start: Start, at: Timestamp) -> Result<(), StoreError> {
    if start != Start::Now || store.read(|tx| watched::since_of(tx, mailbox))?.is_some() {
        return Ok(());
    }
    // Servers say when a mail came in whole seconds; the grace that is given on top is taken away here.
    let since = Timestamp(at.0 - at.0.rem_euclid(SECOND)).plus(GRACE);
    let row = Watched { uidvalidity: 0, passed: 0, boundary: 0, since, finished: 0, skipped: 0 };
    store.write(|tx| watched::keep(tx, mailbox, "", &row))
}

/// The highest UID that was seen in a folder. Not what UIDNEXT says: a server that is wrong about that would have mail
/// passed over that it has not shown.
pub(super) fn highest(listed: &[Listed]) -> i64 {
    listed.last().map_or(0, |listed| i64::from(listed.uid))
}

/// Whether a mail is to be taken as new: it came after the folder was seen first, or arrived since the start.
pub(super) fn is_new(row: &Watched, listed: &Listed, start: Start) -> bool {
    let grace = if start == Start::Now { GRACE } else { 0 };
    let uid = i64::from(listed.uid);
    uid > row.boundary || uid > row.skipped && listed.arrived_at.is_none_or(|arrived| arrived.plus(grace) >= row.since)
}

/// Whether a mail was left alone because it had arrived before the start, and not before `since`.
pub(super) fn is_history(row: &Watched, listed: &Listed, since: Timestamp) -> bool {
    let arrived_before = |arrived: Timestamp| arrived < row.since && arrived >= since;
    i64::from(listed.uid) <= row.boundary && listed.arrived_at.is_some_and(arrived_before)
}

/// What of `listed` is neither stored nor withheld nor parked.
pub(super) fn absent(tx: &mut Tx<'_>, at: &Position<'_>, listed: &[Listed]) -> Result<Vec<Listed>, StoreError> {
    let (Some(first), Some(last)) = (listed.first(), listed.last()) else { return Ok(Vec::new()) };
    let (first, last) = (i64::from(first.uid), i64::from(last.uid));
    let mut known: BTreeSet<i64> = watched::stored(tx, at, first, last)?;
    known.extend(watched::withheld(tx, at, first, last)?);
    let failures = unfetched::of_folder(tx, at)?.into_iter();
    known.extend(failures.filter(|(_, count)| *count >= MOST_FAILURES).map(|(uid, _)| uid));
    Ok(listed.iter().filter(|listed| !known.contains(&i64::from(listed.uid))).copied().collect())
}
