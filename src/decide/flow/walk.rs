//! From step to step: a record goes on until there is nothing left, or something to wait for.

use super::Flow;
use super::act::Did;
use crate::decide::deciding::Deciding;
use crate::decide::stage::Because;
use crate::domain::*;
use crate::workflow;

/// A record on its way through a flow.
#[derive(Debug)]
pub(super) struct Walk<'w> {
    pub record: RecordId,
    pub flow: &'w Flow<'w>,
    /// When it has waited before: the run, and the timer that ended the wait.
    pub run: Option<(RunRow, TimerRow)>,
    pub enrolled: EventSeq,
    pub because: Because,
}

impl Deciding<'_> {
    pub(super) fn walk_from_start(&mut self, record: RecordId, flow: &Flow<'_>, because: Because) {
        let enrolled = self.context.seq;
        let first = workflow::first(&flow.definition.steps);
        self.walk(Walk { record, flow, run: None, enrolled, because }, first);
    }

    /// The record has come to the flow again for the same cause: an error, at its first step.
    pub(super) fn log_loop(&mut self, record: RecordId, flow: &Flow<'_>, because: Because) {
        let walk = Walk { record, flow, run: None, enrolled: self.context.seq, because };
        if let Some(step) = flow.definition.steps.first() {
            self.log(&walk, step, Did::failed(EffectResult::Loop.as_str()));
        }
    }

    /// Goes on with the step `next`; `None`: there is none.
    pub(super) fn walk(&mut self, mut walk: Walk<'_>, mut next: Option<StepId>) {
        let definition = &walk.flow.definition;
        while let Some(place) = next.and_then(|id| workflow::locate(&definition.steps, id)) {
            let step = place.step;
            next = match &step.action {
                Action::Delay { until } => match self.end_of_delay(&walk, until) {
                    Some(at) => {
                        self.log(&walk, step, Did::waiting(at));
                        return self.wait(&mut walk, step.id, RunState::Delayed, at);
                    }
                    None => {
                        self.log(&walk, step, Did::done(Some("over already".to_owned())));
                        place.next
                    }
                },
                Action::Branch { ways, otherwise } => self.take_way(&walk, step, ways, otherwise),
                _ => match self.next_hour(&walk) {
                    Ok(at) if at > self.context.at => {
                        self.log(&walk, step, Did::waiting(at));
                        return self.wait(&mut walk, step.id, RunState::OutOfHours, at);
                    }
                    allowed => {
                        self.carry_out_step(&walk, step, allowed.is_ok());
                        place.next
                    }
                },
            };
            if self.goal_is_met(walk.record, walk.flow) {
                return self.end(walk, RunState::Goal);
            }
        }
        self.end(walk, RunState::Done);
    }

    /// Goes on behind the delay at which a run waited, or with the action that waited for business hours.
    pub(super) fn walk_on(&mut self, walk: Walk<'_>, waited: RunState, at: StepId) {
        let Some(place) = workflow::locate(&walk.flow.definition.steps, at) else {
            return self.end(walk, RunState::Done);
        };
        if waited == RunState::Delayed {
            self.log(&walk, place.step, Did::done(None));
            return self.walk(walk, place.next);
        }
        self.walk(walk, Some(at));
    }

    fn carry_out_step(&mut self, walk: &Walk<'_>, step: &Step, ever_within_hours: bool) {
        let did = if !walk.flow.on {
            Did::skipped(EffectResult::SwitchedOff.as_str())
        } else if !ever_within_hours {
            Did::failed("its business hours leave no time to act in the next year")
        } else {
            self.act(walk, step)
        };
        self.log(walk, step, did);
    }

    fn end_of_delay(&self, walk: &Walk<'_>, delay: &Delay) -> Option<Timestamp> {
        let zone = workflow::zone(&walk.flow.definition.time_zone)?;
        workflow::until(delay, self.context.at, &zone, &self.view_of(walk.record)?)
    }

    /// When the flow may act next. `Err`: never.
    fn next_hour(&self, walk: &Walk<'_>) -> Result<Timestamp, ()> {
        let definition = &walk.flow.definition;
        let Some(hours) = definition.hours.as_ref().filter(|_| walk.flow.on) else { return Ok(self.context.at) };
        let zone = workflow::zone(&definition.time_zone).ok_or(())?;
        workflow::next_within(hours, self.context.at, &zone).ok_or(())
    }

    /// A branch decides by the record as it is at this moment.
    fn take_way(&mut self, walk: &Walk<'_>, step: &Step, ways: &[Way], otherwise: &[Step]) -> Option<StepId> {
        let taken =
            self.view_of(walk.record).and_then(|view| ways.iter().find(|way| workflow::holds(&way.when, &view)));
        let label = taken.map_or("otherwise", |way| way.label.as_str()).to_owned();
        let next = workflow::first(taken.map_or(otherwise, |way| &way.steps));
        self.log(walk, step, Did::done(Some(label)));
        next
    }

    fn wait(&mut self, walk: &mut Walk<'_>, step: StepId, state: RunState, due_at: Timestamp) {
        let chain = Chain { cause: Some(self.cause()), ..self.chain.clone() };
        // Plain data: writing it cannot fail.
        let chain = serde_json::to_string(&chain).unwrap_or_default();
        let (run, timer) = match walk.run.take() {
            Some((run, timer)) => (
                RunRow { step, state, due_at, chain, ..run },
                TimerRow { due_at, done_at: None, fence: timer.fence + 1, ..timer },
            ),
            None => {
                let Some(revision) = walk.flow.revision else { return };
                let (id, timer): (RunId, TimerId) = (self.id(), self.id());
                let run = RunRow {
                    id,
                    record: walk.record,
                    workflow: walk.flow.name.clone(),
                    revision,
                    enrolled: walk.enrolled,
                    step,
                    state,
                    due_at,
                    chain,
                    ended_at: None,
                };
                (run, TimerRow::new(timer, due_at, TimerKind::Run, id.0))
            }
        };
        self.change(Change::Run(run));
        self.change(Change::Timer(timer));
    }

    fn end(&mut self, walk: Walk<'_>, state: RunState) {
        if let Some((run, timer)) = walk.run {
            self.end_run(run, Some(timer), state);
        }
    }

    /// A run is over. Its timer, where it is not at hand, finds nothing to do when it fires.
    pub(super) fn end_run(&mut self, run: RunRow, timer: Option<TimerRow>, state: RunState) {
        let at = Some(self.context.at);
        self.change(Change::Run(RunRow { state, ended_at: at, ..run }));
        if let Some(timer) = timer {
            self.change(Change::Timer(TimerRow { done_at: at, fence: timer.fence + 1, ..timer }));
        }
    }

    /// The event at the beginning of what happens.
    pub(super) fn cause(&self) -> EventSeq {
        self.chain.cause.unwrap_or(self.context.seq)
    }

    fn log(&mut self, walk: &Walk<'_>, step: &Step, did: Did) {
        self.logged += 1;
        let row = ActionRow {
            event: self.context.seq,
            n: self.logged,
            record: walk.record,
            workflow: walk.flow.name.clone(),
            revision: walk.flow.revision,
            step: step.id,
            action: step.action.kind(),
            outcome: did.outcome,
            reason: did.reason,
            at: self.context.at,
            cause: self.cause(),
            send: did.send,
        };
        self.change(Change::Action(row));
    }
}
