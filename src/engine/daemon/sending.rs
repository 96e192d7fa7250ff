//! What is due: timers, and the outbox. Looked at every second, for other processes queue mail too, and at once when
//! something was queued here.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Notify;
use tokio::time::{Instant, timeout};

use super::backoff::chance;
use super::board::Board;
use super::stopper::Stopper;
use super::watching::Pace;
use crate::domain::*;
use crate::engine::delivery::{self, Outlet, Way};
use crate::engine::handle::{Engine, EngineError};
use crate::engine::sync::Mailbox;
use crate::engine::sync::copying::{forget_unwanted, waiting_for};
use crate::smtp::Limits;
use crate::store::{journal, outbox};

/// How often it is looked what is due.
const TICK: Duration = Duration::from_secs(1);

/// How often it is looked when the logins of relays end.
const FORECAST: Duration = Duration::from_secs(60);

/// Sends what is due for as long as the daemon runs.
pub(super) struct Sending<'s> {
    pub engine: &'s Engine,
    pub outlets: &'s [Outlet],
    pub mailboxes: &'s [Mailbox],
    /// How each mailbox is told that a copy waits for it.
    pub wakes: &'s BTreeMap<String, Arc<Notify>>,
    pub board: Board,
    pub pace: Pace,
    pub clock: fn() -> Timestamp,
    pub stopper: &'s Stopper,
    /// Something was queued.
    pub queued: &'s Notify,
}

/// A relay that could not be used: how often in a row, and until when it is left alone.
#[derive(Default)]
struct Resting(BTreeMap<String, (u32, Instant)>);

impl Sending<'_> {
    pub async fn run(self) -> Result<(), EngineError> {
        let (mut resting, mut forecast) = (Resting::default(), None);
        while !self.stopper.is_told() {
            self.engine.fire_due((self.clock)(), |_| {}).await?;
            self.deliver(&mut resting).await?;
            if forecast.is_none_or(|at: Instant| at.elapsed() > FORECAST) {
                self.forecast()?;
                forecast = Some(Instant::now());
            }
            let pause = async {
                tokio::select! {
                    () = self.stopper.told() => {}
                    () = self.queued.notified() => {}
                }
            };
            // Over, or told before: it is looked at either way.
            let _ = timeout(TICK, pause).await;
        }
        Ok(())
    }

    /// Says when what the logins of relays need ends.
    fn forecast(&self) -> Result<(), EngineError> {
        let mut endings = Vec::new();
        for outlet in self.outlets {
            let own = outlet.endings()?.into_iter();
            endings.extend(own.map(|ending| (outlet.relay.name.clone(), ending.what, ending.at)));
        }
        self.board.delivery(|status| status.endings = endings);
        Ok(())
    }

    async fn deliver(&self, resting: &mut Resting) -> Result<(), EngineError> {
        let outlets: Vec<Outlet> =
            self.outlets.iter().filter(|outlet| !resting.is_resting(&outlet.relay.name)).cloned().collect();
        let (store, now) = (self.engine.store(), (self.clock)());
        let (due, left) = store.read(|tx| Ok((outbox::due(tx, now, 1)?, outbox::sending(tx)?)))?;
        if outlets.is_empty() || due.is_empty() && left.is_empty() {
            if due.is_empty() {
                self.board.nothing_due();
                // Who is not needed is in no trouble that anybody has to look at.
                let pauses = store.read(|tx| outbox::pauses(tx, now))?;
                let is_paused = |relay: &String| pauses.iter().any(|pause| pause.relay == *relay);
                self.board.delivery(|status| status.relays.retain(|(relay, _)| is_paused(relay)));
            }
            return Ok(());
        }
        let way = Way {
            outlets: &outlets,
            limits: Limits::default(),
            clock: self.clock,
            stop: self.stopper.flag(),
            ignore_pauses: false,
        };
        let delivered = delivery::deliver(self.engine, &way, &mut |_| {}).await?;
        for outlet in &outlets {
            let trouble = delivered.troubles.iter().any(|(relay, _)| *relay == outlet.relay.name);
            resting.settle(&outlet.relay.name, trouble, &self.pace);
        }
        let delivery::Delivered { sent, deferred, failed, unknown, .. } = delivered;
        if sent + deferred + failed + unknown > 0 {
            tracing::info!(sent, deferred, failed, unknown, "mail went out");
        }
        let paused = delivered.paused.iter();
        let paused = paused.map(|pause| (pause.relay.clone(), Said { at: pause.since, what: pause.why.clone() }));
        let troubles = delivered.troubles.iter();
        let troubles = troubles.map(|(relay, error)| (relay.clone(), Said { at: now, what: error.to_string() }));
        let said: Vec<_> = troubles.chain(paused).collect();
        self.board.delivery(|status| {
            status.sent += delivered.sent;
            status.deferred += delivered.deferred;
            status.failed += delivered.failed;
            status.unknown += delivered.unknown;
            status.relays.retain(|(relay, _)| !outlets.iter().any(|outlet| outlet.relay.name == *relay));
            status.relays.extend(said);
        });
        if delivered.sent > 0 {
            self.wake_for_copies()?;
        }
        Ok(())
    }

    /// Tells the mailboxes whose Sent folders are to get a copy.
    fn wake_for_copies(&self) -> Result<(), EngineError> {
        let store = self.engine.store();
        let Some(setup) = store.read(journal::current_setup)? else { return Ok(()) };
        let accounts: Vec<_> = self.mailboxes.iter().map(|mailbox| mailbox.account.clone()).collect();
        forget_unwanted(store, &setup, &accounts)?;
        for account in &accounts {
            if !waiting_for(store, &setup, account)?.is_empty()
                && let Some(wake) = self.wakes.get(&account.mailbox)
            {
                wake.notify_one();
            }
        }
        Ok(())
    }
}

impl Resting {
    fn is_resting(&self, relay: &str) -> bool {
        self.0.get(relay).is_some_and(|(_, until)| *until > Instant::now())
    }

    fn settle(&mut self, relay: &str, trouble: bool, pace: &Pace) {
        if !trouble {
            self.0.remove(relay);
            return;
        }
        let failures = self.0.get(relay).map_or(0, |(failures, _)| *failures).saturating_add(1);
        let pause = pace.pauses.after(failures, false, None, chance());
        self.0.insert(relay.to_owned(), (failures, Instant::now() + pause));
    }
}
