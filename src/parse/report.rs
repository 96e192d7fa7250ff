//! Machine reports about an earlier mail: DSN (RFC 3464), MDN (RFC 8098), ARF (RFC 5965), and bounces in free form.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::bounce::{self, Outside, Sender};
use super::codes::Verdict;
use super::delivery_status::{self, DeliveryStatus};
use super::fields::{fields, typed_address};
use super::returned::{self, text_of};
use super::{ids, tokens};
use crate::domain::{BounceClass, Facts, Report, ReportKind, ReportedRecipient, TokenPlace};

/// Recipients that are kept of one report.
const MOST_RECIPIENTS: usize = 1_000;
/// So much of a text is searched for a machine part that lost its type.
const REACH: usize = 64 * 1024;

/// The report that a mail is, if it is one. `facts` must have its headers and body.
pub(super) fn read(facts: &Facts, message: &Message<'_>) -> Option<Report> {
    let outside = Outside::of(facts);
    let machine = machine_parts(message);
    if machine.is_empty() && !outside.hints() && !calls_itself_report(message) {
        return None;
    }
    let mut report = machine_report(facts, message, &machine, &outside)?;
    complete(&mut report, facts, message);
    Some(report)
}

/// The parts of type message/* that belong to the mail itself: those of a mail that is attached are its own.
fn machine_parts<'m, 'x>(message: &'m Message<'x>) -> Vec<&'m MessagePart<'x>> {
    let machine =
        |part: &&MessagePart<'_>| part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("message"));
    message.parts.iter().filter(machine).collect()
}

fn machine_report(
    facts: &Facts,
    message: &Message<'_>,
    machine: &[&MessagePart<'_>],
    outside: &Outside,
) -> Option<Report> {
    let text = |subtypes: &[&str]| {
        let texts: Vec<String> =
            machine.iter().filter(|part| is_subtype(part, subtypes)).map(|part| text_of(part)).collect();
        (!texts.is_empty() && (calls_itself_report(message) || outside.owns_report())).then(|| texts.join("\n\n"))
    };
    let has_original = machine.iter().any(|part| matches!(part.body, PartType::Message(_)));
    if let Some(status) = text(&["delivery-status", "global-delivery-status"]) {
        return Some(dsn(facts, delivery_status::read(&status)));
    }
    if let Some(text) = text(&["disposition-notification", "global-disposition-notification"]) {
        let receipt = notification(&text, ReportKind::Mdn, &["final-recipient", "original-recipient"]);
        return Some(rejection(facts, outside, receipt));
    }
    if let Some(text) = text(&["feedback-report"]) {
        return Some(notification(&text, ReportKind::Abuse, &["original-rcpt-to", "removal-recipient"]));
    }
    let is_report = calls_itself_report(message);
    if is_report || (outside.sender != Sender::Someone && outside.owns_report()) {
        // A machine part that came as plain text, or inside of a mail that a gateway wrapped it in.
        let nested = || message.parts.iter().find_map(nested_status).filter(|_| is_report || outside.has_subject());
        if let Some(status) = plain_status(&facts.body.text).or_else(nested) {
            return Some(dsn(facts, status));
        }
    }
    bounce::read(facts, outside, has_original, is_report)
}

/// multipart/report (RFC 6522), or the parameter on another type: a delivery report as far as the type says.
fn calls_itself_report(message: &Message<'_>) -> bool {
    let Some(kind) = message.content_type() else { return false };
    let report = kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("report"));
    match kind.attribute("report-type") {
        Some(report_type) => {
            ["delivery-status", "global-delivery-status", "disposition-notification", "feedback-report"]
                .iter()
                .any(|known| report_type.eq_ignore_ascii_case(known))
        }
        None => report,
    }
}

/// A DSN; what its machine part leaves open is read from the notice.
fn dsn(facts: &Facts, status: DeliveryStatus) -> Report {
    let Verdict { class, status: code } = status.worst.unwrap_or_else(|| {
        let (class, status) = bounce::ending_of(facts);
        Verdict { class, status }
    });
    Report {
        kind: ReportKind::Dsn,
        class,
        status: code,
        recipients: status.recipients,
        original_message_id: status.original_message_id,
        original_token: None,
    }
}

fn plain_status(text: &str) -> Option<DeliveryStatus> {
    let head = text.get(..text.floor_char_boundary(REACH)).unwrap_or(text);
    let at = head.to_ascii_lowercase().find("\nfinal-recipient:")?;
    // Per-recipient fields come in any order, so the group may begin before.
    let start = head.get(..at)?.rfind("\n\n").unwrap_or(0);
    Some(delivery_status::read(head.get(start..)?)).filter(|status| status.worst.is_some())
}

/// The report inside of a report that a gateway wrapped once more.
fn nested_status(part: &MessagePart<'_>) -> Option<DeliveryStatus> {
    let PartType::Message(nested) = &part.body else { return None };
    let part = nested.parts.iter().find(|part| is_subtype(part, &["delivery-status", "global-delivery-status"]))?;
    Some(delivery_status::read(&text_of(part)))
}

fn is_subtype(part: &MessagePart<'_>, subtypes: &[&str]) -> bool {
    part.content_type().and_then(|kind| kind.subtype()).is_some_and(|subtype| {
        let subtype = subtype.trim_end_matches(';');
        subtypes.iter().any(|known| subtype.eq_ignore_ascii_case(known))
    })
}

/// Which mail it is about, and for whom, where the report itself does not say.
fn complete(report: &mut Report, facts: &Facts, message: &Message<'_>) {
    let mut original = returned::attached(message).unwrap_or_default();
    if original.message_id.is_none() && report.kind != ReportKind::Mdn {
        original = original.or(returned::copied(&facts.body.text));
    }
    report.original_message_id = original.message_id.or(report.original_message_id.take());
    report.original_token = original.token;
    if report.original_message_id.is_none() {
        // Exchange and Gmail name the mail that they report about as the one that they answer.
        report.original_message_id = facts.in_reply_to.first().or(facts.references.last()).cloned();
    }
    if report.original_token.is_none() {
        let id = report.original_message_id.as_deref();
        report.original_token = id.and_then(|id| tokens::in_id(id, TokenPlace::MessageId));
    }
    if !matches!(report.kind, ReportKind::Dsn | ReportKind::Bounce) || !report.recipients.is_empty() {
        return;
    }
    report.recipients = bounce::recipients(facts, report.class, &report.status);
    // A mail to one address that came back, came back from there.
    if let ([only], true) = (original.recipients.as_slice(), report.recipients.is_empty()) {
        let (class, status) = (report.class, report.status.clone());
        report.recipients.push(ReportedRecipient { address: only.clone(), class, status });
    }
}

/// Sieve's `reject` may answer with an MDN (RFC 5429 2.1.1): a refusal, and no receipt.
fn rejection(facts: &Facts, outside: &Outside, receipt: Report) -> Report {
    let refused = facts.headers.of("auto-submitted").any(|value| value.contains("reject"));
    let refused = refused || (outside.has_subject() && outside.sender != Sender::Someone);
    if !refused {
        return receipt;
    }
    let (class, status) = bounce::ending_of(facts);
    let recipients = receipt.recipients.into_iter();
    let recipients = recipients.map(|r| ReportedRecipient { class, status: status.clone(), ..r }).collect();
    Report { kind: ReportKind::Bounce, class, status, recipients, ..receipt }
}

/// An MDN or ARF part: one group of fields about one mail.
fn notification(text: &str, kind: ReportKind, recipient_fields: &[&str]) -> Report {
    let mut recipients = Vec::new();
    let mut original_message_id = None;
    for (name, value) in fields(text) {
        if name == "original-message-id" {
            original_message_id = ids::single(&value).0;
        } else if recipient_fields.contains(&name.as_str()) && recipients.len() < MOST_RECIPIENTS {
            recipients.extend(typed_address(&value).map(|address| ReportedRecipient {
                address,
                class: BounceClass::None,
                status: String::new(),
            }));
        }
    }
    recipients.dedup_by(|a, b| a.address == b.address);
    Report {
        kind,
        class: BounceClass::None,
        status: String::new(),
        recipients,
        original_message_id,
        original_token: None,
    }
}
