//! Carrying out an action. What it does is done when this returns, and is written with the event or not at all; only a
//! webhook leaves something to be done by others.

use super::MOST_MOVES;
use super::walk::Walk;
use crate::decide::deciding::Deciding;
use crate::decide::record::NewRecord;
use crate::domain::*;
use crate::workflow;

/// What became of an action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Did {
    pub outcome: ActionOutcome,
    pub reason: Option<String>,
    pub send: Option<SendId>,
}

impl Did {
    pub(super) fn done(reason: Option<String>) -> Self {
        Did { outcome: ActionOutcome::Done, reason, send: None }
    }

    pub(super) fn skipped(reason: &str) -> Self {
        Did { outcome: ActionOutcome::Skipped, reason: Some(reason.to_owned()), send: None }
    }

    pub(super) fn failed(reason: &str) -> Self {
        Did { outcome: ActionOutcome::Failed, reason: Some(reason.to_owned()), send: None }
    }

    pub(super) fn waiting(until: Timestamp) -> Self {
        Did { outcome: ActionOutcome::Waiting, reason: Some(until.as_property()), send: None }
    }
}

impl Deciding<'_> {
    /// Carries out a step that is neither a delay nor a branch.
    pub(super) fn act(&mut self, walk: &Walk<'_>, step: &Step) -> Did {
        let record = walk.record;
        match &step.action {
            Action::SendEmail { template } => self.mail_contacts(walk, template),
            Action::Notify { template, users } => self.notify_users(walk, template, users),
            Action::CreateTask { title, user, due } => self.create_task(walk, title, user.as_deref(), *due),
            Action::SetProperty { property, value } => self.set_property_by(walk, property, value.as_deref()),
            Action::SetStage { stage } => self.move_by(walk, stage),
            Action::CreateRecord { object, pipeline, title, properties } => {
                self.create_by(walk, NewRecord::linked(object, pipeline.as_deref(), title, properties))
            }
            Action::RotateOwner { users } => self.rotate(walk, step.id, users),
            Action::AddNote { text } => {
                let text = self.filled(record, text);
                let automation = Some(walk.flow.name.clone());
                self.note(record, NoteText { text: Some(text), draft: None, automation });
                Did::done(None)
            }
            Action::Webhook { url, secret } => self.request(walk, url, secret.as_deref()),
            // These are no actions but ways: the walk goes them.
            Action::Delay { .. } | Action::Branch { .. } => Did::done(None),
        }
    }

    pub(super) fn filled(&self, record: RecordId, text: &str) -> String {
        self.view_of(record).map_or_else(|| text.to_owned(), |view| workflow::filled(text, &view))
    }

    /// The user of that name who is at work; in the place of [`OWNER`] whoever owns the record.
    pub(super) fn user_meant(&self, record: RecordId, user: &str) -> Option<UserId> {
        let name = match user {
            OWNER => self.ws.properties.get(&(record, OWNER_PROPERTY.to_owned()))?.value.clone(),
            name => name.to_owned(),
        };
        self.ws.setup.user(&name).filter(|user| !user.disabled)?;
        self.ws.user_named(&name).map(|row| row.id)
    }

    fn create_task(&mut self, walk: &Walk<'_>, title: &str, user: Option<&str>, due: Option<Span>) -> Did {
        let assignee = user.and_then(|user| self.user_meant(walk.record, user));
        let zone = workflow::zone(&walk.flow.definition.time_zone);
        let due_at = due.zip(zone).and_then(|(due, zone)| workflow::later(self.context.at, due, &zone));
        let task = TaskRow {
            id: self.id(),
            record: walk.record,
            title: self.filled(walk.record, title),
            assignee,
            due_at,
            created_at: self.context.at,
            done_at: None,
            event: self.context.seq,
        };
        self.change(Change::Task(task));
        Did::done(user.filter(|_| assignee.is_none()).map(|user| format!("nobody's: there is no user `{user}`")))
    }

    fn set_property_by(&mut self, walk: &Walk<'_>, property: &str, value: Option<&str>) -> Did {
        match self.checked_value(walk.record, property, value) {
            Ok(value) => match self.set_property(walk.record, property, value, walk.because) {
                true => Did::done(None),
                false => Did::skipped("it has that value already"),
            },
            Err(refusal) => Did::failed(&refusal.to_string()),
        }
    }

    fn move_by(&mut self, walk: &Walk<'_>, stage: &str) -> Did {
        let Some(before) = self.ws.stage_of(walk.record).map(str::to_owned) else {
            return Did::failed("the record is gone");
        };
        if self.ws.tickets.get(&walk.record).is_some_and(|ticket| ticket.merged_into.is_some()) {
            return Did::skipped("the ticket is merged into another");
        }
        if let Err(refusal) = self.check_stage(walk.record, Some(stage)) {
            return Did::failed(&refusal.to_string());
        }
        if before == stage {
            return Did::skipped("it is in that stage already");
        }
        if self.chain.moves >= MOST_MOVES {
            return Did::failed(&format!("workflows moved records {MOST_MOVES} times for one cause: that is a loop"));
        }
        self.chain.moves += 1;
        self.enter_stage(walk.record, Some(before), stage, StageCause::Workflow, walk.because);
        Did::done(None)
    }

    fn create_by(&mut self, walk: &Walk<'_>, new: NewRecord) -> Did {
        let title = self.filled(walk.record, &new.title);
        let new = NewRecord {
            title,
            source: Source::Api,
            contacts: self.ws.contacts_of(walk.record).collect(),
            companies: self.ws.companies_of(walk.record).collect(),
            linked_to: Some(walk.record),
            ..new
        };
        match self.create_record(new, walk.because) {
            Ok(record) => Did::done(Some(record.to_string())),
            Err(refusal) => Did::failed(&refusal.to_string()),
        }
    }

    /// The next of the users who is at work, after the one who had the last turn.
    fn rotate(&mut self, walk: &Walk<'_>, step: StepId, users: &[String]) -> Did {
        let at_work: Vec<(UserId, &String)> =
            users.iter().filter_map(|user| Some((self.user_meant(walk.record, user)?, user))).collect();
        let key = (walk.flow.name.clone(), step);
        let last = self.ws.rotations.get(&key).map(|row| row.assignee);
        let after = last.and_then(|last| at_work.iter().position(|(id, _)| *id == last)).map_or(0, |at| at + 1);
        let Some((id, name)) = at_work.iter().cycle().nth(after).map(|(id, name)| (*id, (*name).clone())) else {
            return Did::failed("none of its users is at work");
        };
        self.change(Change::Rotation(RotationRow { workflow: key.0, step, assignee: id }));
        self.set_property(walk.record, OWNER_PROPERTY, Some(name.clone()), walk.because);
        Did::done(Some(name))
    }
}

/// What a note says, and who says it: a workflow its text, a user what the draft holds.
pub(in crate::decide) struct NoteText {
    pub text: Option<String>,
    pub draft: Option<ContentId>,
    pub automation: Option<String>,
}
