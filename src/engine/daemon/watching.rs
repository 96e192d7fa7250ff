//! One mailbox, watched for as long as the daemon runs: connected, read, waited for, and connected again when that ends.
//!
//! The server tells of new mail in the first folder (IDLE); the others are looked at whenever that one is, and now and then.
//! Whatever ends a wait, all folders are looked at: what a server says about new mail is a hint, what it lists is believed.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore};
use tokio::time::{Instant, sleep, timeout};

use super::backoff::{Floor, Pauses, chance};
use super::board::Board;
use super::chores::Chores;
use super::stopper::Stopper;
use crate::domain::*;
use crate::engine::sync::folders::{self, Chosen};
use crate::engine::sync::reading::Reading;
use crate::engine::sync::{Summary, Trouble};
use crate::imap::{Cause, Connection, ImapError, Limits, Opened, Patience};
use crate::store::StoreError;

/// How often things are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace {
    /// How long a server that tells of new mail is waited for.
    pub patience: Patience,
    pub pauses: Pauses,
    pub limits: Limits,
    /// A connection that ends sooner than this after the login counts as failed, however well it went: a server that lets
    /// everybody in and throws them out again is not asked without a pause. Longer than a server may be silent.
    pub soon: Duration,
    /// A connection that is older than this is made anew.
    pub connection: Duration,
    /// How often in a row folders are looked at.
    pub looks: Floor,
    /// Between attempts at copies that a server does not take.
    pub copies: Pauses,
    /// From the start, or from one that was refused, to an audit, by and large.
    pub first_audit: Duration,
    /// From one audit of a mailbox to the next.
    pub audit: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        let hours = |count: u64| Duration::from_secs(3600 * count);
        Pace {
            patience: Patience::default(),
            pauses: Pauses::default(),
            limits: Limits::default(),
            soon: Duration::from_secs(120),
            connection: hours(24),
            looks: Floor::default(),
            copies: Pauses { first: Duration::from_secs(60), longest: hours(1), for_care: hours(1) },
            first_audit: hours(1),
            audit: hours(24),
        }
    }
}

/// How often a folder is looked at that changed meanwhile, before it is waited for.
const MOST_LOOKS: u32 = 3;

/// A mailbox that is being watched.
pub(super) struct Watching {
    pub reading: Reading,
    pub board: Board,
    pub pace: Pace,
    /// So many connect to its server at a time.
    pub turns: Arc<Semaphore>,
    pub stopper: Arc<Stopper>,
    /// There is something to do: a copy for the Sent folder waits.
    pub wake: Arc<Notify>,
    /// When the connection was logged in, while there is one.
    pub connected: Option<Instant>,
    pub chores: Chores,
}

/// How a connection ended well.
enum Left {
    /// It was told to stop.
    Stopped,
    /// It was old.
    Old,
}

impl Watching {
    /// Watches, from then on until it is told to stop. Only the store's errors end it before.
    pub async fn run(mut self, from: Duration) -> Result<(), StoreError> {
        let (mut failures, mut pause): (u32, _) = (0, from);
        loop {
            tokio::select! {
                () = sleep(pause) => {}
                () = self.stopper.told() => return Ok(()),
            }
            let ended = self.connection().await;
            let lasted = self.connected.take().map(|since| since.elapsed());
            let error = match ended {
                Ok(Left::Stopped) | Err(Trouble::Stopped) => return Ok(()),
                Ok(Left::Old) => {
                    (failures, pause) = (0, Duration::ZERO);
                    continue;
                }
                Err(Trouble::Store(error)) => return Err(error),
                Err(Trouble::Imap(error)) => error,
            };
            let was_well = lasted.is_some_and(|lasted| lasted >= self.pace.soon);
            failures = if was_well { 1 } else { failures.saturating_add(1) };
            let needs_care = error.cause != Cause::Temporary;
            pause = self.pace.pauses.after(failures, needs_care, error.suggested_pause(), chance());
            self.failed(&error, failures, needs_care, pause);
        }
    }

    pub(super) fn name(&self) -> &str {
        &self.reading.mailbox.account.mailbox
    }

    fn failed(&self, error: &ImapError, failures: u32, needs_care: bool, pause: Duration) {
        let mailbox = self.name();
        match needs_care {
            true => tracing::error!(mailbox, failures, ?pause, %error, "a mailbox cannot be read until somebody helps"),
            false => tracing::warn!(mailbox, failures, ?pause, %error, "a mailbox cannot be read"),
        }
        let said = self.board.said(error.to_string());
        self.board.mailbox_state(mailbox, WatchState::BackingOff);
        self.board.mailbox(mailbox, |status| {
            status.failures = failures;
            status.errors += 1;
            status.next_try = Some(said.at.plus(Millis::try_from(pause.as_millis()).unwrap_or(Millis::MAX)));
            (status.error, status.needs_care) = (Some(said), needs_care);
        });
    }

    /// From the login until it is told to stop, or until the connection fails. Says goodbye where nothing of an answer may
    /// still be to come: what is wrong with the configuration is said by ourselves, and a refusal ends an answer.
    async fn connection(&mut self) -> Result<Left, Trouble> {
        let Some((mut connection, chosen)) = self.connect().await? else { return Ok(Left::Stopped) };
        self.connected = Some(Instant::now());
        let left = self.watch(&mut connection, &chosen).await;
        let is_ours = matches!(&left, Err(Trouble::Imap(error)) if error.cause == Cause::Configuration);
        if left.is_ok() || is_ours || connection.was_refused() {
            connection.logout().await;
        }
        left
    }

    /// Looks and waits in turn, until it is told to stop or the connection is old.
    async fn watch(&mut self, connection: &mut Connection, chosen: &[Chosen]) -> Result<Left, Trouble> {
        let (mut tells, mut looks) = (connection.can_idle(), VecDeque::new());
        while !self.stopper.is_told() {
            if self.connected.is_some_and(|since| since.elapsed() >= self.pace.connection) {
                tracing::debug!(mailbox = self.name(), "the connection is old: it is made anew");
                return Ok(Left::Old);
            }
            // Over, or told to stop: the look ends soon then.
            let _ = timeout(self.pace.looks.pause(&mut looks, Instant::now()), self.stopper.told()).await;
            let opened = self.look(connection, chosen).await?;
            if let Some(first) = chosen.first().filter(|_| tells && !self.stopper.is_told()) {
                self.return_to(connection, chosen, first, opened).await?;
                tells = self.idle(connection, chosen.len() > 1).await?;
            }
            if !tells && !self.stopper.is_told() {
                self.board.mailbox_state(self.name(), WatchState::Polling);
                // Over, or told before: it is looked at either way.
                let _ = timeout(self.poll(), self.told()).await;
            }
        }
        Ok(Left::Stopped)
    }

    async fn connect(&self) -> Result<Option<(Connection, Vec<Chosen>)>, Trouble> {
        let (mailbox, account) = (self.name(), &self.reading.mailbox.account);
        self.board.mailbox_state(mailbox, WatchState::Connecting);
        let connecting = async {
            // It is never closed.
            let _turn = self.turns.acquire().await;
            let mut connection = self.reading.connect().await?;
            let chosen = folders::watched(&mut connection, account).await?;
            Ok::<_, Trouble>((connection, chosen))
        };
        let connected = tokio::select! {
            connected = connecting => connected?,
            () = self.stopper.told() => return Ok(None),
        };
        let certificate = connected.0.encryption().and_then(|encryption| encryption.certificate_until);
        self.board.mailbox(mailbox, |status| status.certificate_expires = certificate);
        tracing::info!(mailbox, idle = connected.0.can_idle(), "connected");
        Ok(Some(connected))
    }

    /// Looks at all folders once, and does what is to be done there. Gives the first one as it was then.
    async fn look(&mut self, connection: &mut Connection, chosen: &[Chosen]) -> Result<Option<Opened>, Trouble> {
        let setup = self.setup()?;
        self.board.mailbox_state(self.name(), WatchState::Reading);
        self.board.mailbox(self.name(), |status| (status.backlog, status.oldest_waiting) = (0, None));
        let (mut summary, mut first) = (Summary::default(), None);
        for folder in chosen {
            let opened = self.reading.folder(connection, folder, &mut summary).await?;
            first.get_or_insert(opened);
        }
        self.copy_sent(connection, chosen, &setup).await?;
        self.audit(connection, chosen).await?;
        let endings = self.reading.mailbox.endings()?;
        let now = self.board.now();
        self.board.mailbox(self.name(), |status| {
            status.last_success = Some(now);
            status.endings = endings.iter().map(|ending| (ending.what, ending.at)).collect();
            (status.backlog, status.oldest_waiting, status.parked) = (0, None, summary.parked);
            (status.failures, status.error, status.needs_care, status.next_try) = (0, None, false, None);
        });
        Ok(first)
    }

    /// Opens the folder that the server is to tell about. What changed in it since it was looked at is looked at first: all
    /// that comes later is told.
    async fn return_to(
        &mut self,
        connection: &mut Connection,
        chosen: &[Chosen],
        folder: &Chosen,
        mut seen: Option<Opened>,
    ) -> Result<(), Trouble> {
        for _ in 0..MOST_LOOKS {
            if Some(connection.examine(&folder.name).await?) == seen {
                return Ok(());
            }
            seen = self.look(connection, chosen).await?;
        }
        // One that never says the same twice: what it tells and the safety net must do.
        connection.examine(&folder.name).await?;
        Ok(())
    }

    /// Waits until there may be something new. `others`: there are folders that the server does not tell about. `false`: it
    /// tells of none.
    async fn idle(&self, connection: &mut Connection, others: bool) -> Result<bool, Trouble> {
        self.board.mailbox_state(self.name(), WatchState::Idle);
        let mut patience = self.pace.patience;
        if others {
            patience.whole = patience.whole.min(self.poll());
        }
        let tells = connection.idle(patience, self.told()).await?;
        if !tells {
            tracing::warn!(mailbox = self.name(), "the server refuses IDLE: it is asked now and then");
        }
        Ok(tells)
    }

    fn poll(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.reading.mailbox.account.poll).unwrap_or_default())
    }

    /// Ends once it is told to stop, or that there is something to do.
    async fn told(&self) {
        tokio::select! {
            () = self.stopper.told() => {}
            () = self.wake.notified() => {}
        }
    }
}
