//! The daemon: every mailbox watched by a task of its own, the outbox and the timers beside them, on one engine.
//!
//! A *generation* is what works by one configuration: another configuration, or a store that fails, ends it, and the next
//! one begins from what is stored. Nothing has to be carried over, for nothing counts that is not stored.
//!
//! What goes wrong with a mailbox or a relay stays with it: it is left alone for a while, and the board says why. What goes
//! wrong with the store ends the generation: no mail is taken while none can be kept.

mod backoff;
mod board;
mod chores;
mod counts;
mod sending;
mod stopper;
mod watching;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, Semaphore, mpsc};
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::timeout;

use super::delivery::Outlet;
use super::handle::{Engine, EngineError};
use super::sync::fetching::{Event, Room};
use super::sync::reading::Reading;
use super::sync::{AT_ONCE, FETCHED, Mailbox, Order, Progress, taking};
use super::webhooks;
use crate::domain::*;
use crate::store::StoreError;
use crate::store::instance::Lock;

pub use backoff::{Floor, Pauses};
pub use board::Board;
use chores::Chores;
pub use counts::{Counts, DELAYS};
use sending::Sending;
pub use stopper::Stopper;
pub use watching::Pace;
use watching::Watching;

/// What a generation works by.
#[derive(Debug, Clone)]
pub struct Plan {
    pub mailboxes: Vec<Mailbox>,
    pub outlets: Vec<Outlet>,
    pub webhooks: webhooks::Way,
    pub pace: Pace,
    pub clock: fn() -> Timestamp,
}

/// How often it is looked whether other programs are to be told something.
const TELLING: Duration = Duration::from_secs(1);
/// How often it is said that all is at work.
pub const BEAT: Duration = Duration::from_secs(2);

/// What a generation works on.
#[derive(Clone)]
pub struct Ground {
    pub engine: Arc<Engine>,
    /// Without it nothing goes on.
    pub lock: Arc<Lock>,
    pub board: Board,
}

/// Works until `stopper` is told, or until the engine fails: then all of it ends. Dropped before, what is at work is dropped:
/// no mail is lost by that, and none decided twice. Its parts are tasks of their own: one that waits for the store keeps no
/// other.
pub async fn run(ground: Ground, plan: Plan, stopper: Arc<Stopper>) -> Result<(), EngineError> {
    let generation = Arc::new(Generation::new(ground, plan, stopper));
    let (sender, receiver) = mpsc::channel(FETCHED);
    let mut parts = JoinSet::new();
    parts.spawn(generation.clone().take(receiver));
    parts.spawn(generation.clone().watch(sender));
    parts.spawn(generation.clone().send());
    parts.spawn(generation.clone().tell());
    parts.spawn(generation.clone().beat());
    let mut failed = Ok(());
    while let Some(ended) = parts.join_next().await {
        let ended = ended.unwrap_or_else(|panic| Err(EngineError::NoThread(panic.to_string())));
        if ended.is_err() {
            generation.stopper.stop();
        }
        // The first one says why.
        failed = failed.and(ended);
    }
    failed
}

/// What is at work.
struct Generation {
    engine: Arc<Engine>,
    lock: Arc<Lock>,
    plan: Plan,
    board: Board,
    stopper: Arc<Stopper>,
    /// How each mailbox is told that there is something to do.
    wakes: BTreeMap<String, Arc<Notify>>,
    /// Something was queued in the outbox.
    queued: Notify,
}

impl Generation {
    fn new(ground: Ground, plan: Plan, stopper: Arc<Stopper>) -> Self {
        let names: Vec<String> = plan.mailboxes.iter().map(|mailbox| mailbox.account.mailbox.clone()).collect();
        let relays = plan.outlets.iter().map(|outlet| outlet.relay.name.as_str());
        ground.board.begins(&names, &relays.collect::<Vec<_>>());
        let wakes = names.into_iter().map(|name| (name, Arc::default())).collect();
        let Ground { engine, lock, board } = ground;
        Generation { engine, lock, plan, board, stopper, wakes, queued: Notify::new() }
    }

    /// Has what is fetched decided, and says so on the board.
    async fn take(self: Arc<Self>, fetched: mpsc::Receiver<Event>) -> Result<(), EngineError> {
        let mut report = |progress: Progress| {
            self.report(&progress);
            Ok(())
        };
        let taken = taking::take(&self.engine, fetched, self.plan.clock, self.stopper.flag(), &mut report).await;
        taken.map_err(|error| match error.downcast::<EngineError>() {
            Ok(error) => error,
            Err(error) => error.downcast::<StoreError>().unwrap_or(StoreError::Closed).into(),
        })
    }

    fn report(&self, progress: &Progress) {
        let (Progress::Found { mailbox: index, .. } | Progress::Taken { mailbox: index, .. }) = progress;
        let Some(name) = self.plan.mailboxes.get(*index).map(|mailbox| &mailbox.account.mailbox) else { return };
        let now = (self.plan.clock)();
        self.board.mailbox(name, |status| match progress {
            Progress::Found { mails, oldest, .. } => {
                status.backlog += mails;
                status.oldest_waiting = status.oldest_waiting.into_iter().chain(*oldest).min();
            }
            Progress::Taken { .. } => {
                status.backlog = status.backlog.saturating_sub(1);
                status.taken += 1;
                status.last_taken = Some(now);
            }
        });
        if let Progress::Taken { mail, outcome, .. } = progress {
            let (kind, ticket) = (outcome.decision.kind.map(Kind::as_str), outcome.ticket_number);
            let row = outcome.decision.message.map(|message| message.0);
            tracing::info!(mailbox = name, row, kind, ticket, "a mail was taken");
            self.board.count(|counts| counts.taken(outcome.decision.kind, mail.place.arrived_at, now));
            if !outcome.queued.is_empty() {
                self.queued.notify_one();
            }
        }
    }

    /// Watches every mailbox. One whose task panics is watched again, after a while.
    async fn watch(self: Arc<Self>, sender: mpsc::Sender<Event>) -> Result<(), EngineError> {
        let room = Room::default();
        // Of each server its own: one that does not answer keeps no mailbox of another one waiting.
        let mut turns: HashMap<(String, u16), Arc<Semaphore>> = HashMap::new();
        let turns: Vec<Arc<Semaphore>> = (self.plan.mailboxes.iter())
            .map(|mailbox| {
                let server = &mailbox.account.server;
                let key = (server.host.to_ascii_lowercase(), server.port);
                turns.entry(key).or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))).clone()
            })
            .collect();
        let watching = |index: usize, mailbox: &Mailbox| Watching {
            reading: Reading {
                index,
                mailbox: mailbox.clone(),
                store: self.engine.store().clone(),
                sender: sender.clone(),
                room: room.clone(),
                order: Order { limits: self.plan.pace.limits, ..Order::default() },
                clock: self.plan.clock,
            },
            board: self.board.clone(),
            pace: self.plan.pace,
            turns: turns.get(index).cloned().unwrap_or_else(|| Arc::new(Semaphore::new(AT_ONCE))),
            stopper: self.stopper.clone(),
            wake: self.wakes.get(&mailbox.account.mailbox).cloned().unwrap_or_default(),
            connected: None,
            chores: Chores::new(&self.plan.pace),
        };
        let mut tasks = JoinSet::new();
        let mut indices = HashMap::new();
        for (index, mailbox) in self.plan.mailboxes.iter().enumerate() {
            indices.insert(tasks.spawn(watching(index, mailbox).run(Duration::ZERO)).id(), index);
        }
        while let Some(ended) = tasks.join_next().await {
            let panicked = match ended {
                Ok(ended) => {
                    ended?;
                    continue;
                }
                Err(panicked) => panicked,
            };
            let Some(index) = indices.remove(&panicked.id()) else { continue };
            let Some(mailbox) = self.plan.mailboxes.get(index) else { continue };
            tracing::error!(mailbox = mailbox.account.mailbox, %panicked, "a mailbox is watched anew");
            self.board.mailbox_state(&mailbox.account.mailbox, WatchState::BackingOff);
            let pause = self.plan.pace.pauses.longest;
            indices.insert(tasks.spawn(watching(index, mailbox).run(pause)).id(), index);
        }
        Ok(())
    }

    /// Says that all is at work, as long as the writer answers.
    async fn beat(self: Arc<Self>) -> Result<(), EngineError> {
        while !self.stopper.is_told() {
            let lock = self.lock.clone();
            let held = spawn_blocking(move || lock.check()).await;
            held.map_err(|panic| EngineError::NoThread(panic.to_string()))??;
            self.engine.pulse().await?;
            self.board.beat();
            let _ = timeout(BEAT, self.stopper.told()).await;
        }
        Ok(())
    }

    /// Tells other programs what workflows have for them.
    async fn tell(self: Arc<Self>) -> Result<(), EngineError> {
        while !self.stopper.is_told() {
            let (accepted, others) = webhooks::send_due(&self.engine, &self.plan.webhooks, self.stopper.flag()).await?;
            if accepted + others > 0 {
                tracing::info!(accepted, others, "webhooks were sent");
            }
            let _ = timeout(TELLING, self.stopper.told()).await;
        }
        Ok(())
    }

    async fn send(self: Arc<Self>) -> Result<(), EngineError> {
        let sending = Sending {
            engine: &self.engine,
            outlets: &self.plan.outlets,
            mailboxes: &self.plan.mailboxes,
            wakes: &self.wakes,
            board: self.board.clone(),
            pace: self.plan.pace,
            clock: self.plan.clock,
            stopper: &self.stopper,
            queued: &self.queued,
        };
        sending.run().await
    }
}
