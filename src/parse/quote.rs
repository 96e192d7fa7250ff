//! What of a text is new and what is quoted.
//!
//! The text is walked once, line by line. A forwarded mail, an Outlook header block or an unmarked quote goes on to the
//! end; `>` lines are quoted where they stand, so that answers between them stay new.

use super::attribution::{self, Sureness};
use super::forward;
use super::html::Mark;
use super::lines::{Lines, unquoted};
use super::{blocks, signature, tables};
use crate::domain::ForwardMark;

/// Blank lines that may stand between an attribution and its quote.
const GAP: usize = 3;

/// A forwarded mail found in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ForwardAt {
    pub mark: ForwardMark,
    /// The first line behind the client's own line.
    pub content: usize,
}

/// The outcome of the walk.
pub(super) struct Split {
    /// Per line: whether it is quoted.
    quoted: Vec<bool>,
    pub forward: Option<ForwardAt>,
    seen_quote: bool,
}

/// Walks the lines of a text; `marks` are the quote containers of the HTML that it came from.
pub(super) fn split(lines: &Lines<'_>, marks: &[Mark]) -> Split {
    let mut split = Split { quoted: vec![false; lines.count()], forward: None, seen_quote: false };
    let mut marks = marks.iter().map(|m| (lines.at_offset(m.start), lines.at_offset(m.end), m.to_end)).peekable();
    let mut number = 0;
    while number < lines.count() {
        while marks.next_if(|&(first, ..)| first < number).is_some() {}
        if lines.is_blank(number) {
            number += 1;
            continue;
        }
        let marked = marks.next_if(|&(first, ..)| lines.next_text(first) == number || first == number);
        number = match split.step(lines, number) {
            Some(next) => next,
            None => match marked {
                Some((_, end, to_end)) => split.marked(lines, number, if to_end { lines.count() } else { end }),
                None => number + 1,
            },
        };
    }
    split
}

impl Split {
    /// Decides about one line that is not blank. `None` when it is new by these rules.
    fn step(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let line = lines.trimmed(number);
        if lines.is_quoted(number) {
            // Apple Mail quotes the forwarded mail with its line.
            if !self.seen_quote && forward::is_line(unquoted(line, 1).trim()) {
                return Some(self.forwarded(lines, number, number + 1, ForwardMark::Line));
            }
            return self.quoted_lines(lines, number);
        }
        // Cheap tests first: every rule below needs a colon, a dash or an underscore in its place.
        let ends_open = line.ends_with([':', '：']);
        if (ends_open || line.starts_with(['-', '=', '*', '_', '<'])) && forward::is_line(line) {
            return Some(self.forwarded(lines, number, number + 1, ForwardMark::Line));
        }
        if line.starts_with(['-', '_', '=', '*']) {
            if is_original_line(line) {
                return Some(self.earlier_mail(lines, number, number + 1));
            }
            if is_rule(line) {
                let next = lines.next_text(number + 1);
                return self.header_block(lines, number, next);
            }
        }
        if blocks::may_begin(line)
            && let Some(end) = self.header_block(lines, number, number)
        {
            return Some(end);
        }
        self.attribution(lines, number)
    }

    /// `-----Original Message-----`: Outlook writes it above quotes and forwards alike.
    fn earlier_mail(&mut self, lines: &Lines<'_>, number: usize, content: usize) -> usize {
        let first = lines.next_text(content);
        if blocks::read(lines, first, 0).is_sure() {
            return self.forwarded(lines, number, first, ForwardMark::HeaderBlock);
        }
        self.rest(lines, number)
    }

    fn header_block(&mut self, lines: &Lines<'_>, number: usize, first: usize) -> Option<usize> {
        blocks::read(lines, first, 0).is_sure().then(|| self.forwarded(lines, number, first, ForwardMark::HeaderBlock))
    }

    /// A forwarded mail is the outermost new content only where nothing is quoted above it.
    fn forwarded(&mut self, lines: &Lines<'_>, number: usize, content: usize, mark: ForwardMark) -> usize {
        if !self.seen_quote {
            self.forward = Some(ForwardAt { mark, content });
        }
        self.rest(lines, number)
    }

    fn attribution(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let (end, sureness) = attribution::at(lines, number)?;
        let next = lines.next_text(end);
        if next < lines.count() && next <= end + GAP && lines.is_quoted(next) {
            self.mark(number, next);
            return self.quoted_lines(lines, next);
        }
        if sureness == Sureness::IfQuoted || next == lines.count() {
            return None;
        }
        // A forward may stand right below the attribution of the mail that is answered: still a reply.
        self.seen_quote = true;
        Some(self.rest(lines, number))
    }

    /// A run of `>` lines, blank lines between them included.
    fn quoted_lines(&mut self, lines: &Lines<'_>, number: usize) -> Option<usize> {
        let mut end = number;
        while end < lines.count() {
            if lines.is_quoted(end) {
                end += 1;
                continue;
            }
            let next = lines.next_text(end);
            if next > end && next < lines.count() && next <= end + GAP && lines.is_quoted(next) {
                end = next;
            } else {
                break;
            }
        }
        if self.is_stray(lines, number, end) {
            return None;
        }
        self.mark(number, end);
        Some(end)
    }

    /// A single `>` line that hangs on a written line, with no quote above it or no answer below: a shell prompt, an arrow.
    fn is_stray(&self, lines: &Lines<'_>, number: usize, end: usize) -> bool {
        let single = end == number + 1;
        let hangs = number > 0 && !lines.is_blank(number - 1) && !self.is_quoted(number - 1);
        single && hangs && (!self.seen_quote || signature::is_all(lines, lines.next_text(end)))
    }

    /// A quote container of the HTML. Where it holds `>` lines, only what stands above them is its attribution.
    fn marked(&mut self, lines: &Lines<'_>, number: usize, end: usize) -> usize {
        let first_quoted = (number..end).find(|&n| lines.is_quoted(n));
        let end = first_quoted.unwrap_or(end).max(number + 1);
        self.mark(number, end);
        end
    }

    fn rest(&mut self, lines: &Lines<'_>, number: usize) -> usize {
        self.mark(number, lines.count());
        lines.count()
    }

    fn mark(&mut self, from: usize, to: usize) {
        if let Some(lines) = self.quoted.get_mut(from..to) {
            lines.fill(true);
        }
        self.seen_quote = true;
    }

    fn is_quoted(&self, number: usize) -> bool {
        self.quoted.get(number).copied().unwrap_or(false)
    }

    /// Turns the marks of the lines into spans of the text; `author` is the writer's display name, for signatures. Text
    /// beyond the bounds of [`Lines`] goes with the last line.
    pub fn into_spans(self, lines: &Lines<'_>, text: &str, author: &str) -> Spans {
        let mut spans = Spans::default();
        let mut number = 0;
        while number < lines.count() {
            let quoted = self.is_quoted(number);
            let end = (number..lines.count()).find(|&n| self.is_quoted(n) != quoted).unwrap_or(lines.count());
            if quoted {
                spans.quoted.push((lines.start(number), lines.start(end)));
            } else {
                let signature = signature::first_line(lines, number, end, author);
                push_text(&mut spans.new, text, (lines.start(number), lines.start(signature)));
                if signature < end && spans.signature.is_none() {
                    spans.signature = Some((lines.start(signature), lines.start(end)));
                }
            }
            number = end;
        }
        spans
    }
}

/// Byte spans of a text.
#[derive(Default)]
pub(super) struct Spans {
    pub new: Vec<(usize, usize)>,
    pub quoted: Vec<(usize, usize)>,
    pub signature: Option<(usize, usize)>,
}

fn push_text(spans: &mut Vec<(usize, usize)>, text: &str, span: (usize, usize)) {
    if text.get(span.0..span.1).is_some_and(|part| !part.trim().is_empty()) {
        spans.push(span);
    }
}

fn is_original_line(line: &str) -> bool {
    let drawn = line.trim_start_matches('*');
    if !drawn.starts_with("--") && !drawn.starts_with("__") && !drawn.starts_with("==") {
        return false;
    }
    let words = line.trim_matches(['-', '_', '=', ' ', '*']).to_lowercase();
    tables::ORIGINAL_LINES.contains(&words.as_str())
}

/// A line of underscores or dashes, as Outlook draws it above a header block.
fn is_rule(line: &str) -> bool {
    line.len() >= 5 && (line.bytes().all(|b| b == b'_') || line.bytes().all(|b| b == b'-'))
}
