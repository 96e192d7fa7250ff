//! The outbox: what happened to sends on their way out, as the journal keeps it.

use serde::{Deserialize, Serialize};

use super::row::row;
use super::text_enum::text_enum;
use super::*;

/// One try to hand a send to a relay, and what came of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Dispatch {
    pub send: SendId,
    /// The fence of the lease under which it was tried: what comes too late changes nothing.
    pub fence: i64,
    /// Name of the relay.
    pub relay: String,
    /// One for each recipient that was offered.
    pub answers: Vec<RelayAnswer>,
    /// Where it is not known whether the relay took it: a person decides whether it is sent again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub hold_unknown: bool,
}

/// What a relay said about one recipient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RelayAnswer {
    pub address: AddressId,
    pub verdict: RelayVerdict,
    /// Enhanced status code (RFC 3463), where it gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Its reply, code first, without addresses.
    pub words: String,
}

text_enum! {
    /// What a relay's answer means for a recipient.
    RelayVerdict {
        /// It is the relay's now (2xx after the final dot).
        Accepted = "accepted",
        /// Not now (4xx).
        Deferred = "deferred",
        /// Never (5xx).
        Refused = "refused",
        /// The connection ended between the final dot and the answer.
        Unknown = "unknown",
    }
}

text_enum! {
    /// What a person may order about a send.
    OutboxOrder {
        /// It is tried again as if it were new.
        Retry = "retry",
        /// It is tried now, and not when its pause is over.
        Now = "now",
        /// It does not leave.
        Cancel = "cancel",
    }
}

row! {
    /// A notification beyond a user's cap: told in a digest.
    HeldNoticeRow in "held_notice", key id: HeldNoticeId {
        id: HeldNoticeId,
        recipient: UserId,
        ticket: RecordId,
        template: String,
        at: Timestamp,
        event: EventSeq,
        /// The digest that told it; `None` while it waits.
        digest: Option<SendId>,
    }
}
