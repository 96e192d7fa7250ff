//! Mails are fetched in batches and handed over; what is on its way is bounded. What a server does not give is noted.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::Trouble;
use super::position::absent;
use super::reading::{Open, Reading};
use crate::domain::Timestamp;
use crate::engine::mail::{Place, RawMail};
use crate::imap::{Cause, Connection, Fetched, ImapError, Listed, Part};
use crate::store::unfetched::{self, MOST_FAILURES};

/// Mails that are fetched with one command: so many, or until they have so many bytes.
const BATCH: usize = 100;
const BATCH_BYTES: u64 = 4 * 1024 * 1024;

/// Room for what is in flight, over all mailboxes: fetched and not yet stored.
#[derive(Debug, Clone)]
pub(in crate::engine) struct Room(Arc<Semaphore>);

/// What is counted as one: the room is measured in these.
const GRAIN: u64 = 1024;
const MOST_IN_FLIGHT: u64 = 64 * 1024 * 1024;

impl Default for Room {
    fn default() -> Self {
        Room(Arc::new(Semaphore::new((MOST_IN_FLIGHT / GRAIN) as usize)))
    }
}

impl Room {
    /// Waits for room for so many bytes, as much as there can be.
    async fn wait_for(&self, bytes: u64) -> Result<OwnedSemaphorePermit, Trouble> {
        let grains = bytes.min(MOST_IN_FLIGHT).div_ceil(GRAIN).max(1);
        let grains = u32::try_from(grains).unwrap_or(u32::MAX);
        self.0.clone().acquire_many_owned(grains).await.map_err(|_| Trouble::Stopped)
    }
}

/// What a mail holds until it is stored: its room, and the word to its folder's reader that it is not there yet.
#[derive(Debug)]
pub(in crate::engine) struct Held {
    _room: Option<OwnedSemaphorePermit>,
    _open: mpsc::Sender<()>,
}

/// What a mailbox's task says.
#[derive(Debug)]
pub(in crate::engine) enum Event {
    /// So many mails are to be fetched; when the first of them came.
    Found {
        mailbox: usize,
        mails: u64,
        oldest: Option<Timestamp>,
    },
    Mail {
        mailbox: usize,
        raw: RawMail,
        held: Held,
    },
}

impl Reading {
    /// Fetches these mails, hands them over, and waits until they are stored.
    pub(super) async fn take_all(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        wanted: &[Listed],
    ) -> Result<(), Trouble> {
        if wanted.is_empty() {
            return Ok(());
        }
        let oldest = wanted.iter().filter_map(|listed| listed.arrived_at).min();
        self.say(Event::Found { mailbox: self.index, mails: wanted.len() as u64, oldest }).await?;
        let (opener, mut all_stored) = mpsc::channel(1);
        let mut gone = Vec::new();
        for batch in batches(wanted, self.mailbox.account.most_bytes) {
            gone.extend(self.fetch(connection, open, batch, &opener).await?);
        }
        drop(opener);
        // Nothing is ever said: it ends when the last of them is stored.
        let _ = all_stored.recv().await;
        let wanted: Vec<Listed> = wanted.iter().filter(|listed| !gone.contains(&listed.uid)).copied().collect();
        match self.store.read(|tx| absent(tx, &open.at, &wanted))?.is_empty() {
            true => Ok(()),
            // Whoever stores them has failed or was told to stop.
            false => Err(Trouble::Stopped),
        }
    }

    /// Fetches a batch and hands it over. Gives what was gone before it could be fetched.
    async fn fetch(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        batch: Batch<'_>,
        opener: &mpsc::Sender<()>,
    ) -> Result<Vec<u32>, Trouble> {
        let uids: Vec<u32> = batch.mails.iter().map(|listed| listed.uid).collect();
        let bytes = batch.mails.iter().map(|listed| u64::from(listed.size)).sum();
        let mut room = Some(self.room.wait_for(bytes).await?);
        let mut fetching = connection.fetch(&uids, batch.part, bytes).await?;
        loop {
            let fetched = match fetching.next().await {
                Ok(Some(fetched)) => fetched,
                Ok(None) => break,
                Err(error) => {
                    let missing = fetching.missing();
                    return Err(self.not_given(open, &missing, true, error)?.into());
                }
            };
            let Some(listed) = batch.mails.iter().find(|listed| listed.uid == fetched.uid) else { continue };
            let raw = self.raw(open, listed, batch.part, fetched);
            let grains = usize::try_from(u64::from(listed.size).div_ceil(GRAIN)).unwrap_or(usize::MAX);
            let own = room.as_mut().and_then(|room| room.split(grains.min(room.num_permits())));
            let held = Held { _room: own, _open: opener.clone() };
            self.say(Event::Mail { mailbox: self.index, raw, held }).await?;
        }
        let missing = fetching.missing();
        self.must_be_gone(connection, open, &missing).await?;
        Ok(missing)
    }

    fn raw(&self, open: &Open<'_>, listed: &Listed, part: Part, fetched: Fetched) -> RawMail {
        let place = Place {
            mailbox: self.mailbox.account.mailbox.clone(),
            folder: open.at.folder.to_owned(),
            role: Some(open.role),
            position: Some((open.at.uidvalidity, i64::from(listed.uid))),
            arrived_at: listed.arrived_at.map(|arrived| arrived.min((self.clock)())),
            history: open.history,
        };
        match part {
            Part::Whole => RawMail::new(fetched.bytes, place),
            Part::Header => RawMail::header_of(fetched.bytes, u64::from(listed.size), place),
        }
    }

    /// The headers of these mails.
    pub(super) async fn headers(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        mails: &[Listed],
    ) -> Result<Vec<Fetched>, Trouble> {
        let uids: Vec<u32> = mails.iter().map(|listed| listed.uid).collect();
        let bytes = mails.iter().map(|listed| u64::from(listed.size)).sum();
        let mut headers = Vec::new();
        let mut fetching = connection.fetch(&uids, Part::Header, bytes).await?;
        loop {
            match fetching.next().await {
                Ok(Some(header)) => headers.push(header),
                Ok(None) => break,
                Err(error) => {
                    let missing = fetching.missing();
                    return Err(self.not_given(open, &missing, true, error)?.into());
                }
            }
        }
        let missing = fetching.missing();
        self.must_be_gone(connection, open, &missing).await?;
        Ok(headers)
    }

    /// What was asked for and did not come, though the server said that this was all.
    async fn must_be_gone(&self, connection: &mut Connection, open: &Open<'_>, missing: &[u32]) -> Result<(), Trouble> {
        let kept_back: Vec<u32> = connection.list_these(missing).await?.iter().map(|listed| listed.uid).collect();
        let Some(first) = kept_back.first() else { return Ok(()) };
        let what = format!("folder `{}`: UID {first} is there, and the server does not give it", open.at.folder);
        let server = self.mailbox.account.server.to_string();
        let error = ImapError { server, cause: Cause::Temporary, what };
        Err(self.not_given(open, &kept_back, false, error)?.into())
    }

    /// Notes that these did not come. Asked for together, one of them is at fault: each is asked for alone from then on,
    /// and the rest before them. One that was asked for alone so often is asked for no more. Gives the error, with what
    /// follows from it.
    fn not_given(
        &self,
        open: &Open<'_>,
        uids: &[u32],
        together: bool,
        mut error: ImapError,
    ) -> Result<ImapError, Trouble> {
        if error.is_of_no_mail() {
            return Ok(error);
        }
        let size = if together { uids.len().max(1) } else { 1 };
        let counts = self.store.write(|tx| {
            for uids in uids.chunks(size) {
                unfetched::note(tx, &open.at, uids, &error.what, (self.clock)())?;
            }
            unfetched::of_folder(tx, &open.at)
        })?;
        let count = |uid: &u32| counts.get(&i64::from(*uid)).copied().unwrap_or_default();
        if let Some(parked) = uids.iter().find(|uid| count(uid) >= MOST_FAILURES) {
            let more = format!("; UID {parked} of folder `{}` is not asked for any more", open.at.folder);
            error.what.push_str(&more);
        }
        Ok(error)
    }

    pub(super) async fn say(&self, event: Event) -> Result<(), Trouble> {
        self.sender.send(event).await.map_err(|_| Trouble::Stopped)
    }
}

/// Mails that are fetched with one command.
struct Batch<'l> {
    mails: &'l [Listed],
    part: Part,
}

/// Ascending mails in batches. What is too large comes alone, by its header.
fn batches(mails: &[Listed], most_bytes: u64) -> Vec<Batch<'_>> {
    let mut batches = Vec::new();
    let mut rest = mails;
    while let Some(first) = rest.first() {
        let is_large = |listed: &Listed| u64::from(listed.size) > most_bytes;
        let (mut taken, mut bytes) = (1, u64::from(first.size));
        if !is_large(first) {
            while let Some(next) = rest.get(taken).filter(|next| !is_large(next) && taken < BATCH) {
                bytes += u64::from(next.size);
                if bytes > BATCH_BYTES {
                    break;
                }
                taken += 1;
            }
        }
        let part = if is_large(first) { Part::Header } else { Part::Whole };
        let (these, others) = rest.split_at(taken);
        batches.push(Batch { mails: these, part });
        rest = others;
    }
    batches
}
