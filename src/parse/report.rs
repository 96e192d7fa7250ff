//! Machine reports about an earlier mail: DSN (RFC 3464), MDN (RFC 8098), ARF (RFC 5965).

use mail_parser::{HeaderName, Message, MessagePart, MimeHeaders, PartType};

use super::{bounce, ids, tokens};
use crate::domain::{BounceClass, EmailAddress, Facts, Report, ReportKind, ReportedRecipient, TokenClaim, TokenPlace};

/// Recipients that are kept of one report.
const MOST_RECIPIENTS: usize = 1_000;

/// The report that a mail is, if it is one. `facts` must have its headers and body.
pub(super) fn read(facts: &Facts, message: &Message<'_>) -> Option<Report> {
    let machine =
        |part: &&MessagePart<'_>| part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("message"));
    let machine_parts: Vec<&MessagePart<'_>> = message.parts.iter().filter(machine).collect();
    let part_of = |subtypes: &[&str]| machine_parts.iter().find(|part| is_message_type(part, subtypes));
    let mut report = if let Some(part) = part_of(&["delivery-status", "global-delivery-status"]) {
        delivery_status(&text_of(part))
    } else if let Some(part) = part_of(&["disposition-notification", "global-disposition-notification"]) {
        notification(&text_of(part), ReportKind::Mdn, &["final-recipient", "original-recipient"])
    } else if let Some(part) = part_of(&["feedback-report"]) {
        notification(&text_of(part), ReportKind::Abuse, &["original-rcpt-to", "removal-recipient"])
    } else {
        bounce::read(facts)?
    };
    let returned = returned_original(message);
    if let Some(original) = &returned {
        report.original_message_id = original.message_id.clone().or(report.original_message_id);
        report.original_token = original.token.clone().or(report.original_token);
    }
    if report.original_message_id.is_none() && report.kind != ReportKind::Mdn {
        let copied = bounce::copied_original(&facts.body.text);
        report.original_message_id = copied.message_id;
        report.original_token = report.original_token.or(copied.token);
    }
    if report.original_message_id.is_none() {
        // Exchange names the mail that it reports about as the one that it answers.
        report.original_message_id = facts.in_reply_to.first().cloned();
    }
    if report.original_token.is_none() {
        let id = report.original_message_id.as_deref();
        report.original_token = id.and_then(|id| tokens::in_id(id, TokenPlace::MessageId));
    }
    if report.recipients.is_empty() && report.kind == ReportKind::Dsn {
        report.recipients = bounce::recipients(facts, report.class, &report.status);
    }
    Some(report)
}

/// What a returned mail's header says of us.
#[derive(Debug, Default)]
pub(super) struct Original {
    pub message_id: Option<String>,
    pub token: Option<TokenClaim>,
}

impl Original {
    /// Reads the header fields of a text.
    pub fn of_text(text: &str) -> Self {
        let mut original = Original::default();
        for (name, value) in fields(text) {
            match name.as_str() {
                "message-id" if original.message_id.is_none() => original.message_id = ids::single(&value).0,
                "x-ticketd-token" if original.token.is_none() => original.token = header_token(&value),
                _ => {}
            }
        }
        original
    }
}

fn header_token(value: &str) -> Option<TokenClaim> {
    tokens::whole(value.trim()).map(|token| tokens::claim(TokenPlace::Header, token))
}

/// The third part of a report: the mail itself or its header (RFC 6522 3).
fn returned_original(message: &Message<'_>) -> Option<Original> {
    message.parts.iter().skip(1).find_map(|part| match &part.body {
        PartType::Message(nested) => {
            let header = |name: HeaderName<'static>| nested.header_raw(name).unwrap_or_default().to_owned();
            let token = header_token(&header(HeaderName::Other("X-Ticketd-Token".into())));
            Some(Original { message_id: ids::single(&header(HeaderName::MessageId)).0, token })
        }
        _ if is_header_part(part) => Some(Original::of_text(&text_of(part))),
        _ => None,
    })
}

fn is_header_part(part: &MessagePart<'_>) -> bool {
    let headers = part.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("text")
            && kind.subtype().is_some_and(|subtype| subtype.eq_ignore_ascii_case("rfc822-headers"))
    });
    headers || is_message_type(part, &["rfc822", "global", "global-headers", "rfc822-headers"])
}

fn is_message_type(part: &MessagePart<'_>, subtypes: &[&str]) -> bool {
    part.content_type().is_some_and(|kind| {
        kind.ctype().eq_ignore_ascii_case("message")
            && kind.subtype().is_some_and(|subtype| subtypes.iter().any(|known| subtype.eq_ignore_ascii_case(known)))
    })
}

fn text_of(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).replace("\r\n", "\n").replace('\0', "\u{FFFD}")
}

/// Per-message fields, then a group of fields per recipient (RFC 3464 2.1).
fn delivery_status(text: &str) -> Report {
    let mut recipients = Vec::new();
    let mut original_message_id = None;
    let mut worst = (BounceClass::None, String::new());
    for group in text.split("\n\n").filter(|group| !group.trim().is_empty()) {
        let fields: Vec<(String, String)> = fields(group).collect();
        let field = |name: &str| fields.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
        if let Some(id) = field("original-message-id").or(field("x-original-message-id")) {
            original_message_id = ids::single(id).0;
        }
        let status = field("status").map(status_code).unwrap_or_default();
        let Some(class) = class_of(field("action"), &status) else { continue };
        if severity(class) > severity(worst.0) || worst.1.is_empty() {
            worst = (class, status.clone());
        }
        let typed = field("final-recipient").or(field("original-recipient")).unwrap_or_default();
        if let Some(address) = typed_address(typed).filter(|_| recipients.len() < MOST_RECIPIENTS) {
            recipients.push(ReportedRecipient { address, class, status });
        }
    }
    let (class, status) = worst;
    Report { kind: ReportKind::Dsn, class, status, recipients, original_message_id, original_token: None }
}

/// RFC 3464 2.3.3: the action decides; a failure with a status of 4.x.x is temporary all the same.
fn class_of(action: Option<&str>, status: &str) -> Option<BounceClass> {
    let action = action.map(|a| a.split_whitespace().next().unwrap_or_default().to_lowercase());
    match action.as_deref() {
        Some("failed") if status.starts_with('4') => Some(BounceClass::Soft),
        Some("failed") => Some(BounceClass::Hard),
        Some("delayed") => Some(BounceClass::Soft),
        Some("delivered" | "relayed" | "expanded") => Some(BounceClass::None),
        _ => match status.bytes().next()? {
            b'5' => Some(BounceClass::Hard),
            b'4' => Some(BounceClass::Soft),
            b'2' => Some(BounceClass::None),
            _ => None,
        },
    }
}

/// How bad a class is, for finding the worst recipient.
pub(super) fn severity(class: BounceClass) -> u8 {
    match class {
        BounceClass::None => 0,
        BounceClass::Soft => 1,
        BounceClass::Hard => 2,
    }
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

/// `rfc822; ann@example.org` (RFC 3464 2.3.2), comments and a missing type allowed.
fn typed_address(value: &str) -> Option<EmailAddress> {
    let address = value.rsplit_once(';').map_or(value, |(_, address)| address);
    let address = address.split('(').next().unwrap_or_default();
    EmailAddress::parse(address.split_whitespace().next()?)
}

/// The enhanced status code (RFC 3463 2) at the beginning of a value.
fn status_code(value: &str) -> String {
    let code = value.split(|c: char| !c.is_ascii_digit() && c != '.').find(|word| !word.is_empty());
    code.filter(|code| code.matches('.').count() == 2).unwrap_or_default().to_owned()
}

/// The header fields of a text: lower-cased name, unfolded value. Lines that are none are passed over.
fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let Some((name, value)) = lines.next()?.split_once(':') else { continue };
            if name.is_empty() || name.contains(' ') {
                continue;
            }
            let mut value = value.trim().to_owned();
            while let Some(more) = lines.next_if(|line| line.starts_with([' ', '\t'])) {
                value.push(' ');
                value.push_str(more.trim());
            }
            return Some((name.to_lowercase(), value));
        }
    })
}
