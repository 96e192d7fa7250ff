//! The body of an outgoing mail: text with its marker and quote, HTML beside it, files behind it.

use lettre::message::{MultiPart, SinglePart};
use sha2::{Digest, Sha256};

use super::Token;
use super::attachment;
use super::outgoing::Outgoing;

/// The part or parts of the mail, their Content fields first: the text, and behind it what is attached (RFC 2046 5.1.3).
pub(super) fn body(mail: &Outgoing) -> Vec<u8> {
    let text = text_part(mail);
    if mail.attachments.is_empty() {
        return text;
    }
    let boundary = boundary(&mail.token, "boundary of files");
    let mut out = format!("Content-Type: multipart/mixed;\r\n boundary=\"{boundary}\"\r\n\r\n").into_bytes();
    for part in std::iter::once(text).chain(mail.attachments.iter().map(attachment::part)) {
        out.extend(format!("--{boundary}\r\n").into_bytes());
        out.extend(part);
    }
    out.extend(format!("--{boundary}--\r\n").into_bytes());
    out
}

/// What is to be read, as text or as text and HTML.
fn text_part(mail: &Outgoing) -> Vec<u8> {
    let marker = mail.token.body_marker();
    let text = SinglePart::plain(crlf(&above_quote(&marked_text(&mail.text, &marker), &mail.quote)));
    match &mail.html {
        None => text.formatted(),
        Some(html) => {
            let parts = MultiPart::alternative().boundary(boundary(&mail.token, "boundary")).singlepart(text);
            parts.singlepart(SinglePart::html(crlf(&marked_html(html, &marker)))).formatted()
        }
    }
}

/// The text with the marker on a line of its own: at the end, but above a signature, which programs leave out when they
/// quote (RFC 3676 4.3).
pub(super) fn marked_text(text: &str, marker: &str) -> String {
    let text = text.trim_end_matches(['\r', '\n']);
    let signature = text.replace("\r\n", "\n").starts_with("-- \n").then_some(0);
    let signature = signature.or_else(|| text.rfind("\n-- \r\n").or_else(|| text.rfind("\n-- \n")).map(|at| at + 1));
    match signature.and_then(|at| text.split_at_checked(at)) {
        Some((above, signature)) => format!("{}{marker}\n\n{signature}", apart(above)),
        None => format!("{}{marker}\n", apart(text)),
    }
}

/// The text with the quote at its end.
fn above_quote(text: &str, quote: &str) -> String {
    if quote.is_empty() { text.to_owned() } else { format!("{}{quote}", apart(text)) }
}

/// A text with a blank line below it, where there is a text.
fn apart(text: &str) -> String {
    let text = text.trim_end_matches(['\r', '\n']);
    if text.is_empty() { String::new() } else { format!("{text}\n\n") }
}

/// The page with the marker at its end, small and grey.
pub(super) fn marked_html(html: &str, marker: &str) -> String {
    let line = format!("<div style=\"color:#999999;font-size:11px\">{marker}</div>\n");
    let html = html.trim_end_matches(['\r', '\n']);
    let end = html.rfind("</body").or_else(|| html.rfind("</BODY")).unwrap_or(html.len());
    match html.split_at_checked(end) {
        Some((page, "")) => format!("{page}\n{line}"),
        Some((page, end)) => format!("{page}{line}{end}"),
        None => format!("{html}\n{line}"),
    }
}

/// A boundary (RFC 2046 5.1.1) that belongs to this send: no text written before it can contain it.
fn boundary(token: &Token, of: &str) -> String {
    let digest = Sha256::new().chain_update(of).chain_update(token.as_str()).finalize();
    digest.iter().take(20).fold(String::from("=_"), |text, byte| format!("{text}{byte:02x}"))
}

/// `text` with CRLF line ends and without NUL (RFC 5322 2.3), the line ends at its end left to the MIME form.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 32);
    let mut after_cr = false;
    for c in text.trim_end_matches(['\r', '\n']).chars() {
        match c {
            '\n' if after_cr => {}
            '\r' | '\n' => out.push_str("\r\n"),
            '\0' => {}
            _ => out.push(c),
        }
        after_cr = c == '\r';
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_marker_is_the_last_line_above_a_signature_and_within_the_page() {
        for (text, expected) in [
            ("Hello.\n", "Hello.\n\nref:x\n"),
            ("", "ref:x\n"),
            ("Hello.\n\n-- \nBo\n", "Hello.\n\nref:x\n\n-- \nBo"),
            ("-- \nBo", "ref:x\n\n-- \nBo"),
            ("Hello.\r\n-- \r\nBo", "Hello.\n\nref:x\n\n-- \r\nBo"),
            ("a -- \nb", "a -- \nb\n\nref:x\n"),
        ] {
            assert_eq!(marked_text(text, "ref:x"), expected, "{text:?}");
        }
        let line = "<div style=\"color:#999999;font-size:11px\">ref:x</div>\n";
        assert_eq!(marked_html("<p>Hi</p>\n", "ref:x"), format!("<p>Hi</p>\n{line}"));
        assert_eq!(marked_html("<body><p>é</p></body></html>", "ref:x"), format!("<body><p>é</p>{line}</body></html>"));
    }
}
