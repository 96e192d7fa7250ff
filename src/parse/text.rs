//! Which text of a mail is its text: the plain parts where one has content, else the HTML.

use std::borrow::Cow;

use mail_parser::{Message, MimeHeaders, PartType};

use super::{html, part_text, tnef};

/// The readable text: LF ends, no NUL.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub text: String,
    pub from_html: bool,
    /// Byte spans that the HTML itself marks as a quote.
    pub marks: Vec<html::Mark>,
    /// Whether a NUL was replaced.
    pub nul: bool,
    /// The part of which this is all the text, as it was decoded but for its line ends.
    pub part: Option<u32>,
}

/// Chooses and normalises the text of a mail.
pub(super) fn of(message: &Message<'_>) -> Text {
    let parts = message.text_body.iter().filter_map(|&id| Some((id, message.parts.get(id as usize)?)));
    let mut out = Text::default();
    for (id, part) in parts {
        if matches!(part.body, PartType::Text(_))
            && let Some(decoded) = part_text::of(part, message)
        {
            let alone = out.text.is_empty();
            let whole = append(&mut out, &decoded.text);
            out.part = (alone && whole && matches!(decoded.text, Cow::Borrowed(_))).then_some(id);
        }
    }
    if out.text.trim().is_empty() {
        page(&mut out, message);
    }
    if out.text.trim().is_empty() {
        broken(&mut out, message);
    }
    out
}

/// The text of a TNEF stream.
pub(super) fn of_stream(stream: &tnef::Contents) -> Text {
    let mut out = Text::default();
    append(&mut out, &stream.text);
    if stream.text.trim().is_empty() {
        let page = html::to_text(&stream.html);
        out = Text { from_html: true, marks: page.marks, ..Text::default() };
        append(&mut out, &page.text);
    }
    out
}

/// The HTML parts.
fn page(out: &mut Text, message: &Message<'_>) {
    for part in message.html_body.iter().filter_map(|&id| message.parts.get(id as usize)) {
        let (PartType::Html(_), Some(html)) = (&part.body, part_text::of(part, message)) else { continue };
        if !out.from_html {
            out.text.clear();
            out.part = None;
            out.from_html = true;
        }
        let page = html::to_text(&html.text);
        end_line(out);
        let offset = out.text.len();
        out.marks.extend(page.marks.iter().map(|m| html::Mark { start: m.start + offset, end: m.end + offset, ..*m }));
        append(out, &page.text);
    }
}

/// In a multipart that never ends, mail-parser takes the text for an attachment; a reader would still want to see it.
fn broken(out: &mut Text, message: &Message<'_>) {
    let cut_off = message.parts.iter().find(|part| {
        matches!(part.body, PartType::Text(_)) && part.is_encoding_problem && part.attachment_name().is_none()
    });
    if let Some(decoded) = cut_off.and_then(|part| part_text::of(part, message)) {
        out.text.clear();
        out.part = None;
        out.from_html = false;
        append(out, &decoded.text);
    }
}

fn end_line(out: &mut Text) {
    if !out.text.is_empty() && !out.text.ends_with('\n') {
        out.text.push('\n');
    }
}

/// Adds a text with LF ends and without NUL, on a line of its own. Whether nothing was changed but CRLF to LF.
fn append(out: &mut Text, text: &str) -> bool {
    end_line(out);
    out.text.reserve(text.len());
    let bytes = text.as_bytes();
    let mut from = 0;
    let mut whole = true;
    for at in memchr::memchr2_iter(b'\r', 0, bytes) {
        out.text.push_str(text.get(from..at).unwrap_or_default());
        from = at + 1;
        if bytes.get(at) == Some(&0) {
            out.nul = true;
            out.text.push('\u{FFFD}');
            whole = false;
        } else if bytes.get(from) != Some(&b'\n') {
            out.text.push('\n');
            whole = false;
        }
    }
    out.text.push_str(text.get(from..).unwrap_or_default());
    whole
}
