//! What is done in a mailbox beside reading it: copies for its Sent folder, and the daily audit. A server that refuses these
//! keeps nothing else from being done; and they are put off before they are tried, so that one that hangs up over them is
//! read meanwhile.

use std::time::Duration;

use tokio::time::Instant;

use super::backoff::chance;
use super::watching::{Pace, Watching};
use crate::domain::*;
use crate::engine::sync::copying::{Copying, waiting_for};
use crate::engine::sync::folders::Chosen;
use crate::engine::sync::reading::Reading;
use crate::engine::sync::{Summary, Trouble, auditing};
use crate::imap::{Cause, Connection, ImapError};
use crate::store::journal;

/// When they are done next.
pub(super) struct Chores {
    next_audit: Instant,
    /// Before that no copies are tried.
    next_copies: Instant,
    /// How often in a row copies were not made.
    failures: u32,
    /// What was said of that last.
    said: Option<String>,
}

impl Chores {
    pub fn new(pace: &Pace) -> Self {
        let now = Instant::now();
        Chores { next_audit: now + spread(pace.first_audit), next_copies: now, failures: 0, said: None }
    }
}

/// Half of it, and up to as much again: those that begin together do not all audit together.
fn spread(time: Duration) -> Duration {
    time.mul_f64(0.5 + f64::from(chance()) / 256.0)
}

/// What of a folder was missing, and what still is.
struct Mended {
    found: u64,
    missing: u64,
}

impl Watching {
    /// The setup in force, which must have the mailbox as it is read: what `ticketd apply` made a user's own inbox is read
    /// as a team's no longer.
    pub(super) fn setup(&self) -> Result<Setup, Trouble> {
        let account = &self.reading.mailbox.account;
        let setup = self.reading.store.read(journal::current_setup)?.unwrap_or_default();
        let name = &account.mailbox;
        let what = match setup.mailbox(name).map(|mailbox| mailbox.kind) {
            Some(kind) if kind == account.kind => return Ok(setup),
            Some(kind) => format!("`ticketd apply` has made the mailbox `{name}` one of kind `{kind}`"),
            None => format!("`ticketd apply` has taken the mailbox `{name}` away"),
        };
        let what = format!("{what}: it is read again once the configuration is (systemctl reload ticketd)");
        Err(ImapError { server: account.server.to_string(), cause: Cause::Configuration, what }.into())
    }

    /// Puts what people sent into the Sent folder.
    pub(super) async fn copy_sent(
        &mut self,
        connection: &mut Connection,
        chosen: &[Chosen],
        setup: &Setup,
    ) -> Result<(), Trouble> {
        let Reading { mailbox, store, clock, .. } = &self.reading;
        let mails = waiting_for(store, setup, &mailbox.account)?;
        if !mails.is_empty() && Instant::now() < self.chores.next_copies {
            return Ok(());
        }
        let mut refused = None;
        if !mails.is_empty() {
            self.chores.failures = self.chores.failures.saturating_add(1);
            self.chores.next_copies =
                Instant::now() + self.pace.copies.after(self.chores.failures, false, None, chance());
            let mut copying = Copying::new(store, &mailbox.account, *clock, self.stopper.flag());
            refused = copying.put(connection, chosen, &mails).await?.cloned();
        }
        match &refused {
            Some(error) => {
                let (needs_care, asked) = (error.cause != Cause::Temporary, error.suggested_pause());
                let pause = self.pace.copies.after(self.chores.failures, needs_care, asked, chance());
                self.chores.next_copies = Instant::now() + pause;
            }
            None => (self.chores.failures, self.chores.next_copies) = (0, Instant::now()),
        }
        self.say_of_copies(refused.map(|error| error.to_string()));
        Ok(())
    }

    /// Shows it; in the log only what was not said the last time.
    fn say_of_copies(&mut self, refused: Option<String>) {
        if let Some(error) = refused.as_ref().filter(|refused| self.chores.said.as_ref() != Some(*refused)) {
            tracing::warn!(mailbox = self.name(), error, "a copy is not in the Sent folder");
        }
        self.chores.said.clone_from(&refused);
        let said = refused.map(|what| self.board.said(what));
        self.board.delivery(|status| {
            status.copies.retain(|(name, _)| name != self.name());
            status.copies.extend(said.map(|said| (self.name().to_owned(), said)));
        });
    }

    /// Counts what the server has and we do not, once a day, and fetches that.
    pub(super) async fn audit(&mut self, connection: &mut Connection, chosen: &[Chosen]) -> Result<(), Trouble> {
        if Instant::now() < self.chores.next_audit {
            return Ok(());
        }
        self.chores.next_audit = Instant::now() + spread(self.pace.first_audit);
        let (mut found, mut missing, mut refused) = (0, 0, false);
        for folder in chosen {
            match self.mend(connection, folder).await {
                Ok(mended) => (found, missing) = (found + mended.found, missing + mended.missing),
                Err(Trouble::Imap(error)) if connection.was_refused() => {
                    refused = true;
                    tracing::warn!(mailbox = self.name(), folder = folder.name, %error, "a folder could not be audited");
                }
                Err(trouble) => return Err(trouble),
            }
        }
        if found > missing {
            let fetched = found - missing;
            tracing::warn!(mailbox = self.name(), fetched, "mail was missing here, and is fetched");
        }
        if missing > 0 {
            tracing::error!(mailbox = self.name(), missing, "mail on the server is missing here");
        }
        let now = self.board.now();
        self.board.mailbox(self.name(), |status| match refused {
            // As much as is known: what it was before may be in the rest.
            true => status.missing = status.missing.max(Some(missing).filter(|missing| *missing > 0)),
            false => (status.missing, status.audited_at) = (Some(missing), Some(now)),
        });
        if !refused {
            self.chores.next_audit = Instant::now() + self.pace.audit;
        }
        Ok(())
    }

    async fn mend(&self, connection: &mut Connection, folder: &Chosen) -> Result<Mended, Trouble> {
        let Reading { mailbox, store, .. } = &self.reading;
        let now = self.board.now();
        let (at, audit) = auditing::audit(connection, store, &mailbox.account, folder, now).await?;
        let found = audit.missing.len() as u64;
        if found == 0 {
            return Ok(Mended { found, missing: 0 });
        }
        self.reading.take_missing(connection, folder, &at, &audit.missing, &mut Summary::default()).await?;
        let (_, audit) = auditing::audit(connection, store, &mailbox.account, folder, now).await?;
        Ok(Mended { found, missing: audit.missing.len() as u64 })
    }
}
