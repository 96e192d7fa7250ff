//! A replayed message as one JSON object. `docs/json.md` says what the fields mean; a test keeps both the same.

use serde::Serialize;
use serde_json::{Value, json};

use super::times::rfc3339;
use crate::domain::*;
use crate::engine::{Mail, Outcome, QueuedSend, Source};
use crate::explain::{self, Names};

/// One line of `replay --json`, in the order in which the fields are printed.
#[derive(Debug, Serialize)]
pub(super) struct MessageJson<'a> {
    path: String,
    mailbox: &'a str,
    folder: &'a str,
    row: Option<i64>,
    message_id: Option<&'a str>,
    date: Option<String>,
    arrived_at: String,
    from: Option<&'a str>,
    subject: &'a str,
    kind: Option<Kind>,
    ticket: Option<i64>,
    thread: Option<i64>,
    status_before: Option<&'a str>,
    status_after: Option<&'a str>,
    rule: Option<Rule>,
    reason: String,
    evidence: Vec<Value>,
    review: Option<ReviewReason>,
    reply_text: String,
    quoted_text: String,
    forwarded: Option<ForwardedJson<'a>>,
    bounce: Option<BounceJson<'a>>,
    automatic: bool,
    queued: Vec<QueuedJson<'a>>,
    defects: &'a [Defect],
}

#[derive(Debug, Serialize)]
pub(super) struct ForwardedJson<'a> {
    from: Option<&'a str>,
    from_name: &'a str,
    to: &'a str,
    date: &'a str,
    subject: &'a str,
    body: &'a str,
}

#[derive(Debug, Serialize)]
struct BounceJson<'a> {
    class: BounceClass,
    status: &'a str,
    recipients: Vec<&'a str>,
    original_message_id: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct QueuedJson<'a> {
    template: Option<&'a str>,
    purpose: SendPurpose,
    to: Vec<&'a str>,
    subject: &'a str,
    message_id: Option<&'a str>,
    failure: Option<&'a str>,
}

/// What a message looks like to programs.
pub(super) fn message<'a>(source: &'a Source, mail: &'a Mail, outcome: &'a Outcome, names: &Names) -> MessageJson<'a> {
    let (facts, decision) = (mail.facts.as_ref(), &outcome.decision);
    let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
    MessageJson {
        path: source.item.name(),
        mailbox: &source.found_in.mailbox,
        folder: &source.found_in.folder,
        row: decision.message.map(|id| id.0),
        message_id: facts.and_then(|facts| facts.message_id.as_deref()),
        date: facts.and_then(|facts| facts.date).map(rfc3339),
        arrived_at: rfc3339(source.item.arrived_at),
        from: facts.and_then(Facts::author).map(|author| author.address.as_str()),
        subject: facts.map_or("", |facts| facts.subject.text.as_str()),
        kind: decision.kind,
        ticket: outcome.ticket_number,
        thread: decision.thread.map(|id| id.0),
        status_before: before,
        status_after: after,
        rule: explain::fired(&decision.explanation),
        reason: explain::reason(decision.kind, &decision.explanation, before, after, names),
        evidence: evidence(&decision.explanation, names),
        review: review_of(decision),
        reply_text: facts.map(|facts| facts.body.reply()).unwrap_or_default(),
        quoted_text: facts.map(|facts| facts.body.quoted()).unwrap_or_default(),
        forwarded: facts.and_then(|facts| facts.forwarded.as_ref()).filter(|_| is_forward(decision)).map(forwarded),
        bounce: facts.and_then(|facts| facts.report.as_ref()).and_then(bounce),
        automatic: facts.is_some_and(Facts::is_automatic),
        queued: outcome.queued.iter().map(queued).collect(),
        defects: facts.map_or(&[], |facts| facts.defects.as_slice()),
    }
}

/// Why the decision sends its message to review.
pub(super) fn review_of(decision: &Decision) -> Option<ReviewReason> {
    let of_message = |change: &Change| match change {
        Change::Message(row) if Some(row.id) == decision.message => Some(row.review),
        _ => None,
    };
    decision.changes.iter().rev().find_map(of_message).flatten()
}

/// The signs, and what pointed at threads, each with its sentence.
pub(super) fn evidence(explanation: &Explanation, names: &Names) -> Vec<Value> {
    let with_text = |value: serde_json::Result<Value>, sign: Option<&str>, text: String| {
        // Plain data: writing it cannot fail.
        let mut value = value.unwrap_or_default();
        if let Value::Object(fields) = &mut value {
            fields.extend(sign.map(|sign| ("sign".to_owned(), json!(sign))));
            fields.insert("text".to_owned(), json!(text));
        }
        value
    };
    let signs = explanation.evidence.iter();
    let signs = signs.map(|sign| with_text(serde_json::to_value(sign), None, explain::evidence_line(sign, names)));
    let candidates = explanation.candidates.iter().map(|candidate| {
        with_text(serde_json::to_value(candidate), Some("thread"), explain::candidate_line(candidate, names))
    });
    signs.chain(candidates).collect()
}

/// Whether the mail is a forward, or a further delivery, whose kind says nothing about its content.
fn is_forward(decision: &Decision) -> bool {
    decision.kind == Some(Kind::Forward) || decision.kind.is_some_and(Kind::is_further_delivery)
}

/// The original of a forward.
pub(super) fn forwarded(forwarded: &Forwarded) -> ForwardedJson<'_> {
    let from = forwarded.from.first();
    let name = from.map(|from| from.name.as_str()).filter(|name| !name.is_empty());
    ForwardedJson {
        from: from.map(|from| from.address.as_str()),
        from_name: name.unwrap_or(&forwarded.from_name),
        to: &forwarded.to,
        date: &forwarded.date,
        subject: &forwarded.subject,
        body: &forwarded.body,
    }
}

fn bounce(report: &Report) -> Option<BounceJson<'_>> {
    // A report of a failure may name those, too, who got the mail.
    let counts = |class| class != BounceClass::None || report.class == BounceClass::None;
    let recipients = report.recipients.iter().filter(|recipient| counts(recipient.class));
    matches!(report.kind, ReportKind::Dsn | ReportKind::Bounce).then(|| BounceJson {
        class: report.class,
        status: &report.status,
        recipients: recipients.map(|recipient| recipient.address.as_str()).collect(),
        original_message_id: report.original_message_id.as_deref(),
    })
}

/// What was queued, as in `replay --json`.
pub(super) fn queued(send: &QueuedSend) -> QueuedJson<'_> {
    QueuedJson {
        template: send.template.as_deref(),
        purpose: send.purpose,
        to: send.to.iter().map(EmailAddress::as_str).collect(),
        subject: &send.subject,
        message_id: send.message_id.as_deref(),
        failure: send.failure.as_deref(),
    }
}
