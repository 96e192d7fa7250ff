//! The two fields that nearly every part has and no other, Content-Type and Content-Transfer-Encoding (RFC 2045 5, 6), in
//! their usual form: read as mail-parser reads them, and faster.

use std::borrow::Cow;

use mail_parser::{Attribute, ContentType, Header, HeaderName, HeaderValue};

/// The fields of the part that begins at `start`, and where its body begins. `None` where there are others, or they are
/// written in any other way.
pub(super) fn read(raw: &[u8], start: usize) -> Option<(Vec<Header<'_>>, usize)> {
    let mut headers = Vec::with_capacity(2);
    let mut at = start;
    loop {
        match raw.get(at..)? {
            [b'\n', ..] => return Some((headers, at + 1)),
            [b'\r', b'\n', ..] => return Some((headers, at + 2)),
            rest => {
                let end = end(rest)?;
                headers.push(header(rest.get(..end)?, at)?);
                at += end;
            }
        }
    }
}

/// Where a field ends: behind a line end that no white space follows.
fn end(rest: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'\n', rest).map(|at| at + 1).find(|end| !matches!(rest.get(*end), Some(b' ' | b'\t')))
}

fn header(field: &[u8], at: usize) -> Option<Header<'_>> {
    let colon = memchr::memchr(b':', field)?;
    let (name, value) = field.split_at_checked(colon)?;
    let value = std::str::from_utf8(value.get(1..)?).ok()?;
    let (name, value) = if name.eq_ignore_ascii_case(b"content-type") {
        (HeaderName::ContentType, HeaderValue::ContentType(content_type(value.trim_ascii())?))
    } else if name.eq_ignore_ascii_case(b"content-transfer-encoding") {
        let (word, "") = token(value.trim_ascii())? else { return None };
        (HeaderName::ContentTransferEncoding, HeaderValue::Text(Cow::Borrowed(word)))
    } else {
        return None;
    };
    let offset_field = at as u32;
    let (offset_start, offset_end) = ((at + colon + 1) as u32, (at + field.len()) as u32);
    Some(Header { name, value, offset_field, offset_start, offset_end })
}

/// `type/subtype; name=value; name="value"`, folded behind a semicolon only.
fn content_type(value: &str) -> Option<ContentType<'_>> {
    let (c_type, rest) = small_token(value)?;
    let (c_subtype, mut rest) = small_token(rest.strip_prefix('/')?)?;
    let mut attributes = Vec::new();
    while !rest.is_empty() {
        let parameter = rest.trim_start_matches([' ', '\t']).strip_prefix(';')?;
        let (name, value) = small_token(parameter.trim_ascii_start())?;
        let value = value.strip_prefix('=')?;
        let (value, behind) = value.strip_prefix('"').map_or_else(|| token(value), quoted)?;
        attributes.push(Attribute { name: Cow::Borrowed(name), value: Cow::Borrowed(value) });
        rest = behind;
    }
    Some(ContentType {
        c_type: Cow::Borrowed(c_type),
        c_subtype: Some(Cow::Borrowed(c_subtype)),
        attributes: (!attributes.is_empty()).then_some(attributes),
    })
}

/// A word and what follows it.
fn token(text: &str) -> Option<(&str, &str)> {
    word(text, |b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'+' | b'/'))
}

/// A word in small letters.
fn small_token(text: &str) -> Option<(&str, &str)> {
    word(text, |b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'.' | b'+'))
}

/// A value up to its closing quote.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let (value, behind) = word(text, |b| matches!(b, b'!'..=b'~') && !matches!(b, b'"' | b'\\' | b'?'))?;
    Some((value, behind.strip_prefix('"')?))
}

fn word(text: &str, of: impl Fn(&u8) -> bool) -> Option<(&str, &str)> {
    let end = text.as_bytes().iter().position(|b| !of(b)).unwrap_or(text.len());
    text.split_at_checked(end).filter(|(word, _)| !word.is_empty())
}
