//! The content digest: what makes two deliveries the same mail.
//!
//! It covers From, To, Cc, Date, Subject and the decoded leaf parts. Trace headers, MIME boundaries, transfer encodings
//! and line ends are left out, because servers on the way rewrite them.

use mail_parser::{Encoding, Message, MessagePart, PartType};

use crate::domain::{ContentDigest, Facts};

/// Pieces are gathered and hashed in one go, which is several times faster than piece by piece.
const GATHERED: usize = 4 * 1024;

/// The digest of a mail whose header facts are read already.
pub(super) fn of(facts: &Facts, message: &Message<'_>) -> ContentDigest {
    let mut content = Content { hasher: None, gathered: [0; GATHERED], length: 0 };
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
    for part in &message.parts {
        content.leaf(part, message);
    }
    content.finish()
}

struct Content {
    /// Only a mail that is not gathered whole needs one that goes on.
    hasher: Option<Box<blake3::Hasher>>,
    gathered: [u8; GATHERED],
    length: usize,
}

impl Content {
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
        if let Some(room) = self.gathered.get_mut(self.length..self.length + bytes.len()) {
            room.copy_from_slice(bytes);
            self.length += bytes.len();
            return;
        }
        let mut hasher = self.hasher.take().unwrap_or_default();
        hasher.update(self.gathered());
        self.length = 0;
        hasher.update(bytes);
        self.hasher = Some(hasher);
    }

    fn gathered(&self) -> &[u8] {
        self.gathered.get(..self.length).unwrap_or_default()
    }

    fn finish(&self) -> ContentDigest {
        match self.hasher.as_deref() {
            Some(hasher) => ContentDigest(*hasher.clone().update(self.gathered()).finalize().as_bytes()),
            None => ContentDigest::of(self.gathered()),
        }
    }
}
