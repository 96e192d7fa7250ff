//! What a workflow would do for a record: walked through a workspace that nobody writes.

use std::borrow::Cow;
use std::sync::Arc;

use super::Flow;
use super::fire::{check_object, fire};
use crate::decide::deciding::Deciding;
use crate::decide::refusal::Refusal;
use crate::decide::stage::Because;
use crate::domain::*;

/// What a workflow would do.
#[derive(Debug, Clone, PartialEq)]
pub struct Rehearsal {
    /// Whether the workflow's filter holds for the record.
    pub passes_filter: bool,
    /// What keeps the record from enrolling now, if anything does.
    pub hindrance: Option<EffectResult>,
    /// The way that it would take, as the log would have it; each delay is waited for.
    pub actions: Vec<ActionRow>,
}

/// Walks a workflow for a record, its draft where `draft` says so, as if it were on and nothing kept the record from it.
/// The workspace is of no use afterwards.
pub fn rehearse(d: &mut Deciding<'_>, workflow: &str, draft: bool, record: RecordId) -> Result<Rehearsal, Refusal> {
    let mut setup = Setup::clone(&d.ws.setup);
    let no_workflow = || Refusal::NoWorkflow(workflow.to_owned());
    let found = setup.workflows.iter_mut().find(|found| found.name == workflow).ok_or_else(no_workflow)?;
    let definition = if draft { found.draft.clone() } else { found.published.clone() };
    let definition = definition.ok_or_else(|| Refusal::NotPublished(workflow.to_owned()))?;
    let hindrance = {
        check_object(d, found, record)?;
        let flow = flow(workflow, found.on, None, definition.clone());
        d.hindrance(record, &flow)
    };
    found.on = true;
    d.ws.setup = Arc::new(setup);
    let revision = keep(d, workflow, &definition);
    let flow = flow(workflow, true, Some(revision), definition);
    let passes_filter = d.passes_filter(record, &flow);
    d.chain.through.push(workflow.to_owned());
    d.walk_from_start(record, &flow, Because::default());
    while let Some((due_at, timer)) = next_timer(d, record, revision) {
        d.context.at = due_at;
        fire(d, timer.id, timer.fence)?;
    }
    let actions = d.decision.changes.iter().filter_map(|change| match change {
        // What it would make has no number yet.
        Change::Action(row) if row.action == ActionKind::CreateRecord && row.outcome == ActionOutcome::Done => {
            Some(ActionRow { reason: None, ..row.clone() })
        }
        Change::Action(row) => Some(row.clone()),
        _ => None,
    });
    Ok(Rehearsal { passes_filter, hindrance, actions: actions.collect() })
}

fn flow(name: &str, on: bool, revision: Option<RevisionId>, definition: Definition) -> Flow<'static> {
    Flow { name: name.to_owned(), on, revision, definition: Cow::Owned(definition) }
}

/// The timer of the wait that the walk has come to.
fn next_timer(d: &Deciding<'_>, record: RecordId, revision: RevisionId) -> Option<(Timestamp, TimerRow)> {
    let run = d.ws.waiting_runs_of(record).find(|run| run.revision == revision)?;
    let mut timers = d.ws.timers.iter().filter(|timer| timer.kind == TimerKind::Run);
    timers.find(|timer| timer.subject == run.id.0).map(|timer| (run.due_at, timer.clone()))
}

/// A revision, so that what waits finds it again.
fn keep(d: &mut Deciding<'_>, workflow: &str, definition: &Definition) -> RevisionId {
    let id = d.id();
    let (event, at) = (d.context.seq, d.context.at);
    // Plain data: writing it cannot fail.
    let body = serde_json::to_string(definition).unwrap_or_default();
    d.ws.revisions.put(WorkflowRevisionRow { id, workflow: workflow.to_owned(), event, at, author: None, body });
    id
}
