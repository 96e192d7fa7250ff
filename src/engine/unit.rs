//! The write unit: one input and its answer. Units are re-runnable and have no outside effect.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::mail::Mail;
use crate::decide::Refusal;
use crate::domain::*;
use crate::store::content::Packed;

/// One input, ready to be decided.
#[derive(Debug, Clone)]
pub struct Unit {
    /// `now` of the decision.
    pub at: Timestamp,
    pub origin: Origin,
    /// Name of the user who does it.
    pub actor: Option<String>,
    pub cause: Option<EventSeq>,
    pub input: Input,
    /// Ids and numbers as the journal has them: when it is folded again.
    pub journaled: Option<Journaled>,
}

/// Where an event of the journal took its ids from.
#[derive(Debug, Clone, Copy)]
pub struct Journaled {
    pub first_id: i64,
    pub first_number: i64,
}

/// What happened, with all that reading it again would take.
#[derive(Debug, Clone)]
pub enum Input {
    Setup(Arc<SetupOrder>),
    Mail(Arc<Mail>),
    /// A pending mail, read once more under its timer's fence.
    Retry {
        timer: TimerId,
        fence: i64,
        delivery: DeliveryId,
        mail: Arc<Mail>,
    },
    Send(Arc<SendOrder>),
    Move {
        ticket: RecordId,
        to: String,
    },
    Open {
        pipeline: String,
        source: Source,
        mailbox: Option<String>,
        draft: Arc<Written>,
    },
    Merge {
        from: RecordId,
        into: RecordId,
    },
    Review(Arc<ReviewOrder>),
    /// A quarantined mail, read once more because somebody asked for it.
    QuarantineRetry {
        delivery: DeliveryId,
        mail: Arc<Mail>,
    },
    QuarantineDrop {
        delivery: DeliveryId,
    },
    /// These sends are about to be handed to a relay.
    Lease {
        sends: Vec<SendId>,
        until: Timestamp,
    },
    /// Leases (send and fence) are given back, unused.
    Release {
        leases: Vec<(SendId, i64)>,
        due_at: Timestamp,
    },
    /// Whoever held these leases is gone.
    Lapse {
        sends: Vec<SendId>,
        hold: bool,
    },
    /// A relay answered. `ticket` and `message`: those of the send.
    Dispatch {
        dispatch: Dispatch,
        ticket: Option<RecordId>,
        message: Option<MessageId>,
    },
    /// Mail to that address may go out automatically again.
    ClearBounce {
        address: EmailAddress,
    },
    Outbox {
        send: SendId,
        order: OutboxOrder,
    },
    /// A digest is due, under its timer's fence.
    Digest {
        timer: TimerId,
        fence: i64,
    },
    Record(Arc<RecordOrder>),
    Workflow(WorkflowOrder),
    Webhook(WebhookOrder),
}

/// What happens to webhooks on their way out.
#[derive(Debug, Clone)]
pub enum WebhookOrder {
    /// These are about to be sent.
    Lease {
        webhooks: Vec<WebhookId>,
        until: Timestamp,
    },
    Answer(WebhookAnswer),
}

/// Another setup is to come into force.
#[derive(Debug, Clone, Default)]
pub struct SetupOrder {
    pub setup: Arc<Setup>,
    /// The revision that it was made from, empty where there was none; `None`: whatever is in force. Where another is in
    /// force by then, somebody else changed the setup meanwhile.
    pub based_on: Option<String>,
    /// Where the records of stages go that it archives.
    pub moves: Vec<StageMove>,
}

impl From<Setup> for SetupOrder {
    /// The setup, whatever is in force.
    fn from(setup: Setup) -> SetupOrder {
        SetupOrder { setup: Arc::new(setup), ..SetupOrder::default() }
    }
}

/// What a user does with records. Drafts hold what people wrote: titles, notes, addresses of contacts.
#[derive(Debug, Clone)]
pub enum RecordOrder {
    Create { request: CreateRequest, draft: Written },
    Set { record: RecordId, values: BTreeMap<String, Option<String>> },
    Associate { request: AssociateRequest, draft: Written },
    Note { record: RecordId, draft: Written },
    FinishTask { task: TaskId },
}

impl RecordOrder {
    /// What the user wrote.
    pub(super) fn draft(&self) -> Option<&Written> {
        match self {
            RecordOrder::Create { draft, .. }
            | RecordOrder::Associate { draft, .. }
            | RecordOrder::Note { draft, .. } => Some(draft),
            RecordOrder::Set { .. } | RecordOrder::FinishTask { .. } => None,
        }
    }
}

/// What happens in workflows otherwise than by a trigger.
#[derive(Debug, Clone)]
pub enum WorkflowOrder {
    /// A run has waited long enough, under its timer's fence.
    Run {
        timer: TimerId,
        fence: i64,
    },
    Enrol {
        workflow: String,
        record: RecordId,
    },
    Unenrol {
        workflow: String,
        record: RecordId,
    },
    /// An action of the log that failed is carried out again.
    Retry {
        event: EventSeq,
        n: i64,
    },
    Comment {
        workflow: String,
        step: StepId,
        draft: Arc<Written>,
    },
}

impl Input {
    /// The mail that was read for it.
    pub(super) fn mail(&self) -> Option<&Arc<Mail>> {
        match self {
            Input::Mail(mail) | Input::Retry { mail, .. } | Input::QuarantineRetry { mail, .. } => Some(mail),
            _ => None,
        }
    }
}

/// A user's decision about a message in review.
#[derive(Debug, Clone)]
pub struct ReviewOrder {
    pub request: ReviewRequest,
    /// What the message says.
    pub facts: Facts,
    /// For whom a forward opens a ticket: From of a draft, so that addresses stay out of the journal.
    pub original: Option<Written>,
}

/// A user's order to send.
#[derive(Debug, Clone)]
pub struct SendOrder {
    pub purpose: SendPurpose,
    pub ticket: Option<RecordId>,
    /// Name of the team mailbox, where no ticket says which.
    pub mailbox: Option<String>,
    pub forwards: Option<MessageId>,
    pub status: Option<String>,
    pub new_thread: bool,
    pub answers: Option<MessageId>,
    pub draft: Written,
    /// The bytes of the draft's attachments, in its order. None where the journal is folded again: what was composed of
    /// them is kept.
    pub files: Vec<Arc<Vec<u8>>>,
}

/// A draft, and its bytes as they are stored.
#[derive(Debug, Clone)]
pub struct Written {
    pub draft: Draft,
    pub packed: Packed,
}

impl Unit {
    /// Bytes that it holds, roughly.
    pub fn weight(&self) -> usize {
        match &self.input {
            Input::Mail(mail) | Input::Retry { mail, .. } | Input::QuarantineRetry { mail, .. } => mail.weight(),
            Input::Send(order) => {
                let files: usize = order.files.iter().map(|file| file.len()).sum();
                // As they are, as base64 and as that is stored.
                order.draft.packed.weight() + 4 * files
            }
            Input::Open { draft, .. } => draft.packed.weight(),
            Input::Record(order) => 1024 + order.draft().map_or(0, |draft| draft.packed.weight()),
            Input::Workflow(WorkflowOrder::Comment { draft, .. }) => draft.packed.weight(),
            Input::Review(order) => order.facts.body.text.len() + 2048,
            Input::Lease { sends, .. } | Input::Lapse { sends, .. } => 256 * sends.len(),
            Input::Release { leases, .. } => 256 * leases.len(),
            Input::Setup(_)
            | Input::Move { .. }
            | Input::Merge { .. }
            | Input::QuarantineDrop { .. }
            | Input::Dispatch { .. }
            | Input::ClearBounce { .. }
            | Input::Outbox { .. }
            | Input::Workflow(_)
            | Input::Webhook(_)
            | Input::Digest { .. } => 1024,
        }
    }
}

/// What the writer is given.
pub(super) enum Work {
    Unit(Unit),
    /// These mails are about to be read: noted with whatever is written at that moment.
    Note {
        reader: i64,
        digests: Vec<ContentDigest>,
    },
}

impl Work {
    /// Bytes that it holds, roughly.
    pub fn weight(&self) -> usize {
        match self {
            Work::Unit(unit) => unit.weight(),
            Work::Note { digests, .. } => digests.len() * 32,
        }
    }
}

/// What became of a unit.
#[derive(Debug, Clone)]
pub struct Outcome {
    pub seq: EventSeq,
    pub at: Timestamp,
    /// Of its changes those that whoever brought the unit is told of; what it planned to send is in `queued`.
    pub decision: Decision,
    /// Number of the ticket concerned.
    pub ticket_number: Option<i64>,
    /// Labels of the ticket's status before and after.
    pub status_before: Option<String>,
    pub status_after: Option<String>,
    pub queued: Vec<QueuedSend>,
    /// Refused: nothing happened.
    pub refused: Option<Refusal>,
}

/// Something that was queued because of a unit, or should have been.
#[derive(Debug, Clone)]
pub struct QueuedSend {
    pub send: SendId,
    pub message: MessageId,
    /// Without angle brackets. `None` when it could not be composed.
    pub message_id: Option<String>,
    /// Why it could not be composed: nothing is queued then.
    pub failure: Option<String>,
    pub purpose: SendPurpose,
    pub template: Option<String>,
    pub to: Vec<EmailAddress>,
    pub subject: String,
}

impl Outcome {
    /// Nothing happened.
    pub(super) fn nothing(at: Timestamp) -> Self {
        Outcome {
            seq: EventSeq(0),
            at,
            decision: Decision::default(),
            ticket_number: None,
            status_before: None,
            status_after: None,
            queued: Vec::new(),
            refused: None,
        }
    }
}
