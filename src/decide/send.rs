//! Sends: what a user writes from a ticket or a contact, and the planning that all sends share.

use super::deciding::Deciding;
use super::objection::Objection;
use super::permission::Operation;
use super::rules::{self, RuleInput, ThreadStanding};
use super::stage::Because;
use crate::domain::*;

/// Why a user's command is refused. Nothing is journaled then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("there is no such ticket")]
    NoTicket,
    #[error("there is nobody to send it to: name a recipient (--to)")]
    NoRecipient,
    #[error("there is no team mailbox to send it from")]
    NoMailbox,
    #[error("the pipeline `{pipeline}` has no stage `{stage}`; it has: {known}")]
    NoStage { pipeline: String, stage: String, known: String },
    #[error("there is no pipeline `{0}`")]
    NoPipeline(String),
    #[error("a ticket cannot be merged into itself")]
    SameTicket,
    #[error("the ticket is merged into another: use that one")]
    Merged,
    #[error("it is in that stage already")]
    AlreadyThere,
    #[error("the lease of that timer is over")]
    StaleFence,
    #[error("another program has taken over that send, or it was settled meanwhile")]
    StaleLease,
    #[error("there is no such send")]
    NoSend,
    #[error("a replay decided to send it, and a replay never sends")]
    HeldByReplay,
    #[error("it is {0} already: nothing is left to do about it")]
    SendIsOver(SendState),
    #[error("it is being handed to a relay at this moment: try again in a minute")]
    BeingSent,
    #[error("it has no bytes: it could not be composed (`ticketd outbox show` says why)")]
    NotComposed,
    #[error("no mail to or from that address is known")]
    NoAddress,
    #[error("that address has not given mail back: there is nothing to clear")]
    NotBounced,
    #[error("there is no such message, or it did not arrive here")]
    NoMessage,
    #[error("the message is not of that ticket")]
    OfAnotherTicket,
    #[error("the attachments have {size} bytes together, and {MOST_ATTACHED} are the most: send them another way")]
    TooLarge { size: u64 },
    #[error("the message does not wait for review: `ticketd why` says what it is, and who settled it")]
    NotInReview,
    #[error("the message has opened a ticket of its own: it can be attached to that one, or dropped")]
    OpenedATicket,
    #[error("only a forward has an original sender: leave out `--for`")]
    NotAForward,
    #[error("a customer forwarded it, and its ticket is for that customer: leave out `--for`")]
    CustomersForward,
    #[error("the original sender that is named is of the team: name the customer, or attach or drop it")]
    OriginalIsOfTeam,
    #[error("the mail is not in quarantine")]
    NotQuarantined,
    #[error("there is no such record")]
    NoRecord,
    #[error("there is no object `{0}`: `ticketd object list` shows those that there are")]
    NoObject(String),
    #[error("no pipeline is for `{0}`: add one with `object = \"{0}\"`")]
    NoPipelineFor(String),
    #[error("the pipeline `{pipeline}` is for `{object}`")]
    PipelineOfOther { pipeline: String, object: String },
    #[error("`{object}` has no property `{property}`; it has: {known}")]
    NoProperty { object: String, property: String, known: String },
    #[error("`{0}` is not set like other properties: it follows from what happens to the record")]
    NotSettable(String),
    #[error("property `{property}`: {expected}")]
    NoValue { property: String, expected: String },
    #[error("there is no such task")]
    NoTask,
    #[error("that task is done already")]
    TaskIsDone,
    #[error("there is no workflow `{0}`: `ticketd workflow list` shows those that there are")]
    NoWorkflow(String),
    #[error("the workflow `{0}` was never published: `ticketd workflow publish` puts its draft into force")]
    NotPublished(String),
    #[error("the workflow `{workflow}` is for `{object}`, and the record is a `{other}`")]
    OtherObject { workflow: String, object: String, other: String },
    #[error("the record does not enrol in `{workflow}`: {}", why(*.hindrance))]
    CannotEnrol { workflow: String, hindrance: EffectResult },
    #[error("the record is not on its way through `{0}`")]
    NotEnrolled(String),
    #[error("there is no such action in the log, or its workflow is no more")]
    NoAction,
    #[error("the action is {0}: only what failed is carried out again")]
    NotFailed(ActionOutcome),
    #[error("the workflow `{workflow}` has no step {step}")]
    NoStep { workflow: String, step: StepId },
    #[error("{}", lines(.0))]
    InTheWay(Vec<Objection>),
    #[error("user `{user}` may not {}; it takes the role {}", .operation.deed(), one_of(.operation.roles()))]
    Role { user: String, operation: Operation },
    #[error("there is no user `{0}`")]
    NoUser(String),
    #[error("user `{0}` is disabled and may do nothing: `ticketd user enable {0}`")]
    Disabled(String),
    #[error(
        "somebody else changed the setup meanwhile: this was made from revision {}, and {} is in force; look at what is in \
         force, and do it again",
        short(.based_on),
        short(.revision)
    )]
    SetupChanged { based_on: String, revision: String },
}

impl Refusal {
    /// The pipeline has no such stage, or it is archived.
    pub(super) fn no_stage(pipeline: &Pipeline, stage: &str) -> Self {
        let known: Vec<_> =
            pipeline.stages.iter().filter(|stage| !stage.archived).map(|stage| stage.name.as_str()).collect();
        Refusal::NoStage { pipeline: pipeline.name.clone(), stage: stage.to_owned(), known: known.join(", ") }
    }
}

fn why(hindrance: EffectResult) -> &'static str {
    match hindrance {
        EffectResult::SwitchedOff => "it is switched off",
        EffectResult::ChatSource => "the ticket came from chat or messenger, which it leaves alone",
        EffectResult::AlreadyEnrolled => "it enrols each record once, and this one was in it",
        EffectResult::StillEnrolled => "the record is on its way through it",
        EffectResult::GoalMet => "the record is where it leads already",
        other => other.as_str(),
    }
}

fn lines(objections: &[Objection]) -> String {
    objections.iter().map(Objection::to_string).collect::<Vec<_>>().join("\n")
}

/// As much of a revision as tells it from another.
fn short(revision: &str) -> String {
    if revision.is_empty() { "(none)".to_owned() } else { revision.chars().take(12).collect() }
}

fn one_of(roles: &[Role]) -> String {
    roles.iter().map(|role| format!("`{role}`")).collect::<Vec<_>>().join(" or ")
}

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
