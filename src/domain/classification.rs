//! What a message is and where it stands: between `classify`, which says so, and `decide`, which draws the conclusions.

use super::*;

/// A mail at the door: what it says, and where and when it was found.
#[derive(Debug, Clone, Copy)]
pub struct Arrived<'a> {
    pub facts: &'a Facts,
    pub mailbox: MailboxId,
    pub role: FolderRole,
    /// When it arrived, never later than our receipt.
    pub at: Timestamp,
}

impl Arrived<'_> {
    /// Whether it was found in a watched folder of a team mailbox: "to a team mailbox".
    pub fn to_team(&self, ws: &Workspace) -> bool {
        self.role == FolderRole::Inbox && self.in_team_mailbox(ws)
    }

    /// Whether it was found in any folder of a team mailbox.
    pub fn in_team_mailbox(&self, ws: &Workspace) -> bool {
        ws.mailboxes.get(&self.mailbox).is_some_and(|mailbox| mailbox.kind == MailboxKind::Team)
    }

    /// The address row of its author, if the address is known.
    pub fn author<'w>(&self, ws: &'w Workspace) -> Option<&'w AddressRow> {
        ws.address(&self.facts.author()?.address)
    }
}

/// What a message is, why, and what it belongs to.
#[derive(Debug, Clone, PartialEq)]
pub struct Classification {
    pub kind: Kind,
    pub evidence: Vec<Evidence>,
    pub candidates: Vec<Candidate>,
    pub standing: Standing,
    /// The message that this is a further delivery of, or that it outranks.
    pub same: Option<Sameness>,
    /// Other tickets that the evidence names.
    pub links: Vec<RecordId>,
    pub review: Option<ReviewReason>,
    pub authentication: Authentication,
}

/// How a message relates to threads and tickets.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Standing {
    pub by: Option<ThreadSign>,
    pub parent: Option<MessageId>,
    pub thread: Option<ThreadId>,
    pub ticket: Option<RecordId>,
    /// It names a ticket by its tag: it begins a later thread of that ticket.
    pub begins_thread: bool,
    /// It names a closed ticket by its tag: a new ticket, linked to that one.
    pub linked_to: Option<RecordId>,
}

/// How a message is the same as one that we have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Sameness {
    /// A further delivery without effect; `altered`: the body differs.
    Further { message: MessageId, altered: bool },
    /// Decided already from a weaker place; this delivery decides it again.
    Outranks { message: MessageId },
}
