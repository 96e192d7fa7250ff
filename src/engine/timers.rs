//! Timers: what was put off goes on when it is due.

use std::sync::Arc;

use super::handle::{Engine, EngineError, pending};
use super::mail::{Place, RawMail};
use super::unit::{Input, Outcome, Unit, WorkflowOrder};
use crate::decide::Refusal;
use crate::domain::*;
use crate::store::{self, Answer};

/// Timers that are looked for, and handed to the writer, together.
const TOGETHER: i64 = 512;

impl Engine {
    /// Fires the timers that are due at `now`, the longest due first: mail is read again as of the time when that was due.
    /// Gives what became of them.
    pub async fn fire_timers(&self, now: Timestamp) -> Result<Vec<Outcome>, EngineError> {
        let mut outcomes = Vec::new();
        self.fire_due(now, |outcome| outcomes.push(outcome)).await?;
        Ok(outcomes)
    }

    /// The same, for those who need not keep what became of them.
    pub async fn fire_due(&self, now: Timestamp, mut report: impl FnMut(Outcome)) -> Result<(), EngineError> {
        loop {
            let due = self.store().read(|tx| store::due_timers(tx, now, TOGETHER))?;
            if due.is_empty() {
                return Ok(());
            }
            for alike in due.chunk_by(|one, next| is_quick(one) && is_quick(next)) {
                for outcome in self.fire(alike, now).await? {
                    report(outcome);
                }
            }
        }
    }

    /// Lets time pass until then: each timer that is due meanwhile fires when it is due, and what that puts off, too.
    pub async fn pass_time(&self, until: Timestamp) -> Result<Vec<Outcome>, EngineError> {
        let mut outcomes = Vec::new();
        loop {
            let due = self.store().read(|tx| store::due_timers(tx, until, TOGETHER))?;
            // Those that are due at one moment fire together; what they put off may be due before the next.
            let Some(next) = due.first().map(|timer| timer.due_at) else { return Ok(outcomes) };
            let now: Vec<TimerRow> = due.into_iter().take_while(|timer| timer.due_at == next).collect();
            outcomes.extend(self.fire(&now, next).await?);
        }
    }

    /// Fires timers together.
    async fn fire(&self, timers: &[TimerRow], now: Timestamp) -> Result<Vec<Outcome>, EngineError> {
        let mut units = Vec::with_capacity(timers.len());
        for timer in timers {
            units.push(self.unit_of(timer, now).await?);
        }
        let mut fired = Vec::with_capacity(units.len());
        for answer in self.hand_in_all(units).await? {
            fired.extend(outcome(answer).await?);
        }
        Ok(fired)
    }

    async fn unit_of(&self, timer: &TimerRow, now: Timestamp) -> Result<Unit, EngineError> {
        let (id, fence) = (timer.id, timer.fence);
        tracing::debug!(kind = %timer.kind, subject = timer.subject, "a timer is due");
        Ok(match timer.kind {
            TimerKind::RetryMail => self.read_again(timer).await?,
            TimerKind::Digest => self.unit(now, None, Input::Digest { timer: id, fence }),
            TimerKind::Run => self.unit(now, None, Input::Workflow(WorkflowOrder::Run { timer: id, fence })),
        })
    }

    /// A mail that could not be read is read once more.
    async fn read_again(&self, timer: &TimerRow) -> Result<Unit, EngineError> {
        let delivery = DeliveryId(timer.subject);
        let (raw, cause, history) = self.store().read(|tx| pending(tx, delivery))?;
        let mail = Arc::new(self.read_alone(RawMail::new(raw, Place { history, ..Place::default() })).await?);
        let input = Input::Retry { timer: timer.id, fence: timer.fence, delivery, mail };
        Ok(Unit { cause: Some(cause), ..self.unit(timer.due_at, None, input) })
    }
}

/// Whether firing it takes the writer only: mail is read first, which may take long, or end the program.
fn is_quick(timer: &TimerRow) -> bool {
    timer.kind != TimerKind::RetryMail
}

async fn outcome(answer: Answer<Outcome>) -> Result<Option<Outcome>, EngineError> {
    let outcome = answer.get().await?;
    match outcome.refused {
        None => Ok(Some(outcome)),
        // Somebody else was faster.
        Some(Refusal::StaleFence) => Ok(None),
        Some(refusal) => Err(refusal.into()),
    }
}
