//! Encoded words (RFC 2047) as they are written, not as they should be: with spaces inside, without an end, cut in the
//! middle of a character, inside of quotes, with unknown charsets.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;

use super::charset;

/// Longest charset and language in front of the second `?`.
const LONGEST_LABEL: usize = 60;

/// A text with its encoded words decoded, and whether all of them could be.
pub(super) struct Words<'t> {
    pub text: Cow<'t, str>,
    pub sound: bool,
}

/// Whether a text may hold encoded words.
pub(super) fn stand_in(text: &str) -> bool {
    // Most texts have no question mark at all: looking for one byte needs nothing to be set up.
    begin_of_word(text).is_some()
}

/// Where the next `=?` stands.
fn begin_of_word(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'?', bytes).filter_map(|at| at.checked_sub(1)).find(|before| bytes.get(*before) == Some(&b'='))
}

/// Where the next `?=` stands.
fn end_of_word(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr::memchr_iter(b'?', bytes).find(|at| bytes.get(at + 1) == Some(&b'='))
}

/// Decodes every encoded word of a text on one line.
pub(super) fn decode(text: &str) -> Words<'_> {
    if !stand_in(text) {
        return Words { text: Cow::Borrowed(text), sound: true };
    }
    let mut reader = Reader { text, end: 0, out: String::with_capacity(text.len()), run: None, sound: true };
    let mut at = 0;
    while let Some(found) = text.get(at..).and_then(begin_of_word).map(|found| at + found) {
        let between = text.get(at..found).unwrap_or_default();
        match reader.word(found + 2) {
            Some((word, after)) => {
                // White space between two encoded words is none of the text (RFC 2047 6.2).
                if reader.run.is_none() || !between.trim().is_empty() {
                    reader.plain(between);
                }
                reader.add(word);
                at = after;
            }
            None => {
                reader.plain(between);
                reader.plain("=?");
                at = found + 2;
            }
        }
    }
    reader.plain(text.get(at..).unwrap_or_default());
    reader.flush();
    Words { text: Cow::Owned(reader.out), sound: reader.sound }
}

struct Word<'t> {
    label: &'t str,
    bytes: Vec<u8>,
}

struct Reader<'t> {
    text: &'t str,
    /// The `?=` found last, so that no stretch is searched twice.
    end: usize,
    out: String,
    /// Words of one charset: their bytes are joined, since some programs cut in the middle of a character.
    run: Option<(&'t str, Vec<u8>)>,
    sound: bool,
}

impl<'t> Reader<'t> {
    /// The word whose charset begins at `at`, and where the text goes on.
    fn word(&mut self, at: usize) -> Option<(Word<'t>, usize)> {
        let rest = self.text.get(at..)?;
        let mark = rest.bytes().take(LONGEST_LABEL).position(|b| b == b'?')?;
        // RFC 2231 5: a language may follow the charset.
        let label = rest.get(..mark)?.split('*').next()?.trim();
        let encoding = rest.get(mark + 1..)?.bytes().next()?.to_ascii_lowercase();
        if !matches!(encoding, b'q' | b'b') || rest.as_bytes().get(mark + 2) != Some(&b'?') {
            return None;
        }
        let from = at + mark + 3;
        let (to, after) = self.end_of(from);
        let data = self.text.get(from..to)?;
        let bytes = if encoding == b'b' { base64(data) } else { quoted_printable(data) };
        Some((Word { label, bytes: bytes? }, after))
    }

    /// Where the data of a word ends and where the text goes on: at `?=`; at the next word or the end where it is missing.
    fn end_of(&mut self, from: usize) -> (usize, usize) {
        if self.end < from {
            let rest = self.text.get(from..).unwrap_or_default();
            self.end = end_of_word(rest).map_or(usize::MAX, |at| from + at);
        }
        let limit = self.end.min(self.text.len());
        let data = self.text.get(from..limit).unwrap_or_default();
        if let Some(next) = begin_of_word(data).filter(|at| data.get(..*at).is_some_and(|d| d.ends_with([' ', '\t']))) {
            let data = data.get(..next).unwrap_or_default();
            return (from + data.trim_end().len(), from + data.trim_end().len());
        }
        if self.end == usize::MAX {
            return (limit, limit);
        }
        (limit, limit + 2)
    }

    fn add(&mut self, word: Word<'t>) {
        match &mut self.run {
            // Words in ISO-2022-JP end in ASCII (RFC 1468): one escape right behind another is no text.
            Some((label, bytes)) if label.eq_ignore_ascii_case(word.label) && !bytes.ends_with(b"\x1b(B") => {
                bytes.extend(word.bytes);
            }
            _ => {
                self.flush();
                self.run = Some((word.label, word.bytes));
            }
        }
    }

    fn plain(&mut self, text: &str) {
        if !text.is_empty() {
            self.flush();
            self.out.push_str(text);
        }
    }

    fn flush(&mut self) {
        if let Some((label, bytes)) = self.run.take() {
            let decoded = charset::decode(label, &bytes);
            self.sound &= decoded.sound;
            self.out.push_str(&decoded.text);
        }
    }
}

/// Base64 with white space in it or without its padding.
fn base64(data: &str) -> Option<Vec<u8>> {
    let is_digit = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/');
    let bare = data.trim_end_matches('=');
    if !bare.is_empty() && data.len() == bare.len().next_multiple_of(4) && bare.bytes().all(|b| is_digit(&b)) {
        return base64_decode(data.as_bytes());
    }
    let digits: Vec<u8> = data.bytes().filter(is_digit).collect();
    let whole = digits.len() - usize::from(digits.len() % 4 == 1);
    let mut padded = digits.get(..whole)?.to_vec();
    padded.resize(whole.next_multiple_of(4), b'=');
    if padded.is_empty() { Some(Vec::new()) } else { base64_decode(&padded) }
}

/// The Q encoding (RFC 2047 4.2). A `=` that begins no byte stays one.
fn quoted_printable(data: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(data.len());
    let mut bytes = data.as_bytes();
    while let Some((&first, rest)) = bytes.split_first() {
        bytes = rest;
        match (first, rest) {
            (b'_', _) => out.push(b' '),
            (b'=', [high, low, after @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                let digit = |b: &u8| char::from(*b).to_digit(16).unwrap_or_default() as u8;
                out.push(digit(high) << 4 | digit(low));
                bytes = after;
            }
            _ => out.push(first),
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::decode;

    #[test]
    fn words_are_decoded_as_they_should_be_written() {
        for (text, expected) in [
            ("plain", "plain"),
            ("=?iso-8859-1?q?Caf=E9_au?= lait", "Café au lait"),
            ("=?utf-8?B?Q2Fmw6k=?=", "Café"),
            ("=?utf-8*fr?Q?Caf=C3=A9?=", "Café"),
            ("a =?utf-8?q?b?= =?utf-8?q?c?= d", "a bc d"),
            ("=?utf-8?q?a?= =?iso-8859-1?q?=E9?=", "aé"),
        ] {
            assert_eq!(decode(text).text, expected, "{text}");
            assert!(decode(text).sound, "{text}");
        }
    }

    #[test]
    fn words_are_decoded_as_programs_write_them() {
        for (text, expected) in [
            // Cut in the middle of a character.
            ("=?utf-8?q?Caf=C3?= =?utf-8?q?=A9?=", "Café"),
            ("=?UTF-8?B?Q2Fmww==?= =?utf-8?B?qQ==?=", "Café"),
            // White space inside, padding left out, no space behind.
            ("=?utf-8?q?Caf=C3=A9 au lait?=", "Café au lait"),
            ("=?utf-8?B?Q2Fm w6k?=", "Café"),
            ("=?utf-8?q?Caf=C3=A9?=bar", "Cafébar"),
            ("x=?utf-8?q?Caf=C3=A9?=", "xCafé"),
            // Cut off.
            ("=?utf-8?q?Caf=C3=A9", "Café"),
            ("=?utf-8?B?Q2Fmw6k", "Café"),
            ("=?utf-8?q?Caf=C3=A9 =?utf-8?q?_au?=", "Café au"),
            // A `=` that begins no byte, a `?` that should have been encoded.
            ("=?utf-8?q?1+1=2?=", "1+1=2"),
            ("=?utf-8?q?Really??=", "Really?"),
            // No word at all.
            ("=?", "=?"),
            ("=?utf-8?x?abc?=", "=?utf-8?x?abc?="),
            ("=?utf-8?", "=?utf-8?"),
        ] {
            assert_eq!(decode(text).text, expected, "{text}");
        }
        assert_eq!(decode("=?x-unknown?q?Zo=EB?=").text, "Zoë");
        assert!(!decode("=?x-unknown?q?Zo=EB?=").sound);
    }

    #[test]
    fn japanese_words_share_their_escapes() {
        assert_eq!(decode("=?ISO-2022-JP?B?GyRCJUYlORsoQg==?=\t=?ISO-2022-JP?B?GyRCJUgbKEI=?=").text, "テスト");
    }
}
