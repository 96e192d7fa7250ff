//! Evidence: why a decision is as it is. Over ids only: addresses live in the address table and the raw bytes.

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::*;

/// The whole reason of a decision.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Explanation {
    /// Why the message has its kind.
    pub evidence: Vec<Evidence>,
    /// What pointed at threads and tickets, the one that won among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub candidates: Vec<Candidate>,
    /// The status rules, fired and not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleOutcome>,
    /// Stage automations of the stages entered: what was queued and what not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub effects: Vec<Effect>,
    /// Sends that could not be composed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<FailedSend>,
    /// What was made, where that is no ticket: `Deal`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<String>,
    /// Properties that got another value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<PropertySet>,
}

/// A property of a record got another value, or lost it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertySet {
    pub record: RecordId,
    pub property: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A send that has no bytes: a template that cannot be filled, an address that no mail can carry.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FailedSend {
    pub send: SendId,
    /// For people; nothing of a mail's text is in it.
    pub why: String,
}

/// One reason for a kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "sign", rename_all = "snake_case")]
pub enum Evidence {
    /// Reading failed; it is tried again.
    ReadingFailed {
        attempt: i64,
    },
    /// Nobody reads it any more by himself: that endangers the program.
    ReadingGivenUp,
    /// A user had a quarantined mail read again; `None` for the operator at the command line.
    ReadAgain {
        user: Option<UserId>,
    },
    /// A user gave a quarantined mail up.
    GivenUpByUser {
        user: Option<UserId>,
    },
    /// A user settled what it waited for in review.
    Reviewed {
        verdict: Verdict,
        /// What the message is since.
        kind: Kind,
        user: Option<UserId>,
    },
    /// The same content is stored already.
    SameContent {
        message: MessageId,
    },
    /// The same Message-ID and author with another body.
    SameIdAndAuthor {
        message: MessageId,
    },
    /// A copy in a personal inbox was decided first; this one outranks it.
    OutranksPersonalCopy {
        message: MessageId,
    },
    /// The token or Message-ID of a send, with its content, from our own address.
    OwnSend {
        send: SendId,
    },
    /// The token of a send that we do not know, in a team mailbox's own Sent folder.
    UnknownOwnSend,
    /// Our token in a mail that is not ours.
    TokenMisused,
    Report {
        report: ReportKind,
        class: BounceClass,
        about: Option<MessageId>,
    },
    Automatic {
        signs: Vec<AutomaticSign>,
    },
    /// An automatic subject, and no quoted text or an answer within minutes of our send.
    AutomaticSubject {
        second: SecondSign,
    },
    IgnoreRule {
        name: String,
    },
    Spam,
    ForwardMark {
        mark: ForwardMark,
    },
    /// The forward prefix is the outermost one.
    ForwardPrefix,
    /// Neither a reply prefix nor In-Reply-To.
    NoReplySign,
    /// It answers a forward, or an answer to one.
    AnswersForward {
        message: MessageId,
    },
    /// It answers one of our notifications.
    AnswersNotification {
        message: MessageId,
    },
    AuthorIsUser {
        user: UserId,
    },
    AuthorIsTeamMailbox {
        mailbox: MailboxId,
    },
    AuthorIsContact {
        contact: ContactId,
    },
    AuthorIsParticipant {
        address: AddressId,
    },
    AuthorIsStranger,
    InSentFolder,
    Authentication {
        verdict: Authentication,
    },
    /// Found in a watched folder of this team mailbox.
    ToTeamMailbox {
        mailbox: MailboxId,
    },
    /// Evidence that counts only from a participant, from someone who is none.
    WeakEvidenceFromStranger,
    /// The forward names exactly one original sender.
    ForwardedFor {
        contact: ContactId,
    },
    ForwardNamesNoSingleSender,
    List,
    /// Closed longer ago than `reopen_within`, or a subject tag of a closed ticket: a new ticket, linked to it.
    LinkedTo {
        ticket: RecordId,
    },
    /// A mail that cites this one came before it.
    ChildCameFirst {
        message: MessageId,
    },
    History,
    /// Nobody asked for it and it is not to a team mailbox.
    NotForUs,
    /// A user sent it from a record.
    SentByUser {
        user: UserId,
    },
    /// A relay was offered a send: for how many recipients it answered what.
    Dispatched {
        relay: String,
        accepted: i64,
        deferred: i64,
        refused: i64,
        unknown: i64,
    },
    /// A user's notifications beyond the cap, told in one mail.
    Digest {
        user: UserId,
        notifications: i64,
    },
    /// The program that was handing it over ended meanwhile.
    DispatchLapsed,
    /// The author's address had given mail back; it writes, so it takes mail again.
    BounceLifted {
        address: AddressId,
    },
    /// Somebody says that an address that gave mail back takes it again.
    BounceCleared {
        address: AddressId,
        user: Option<UserId>,
    },
    /// A user ordered something about a send; `None` for the operator at the command line.
    OutboxOrdered {
        order: OutboxOrder,
        user: Option<UserId>,
    },
}

text_enum! {
    /// What stands beside an automatic subject.
    SecondSign {
        NoQuote = "no_quote",
        SoonAfterSend = "soon_after_send",
    }
}

text_enum! {
    /// What trusted Authentication-Results say (RFC 8601); without any it is `none`, which is not failed.
    Authentication {
        Pass = "pass",
        None = "none",
        Fail = "fail",
    }
}

/// Something that points at a thread.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    pub by: ThreadSign,
    pub message: Option<MessageId>,
    pub thread: Option<ThreadId>,
    pub ticket: Option<RecordId>,
    pub outcome: CandidateOutcome,
}

text_enum! {
    /// How something points at a thread, strongest first.
    ThreadSign {
        InReplyToToken = "in_reply_to_token",
        InReplyTo = "in_reply_to",
        ReferencesToken = "references_token",
        References = "references",
        PlusAddress = "plus_address",
        BodyMarker = "body_marker",
        /// The original that a report is about.
        Report = "report",
        /// A child came before its parent.
        CitedBy = "cited_by",
        /// Weak: Outlook's Thread-Index.
        ThreadIndex = "thread_index",
        /// Weak: `[PREFIX-123]` in the subject.
        SubjectTag = "subject_tag",
    }
}

impl ThreadSign {
    /// Weak evidence counts only from a participant.
    pub fn is_weak(self) -> bool {
        matches!(self, ThreadSign::ThreadIndex | ThreadSign::SubjectTag)
    }
}

text_enum! {
    /// What became of a candidate.
    CandidateOutcome {
        Won = "won",
        /// Points at the thread that won.
        Agrees = "agrees",
        /// Points at another ticket, which gets a link.
        Outranked = "outranked",
        /// No mail with that id is known.
        UnknownId = "unknown_id",
        UnknownSend = "unknown_send",
        Forged = "forged",
        UnknownKey = "unknown_key",
        /// Weak, and the author is no participant.
        NotAParticipant = "not_a_participant",
        /// No ticket has that number.
        UnknownTicket = "unknown_ticket",
        /// A subject tag of a closed ticket only links.
        TicketClosed = "ticket_closed",
    }
}

/// A status rule and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RuleOutcome {
    pub rule: Rule,
    pub outcome: RuleResult,
    /// The status that it would set or did set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
}

text_enum! {
    /// The status rules of a ticket pipeline (semantics, section 3).
    Rule {
        /// An e-mail is sent to a customer.
        OnSend = "3.1",
        /// A customer replies to an e-mail.
        OnReply = "3.2",
        /// Reopen.
        Reopen = "3.3",
        /// A status chosen with the reply outranks 3.1.
        Chosen = "chosen",
    }
}

text_enum! {
    /// Whether a rule fired, and if not, why.
    RuleResult {
        Fired = "fired",
        /// 3.4: this kind of message never fires it.
        WrongKind = "wrong_kind",
        SwitchedOff = "switched_off",
        NoContactAmongRecipients = "no_contact_among_recipients",
        NotOriginThread = "not_origin_thread",
        TicketIsOpen = "ticket_is_open",
        /// The ticket is in that status already.
        AlreadyThere = "already_there",
        /// Older than the newest mail that can fire a rule.
        Late = "late",
        /// Another rule outranks it.
        Outranked = "outranked",
        /// Closed longer ago than `reopen_within`.
        WindowPassed = "window_passed",
        NoOpenStatus = "no_open_status",
        History = "history",
        /// The first mail of a new thread replies to nothing.
        NotAReply = "not_a_reply",
    }
}

/// One action of a stage automation, and what became of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    /// `pipeline/name` of the automation.
    pub automation: String,
    pub template: String,
    pub outcome: EffectResult,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub send: Option<SendId>,
}

text_enum! {
    /// Whether an action was carried out, and if not, why.
    EffectResult {
        Queued = "queued",
        /// Composing it failed: [`FailedSend`] says why.
        Failed = "failed",
        SwitchedOff = "switched_off",
        /// Once per record, and it was.
        AlreadyEnrolled = "already_enrolled",
        /// The ticket came from chat or messenger.
        ChatSource = "chat_source",
        /// List and bulk mail is never acknowledged.
        ListMail = "list_mail",
        /// Automatic mail is never answered automatically.
        AutomaticMail = "automatic_mail",
        /// About mail older than 24 hours.
        Stale = "stale",
        /// 10 automatic mails to the address in 3 hours.
        AddressCap = "address_cap",
        /// 2 automatic mails with the same subject to the address in 3 hours.
        SubjectCap = "subject_cap",
        /// Never to a team mailbox's own address.
        OwnAddress = "own_address",
        NoContact = "no_contact",
        HardBounced = "hard_bounced",
        /// Opened by a user's forward: the original sender did not write to us.
        OpenedByForward = "opened_by_forward",
        NoTemplate = "no_template",
        /// No team mailbox to send it from.
        NoMailbox = "no_mailbox",
        /// The user had 10 notifications in an hour: it is told in a digest.
        Digested = "digested",
        /// Not transactional, and no marketing contact.
        NotMarketing = "not_marketing",
        /// It is on its way through it.
        StillEnrolled = "still_enrolled",
        /// It has reached the workflow again for the same cause.
        Loop = "loop",
        /// It is where the workflow leads already.
        GoalMet = "goal_met",
        /// The record has no owner to be told.
        NoOwner = "no_owner",
    }
}
