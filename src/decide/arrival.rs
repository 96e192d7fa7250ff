//! A mail arrived and has been classified: where it goes.

use std::collections::BTreeMap;

use super::deciding::Deciding;
use super::flow::About;
use super::stage::Because;
use super::ticket::NewTicket;
use crate::domain::*;

/// A mail, read and classified.
#[derive(Debug, Clone, Copy)]
pub struct MailInput<'a> {
    pub facts: &'a Facts,
    pub content: ContentId,
    /// Imported as history.
    pub history: bool,
    /// Where it was found, and when it arrived.
    pub arrived: Arrived<'a>,
    pub delivery: DeliveryId,
}

/// Decides about a mail.
pub fn arrival(d: &mut Deciding<'_>, mail: &MailInput<'_>, c: Classification) {
    d.decision.kind = Some(c.kind);
    d.decision.explanation.evidence.extend(c.evidence.iter().cloned());
    d.decision.explanation.candidates.clone_from(&c.candidates);
    if let Some(Sameness::Further { message, altered }) = c.same {
        further_delivery(d, mail, message, altered);
    } else {
        d.new_message(mail, &c);
        d.trigger_by_message(mail, c.kind);
    }
}

/// A further delivery has no effect: the message learns its other id, and that it came altered.
fn further_delivery(d: &mut Deciding<'_>, mail: &MailInput<'_>, message: MessageId, altered: bool) {
    let Some(row) = d.ws.messages.get(&message).cloned() else { return };
    if let Some(id) = mail.facts.message_id.as_ref().filter(|id| row.message_id.as_ref() != Some(id)) {
        let alias = AliasRow { key: LookupKey::of(id), message, message_id: id.clone() };
        if d.ws.aliases.get(&(alias.key, message)).is_none() {
            d.change(Change::Alias(alias));
        }
    }
    let team = row.team || mail.arrived.in_team_mailbox(d.ws);
    if (altered && !row.altered) || team != row.team {
        d.change(Change::Message(MessageRow { altered: row.altered || altered, team, ..row.clone() }));
    }
    d.decision.message = Some(message);
    d.decision.thread = row.thread;
    d.decision.ticket = row.thread.and_then(|thread| d.ws.threads.get(&thread)?.ticket).or(row.ticket);
    let stage = d.decision.ticket.and_then(|ticket| d.ws.stage_of(ticket)).map(str::to_owned);
    d.decision.status_before.clone_from(&stage);
    d.decision.status_after = stage;
    d.set_delivery(
        mail.delivery,
        message,
        if row.delivery.is_none() { DeliveryState::Echo } else { DeliveryState::Duplicate },
    );
}

impl Deciding<'_> {
    /// Workflows may act on mail of any kind (semantics 3.4): whoever makes one is warned.
    fn trigger_by_message(&mut self, mail: &MailInput<'_>, kind: Kind) {
        let Some(ticket) = self.decision.ticket.filter(|_| !mail.history) else { return };
        let because = Because { silence: self.silence(mail, false), message: self.decision.message };
        let fits = |trigger: &Trigger| matches!(trigger, Trigger::MessageArrived { kinds } if kinds.contains(&kind));
        self.trigger(ticket, fits, because);
        self.decision.status_after = self.ws.stage_of(ticket).map(str::to_owned);
    }

    fn new_message(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let known = match c.same {
            Some(Sameness::Outranks { message }) => Some(message),
            _ => None,
        };
        let id = known.unwrap_or_else(|| self.id());
        self.decision.message = Some(id);
        let author = mail.facts.author().map(|author| self.address(author));
        let earlier = known.and_then(|known| self.ws.messages.get(&known)).cloned();
        self.decision.thread = self.thread_of(id, c).or(earlier.and_then(|row| row.thread));
        self.decision.ticket = c.standing.ticket;
        self.decision.status_before =
            self.decision.ticket.and_then(|ticket| self.ws.stage_of(ticket)).map(str::to_owned);
        self.put_message(mail, c, id, author);
        self.set_delivery(mail.delivery, id, DeliveryState::Decided);
        self.await_parents(mail.facts, id, c);
        if let Some(author) = author {
            self.lift_bounce(mail, c, author);
        }
        self.follow(mail, c);
        self.after(mail, c);
    }

    /// What follows from the kind (the table's column "ticket effect").
    fn follow(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let people = || mail.facts.participants();
        match c.kind {
            Kind::NewConversation => self.new_conversation(mail, c),
            Kind::Forward => self.forward(mail, c),
            Kind::TicketSend
            | Kind::AutomatedSend
            | Kind::MailboxSend
            | Kind::CustomerReply
            | Kind::ParticipantReply
            | Kind::PersonalInboxReply => {
                if let Some(thread) = self.decision.thread {
                    self.participants(thread, people());
                }
                self.tell_user_of_undelivered_answer(mail, c);
            }
            Kind::Bounce => self.mark_bounced(mail, c),
            Kind::ContactOther => {
                let contact = self.author_contact(mail);
                self.edit_message(|message| message.contact = contact);
                if let Some(thread) = self.decision.thread {
                    self.participants(thread, people());
                }
            }
            _ => {}
        }
        self.apply_rules(mail, c);
    }

    /// The end of every new message: its thread and ticket, links, status after.
    fn after(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let (thread, ticket) = (self.decision.thread, self.decision.ticket);
        self.edit_message(|message| {
            message.thread = thread;
            message.ticket = ticket;
        });
        self.touch_thread(mail.facts, c.kind);
        if let Some(ticket) = ticket {
            self.link(ticket, c.links.iter().copied(), self.decision.message);
        }
        self.decision.status_after = ticket.and_then(|ticket| self.ws.stage_of(ticket)).map(str::to_owned);
    }

    /// The thread that the message joins, or one that it begins. Mail that is not for us begins none; nor do reports and
    /// automatic answers, which no one continues.
    fn thread_of(&mut self, message: MessageId, c: &Classification) -> Option<ThreadId> {
        if let Some(thread) = c.standing.thread {
            return Some(thread);
        }
        let begins = !matches!(c.kind, Kind::Ignored | Kind::Bounce | Kind::AutoReply) || c.standing.ticket.is_some();
        // A thread that a mail begins joins its ticket later, even where it is the ticket's first.
        begins.then(|| self.new_thread(c.standing.ticket, message, false))
    }

    fn put_message(&mut self, mail: &MailInput<'_>, c: &Classification, id: MessageId, author: Option<AddressId>) {
        let facts = mail.facts;
        let altered = c.evidence.iter().any(|evidence| matches!(evidence, Evidence::SameIdAndAuthor { .. }));
        let row = MessageRow {
            id,
            delivery: Some(mail.delivery),
            content: mail.content,
            id_key: facts.message_id.as_deref().map(LookupKey::of),
            message_id: facts.message_id.clone(),
            digest_key: facts.digest.dated_key(facts.date),
            digest: facts.digest,
            author,
            subject: facts.subject.text.clone(),
            date: facts.date,
            arrived_at: mail.arrived.at,
            kind: c.kind,
            thread: self.decision.thread,
            ticket: self.decision.ticket,
            contact: None,
            parent: c.standing.parent,
            team: mail.arrived.in_team_mailbox(self.ws),
            altered,
            automatic: facts.is_automatic(),
            history: mail.history,
            review: c.review,
            event: self.context.seq,
        };
        self.change(Change::Message(row));
    }

    pub(super) fn edit_message(&mut self, edit: impl FnOnce(&mut MessageRow)) {
        let Some(before) = self.decision.message.and_then(|id| self.ws.messages.get(&id)) else { return };
        let mut row = before.clone();
        edit(&mut row);
        if row != *before {
            self.change(Change::Message(row));
        }
    }

    fn set_delivery(&mut self, delivery: DeliveryId, message: MessageId, state: DeliveryState) {
        self.decision.delivery = Some(delivery);
        if let Some(row) = self.ws.deliveries.get(&delivery).cloned() {
            self.change(Change::Delivery(DeliveryRow { message: Some(message), state, ..row }));
        }
    }

    /// The newest message of a thread is what our next mail in it answers: forwards and what follows them are not.
    pub(super) fn touch_thread(&mut self, facts: &Facts, kind: Kind) {
        let Some(row) = self.decision.thread.and_then(|thread| self.ws.threads.get(&thread)).cloned() else { return };
        let speaks = matches!(
            kind,
            Kind::NewConversation
                | Kind::CustomerReply
                | Kind::ParticipantReply
                | Kind::MailboxSend
                | Kind::TicketSend
                | Kind::PersonalInboxReply
        );
        let newest = self.decision.message.filter(|_| speaks).unwrap_or(row.newest);
        if newest != row.newest {
            self.change(Change::Thread(ThreadRow { newest, ..row.clone() }));
        }
        let Some(key) = facts.thread_index.as_ref().map(|index| ContentDigest::of(index).key()) else { return };
        if self.ws.thread_indexes.get(&(key, row.id)).is_none() {
            self.change(Change::ThreadIndex(ThreadIndexRow { key, thread: row.id }));
        }
    }

    /// Keeps the ids that the mail cites and that are not known yet; and notes that its own is known now.
    fn await_parents(&mut self, facts: &Facts, message: MessageId, c: &Classification) {
        if let Some(own) = &facts.message_id {
            let waiting: Vec<_> = self.ws.awaiting(own).into_iter().map(|row| (row.key, row.message)).collect();
            for (key, message) in waiting {
                self.change(Change::Arrived { key, message });
            }
        }
        if c.kind == Kind::Ignored || self.decision.thread.is_none() {
            return;
        }
        let cited = facts.in_reply_to.iter().chain(facts.references.iter().rev().take(3));
        for awaited_id in cited.filter(|id| Some(*id) != facts.message_id.as_ref()) {
            let key = LookupKey::of(awaited_id);
            if self.ws.messages_with_id(awaited_id).is_empty() && self.ws.awaited.get(&(key, message)).is_none() {
                self.change(Change::Await(AwaitedRow { key, message, awaited_id: awaited_id.clone() }));
            }
        }
    }

    fn author_contact(&mut self, mail: &MailInput<'_>) -> Option<ContactId> {
        let author = mail.facts.author().cloned()?;
        Some(self.contact(&author))
    }

    /// Why nothing automatic may go out because of this mail. Its age comes first: it binds notifications as well.
    pub(super) fn silence(&self, mail: &MailInput<'_>, by_forward: bool) -> Option<EffectResult> {
        if is_stale(mail.arrived.at, self.context.at) {
            Some(EffectResult::Stale)
        } else if by_forward {
            Some(EffectResult::OpenedByForward)
        } else if mail.facts.list {
            Some(EffectResult::ListMail)
        } else {
            mail.facts.is_automatic().then_some(EffectResult::AutomaticMail)
        }
    }

    /// A new ticket, which enters the pipeline's first status. In history: thread and contact only.
    fn new_conversation(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let contact = self.author_contact(mail);
        if let Some(thread) = self.decision.thread {
            self.participants(thread, mail.facts.participants());
        }
        if mail.history {
            self.decision.explanation.evidence.push(Evidence::History);
            return;
        }
        self.ticket_from_mail(mail, contact.into_iter().collect(), c.standing.linked_to, false);
    }

    /// A forward in a ticket's thread joins it; one to a team mailbox outside any ticket opens one: for the forwarder, or,
    /// when a user forwards, for the one original sender.
    fn forward(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let author = mail.facts.author().map(|author| author.address.clone());
        let user = author.as_ref().and_then(|address| self.ws.setup.user_at(address)).map(|user| user.name.clone());
        let of_team = user.is_some() || author.as_ref().is_some_and(|a| self.ws.setup.team_mailbox_at(a).is_some());
        if self.decision.ticket.is_some() {
            if !of_team {
                self.edit_message(|message| message.review = message.review.or(Some(ReviewReason::CustomerForward)));
            }
            return;
        }
        if !mail.arrived.to_team(self.ws) || mail.history {
            return;
        }
        if !of_team {
            let contact = self.author_contact(mail);
            if let Some(thread) = self.decision.thread {
                self.participants(thread, mail.facts.from.iter());
            }
            self.ticket_from_mail(mail, contact.into_iter().collect(), c.standing.linked_to, false);
            return;
        }
        match self.original_sender(mail, c).filter(|_| user.is_some()) {
            Some(original) => {
                let contact = self.contact(&original);
                self.decision.explanation.evidence.push(Evidence::ForwardedFor { contact });
                if let Some(thread) = self.decision.thread {
                    self.participants(thread, std::iter::once(&original));
                }
                self.ticket_from_mail(mail, vec![contact], c.standing.linked_to, true);
            }
            None => {
                self.decision.explanation.evidence.push(Evidence::ForwardNamesNoSingleSender);
                self.edit_message(|message| message.review = message.review.or(Some(ReviewReason::DoubtfulForward)));
            }
        }
    }

    /// The customer for whom an authenticated user forwards: the block names exactly one, who is none of us. A mailbox
    /// that trusts no server's Authentication-Results cannot authenticate anyone: there a user's address is enough, for
    /// such a ticket is never acknowledged.
    fn original_sender(&self, mail: &MailInput<'_>, c: &Classification) -> Option<Participant> {
        let blind =
            self.ws.mailbox(mail.arrived.mailbox).is_some_and(|(_, setup)| setup.trusted_authserv_ids.is_empty());
        let authenticated =
            c.authentication == Authentication::Pass || (blind && c.authentication == Authentication::None);
        let [original] = mail.facts.forwarded.as_ref()?.from.as_slice() else { return None };
        let one_of_us = self.ws.setup.user_at(&original.address).is_some()
            || self.ws.setup.team_mailbox_at(&original.address).is_some();
        (authenticated && !one_of_us).then(|| original.clone())
    }

    /// Opens the ticket of a mail: in the pipeline of the first team mailbox in To, then Cc, else of where it was found.
    pub(super) fn ticket_from_mail(
        &mut self,
        mail: &MailInput<'_>,
        contacts: Vec<ContactId>,
        linked_to: Option<RecordId>,
        by_forward: bool,
    ) {
        let addressed = mail.facts.to.iter().chain(&mail.facts.cc);
        let named = addressed
            .filter_map(|to| self.ws.setup.team_mailbox_at(&to.address))
            .find_map(|setup| self.ws.mailbox_named(&setup.name));
        let mailbox = named.map_or(mail.arrived.mailbox, |row| row.id);
        let pipeline = self.ws.mailbox(mailbox).map(|(_, setup)| setup.pipeline.clone()).unwrap_or_default();
        let because = Because { silence: self.silence(mail, by_forward), message: self.decision.message };
        let (thread, ticket) = (self.decision.thread, self.decision.ticket);
        // What was queued answers this message in this thread: both must be known before.
        self.edit_message(|message| (message.thread, message.ticket) = (thread, ticket));
        let opened = self.open_ticket(
            NewTicket {
                pipeline,
                stage: None,
                title: mail.facts.subject.base.clone(),
                source: Source::Email,
                mailbox: Some(mailbox),
                contacts,
                companies: Vec::new(),
                properties: BTreeMap::new(),
                thread,
                linked_to,
            },
            because,
        );
        self.decision.ticket = opened;
    }

    /// A report marks the recipients of the send that it is about. One about nothing of ours marks nobody: anyone can
    /// write a report.
    fn mark_bounced(&mut self, mail: &MailInput<'_>, c: &Classification) {
        let Some(report) = &mail.facts.report else { return };
        let about =
            c.candidates.iter().find(|candidate| candidate.by == ThreadSign::Report && candidate.message.is_some());
        let Some(message) = about.and_then(|candidate| candidate.message) else { return };
        let send = self.ws.send_of(message).map(|send| send.id);
        // Sent past us, from the team mailbox's own webmail: there are no recipients to look up.
        let sent_past_us = send.is_none()
            && self
                .ws
                .messages
                .get(&message)
                .is_some_and(|row| row.kind.is_own_send() || row.kind == Kind::MailboxSend);
        for recipient in report.recipients.iter().filter(|recipient| recipient.class != BounceClass::None) {
            let Some(address) = self.ws.address(&recipient.address).cloned() else { continue };
            let known = send.and_then(|send| self.ws.recipients.get(&(send, address.id))).cloned();
            let ours = known.is_some() || sent_past_us;
            if let Some(row) = known {
                let newly_given_back =
                    recipient.class == BounceClass::Hard && row.state != RecipientState::HardBounced && !mail.history;
                let state = match recipient.class {
                    BounceClass::Hard => RecipientState::HardBounced,
                    _ => RecipientState::SoftBounced,
                };
                let status = Some(recipient.status.clone()).filter(|status| !status.is_empty());
                let send = row.send;
                self.change(Change::Recipient(RecipientRow { state, status, ..row }));
                if newly_given_back {
                    self.gave_back(send, address.id, &recipient.status, self.silence(mail, false));
                }
            }
            if ours {
                self.mark_address(address.id, recipient.class);
            }
        }
    }

    /// A user answered one of our notifications: the customer did not get it, and the user is told.
    fn tell_user_of_undelivered_answer(&mut self, mail: &MailInput<'_>, c: &Classification) {
        // History: no sends.
        if mail.history {
            return;
        }
        let (Some(ReviewReason::AnsweredNotification), Some(ticket)) = (c.review, self.decision.ticket) else { return };
        let user = c.evidence.iter().find_map(|evidence| match evidence {
            Evidence::AuthorIsUser { user } => self.ws.users.get(user).map(|row| row.name.clone()),
            _ => None,
        });
        if let Some(user) = user {
            let because = Because { silence: self.silence(mail, false), message: self.decision.message };
            let (automation, template) = ("answered_notification", "reply_not_delivered");
            self.notify(About { record: ticket, automation, template }, &user, because);
        }
    }
}
