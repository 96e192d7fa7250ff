//! The content digest: what makes two deliveries the same mail.
//!
//! It covers From, To, Cc, Date, Subject and the decoded leaf parts. Trace headers, MIME boundaries, transfer encodings
//! and line ends are left out, because servers on the way rewrite them.

use mail_parser::{Encoding, Message, MessagePart, PartType};

use crate::domain::{ContentDigest, Facts};

/// Parts up to this size are gathered and hashed in one go, which is several times faster than piece by piece.
const GATHERED: usize = 64 * 1024;

/// The digest of a mail whose header facts are read already.
pub(super) fn of(facts: &Facts, message: &Message<'_>) -> ContentDigest {
    let mut content = Content { hasher: blake3::Hasher::new(), gathered: Vec::with_capacity(4 * 1024) };
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
    hasher: blake3::Hasher,
    gathered: Vec<u8>,
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
        if !bytes.contains(&b'\r') {
            return self.add(bytes);
        }
        let mut rest = bytes;
        while let Some(at) = next_cr(rest) {
            let (line, tail) = rest.split_at(at);
            self.add(line);
            rest = tail.get(1..).unwrap_or_default();
            if rest.first() != Some(&b'\n') {
                self.add(b"\r");
            }
        }
        self.add(rest);
    }

    fn add(&mut self, bytes: &[u8]) {
        if self.gathered.len() + bytes.len() > GATHERED {
            self.hasher.update(&self.gathered);
            self.gathered.clear();
        }
        if bytes.len() > GATHERED {
            self.hasher.update(bytes);
        } else {
            self.gathered.extend_from_slice(bytes);
        }
    }

    fn finish(mut self) -> ContentDigest {
        self.hasher.update(&self.gathered);
        ContentDigest(*self.hasher.finalize().as_bytes())
    }
}

/// Where the next CR stands, searched a line's length at a time: `contains` compares words, `position` single bytes.
fn next_cr(bytes: &[u8]) -> Option<usize> {
    let mut from = 0;
    for block in bytes.chunks(64) {
        if block.contains(&b'\r') {
            return block.iter().position(|&b| b == b'\r').map(|at| from + at);
        }
        from += block.len();
    }
    None
}
