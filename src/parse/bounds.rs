//! Bounds on MIME, checked on the raw bytes before mail-parser takes them apart. It nests messages in each other as deep
//! as they say, and looks for the boundary of every multipart up to the end of the mail: a crafted mail would exhaust the
//! stack or the day. What is beyond the bounds loses its type, and with it becomes one opaque attachment; all before it
//! is shown.
//!
//! The checks look for words, wherever they stand, since mail-parser reads header fields in the oddest writing.

use std::borrow::Cow;
use std::sync::LazyLock;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use regex::bytes::Regex;

/// Mails up to this size cannot hold enough levels to hurt.
const SMALL: usize = 16 * 1024;
/// Multiparts in a mail, and messages in it.
const MOST_PARTS: usize = 500;
/// At least this many, however large the mail.
const FEWEST_PARTS: usize = 100;
/// Bytes that may be looked at in vain for boundaries.
const MOST_STEPS: usize = 1 << 27;
/// Messages and multiparts in an encoded message.
const MOST_ENCODED: usize = 100;
/// Encoded messages within encoded messages that mail-parser would read.
const MOST_DECODED: usize = 8;
/// Continuations of one header field (RFC 2231 3).
const MOST_CONTINUATIONS: usize = 300;

static TYPES: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?i-u)multipart|message\s*[/(]").ok());

/// The mail within the bounds, and whether anything had to lose its type.
pub(super) fn within(raw: &[u8]) -> (Cow<'_, [u8]>, bool) {
    if raw.len() <= SMALL {
        return (Cow::Borrowed(raw), false);
    }
    let mut marks = types(raw);
    marks.extend(continuations(raw));
    if marks.is_empty() {
        return (Cow::Borrowed(raw), false);
    }
    let mut bounded = raw.to_vec();
    for at in marks {
        if let Some(byte) = bounded.get_mut(at) {
            *byte = b'_';
        }
    }
    (Cow::Owned(bounded), true)
}

/// Where the words stand that must not be read as types.
fn types(raw: &[u8]) -> Vec<usize> {
    let most = (MOST_STEPS / raw.len()).clamp(FEWEST_PARTS, MOST_PARTS);
    let (mut multiparts, mut messages) = (0, 0);
    let mut marks = Vec::new();
    let mut encoded = Encoded { raw, checked: 0, verdict: false, left: MOST_DECODED };
    for found in TYPES.iter().flat_map(|types| types.find_iter(raw)) {
        // "multipart" has no bracket or slash behind it, and may be written with a capital.
        let is_multipart = raw.get(found.start() + 1).is_some_and(|b| b.eq_ignore_ascii_case(&b'u'));
        let count = if is_multipart { &mut multiparts } else { &mut messages };
        *count += 1;
        if *count > most || (!is_multipart && encoded.is_dangerous(found.start())) {
            marks.push(found.start());
        }
    }
    // In a digest a part without a type is a message (RFC 2046 5.1.5), encoded or not.
    if multiparts > 0 && encoded.left > 0 && has_encoded_digest(raw) {
        marks.extend(words(raw, b"digest"));
    }
    marks
}

/// Looks into messages that are transfer-encoded, against RFC 2046 5.2.1: the levels inside cannot be seen from outside.
struct Encoded<'r> {
    raw: &'r [u8],
    /// Where the last header block that was looked at ends, and what it was found to be.
    checked: usize,
    verdict: bool,
    /// Decoding costs: how often it may be done.
    left: usize,
}

impl Encoded<'_> {
    /// Whether the message whose type stands at `at` is encoded and holds more levels than we read.
    fn is_dangerous(&mut self, at: usize) -> bool {
        if at >= self.checked {
            let (from, to) = block(self.raw, self.checked, at);
            self.checked = to;
            self.verdict = self.holds_more(from, to);
        }
        self.verdict
    }

    fn holds_more(&mut self, from: usize, to: usize) -> bool {
        let header = self.raw.get(from..to).unwrap_or_default();
        let body = self.raw.get(to..).unwrap_or_default();
        match transfer_encoding(header) {
            TransferEncoding::None => false,
            TransferEncoding::Odd => true,
            TransferEncoding::Base64 | TransferEncoding::QuotedPrintable if self.left == 0 => true,
            TransferEncoding::Base64 => {
                // A line of dashes is no base64: the body ends there.
                let end = memchr::memmem::find(body, b"\n--").unwrap_or(body.len());
                let body = body.get(..end).unwrap_or_default();
                body.len() > SMALL && {
                    self.left -= 1;
                    base64_decode(body).is_none_or(|decoded| is_deep(&decoded))
                }
            }
            TransferEncoding::QuotedPrintable => {
                self.left -= 1;
                quoted_printable_decode(body).is_none_or(|decoded| is_deep(&decoded))
            }
        }
    }
}

/// Whether a decoded message holds more than may be, encoded messages in it included.
fn is_deep(decoded: &[u8]) -> bool {
    let found = TYPES.iter().flat_map(|types| types.find_iter(decoded)).take(MOST_ENCODED + 1).count();
    let folded = folded(decoded);
    found > MOST_ENCODED || (found > 0 && decoded.len() > SMALL && encoded_fields(&folded) > 0)
}

enum TransferEncoding {
    None,
    Base64,
    QuotedPrintable,
    /// Neither, in plain words.
    Odd,
}

/// The Content-Transfer-Encoding of a header block (RFC 2045 6.1).
fn transfer_encoding(header: &[u8]) -> TransferEncoding {
    let folded = folded(header);
    if encoded_fields(&folded) == 0 {
        return TransferEncoding::None;
    }
    let is = |value: &[u8]| memchr::memmem::find(&folded, value).is_some();
    match (is(b"transfer-encoding:base64"), is(b"transfer-encoding:quoted-printable")) {
        (true, false) => TransferEncoding::Base64,
        (false, true) => TransferEncoding::QuotedPrintable,
        _ => TransferEncoding::Odd,
    }
}

/// How many fields name another transfer encoding than none.
fn encoded_fields(folded: &[u8]) -> usize {
    let name = b"transfer-encoding:";
    let fields = memchr::memmem::find_iter(folded, name).filter_map(|at| folded.get(at + name.len()..));
    fields.filter(|value| ![&b"7bit"[..], b"8bit", b"binary"].iter().any(|plain| value.starts_with(plain))).count()
}

fn has_encoded_digest(raw: &[u8]) -> bool {
    words(raw, b"digest").next().is_some() && encoded_fields(&folded(raw)) > 0
}

/// In lower case and without white space, as mail-parser compares names.
fn folded(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().filter(|b| !b.is_ascii_whitespace()).map(u8::to_ascii_lowercase).collect()
}

/// Where a word stands, in any case.
fn words<'r>(raw: &'r [u8], word: &'static [u8]) -> impl Iterator<Item = usize> + 'r {
    let first = word.first().copied().unwrap_or_default();
    memchr::memchr2_iter(first, first.to_ascii_uppercase(), raw)
        .filter(move |at| raw.get(*at..at + word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word)))
}

/// The header block around a place: from a blank line, or `from`, to the next blank line.
fn block(raw: &[u8], from: usize, at: usize) -> (usize, usize) {
    let before = raw.get(from..at).unwrap_or_default();
    let begins = line_ends(before).filter(|end| is_blank(before, *end)).last().map_or(0, |end| end + 1);
    let after = raw.get(at..).unwrap_or_default();
    let ends = line_ends(after).find(|end| is_blank(after, *end)).map_or(after.len(), |end| end + 1);
    (from + begins, at + ends)
}

fn line_ends(bytes: &[u8]) -> impl Iterator<Item = usize> {
    memchr::memchr_iter(b'\n', bytes)
}

/// Whether the line behind a line end holds nothing.
fn is_blank(bytes: &[u8], end: usize) -> bool {
    let rest = bytes.get(end + 1..).unwrap_or_default();
    let next = rest.iter().position(|b| !matches!(b, b' ' | b'\t' | b'\r' | 0x0c));
    next.is_some_and(|next| rest.get(next) == Some(&b'\n'))
}

/// The stars of all continuations of a field beyond the most: mail-parser looks up each among all.
fn continuations(raw: &[u8]) -> Vec<usize> {
    let mut marks = Vec::new();
    let (mut count, mut last) = (0, 0);
    for at in memchr::memchr_iter(b'*', raw).filter(|at| is_continuation(raw, *at)) {
        let between = raw.get(last..at).unwrap_or_default();
        let folded = |end: usize| between.get(end + 1).is_some_and(|b| matches!(b, b' ' | b'\t'));
        count = if line_ends(between).all(folded) { count + 1 } else { 1 };
        last = at;
        if count > MOST_CONTINUATIONS {
            marks.push(at);
        }
    }
    marks
}

/// `*`, `*1` or `*1*` before a `=`.
fn is_continuation(raw: &[u8], star: usize) -> bool {
    let rest = raw.get(star + 1..).unwrap_or_default();
    let next = rest.iter().take(12).find(|b| !b.is_ascii_digit() && !matches!(b, b'*' | b' ' | b'\t'));
    next == Some(&b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_mail_is_left_as_it_is() {
        let text = "The multipart form and the message/rfc822 part.\n".repeat(50);
        let mail = format!("From: a@example.org\n\n{text}{}", "x".repeat(SMALL));
        assert_eq!(within(mail.as_bytes()), (Cow::Borrowed(mail.as_bytes()), false));
        let encoded =
            format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n{}", "YWFh\n".repeat(SMALL));
        assert!(!within(encoded.as_bytes()).1, "an encoded message that holds a text only");
    }

    #[test]
    fn what_is_beyond_the_bounds_loses_its_type() {
        let part = "Content-Type: Multipart/mixed; boundary=a\n\n--a\n";
        let mail = part.repeat(1000);
        let (bounded, cut) = within(mail.as_bytes());
        let left = String::from_utf8_lossy(&bounded).matches("Multipart").count();
        assert_eq!((left, cut), (MOST_PARTS, true));
        for encoding in ["x-odd", "=?a?q?base64?=", "base64\nContent-Transfer-Encoding: quoted-printable"] {
            let head = format!("Content-Type: message/rfc822\nContent-Transfer-Encoding: {encoding}\n\n");
            let mail = head + &"x".repeat(SMALL);
            assert!(within(mail.as_bytes()).1, "{encoding}");
            let hidden = format!("X-Message: message/x\n{mail}");
            let (bounded, _) = within(hidden.as_bytes());
            assert!(!String::from_utf8_lossy(&bounded).contains("message/rfc822"), "{encoding}");
        }
    }

    #[test]
    fn a_header_block_lies_between_blank_lines() {
        let raw = b"a\n\nb\nmessage/\nc\n \r\nd\n";
        assert_eq!(block(raw, 0, 5), (2, 16));
    }
}
