//! Revisions: what a workflow was at some time, kept for those who are on their way through it.

use crate::decide::deciding::{Context, Deciding};
use crate::domain::*;
use crate::workflow;

/// Keeps what the workspace's setup has other than it was. What is gone is no longer in force.
pub(in crate::decide) fn keep_revisions(d: &mut Deciding<'_>) {
    let setup = d.ws.setup.clone();
    for workflow in &setup.workflows {
        keep(d, &workflow.name, workflow.published.as_ref(), workflow.draft.as_ref());
    }
    for pipeline in &setup.pipelines {
        for automation in &pipeline.automations {
            // One that sends at once, and always did, has nobody on the way through it.
            let name = pipeline.flow_name(automation);
            let waits = automation.actions.iter().any(|step| !step.action.sends_mail());
            if waits || d.ws.workflows.get(&name).is_some() {
                let definition = workflow::of_automation(pipeline, automation);
                keep(d, &name, Some(&definition), None);
            }
        }
    }
    let is_there = |name: &str| setup.flows().any(|(flow, _)| flow == name);
    let gone: Vec<WorkflowRow> = d.ws.workflows.iter().filter(|row| !is_there(&row.name)).cloned().collect();
    for row in gone.into_iter().filter(|row| row.published.is_some() || row.draft.is_some()) {
        let event = d.context.seq;
        d.change(Change::Workflow(WorkflowRow { published: None, draft: None, event, ..row }));
    }
}

fn keep(d: &mut Deciding<'_>, name: &str, published: Option<&Definition>, draft: Option<&Definition>) {
    let row = d.ws.workflows.get(&name.to_owned()).cloned();
    let (was_published, was_draft) = row.as_ref().map_or((None, None), |row| (row.published, row.draft));
    let known = [was_draft, was_published];
    let published = published.map(|definition| revision(d, name, definition, known));
    let draft = draft.map(|definition| revision(d, name, definition, known));
    if row.is_none() || (published, draft) != (was_published, was_draft) {
        let event = d.context.seq;
        d.change(Change::Workflow(WorkflowRow { name: name.to_owned(), published, draft, event }));
    }
}

/// The revision that a definition is: one of those that are known, or a new one.
fn revision(
    d: &mut Deciding<'_>,
    workflow: &str,
    definition: &Definition,
    known: [Option<RevisionId>; 2],
) -> RevisionId {
    // Plain data: writing it cannot fail.
    let body = serde_json::to_string(definition).unwrap_or_default();
    let same = known.into_iter().flatten().find(|id| d.ws.revisions.get(id).is_some_and(|row| row.body == body));
    same.unwrap_or_else(|| {
        let Context { seq: event, at, actor: author, .. } = d.context;
        let id = d.id();
        d.change(Change::WorkflowRevision(WorkflowRevisionRow {
            id,
            workflow: workflow.to_owned(),
            event,
            at,
            author,
            body,
        }));
        id
    })
}
