//! Header fields: from what mail-parser read to our words, with the bounds on hostile mail.

use std::borrow::Cow;

use mail_parser::{Address, DateTime, Header, HeaderName, HeaderValue, Message, parsers::MessageStream};

use super::{authentication, ids, subject};
use crate::domain::{Defect, EmailAddress, Facts, Participant, Timestamp};

/// The newest references that are kept.
const MOST_REFERENCES: usize = 100;
/// Addresses that are kept of one field.
const MOST_ADDRESSES: usize = 1_000;
/// Fields that are kept for ignore rules.
const MOST_FIELDS: usize = 200;
/// Characters that are kept of one field's value there.
const LONGEST_VALUE: usize = 1_000;
/// A Date later than the server's by more than this is wrong.
const CLOCK_TOLERANCE: i64 = crate::domain::DAY;

/// Fields in which servers write down whom the envelope named.
const ENVELOPE_FIELDS: &[&str] =
    &["delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to", "x-rcpt-to", "x-forwarded-to"];
/// Fields in which spam filters say `YES`.
const SPAM_FIELDS: &[&str] = &["x-spam-flag", "x-spam", "x-spam-status"];

/// Reads every header field of the mail into `facts`.
pub(super) fn read(facts: &mut Facts, message: &Message<'_>) {
    let (fields, bytes) =
        (message.headers().len(), message.headers().last().map_or(0, |last| last.offset_end as usize));
    facts.headers.reserve(fields.min(MOST_FIELDS), bytes.min(MOST_FIELDS * LONGEST_VALUE));
    for header in message.headers() {
        field(facts, header, message.raw_message());
    }
    let excess = facts.references.len().saturating_sub(MOST_REFERENCES);
    if excess > 0 {
        facts.references.drain(..excess);
        defect(facts, Defect::Truncated);
    }
    let missing = [
        (message.headers().is_empty(), Defect::NoHeaders),
        (facts.message_id.is_none(), Defect::NoMessageId),
        (facts.from.is_empty(), Defect::NoFrom),
        (facts.from.len() > 1, Defect::SeveralFrom),
        (facts.date.is_none(), Defect::NoDate),
    ];
    for (_, found) in missing.into_iter().filter(|(holds, _)| *holds) {
        defect(facts, found);
    }
    if let (Some(date), Some(received)) = (facts.date, facts.received)
        && date.since(received) > CLOCK_TOLERANCE
    {
        defect(facts, Defect::DateInFuture);
    }
}

/// Notes a defect once.
pub(super) fn defect(facts: &mut Facts, found: Defect) {
    if !facts.defects.contains(&found) {
        facts.defects.push(found);
    }
}

fn field(facts: &mut Facts, header: &Header<'_>, raw: &[u8]) {
    let value = unfolded(facts, header, raw);
    match header.name {
        HeaderName::From => people(facts, header, |facts| &mut facts.from),
        HeaderName::To => people(facts, header, |facts| &mut facts.to),
        HeaderName::Cc => people(facts, header, |facts| &mut facts.cc),
        HeaderName::Bcc => people(facts, header, |facts| &mut facts.bcc),
        HeaderName::ReplyTo => people(facts, header, |facts| &mut facts.reply_to),
        HeaderName::Sender => {
            let mut senders = Vec::new();
            participants(&mut senders, header.value.as_address());
            facts.sender = facts.sender.take().or_else(|| senders.into_iter().next());
        }
        HeaderName::Subject if facts.subject.text.is_empty() => {
            (facts.subject, facts.subject_tags) = subject::read(&value);
        }
        HeaderName::Date if facts.date.is_none() => facts.date = header.value.as_datetime().and_then(timestamp),
        HeaderName::Received if facts.received.is_none() => facts.received = received_date(&value),
        HeaderName::MessageId if facts.message_id.is_none() => {
            let (id, malformed) = ids::single(&value);
            facts.message_id = id;
            malformed.then(|| defect(facts, Defect::MalformedId));
        }
        HeaderName::InReplyTo | HeaderName::References => {
            let (found, malformed) = ids::list(&value);
            malformed.then(|| defect(facts, Defect::MalformedId));
            let list =
                if header.name == HeaderName::InReplyTo { &mut facts.in_reply_to } else { &mut facts.references };
            list.extend(found);
            if header.name == HeaderName::InReplyTo && list.len() > MOST_REFERENCES {
                list.truncate(MOST_REFERENCES);
                defect(facts, Defect::Truncated);
            }
        }
        HeaderName::ReturnPath if facts.return_path.is_none() => {
            facts.return_path = Some(EmailAddress::parse(&value));
        }
        HeaderName::ListId | HeaderName::ListUnsubscribe | HeaderName::ListPost => facts.list = true,
        _ => other(facts, header.name.as_str(), &value),
    }
    keep(facts, header.name.as_str(), &value);
}

/// Fields that mail-parser has no name for.
fn other(facts: &mut Facts, name: &str, value: &str) {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("precedence") {
        facts.list |= ["list", "bulk", "junk"].iter().any(|word| value.eq_ignore_ascii_case(word));
    } else if is("authentication-results") {
        facts.authentication.extend(authentication::read(value));
    } else if is("thread-index") && facts.thread_index.is_none() {
        facts.thread_index = conversation_root(value);
    } else if ENVELOPE_FIELDS.iter().any(|known| is(known)) {
        let room = MOST_ADDRESSES.saturating_sub(facts.delivered_to.len());
        facts.delivered_to.extend(value.split(',').filter_map(EmailAddress::parse).take(room));
    } else if SPAM_FIELDS.iter().any(|known| is(known)) {
        facts.spam |= value.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("yes"));
    }
}

fn people(facts: &mut Facts, header: &Header<'_>, list: fn(&mut Facts) -> &mut Vec<Participant>) {
    participants(list(facts), header.value.as_address());
    if list(facts).len() > MOST_ADDRESSES {
        list(facts).truncate(MOST_ADDRESSES);
        defect(facts, Defect::Truncated);
    }
}

/// The readable addresses of a field, groups flattened (RFC 5322 3.4).
fn participants(into: &mut Vec<Participant>, address: Option<&Address<'_>>) {
    for addr in address.into_iter().flat_map(Address::iter) {
        if let Some(address) = addr.address.as_deref().and_then(EmailAddress::parse) {
            let name = addr.name.as_deref().map_or_else(String::new, |name| without_nul(name.trim()).into_owned());
            into.push(Participant { name, address });
        }
    }
}

/// Reads an address list that stands in a text, as in the header block of a forwarded mail.
pub(super) fn participants_in(text: &str) -> Vec<Participant> {
    let line = format!("{}\n", text.replace(['\r', '\n'], " "));
    let value = MessageStream::new(line.as_bytes()).parse_address();
    let mut people = Vec::new();
    participants(&mut people, value.as_address());
    people.truncate(MOST_ADDRESSES);
    people
}

/// The value on one line, encoded words decoded (RFC 2047), NUL replaced.
fn unfolded<'m>(facts: &mut Facts, header: &'m Header<'_>, raw: &'m [u8]) -> Cow<'m, str> {
    let span = header.offset_start as usize..header.offset_end as usize;
    let bytes = raw.get(span).unwrap_or_default();
    if header.name == HeaderName::Subject
        && let Some(decoded) = header.value.as_text()
    {
        return without_nul(decoded);
    }
    let trimmed = bytes.trim_ascii();
    // Without a way out of the loop it is compiled to one over whole words.
    let plain = trimmed.iter().fold(true, |plain, b| plain & matches!(b, b' '..=b'~') & (*b != b'?'));
    if plain && let Ok(text) = std::str::from_utf8(trimmed) {
        return Cow::Borrowed(text);
    }
    let text = String::from_utf8_lossy(bytes);
    if matches!(text, Cow::Owned(_)) {
        defect(facts, Defect::Undecodable);
    }
    if text.contains("=?")
        && let HeaderValue::Text(decoded) = MessageStream::new(bytes).parse_unstructured()
    {
        return Cow::Owned(without_nul(&decoded).into_owned());
    }
    let text = text.trim();
    let mut out = String::with_capacity(text.len());
    // Unfolding (RFC 5322 2.2.3): a line end with the white space around it is one space.
    for line in text.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line);
    }
    Cow::Owned(if out.as_bytes().contains(&0) { out.replace('\0', "\u{FFFD}") } else { out })
}

fn keep(facts: &mut Facts, name: &str, value: &str) {
    if facts.headers.count() >= MOST_FIELDS {
        defect(facts, Defect::Truncated);
        return;
    }
    let long = value.len() > LONGEST_VALUE;
    let cut = long.then(|| value.char_indices().nth(LONGEST_VALUE)).flatten();
    facts.headers.push(name, cut.and_then(|(end, _)| value.get(..end)).unwrap_or(value));
}

fn without_nul(text: &str) -> Cow<'_, str> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        None => Cow::Borrowed(text),
    }
}

/// mail-parser's date as a point in time; `None` for dates that no calendar has.
pub(super) fn timestamp(date: &DateTime) -> Option<Timestamp> {
    date.is_valid().then(|| Timestamp::from_seconds(date.to_timestamp()))
}

/// The date of a Received field stands behind the last semicolon (RFC 5321 4.4).
pub(super) fn received_date(value: &str) -> Option<Timestamp> {
    date(value.rsplit_once(';')?.1)
}

/// A date as RFC 5322 3.3 has it.
pub(super) fn date(value: &str) -> Option<Timestamp> {
    DateTime::parse_rfc822(value.trim()).as_ref().and_then(timestamp)
}

/// The first 22 bytes of Outlook's Thread-Index, which all mails of a conversation share.
fn conversation_root(value: &str) -> Option<[u8; 22]> {
    let mut bits: u32 = 0;
    let mut held = 0;
    let mut out = Vec::with_capacity(24);
    for byte in value.bytes().filter(|b| !b.is_ascii_whitespace()) {
        let digit = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => break,
        };
        bits = (bits << 6) | u32::from(digit);
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
            bits &= (1 << held) - 1;
        }
        if out.len() == 22 {
            break;
        }
    }
    out.try_into().ok()
}
