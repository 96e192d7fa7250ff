//! The journal: every input, in the order in which it was decided. State is what folding the journal gives.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::row::row;
use super::text_enum::text_enum;
use super::*;

row! {
    /// One input of the program.
    EventRow in "event", key seq: EventSeq {
        seq: EventSeq,
        /// `now` for the decision, loop caps included.
        at: Timestamp,
        /// The event that led to this one.
        cause: Option<EventSeq>,
        /// The user who did it; `None` for the program.
        actor: Option<UserId>,
        origin: Origin,
        kind: String,
        /// [`Payload`] as JSON.
        payload: String,
        /// Digest of the setup in force, as hex.
        revision: String,
        /// First id of the block that the decision took its ids from.
        first_id: i64,
        /// First ticket number that it could take.
        first_number: i64,
    }
}

text_enum! {
    /// Where an input came from.
    Origin {
        Live = "live",
        /// A replay of files: what it decides to send is held, never sent.
        Replay = "replay",
    }
}

/// What happened. No addresses and no text of people: those are in the raw bytes that `content` names. Values of properties
/// are here, as they are in the state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Payload {
    /// The setup of this event's revision came into force.
    Setup,
    /// A mail arrived in a folder that we read.
    Arrival(Arrival),
    /// A pending mail was tried again.
    Retry { timer: TimerId, fence: i64, delivery: DeliveryId, reading: Reading },
    /// A user sends something. `draft` holds recipients and text.
    Send { request: SendRequest, draft: ContentId },
    /// A user moves a record to another stage.
    Move { record: RecordId, to: String },
    /// A user makes a ticket by hand. `draft` names the contact, subject and text.
    Open { pipeline: String, source: Source, mailbox: Option<MailboxId>, draft: ContentId },
    /// A user merges a ticket into another.
    Merge { from: RecordId, into: RecordId },
    /// A user settles what a message waits for in review. `original` names the original sender of a forward.
    Review { request: ReviewRequest, original: Option<ContentId> },
    /// A user has a quarantined mail read again.
    QuarantineRetry { delivery: DeliveryId, reading: Reading },
    /// A user gives a quarantined mail up: it is kept and not tried again.
    QuarantineDrop { delivery: DeliveryId },
    /// These sends are about to be handed to a relay, by one program, until then.
    Lease { sends: Vec<SendId>, until: Timestamp },
    /// Leases were given back before anything was sent: these (send and fence) are due at `due_at`.
    Release { leases: Vec<(SendId, i64)>, due_at: Timestamp },
    /// The program that held these leases is gone: nobody knows how far it came. `hold`: a person decides what becomes of them.
    Lapse { sends: Vec<SendId>, hold: bool },
    /// A send was tried.
    Dispatch(Dispatch),
    /// A user says that an address that gave mail back takes it again.
    ClearBounce { address: AddressId },
    /// A user orders something about a send.
    Outbox { send: SendId, order: OutboxOrder },
    /// A user makes a record. `draft` has the title as subject and the contacts as recipients.
    Create { request: CreateRequest, draft: ContentId },
    /// A user sets properties of a record; those without a value are taken away.
    Set { record: RecordId, values: BTreeMap<String, Option<String>> },
    /// A user connects a record with contacts (recipients of the draft) and companies, or takes them off.
    Associate { request: AssociateRequest, draft: ContentId },
    /// A user writes something down about a record.
    Note { record: RecordId, draft: ContentId },
    /// A user has done a task.
    FinishTask { task: TaskId },
    /// A record has waited long enough in a workflow.
    Run { timer: TimerId, fence: i64 },
    /// A user enrols a record in a workflow.
    Enrol { workflow: String, record: RecordId },
    /// A user takes a record out of a workflow.
    Unenrol { workflow: String, record: RecordId },
    /// These webhooks are about to be sent, by one program, until then.
    WebhookLease { webhooks: Vec<WebhookId>, until: Timestamp },
    /// A webhook was sent.
    WebhookAnswer(WebhookAnswer),
    /// A user has an action that failed carried out again.
    RetryAction { of: EventSeq, n: i64 },
    /// A user remarks something about a step of a workflow.
    Comment { workflow: String, step: StepId, draft: ContentId },
    /// A user's hour is over: what was beyond the cap of notifications is told in one mail.
    Digest { timer: TimerId, fence: i64 },
}

impl Payload {
    /// The word for the payload, as the journal's `kind`.
    pub fn word(&self) -> &'static str {
        match self {
            Payload::Setup => "setup",
            Payload::Arrival(_) => "arrival",
            Payload::Retry { .. } => "retry",
            Payload::Send { .. } => "send",
            Payload::Move { .. } => "move",
            Payload::Open { .. } => "open",
            Payload::Merge { .. } => "merge",
            Payload::Review { .. } => "review",
            Payload::QuarantineRetry { .. } => "quarantine_retry",
            Payload::QuarantineDrop { .. } => "quarantine_drop",
            Payload::Lease { .. } => "lease",
            Payload::Release { .. } => "release",
            Payload::Lapse { .. } => "lapse",
            Payload::Dispatch(_) => "dispatch",
            Payload::ClearBounce { .. } => "clear_bounce",
            Payload::Outbox { .. } => "outbox",
            Payload::Digest { .. } => "digest",
            Payload::Create { .. } => "create",
            Payload::Set { .. } => "set",
            Payload::Associate { .. } => "associate",
            Payload::Note { .. } => "note",
            Payload::FinishTask { .. } => "finish_task",
            Payload::Run { .. } => "run",
            Payload::Enrol { .. } => "enrol",
            Payload::Unenrol { .. } => "unenrol",
            Payload::WebhookLease { .. } => "webhook_lease",
            Payload::WebhookAnswer(_) => "webhook_answer",
            Payload::RetryAction { .. } => "retry_action",
            Payload::Comment { .. } => "comment",
        }
    }
}

/// A mail's arrival.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Arrival {
    pub mailbox: MailboxId,
    pub folder: String,
    /// What the folder holds, where the server says so; else the setup does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<FolderRole>,
    /// (UIDVALIDITY, UID); `None` for a file, which takes the next number of its folder.
    pub position: Option<(i64, i64)>,
    /// Server date (INTERNALDATE; for files the topmost Received, then Date), never later than our receipt.
    pub arrived_at: Timestamp,
    pub content: ContentId,
    /// Imported as history.
    pub history: bool,
    pub reading: Reading,
}

/// How reading the bytes went: what cannot be computed again from them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Reading {
    /// [`FACTS_VERSION`] of that day.
    pub version: u16,
    /// One for each token claim of the facts, in order.
    pub verdicts: Vec<TokenVerdict>,
    /// Set when reading failed: why. Then there are no facts.
    pub failure: Option<String>,
    /// Over the size limit: what is stored of it is its header.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub header_only: bool,
    /// With a failure: nobody will try again by himself, for trying endangers the program.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub given_up: bool,
}

/// A user's send.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SendRequest {
    pub purpose: SendPurpose,
    /// The ticket that it is sent from; `None` from the contact record.
    pub ticket: Option<RecordId>,
    /// The team mailbox that it is sent from, where no ticket says so.
    pub mailbox: Option<MailboxId>,
    /// The message that is forwarded.
    pub forwards: Option<MessageId>,
    /// Sets this status instead of rule 3.1.
    pub status: Option<String>,
    /// Begins another thread of the ticket.
    pub new_thread: bool,
    /// The message of the ticket that it answers; without it the newest of its thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answers: Option<MessageId>,
}

/// What became of a webhook that was sent.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct WebhookAnswer {
    pub webhook: WebhookId,
    /// That of the lease under which it was sent.
    pub fence: i64,
    pub verdict: WebhookVerdict,
    /// Why, for people: a status, or what kept it from being sent.
    pub said: String,
}

text_enum! {
    /// What an answer means.
    WebhookVerdict {
        Accepted = "accepted",
        /// It may be otherwise later.
        Later = "later",
        /// For good.
        Refused = "refused",
    }
}

/// A record that a user makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreateRequest {
    pub object: String,
    pub pipeline: Option<String>,
    pub stage: Option<String>,
    pub source: Source,
    pub properties: BTreeMap<String, String>,
    pub companies: Vec<String>,
}

/// Companies of a record, beside the contacts in a draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AssociateRequest {
    pub record: RecordId,
    pub companies: Vec<String>,
    /// They are taken off.
    pub remove: bool,
}

/// What a user decides about a message in review.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ReviewRequest {
    pub message: MessageId,
    /// The bytes that the message had when the user decided.
    pub content: ContentId,
    pub verdict: Verdict,
    /// The ticket to attach it to.
    pub ticket: Option<RecordId>,
    /// The author becomes a contact of that ticket.
    pub contact: bool,
}

text_enum! {
    /// What a user may decide about a message in review.
    Verdict {
        /// It belongs to a ticket, and its author too.
        Attach = "attach",
        /// It opens a ticket.
        New = "new",
        /// It stays where it is.
        Drop = "drop",
    }
}

/// What a user wrote, before it becomes a send or a ticket. Kept as raw bytes: addresses live there only.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The contact, where a ticket is opened by hand.
    pub from: Option<Participant>,
    /// Empty: the ticket's contacts.
    pub to: Vec<Participant>,
    pub cc: Vec<Participant>,
    /// `None`: the ticket's own.
    pub subject: Option<String>,
    pub text: String,
    /// What is quoted below the text, attribution and marks included; empty without.
    pub quote: String,
    pub attachments: Vec<AttachedFile>,
}

/// A file that goes with a draft. Its bytes are in the composed mail only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttachedFile {
    /// Without a path, on one line.
    pub name: String,
    /// Media type (RFC 2046): `application/pdf`.
    pub media_type: String,
    /// In bytes.
    pub size: u64,
    pub digest: ContentDigest,
}

row! {
    /// A setup that was in force at some time.
    RevisionRow in "revision", key digest: String {
        digest: String,
        at: Timestamp,
        /// [`Setup`] as JSON.
        body: String,
    }
}
