//! Header fields: from what mail-parser read to our words, with the bounds on hostile mail.

use std::borrow::Cow;
use std::collections::HashSet;

use mail_parser::{DateTime, Header, HeaderName, Message};

use super::{addresses, authentication, charset, ids, subject, words};
use crate::domain::{Defect, EmailAddress, Facts, Participant, Timestamp};

/// The newest references that are kept.
const MOST_REFERENCES: usize = 100;
/// Addresses that are kept of one field.
const MOST_ADDRESSES: usize = 1_000;
/// Received fields above one Authentication-Results that are looked at; the first foreign one among them decides.
const MOST_HOPS: usize = 100;
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
    let mut hops = Vec::new();
    for header in message.headers() {
        field(facts, header, message, &mut hops);
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

/// `hops`: the servers of the Received fields since the last Authentication-Results.
fn field(facts: &mut Facts, header: &Header<'_>, message: &Message<'_>, hops: &mut Vec<String>) {
    let written = unfolded(facts, header, message);
    match header.name {
        HeaderName::From => people(facts, &written, |facts| &mut facts.from),
        HeaderName::To => people(facts, &written, |facts| &mut facts.to),
        HeaderName::Cc => people(facts, &written, |facts| &mut facts.cc),
        HeaderName::Bcc => people(facts, &written, |facts| &mut facts.bcc),
        HeaderName::ReplyTo => people(facts, &written, |facts| &mut facts.reply_to),
        HeaderName::Sender => {
            let (senders, _) = addresses::list(&written, 1);
            facts.sender = facts.sender.take().or_else(|| senders.into_iter().next());
        }
        _ => {}
    }
    let words::Words { text: value, sound } = words::decode(&written);
    if !sound {
        defect(facts, Defect::Undecodable);
    }
    let value = without_nul(value);
    match header.name {
        HeaderName::Subject if facts.subject.text.is_empty() => {
            (facts.subject, facts.subject_tags) = subject::read(&value);
        }
        HeaderName::Date if facts.date.is_none() => facts.date = header.value.as_datetime().and_then(timestamp),
        HeaderName::Received => {
            facts.received = facts.received.or_else(|| received_date(&value));
            if hops.len() < MOST_HOPS {
                hops.extend(authentication::received_by(&value));
            }
        }
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
        _ => other(facts, header.name.as_str(), &value, hops),
    }
    keep(facts, header.name.as_str(), &value);
}

/// Fields that mail-parser has no name for.
fn other(facts: &mut Facts, name: &str, value: &str, hops: &mut Vec<String>) {
    let is = |known: &str| name.eq_ignore_ascii_case(known);
    if is("precedence") {
        facts.list |= ["list", "bulk", "junk"].iter().any(|word| value.eq_ignore_ascii_case(word));
    } else if is("authentication-results") {
        let received_by = std::mem::take(hops);
        facts.authentication.extend(authentication::read(value, received_by));
    } else if is("thread-index") && facts.thread_index.is_none() {
        facts.thread_index = conversation_root(value);
    } else if ENVELOPE_FIELDS.iter().any(|known| is(known)) {
        let room = MOST_ADDRESSES.saturating_sub(facts.delivered_to.len());
        facts.delivered_to.extend(value.split(',').filter_map(EmailAddress::parse).take(room));
    } else if SPAM_FIELDS.iter().any(|known| is(known)) {
        facts.spam |= value.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("yes"));
    }
}

fn people(facts: &mut Facts, value: &str, list: fn(&mut Facts) -> &mut Vec<Participant>) {
    let room = MOST_ADDRESSES.saturating_sub(list(facts).len());
    let (mut found, more) = addresses::list(value, room);
    if more {
        defect(facts, Defect::Truncated);
    }
    let known = list(facts);
    if !known.is_empty() {
        // A field that stands there twice, as some gateways write it, names nobody twice.
        let addresses: HashSet<_> = known.iter().map(|person| person.address.clone()).collect();
        found.retain(|person| !addresses.contains(&person.address));
    }
    known.append(&mut found);
}

/// Reads an address list that stands in a text, as in the header block of a forwarded mail.
pub(super) fn participants_in(text: &str) -> Vec<Participant> {
    addresses::list(text, MOST_ADDRESSES).0
}

/// The value on one line, NUL replaced, encoded words as they stand.
fn unfolded<'m>(facts: &mut Facts, header: &'m Header<'_>, message: &'m Message<'_>) -> Cow<'m, str> {
    let span = header.offset_start as usize..header.offset_end as usize;
    let trimmed = message.raw_message().get(span).unwrap_or_default().trim_ascii();
    // Without a way out of the loop it is compiled to one over whole words.
    let plain = trimmed.iter().fold(true, |plain, b| plain & matches!(b, b' '..=b'~'));
    if plain && let Ok(text) = std::str::from_utf8(trimmed) {
        return Cow::Borrowed(text);
    }
    let decoded = match std::str::from_utf8(trimmed) {
        Ok(_) => charset::guess(trimmed, None),
        Err(_) => charset::guess(trimmed, charset::hint(message).as_deref()),
    };
    if !decoded.sound {
        defect(facts, Defect::Undecodable);
    }
    let mut out = String::with_capacity(decoded.text.len());
    // Unfolding (RFC 5322 2.2.3): a line end with the white space around it is one space.
    for line in decoded.text.split('\n').map(str::trim).filter(|line| !line.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(line);
    }
    without_nul(Cow::Owned(out))
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

fn without_nul(text: Cow<'_, str>) -> Cow<'_, str> {
    match memchr::memchr(0, text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace('\0', "\u{FFFD}")),
        None => text,
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
