//! Text in header fields. Nothing that goes through here can begin another field.

/// Display names are cut here; longer ones are nobody's.
const MOST_NAME: usize = 200;

/// What stays on a line of 78 octets behind any name of ours.
const LONGEST_WORD: usize = 60;

/// `text` on one line: white space and control characters become single spaces, none at either end. A line break in a
/// field's value would let whoever wrote it add fields of their own.
pub fn one_line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// At most `most` characters of `text`, the last one an ellipsis when something was left out.
pub fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text.chars().take(most.saturating_sub(1)).chain(['…']).collect(),
    }
}

/// An unstructured field's value (RFC 5322 3.2.5), encoded and folded, to stand behind `name: `. `text` is on one line.
///
/// Printable ASCII with words that fit a line stays as it is; anything else becomes encoded words (RFC 2047 2) as a
/// whole: mixing both loses spaces, and a stranger's `=?` must not be read as an encoded word.
pub fn unstructured(name: &str, text: &str) -> String {
    match is_plain(text) {
        true => folded(name, text.split(' ').map(str::to_owned)),
        false => folded(name, encoded_words(text).into_iter()),
    }
}

/// Whether the text may stand without encoding.
pub fn is_plain(text: &str) -> bool {
    text.is_ascii() && !text.contains("=?") && text.split(' ').all(|word| word.len() <= LONGEST_WORD)
}

/// A list of mailboxes (RFC 5322 3.4): name and address in ASCII, save for a local part that is not (RFC 6532 3.2).
pub fn mailboxes<'a>(name: &str, list: impl Iterator<Item = (&'a str, String)>) -> String {
    let mut words: Vec<String> = Vec::new();
    for (display, address) in list {
        if let Some(last) = words.last_mut() {
            last.push(',');
        }
        words.extend(phrase(&shortened(&one_line(display), MOST_NAME)));
        words.push(format!("<{address}>"));
    }
    folded(name, words.into_iter())
}

/// A display name (RFC 5322 3.2.5) as words to be folded: in quotes, or as encoded words.
fn phrase(display: &str) -> Vec<String> {
    if display.is_empty() {
        return Vec::new();
    }
    if !is_plain(display) {
        return encoded_words(display);
    }
    quoted(display).split(' ').map(str::to_owned).collect()
}

/// `text`, of one line, as a quoted string (RFC 5322 3.2.4).
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

/// Puts `words` on lines of at most 78 octets where they fit (RFC 5322 2.1.1), each line but the first led by a space.
pub fn folded(name: &str, words: impl Iterator<Item = String>) -> String {
    let mut out = String::new();
    let mut column = name.len() + 1;
    for word in words {
        if !out.is_empty() {
            let fits = column + 1 + word.len() <= 78;
            out.push_str(if fits { " " } else { "\r\n " });
            column = if fits { column } else { 0 };
        }
        column += 1 + word.len();
        out.push_str(&word);
    }
    out
}

/// Encoded words of the Q encoding (RFC 2047 4.2), at most 75 octets each, never splitting a character (RFC 2047 5).
pub fn encoded_words(text: &str) -> Vec<String> {
    const OPEN: &str = "=?utf-8?q?";
    const ROOM: usize = 75 - OPEN.len() - "?=".len() - "Subject: ".len();
    let mut words = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let code = q_encoded(c);
        if word.len() + code.len() > ROOM {
            words.push(format!("{OPEN}{word}?="));
            word.clear();
        }
        word.push_str(&code);
    }
    if !word.is_empty() {
        words.push(format!("{OPEN}{word}?="));
    }
    words
}

fn q_encoded(c: char) -> String {
    match c {
        ' ' => "_".to_owned(),
        'a'..='z' | 'A'..='Z' | '0'..='9' | '!' | '*' | '+' | '-' | '/' => c.to_string(),
        _ => c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("={byte:02X}")).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn line_breaks_and_controls_become_single_spaces() {
        assert_eq!(one_line(" Help\r\nBcc: x@example.org\0\u{85}\u{2028}now\t\t!"), "Help Bcc: x@example.org now !");
    }

    #[test]
    fn shortening_counts_characters() {
        assert_eq!(shortened("één", 3), "één");
        assert_eq!(shortened("viér", 3), "vi…");
    }

    #[test]
    fn a_strangers_encoded_word_is_not_let_through() {
        assert_eq!(unstructured("Subject", "=?utf-8?q?x?="), "=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?=");
    }

    #[test]
    fn a_name_cannot_add_an_address() {
        let list = [("Ann\" <x@example.com>, \"Bo", "ann@example.org".to_owned()), ("", "bo@example.org".to_owned())];
        let value = mailboxes("To", list.into_iter());
        assert_eq!(value, "\"Ann\\\" <x@example.com>, \\\"Bo\" <ann@example.org>, <bo@example.org>");
    }

    #[test]
    fn many_addresses_are_folded() {
        let list = (0..200).map(|n| ("Zoë", format!("number.{n}@example.org")));
        let value = mailboxes("To", list);
        assert!(value.split("\r\n").all(|line| line.len() <= 78), "{value}");
    }

    #[test]
    fn long_values_are_folded_and_long_words_are_encoded_to_be_folded() {
        for text in ["word ".repeat(100), "w".repeat(3000), "wörd ".repeat(100)] {
            let field = format!("Subject: {}", unstructured("Subject", text.trim()));
            assert!(field.split("\r\n").all(|line| line.len() <= 78), "{field}");
            assert!(
                field.split("\r\n").skip(1).all(|line| line.starts_with(' ') && !line.trim().is_empty()),
                "{field}"
            );
        }
    }
}
