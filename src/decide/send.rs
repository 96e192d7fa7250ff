//! Sends: what a user writes from a ticket or a contact, and the planning that all sends share.

use super::deciding::Deciding;
use super::refusal::Refusal;
use super::rules::{self, RuleInput, ThreadStanding};
use super::stage::Because;
use crate::domain::*;

/// What is to be sent, before it has ids.
pub(super) struct Outgoing {
    pub purpose: SendPurpose,
    /// The record that it is about. Where that is no ticket, the mail begins a thread that belongs to none: what is
    /// answered to it opens a ticket, as any mail of a contact does.
    pub about: Option<RecordId>,
    pub mailbox: MailboxId,
    /// `None`: a new thread, of the ticket unless it is a notification.
    pub thread: Option<ThreadId>,
    pub parent: Option<MessageId>,
    pub to: Vec<AddressId>,
    pub cc: Vec<AddressId>,
    pub automation: Option<String>,
    pub template: Option<String>,
    /// Automatic mail: what counts as the same subject.
    pub subject_key: Option<LookupKey>,
    pub text: SendText,
}

/// A user sends something (semantics, kinds 5, 6 and 8).
pub fn send(d: &mut Deciding<'_>, request: &SendRequest, draft: &Draft) -> Result<(), Refusal> {
    check_size(draft)?;
    match request.ticket {
        Some(ticket) => from_ticket(d, ticket, request, draft),
        None => from_contact(d, request, draft),
    }
}

/// From the contact record: its own thread, no ticket, no rule.
fn from_contact(d: &mut Deciding<'_>, request: &SendRequest, draft: &Draft) -> Result<(), Refusal> {
    let mailbox = request.mailbox.or_else(|| d.first_team_mailbox()).ok_or(Refusal::NoMailbox)?;
    if draft.to.is_empty() {
        return Err(Refusal::NoRecipient);
    }
    for who in &draft.to {
        d.contact(who);
    }
    let (to, cc) = recipients(d, draft);
    let send = d.queue(Outgoing {
        purpose: SendPurpose::Record,
        about: None,
        mailbox,
        thread: None,
        parent: None,
        to,
        cc,
        automation: None,
        template: None,
        subject_key: None,
        text: written(draft),
    });
    describe(d, send, None);
    Ok(())
}

/// From the ticket record: rule 3.1, in the unit that queues it.
fn from_ticket(d: &mut Deciding<'_>, ticket: RecordId, request: &SendRequest, draft: &Draft) -> Result<(), Refusal> {
    let row = d.ws.tickets.get(&ticket).cloned().ok_or(Refusal::NoTicket)?;
    if row.merged_into.is_some() {
        return Err(Refusal::Merged);
    }
    d.check_stage(ticket, request.status.as_deref())?;
    check_answered(d, ticket, request.answers)?;
    let mailbox = d.mailbox_of(ticket).ok_or(Refusal::NoMailbox)?;
    let contacts = match request.purpose {
        SendPurpose::Ticket if draft.to.is_empty() => d.addresses_of_contacts(ticket),
        _ => Vec::new(),
    };
    if draft.to.is_empty() && contacts.is_empty() {
        return Err(Refusal::NoRecipient);
    }
    let (mut to, cc) = recipients(d, draft);
    to.extend(contacts);
    let before = d.ws.stage_of(ticket).map(str::to_owned);
    let of_ticket = |message: &MessageId| {
        let thread = d.ws.messages.get(message).and_then(|message| d.ws.threads.get(&message.thread?));
        thread.is_some_and(|thread| thread.ticket == Some(ticket))
    };
    let answers = request.answers.filter(of_ticket);
    let thread = if request.new_thread { None } else { d.thread_for_mail(ticket, answers) };
    let parent = request.forwards.or(request.answers).or_else(|| d.newest_of(thread?));
    let contact_among_recipients = d.reaches_contact(ticket, to.iter().chain(&cc).copied());
    let recipients: Vec<Participant> = draft.to.iter().chain(&draft.cc).cloned().collect();
    let send = d.queue(Outgoing {
        purpose: request.purpose,
        about: Some(ticket),
        mailbox,
        thread,
        parent,
        to,
        cc,
        automation: None,
        template: None,
        subject_key: None,
        text: written(draft),
    });
    describe(d, send, Some(ticket));
    d.decision.status_before = before;
    if request.purpose == SendPurpose::Ticket {
        // Recipients of a forward do not become participants.
        if let Some(thread) = d.decision.thread {
            d.participants(thread, recipients.iter());
        }
        apply_send_rule(d, &row, request, contact_among_recipients);
    }
    d.decision.status_after = d.ws.stage_of(ticket).map(str::to_owned);
    Ok(())
}

fn apply_send_rule(d: &mut Deciding<'_>, ticket: &TicketRow, request: &SendRequest, contact_among_recipients: bool) {
    let (Some(pipeline), Some(stage)) = (d.ws.pipeline_of(ticket.record).cloned(), d.ws.stage_of(ticket.record)) else {
        return;
    };
    let stage = stage.to_owned();
    let ruling = rules::apply(&RuleInput {
        kind: Kind::TicketSend,
        sent_counts: false,
        pipeline: &pipeline,
        stage: &stage,
        closed_at: ticket.closed_at,
        closed_by_hand: ticket.closed_by_hand,
        reopened: ticket.reopened,
        thread: d.decision.thread.map_or(ThreadStanding::Later, |thread| d.thread_standing(thread)),
        contact_among_recipients,
        chosen: request.status.as_deref(),
        late: false,
        history: false,
        arrived_at: d.context.at,
    });
    if let Some(row) = d.ws.tickets.get(&ticket.record).cloned() {
        let (newest_firing, newest_firing_at) = (d.decision.message, Some(d.context.at));
        d.change(Change::Ticket(TicketRow { newest_firing, newest_firing_at, ..row }));
    }
    d.decision.explanation.rules = ruling.outcomes;
    if let Some((to, cause)) = ruling.set {
        d.enter_stage(ticket.record, Some(stage), &to, cause, Because::default());
    }
}

/// What the decision says of a send that a user made.
fn describe(d: &mut Deciding<'_>, send: SendId, ticket: Option<RecordId>) {
    let plan = d.decision.sends.iter().find(|plan| plan.send == send);
    let (message, thread, purpose) = match plan {
        Some(plan) => (Some(plan.message), Some(plan.thread), Some(plan.purpose)),
        None => (None, None, None),
    };
    d.decision.kind = purpose.map(SendPurpose::kind);
    d.decision.message = message;
    d.decision.thread = thread;
    d.decision.ticket = ticket;
    d.decision.explanation.evidence.extend(d.context.actor.map(|user| Evidence::SentByUser { user }));
}

fn written(draft: &Draft) -> SendText {
    let Draft { subject, text, quote, attachments, .. } = draft.clone();
    SendText::Written { subject, text, quote, attachments }
}

/// Files of more bytes together are not sent: with what base64 adds (a third), most servers would refuse the mail.
pub const MOST_ATTACHED: u64 = 25_000_000;

fn check_size(draft: &Draft) -> Result<(), Refusal> {
    let size = draft.attachments.iter().map(|file| file.size).fold(0, u64::saturating_add);
    if size > MOST_ATTACHED { Err(Refusal::TooLarge { size }) } else { Ok(()) }
}

/// Refuses an answer to a message that is not the ticket's.
fn check_answered(d: &Deciding<'_>, ticket: RecordId, answered: Option<MessageId>) -> Result<(), Refusal> {
    let Some(answered) = answered else { return Ok(()) };
    let message = d.ws.messages.get(&answered).ok_or(Refusal::NoMessage)?;
    let of_thread = message.thread.and_then(|thread| d.ws.threads.get(&thread)?.ticket);
    if of_thread.or(message.ticket) == Some(ticket) { Ok(()) } else { Err(Refusal::OfAnotherTicket) }
}

fn recipients(d: &mut Deciding<'_>, draft: &Draft) -> (Vec<AddressId>, Vec<AddressId>) {
    let to = draft.to.iter().map(|who| d.address(who)).collect();
    let cc = draft.cc.iter().map(|who| d.address(who)).collect();
    (to, cc)
}

impl Deciding<'_> {
    /// Queues a send: its row and its recipients at once, its words when it is composed.
    pub(super) fn queue(&mut self, outgoing: Outgoing) -> SendId {
        let Outgoing { purpose, about, mailbox, thread, parent, to, cc, automation, template, subject_key, text } =
            outgoing;
        let (send, message, content): (SendId, MessageId, ContentId) = (self.id(), self.id(), self.id());
        let reference = self.next_reference();
        let ticket = about.filter(|record| self.ws.tickets.get(record).is_some());
        let at = self.context.at;
        let from = self.own_address(mailbox);
        // A notification is a conversation with the user: it stays out of the customer's threads.
        let of_ticket = ticket.filter(|_| purpose != SendPurpose::Notification);
        let thread = thread.unwrap_or_else(|| self.new_thread(of_ticket, message, true));
        let author = self.context.actor.filter(|_| !purpose.is_automated());
        self.change(Change::Send(SendRow {
            id: send,
            message,
            reference: reference.to_string(),
            reference_key: LookupKey::of(&reference.to_string()),
            purpose,
            ticket,
            author,
            automation: automation.clone(),
            template,
            queued_at: at,
            state: if self.context.origin == Origin::Replay { SendState::Held } else { SendState::Queued },
            due_at: at,
            attempt: 0,
            lease_until: None,
            fence: 0,
        }));
        let automatic_at = purpose.is_automated().then_some(at);
        for (role, addresses) in [(RecipientRole::To, &to), (RecipientRole::Cc, &cc)] {
            for address in addresses {
                let state = RecipientState::Pending;
                let row = RecipientRow {
                    send,
                    address: *address,
                    role,
                    state,
                    status: None,
                    answer: None,
                    told_at: None,
                    automatic_at,
                    subject_key,
                };
                self.change(Change::Recipient(row));
            }
        }
        let (origin, event) = (self.context.origin, self.context.seq);
        self.decision.sends.push(SendPlan {
            send,
            message,
            content,
            reference,
            purpose,
            author,
            automation,
            ticket,
            about,
            thread,
            mailbox,
            from,
            to,
            cc,
            text,
            parent,
            at,
            origin,
            event,
        });
        send
    }

    fn own_address(&mut self, mailbox: MailboxId) -> AddressId {
        let own = self.ws.mailbox(mailbox).and_then(|(_, setup)| {
            Some(Participant { name: setup.display_name.clone(), address: setup.addresses.first()?.clone() })
        });
        // Configuration refuses a mailbox without address; a row of its own keeps the id valid all the same.
        self.address(&own.unwrap_or_else(|| Participant { name: String::new(), address: EmailAddress::default() }))
    }
}
