//! Reading mailboxes on servers: every mail once, through the same steps as one from a file.
//!
//! Each mailbox has a connection and a task of its own ([`reading`]); what they fetch comes together in one place
//! ([`taking`]), where it is noted, read, decided and stored. What is in flight is bounded by its bytes, so whoever fetches
//! waits for whoever writes. Team mailboxes come first, then those of users: what ties a user's mail to a ticket is known
//! by then ([`personal`]).
//!
//! A mail counts as taken when its delivery is stored, in the transaction that stores its bytes. What is asked of a server
//! is therefore always: what it has, less what is stored. The position up to which nothing needs to be asked any more moves
//! only once all before it is seen to be stored ([`position`]).

pub(super) mod auditing;
pub(super) mod copying;
mod each;
pub(super) mod fetching;
mod finishing;
pub(super) mod folders;
mod looking;
mod personal;
mod position;
pub(super) mod reading;
pub(super) mod taking;

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use super::access::Access;
use super::handle::{Engine, EngineError};
use super::mail::Mail;
use super::unit::Outcome;
use crate::config::Account;
use crate::domain::*;
use crate::imap::{Connection, ImapError, Limits};
use crate::net::oauth::Ending;
use crate::store::StoreError;

pub use auditing::{Audited, FolderAudit, audit_all};
pub use copying::{Copied, copy_sent};
use fetching::Room;
pub use looking::{FolderSeen, Looked, Sight, look};
use reading::Reading;

/// Mailboxes that are read at a time.
pub(super) const AT_ONCE: usize = 8;
/// Mails that are fetched and not yet taken. Their bytes are bounded apart.
pub(super) const FETCHED: usize = 64;

/// A mailbox to read.
#[derive(Debug, Clone)]
pub struct Mailbox {
    pub account: Account,
    /// What it is logged in with.
    pub access: Access,
}

impl Mailbox {
    /// Connects to it and logs in, with what holds now.
    pub async fn connect(&self, limits: &Limits) -> Result<Connection, ImapError> {
        self.access.mailbox(&self.account, limits).await
    }

    /// What is known to end of what its login needs, the earliest first.
    pub fn endings(&self) -> Result<Vec<Ending>, StoreError> {
        self.access.endings(&self.account.credential, &self.account.user)
    }
}

/// What is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Order {
    /// Mail from before the beginning is imported as history, from this time on.
    pub history: Option<Timestamp>,
    /// Nothing is done on the server, whatever the mailbox says.
    pub leave_server: bool,
    /// What an audit ([`audit_all`]) misses is fetched, and what was not given before; nothing else.
    pub repair: bool,
    pub limits: Limits,
}

/// What happens to mailbox number `mailbox` meanwhile.
#[derive(Debug)]
pub enum Progress {
    /// So many more mails are to be taken; when the first of them came to the server.
    Found {
        mailbox: usize,
        mails: u64,
        oldest: Option<Timestamp>,
    },
    Taken {
        mailbox: usize,
        mail: Arc<Mail>,
        outcome: Box<Outcome>,
    },
}

/// How reading a mailbox ended.
#[derive(Debug)]
pub struct Read {
    /// Number of the mailbox, as they were given.
    pub mailbox: usize,
    pub result: Result<Summary, ImapError>,
}

/// What reading a mailbox came to, beside the mails that were taken.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Summary {
    /// Mails that tie to nothing, in a user's own inbox.
    pub withheld: u64,
    /// Mails that the server did not give, and that are not asked for any more.
    pub parked: u64,
    /// Mails that something was done with on the server.
    pub finished: u64,
}

/// What ends a task.
#[derive(Debug)]
pub(super) enum Trouble {
    Imap(ImapError),
    Store(StoreError),
    /// Nobody takes mails any more: whoever does has failed or was told to stop.
    Stopped,
}

impl From<ImapError> for Trouble {
    fn from(error: ImapError) -> Self {
        Trouble::Imap(error)
    }
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Trouble::Store(error)
    }
}

/// Reads mailboxes once. `clock` says when something was got. `report` is told what happens, in the order in which it is
/// decided. Once `stop` is set nothing more is fetched, and what is on its way is decided. Gives how each mailbox ended, in
/// their order; one that was stopped has nothing to say.
pub async fn sync(
    engine: &Engine,
    mailboxes: Vec<Mailbox>,
    order: Order,
    clock: fn() -> Timestamp,
    stop: &AtomicBool,
    report: &mut impl FnMut(Progress) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Read>> {
    engine.fire_due(clock(), |_| {}).await?;
    let (personal, team): (Vec<_>, Vec<_>) =
        mailboxes.into_iter().enumerate().partition(|(_, mailbox)| mailbox.account.kind == MailboxKind::Personal);
    let mut read = Vec::new();
    for part in [team, personal] {
        read.extend(read_part(engine, part, order, clock, stop, report).await?);
    }
    read.sort_by_key(|read| read.mailbox);
    Ok(read)
}

async fn read_part(
    engine: &Engine,
    mailboxes: Vec<(usize, Mailbox)>,
    order: Order,
    clock: fn() -> Timestamp,
    stop: &AtomicBool,
    report: &mut impl FnMut(Progress) -> anyhow::Result<()>,
) -> anyhow::Result<Vec<Read>> {
    let (sender, receiver) = mpsc::channel(FETCHED);
    let room = Room::default();
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (index, mailbox) in mailboxes {
        let (sender, room, turns) = (sender.clone(), room.clone(), turns.clone());
        let reading = Reading { index, mailbox, store: engine.store().clone(), sender, room, order, clock };
        tasks.spawn(async move {
            // It is never closed.
            let _turn = turns.acquire().await;
            (index, reading.run().await)
        });
    }
    drop(sender);
    taking::take(engine, receiver, clock, stop, report).await?;
    let mut read = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let (mailbox, ended) = ended.map_err(|error| EngineError::NoThread(error.to_string()))?;
        match ended {
            Ok(summary) => read.push(Read { mailbox, result: Ok(summary) }),
            Err(Trouble::Imap(error)) => read.push(Read { mailbox, result: Err(error) }),
            Err(Trouble::Store(error)) => return Err(error.into()),
            Err(Trouble::Stopped) => {}
        }
    }
    Ok(read)
}
