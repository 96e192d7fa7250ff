//! File names of parts: the parameters of Content-Disposition and Content-Type (RFC 2045 5.1, RFC 2183), with charsets
//! and continuations (RFC 2231), encoded words where none may stand, and raw bytes; made harmless for whoever saves them.

use std::collections::BTreeMap;

use mail_parser::{HeaderName, Message, MessagePart};

use super::{charset, encoded_words};

/// Characters that are kept of a name. Most file systems take no longer one.
const LONGEST_NAME: usize = 255;
/// Continuations of one parameter that are read.
const MOST_PIECES: usize = 200;
/// Bytes of a field that are looked at.
const LONGEST_FIELD: usize = 64 * 1024;

/// The file name of a part; empty where it has none.
pub(super) fn file_name(part: &MessagePart<'_>, message: &Message<'_>) -> String {
    let raw = |wanted: &HeaderName<'_>| {
        let header = part.headers.iter().rev().find(|header| header.name == *wanted)?;
        message.raw_message().get(header.offset_start as usize..header.offset_end as usize)
    };
    let disposition = raw(&HeaderName::ContentDisposition).and_then(|field| parameter(field, "filename"));
    let name = disposition.or_else(|| raw(&HeaderName::ContentType).and_then(|field| parameter(field, "name")));
    name.map_or_else(String::new, |name| harmless(&name))
}

/// A name without folders, control characters and marks that turn the direction of text (RFC 2183 2.3). Empty where
/// nothing is left.
pub(super) fn harmless(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).find(|part| !part.trim().is_empty()).unwrap_or_default();
    let turns = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |c: char| if c.is_control() || c == '\u{2028}' || c == '\u{2029}' { ' ' } else { c };
    let kept: String = last.chars().filter(|c| !turns(*c)).map(shown).take(LONGEST_NAME).collect();
    let kept = kept.split_whitespace().collect::<Vec<_>>().join(" ");
    if kept.bytes().all(|b| b == b'.') { String::new() } else { kept }
}

/// A parameter's value, whichever way it is written.
fn parameter(field: &[u8], wanted: &str) -> Option<String> {
    let field = field.get(..LONGEST_FIELD).unwrap_or(field);
    let mut plain = None;
    let mut pieces = BTreeMap::new();
    for (name, value) in parameters(field) {
        let Some(rest) = strip_name(&name, wanted) else { continue };
        match rest {
            "" => plain = plain.or(Some(value)),
            _ if pieces.len() < MOST_PIECES => {
                // name*, name*0, name*0*, name*1 …
                let (number, encoded) = rest.strip_suffix('*').map_or((rest, false), |number| (number, true));
                let number = number.trim_start_matches('*').parse::<u32>().unwrap_or_default();
                pieces.entry(number).or_insert((encoded, value));
            }
            _ => {}
        }
    }
    // What RFC 2231 encodes outranks the plain form that stands beside it for old readers (RFC 6266 4.3).
    extended(pieces).or_else(|| plain.map(|value| decoded(&value))).filter(|value| !value.is_empty())
}

fn strip_name<'n>(name: &'n str, wanted: &str) -> Option<&'n str> {
    let (start, rest) = name.split_at_checked(wanted.len())?;
    (start.eq_ignore_ascii_case(wanted) && (rest.is_empty() || rest.starts_with('*'))).then_some(rest)
}

/// The pieces of a value in their order, joined as bytes: a character may be cut in two by them (RFC 2231 3, 4).
fn extended(pieces: BTreeMap<u32, (bool, Vec<u8>)>) -> Option<String> {
    let mut label = String::new();
    let (mut bytes, mut encoded_run) = (Vec::new(), Vec::new());
    let count = pieces.len();
    for (position, (encoded, value)) in pieces.into_values().enumerate() {
        let mut value = value;
        if encoded && position == 0 {
            let mut quotes = value.iter().enumerate().filter(|(_, b)| **b == b'\'').map(|(at, _)| at);
            if let (Some(first), Some(second)) = (quotes.next(), quotes.next()) {
                label = String::from_utf8_lossy(value.get(..first).unwrap_or_default()).into_owned();
                value.drain(..=second);
            }
        }
        if encoded {
            encoded_run.extend(value);
        } else {
            bytes.extend(percent_decoded(&std::mem::take(&mut encoded_run)));
            bytes.extend(value);
        }
    }
    bytes.extend(percent_decoded(&encoded_run));
    if count == 0 {
        return None;
    }
    let text = charset::decode(&label, &bytes).text;
    // Some programs cut an encoded word into continuations.
    Some(encoded_words::decode(&text).text.into_owned())
}

/// A plain value: encoded words in it and percent signs are against the rules, and common.
fn decoded(value: &[u8]) -> String {
    let text = charset::guess(value, None).text;
    // `utf-8''Zo%C3%AB.pdf` without the star.
    if let Some((label, name)) = text.split_once("''").filter(|(label, _)| label.eq_ignore_ascii_case("utf-8")) {
        return charset::decode(label, &percent_decoded(name.as_bytes())).text.into_owned();
    }
    encoded_words::decode(&text).text.into_owned()
}

/// `%C3%AB` as bytes (RFC 2231 4). A `%` that begins no byte stays.
fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut rest = value;
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        match (first, after) {
            (b'%', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |b: &u8| char::from(*b).to_digit(16).unwrap_or_default() as u8;
                out.push(digit(high) << 4 | digit(low));
                rest = after;
            }
            _ => out.push(first),
        }
    }
    out
}

/// `name=value` behind each `;`, quotes taken off. A value that nobody quoted goes on to the next `;`.
fn parameters(field: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for section in sections(field).into_iter().skip(1) {
        let Some(equals) = memchr::memchr(b'=', section) else { continue };
        let (name, value) = section.split_at(equals);
        let name = String::from_utf8_lossy(name.trim_ascii()).replace(char::is_whitespace, "");
        found.push((name, unquoted(value.get(1..).unwrap_or_default().trim_ascii())));
    }
    found
}

/// What stands between the semicolons that stand in no quotes.
fn sections(field: &[u8]) -> Vec<&[u8]> {
    let (mut found, mut from, mut quoted, mut escaped) = (Vec::new(), 0, false, false);
    for (at, &byte) in field.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b';' if !quoted => {
                found.push(field.get(from..at).unwrap_or_default());
                from = at + 1;
            }
            _ => {}
        }
    }
    found.push(field.get(from..).unwrap_or_default());
    found
}

/// Without quotes and line ends. A backslash stands for the next byte before a quote or another only: Windows programs
/// write whole paths.
fn unquoted(value: &[u8]) -> Vec<u8> {
    let Some(inside) = value.strip_prefix(b"\"") else {
        return value.iter().copied().filter(|b| !matches!(b, b'\r' | b'\n')).collect();
    };
    let mut out = Vec::with_capacity(inside.len());
    let mut bytes = inside.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'"' => break,
            b'\\' if bytes.peek().is_some_and(|next| matches!(next, b'"' | b'\\')) => out.extend(bytes.next()),
            b'\r' | b'\n' => {}
            _ => out.push(byte),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{harmless, parameter};

    fn name(field: &str) -> String {
        parameter(field.as_bytes(), "filename").unwrap_or_default()
    }

    #[test]
    fn names_are_read_in_every_form_that_is_written() {
        for (field, expected) in [
            ("attachment; filename=a.pdf", "a.pdf"),
            ("attachment; FileName = \"a b.pdf\"; size=3", "a b.pdf"),
            ("attachment; filename=a b.pdf; size=3", "a b.pdf"),
            ("attachment; filename=\"a;b\\\"c.pdf\"", "a;b\"c.pdf"),
            ("attachment; filename=\"a.pdf", "a.pdf"),
            ("attachment; filename=\"C:\\temp\\a.pdf\"", "C:\\temp\\a.pdf"),
            // RFC 2231, in and out of order, cut within a character, with the plain form beside it.
            ("attachment; filename*=utf-8''Zo%C3%AB.pdf", "Zoë.pdf"),
            ("attachment; filename*=iso-8859-1'nl'Zo%EB.pdf; filename=Zoe.pdf", "Zoë.pdf"),
            ("attachment;\r\n filename*0*=utf-8''Zo%C3;\r\n filename*1*=%AB;\r\n filename*2=.pdf", "Zoë.pdf"),
            ("attachment; filename*1=b.pdf; filename*0=a", "ab.pdf"),
            ("attachment; filename*10=k; filename*0=a; filename*1=b; filename*2=c", "abck"),
            ("attachment; filename*0*=\"utf-8''Zo%C3%AB\"; filename*1=\".pdf\"", "Zoë.pdf"),
            ("attachment; filename*=Zo%C3%AB.pdf", "Zoë.pdf"),
            ("attachment; filename=utf-8''Zo%C3%AB.pdf", "Zoë.pdf"),
            ("attachment; filename*=x-what''Zo%EB.pdf", "Zoë.pdf"),
            // Encoded words where none may stand.
            ("attachment; filename=\"=?utf-8?q?Zo=C3=AB=2Epdf?=\"", "Zoë.pdf"),
            ("attachment; filename==?utf-8?B?Wm/Dqy5wZGY=?=", "Zoë.pdf"),
            ("attachment; filename=\"=?utf-8?q?Zo?=\r\n =?utf-8?q?=C3=AB.pdf?=\"", "Zoë.pdf"),
            ("attachment; filename*0=\"=?utf-8?q?Zo\"; filename*1=\"=C3=AB.pdf?=\"", "Zoë.pdf"),
            ("attachment; filename=Zoë.pdf", "Zoë.pdf"),
            ("attachment; filename=100%.pdf", "100%.pdf"),
            ("attachment", ""),
            ("attachment; filename", ""),
            ("attachment; filename=", ""),
        ] {
            assert_eq!(name(field), expected, "{field}");
        }
        assert_eq!(parameter(b"attachment; filename=Zo\xeb.pdf", "filename").as_deref(), Some("Zoë.pdf"));
    }

    #[test]
    fn a_name_cannot_lead_elsewhere_or_pose_as_another() {
        for (name, expected) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\temp\\a.pdf", "a.pdf"),
            ("/", ""),
            ("..", ""),
            ("a/", "a"),
            ("in\u{202e}fdp.exe", "infdp.exe"),
            ("a\0b\r\nc\u{1b}[2J", "a b c [2J"),
            ("\u{2066}x\u{2069}", "x"),
        ] {
            assert_eq!(harmless(name), expected, "{name:?}");
        }
        assert_eq!(harmless(&"é".repeat(1000)).chars().count(), 255);
    }

    #[test]
    fn thousands_of_pieces_are_read_in_time() {
        let field = (0..5_000).map(|n| format!("; filename*{n}*=a")).collect::<String>();
        assert_eq!(name(&format!("attachment{field}")).len(), 200);
    }
}
