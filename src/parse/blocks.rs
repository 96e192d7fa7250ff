//! Header blocks of quoted and forwarded mails: `From: … Sent: … To: … Subject: …` in the client's language.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::lines::{Lines, unquoted};
use super::tables::{self, Label};

/// Longest label in bytes.
const LONGEST_LABEL: usize = 40;
/// Lines that a block may span, folded address lists included.
const LONGEST_BLOCK: usize = 30;

static LABELS: LazyLock<HashMap<&'static str, Label>> = LazyLock::new(|| {
    tables::LABELS.iter().flat_map(|(label, words)| words.iter().map(|&word| (word, *label))).collect()
});

/// A header block.
#[derive(Debug, Default)]
pub(super) struct Block {
    pub from: String,
    pub to: String,
    pub cc: String,
    pub date: String,
    pub subject: String,
    /// The first line behind the block.
    pub end: usize,
    labels: usize,
}

impl Block {
    /// A block that no one writes by accident: an author together with two of date, recipient and subject.
    pub fn is_sure(&self) -> bool {
        let others = [&self.date, &self.to, &self.subject];
        !self.from.is_empty() && self.labels >= 3 && others.iter().filter(|value| !value.is_empty()).count() >= 2
    }
}

/// Whether a line begins with the label of an author or a date: where blocks begin.
pub(super) fn may_begin(line: &str) -> bool {
    matches!(label(line), Some((Label::From | Label::Date | Label::Subject, value)) if !value.is_empty())
}

/// Reads the block that begins at line `first`, with the quoting of `depth` levels taken off.
pub(super) fn read(lines: &Lines<'_>, first: usize, depth: usize) -> Block {
    let mut block = Block { end: first, ..Block::default() };
    let mut last = Label::Other;
    for number in first..lines.count().min(first + LONGEST_BLOCK) {
        let line = unquoted(lines.get(number), depth).trim();
        match label(line) {
            _ if line.is_empty() => {
                // Some converters put a blank line between the fields.
                let next = unquoted(lines.get(number + 1), depth);
                if block.labels == 0 || label(next).is_none() || block.is_sure() {
                    break;
                }
            }
            Some((found, value)) => {
                block.labels += 1;
                last = found;
                block.put(found, value);
                block.end = number + 1;
            }
            // A folded list of recipients or a long subject; a first line without label is no block.
            None if block.labels > 0 && number == block.end => {
                let next_is_field = label(unquoted(lines.get(number + 1), depth)).is_some();
                let is_list = matches!(last, Label::To | Label::Cc) && line.contains(['@', ';', ',']);
                let folded = next_is_field && matches!(last, Label::To | Label::Cc | Label::Subject);
                if !(is_list || folded) {
                    break;
                }
                block.put(last, line);
                block.end = number + 1;
            }
            None => break,
        }
    }
    block
}

impl Block {
    fn put(&mut self, label: Label, value: &str) {
        let field = match label {
            Label::From if self.from.is_empty() => &mut self.from,
            Label::To => &mut self.to,
            Label::Cc => &mut self.cc,
            Label::Date if self.date.is_empty() => &mut self.date,
            Label::Subject => &mut self.subject,
            _ => return,
        };
        if !field.is_empty() {
            field.push(' ');
        }
        field.push_str(value);
    }
}

/// The label that a line begins with, and its value. Labels may be bold (`*From:*`).
fn label(line: &str) -> Option<(Label, &str)> {
    let line = line.trim_start_matches(['*', ' ', '\t']);
    let head = line.as_bytes().get(..line.len().min(LONGEST_LABEL))?;
    let colon = memchr::memchr(b':', head).map(|at| (at, 1));
    let wide = || {
        head.contains(&0xef)
            .then_some(())
            .and_then(|()| head.windows(3).position(|w| w == "：".as_bytes()))
            .map(|at| (at, 3))
    };
    let (at, length) = colon.or_else(wide)?;
    let word = line.get(..at)?.trim_end_matches([' ', '*', '\u{a0}', '\u{3000}']);
    // No label has a digit; most lines with a colon that are no field have: times, dates, numbers.
    if word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    let label = match LABELS.get(word) {
        Some(label) => *label,
        None => *LABELS.get(word.to_lowercase().as_str())?,
    };
    Some((label, line.get(at + length..)?.trim_matches([' ', '*', '\t', '\u{a0}', '\u{3000}'])))
}
