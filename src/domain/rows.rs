//! The state: what folding the journal gives. One row type a table; the schema in `store/migrations` says the same in SQL.
//!
//! Text of mails is not here: it is read again from the raw bytes. Addresses stand in `address` only, so that erasing
//! someone is one row and the raw bytes.

use super::row::row;
use super::text_enum::text_enum;
use super::*;

row! {
    /// An account that we read, or have read.
    MailboxRow in "mailbox", key id: MailboxId {
        id: MailboxId,
        name: String,
        kind: MailboxKind,
    }
}

row! {
    FolderRow in "folder", key id: FolderId {
        id: FolderId,
        mailbox: MailboxId,
        name: String,
        role: FolderRole,
        /// Cursor: the UIDVALIDITY (RFC 9051 2.3.1.1) under which `last_uid` holds; 0 for files.
        uidvalidity: i64,
        /// Cursor: the highest UID whose mail is stored; for files the number of mails taken so far.
        last_uid: i64,
    }
}

row! {
    /// Someone of the team. Names and roles are in the setup.
    UserRow in "app_user", key id: UserId {
        id: UserId,
        name: String,
    }
}

row! {
    /// Raw bytes, once per content; the bytes themselves are in `content_chunk`.
    ContentRow in "content", key id: ContentId {
        id: ContentId,
        key: LookupKey,
        digest: ContentDigest,
        size: i64,
    }
}

row! {
    /// One arrival of a mail.
    DeliveryRow in "delivery", key id: DeliveryId {
        id: DeliveryId,
        folder: FolderId,
        uidvalidity: i64,
        uid: i64,
        /// `None` while the mail could not be read.
        message: Option<MessageId>,
        content: ContentId,
        arrived_at: Timestamp,
        state: DeliveryState,
        event: EventSeq,
    }
}

text_enum! {
    /// What a delivery means for its message.
    DeliveryState {
        /// The message was decided by this one. Where a stronger mailbox had it too, `message.delivery` names that one.
        Decided = "decided",
        Duplicate = "duplicate",
        Echo = "echo",
        /// Could not be processed yet; a timer tries again.
        Pending = "pending",
        Quarantined = "quarantined",
        /// Was quarantined, and a user gave it up.
        Dropped = "dropped",
    }
}

row! {
    /// A mail, once, however often it arrived; our own sends too.
    MessageRow in "message", key id: MessageId {
        id: MessageId,
        /// The delivery that its kind was decided by; `None` for our own sends.
        delivery: Option<DeliveryId>,
        content: ContentId,
        /// `None` for a mail without Message-ID.
        id_key: Option<LookupKey>,
        message_id: Option<String>,
        digest_key: LookupKey,
        digest: ContentDigest,
        author: Option<AddressId>,
        subject: String,
        date: Option<Timestamp>,
        arrived_at: Timestamp,
        kind: Kind,
        thread: Option<ThreadId>,
        /// The ticket that it belongs to. Its thread's, apart from mail that is only attached to it.
        ticket: Option<RecordId>,
        /// The contact whose mail it is where no ticket is (`contact_other`).
        contact: Option<ContactId>,
        /// The message that it answers, forwards or reports on.
        parent: Option<MessageId>,
        /// Whether its effective delivery is in a team mailbox.
        team: bool,
        /// The same Message-ID and author came with another body as well.
        altered: bool,
        automatic: bool,
        /// Imported as history: no tickets, no status, no sends.
        history: bool,
        /// Why a person should look at it.
        review: Option<ReviewReason>,
        event: EventSeq,
    }
}

text_enum! {
    /// Why a message waits for a person.
    ReviewReason {
        /// In a ticket's thread, from someone who was never on it.
        Stranger = "stranger",
        /// In a ticket's thread, and the sender's authentication failed.
        AuthenticationFailed = "authentication_failed",
        /// Our token in a mail that we did not write.
        ForgedToken = "forged_token",
        /// A customer forwarded mail of the ticket.
        CustomerForward = "customer_forward",
        /// A user's forward whose original sender is not certain.
        DoubtfulForward = "doubtful_forward",
        /// A customer's mail that came late and changed nothing.
        Late = "late",
        /// A user answered a notification: the customer did not get it.
        AnsweredNotification = "answered_notification",
    }
}

row! {
    /// A message in review, settled by a person.
    ReviewRow in "review", key event: EventSeq {
        event: EventSeq,
        message: MessageId,
        /// Why it waited.
        reason: ReviewReason,
        verdict: Verdict,
        /// What the message was, and is since.
        from_kind: Kind,
        to_kind: Kind,
        /// The ticket that it belonged to, and belongs to since.
        from_ticket: Option<RecordId>,
        to_ticket: Option<RecordId>,
        /// Who decided it; `None` for the operator at the command line.
        reviewer: Option<UserId>,
        at: Timestamp,
    }
}

row! {
    /// A further Message-ID of a message: relays may replace ours.
    AliasRow in "message_alias", key (key: LookupKey, message: MessageId) {
        key: LookupKey,
        message: MessageId,
        message_id: String,
    }
}

row! {
    /// An id that a message cites and that we have not seen: its mail may come yet.
    AwaitedRow in "awaited", key (key: LookupKey, message: MessageId) {
        key: LookupKey,
        message: MessageId,
        awaited_id: String,
    }
}

row! {
    /// Messages tied together.
    ThreadRow in "thread", key id: ThreadId {
        id: ThreadId,
        ticket: Option<RecordId>,
        /// Its ticket began with it, or it was the first of a ticket made by hand.
        origin: bool,
        root: MessageId,
        newest: MessageId,
    }
}

row! {
    /// The first 22 bytes of an Outlook Thread-Index, as a key, that mail of a thread carried. Several where a client
    /// began anew.
    ThreadIndexRow in "thread_index", key (key: LookupKey, thread: ThreadId) {
        key: LookupKey,
        thread: ThreadId,
    }
}

row! {
    /// An address in From, To or Cc of a thread. Recipients of a forward are not.
    ParticipantRow in "participant", key (thread: ThreadId, address: AddressId) {
        thread: ThreadId,
        address: AddressId,
    }
}

row! {
    /// An address, and whose it is.
    AddressRow in "address", key id: AddressId {
        id: AddressId,
        key: LookupKey,
        address: EmailAddress,
        /// The display name last seen.
        name: String,
        contact: Option<ContactId>,
        /// `hard` or `soft` after a bounce, until cleared.
        bounced: Option<BounceClass>,
    }
}

row! {
    /// A customer.
    ContactRow in "contact", key id: ContactId {
        id: ContactId,
        name: String,
        marketing: bool,
        /// Where mail to the contact goes.
        address: AddressId,
    }
}

row! {
    /// What moves through a pipeline, of any object.
    RecordRow in "record", key id: RecordId {
        id: RecordId,
        /// Name of the object: `ticket`, `deal`.
        object: String,
        pipeline: String,
        stage: String,
        title: String,
        source: Source,
        created_at: Timestamp,
        event: EventSeq,
    }
}

row! {
    /// What a ticket has beyond a record.
    TicketRow in "ticket", key record: RecordId {
        record: RecordId,
        number: i64,
        /// The team mailbox that it came to: our mail about it is sent from there.
        mailbox: Option<MailboxId>,
        closed_at: Option<Timestamp>,
        /// It was closed by hand (not by a rule), and is.
        closed_by_hand: bool,
        /// It has gone from closed to open at least once (rule 3.2).
        reopened: bool,
        /// The newest message of a kind that can fire a rule, and when it arrived.
        newest_firing: Option<MessageId>,
        newest_firing_at: Option<Timestamp>,
        flag: Option<Flag>,
        /// Merged into that ticket.
        merged_into: Option<RecordId>,
    }
}

text_enum! {
    /// Something about a ticket that a person must see.
    Flag {
        /// Its pipeline has no open status: a reply could not reopen it.
        CannotReopen = "cannot_reopen",
        /// A send of the ticket failed for good, for a recipient at least.
        SendFailed = "send_failed",
    }
}

row! {
    TicketContactRow in "ticket_contact", key (ticket: RecordId, contact: ContactId) {
        ticket: RecordId,
        contact: ContactId,
    }
}

row! {
    /// Two tickets that have to do with each other.
    TicketLinkRow in "ticket_link", key (ticket: RecordId, other: RecordId) {
        ticket: RecordId,
        other: RecordId,
        /// The message because of which they are linked.
        message: Option<MessageId>,
    }
}

row! {
    /// A record changed its stage, or entered its first.
    StageChangeRow in "stage_change", key id: StageChangeId {
        id: StageChangeId,
        record: RecordId,
        /// `None` on creation.
        from_stage: Option<String>,
        to_stage: String,
        at: Timestamp,
        cause: StageCause,
        event: EventSeq,
    }
}

text_enum! {
    /// Why a record changed its stage.
    StageCause {
        Created = "created",
        /// Rule 3.1.
        OnSend = "on_send",
        /// Rule 3.2.
        OnReply = "on_reply",
        /// Rule 3.3.
        Reopen = "reopen",
        /// A user chose the status with the reply.
        Chosen = "chosen",
        Hand = "hand",
        Merge = "merge",
        /// A workflow or stage automation moved it.
        Workflow = "workflow",
        /// Its stage was archived.
        Archived = "archived",
    }
}

row! {
    /// Something that leaves, or left. Its text is the message's content.
    SendRow in "send", key id: SendId {
        id: SendId,
        message: MessageId,
        /// 96 bits that the signed token names, as hex.
        reference: String,
        reference_key: LookupKey,
        purpose: SendPurpose,
        ticket: Option<RecordId>,
        author: Option<UserId>,
        /// Automated: `pipeline/name` of what sent it.
        automation: Option<String>,
        template: Option<String>,
        queued_at: Timestamp,
        state: SendState,
        due_at: Timestamp,
        attempt: i64,
        lease_until: Option<Timestamp>,
        /// Raised at every lease: a result is written only where it still matches.
        fence: i64,
    }
}

text_enum! {
    /// Why something is sent.
    SendPurpose {
        /// A user wrote it from the ticket record.
        Ticket = "ticket",
        /// A user forwarded a message from the ticket record.
        Forward = "forward",
        /// A user wrote it from the contact record.
        Record = "record",
        /// A stage automation or workflow sends it to a contact.
        Automation = "automation",
        /// A stage automation or workflow tells users.
        Notification = "notification",
    }
}

impl SendPurpose {
    /// The kind of the message that is sent.
    pub fn kind(self) -> Kind {
        match self {
            SendPurpose::Ticket => Kind::TicketSend,
            SendPurpose::Forward => Kind::Forward,
            SendPurpose::Record => Kind::RecordSend,
            SendPurpose::Automation | SendPurpose::Notification => Kind::AutomatedSend,
        }
    }

    /// Nobody wrote it by hand.
    pub fn is_automated(self) -> bool {
        matches!(self, SendPurpose::Automation | SendPurpose::Notification)
    }
}

text_enum! {
    /// How far a send has come.
    SendState {
        Queued = "queued",
        /// Leased: a program is handing it to a relay.
        Sending = "sending",
        /// Nothing is left to do, and a relay took it for one recipient at least.
        Sent = "sent",
        /// Tried, and to be tried again for some recipients.
        Deferred = "deferred",
        /// Nobody got it, and it is not tried again.
        Failed = "failed",
        Cancelled = "cancelled",
        /// Nobody knows whether it left. Due again at `due_at`, or held for a person ([`Timestamp::NEVER`]).
        Unknown = "unknown",
        /// Decided by a replay, which never sends.
        Held = "held",
    }
}

row! {
    /// One recipient of a send.
    RecipientRow in "send_recipient", key (send: SendId, address: AddressId) {
        send: SendId,
        address: AddressId,
        role: RecipientRole,
        state: RecipientState,
        /// Enhanced status code of the last answer or bounce (RFC 3463).
        status: Option<String>,
        /// For the caps of automatic mail: when, and the key of the bare subject; `None` for what people wrote.
        automatic_at: Option<Timestamp>,
        subject_key: Option<LookupKey>,
        /// The relay's last answer, without addresses.
        answer: Option<String>,
        /// When its author was told that it did not arrive.
        told_at: Option<Timestamp>,
    }
}

text_enum! {
    RecipientRole { To = "to", Cc = "cc" }
}

text_enum! {
    /// What became of a send for one recipient.
    RecipientState {
        /// Not offered to a relay yet.
        Pending = "pending",
        /// A relay took it.
        Accepted = "accepted",
        /// Refused for now.
        Deferred = "deferred",
        /// Refused for good, or given up.
        Failed = "failed",
        /// Nobody knows whether a relay took it.
        Unknown = "unknown",
        Cancelled = "cancelled",
        SoftBounced = "soft_bounced",
        HardBounced = "hard_bounced",
    }
}

row! {
    /// Something to do later.
    TimerRow in "timer", key id: TimerId {
        id: TimerId,
        due_at: Timestamp,
        kind: TimerKind,
        /// Id of what it is about, by kind: a delivery, a user, a run.
        subject: i64,
        attempt: i64,
        lease_until: Option<Timestamp>,
        /// Raised at every lease: a firing counts only where it still matches.
        fence: i64,
        /// When it fired for the last time or was given up; `None` while it waits.
        done_at: Option<Timestamp>,
    }
}

impl TimerRow {
    /// One that nobody has leased yet.
    pub fn new(id: TimerId, due_at: Timestamp, kind: TimerKind, subject: i64) -> Self {
        TimerRow { id, due_at, kind, subject, attempt: 0, lease_until: None, fence: 0, done_at: None }
    }
}

text_enum! {
    TimerKind {
        /// Read a pending delivery again.
        RetryMail = "retry_mail",
        /// Tell a user in one mail what was beyond the cap of notifications.
        Digest = "digest",
        /// A run goes on.
        Run = "run",
    }
}

row! {
    /// A decision, explained. The journal entry of the same number is its input.
    DecisionRow in "decision", key event: EventSeq {
        event: EventSeq,
        delivery: Option<DeliveryId>,
        message: Option<MessageId>,
        ticket: Option<RecordId>,
        kind: Option<Kind>,
        status_before: Option<String>,
        status_after: Option<String>,
        /// [`super::Explanation`] as JSON.
        explanation: String,
    }
}
