//! What begins or ends a way through a flow otherwise than by a trigger: a timer, and people.

use std::borrow::Cow;

use super::Flow;
use super::act::Did;
use super::walk::Walk;
use super::webhook::send_again;
use crate::decide::deciding::{Context, Deciding};
use crate::decide::receive::check_fence;
use crate::decide::refusal::Refusal;
use crate::decide::stage::Because;
use crate::domain::*;
use crate::workflow;

/// A run has waited long enough, under its timer's fence.
pub fn fire(d: &mut Deciding<'_>, timer: TimerId, fence: i64) -> Result<(), Refusal> {
    let timer = check_fence(d, timer, fence)?;
    let run = d.ws.runs.get(&RunId(timer.subject)).cloned().filter(|run| run.state.is_waiting());
    let Some(run) = run else {
        // It has ended otherwise.
        let done_at = Some(d.context.at);
        d.change(Change::Timer(TimerRow { done_at, fence: timer.fence + 1, ..timer }));
        return Ok(());
    };
    show_record(d, run.record);
    if d.ws.tickets.get(&run.record).is_some_and(|ticket| ticket.merged_into.is_some()) {
        d.end_run(run, Some(timer), RunState::Gone);
        return Ok(());
    }
    let Some(flow) = flow_of_run(d, &run) else {
        d.end_run(run, Some(timer), RunState::Gone);
        return Ok(());
    };
    d.chain = serde_json::from_str(&run.chain).unwrap_or_default();
    let (waited, at, enrolled, record) = (run.state, run.step, run.enrolled, run.record);
    let because = Because::default();
    d.walk_on(Walk { record, flow: &flow, run: Some((run, timer)), enrolled, because }, waited, at);
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// The decision is about that record.
fn show_record(d: &mut Deciding<'_>, record: RecordId) {
    d.decision.ticket = Some(record);
    d.decision.status_before = d.ws.stage_of(record).map(str::to_owned);
    d.decision.status_after.clone_from(&d.decision.status_before);
}

/// The flow as it was when the run began. It is on while that of the setup is.
fn flow_of_run(d: &Deciding<'_>, run: &RunRow) -> Option<Flow<'static>> {
    let row = d.ws.revisions.get(&run.revision)?;
    let definition: Definition = serde_json::from_str(&row.body).ok()?;
    let name = run.workflow.clone();
    let on = d.ws.setup.is_flow_on(&name);
    Some(Flow { name, on, revision: Some(run.revision), definition: Cow::Owned(definition) })
}

/// A user enrols a record in a workflow, whatever its trigger and filter.
pub fn enrol_by_hand(d: &mut Deciding<'_>, workflow: &str, record: RecordId) -> Result<(), Refusal> {
    let setup = d.ws.setup.clone();
    let no_workflow = || Refusal::NoWorkflow(workflow.to_owned());
    let found = setup.workflow(workflow).ok_or_else(no_workflow)?;
    let definition = found.published.as_ref().ok_or_else(|| Refusal::NotPublished(workflow.to_owned()))?;
    check_object(d, found, record)?;
    let flow = d.flow_of(found, definition);
    if let Some(hindrance) = d.hindrance(record, &flow) {
        return Err(Refusal::CannotEnrol { workflow: workflow.to_owned(), hindrance });
    }
    show_record(d, record);
    d.enrol(record, &flow, Because::default());
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// Refuses a record of another object than the workflow's.
pub(super) fn check_object(d: &Deciding<'_>, workflow: &Workflow, record: RecordId) -> Result<(), Refusal> {
    let row = d.ws.records.get(&record).ok_or(Refusal::NoRecord)?;
    if row.object == workflow.object {
        return Ok(());
    }
    let (workflow, object, other) = (workflow.name.clone(), workflow.object.clone(), row.object.clone());
    Err(Refusal::OtherObject { workflow, object, other })
}

/// A user takes a record out of a workflow that it is on its way through.
pub fn remove(d: &mut Deciding<'_>, workflow: &str, record: RecordId) -> Result<(), Refusal> {
    d.ws.records.get(&record).ok_or(Refusal::NoRecord)?;
    let run = d.ws.waiting_runs_of(record).find(|run| run.workflow == workflow).cloned();
    let run = run.ok_or_else(|| Refusal::NotEnrolled(workflow.to_owned()))?;
    show_record(d, record);
    d.end_run(run, None, RunState::Removed);
    Ok(())
}

/// A user has an action that failed carried out again, for the record as it is now: its row says what became of it, so that
/// it is done once. What comes after it has happened, or not, and stays so.
pub fn retry(d: &mut Deciding<'_>, event: EventSeq, n: i64) -> Result<(), Refusal> {
    let row = d.ws.actions.get(&(event, n)).cloned().ok_or(Refusal::NoAction)?;
    if row.outcome != ActionOutcome::Failed {
        return Err(Refusal::NotFailed(row.outcome));
    }
    show_record(d, row.record);
    let webhook = d.ws.webhooks.iter().find(|webhook| (webhook.event, webhook.n) == (event, n)).cloned();
    if let Some(webhook) = webhook {
        send_again(d, webhook);
        return Ok(());
    }
    let flow = flow_of_action(d, &row).ok_or(Refusal::NoAction)?;
    let step = workflow::locate(&flow.definition.steps, row.step).map(|place| place.step.clone());
    let step = step.ok_or(Refusal::NoAction)?;
    if !flow.on {
        return Err(Refusal::CannotEnrol { workflow: row.workflow, hindrance: EffectResult::SwitchedOff });
    }
    d.chain = Chain { cause: Some(row.cause), ..Chain::default() };
    let (record, because, enrolled) = (row.record, Because::default(), row.event);
    let Did { outcome, reason, send } = d.act(&Walk { record, flow: &flow, run: None, enrolled, because }, &step);
    let at = d.context.at;
    d.change(Change::Action(ActionRow { outcome, reason, send, at, ..row }));
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// The flow that an action was part of; a stage automation that sends at once has no revision and is as it is now.
fn flow_of_action(d: &Deciding<'_>, row: &ActionRow) -> Option<Flow<'static>> {
    let definition = match row.revision {
        Some(revision) => serde_json::from_str(&d.ws.revisions.get(&revision)?.body).ok()?,
        None => {
            let (pipeline, automation) = d.ws.setup.automation(&row.workflow)?;
            workflow::of_automation(pipeline, automation)
        }
    };
    let (name, on) = (row.workflow.clone(), d.ws.setup.is_flow_on(&row.workflow));
    Some(Flow { name, on, revision: row.revision, definition: Cow::Owned(definition) })
}

/// Refuses a step that the workflow or stage automation does not have, in force or in its draft.
pub fn check_step(d: &Deciding<'_>, workflow: &str, step: StepId) -> Result<(), Refusal> {
    let mut found = d.ws.setup.flows().filter(|(name, _)| name == workflow).peekable();
    found.peek().ok_or_else(|| Refusal::NoWorkflow(workflow.to_owned()))?;
    let has = found.any(|(_, steps)| workflow::locate(&workflow::numbered(steps), step).is_some());
    if has { Ok(()) } else { Err(Refusal::NoStep { workflow: workflow.to_owned(), step }) }
}

/// A user remarks something about a step.
pub fn comment(d: &mut Deciding<'_>, workflow: &str, step: StepId, draft: ContentId) {
    let Context { seq: event, at, actor: author, .. } = d.context;
    d.change(Change::Comment(CommentRow { event, workflow: workflow.to_owned(), step, at, author, draft }));
}

impl Deciding<'_> {
    /// Runs of the record whose goal is met now leave.
    pub(in crate::decide) fn end_where_goal_is_met(&mut self, record: RecordId) {
        let waiting: Vec<RunRow> = self.ws.waiting_runs_of(record).cloned().collect();
        for run in waiting {
            let Some(flow) = flow_of_run(self, &run) else { continue };
            let Some(goal) = &flow.definition.goal else { continue };
            if self.view_of(record).is_some_and(|view| workflow::holds(goal, &view)) {
                self.end_run(run, None, RunState::Goal);
            }
        }
    }
}
