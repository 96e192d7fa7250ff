//! The parts that are no text of the mail: attachments, and what was broken in any part.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::headers::defect;
use super::{params, part_text, tnef};
use crate::domain::{Attachment, Defect, Facts};

/// Parts that are looked at.
const MOST_PARTS: usize = 1_000;

/// Lists the attachments, those inside of a TNEF stream too, and notes undecodable parts. Gives what a stream says, for
/// mails that say nothing else.
pub(super) fn read(facts: &mut Facts, message: &Message<'_>) -> Option<tnef::Contents> {
    if message.parts.len() > MOST_PARTS {
        defect(facts, Defect::Truncated);
    }
    if message.parts.iter().take(MOST_PARTS).any(|part| is_broken(part, message)) {
        defect(facts, Defect::Undecodable);
    }
    let mut stream = None;
    let parts = message.attachments.iter().take(MOST_PARTS).filter_map(|&id| message.parts.get(id as usize));
    for part in parts {
        let name = params::file_name(part, message);
        if !is_attachment(part, &name) {
            continue;
        }
        let attachment = attachment(part, message, name);
        match contents_of(part, &attachment) {
            Some(mut contents) => {
                facts.attachments.append(&mut contents.attachments);
                stream = stream.or(Some(contents));
            }
            None => facts.attachments.push(attachment),
        }
    }
    stream
}

/// What a TNEF stream holds; `None` for other parts, and for a stream that names no file and has no text.
fn contents_of(part: &MessagePart<'_>, attachment: &Attachment) -> Option<tnef::Contents> {
    let (PartType::Binary(bytes) | PartType::InlineBinary(bytes)) = &part.body else { return None };
    let found = tnef::is_tnef(&attachment.content_type, &attachment.name).then(|| tnef::read(bytes)).flatten();
    found.filter(|contents| *contents != tnef::Contents::default())
}

/// The HTML twin of a plain text is no attachment.
fn is_attachment(part: &MessagePart<'_>, name: &str) -> bool {
    !matches!(part.body, PartType::Multipart(_)) && (!name.is_empty() || !part.is_text_html())
}

fn attachment(part: &MessagePart<'_>, message: &Message<'_>, name: String) -> Attachment {
    let content_type = part.content_type().map_or_else(String::new, |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase()
    });
    let disposition = part.content_disposition();
    Attachment {
        name,
        content_type,
        size: part_text::size(part, message) as u64,
        inline: disposition.is_some_and(|d| d.is_inline()) || (disposition.is_none() && part.content_id().is_some()),
    }
}

/// mail-parser calls a mail broken that has a header and no body.
fn is_broken(part: &MessagePart<'_>, message: &Message<'_>) -> bool {
    (part.is_encoding_problem && !part.is_empty()) || part_text::of(part, message).is_some_and(|decoded| !decoded.sound)
}
