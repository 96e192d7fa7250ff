//! Mail that a flow sends: to the record's contacts, or to users.

use super::act::Did;
use super::walk::Walk;
use crate::decide::caps::subject_key;
use crate::decide::deciding::Deciding;
use crate::decide::send::Outgoing;
use crate::decide::stage::Because;
use crate::domain::*;

/// What a template's mail is about, and what sends it.
#[derive(Debug, Clone, Copy)]
pub(in crate::decide) struct About<'a> {
    pub record: RecordId,
    /// Of a stage automation `pipeline/name`.
    pub automation: &'a str,
    pub template: &'a str,
}

impl Deciding<'_> {
    /// One automatic mail to each contact of the record.
    pub(super) fn mail_contacts(&mut self, walk: &Walk<'_>, template: &str) -> Did {
        let (record, automation, because) = (walk.record, walk.flow.name.as_str(), walk.because);
        let before = self.decision.explanation.effects.len();
        let contacts: Vec<ContactId> = self.ws.contacts_of(record).collect();
        if contacts.is_empty() {
            self.effect(automation, template, EffectResult::NoContact, None);
        }
        for contact in contacts {
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
        self.did_since(before)
    }

    /// Tells users something.
    pub(super) fn notify_users(&mut self, walk: &Walk<'_>, template: &str, users: &[String]) -> Did {
        let before = self.decision.explanation.effects.len();
        for user in users {
            let about = About { record: walk.record, automation: &walk.flow.name, template };
            self.notify(about, user, walk.because);
        }
        self.did_since(before)
    }

    /// Tells a user something; [`OWNER`] is whoever owns the record.
    pub(in crate::decide) fn notify(&mut self, about: About<'_>, user: &str, because: Because) {
        let About { record, automation, template } = about;
        let named = match user {
            OWNER => self.user_meant(record, OWNER).and_then(|id| Some(self.ws.users.get(&id)?.name.clone())),
            name => Some(name.to_owned()),
        };
        let told = named.ok_or(EffectResult::NoOwner);
        match told.and_then(|user| self.user_to_tell(&user, template, because.silence)) {
            Ok((user, address)) => {
                if let Some(until) = self.notices_full_until(address) {
                    self.keep_for_digest(user, record, template, until);
                    return self.effect(automation, template, EffectResult::Digested, None);
                }
                self.queue_template(about, SendPurpose::Notification, address, Some(user), because);
            }
            Err(outcome) => self.effect(automation, template, outcome, None),
        }
    }

    /// What the effects since then are together: done where one mail is queued at least.
    fn did_since(&self, before: usize) -> Did {
        let effects = self.decision.explanation.effects.get(before..).unwrap_or_default();
        let send = effects.iter().find_map(|effect| effect.send);
        let other = effects.iter().map(|effect| effect.outcome).find(|outcome| *outcome != EffectResult::Queued);
        let reason = other.map(|outcome| outcome.to_string());
        let outcome = match (send, other) {
            (Some(_), _) | (None, None | Some(EffectResult::Digested)) => ActionOutcome::Done,
            (None, Some(EffectResult::NoTemplate | EffectResult::NoMailbox)) => ActionOutcome::Failed,
            (None, Some(_)) => ActionOutcome::Skipped,
        };
        Did { outcome, reason, send }
    }

    /// Where a user is told something with that template, if nothing speaks against it. `silence`: what speaks against
    /// automatic mail.
    pub(in crate::decide) fn user_to_tell(
        &mut self,
        user: &str,
        template: &str,
        silence: Option<EffectResult>,
    ) -> Result<(UserId, AddressId), EffectResult> {
        let setup = self.ws.setup.clone();
        let named = setup.user(user).filter(|user| !user.disabled).zip(self.ws.user_named(user).map(|row| row.id));
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
    pub(in crate::decide) fn queue_template(
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
            about: Some(record),
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

    pub(in crate::decide) fn effect(
        &mut self,
        automation: &str,
        template: &str,
        outcome: EffectResult,
        send: Option<SendId>,
    ) {
        let effect = Effect { automation: automation.to_owned(), template: template.to_owned(), outcome, send };
        self.decision.explanation.effects.push(effect);
    }
}
