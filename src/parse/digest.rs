//! The content digest: what makes two deliveries the same mail.
//!
//! It covers From, To, Cc, Date, Subject and the decoded leaf parts. Trace headers, MIME boundaries, transfer encodings
//! and line ends are left out, because servers on the way rewrite them.

use mail_parser::{Encoding, Message, MessagePart, PartType};

use crate::domain::{ContentDigest, Facts};

/// The digest of a mail whose header facts are read already.
pub(super) fn of(facts: &Facts, message: &Message<'_>) -> ContentDigest {
    let mut hasher = blake3::Hasher::new();
    for field in [&facts.from, &facts.to, &facts.cc] {
        for participant in field {
            piece(&mut hasher, participant.address.as_str().as_bytes());
        }
        hasher.update(b"\x1e");
    }
    hasher.update(&facts.date.map_or(i64::MIN, |date| date.0).to_le_bytes());
    piece(&mut hasher, facts.subject.text.as_bytes());
    for part in &message.parts {
        leaf(&mut hasher, part, message);
    }
    ContentDigest(*hasher.finalize().as_bytes())
}

fn leaf(hasher: &mut blake3::Hasher, part: &MessagePart<'_>, message: &Message<'_>) {
    match &part.body {
        PartType::Multipart(_) => return,
        PartType::Text(text) | PartType::Html(text) => folded(hasher, text.as_bytes()),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) if part.encoding == Encoding::Base64 => {
            hasher.update(bytes);
        }
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => folded(hasher, bytes),
        PartType::Message(_) if part.encoding == Encoding::None => {
            let span = part.offset_body as usize..part.offset_end as usize;
            folded(hasher, message.raw_message.get(span).unwrap_or_default().trim_ascii_end());
        }
        PartType::Message(nested) => folded(hasher, nested.raw_message.trim_ascii_end()),
    }
    hasher.update(b"\x1d");
}

/// Bytes with CRLF as LF; the last line end belongs to the boundary.
fn folded(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    let bytes = bytes.trim_ascii_end();
    if !bytes.contains(&b'\r') {
        hasher.update(bytes);
        return;
    }
    let mut pieces = bytes.split(|&b| b == b'\r').peekable();
    while let Some(run) = pieces.next() {
        hasher.update(run);
        // A CR that no LF follows is content.
        if pieces.peek().is_some_and(|next| next.first() != Some(&b'\n')) {
            hasher.update(b"\r");
        }
    }
}

fn piece(hasher: &mut blake3::Hasher, bytes: &[u8]) {
    hasher.update(bytes);
    hasher.update(b"\x1f");
}
