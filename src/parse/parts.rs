//! The parts that are no text of the mail: attachments, and what was broken in any part.

use mail_parser::{Message, MessagePart, MimeHeaders, PartType};

use super::headers::defect;
use super::part_text;
use crate::domain::{Attachment, Defect, Facts};

/// Parts that are looked at.
const MOST_PARTS: usize = 1_000;

/// Lists the attachments and notes undecodable parts.
pub(super) fn read(facts: &mut Facts, message: &Message<'_>) {
    if message.parts.len() > MOST_PARTS {
        defect(facts, Defect::Truncated);
    }
    if message.parts.iter().take(MOST_PARTS).any(|part| is_broken(part, message)) {
        defect(facts, Defect::Undecodable);
    }
    let parts = message.attachments.iter().take(MOST_PARTS).filter_map(|&id| message.parts.get(id as usize));
    facts.attachments = parts.filter(|part| is_attachment(part)).map(attachment).collect();
}

/// The HTML twin of a plain text is no attachment.
fn is_attachment(part: &MessagePart<'_>) -> bool {
    let named = part.attachment_name().is_some();
    !matches!(part.body, PartType::Multipart(_)) && (named || !part.is_text_html())
}

fn attachment(part: &MessagePart<'_>) -> Attachment {
    let content_type = part.content_type().map_or_else(String::new, |kind| {
        format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or_default()).to_lowercase()
    });
    let disposition = part.content_disposition();
    Attachment {
        name: part.attachment_name().unwrap_or_default().replace('\0', "\u{FFFD}"),
        content_type,
        size: part.len() as u64,
        inline: disposition.is_some_and(|d| d.is_inline()) || (disposition.is_none() && part.content_id().is_some()),
    }
}

fn is_broken(part: &MessagePart<'_>, message: &Message<'_>) -> bool {
    part.is_encoding_problem || part_text::of(part, message).is_some_and(|decoded| !decoded.sound)
}
