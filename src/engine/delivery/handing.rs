//! Handing over: leases what is due, gives it to the carriers of one relay, writes what they come back with.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};

use super::carrier::{Answers, Carried, Carrier, Trouble};
use super::envelope::domains_of;
use super::pace::Pace;
use super::{Delivered, Outlet, Step, Way};
use crate::config::OnUnknown;
use crate::domain::*;
use crate::engine::handle::{Engine, EngineError};
use crate::engine::unit::{Input, Outcome};
use crate::smtp::SmtpError;
use crate::store::outbox::{self, DueSend};
use crate::store::{Answer, StoreError};

/// Sends leased at a time. What is leased when the program ends is unknown afterwards: where a person decides about that,
/// only as many are leased as are sent at a time.
const LEASED: usize = 128;
/// Results on their way into the database: what is sent and not in it yet is sent again should the program end now.
const UNWRITTEN: usize = 32;
/// Mails in a row at which a fresh connection ended: then the relay is at fault, not they.
const CUT_SHORT: u32 = 3;
/// How long a lease lasts: longer than a transaction may take.
const LEASE: Millis = HOUR;

/// What is known while a relay is handed mails.
struct Handing<'h, 'w> {
    engine: &'h Engine,
    way: &'h Way<'w>,
    outlet: &'h Outlet,
    /// Leased, and not given to a carrier yet.
    waiting: VecDeque<DueSend>,
    under_way: usize,
    pace: Pace,
    /// One for each carrier.
    lines: Vec<mpsc::Sender<DueSend>>,
    idle: Vec<usize>,
    unwritten: VecDeque<Answer<Outcome>>,
    /// Mails in a row at which a fresh connection ended.
    cut_short: u32,
    /// The relay cannot be used any more, and why.
    trouble: Option<SmtpError>,
    /// Nothing more was due when that was asked last.
    exhausted: bool,
    delivered: &'h mut Delivered,
}

/// Hands over what is due, until nothing is or the relay cannot be used. Gives what was wrong with it.
pub(super) async fn hand_over(
    engine: &Engine,
    way: &Way<'_>,
    outlet: &Outlet,
    delivered: &mut Delivered,
    report: &mut impl FnMut(Step),
) -> Result<Option<SmtpError>, EngineError> {
    let (done, results) = mpsc::channel(LEASED);
    let mut tasks = JoinSet::new();
    let mut lines = Vec::new();
    for index in 0..carriers(outlet) {
        let (line, mails) = mpsc::channel(1);
        lines.push(line);
        tasks.spawn(Carrier::new(index, outlet, way, engine.store().clone()).run(mails, done.clone()));
    }
    drop(done);
    let mut handing = Handing {
        engine,
        way,
        outlet,
        waiting: VecDeque::new(),
        under_way: 0,
        pace: Pace::new(outlet.relay.per_minute, outlet.relay.per_domain),
        idle: (0..lines.len()).collect(),
        lines,
        unwritten: VecDeque::new(),
        cut_short: 0,
        trouble: None,
        exhausted: false,
        delivered,
    };
    let ended = handing.run(results, report).await;
    let trouble = handing.trouble.take();
    // The carriers say goodbye once nobody can give them anything any more.
    drop(handing);
    while tasks.join_next().await.is_some() {}
    ended.map(|()| trouble)
}

fn carriers(outlet: &Outlet) -> usize {
    usize::try_from(outlet.relay.connections).unwrap_or(1).max(1)
}

impl Handing<'_, '_> {
    async fn run(
        &mut self,
        mut results: mpsc::Receiver<Carried>,
        report: &mut impl FnMut(Step),
    ) -> Result<(), EngineError> {
        let mut leasing: Option<Answer<Outcome>> = None;
        loop {
            let goes_on = self.trouble.is_none() && !self.way.stop.load(Ordering::Relaxed);
            if goes_on {
                if leasing.is_none() && !self.exhausted && self.waiting.len() < self.most_leased().div_ceil(2) {
                    leasing = self.lease().await?;
                }
                self.give_out().await;
            }
            if self.under_way == 0 && leasing.is_none() && (!goes_on || self.waiting.is_empty()) {
                // What waited for these results may be due now.
                let nothing_came = self.unwritten.is_empty();
                self.write_out(0).await?;
                if !goes_on || (nothing_came && self.exhausted) {
                    break;
                }
                self.exhausted = false;
            }
            let next = self.pace.next();
            let waits_for_its_turn = goes_on && !self.waiting.is_empty() && !self.idle.is_empty();
            tokio::select! {
                Some(carried) = results.recv(), if self.under_way > 0 => {
                    self.settle(carried).await?;
                    report(Step::Settled);
                }
                Some(outcome) = ready(&mut leasing) => {
                    leasing = None;
                    report(Step::Leased(self.take_over(outcome?)?));
                }
                () = sleep_until(next), if waits_for_its_turn && next > Instant::now() => {}
                // Whether to stop is looked at now and then.
                () = sleep(Duration::from_millis(100)) => {}
            }
        }
        self.give_back().await
    }

    /// Sends leased at a time.
    fn most_leased(&self) -> usize {
        match self.outlet.relay.on_unknown {
            OnUnknown::Resend => LEASED,
            OnUnknown::Hold => carriers(self.outlet),
        }
    }

    /// Begins to lease what is due. `None`: nothing is.
    async fn lease(&mut self) -> Result<Option<Answer<Outcome>>, EngineError> {
        let now = (self.way.clock)();
        let most = i64::try_from(self.most_leased()).unwrap_or(i64::MAX);
        let sends = self.engine.store().read(|tx| outbox::due(tx, now, most))?;
        self.exhausted = sends.is_empty();
        if self.exhausted {
            return Ok(None);
        }
        Ok(Some(self.engine.hand_in(now, Input::Lease { sends, until: now.plus(LEASE) }).await?))
    }

    /// Takes over what was leased; how many that are.
    fn take_over(&mut self, outcome: Outcome) -> Result<usize, EngineError> {
        let leased = outcome.decision.changes.iter().filter_map(|change| match change {
            Change::Send(row) if row.state == SendState::Sending => Some(row.id),
            _ => None,
        });
        let leased: Vec<SendId> = leased.collect();
        let due = self.engine.store().read(|tx| outbox::load(tx, &leased))?;
        self.waiting.extend(due);
        Ok(leased.len())
    }

    /// Gives the carriers that are idle what may begin now.
    async fn give_out(&mut self) {
        while self.pace.next() <= Instant::now() {
            let has_room = |due: &DueSend| self.pace.has_room(&domains_of(&due.recipients));
            let Some(at) = self.waiting.iter().position(has_room) else { return };
            let Some(carrier) = self.idle.pop() else { return };
            let (Some(due), Some(line)) = (self.waiting.remove(at), self.lines.get(carrier)) else { return };
            self.pace.begin(&domains_of(&due.recipients));
            self.under_way += 1;
            // It is there until nobody can give it anything: that is us.
            let _ = line.send(due).await;
        }
    }

    /// A carrier is back: hands in what became of the mail.
    async fn settle(&mut self, carried: Carried) -> Result<(), EngineError> {
        let Carried { carrier, due, result } = carried;
        self.under_way -= 1;
        self.idle.push(carrier);
        self.pace.end(&domains_of(&due.recipients));
        match result {
            Ok(Answers { answers, cut_short }) => {
                self.count_cut_short(cut_short);
                let relay = self.outlet.relay.name.clone();
                let hold_unknown = self.outlet.relay.on_unknown == OnUnknown::Hold;
                let dispatch = Dispatch { send: due.send.id, fence: due.send.fence, relay, answers, hold_unknown };
                let input = Input::Dispatch { dispatch, ticket: due.send.ticket, message: Some(due.send.message) };
                self.unwritten.push_back(self.engine.hand_in((self.way.clock)(), input).await?);
                self.write_out(UNWRITTEN).await
            }
            Err(Trouble::Relay(error)) => {
                self.waiting.push_front(due);
                self.trouble.get_or_insert(error);
                Ok(())
            }
            Err(Trouble::Store(error)) => Err(error.into()),
        }
    }

    fn count_cut_short(&mut self, error: Option<SmtpError>) {
        self.cut_short = if error.is_some() { self.cut_short + 1 } else { 0 };
        if self.cut_short >= CUT_SHORT {
            self.trouble = self.trouble.take().or(error);
        }
    }

    /// Waits until no more than `most` results are not in the database yet.
    async fn write_out(&mut self, most: usize) -> Result<(), EngineError> {
        while self.unwritten.len() > most {
            let Some(answer) = self.unwritten.pop_front() else { break };
            let outcome = answer.get().await?;
            self.exhausted = false;
            self.count(&outcome);
        }
        Ok(())
    }

    fn count(&mut self, outcome: &Outcome) {
        let state = outcome.decision.changes.iter().rev().find_map(|change| match change {
            Change::Send(row) => Some(row.state),
            _ => None,
        });
        let failed = outcome
            .decision
            .changes
            .iter()
            .any(|change| matches!(change, Change::Recipient(row) if row.state == RecipientState::Failed));
        let count = match state {
            _ if failed => &mut self.delivered.failed,
            Some(SendState::Sent) => &mut self.delivered.sent,
            Some(SendState::Unknown) => &mut self.delivered.unknown,
            Some(_) => &mut self.delivered.deferred,
            // Another program has taken it over.
            None => return,
        };
        *count += 1;
    }

    /// Gives back what was leased and not offered.
    async fn give_back(&mut self) -> Result<(), EngineError> {
        let leases: Vec<(SendId, i64)> = self.waiting.drain(..).map(|due| (due.send.id, due.send.fence)).collect();
        if !leases.is_empty() {
            let now = (self.way.clock)();
            self.engine.command(now, None, Input::Release { leases, due_at: now }).await?;
        }
        Ok(())
    }
}

/// The outcome, once it is there; never without a lease on its way.
async fn ready(leasing: &mut Option<Answer<Outcome>>) -> Option<Result<Outcome, StoreError>> {
    match leasing {
        Some(answer) => Some(answer.ready().await),
        None => std::future::pending().await,
    }
}
