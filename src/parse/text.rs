//! Which text of a mail is its text: the plain parts where one has content, else the HTML.

use mail_parser::{Message, PartType};

use super::html;

/// The readable text: LF ends, no NUL.
#[derive(Debug, Default)]
pub(super) struct Text {
    pub text: String,
    pub from_html: bool,
    /// Byte spans that the HTML itself marks as a quote.
    pub marks: Vec<html::Mark>,
    /// Whether a NUL was replaced.
    pub nul: bool,
}

/// Chooses and normalises the text of a mail.
pub(super) fn of(message: &Message<'_>) -> Text {
    let parts = || message.text_body.iter().filter_map(|&id| message.parts.get(id as usize));
    let mut out = Text::default();
    for part in parts() {
        if let PartType::Text(text) = &part.body {
            append(&mut out, text);
        }
    }
    if out.text.trim().is_empty() {
        let html_parts = message.html_body.iter().filter_map(|&id| message.parts.get(id as usize));
        let page = html_parts.filter_map(|part| if let PartType::Html(page) = &part.body { Some(page) } else { None });
        out.text.clear();
        for page in page {
            let converted = html::to_text(page);
            end_line(&mut out);
            let offset = out.text.len();
            out.marks.extend(converted.marks.iter().map(|m| html::Mark {
                start: m.start + offset,
                end: m.end + offset,
                ..*m
            }));
            append(&mut out, &converted.text);
            out.from_html = true;
        }
    }
    out
}

fn end_line(out: &mut Text) {
    if !out.text.is_empty() && !out.text.ends_with('\n') {
        out.text.push('\n');
    }
}

/// Adds a text with LF ends and without NUL, on a line of its own.
fn append(out: &mut Text, text: &str) {
    end_line(out);
    if !text.contains(['\r', '\0']) {
        out.text.push_str(text);
        return;
    }
    out.text.reserve(text.len());
    let mut pieces = text.split('\r').peekable();
    while let Some(piece) = pieces.next() {
        if piece.contains('\0') {
            out.nul = true;
            out.text.push_str(&piece.replace('\0', "\u{FFFD}"));
        } else {
            out.text.push_str(piece);
        }
        if pieces.peek().is_some_and(|next| !next.starts_with('\n')) {
            out.text.push('\n');
        }
    }
}
