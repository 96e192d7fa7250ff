//! One mailbox, read once: its folders one after the other, each from where it was left.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::position::{absent, highest, is_history, is_new, seen};
use super::{Mailbox, Order, Summary, Trouble, finishing, personal};
use crate::config::Account;
use crate::domain::*;
use crate::engine::mail::{Place, RawMail};
use crate::imap::{self, Cause, Connection, Folder, ImapError, Listed, Opened, Part};
use crate::store::Store;
use crate::store::watched::{self, Position, Watched};

/// Mails that are fetched with one command: so many, or until they have so many bytes.
const BATCH: usize = 100;
const BATCH_BYTES: u64 = 4 * 1024 * 1024;
/// Headers that are fetched with one command.
const HEADERS: usize = 200;

/// Room for what is in flight, over all mailboxes: fetched and not yet stored.
#[derive(Debug, Clone)]
pub(super) struct Room(Arc<Semaphore>);

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
pub(super) struct Held {
    _room: Option<OwnedSemaphorePermit>,
    _open: mpsc::Sender<()>,
}

/// What a mailbox's task says.
#[derive(Debug)]
pub(super) enum Event {
    Found { mailbox: usize, mails: u64 },
    Mail { mailbox: usize, raw: RawMail, held: Held },
}

/// A mailbox that is being read.
pub(super) struct Reading {
    pub index: usize,
    pub mailbox: Mailbox,
    pub store: Store,
    pub sender: mpsc::Sender<Event>,
    pub room: Room,
    pub order: Order,
    pub clock: fn() -> Timestamp,
}

/// A folder that is read, and what it holds.
struct Chosen {
    name: String,
    role: FolderRole,
}

/// A folder, open, and what is known of it.
struct Open<'a> {
    at: Position<'a>,
    role: FolderRole,
    history: bool,
}

impl Reading {
    pub(super) async fn run(self) -> Result<Summary, Trouble> {
        let account = &self.mailbox.account;
        let mut connection = imap::connect_within(account, &self.mailbox.password, &self.order.limits).await?;
        let folders = connection.folders().await?;
        let chosen = choose(account, &folders).map_err(|what| ImapError {
            server: format!("{}:{}", account.host, account.port),
            cause: Cause::Configuration,
            what,
        })?;
        let mut summary = Summary::default();
        for folder in &chosen {
            self.folder(&mut connection, folder, &mut summary).await?;
        }
        connection.logout().await;
        Ok(summary)
    }

    async fn folder(&self, connection: &mut Connection, folder: &Chosen, summary: &mut Summary) -> Result<(), Trouble> {
        let account = &self.mailbox.account;
        let opened = connection.examine(&folder.name).await?;
        let uidvalidity = i64::from(opened.uidvalidity);
        let at = Position { mailbox: &account.mailbox, folder: &folder.name, uidvalidity };
        let known = self.store.read(|tx| watched::watched(tx, at.mailbox, at.folder))?;
        let passed = known.filter(|row| row.uidvalidity == uidvalidity).map_or(0, |row| row.passed);
        let mut listed = self.list(connection, passed, &opened).await?;
        let highest = highest(&listed);
        let row = self.store.write(|tx| seen(tx, &at, account.start, highest, (self.clock)()))?;
        if row.passed < passed {
            listed = self.list(connection, row.passed, &opened).await?;
        }
        listed.retain(|listed| i64::from(listed.uid) > row.passed && is_new(&row, listed, account.start));
        let open = Open { at, role: folder.role, history: false };
        self.take(connection, &open, listed, summary).await?;
        let row = self.store.write(|tx| {
            let row = Watched { passed: row.passed.max(highest), ..row };
            watched::keep(tx, at.mailbox, at.folder, &row)?;
            Ok(row)
        })?;
        if let Some(since) = self.order.history {
            let mut listed = self.list(connection, 0, &opened).await?;
            listed.retain(|listed| is_history(&row, listed, since));
            self.take(connection, &Open { history: true, ..open }, listed, summary).await?;
        }
        if account.kind == MailboxKind::Personal {
            let tied = self.store.read(|tx| personal::tied_by_now(tx, &at))?;
            self.take_tied(connection, &Open { at, role: folder.role, history: false }, &tied).await?;
        }
        if !self.order.leave_server {
            summary.finished += finishing::finish(connection, &self.store, &at, &row, &account.after).await?;
        }
        Ok(())
    }

    /// What is there behind `passed`.
    async fn list(&self, connection: &mut Connection, passed: i64, opened: &Opened) -> Result<Vec<Listed>, Trouble> {
        let Ok(first) = u32::try_from(passed + 1) else { return Ok(Vec::new()) };
        Ok(connection.list(first, opened.exists).await?)
    }

    /// Takes what of it is not stored, and waits until it is.
    async fn take(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        listed: Vec<Listed>,
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        let mut wanted = self.store.read(|tx| absent(tx, &open.at, &listed))?;
        if self.mailbox.account.kind == MailboxKind::Personal {
            let before = wanted.len();
            wanted = self.without_untied(connection, open, wanted).await?;
            summary.withheld += (before - wanted.len()) as u64;
        }
        self.take_all(connection, open, &wanted).await
    }

    /// Fetches these mails, hands them over, and waits until they are stored.
    async fn take_all(&self, connection: &mut Connection, open: &Open<'_>, wanted: &[Listed]) -> Result<(), Trouble> {
        self.say(Event::Found { mailbox: self.index, mails: wanted.len() as u64 }).await?;
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
        while let Some(fetched) = fetching.next().await? {
            let Some(listed) = batch.mails.iter().find(|listed| listed.uid == fetched.uid) else { continue };
            let place = Place {
                mailbox: self.mailbox.account.mailbox.clone(),
                folder: open.at.folder.to_owned(),
                role: Some(open.role),
                position: Some((open.at.uidvalidity, i64::from(listed.uid))),
                arrived_at: listed.arrived_at.map(|arrived| arrived.min((self.clock)())),
                history: open.history,
            };
            let raw = match batch.part {
                Part::Whole => RawMail::new(fetched.bytes, place),
                Part::Header => RawMail::header_of(fetched.bytes, u64::from(listed.size), place),
            };
            let grains = usize::try_from(u64::from(listed.size).div_ceil(GRAIN)).unwrap_or(usize::MAX);
            let own = room.as_mut().and_then(|room| room.split(grains.min(room.num_permits())));
            let held = Held { _room: own, _open: opener.clone() };
            self.say(Event::Mail { mailbox: self.index, raw, held }).await?;
        }
        let missing = fetching.missing();
        let kept_back = connection.list_these(&missing).await?;
        match kept_back.first() {
            None => Ok(missing),
            Some(listed) => {
                let what = format!(
                    "folder `{}`: UID {} is there, and the server does not give it",
                    open.at.folder, listed.uid
                );
                let server = format!("{}:{}", self.mailbox.account.host, self.mailbox.account.port);
                Err(ImapError { server, cause: Cause::Temporary, what }.into())
            }
        }
    }

    /// In a user's own inbox: what of it ties to something. The rest is noted as withheld.
    async fn without_untied(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        wanted: Vec<Listed>,
    ) -> Result<Vec<Listed>, Trouble> {
        let mut tied = Vec::new();
        for chunk in wanted.chunks(HEADERS) {
            let uids: Vec<u32> = chunk.iter().map(|listed| listed.uid).collect();
            let bytes = chunk.iter().map(|listed| u64::from(listed.size)).sum();
            let mut headers = Vec::new();
            let mut fetching = connection.fetch(&uids, Part::Header, bytes).await?;
            while let Some(fetched) = fetching.next().await? {
                headers.push(fetched);
            }
            for header in headers {
                let Some(listed) = chunk.iter().find(|listed| listed.uid == header.uid) else { continue };
                let Some(facts) = personal::facts_of(header.bytes).await else {
                    tied.push(*listed);
                    continue;
                };
                let arrived = listed.arrived_at.unwrap_or_else(self.clock);
                let ties = self.store.read(|tx| personal::ties(tx, &facts, open.at.mailbox, open.role, arrived))?;
                if ties {
                    tied.push(*listed);
                } else {
                    self.store.write(|tx| personal::withhold(tx, &open.at, listed.uid, &facts))?;
                }
            }
        }
        tied.sort_by_key(|listed| listed.uid);
        Ok(tied)
    }

    /// Fetches withheld mails that tie to something by now.
    async fn take_tied(&self, connection: &mut Connection, open: &Open<'_>, tied: &[u32]) -> Result<(), Trouble> {
        if tied.is_empty() {
            return Ok(());
        }
        let listed = connection.list_these(tied).await?;
        self.store.write(|tx| tied.iter().try_for_each(|uid| watched::release(tx, &open.at, i64::from(*uid))))?;
        self.take_all(connection, open, &listed).await
    }

    async fn say(&self, event: Event) -> Result<(), Trouble> {
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

/// The folders that are read: those for incoming mail first. The error says which one is not there.
fn choose(account: &Account, folders: &[Folder]) -> Result<Vec<Chosen>, String> {
    let there = |name: &str| folders.iter().any(|folder| folder.selectable && folder.name == name);
    let sent: Vec<String> = match &account.sent_folders {
        Some(names) => names.clone(),
        None => {
            let marked = folders.iter().filter(|folder| folder.sent && folder.selectable);
            let marked: Vec<String> = marked.map(|folder| folder.name.clone()).collect();
            if marked.is_empty() {
                Some("Sent".to_owned()).filter(|name| there(name)).into_iter().collect()
            } else {
                marked
            }
        }
    };
    let incoming = account.folders.iter().filter(|name| !sent.contains(name));
    let chosen: Vec<Chosen> = incoming
        .map(|name| Chosen { name: name.clone(), role: FolderRole::Inbox })
        .chain(sent.iter().map(|name| Chosen { name: name.clone(), role: FolderRole::Sent }))
        .collect();
    match chosen.iter().find(|chosen| !there(&chosen.name)) {
        None => Ok(chosen),
        Some(missing) => {
            let names: Vec<&str> =
                folders.iter().filter(|folder| folder.selectable).map(|folder| folder.name.as_str()).take(20).collect();
            Err(format!("there is no folder `{}`; there is: {}", missing.name, names.join(", ")))
        }
    }
}
