//! Header fields: from what mail-parser read to our words, with the bounds on hostile mail.

use std::borrow::Cow;
use std::collections::HashSet;

use mail_parser::DateTime;

use super::raw_fields::{Field, Fields};
use super::{addresses, authentication, charset, encoded_words, ids, plain_addresses, plain_date, subject};
use crate::domain::{Defect, EmailAddress, Facts, Participant, Timestamp, unfolded};

/// The newest references that are kept.
const MOST_REFERENCES: usize = 100;
/// Addresses that are kept of one field.
const MOST_ADDRESSES: usize = 1_000;
/// Received fields above one Authentication-Results that are looked at; the first foreign one among them decides.
const MOST_HOPS: usize = 100;
/// Fields that are kept for ignore rules.
const MOST_FIELDS: usize = 200;
/// Bytes that are kept of one field's value there.
const LONGEST_VALUE: usize = 1_000;
/// A Date later than the server's by more than this is wrong.
const CLOCK_TOLERANCE: i64 = crate::domain::DAY;

/// Longest field name that means something here.
const LONGEST_NAME: usize = 24;

/// Reads every header field of the mail into `facts`. What comes back is left for mail-parser: from the first MIME field
/// on, so that no other field is read twice. `None` where there is no header: then all of it is text.
pub(super) fn read<'m>(facts: &mut Facts, raw: &'m [u8]) -> Option<&'m [u8]> {
    let mut fields = Fields::of(raw);
    let mut hops = Vec::new();
    for read in fields.by_ref() {
        field(facts, &read, raw, &mut hops);
    }
    let excess = facts.references.len().saturating_sub(MOST_REFERENCES);
    if excess > 0 {
        facts.references.drain(..excess);
        defect(facts, Defect::Truncated);
    }
    let has_header = facts.headers.count() > 0;
    let missing = [
        (!has_header, Defect::NoHeaders),
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
    has_header.then(|| fields.rest())
}

/// Notes a defect once.
pub(super) fn defect(facts: &mut Facts, found: Defect) {
    if !facts.defects.contains(&found) {
        facts.defects.push(found);
    }
}

/// `hops`: the servers of the Received fields since the last Authentication-Results.
fn field(facts: &mut Facts, field: &Field<'_>, raw: &[u8], hops: &mut Vec<String>) {
    let (written, has_words) = written(facts, field, raw);
    let value = if has_words { decoded(facts, &written) } else { Cow::Borrowed(&*written) };
    let mut name = [0; LONGEST_NAME];
    let known = match name.get_mut(..field.name.len()) {
        Some(name) => {
            name.copy_from_slice(field.name.as_bytes());
            name.make_ascii_lowercase();
            &*name
        }
        None => &[],
    };
    match known {
        b"from" => people(facts, &written, &value, |facts| &mut facts.from),
        b"to" => people(facts, &written, &value, |facts| &mut facts.to),
        b"cc" => people(facts, &written, &value, |facts| &mut facts.cc),
        b"bcc" => people(facts, &written, &value, |facts| &mut facts.bcc),
        b"reply-to" => people(facts, &written, &value, |facts| &mut facts.reply_to),
        b"sender" if facts.sender.is_none() => {
            facts.sender = addresses::list(&written, 1).0.into_iter().next();
        }
        b"subject" if facts.subject.text.is_empty() => (facts.subject, facts.subject_tags) = subject::read(&value),
        b"date" if facts.date.is_none() => facts.date = date(&value),
        b"received" => {
            facts.received = facts.received.or_else(|| received_date(&value));
            if hops.len() < MOST_HOPS {
                hops.extend(authentication::received_by(&value));
            }
        }
        b"message-id" if facts.message_id.is_none() => {
            let (id, malformed) = ids::single(&value);
            facts.message_id = id;
            malformed.then(|| defect(facts, Defect::MalformedId));
        }
        b"in-reply-to" => {
            cited(facts, &value, |facts| &mut facts.in_reply_to);
            if facts.in_reply_to.len() > MOST_REFERENCES {
                facts.in_reply_to.truncate(MOST_REFERENCES);
                defect(facts, Defect::Truncated);
            }
        }
        b"references" => cited(facts, &value, |facts| &mut facts.references),
        b"return-path" if facts.return_path.is_none() => facts.return_path = Some(EmailAddress::parse(&value)),
        b"list-id" | b"list-unsubscribe" | b"list-post" => facts.list = true,
        b"precedence" => {
            facts.list |= ["list", "bulk", "junk"].iter().any(|word| value.eq_ignore_ascii_case(word));
        }
        b"authentication-results" => {
            facts.authentication.extend(authentication::read(&value, std::mem::take(hops)));
        }
        b"thread-index" if facts.thread_index.is_none() => facts.thread_index = conversation_root(&value),
        // Fields in which servers write down whom the envelope named.
        b"delivered-to" | b"x-original-to" | b"envelope-to" | b"x-envelope-to" | b"x-delivered-to" | b"x-rcpt-to"
        | b"x-forwarded-to" => {
            let room = MOST_ADDRESSES.saturating_sub(facts.delivered_to.len());
            facts.delivered_to.extend(value.split(',').filter_map(EmailAddress::parse).take(room));
        }
        // Fields in which spam filters say `YES`.
        b"x-spam-flag" | b"x-spam" | b"x-spam-status" => {
            facts.spam |= value.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("yes"));
        }
        _ => {}
    }
    keep(facts, field.name, &value);
}

fn cited(facts: &mut Facts, value: &str, list: fn(&mut Facts) -> &mut Vec<String>) {
    let (found, malformed) = ids::list(value);
    match list(facts) {
        list if list.is_empty() => *list = found,
        list => list.extend(found),
    }
    malformed.then(|| defect(facts, Defect::MalformedId));
}

fn people(facts: &mut Facts, written: &str, decoded: &str, list: fn(&mut Facts) -> &mut Vec<Participant>) {
    let room = MOST_ADDRESSES.saturating_sub(list(facts).len());
    if list(facts).is_empty()
        && let Some(person) = plain_addresses::decoded(written, decoded)
    {
        list(facts).push(person);
        return;
    }
    let (mut found, more) = addresses::list(written, room);
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

/// The value as text, encoded words as they stand, and whether there may be any: all have question marks. Folded as it was:
/// what reads it does not mind.
fn written<'m>(facts: &mut Facts, field: &Field<'m>, raw: &[u8]) -> (Cow<'m, str>, bool) {
    let trimmed = field.value.trim_ascii();
    // Without a way out of the loops they are compiled to ones over whole words.
    let plain = trimmed.iter().fold(true, |plain, b| plain & matches!(b, 1..128) & (*b != 0x1b));
    if plain && let Some(text) = field.text {
        return (Cow::Borrowed(text.trim_ascii()), trimmed.iter().fold(false, |any, b| any | (*b == b'?')));
    }
    let hint = std::str::from_utf8(trimmed).is_err().then(|| charset::hint(raw)).flatten();
    let decoded = charset::guess(trimmed, hint.as_deref());
    if !decoded.sound {
        defect(facts, Defect::Undecodable);
    }
    (without_nul(decoded.text), true)
}

/// The value with its encoded words decoded (RFC 2047), NUL replaced.
fn decoded<'w>(facts: &mut Facts, written: &'w str) -> Cow<'w, str> {
    let encoded_words::Words { text, sound } = encoded_words::decode(written);
    if !sound {
        defect(facts, Defect::Undecodable);
    }
    without_nul(text)
}

fn keep(facts: &mut Facts, name: &str, value: &str) {
    if facts.headers.count() >= MOST_FIELDS {
        defect(facts, Defect::Truncated);
        return;
    }
    if value.len() <= LONGEST_VALUE {
        return facts.headers.push(name, value);
    }
    let line = unfolded(value);
    facts.headers.push(name, line.get(..line.floor_char_boundary(LONGEST_VALUE)).unwrap_or(&line));
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
    let value = value.trim();
    plain_date::read(value).or_else(|| DateTime::parse_rfc822(value)).as_ref().and_then(timestamp)
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
