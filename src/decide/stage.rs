//! Entering a stage: the change itself, and the stage automations that stand there (semantics, section 4).

use super::caps::subject_key;
use super::deciding::Deciding;
use super::send::Outgoing;
use crate::domain::*;

/// What the cause of a stage change has to say about automatic mail because of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Because {
    /// Nothing automatic goes out, for this reason.
    pub silence: Option<EffectResult>,
    /// The message that an automatic mail answers.
    pub message: Option<MessageId>,
}

/// What a template's mail is about, and what sends it.
#[derive(Debug, Clone, Copy)]
pub(super) struct About<'a> {
    pub record: RecordId,
    /// `pipeline/name`.
    pub automation: &'a str,
    pub template: &'a str,
}

impl Deciding<'_> {
    /// Moves a record to a stage, and enrols it in what stands there. `from`: `None` on creation.
    pub(super) fn enter_stage(
        &mut self,
        record: RecordId,
        from: Option<String>,
        to: &str,
        cause: StageCause,
        because: Because,
    ) {
        let change = StageChangeRow {
            id: self.id(),
            record,
            from_stage: from,
            to_stage: to.to_owned(),
            at: self.context.at,
            cause,
            event: self.context.seq,
        };
        self.change(Change::SetStage(change));
        let setup = self.ws.setup.clone();
        let Some(pipeline) = self.ws.records.get(&record).and_then(|row| setup.pipeline(&row.pipeline)) else { return };
        for automation in pipeline.automations.iter().filter(|automation| automation.stage == to) {
            let name = format!("{}/{}", pipeline.name, automation.name);
            self.enrol(record, &name, automation, because);
        }
    }

    fn enrol(&mut self, record: RecordId, name: &str, automation: &StageAutomation, because: Because) {
        let source = self.ws.records.get(&record).map(|row| row.source);
        let enrolled = self.ws.enrolments.iter().any(|row| row.record == record && row.automation == name);
        let hindrance = if !automation.on {
            Some(EffectResult::SwitchedOff)
        } else if !automation.chat && source.is_some_and(Source::is_chat) {
            Some(EffectResult::ChatSource)
        } else if !automation.reenrol && enrolled {
            Some(EffectResult::AlreadyEnrolled)
        } else {
            None
        };
        if hindrance.is_none() {
            self.change(Change::Enrolment(EnrolmentRow {
                record,
                automation: name.to_owned(),
                event: self.context.seq,
                at: self.context.at,
            }));
        }
        for action in &automation.actions {
            match action {
                Action::SendEmail { template } => self.mail_contacts(record, name, template, hindrance, because),
                Action::Notify { template, users } => {
                    for user in users {
                        self.notify(record, name, template, user, hindrance, because);
                    }
                }
            }
        }
    }

    /// One automatic mail to each contact of the ticket.
    fn mail_contacts(
        &mut self,
        record: RecordId,
        automation: &str,
        template: &str,
        hindrance: Option<EffectResult>,
        because: Because,
    ) {
        let contacts: Vec<ContactId> = self.ws.contacts_of(record).collect();
        if contacts.is_empty() || hindrance.is_some() {
            self.effect(automation, template, hindrance.unwrap_or(EffectResult::NoContact), None);
        }
        for contact in contacts.into_iter().filter(|_| hindrance.is_none()) {
            let Some(row) = self.ws.contacts.get(&contact).cloned() else { continue };
            let subject = self.subject_of(record, template);
            let skipped = because.silence.or_else(|| self.template_refuses(template, &row));
            if let Some(outcome) = skipped.or_else(|| self.cap(row.address, subject)) {
                self.effect(automation, template, outcome, None);
                continue;
            }
            let about = About { record, automation, template };
            self.queue_template(about, SendPurpose::Automation, row.address, None, because);
        }
    }

    /// Tells a user something.
    pub(super) fn notify(
        &mut self,
        record: RecordId,
        automation: &str,
        template: &str,
        user: &str,
        hindrance: Option<EffectResult>,
        because: Because,
    ) {
        let told = hindrance.map_or_else(|| self.user_to_tell(user, template, because.silence), Err);
        match told {
            Ok((user, address)) => {
                if let Some(until) = self.notices_full_until(address) {
                    self.keep_for_digest(user, record, template, until);
                    return self.effect(automation, template, EffectResult::Digested, None);
                }
                let about = About { record, automation, template };
                self.queue_template(about, SendPurpose::Notification, address, Some(user), because);
            }
            Err(outcome) => self.effect(automation, template, outcome, None),
        }
    }

    /// Where a user is told something with that template, if nothing speaks against it. `silence`: what speaks against
    /// automatic mail.
    pub(super) fn user_to_tell(
        &mut self,
        user: &str,
        template: &str,
        silence: Option<EffectResult>,
    ) -> Result<(UserId, AddressId), EffectResult> {
        let setup = self.ws.setup.clone();
        let named = setup.user(user).zip(self.ws.user_named(user).map(|row| row.id));
        let (setup_user, id) = named.ok_or(EffectResult::NoContact)?;
        // What else keeps automatic mail from a customer does not keep it from the team; age does.
        if silence == Some(EffectResult::Stale) {
            return Err(EffectResult::Stale);
        }
        setup.template(template).ok_or(EffectResult::NoTemplate)?;
        let address = setup_user.addresses.first().cloned().ok_or(EffectResult::NoContact)?;
        if setup.team_mailbox_at(&address).is_some() {
            return Err(EffectResult::OwnAddress);
        }
        Ok((id, self.address(&Participant { name: setup_user.display_name.clone(), address })))
    }

    /// Queues a template's mail.
    pub(super) fn queue_template(
        &mut self,
        about: About<'_>,
        purpose: SendPurpose,
        to: AddressId,
        user: Option<UserId>,
        because: Because,
    ) {
        let About { record, automation, template } = about;
        let Some(mailbox) = self.mailbox_of(record) else {
            return self.effect(automation, template, EffectResult::NoMailbox, None);
        };
        let language = self.ws.mailbox(mailbox).map_or(Language::English, |(_, setup)| setup.language);
        let thread = match purpose {
            SendPurpose::Notification => None,
            _ => self.thread_for_mail(record, because.message),
        };
        let send = self.queue(Outgoing {
            purpose,
            ticket: Some(record),
            mailbox,
            thread,
            parent: because.message.filter(|_| purpose != SendPurpose::Notification),
            to: vec![to],
            cc: Vec::new(),
            automation: Some(automation.to_owned()),
            template: Some(template.to_owned()),
            subject_key: Some(self.subject_of(record, template)),
            text: SendText::Template { name: template.to_owned(), language, user, failure: None },
        });
        self.effect(automation, template, EffectResult::Queued, Some(send));
    }

    fn template_refuses(&self, template: &str, contact: &ContactRow) -> Option<EffectResult> {
        match self.ws.setup.template(template) {
            None => Some(EffectResult::NoTemplate),
            Some(template) if !template.transactional && !contact.marketing => Some(EffectResult::NotMarketing),
            Some(_) => None,
        }
    }

    fn subject_of(&self, record: RecordId, template: &str) -> LookupKey {
        subject_key(template, self.ws.records.get(&record).map_or("", |row| row.title.as_str()))
    }

    pub(super) fn effect(&mut self, automation: &str, template: &str, outcome: EffectResult, send: Option<SendId>) {
        let effect = Effect { automation: automation.to_owned(), template: template.to_owned(), outcome, send };
        self.decision.explanation.effects.push(effect);
    }
}
