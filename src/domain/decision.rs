//! A decision: what an event led to, as data. The shell carries it out.

use super::*;

/// What was decided about one event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    pub kind: Option<Kind>,
    pub delivery: Option<DeliveryId>,
    pub message: Option<MessageId>,
    pub thread: Option<ThreadId>,
    pub ticket: Option<RecordId>,
    /// Stage names of the ticket.
    pub status_before: Option<String>,
    pub status_after: Option<String>,
    pub explanation: Explanation,
    /// Folded into the workspace, in this order.
    pub changes: Vec<Change>,
    /// To be composed, then queued.
    pub sends: Vec<SendPlan>,
}

/// One change of state.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Mailbox(MailboxRow),
    Folder(FolderRow),
    User(UserRow),
    Content(ContentRow),
    Delivery(DeliveryRow),
    Message(MessageRow),
    Review(ReviewRow),
    Alias(AliasRow),
    Await(AwaitedRow),
    /// The awaited mail came.
    Arrived {
        key: LookupKey,
        message: MessageId,
    },
    Thread(ThreadRow),
    ThreadIndex(ThreadIndexRow),
    Participant(ParticipantRow),
    Address(AddressRow),
    Contact(ContactRow),
    OpenTicket {
        record: RecordRow,
        ticket: TicketRow,
    },
    Ticket(TicketRow),
    TicketContact(TicketContactRow),
    TicketLink(TicketLinkRow),
    /// A record enters a stage; closing and reopening follow from it.
    SetStage(StageChangeRow),
    Enrolment(EnrolmentRow),
    Send(SendRow),
    Recipient(RecipientRow),
    Timer(TimerRow),
    HeldNotice(HeldNoticeRow),
    /// A record that is no ticket.
    Record(RecordRow),
    Property(PropertyRow),
    /// The value is taken away.
    NoProperty {
        record: RecordId,
        name: String,
    },
    /// The company is one of the record's no longer.
    NoRecordCompany(RecordCompanyRow),
    NoTicketContact(TicketContactRow),
    Company(CompanyRow),
    RecordCompany(RecordCompanyRow),
    Task(TaskRow),
    Note(NoteRow),
    Workflow(WorkflowRow),
    WorkflowRevision(WorkflowRevisionRow),
    Comment(CommentRow),
    Run(RunRow),
    Action(ActionRow),
    Rotation(RotationRow),
    Webhook(WebhookRow),
}

/// A mail to be composed: who, to whom, about what. Ids only; the composer looks the words up.
#[derive(Debug, Clone, PartialEq)]
pub struct SendPlan {
    pub send: SendId,
    pub message: MessageId,
    pub content: ContentId,
    pub reference: SendReference,
    pub purpose: SendPurpose,
    pub author: Option<UserId>,
    /// `pipeline/name`.
    pub automation: Option<String>,
    pub ticket: Option<RecordId>,
    /// The record that a template is filled from: the ticket, or a record that is none.
    pub about: Option<RecordId>,
    pub thread: ThreadId,
    /// The mailbox that it comes from, and its address.
    pub mailbox: MailboxId,
    pub from: AddressId,
    pub to: Vec<AddressId>,
    pub cc: Vec<AddressId>,
    pub text: SendText,
    /// The message that it answers or forwards.
    pub parent: Option<MessageId>,
    pub at: Timestamp,
    pub origin: Origin,
    pub event: EventSeq,
}

/// What a send says.
#[derive(Debug, Clone, PartialEq)]
pub enum SendText {
    /// A user wrote it. `subject`: where the ticket's own is not used.
    Written {
        subject: Option<String>,
        text: String,
        /// Quoted below it; empty without.
        quote: String,
        attachments: Vec<AttachedFile>,
    },
    Template {
        name: String,
        language: Language,
        user: Option<UserId>,
        /// Of the template that tells an author.
        failure: Option<Undelivered>,
    },
    /// Notifications that were beyond the user's cap.
    Digest { language: Language, user: UserId, entries: Vec<DigestEntry> },
}

/// What a digest says of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DigestEntry {
    /// The first of the notifications that it stands for.
    pub notice: HeldNoticeId,
    /// How many they are: of one template, about one ticket.
    pub count: i64,
}

/// What of a send did not arrive.
#[derive(Debug, Clone, PartialEq)]
pub struct Undelivered {
    /// Who did not get it.
    pub address: AddressId,
    /// Why, in a server's words or code.
    pub reason: String,
    /// The mail's subject.
    pub subject: String,
}
