//! A text as lines, so that rules can look ahead and back.

/// Text beyond these is not looked at by the rules for quotes.
const MOST_BYTES: usize = 256 * 1024;
const MOST_LINES: usize = 5_000;

/// The lines of a text: byte spans without line ends.
pub(super) struct Lines<'t> {
    text: &'t str,
    spans: Vec<(usize, usize)>,
    /// Whether the text goes on behind the last line.
    pub truncated: bool,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut spans = Vec::with_capacity(64);
        let mut at = 0;
        for end in memchr::memchr_iter(b'\n', text.as_bytes()).chain([text.len()]) {
            if spans.len() >= MOST_LINES || end > MOST_BYTES {
                return Lines { text, spans, truncated: true };
            }
            spans.push((at, end));
            at = end + 1;
        }
        Lines { text, spans, truncated: false }
    }

    pub fn count(&self) -> usize {
        self.spans.len()
    }

    /// The line, or an empty one behind the end.
    pub fn get(&self, number: usize) -> &'t str {
        self.spans.get(number).and_then(|&(from, to)| self.text.get(from..to)).unwrap_or_default()
    }

    pub fn is_blank(&self, number: usize) -> bool {
        self.get(number).trim().is_empty()
    }

    /// Where the line begins; the end of the text behind the last one.
    pub fn start(&self, number: usize) -> usize {
        self.spans.get(number).map_or(self.text.len(), |&(from, _)| from)
    }

    /// The first line at or behind `number` that is not blank.
    pub fn next_text(&self, number: usize) -> usize {
        (number..self.count()).find(|&n| !self.is_blank(n)).unwrap_or(self.count())
    }

    /// The first line that begins at or behind a byte offset.
    pub fn at_offset(&self, offset: usize) -> usize {
        self.spans.partition_point(|&(from, _)| from < offset)
    }
}

/// Whether a line is quoted with `>`; Japanese writers use the full-width form too.
pub(super) fn is_quoted(line: &str) -> bool {
    let start = line.trim_start_matches([' ', '\t']);
    line.len() - start.len() <= 3 && (start.starts_with('>') || start.starts_with('＞'))
}

/// Whether a character only steers how its neighbours are shown: marks of direction, zero-width spaces. Joiners (U+200C,
/// U+200D) are spelling in Persian and Hindi.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// The line without white space and marks at its ends.
pub(super) fn bare(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || is_mark(c))
}
