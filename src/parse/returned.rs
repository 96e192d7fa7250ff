//! The mail that a report is about: what its header says of us, wherever the report carries it.

use mail_parser::{HeaderName, Message, MessagePart, MimeHeaders, PartType};

use super::fields::{addresses, fields};
use super::{ids, notice, tokens};
use crate::domain::{EmailAddress, TokenClaim, TokenPlace};

/// Lines of a copied header that are looked at, and how far into the text it may begin.
const MOST_TEXT: usize = 256 * 1024;

/// What a returned mail's header says.
#[derive(Debug, Default)]
pub(super) struct Original {
    pub message_id: Option<String>,
    pub token: Option<TokenClaim>,
    /// To and Cc.
    pub recipients: Vec<EmailAddress>,
}

impl Original {
    /// Reads the header fields of a text.
    pub fn of_text(text: &str) -> Self {
        let mut original = Original::default();
        let text = text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or(text);
        let mut of_copy = true;
        for (name, value) in fields(text) {
            match name.as_str() {
                "message-id" if original.message_id.is_none() => original.message_id = id_of(&value),
                "x-ticketd-token" if original.token.is_none() => original.token = header_token(&value),
                "to" | "cc" if of_copy => original.recipients.extend(addresses(&value)),
                // What comes behind these is the body, or the header of an attachment in it.
                "content-transfer-encoding" => of_copy = original.recipients.is_empty(),
                _ => {}
            }
        }
        original
    }

    /// Takes from another what is missing here.
    pub fn or(self, other: Original) -> Self {
        Original {
            message_id: self.message_id.or(other.message_id),
            token: self.token.or(other.token),
            recipients: if self.recipients.is_empty() { other.recipients } else { self.recipients },
        }
    }
}

/// The third part of a report: the mail itself or its header (RFC 6522 3), under any of the types that are in use.
pub(super) fn attached(message: &Message<'_>) -> Option<Original> {
    message.parts.iter().skip(1).find_map(|part| match &part.body {
        PartType::Message(nested) => {
            let header = |name: HeaderName<'static>| nested.header_raw(name).unwrap_or_default().to_owned();
            let token = header_token(&header(HeaderName::Other("X-Ticketd-Token".into())));
            let people = [HeaderName::To, HeaderName::Cc].map(header);
            let recipients = people.iter().flat_map(|value| addresses(value)).collect();
            Some(Original { message_id: id_of(&header(HeaderName::MessageId)), token, recipients })
        }
        _ if is_header_part(part) => Some(Original::of_text(&text_of(part))),
        _ => None,
    })
}

/// The header of the mail that the notice carries a copy of, or quotes a few fields of.
pub(super) fn copied(text: &str) -> Original {
    let below = notice::copy_below(text);
    let copied = Original::of_text(below);
    if copied.message_id.is_some() {
        return copied;
    }
    Original { message_id: quoted_id(text), ..copied }
}

/// A notice may quote a field or two, indented or behind strokes (iPlanet, X.400 gateways, Mimecast).
fn quoted_id(text: &str) -> Option<String> {
    let text = text.get(..text.floor_char_boundary(MOST_TEXT)).unwrap_or(text);
    text.lines().find_map(|line| {
        let (name, value) = line.trim_start_matches([' ', '\t', '>', '*', '-', '|']).split_once(':')?;
        let is_id = ["message-id", "message id", "original-message-id"].iter().any(|id| name.eq_ignore_ascii_case(id));
        is_id.then(|| id_of(value).filter(|id| id.contains('@'))).flatten()
    })
}

fn id_of(value: &str) -> Option<String> {
    ids::single(value).0.filter(|id| id.len() > 2)
}

fn header_token(value: &str) -> Option<TokenClaim> {
    tokens::whole(value.trim()).map(|token| tokens::claim(TokenPlace::Header, token))
}

fn is_header_part(part: &MessagePart<'_>) -> bool {
    part.content_type().is_some_and(|kind| {
        let subtype = kind.subtype().unwrap_or_default();
        let is = |known: &[&str]| known.iter().any(|known| subtype.eq_ignore_ascii_case(known));
        let message = ["rfc822", "global", "global-headers", "rfc822-headers", "partial"];
        (kind.ctype().eq_ignore_ascii_case("message") && is(&message))
            || (kind.ctype().eq_ignore_ascii_case("text") && is(&["rfc822-headers", "rfc822-header", "rfc822"]))
    })
}

/// A part's text with LF ends.
pub(super) fn text_of(part: &MessagePart<'_>) -> String {
    String::from_utf8_lossy(part.contents()).replace("\r\n", "\n").replace('\0', "\u{FFFD}")
}
