//! Flows: what a record goes through by itself, stage automations and workflows alike (semantics, section 4).
//!
//! A trigger has a record *enrol* (this file). It then goes from step to step (`walk`), each action is carried out (`act`,
//! `mail`) in the very event that led to it, and a wait becomes a run and a timer, which is another event (`fire`). So all of
//! it happens once: what an event decided is written in one transaction or not at all.

mod act;
mod fire;
mod mail;
mod rehearsal;
mod request;
mod revision;
mod view;
mod walk;
mod webhook;

use std::borrow::Cow;

use super::deciding::Deciding;
use super::stage::Because;
use crate::domain::*;
use crate::workflow;

pub(super) use act::NoteText;
pub use fire::{check_step, comment, enrol_by_hand, fire, remove, retry};
pub(super) use mail::About;
pub use rehearsal::{Rehearsal, rehearse};
pub(super) use revision::keep_revisions;
pub use webhook::{lease_webhooks, webhook_answered};

/// Moves that workflows may make for one cause (semantics, section 4).
const MOST_MOVES: u32 = 10;

/// A stage automation or workflow, as records go through it.
#[derive(Debug, Clone)]
struct Flow<'s> {
    /// Of a stage automation `pipeline/name`.
    name: String,
    on: bool,
    revision: Option<RevisionId>,
    definition: Cow<'s, Definition>,
}

impl Deciding<'_> {
    /// Enrols a record in every workflow of its object that has such a trigger.
    pub(super) fn trigger(&mut self, record: RecordId, fits: impl Fn(&Trigger) -> bool, because: Because) {
        let setup = self.ws.setup.clone();
        let Some(object) = self.ws.records.get(&record).map(|row| row.object.clone()) else { return };
        for workflow in setup.workflows.iter().filter(|workflow| workflow.object == object) {
            let Some(definition) = workflow.published.as_ref().filter(|found| fits(&found.trigger)) else { continue };
            let flow = self.flow_of(workflow, definition);
            if self.passes_filter(record, &flow) {
                self.enrol(record, &flow, because);
            }
        }
    }

    fn flow_of<'s>(&self, workflow: &Workflow, definition: &'s Definition) -> Flow<'s> {
        let revision = self.ws.workflows.get(&workflow.name).and_then(|row| row.published);
        Flow { name: workflow.name.clone(), on: workflow.on, revision, definition: Cow::Borrowed(definition) }
    }

    /// Enrols a record in a stage automation of its pipeline.
    pub(super) fn enrol_in_automation(
        &mut self,
        record: RecordId,
        pipeline: &Pipeline,
        automation: &StageAutomation,
        because: Because,
    ) {
        let name = pipeline.flow_name(automation);
        let revision = self.ws.workflows.get(&name).and_then(|row| row.published);
        let definition = Cow::Owned(workflow::of_automation(pipeline, automation));
        self.enrol(record, &Flow { name, on: automation.on, revision, definition }, because);
    }

    fn enrol(&mut self, record: RecordId, flow: &Flow<'_>, because: Because) {
        match self.hindrance(record, flow) {
            Some(EffectResult::Loop) => return self.log_loop(record, flow, because),
            Some(hindrance) => return self.note_hindrance(flow, hindrance),
            None => {}
        }
        let row = EnrolmentRow { record, automation: flow.name.clone(), event: self.context.seq, at: self.context.at };
        self.change(Change::Enrolment(row));
        let before = self.chain.through.len();
        self.chain.through.push(flow.name.clone());
        self.walk_from_start(record, flow, because);
        self.chain.through.truncate(before);
    }

    /// Why the record does not enrol, if so.
    fn hindrance(&self, record: RecordId, flow: &Flow<'_>) -> Option<EffectResult> {
        let row = self.ws.records.get(&record)?;
        let is_of = |automation: &String| *automation == flow.name;
        let mut enrolments = self.ws.enrolments_of(record);
        if !flow.on {
            Some(EffectResult::SwitchedOff)
        } else if !flow.definition.chat && row.object == TICKET && row.source.is_chat() {
            Some(EffectResult::ChatSource)
        } else if !flow.definition.reenrol && enrolments.any(|enrolment| is_of(&enrolment.automation)) {
            Some(EffectResult::AlreadyEnrolled)
        } else if self.chain.through.iter().any(is_of) {
            Some(EffectResult::Loop)
        } else if self.ws.waiting_runs_of(record).any(|run| is_of(&run.workflow)) {
            Some(EffectResult::StillEnrolled)
        } else if self.goal_is_met(record, flow) {
            Some(EffectResult::GoalMet)
        } else {
            None
        }
    }

    /// Says of every mail that the flow would have sent at once why it did not.
    fn note_hindrance(&mut self, flow: &Flow<'_>, hindrance: EffectResult) {
        for step in &flow.definition.steps {
            match &step.action {
                Action::SendEmail { template } => self.effect(&flow.name, template, hindrance, None),
                Action::Notify { template, users } => {
                    users.iter().for_each(|_| self.effect(&flow.name, template, hindrance, None));
                }
                _ => {}
            }
        }
    }

    fn passes_filter(&self, record: RecordId, flow: &Flow<'_>) -> bool {
        let Some(filter) = &flow.definition.filter else { return true };
        self.view_of(record).is_some_and(|view| workflow::holds(filter, &view))
    }

    fn goal_is_met(&self, record: RecordId, flow: &Flow<'_>) -> bool {
        let Some(goal) = &flow.definition.goal else { return false };
        self.view_of(record).is_some_and(|view| workflow::holds(goal, &view))
    }
}
