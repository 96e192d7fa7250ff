//! The text of a part. mail-parser decodes what is labelled well; what it had to replace is decoded once more from the
//! bytes, by our own rules for labels that are unknown or wrong.

use std::borrow::Cow;

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use mail_parser::{Encoding, Message, MessagePart, MimeHeaders, PartType};

use super::charset::{self, Decoded};

/// The text of a text part, and whether it stands there as it was meant. `None` for other parts.
pub(super) fn of<'m>(part: &'m MessagePart<'_>, message: &Message<'_>) -> Option<Decoded<'m>> {
    let (PartType::Text(text) | PartType::Html(text)) = &part.body else { return None };
    let as_read = Decoded { text: Cow::Borrowed(&**text), sound: true };
    let label = part.content_type().and_then(|kind| kind.attribute("charset")).unwrap_or_default();
    // In UTF-7 all is ASCII, and mail-parser loses some of it (see `utf7`).
    let seven = charset::is_utf7(label);
    if !seven && text.is_ascii() && memchr::memchr(0x1b, text.as_bytes()).is_none() {
        return Some(as_read);
    }
    if !seven && is_known(label) && !charset::has_replacements(text) {
        return Some(as_read);
    }
    let Some(bytes) = bytes_of(part, message) else { return Some(Decoded { sound: false, ..as_read }) };
    let Decoded { text, sound } = charset::decode(label, &bytes);
    Some(Decoded { text: Cow::Owned(text.into_owned()), sound })
}

/// The decoded size of a part in bytes: of a text in its own charset, not in ours.
pub(super) fn size(part: &MessagePart<'_>, message: &Message<'_>) -> usize {
    match &part.body {
        PartType::Text(text) | PartType::Html(text) if !text.is_ascii() => {
            bytes_of(part, message).map_or(text.len(), |bytes| bytes.len())
        }
        _ => part.len(),
    }
}

/// Whether mail-parser decodes by this label. Of ASCII it makes Windows-1252, where UTF-8 is more likely.
fn is_known(label: &str) -> bool {
    let ascii = label.eq_ignore_ascii_case("us-ascii") || label.eq_ignore_ascii_case("ascii");
    // Of double bytes it makes what the label says, where single ones are as likely.
    let wide = label.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("utf-16"));
    label.eq_ignore_ascii_case("utf-8") || (!ascii && !wide && charset_decoder(label.as_bytes()).is_some())
}

/// The bytes of a part, its transfer encoding undone.
fn bytes_of(part: &MessagePart<'_>, message: &Message<'_>) -> Option<Vec<u8>> {
    let raw = message.raw_message().get(part.offset_body as usize..part.offset_end as usize)?;
    match part.encoding {
        Encoding::None => Some(raw.to_vec()),
        Encoding::Base64 => base64_decode(raw),
        Encoding::QuotedPrintable => quoted_printable_decode(raw),
    }
}
