//! A file in a mail: its part with its header fields (RFC 2045, 2183, 2231). The fields are written here: lettre's own
//! attachment has the name in Content-Disposition alone.

use std::sync::Arc;

use lettre::message::Body;
use lettre::message::header::ContentTransferEncoding;

use super::header::{encoded_words, folded, is_plain, one_line, quoted, shortened};

/// Characters of a name that are kept. File systems take 255 octets.
const MOST_NAME: usize = 200;

/// A name up to this length fits a line of 78 octets in quotes.
const PLAIN_NAME: usize = 50;

/// What a file is whose kind is not known, or that cannot stand in a part of its own kind (RFC 2046 4.5.1).
const BYTES: &str = "application/octet-stream";

/// A file to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Attachment {
    /// See [`file_name`].
    pub name: String,
    /// See [`media_type`].
    pub media_type: String,
    pub bytes: Arc<Vec<u8>>,
}

/// A file's name without its folders, on one line.
pub fn file_name(path: &str) -> String {
    let name = one_line(path.rsplit(['/', '\\']).next().unwrap_or_default());
    if name.is_empty() { "attachment".to_owned() } else { shortened(&name, MOST_NAME) }
}

/// The media type of a file, by its name's ending. A whole mail goes as bytes: base64 is forbidden inside of
/// message/rfc822 (RFC 2046 5.2.1), and no mail program then takes it for a mail that was forwarded.
pub fn media_type(name: &str) -> String {
    let guessed = mime_guess::from_path(name).first_or_octet_stream().essence_str().to_owned();
    let composite = guessed.starts_with("message/") || guessed.starts_with("multipart/");
    if composite { BYTES.to_owned() } else { guessed }
}

/// The part: Content fields, blank line, base64 with CRLF line ends.
pub(super) fn part(attachment: &Attachment) -> Vec<u8> {
    let name = file_name(&attachment.name);
    let media_type = if is_media_type(&attachment.media_type) { &attachment.media_type } else { BYTES };
    let (in_type, in_disposition) = name_parameters(&name);
    let mut out = Vec::new();
    for (field, value, parameters) in
        [("Content-Type", media_type, in_type), ("Content-Disposition", "attachment", in_disposition)]
    {
        let last = parameters.len().saturating_sub(1);
        let parameters = parameters.into_iter().enumerate().map(|(n, text)| text + if n == last { "" } else { ";" });
        let words = std::iter::once(format!("{value};")).chain(parameters);
        out.extend(format!("{field}: {}\r\n", folded(field, words)).into_bytes());
    }
    out.extend(b"Content-Transfer-Encoding: base64\r\n\r\n");
    let bytes: Vec<u8> = attachment.bytes.as_ref().clone();
    // Base64 takes any bytes: the error is for the other encodings.
    if let Ok(body) = Body::new_with_encoding(bytes, ContentTransferEncoding::Base64) {
        out.extend(body.into_vec());
    }
    if !out.ends_with(b"\r\n") {
        out.extend(b"\r\n");
    }
    out
}

/// `type/subtype` of token characters (RFC 2045 5.1) that may be written in base64.
fn is_media_type(text: &str) -> bool {
    let is_token =
        |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&b));
    let sound = text.len() <= 100 && text.split_once('/').is_some_and(|(kind, sub)| is_token(kind) && is_token(sub));
    sound && !text.starts_with("message/") && !text.starts_with("multipart/")
}

/// The name as parameters of Content-Type and of Content-Disposition. Where it is not plain, the second is of RFC 2231,
/// which all programs of today read; the first stands in encoded words, which old Outlooks read and RFC 2231 does not know.
fn name_parameters(name: &str) -> (Vec<String>, Vec<String>) {
    if is_plain(name) && name.len() <= PLAIN_NAME {
        let name = quoted(name);
        return (vec![format!("name={name}")], vec![format!("filename={name}")]);
    }
    (vec![format!("name=\"{}\"", encoded_words(name).join("\r\n "))], continued("filename", name))
}

/// A parameter in the form of RFC 2231 3 and 4, each piece on a line of its own.
fn continued(parameter: &str, value: &str) -> Vec<String> {
    const ROOM: usize = 76 - " filename*99*=;".len();
    let mut pieces = vec!["utf-8''".to_owned()];
    for c in value.chars() {
        let code = percent_encoded(c);
        let full = pieces.last().is_none_or(|piece| piece.len() + code.len() > ROOM);
        if full {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.push_str(&code);
        }
    }
    match pieces.as_slice() {
        [only] => vec![format!("{parameter}*={only}")],
        _ => pieces.iter().enumerate().map(|(n, piece)| format!("{parameter}*{n}*={piece}")).collect(),
    }
}

/// RFC 2231 7, `attribute-char`, less what some program has taken for something else.
fn percent_encoded(c: char) -> String {
    if c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_') {
        return c.to_string();
    }
    c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(name: &str, media_type: &str) -> String {
        let attachment =
            Attachment { name: name.to_owned(), media_type: media_type.to_owned(), bytes: Arc::new(b"hello".to_vec()) };
        let text = String::from_utf8(part(&attachment)).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        assert_eq!(body, "aGVsbG8=\r\n");
        head.to_owned()
    }

    #[test]
    fn a_plain_name_stands_as_it_is() {
        assert_eq!(
            head("invoice 12.pdf", "application/pdf"),
            "Content-Type: application/pdf; name=\"invoice 12.pdf\"\r\n\
             Content-Disposition: attachment; filename=\"invoice 12.pdf\"\r\nContent-Transfer-Encoding: base64"
        );
    }

    #[test]
    fn a_name_beyond_ascii_is_of_rfc_2231_with_encoded_words_for_old_readers() {
        assert_eq!(
            head("Übersicht.pdf", "application/pdf"),
            "Content-Type: application/pdf; name=\"=?utf-8?q?=C3=9Cbersicht=2Epdf?=\"\r\n\
             Content-Disposition: attachment; filename*=utf-8''%C3%9Cbersicht.pdf\r\n\
             Content-Transfer-Encoding: base64"
        );
        let long = head(&format!("{}.pdf", "ü".repeat(60)), "application/pdf");
        assert!(long.contains("filename*0*=utf-8''%C3%BC") && long.contains(";\r\n filename*1*=%C3%BC"), "{long}");
        assert!(long.split("\r\n").all(|line| line.len() <= 78), "{long}");
    }

    #[test]
    fn neither_name_nor_type_can_add_a_field_or_a_parameter() {
        let hostile = "a\"; x=y\r\nBcc: evil@example.com\r\n\r\n\\.pdf\0";
        let text = head(hostile, "text/plain\r\nX-Evil: 1");
        let fields: Vec<_> = text.split("\r\n").filter(|line| !line.starts_with(' ')).collect();
        assert_eq!(fields.len(), 3, "{text}");
        assert!(text.starts_with("Content-Type: application/octet-stream;"), "{text}");
        let quotes = head("a\"b;c.txt", "text/plain");
        assert!(quotes.contains("filename=\"a\\\"b;c.txt\""), "{quotes}");
    }

    #[test]
    fn a_whole_mail_is_sent_as_bytes() {
        assert_eq!(media_type("question.eml"), BYTES);
        assert!(head("question.eml", "message/rfc822").starts_with("Content-Type: application/octet-stream;"));
        assert_eq!(
            [media_type("a.pdf"), media_type("b.PNG"), media_type("c")],
            ["application/pdf", "image/png", BYTES].map(str::to_owned)
        );
    }

    #[test]
    fn a_name_is_no_path() {
        assert_eq!(file_name("/home/alice/notes.txt"), "notes.txt");
        assert_eq!(file_name("C:\\Temp\\notes.txt"), "notes.txt");
        assert_eq!(file_name("folder/"), "attachment");
    }
}
