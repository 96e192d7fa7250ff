//! Display names (RFC 5322 3.4) as people read them.

use super::encoded_words;
use super::words::is_one_line;

/// A name as people read it: encoded words decoded, on one line, no quotes around it.
pub(super) fn shown(name: &str) -> String {
    if is_shown_so(name) {
        return name.to_owned();
    }
    without_quotes(&encoded_words::decode(name).text)
}

/// A name whose encoded words are decoded, on one line, no quotes around it.
pub(super) fn without_quotes(decoded: &str) -> String {
    let mut out = String::with_capacity(decoded.len());
    for word in decoded.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Encoded quotes: =?utf-8?q?=22Ann_Lee=22?=; Outlook puts single ones around.
    for quote in ['"', '\''] {
        let bare =
            out.strip_prefix(quote).and_then(|name| name.strip_suffix(quote)).filter(|name| !name.contains(quote));
        if let Some(bare) = bare.map(|bare| bare.trim().to_owned()) {
            out = bare;
        }
    }
    out
}

/// Whether a name is ASCII of single words, without quotes around it or encoded words in it: as it is shown.
fn is_shown_so(name: &str) -> bool {
    !name.starts_with(['"', '\'']) && !name.ends_with(['"', '\'']) && !name.contains('?') && is_one_line(name)
}
