//! The picture for programs (docs/json.md).

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::care;
use super::picture::{Picture, Presence};
use crate::cli::times::rfc3339;
use crate::domain::*;

/// One object.
pub(super) fn object(picture: &Picture) -> Value {
    let figures = &picture.figures;
    let care = care::of(picture, &TimeZone::UTC);
    let care = care.into_iter().map(|care| json!({ "what": care.what, "way_out": care.way_out }));
    let mailboxes = picture.mailboxes().iter().map(|mailbox| as_mailbox(mailbox, picture));
    let delivery = picture.said.as_ref().map(|(_, status)| &status.delivery);
    json!({
        "at": rfc3339(picture.now),
        "at_work": picture.presence() == Presence::AtWork,
        "care": care.collect::<Vec<_>>(),
        "daemon": picture.said.as_ref().map(|(at, status)| as_daemon(*at, status, picture.presence())),
        "mailboxes": mailboxes.collect::<Vec<_>>(),
        "outbox": {
            "to_leave": figures.to_leave(),
            "oldest_at": figures.oldest_queued.map(rfc3339),
            "unknown": figures.sends(SendState::Unknown),
            "failed": figures.sends(SendState::Failed),
            "held": figures.held,
        },
        "delivery": delivery.map(|delivery| json!({
            "sent": delivery.sent,
            "deferred": delivery.deferred,
            "failed": delivery.failed,
            "unknown": delivery.unknown,
            "relays": named(&delivery.relays, "relay"),
            "copies": named(&delivery.copies, "mailbox"),
        })),
        "review": figures.review,
        "review_oldest_at": figures.oldest_review.map(rfc3339),
        "quarantine": figures.quarantine,
        "parked": figures.all_parked(),
        "next_timer_at": figures.next_timer.map(rfc3339),
    })
}

fn as_daemon(at: Timestamp, status: &DaemonStatus, presence: Presence) -> Value {
    json!({
        "state": if presence == Presence::Gone { "gone" } else { status.state.as_str() },
        "said": status.state,
        "said_at": rfc3339(at),
        "pid": status.pid,
        "version": status.version,
        "started_at": rfc3339(status.started_at),
        "trouble": status.trouble.as_ref().map(as_said),
        "config_read_at": rfc3339(status.config_read_at),
        "config_refused": status.config_refused.as_ref().map(as_said),
    })
}

fn as_mailbox(mailbox: &MailboxStatus, picture: &Picture) -> Value {
    json!({
        "mailbox": mailbox.mailbox,
        "state": mailbox.state,
        "since": rfc3339(mailbox.since),
        "read_at": mailbox.last_success.map(rfc3339),
        "lag_seconds": mailbox.lag(picture.now) / SECOND,
        "backlog": mailbox.backlog,
        "taken": mailbox.taken,
        "taken_at": mailbox.last_taken.map(rfc3339),
        "failures": mailbox.failures,
        "errors": mailbox.errors,
        "error": mailbox.error.as_ref().map(as_said),
        "needs_care": mailbox.needs_care,
        "next_try_at": mailbox.next_try.map(rfc3339),
        "parked": picture.figures.parked.get(&mailbox.mailbox).copied().unwrap_or_default(),
        "missing": mailbox.missing,
        "audited_at": mailbox.audited_at.map(rfc3339),
        "certificate_expires_at": mailbox.certificate_expires.map(rfc3339),
        "consent_expires_at": mailbox.end_of(Ends::Consent).map(rfc3339),
        "client_secret_expires_at": mailbox.end_of(Ends::Secret).map(rfc3339),
    })
}

fn as_said(said: &Said) -> Value {
    json!({ "at": rfc3339(said.at), "what": said.what })
}

fn named(all: &[(String, Said)], key: &str) -> Vec<Value> {
    all.iter().map(|(name, said)| json!({ key: name, "at": rfc3339(said.at), "what": said.what })).collect()
}
