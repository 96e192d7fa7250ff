//! Replies (RFC 5321 4.2): their lines, their code, and what people are shown of them.

use crate::net;

/// Characters of what a server said that are kept.
const LONGEST_SAID: usize = 500;

/// What a relay said about a mail or a recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// Three digits, the first 2 to 5. Only that one is sure to mean anything.
    pub code: u16,
    /// The enhanced code (RFC 3463), where there is one: `5.1.1`.
    pub enhanced: Option<String>,
    /// The rest, of all lines: one line, no control characters, of bounded length.
    pub text: String,
}

impl std::fmt::Display for Reply {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.code)?;
        for part in self.enhanced.iter().chain(Some(&self.text).filter(|text| !text.is_empty())) {
            write!(f, " {part}")?;
        }
        Ok(())
    }
}

impl Reply {
    pub(super) fn is_positive(&self) -> bool {
        self.code < 300
    }

    /// 3yz: the server waits for more.
    pub(super) fn asks_for_more(&self) -> bool {
        (300..400).contains(&self.code)
    }

    pub(super) fn is_temporary(&self) -> bool {
        (400..500).contains(&self.code)
    }
}

/// A whole reply, line by line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) code: u16,
    /// Without codes.
    pub(super) lines: Vec<String>,
}

impl Answer {
    pub(super) fn reply(&self) -> Reply {
        let enhanced = self.lines.first().and_then(|line| enhanced_code(self.code, line));
        let bare = |line: &String| {
            let rest = enhanced.and_then(|code| line.strip_prefix(code));
            let rest = rest.filter(|rest| rest.is_empty() || rest.starts_with(' '));
            rest.unwrap_or(line).trim().to_owned()
        };
        let text = self.lines.iter().map(bare).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
        let text = net::said(&text, LONGEST_SAID);
        Reply { code: self.code, enhanced: enhanced.map(str::to_owned), text }
    }
}

/// The code that a line begins with (RFC 2034 4): of the class that the reply has.
fn enhanced_code(code: u16, line: &str) -> Option<&str> {
    let word = line.split(' ').next()?;
    let parts: Vec<&str> = word.split('.').collect();
    let [class, subject, detail] = parts.as_slice() else { return None };
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    (*class == (code / 100).to_string() && is_number(subject) && is_number(detail)).then_some(word)
}

/// What a line of a reply is.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line<'l> {
    pub(super) code: u16,
    pub(super) is_last: bool,
    pub(super) text: &'l str,
}

/// Reads a line without its end. `None`: that is no SMTP.
pub(super) fn read_line(line: &str) -> Option<Line<'_>> {
    let (code, rest) = line.split_at_checked(3)?;
    let digits = code.bytes().all(|byte| byte.is_ascii_digit()) && matches!(code.as_bytes(), [b'2'..=b'5', ..]);
    let code = code.parse().ok().filter(|_| digits)?;
    // Some leave out the space where nothing follows.
    let mut rest = rest.chars();
    let is_last = match rest.next() {
        None | Some(' ') => true,
        Some('-') => false,
        Some(_) => return None,
    };
    Some(Line { code, is_last, text: rest.as_str() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(code: u16, lines: &[&str]) -> Reply {
        Answer { code, lines: lines.iter().map(|line| line.to_string()).collect() }.reply()
    }

    #[test]
    fn an_enhanced_code_is_told_from_the_text_and_repeated_ones_are_left_out() {
        let many = reply(550, &["5.1.1 The account that you tried to reach", "5.1.1 does not exist", "5.1.10 ok"]);
        assert_eq!(many.enhanced.as_deref(), Some("5.1.1"));
        assert_eq!(many.text, "The account that you tried to reach does not exist 5.1.10 ok");
        assert_eq!(many.to_string(), "550 5.1.1 The account that you tried to reach does not exist 5.1.10 ok");
        // Of another class, or no code at all.
        for text in ["4.1.1 odd", "5.1 odd", "5.1.1234 odd", "5.a.1 odd", "5.1.1.1 odd"] {
            assert_eq!((reply(550, &[text]).enhanced, reply(550, &[text]).text.as_str()), (None, text));
        }
        assert_eq!(reply(250, &["2.0.0"]).to_string(), "250 2.0.0");
    }

    #[test]
    fn what_is_shown_is_one_line_of_bounded_length() {
        let shown = reply(554, &["a\u{1b}[31mred\tx", &"y".repeat(10_000)]).text;
        assert!(shown.starts_with("a [31mred x yyy") && shown.chars().count() == LONGEST_SAID, "{shown}");
    }

    #[test]
    fn a_line_has_a_code_of_three_digits_and_says_whether_more_follow() {
        let line = |code, is_last, text| Some(Line { code, is_last, text });
        assert_eq!(read_line("250-SIZE 1000"), line(250, false, "SIZE 1000"));
        assert_eq!(read_line("250"), line(250, true, ""));
        assert_eq!(read_line("571 5.7.1 no"), line(571, true, "5.7.1 no"));
        for garbage in ["", "25", "2500 ok", "150 ok", "650 ok", "+50 ok", "ok 250", "25é ok", "* OK IMAP4rev1"] {
            assert_eq!(read_line(garbage), None, "{garbage}");
        }
    }
}
