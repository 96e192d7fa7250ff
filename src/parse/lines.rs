//! A text as lines, so that rules can look ahead and back.

/// Text beyond these is not looked at by the rules for quotes.
const MOST_BYTES: usize = 256 * 1024;
const MOST_LINES: usize = 5_000;
/// Lines that most mails have no more of.
const USUAL: usize = 64;

/// The lines of a text: byte spans without line ends.
pub(super) struct Lines<'t> {
    text: &'t str,
    spans: Vec<Span>,
    /// Whether the text goes on behind the last line.
    pub truncated: bool,
}

/// Where a line stands, with the white space and the marks around it and without.
#[derive(Clone, Copy)]
struct Span {
    from: u32,
    to: u32,
    bare_from: u32,
    bare_to: u32,
}

impl<'t> Lines<'t> {
    pub fn of(text: &'t str) -> Self {
        let mut lines = Lines { text, spans: Vec::with_capacity(USUAL), truncated: false };
        let mut at = 0;
        let mut ends = memchr::memchr_iter(b'\n', text.as_bytes());
        loop {
            let line_end = ends.next();
            let end = line_end.unwrap_or(text.len());
            if lines.spans.len() >= MOST_LINES || end > MOST_BYTES {
                lines.truncated = true;
                return lines;
            }
            lines.spans.push(span(text, at, end));
            if line_end.is_none() {
                return lines;
            }
            at = end + 1;
        }
    }

    pub fn count(&self) -> usize {
        self.spans.len()
    }

    /// The line, or an empty one behind the end.
    pub fn get(&self, number: usize) -> &'t str {
        self.spans.get(number).and_then(|s| self.text.get(s.from as usize..s.to as usize)).unwrap_or_default()
    }

    /// The line without the white space and the marks around it.
    pub fn bare(&self, number: usize) -> &'t str {
        let span = self.spans.get(number);
        span.and_then(|s| self.text.get(s.bare_from as usize..s.bare_to as usize)).unwrap_or_default()
    }

    pub fn is_blank(&self, number: usize) -> bool {
        self.spans.get(number).is_none_or(|span| span.bare_from == span.bare_to)
    }

    /// Where the line begins; the end of the text behind the last one.
    pub fn start(&self, number: usize) -> usize {
        self.spans.get(number).map_or(self.text.len(), |span| span.from as usize)
    }

    /// The first line at or behind `number` that is not blank.
    pub fn next_text(&self, number: usize) -> usize {
        (number..self.count()).find(|&n| !self.is_blank(n)).unwrap_or(self.count())
    }

    /// The first line that begins at or behind a byte offset.
    pub fn at_offset(&self, offset: usize) -> usize {
        self.spans.partition_point(|span| (span.from as usize) < offset)
    }

    /// The text of the lines `first..end`, with `depth` levels of `>` taken off each line.
    pub fn unquoted(&self, first: usize, end: usize, depth: usize) -> String {
        let rest = self.text.get(self.start(first)..self.start(end)).unwrap_or_default();
        if depth == 0 {
            return rest.to_owned();
        }
        let mut out = String::with_capacity(rest.len());
        for line in rest.lines() {
            out.push_str(unquoted(line, depth));
            out.push('\n');
        }
        out
    }

    /// Whether the line is quoted; behind the end none is.
    pub fn is_quoted(&self, number: usize) -> bool {
        let Some(span) = self.spans.get(number) else { return false };
        match self.text.as_bytes().get(span.bare_from as usize) {
            Some(b'>') if span.bare_from == span.from => true,
            Some(b'>' | 0xef) => is_quoted(self.get(number)),
            _ => false,
        }
    }
}

fn span(text: &str, from: usize, to: usize) -> Span {
    let line = text.as_bytes().get(from..to).unwrap_or_default();
    let (before, kept) = match line.trim_ascii_end() {
        // Most lines have nothing to trim, or a space at the end: `> `.
        [] if line.is_empty() => (0, 0),
        kept @ ([b'!'..=b'~', .., b'!'..=b'~'] | [b'!'..=b'~']) => (0, kept.len()),
        _ => {
            let line = text.get(from..to).unwrap_or_default();
            let begun = line.trim_start_matches(is_unseen);
            (line.len() - begun.len(), begun.trim_end_matches(is_unseen).len())
        }
    };
    // No line lies beyond MOST_BYTES.
    Span { from: from as u32, to: to as u32, bare_from: (from + before) as u32, bare_to: (from + before + kept) as u32 }
}

/// Whether a line is quoted with `>`; Japanese writers use the full-width form too.
pub(super) fn is_quoted(line: &str) -> bool {
    let start = line.trim_start_matches([' ', '\t']);
    line.len() - start.len() <= 3 && start.starts_with(['>', '＞'])
}

/// The line without `depth` levels of `>`.
pub(super) fn unquoted(line: &str, depth: usize) -> &str {
    let mut line = line;
    for _ in 0..depth {
        let Some(inner) = line.trim_start().strip_prefix(['>', '＞']) else { return line };
        line = inner.strip_prefix(' ').unwrap_or(inner);
    }
    line
}

/// Whether a character only steers how its neighbours are shown: marks of direction, zero-width spaces. Joiners (U+200C,
/// U+200D) are spelling in Persian and Hindi.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{61c}')
}

/// The text without white space and marks at its ends.
pub(super) fn bare(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace() || is_mark(c)
}

#[cfg(test)]
mod tests {
    use super::{Lines, bare};

    #[test]
    fn lines_are_bare_without_white_space_and_marks() {
        let text = "né\n été \n\u{200e}中文\u{feff}\n\n >\u{a0}\n> \na\t\x0b \n \t\n-- \r\n\x7f\na";
        let lines = Lines::of(text);
        let found: Vec<_> = (0..lines.count()).map(|number| lines.bare(number)).collect();
        assert_eq!(found, text.split('\n').map(bare).collect::<Vec<_>>());
    }
}
