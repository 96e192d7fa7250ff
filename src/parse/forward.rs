//! Forwarded mails: the lines that clients put above them, and what the block says of the original.

use mail_parser::{HeaderName, Message, PartType};

use super::headers::participants_in;
use super::lines::Lines;
use super::quote::ForwardAt;
use super::{blocks, tables, text};
use crate::domain::{Body, ForwardMark, Forwarded, Participant};

/// Whether a line is one that a client puts above a forwarded mail.
pub(super) fn is_line(line: &str) -> bool {
    let words = line.trim_matches(['-', '_', '=', '*', ' ', ':', '：', '<', '>', '.']).to_lowercase();
    let dashed = line.starts_with("--") || line.starts_with("==") || line.starts_with("**") || line.starts_with("__");
    if dashed {
        // Lotus Notes: ----- Forwarded by Ann Lee/Example on 01.02.2025 10:00 -----
        return tables::FORWARD_LINES.contains(&words.as_str()) || words.starts_with("forwarded by ");
    }
    line.ends_with([':', '：']) && tables::FORWARD_BEGINNINGS.contains(&words.as_str())
}

/// Reads the forwarded mail of a text; the comment above it is left to the caller.
pub(super) fn read(lines: &Lines<'_>, at: ForwardAt) -> Forwarded {
    let first = lines.next_text(at.content);
    // Apple Mail quotes the block and the mail below its line.
    let depth = usize::from(lines.is_quoted(first));
    let block = blocks::read(lines, first, depth);
    // Proton quotes the mail below an unquoted block.
    let all_quoted = || (block.end..lines.count()).all(|n| lines.is_blank(n) || lines.is_quoted(n));
    let body_depth = if depth == 0 && all_quoted() { 1 } else { depth };
    let original = lines.unquoted(block.end, body_depth);
    let from = participants_in(&with_plain_addresses(&block.from));
    Forwarded {
        mark: at.mark,
        from_name: from_name(&from, &block.from),
        from,
        to: block.to,
        cc: block.cc,
        date: block.date,
        subject: block.subject,
        body: original.trim().to_owned(),
        comment: String::new(),
    }
}

/// The original of a mail that carries it as a message/rfc822 part (RFC 2046 5.2.1).
pub(super) fn attached(message: &Message<'_>, body: &Body) -> Option<Forwarded> {
    let nested = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(nested) => Some(nested),
        _ => None,
    })?;
    let field = |name: HeaderName<'static>| raw_field(nested, name);
    let from = field(HeaderName::From);
    let people = participants_in(&from);
    Some(Forwarded {
        mark: ForwardMark::Attached,
        from_name: from_name(&people, &from),
        from: people,
        to: field(HeaderName::To),
        cc: field(HeaderName::Cc),
        date: field(HeaderName::Date),
        subject: nested.subject().unwrap_or_default().to_owned(),
        body: text::of(nested).text.trim().to_owned(),
        comment: body.reply(),
    })
}

fn raw_field(message: &Message<'_>, name: HeaderName<'static>) -> String {
    let raw = message.header_raw(name).unwrap_or_default();
    raw.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "\u{FFFD}")
}

/// The author's display name; the whole value where it holds no address.
fn from_name(people: &[Participant], value: &str) -> String {
    match people.first() {
        Some(person) => person.name.clone(),
        None => value.trim_matches(['"', ' ', '\'']).to_owned(),
    }
}

/// Outlook writes `Ann Lee [mailto:ann@example.org]`, converters `ann@example.org<mailto:ann@example.org>`.
fn with_plain_addresses(value: &str) -> String {
    let angled = value.replace("[mailto:", "<").replace("<mailto:", "<").replace(']', ">");
    let Some((before, rest)) = angled.split_once('<') else { return angled };
    let address = rest.split('>').next().unwrap_or_default().trim();
    let name = before.trim().trim_end_matches(address).trim_end_matches(['<', ' ']);
    if rest.matches('@').count() > 1 && rest.contains([',', ';']) {
        return angled.replace(';', ",");
    }
    format!("{} <{address}>", quoted_name(name))
}

/// A display name with a comma or brackets must be quoted to be read as one (RFC 5322 3.2.5).
fn quoted_name(name: &str) -> String {
    let bare = name.trim().trim_matches(['"', '\'']).replace(['"', '\\'], "");
    if bare.contains([',', '(', ')', ';', ':', '.', '@']) { format!("\"{bare}\"") } else { bare }
}
