//! One mailbox, read once: its folders one after the other, each from where it was left.

use std::collections::BTreeMap;

use tokio::sync::mpsc;

use super::fetching::{Event, Room};
use super::folders::{self, Chosen};
use super::position::{self, absent, highest, is_history, is_new, seen};
use super::{Mailbox, Order, Summary, Trouble, auditing, finishing, personal};
use crate::domain::*;
use crate::imap::{Connection, Listed, Opened};
use crate::store::Store;
use crate::store::unfetched::{self, MOST_FAILURES};
use crate::store::watched::{self, Position, Watched};

/// Headers that are fetched with one command.
const HEADERS: usize = 200;

/// A mailbox that is being read.
pub(in crate::engine) struct Reading {
    pub index: usize,
    pub mailbox: Mailbox,
    pub store: Store,
    pub sender: mpsc::Sender<Event>,
    pub room: Room,
    pub order: Order,
    pub clock: fn() -> Timestamp,
}

/// A folder, open, and what is known of it.
#[derive(Clone, Copy)]
pub(super) struct Open<'a> {
    pub at: Position<'a>,
    pub role: FolderRole,
    pub history: bool,
}

impl Reading {
    /// Connects. Where that fails the first time, it is noted from when on mail counts all the same: what comes until it can
    /// be read is new.
    pub(in crate::engine) async fn connect(&self) -> Result<Connection, Trouble> {
        let begin = (self.clock)();
        match self.mailbox.connect(&self.order.limits).await {
            Ok(connection) => Ok(connection),
            Err(error) => {
                let account = &self.mailbox.account;
                position::begin_at(&self.store, &account.mailbox, account.start, begin)?;
                Err(error.into())
            }
        }
    }

    /// Connects, reads it once and says goodbye.
    pub(super) async fn run(self) -> Result<Summary, Trouble> {
        let account = &self.mailbox.account;
        let mut connection = self.connect().await?;
        let chosen = folders::watched(&mut connection, account).await?;
        let mut summary = Summary::default();
        for folder in &chosen {
            match self.order.repair {
                true => self.repair(&mut connection, folder, &mut summary).await?,
                false => drop(self.folder(&mut connection, folder, &mut summary).await?),
            }
        }
        connection.logout().await;
        Ok(summary)
    }

    /// Reads what is new in a folder. Gives it as it was when it was opened.
    pub(in crate::engine) async fn folder(
        &self,
        connection: &mut Connection,
        folder: &Chosen,
        summary: &mut Summary,
    ) -> Result<Opened, Trouble> {
        let account = &self.mailbox.account;
        let opened = connection.examine(&folder.name).await?;
        let uidvalidity = i64::from(opened.uidvalidity);
        let at = Position { mailbox: &account.mailbox, folder: &folder.name, uidvalidity };
        let known = self.store.read(|tx| watched::watched(tx, at.mailbox, at.folder))?;
        let passed = known.filter(|row| row.uidvalidity == uidvalidity).map_or(0, |row| row.passed);
        let mut listed = self.list(connection, passed, &opened).await?;
        let highest = highest(&listed);
        let row = seen(&self.store, &at, account.start, highest, (self.clock)())?;
        if row.passed < passed {
            listed = self.list(connection, row.passed, &opened).await?;
        }
        listed.retain(|listed| i64::from(listed.uid) > row.passed && is_new(&row, listed, account.start));
        let open = Open { at, role: folder.role, history: false };
        self.take(connection, &open, listed, summary).await?;
        let row = self.pass(&at, row, highest)?;
        if let Some(since) = self.order.history {
            let mut listed = self.list(connection, 0, &opened).await?;
            listed.retain(|listed| is_history(&row, listed, since));
            self.take(connection, &Open { history: true, ..open }, listed, summary).await?;
        }
        if account.kind == MailboxKind::Personal {
            self.take_tied(connection, &open).await?;
        }
        self.take_again(connection, &open, &row, summary).await?;
        if !self.order.leave_server {
            summary.finished += finishing::finish(connection, &self.store, &at, &row, &account.after).await?;
        }
        Ok(opened)
    }

    /// All up to `highest` is stored or left alone: it is not asked for again.
    fn pass(&self, at: &Position<'_>, row: Watched, highest: i64) -> Result<Watched, Trouble> {
        if highest <= row.passed {
            return Ok(row);
        }
        let row = Watched { passed: highest, ..row };
        self.store.write(|tx| watched::keep(tx, at.mailbox, at.folder, &row))?;
        Ok(row)
    }

    /// Takes what an audit misses, and what was asked for too often in vain.
    async fn repair(&self, connection: &mut Connection, folder: &Chosen, summary: &mut Summary) -> Result<(), Trouble> {
        let account = &self.mailbox.account;
        let (at, mut audit) = auditing::audit(connection, &self.store, account, folder, (self.clock)()).await?;
        self.store
            .write(|tx| audit.parked.iter().try_for_each(|uid| unfetched::ask_again(tx, &at, i64::from(*uid))))?;
        audit.missing.append(&mut audit.parked);
        audit.missing.sort_unstable();
        self.take_missing(connection, folder, &at, &audit.missing, summary).await
    }

    /// Takes these ascending UIDs of the folder, which is open, and does with them what is done with mail that is stored.
    pub(in crate::engine) async fn take_missing(
        &self,
        connection: &mut Connection,
        folder: &Chosen,
        at: &Position<'_>,
        uids: &[u32],
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        let listed = connection.list_these(uids).await?;
        let at = *at;
        let open = Open { at, role: folder.role, history: false };
        let row = self.store.read(|tx| watched::watched(tx, at.mailbox, at.folder))?;
        if let Some(row) = row.filter(|row| row.uidvalidity == at.uidvalidity) {
            self.take_as_they_are(connection, &open, &row, listed, summary).await?;
        }
        if !self.order.leave_server {
            let after = &self.mailbox.account.after;
            summary.finished += finishing::finish_these(connection, &self.store, &at, uids, after).await?;
        }
        Ok(())
    }

    /// What is there behind `passed`.
    async fn list(&self, connection: &mut Connection, passed: i64, opened: &Opened) -> Result<Vec<Listed>, Trouble> {
        let Ok(first) = u32::try_from(passed + 1) else { return Ok(Vec::new()) };
        Ok(connection.list(first, opened.exists).await?)
    }

    /// Takes what of it is not stored, and waits until it is. What did not come before is asked for last, each alone: so it
    /// keeps nothing else back.
    async fn take(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        listed: Vec<Listed>,
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        let (wanted, failures) =
            self.store.read(|tx| Ok((absent(tx, &open.at, &listed)?, unfetched::of_folder(tx, &open.at)?)))?;
        let failures_of = |listed: &Listed| failures.get(&i64::from(listed.uid)).copied();
        let (mut failed, others): (Vec<_>, Vec<_>) =
            wanted.into_iter().partition(|listed| failures_of(listed).is_some());
        failed.sort_by_key(|listed| (failures_of(listed), listed.uid));
        self.take_together(connection, open, others, summary).await?;
        for listed in failed {
            self.take_together(connection, open, vec![listed], summary).await?;
            self.store.write(|tx| unfetched::forget(tx, &open.at, &[i64::from(listed.uid)]))?;
        }
        Ok(())
    }

    async fn take_together(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        mut wanted: Vec<Listed>,
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        if self.mailbox.account.kind == MailboxKind::Personal {
            let before = wanted.len();
            wanted = self.without_untied(connection, open, wanted).await?;
            summary.withheld += (before - wanted.len()) as u64;
        }
        self.take_all(connection, open, &wanted).await
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
            for header in self.headers(connection, open, chunk).await? {
                let Some(listed) = chunk.iter().find(|listed| listed.uid == header.uid) else { continue };
                let Some(facts) = personal::facts_of(header.bytes).await else {
                    tied.push(*listed);
                    continue;
                };
                let arrived = listed.arrived_at.unwrap_or_else(self.clock);
                let ties = self.store.read(|tx| personal::ties(tx, &facts, open.at.mailbox, open.role, arrived))?;
                if ties || !self.store.write(|tx| personal::withhold(tx, &open.at, listed.uid, &facts))? {
                    tied.push(*listed);
                }
            }
        }
        tied.sort_by_key(|listed| listed.uid);
        Ok(tied)
    }

    /// Fetches withheld mails that tie to something by now. They are withheld until they are stored.
    async fn take_tied(&self, connection: &mut Connection, open: &Open<'_>) -> Result<(), Trouble> {
        let tied = personal::tied_by_now(&self.store, &open.at, (self.clock)())?;
        let (Some(first), Some(last)) = (tied.first(), tied.last()) else { return Ok(()) };
        let stored = || self.store.read(|tx| watched::stored(tx, &open.at, i64::from(*first), i64::from(*last)));
        let listed = connection.list_these(&tied).await?;
        let (before, parked) = (stored()?, self.store.read(|tx| unfetched::of_folder(tx, &open.at))?);
        let is_parked = |uid: i64| parked.get(&uid).is_some_and(|count| *count >= MOST_FAILURES);
        let mut wanted = listed.clone();
        wanted.retain(|listed| !before.contains(&i64::from(listed.uid)) && !is_parked(i64::from(listed.uid)));
        self.take_all(connection, open, &wanted).await?;
        let after = stored()?;
        let done = |uid: &&u32| {
            after.contains(&i64::from(**uid)) || listed.binary_search_by_key(*uid, |listed| listed.uid).is_err()
        };
        let mut release = tied.iter().filter(done).map(|uid| i64::from(*uid));
        Ok(self.store.write(|tx| release.try_for_each(|uid| watched::release(tx, &open.at, uid)))?)
    }

    /// Takes what did not come before and somebody has asked for again, and forgets what is gone by now.
    async fn take_again(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        row: &Watched,
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        let failures: BTreeMap<i64, i64> = self.store.read(|tx| unfetched::of_folder(tx, &open.at))?;
        if failures.is_empty() {
            return Ok(());
        }
        let uids: Vec<u32> = failures.keys().filter_map(|uid| u32::try_from(*uid).ok()).collect();
        let mut listed = connection.list_these(&uids).await?;
        let is_there = |uid: &i64| listed.iter().any(|listed| i64::from(listed.uid) == *uid);
        let gone: Vec<i64> = failures.keys().filter(|uid| !is_there(uid)).copied().collect();
        if !gone.is_empty() {
            self.store.write(|tx| unfetched::forget(tx, &open.at, &gone))?;
        }
        let is_parked = |listed: &Listed| failures.get(&i64::from(listed.uid)).is_some_and(|n| *n >= MOST_FAILURES);
        summary.parked += listed.iter().filter(|listed| is_parked(listed)).count() as u64;
        listed.retain(|listed| !is_parked(listed));
        self.take_as_they_are(connection, open, row, listed, summary).await
    }

    /// Takes these, as new or as history.
    async fn take_as_they_are(
        &self,
        connection: &mut Connection,
        open: &Open<'_>,
        row: &Watched,
        listed: Vec<Listed>,
        summary: &mut Summary,
    ) -> Result<(), Trouble> {
        let start = self.mailbox.account.start;
        let (new, older): (Vec<_>, Vec<_>) = listed.into_iter().partition(|listed| is_new(row, listed, start));
        self.take(connection, open, new, summary).await?;
        self.take(connection, &Open { history: true, ..*open }, older, summary).await
    }
}
