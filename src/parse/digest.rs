//! The content digest: what makes two deliveries the same mail.
//!
//! It covers From, To, Cc, Date, Subject and the decoded leaf parts. Trace headers, MIME boundaries, transfer encodings
//! and line ends are left out, because servers on the way rewrite them.

use mail_parser::{Encoding, Message, MessagePart, PartType};

use crate::domain::{ContentDigest, Facts};

/// Pieces are gathered and hashed in one go, which is several times faster than piece by piece.
const GATHERED: usize = 4 * 1024;

/// The digest of a mail whose facts are read already. `text`: the part of which the body is the text, which spares the
/// folding of its line ends.
pub(super) fn of(facts: &Facts, message: &Message<'_>, text: Option<u32>) -> ContentDigest {
    let mut content = Content::headed_by(facts);
    for (number, part) in (0..).zip(&message.parts) {
        if text == Some(number) {
            content.add(facts.body.text.trim_ascii_end().as_bytes());
            content.add(b"\x1d");
        } else {
            content.leaf(part, message);
        }
    }
    content.finish()
}

/// The digest of a mail that has no parts, since it has no body or is none: all of it is content. Without, all such mails
/// would be the same one.
pub(super) fn of_whole(facts: &Facts, raw: &[u8]) -> ContentDigest {
    let mut content = Content::headed_by(facts);
    content.folded(raw);
    content.finish()
}

struct Content {
    /// Only a mail that is not gathered whole needs one that goes on.
    hasher: Option<Box<blake3::Hasher>>,
    /// Never grows.
    gathered: Vec<u8>,
}

impl Content {
    /// What the header says, as the first of it.
    fn headed_by(facts: &Facts) -> Self {
        let mut content = Content { hasher: None, gathered: Vec::with_capacity(GATHERED) };
        for field in [&facts.from, &facts.to, &facts.cc] {
            for participant in field {
                content.add(participant.address.as_str().as_bytes());
                content.add(b"\x1f");
            }
            content.add(b"\x1e");
        }
        content.add(&facts.date.map_or(i64::MIN, |date| date.0).to_le_bytes());
        content.add(facts.subject.text.as_bytes());
        content.add(b"\x1e");
        content
    }

    fn leaf(&mut self, part: &MessagePart<'_>, message: &Message<'_>) {
        match &part.body {
            PartType::Multipart(_) => return,
            PartType::Text(text) | PartType::Html(text) => self.folded(text.as_bytes()),
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) if part.encoding == Encoding::Base64 => {
                self.add(bytes);
            }
            PartType::Binary(bytes) | PartType::InlineBinary(bytes) => self.folded(bytes),
            PartType::Message(_) if part.encoding == Encoding::None => {
                let span = part.offset_body as usize..part.offset_end as usize;
                self.folded(message.raw_message.get(span).unwrap_or_default());
            }
            PartType::Message(nested) => self.folded(&nested.raw_message),
        }
        self.add(b"\x1d");
    }

    /// Bytes with CRLF as LF, without the white space before the boundary. A CR that no LF follows is content.
    fn folded(&mut self, bytes: &[u8]) {
        let bytes = bytes.trim_ascii_end();
        let mut from = 0;
        for at in memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) == Some(&b'\n')) {
            self.add(bytes.get(from..at).unwrap_or_default());
            from = at + 1;
        }
        self.add(bytes.get(from..).unwrap_or_default());
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() <= self.gathered.capacity() {
            return self.gathered.extend_from_slice(bytes);
        }
        let mut hasher = self.hasher.take().unwrap_or_default();
        hasher.update(&self.gathered);
        self.gathered.clear();
        hasher.update(bytes);
        self.hasher = Some(hasher);
    }

    fn finish(&self) -> ContentDigest {
        match self.hasher.as_deref() {
            Some(hasher) => ContentDigest(*hasher.clone().update(&self.gathered).finalize().as_bytes()),
            None => ContentDigest::of(&self.gathered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{PARSER, content_digest, fill, headers, mime, read};
    use super::*;

    /// The digest as it was found, and as it is without knowing the part that the text is of.
    fn both(mail: &str) -> (ContentDigest, ContentDigest) {
        let mut facts = Facts::default();
        let rest = headers::read(&mut facts, mail.as_bytes()).unwrap();
        let message = mime::read(rest, &PARSER).or_else(|| PARSER.parse(rest)).unwrap();
        fill(&mut facts, &message);
        (facts.digest, of(&facts, &message, None))
    }

    #[test]
    fn mails_that_have_no_body_or_are_none_are_not_all_the_same() {
        let mails = [
            &b"From: ann@example.org\nSubject: Kettle"[..],
            b"From: bo@example.org\nSubject: Invoice",
            b"\x00\x01 noise",
            b"\xfe other noise",
        ];
        for (n, one) in mails.iter().enumerate() {
            assert_eq!(read(one).digest, content_digest(one));
            for other in mails.iter().skip(n + 1) {
                assert_ne!(read(one).digest, read(other).digest, "{one:?} {other:?}");
            }
        }
    }

    #[test]
    fn a_text_that_is_folded_already_has_the_same_digest() {
        let pieces = ["a", "\n", "\r\n", "\r", "\0", " ", "é", "begin 644 a\n", "end\n"];
        let mut texts = vec![String::new()];
        for _ in 0..4 {
            texts = texts.iter().flat_map(|text| pieces.map(|piece| format!("{text}{piece}"))).collect();
            for text in &texts {
                let one = format!("From: ann@example.org\n\n{text}");
                let part = format!("--b\nContent-Type: text/plain\n\n{text}\n");
                let page = "--b\nContent-Type: text/html\n\n<p>a\n";
                let head = "From: ann@example.org\nContent-Type: multipart/mixed; boundary=b\n\n";
                for mail in [one, format!("{head}{part}{page}--b--\n"), format!("{head}{page}{part}{part}--b--\n")] {
                    let (found, without) = both(&mail);
                    assert_eq!(found, without, "{mail:?}");
                    assert_eq!(content_digest(mail.as_bytes()), read(mail.as_bytes()).digest, "{mail:?}");
                }
            }
        }
    }
}
