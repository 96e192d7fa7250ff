//! Review: what a person decides about a message that waits for one (docs/rules.md, "Review").

use super::arrival::MailInput;
use super::deciding::Deciding;
use super::refusal::Refusal;
use crate::domain::*;

/// A user settles what a message waits for. `facts`: what the message says. `original`: for whom a forward opens a ticket,
/// where the user names someone.
pub fn review(
    d: &mut Deciding<'_>,
    request: &ReviewRequest,
    facts: &Facts,
    original: Option<&Participant>,
) -> Result<(), Refusal> {
    let row = d.ws.messages.get(&request.message).cloned().ok_or(Refusal::NoMessage)?;
    let reason = row.review.ok_or(Refusal::NotInReview)?;
    let found = row.delivery.and_then(|id| d.ws.deliveries.get(&id)).cloned().ok_or(Refusal::NoMessage)?;
    let folder = d.ws.folders.get(&found.folder).cloned().ok_or(Refusal::NoMessage)?;
    let arrived = Arrived { facts, mailbox: folder.mailbox, role: folder.role, at: row.arrived_at };
    let mail = MailInput { facts, content: row.content, history: row.history, arrived, delivery: found.id };
    let from_ticket = d.ticket_of(&row);
    d.check_verdict(request, &row, original)?;
    (d.decision.message, d.decision.delivery) = (Some(row.id), row.delivery);
    (d.decision.thread, d.decision.ticket) = (row.thread, from_ticket);
    d.decision.status_before = from_ticket.and_then(|ticket| d.ws.stage_of(ticket)).map(str::to_owned);
    // What follows must not find it waiting still.
    d.edit_message(|message| message.review = None);
    match (request.verdict, request.ticket) {
        (Verdict::Attach, Some(ticket)) => d.attach(&mail, &row, reason, ticket, request.contact),
        (Verdict::New, _) => d.open_for(&mail, &row, original),
        (Verdict::Attach | Verdict::Drop, _) => {}
    }
    d.settled(request, &row, reason, from_ticket);
    Ok(())
}

impl Deciding<'_> {
    /// The ticket that a message belongs to.
    fn ticket_of(&self, row: &MessageRow) -> Option<RecordId> {
        row.thread.and_then(|thread| self.ws.threads.get(&thread)?.ticket).or(row.ticket)
    }

    /// Everything that may be refused: a refusal leaves nothing behind.
    fn check_verdict(
        &self,
        request: &ReviewRequest,
        row: &MessageRow,
        original: Option<&Participant>,
    ) -> Result<(), Refusal> {
        let opened = row.thread.and_then(|thread| self.ws.threads.get(&thread));
        let opened = opened.filter(|thread| thread.origin && thread.root == row.id).and_then(|thread| thread.ticket);
        match request.verdict {
            Verdict::Attach => {
                let ticket = request.ticket.and_then(|ticket| self.ws.tickets.get(&ticket)).ok_or(Refusal::NoTicket)?;
                if ticket.merged_into.is_some() {
                    return Err(Refusal::Merged);
                }
                if opened.is_some_and(|opened| opened != ticket.record) {
                    return Err(Refusal::OpenedATicket);
                }
            }
            Verdict::New if opened.is_some() => return Err(Refusal::OpenedATicket),
            Verdict::New => {
                if let Some(original) = original {
                    self.check_original(row, original)?;
                }
            }
            Verdict::Drop => {}
        }
        Ok(())
    }

    /// Only where a user forwarded something it may be said for whom: a customer's forward is the customer's own mail.
    fn check_original(&self, row: &MessageRow, original: &Participant) -> Result<(), Refusal> {
        if row.kind != Kind::Forward {
            return Err(Refusal::NotAForward);
        }
        if row.review != Some(ReviewReason::DoubtfulForward) {
            return Err(Refusal::CustomersForward);
        }
        if self.is_of_team(&original.address) { Err(Refusal::OriginalIsOfTeam) } else { Ok(()) }
    }

    /// The mail belongs to the ticket, and counts as it would have from someone who is on it. What was on the ticket
    /// already and needs no other kind is acknowledged, no more.
    fn attach(
        &mut self,
        mail: &MailInput<'_>,
        row: &MessageRow,
        reason: ReviewReason,
        ticket: RecordId,
        as_contact: bool,
    ) {
        let here = self.decision.ticket == Some(ticket);
        if let Some(author) = mail.facts.author().filter(|_| as_contact) {
            let contact = self.contact(author);
            self.change(Change::TicketContact(TicketContactRow { ticket, contact }));
        }
        let kind = match row.kind {
            Kind::StrangerReply => self.kind_on(mail, ticket),
            // What opened the ticket stays what it is.
            Kind::NewConversation | Kind::ContactOther | Kind::Ignored if !here => self.kind_on(mail, ticket),
            // A contact now, and a participant when it came.
            Kind::ParticipantReply if as_contact => Kind::CustomerReply,
            kind => kind,
        };
        if here && (kind == row.kind || reason == ReviewReason::Late) {
            self.edit_message(|message| message.kind = kind);
            return;
        }
        self.decision.status_before = self.ws.stage_of(ticket).map(str::to_owned);
        let thread = self.join(row, ticket);
        (self.decision.thread, self.decision.ticket) = (Some(thread), Some(ticket));
        self.edit_message(|message| {
            (message.thread, message.ticket, message.kind, message.contact) = (Some(thread), Some(ticket), kind, None);
        });
        match kind {
            // Recipients of a forward do not become participants, and somebody of the team is none by writing.
            Kind::Forward => {
                let author = mail.facts.author().filter(|author| !self.is_of_team(&author.address));
                self.participants(thread, author.into_iter());
            }
            _ => self.participants(thread, mail.facts.participants()),
        }
        self.speaks(mail, kind);
        self.apply_rules_by_hand(mail, kind, ticket, reason == ReviewReason::Late);
    }

    /// What a mail of that author is in a thread of the ticket: nobody is a stranger there whom a person lets in.
    fn kind_on(&self, mail: &MailInput<'_>, ticket: RecordId) -> Kind {
        let Some(author) = mail.facts.author() else { return Kind::ParticipantReply };
        let contact = self.ws.address(&author.address).and_then(|row| row.contact);
        if contact.is_some_and(|contact| self.ws.ticket_contacts.get(&(ticket, contact)).is_some()) {
            Kind::CustomerReply
        } else if self.ws.setup.user_at(&author.address).is_some() {
            Kind::PersonalInboxReply
        } else if self.ws.setup.team_mailbox_at(&author.address).is_some() {
            Kind::MailboxSend
        } else {
            Kind::ParticipantReply
        }
    }

    /// The thread of the ticket that the message is in from now on: its own where it is there already, one that it began,
    /// which goes over whole; else the ticket's origin thread.
    fn join(&mut self, row: &MessageRow, ticket: RecordId) -> ThreadId {
        let own = row.thread.and_then(|thread| self.ws.threads.get(&thread)).cloned();
        if let Some(own) = own.filter(|own| own.ticket == Some(ticket) || own.root == row.id) {
            let id = own.id;
            if own.ticket != Some(ticket) {
                self.change(Change::Thread(ThreadRow { ticket: Some(ticket), origin: false, ..own }));
            }
            return id;
        }
        self.leave(row);
        let origin = self.ws.threads_of(ticket).find(|thread| thread.origin).map(|thread| thread.id);
        origin.unwrap_or_else(|| self.new_thread(Some(ticket), row.id, true))
    }

    /// A message goes out of a thread that others are in: what we say there next answers its first mail.
    fn leave(&mut self, row: &MessageRow) {
        let Some(thread) = row.thread.and_then(|thread| self.ws.threads.get(&thread)).cloned() else { return };
        if thread.newest == row.id {
            self.change(Change::Thread(ThreadRow { newest: thread.root, ..thread }));
        }
    }

    /// It is what our next mail in its thread answers, unless something newer is.
    fn speaks(&mut self, mail: &MailInput<'_>, kind: Kind) {
        let newest = self.decision.thread.and_then(|thread| self.newest_of(thread));
        let newer = newest.and_then(|newest| self.ws.messages.get(&newest)).map(|newest| newest.arrived_at);
        if newer.is_none_or(|newer| newer <= mail.arrived.at) {
            self.touch_thread(mail.facts, kind);
        }
    }

    /// A ticket of its own: for the author, or, of a forward, for whom the user names. A user's forward is never
    /// acknowledged, nor one whose original sender somebody had to name: that one did not write to us.
    fn open_for(&mut self, mail: &MailInput<'_>, row: &MessageRow, original: Option<&Participant>) {
        let before = self.decision.ticket;
        let author = mail.facts.author().cloned();
        let by_team = author.as_ref().is_some_and(|author| self.is_of_team(&author.address));
        let forward = row.kind == Kind::Forward;
        let contact = original.or(author.as_ref()).map(|who| self.contact(who));
        let own = row.thread.and_then(|thread| self.ws.threads.get(&thread));
        let thread = match own.filter(|own| own.root == row.id).map(|own| own.id) {
            Some(own) => own,
            None => {
                self.leave(row);
                self.new_thread(None, row.id, false)
            }
        };
        (self.decision.thread, self.decision.ticket) = (Some(thread), None);
        match (forward, original) {
            (false, _) => self.participants(thread, mail.facts.participants()),
            (true, Some(original)) => self.participants(thread, std::iter::once(original)),
            (true, None) => self.participants(thread, author.iter()),
        }
        self.edit_message(|message| {
            message.kind = if forward { Kind::Forward } else { Kind::NewConversation };
            message.contact = None;
        });
        let by_forward = forward && (by_team || original.is_some());
        self.ticket_from_mail(mail, contact.into_iter().collect(), before, by_forward);
        self.decision.status_before = None;
        let (ticket, kind) = (self.decision.ticket, if forward { Kind::Forward } else { Kind::NewConversation });
        self.edit_message(|message| (message.thread, message.ticket) = (Some(thread), ticket));
        self.speaks(mail, kind);
    }

    fn is_of_team(&self, address: &EmailAddress) -> bool {
        self.ws.setup.user_at(address).is_some() || self.ws.setup.team_mailbox_at(address).is_some()
    }

    /// Keeps who decided what.
    fn settled(
        &mut self,
        request: &ReviewRequest,
        before: &MessageRow,
        reason: ReviewReason,
        from_ticket: Option<RecordId>,
    ) {
        let to_kind = self.ws.messages.get(&before.id).map_or(before.kind, |row| row.kind);
        let (verdict, user, to_ticket) = (request.verdict, self.context.actor, self.decision.ticket);
        self.change(Change::Review(ReviewRow {
            event: self.context.seq,
            message: before.id,
            reason,
            verdict,
            from_kind: before.kind,
            to_kind,
            from_ticket,
            to_ticket,
            reviewer: user,
            at: self.context.at,
        }));
        self.decision.explanation.evidence.push(Evidence::Reviewed { verdict, kind: to_kind, user });
        self.decision.status_after = to_ticket.and_then(|ticket| self.ws.stage_of(ticket)).map(str::to_owned);
    }
}
