//! Row ids: one number space for all tables, handed out in blocks (see [`IdBlock`]), so that an id never means two things.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$meta:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { write!(f, "#{}", self.0) }
        }

        impl From<i64> for $name {
            fn from(id: i64) -> Self { $name(id) }
        }
    )+};
}

ids! {
    /// A mail, once, however often it arrived.
    MessageId,
    /// One arrival of a mail: (mailbox, folder, UIDVALIDITY, UID).
    DeliveryId,
    /// Raw bytes.
    ContentId,
    ThreadId,
    /// A ticket, deal, project or record of a custom object.
    RecordId,
    StageChangeId,
    AddressId,
    ContactId,
    UserId,
    MailboxId,
    FolderId,
    SendId,
    TimerId,
    HeldNoticeId,
    CompanyId,
    TaskId,
    NoteId,
    /// What a workflow was at some time.
    RevisionId,
    /// A record's way through a workflow.
    RunId,
    WebhookId,
    /// Position in the journal; a number space of its own, without gaps on one database.
    EventSeq,
}

/// Ids reserved for one event. The journal keeps the first of them, so that folding it again gives the same ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdBlock {
    next: i64,
}

impl IdBlock {
    /// A block that begins at `first`.
    pub fn new(first: i64) -> Self {
        IdBlock { next: first }
    }

    /// The next id of the block.
    pub fn take<Id: From<i64>>(&mut self) -> Id {
        let id = self.next;
        self.next += 1;
        Id::from(id)
    }

    /// The id that the next `take` would give.
    pub fn peek(&self) -> i64 {
        self.next
    }
}
