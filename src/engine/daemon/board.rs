//! The board: what the daemon says of itself, kept by those who work and read by whoever asks.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::counts::Counts;
use crate::domain::*;

/// What is on it. Cheap to clone: all of them are one.
#[derive(Debug, Clone)]
pub struct Board {
    status: watch::Sender<DaemonStatus>,
    clock: fn() -> Timestamp,
    beat: Arc<Mutex<Instant>>,
    counts: Arc<Mutex<Counts>>,
}

impl Board {
    /// For a daemon that starts.
    pub fn new(clock: fn() -> Timestamp) -> Board {
        let now = clock();
        let status = DaemonStatus {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            pid: std::process::id(),
            started_at: now,
            state: DaemonState::Starting,
            trouble: None,
            config_refused: None,
            config_way_out: None,
            config_read_at: now,
            mailboxes: Vec::new(),
            delivery: DeliveryStatus::default(),
        };
        Board {
            status: watch::Sender::new(status),
            clock,
            beat: Arc::new(Mutex::new(Instant::now())),
            counts: Arc::default(),
        }
    }

    /// Whoever supervises is at work, and what it supervises answers.
    pub fn beat(&self) {
        *self.beat.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// How long ago that was last said.
    pub fn since_beat(&self) -> Duration {
        self.beat.lock().unwrap_or_else(PoisonError::into_inner).elapsed()
    }

    /// What was taken since the start.
    pub fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn count(&self, change: impl FnOnce(&mut Counts)) {
        change(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// What it says now.
    pub fn read(&self) -> DaemonStatus {
        self.status.borrow().clone()
    }

    /// For whoever wants to know when it changes.
    pub fn watch(&self) -> watch::Receiver<DaemonStatus> {
        self.status.subscribe()
    }

    /// The clock by which it is kept.
    pub fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub fn state(&self, state: DaemonState) {
        self.change(|status| {
            status.state = state;
            if state == DaemonState::Running {
                status.trouble = None;
            }
        });
    }

    /// Nothing can be stored, or the daemon has to end: no mailbox is connected any more.
    pub fn in_trouble(&self, state: DaemonState, what: String) {
        let said = self.said(what);
        self.change(|status| {
            for mailbox in &mut status.mailboxes {
                (mailbox.state, mailbox.since) = (WatchState::BackingOff, said.at);
            }
            (status.state, status.trouble) = (state, Some(said));
        });
    }

    /// A configuration was read, and is in force.
    pub fn config_read(&self) {
        let now = self.now();
        self.change(|status| {
            (status.config_refused, status.config_way_out, status.config_read_at) = (None, None, now);
        });
    }

    /// A configuration was read that cannot be in force: why, and what to do about it.
    pub fn config_refused(&self, what: String, way_out: Option<String>) {
        let said = self.said(what);
        self.change(|status| (status.config_refused, status.config_way_out) = (Some(said), way_out));
    }

    /// A generation begins: these are watched and used from now on. What is known of those that were before is kept; not
    /// that they are connected.
    pub(super) fn begins(&self, mailboxes: &[String], relays: &[&str]) {
        let now = self.now();
        self.change(|status| {
            let before = std::mem::take(&mut status.mailboxes);
            let known = |name: &String| before.iter().find(|known| known.mailbox == *name).cloned();
            let fresh = mailboxes.iter().map(|name| {
                let known = known(name).unwrap_or_else(|| MailboxStatus::new(name.clone(), now));
                MailboxStatus { state: WatchState::Connecting, since: now, ..known }
            });
            status.mailboxes = fresh.collect();
            status.delivery.no_relay = relays.is_empty();
            status.delivery.relays.retain(|(name, _)| relays.contains(&name.as_str()));
            status.delivery.endings.retain(|(name, _, _)| relays.contains(&name.as_str()));
            status.delivery.copies.retain(|(name, _)| mailboxes.contains(name));
        });
    }

    pub(super) fn mailbox(&self, name: &str, change: impl FnOnce(&mut MailboxStatus)) {
        self.change(|status| {
            if let Some(mailbox) = status.mailboxes.iter_mut().find(|mailbox| mailbox.mailbox == name) {
                change(mailbox);
            }
        });
    }

    pub(super) fn mailbox_state(&self, name: &str, state: WatchState) {
        let now = self.now();
        self.mailbox(name, |mailbox| {
            if mailbox.state != state {
                (mailbox.state, mailbox.since) = (state, now);
            }
        });
    }

    /// Those who watch are told where something is otherwise: it is seen to every second.
    pub(super) fn delivery(&self, change: impl FnOnce(&mut DeliveryStatus)) {
        self.status.send_if_modified(|status| {
            let before = status.delivery.clone();
            change(&mut status.delivery);
            status.delivery != before
        });
    }

    /// Nothing is due. That is seen every second: nobody is told of it.
    pub(super) fn nothing_due(&self) {
        let now = self.now();
        self.status.send_if_modified(|status| {
            status.delivery.last_success = Some(now);
            false
        });
    }

    pub(super) fn said(&self, what: String) -> Said {
        Said { at: self.now(), what }
    }

    fn change(&self, change: impl FnOnce(&mut DaemonStatus)) {
        self.status.send_modify(change);
    }
}
