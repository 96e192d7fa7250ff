//! What every text for people has in common: colours where a terminal wants them, lines as wide as the screen, and nothing in
//! the words of strangers that a terminal would obey.

use std::io::IsTerminal;
use std::sync::OnceLock;

/// Columns that texts for people keep to where nobody says how wide the screen is: in a pipe, in a file.
const COLUMNS: usize = 100;
/// Fewer are of no use: dates, kinds and numbers fill them.
const FEWEST: usize = 60;

/// Columns that texts for people keep to: what `COLUMNS` says, else the terminal of standard output.
pub(super) fn columns() -> usize {
    static FOUND: OnceLock<usize> = OnceLock::new();
    *FOUND.get_or_init(|| {
        let told = std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok());
        let terminal = || terminal_size::terminal_size_of(std::io::stdout()).map(|(width, _)| usize::from(width.0));
        // 0: a terminal that does not know.
        told.or_else(terminal).filter(|width| *width > 0).unwrap_or(COLUMNS).max(FEWEST)
    })
}

/// Lines of the terminal of standard output.
pub(super) fn rows() -> usize {
    terminal_size::terminal_size_of(std::io::stdout()).map_or(24, |(_, height)| usize::from(height.0))
}

/// Colours and bold, or none.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    on: bool,
}

impl Paint {
    /// Colours when standard output is a terminal and `NO_COLOR` (no-color.org) is unset or empty.
    pub fn for_stdout() -> Self {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Paint { on: std::io::stdout().is_terminal() && !unwanted }
    }

    pub(super) fn bold(self, text: &str) -> String {
        self.with("1", text)
    }

    pub(super) fn dim(self, text: &str) -> String {
        self.with("2", text)
    }

    pub(super) fn green(self, text: &str) -> String {
        self.with("32", text)
    }

    pub(super) fn yellow(self, text: &str) -> String {
        self.with("33", text)
    }

    pub(super) fn red(self, text: &str) -> String {
        self.with("31", text)
    }

    /// ECMA-48 8.3.117, "select graphic rendition".
    fn with(self, code: &str, text: &str) -> String {
        if self.on && !text.is_empty() { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// One line out of text that a stranger wrote: control characters and marks that turn the direction of writing become a
/// visible replacement, white space a single space.
pub(super) fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.extend(word.chars().map(harmless));
    }
    out
}

/// The same over several lines.
pub(super) fn text(text: &str) -> String {
    text.chars().map(|c| if matches!(c, '\n' | '\t') { c } else { harmless(c) }).collect()
}

fn harmless(c: char) -> char {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    if c.is_control() || turns { char::REPLACEMENT_CHARACTER } else { c }
}

/// At most `most` characters; a cut is shown.
pub(super) fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let kept: String = text.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Breaks `text` between words so that lines of `indent` and text keep to the columns.
pub(super) fn wrap(text: &str, indent: usize) -> Vec<String> {
    wrap_to(text, columns().saturating_sub(indent).max(20))
}

/// Breaks `text` between words into lines of so many columns.
pub(super) fn wrap_to(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count();
        match lines.last_mut().filter(|_| used + 1 + length <= room) {
            Some(last) => {
                last.push(' ');
                last.push_str(word);
                used += 1 + length;
            }
            None => {
                lines.push(word.to_owned());
                used = length;
            }
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_instead() {
        assert_eq!(line("a\x1b[2Jb\r\n c\u{9b}\u{202e}d\t e"), "a\u{fffd}[2Jb c\u{fffd}\u{fffd}d e");
        assert_eq!(text("a\tb\nc\x07\r\n"), "a\tb\nc\u{fffd}\u{fffd}\n");
    }

    #[test]
    fn lines_break_between_words_and_long_words_stay_whole() {
        let words = vec!["word"; 40].join(" ");
        let lines = wrap(&words, 60);
        assert!(lines.len() > 1 && lines.iter().all(|line| line.chars().count() <= 40), "{lines:?}");
        assert_eq!(lines.join(" "), words);
        assert_eq!(wrap(&"x".repeat(200), 0), ["x".repeat(200)]);
    }

    #[test]
    fn a_cut_is_shown() {
        assert_eq!((cut("ümlaut", 6), cut("ümlauts", 6)), ("ümlaut".to_owned(), "ümlau…".to_owned()));
    }
}
