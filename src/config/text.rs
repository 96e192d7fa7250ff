//! Values as TOML texts (toml.io, v1.0.0): what is written here is read back as the same value, and a reviewer sees every
//! character of it.

use std::fmt::Write;

/// Lists that are longer than this get a line for each item.
const WIDEST_LIST: usize = 100;

/// A text in one line: a basic string.
pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            c => push(&mut out, c),
        }
    }
    out.push('"');
    out
}

/// A text of several lines as it stands: a multi-line basic string. One line alone is written as such.
pub(super) fn block(text: &str) -> String {
    if !text.contains('\n') {
        return quoted(text);
    }
    let mut out = String::with_capacity(text.len() + 8);
    // The newline behind the opening quotes is no part of the text.
    out.push_str("\"\"\"\n");
    let mut quotes = 0;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        quotes = if c == '"' { quotes + 1 } else { 0 };
        match (c, chars.peek()) {
            ('\n', _) => out.push('\n'),
            // Three in a row would end the text, and so would one before the closing quotes.
            ('"', next) if quotes == 3 || next.is_none() => {
                out.push_str("\\\"");
                quotes = 0;
            }
            ('"', _) => out.push('"'),
            // Editors take away spaces at the end of a line: the one of the signature's dashes (RFC 3676 4.3) too.
            (' ', None | Some('\n')) => out.push_str("\\u0020"),
            (c, _) => push(&mut out, c),
        }
    }
    out.push_str("\"\"\"");
    out
}

/// Values that are TOML already, as a list: in one line where that is short enough.
pub(super) fn list(items: &[String]) -> String {
    let line = format!("[{}]", items.join(", "));
    if line.chars().count() <= WIDEST_LIST && !line.contains('\n') {
        return line;
    }
    // A newline inside of an item is one between values: in texts it is written otherwise.
    format!("[\n{}]", items.iter().map(|item| format!("    {},\n", item.replace('\n', "\n    "))).collect::<String>())
}

/// A character that is no quote and no newline. What cannot be seen, or turns the direction of what is seen, is written
/// as its number.
fn push(out: &mut String, c: char) {
    let unseen = c.is_control()
        || matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}');
    match c {
        '\\' => out.push_str("\\\\"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        c if unseen => {
            // Writing into a String cannot fail.
            let _ = write!(out, "\\u{:04X}", u32::from(c));
        }
        c => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{block, list, quoted};

    fn read(value: &str) -> String {
        let table: toml::Table = toml::from_str(&format!("a = {value}\n")).unwrap_or_else(|e| panic!("{value}\n{e}"));
        table["a"].as_str().unwrap().to_owned()
    }

    #[test]
    fn several_lines_stay_lines_and_quotes_stay_readable() {
        let html = "<p class=\"a\">\n\t<b>Hi</b>\n-- \nWe \\ you\n\"";
        assert_eq!(block(html), "\"\"\"\n<p class=\"a\">\n\\t<b>Hi</b>\n--\\u0020\nWe \\\\ you\n\\\"\"\"\"");
        assert_eq!(block("one line"), "\"one line\"");
    }

    #[test]
    fn what_cannot_be_seen_is_written_as_its_number() {
        assert_eq!(quoted("a\u{202e}b\u{0}\r\u{feff}\u{85}"), "\"a\\u202Eb\\u0000\\r\\uFEFF\\u0085\"");
    }

    #[test]
    fn a_long_list_has_a_line_for_each_item() {
        assert_eq!(list(&["1".to_owned(), "2".to_owned()]), "[1, 2]");
        let long = "x".repeat(60);
        assert_eq!(list(&[long.clone(), long.clone()]), format!("[\n    {long},\n    {long},\n]"));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn any_text_is_read_back_as_it_was(text in "[\\PC\\pC\"\\\\\n\r\t ]{0,40}") {
            prop_assert_eq!(read(&quoted(&text)), text.clone());
            prop_assert_eq!(read(&block(&text)), text);
        }
    }
}
