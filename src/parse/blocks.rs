//! Header blocks of quoted and forwarded mails: `From: … Sent: … To: … Subject: …` in the client's language.

use std::sync::LazyLock;

use super::lines::{Lines, bare, is_mark, unquoted};
use super::tables;
pub(super) use super::tables::Label;
use super::words::{Words, is_one_line};

/// Longest label in bytes; a letter of most scripts takes two or three.
const LONGEST_LABEL: usize = 64;
/// Lines that a block may span, folded address lists included.
const LONGEST_BLOCK: usize = 30;
/// Fields that a block of an unknown language has at least: author, date, subject.
const SHORTEST_BLOCK: usize = 3;
/// Labels without a meaning for us that may follow each other.
const MOST_UNKNOWN: usize = 3;

static LABELS: LazyLock<Words<Label>> = LazyLock::new(|| {
    let fields = tables::LABELS.iter().flat_map(|row| {
        [
            (Label::From, row.from),
            (Label::To, row.to),
            (Label::Cc, row.cc),
            (Label::Date, row.date),
            (Label::Subject, row.subject),
        ]
    });
    let rows = fields.chain([(Label::Other, tables::OTHER_LABELS)]);
    Words::of(rows.flat_map(|(label, words)| words.iter().map(move |&word| (word, label))))
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
    has_to: bool,
    has_date: bool,
    has_subject: bool,
    /// Whether values stand on the line below their label.
    values_below: bool,
}

impl Block {
    /// A block that no one writes by accident: an author together with two of date, recipient and subject. Where neither a
    /// subject nor an address is among them, it is where a journey begins and ends.
    pub fn is_sure(&self) -> bool {
        let others = usize::from(self.has_to) + usize::from(self.has_date) + usize::from(self.has_subject);
        !self.from.is_empty() && others >= 2 && (self.has_subject || self.from.contains('@'))
    }

    /// Whether recipient and subject were found, but no author: Yandex names that in an attribution below.
    pub fn lacks_author(&self) -> bool {
        self.from.is_empty() && self.labels >= 2
    }

    /// Whether no label was found at all.
    pub fn is_empty(&self) -> bool {
        self.labels == 0
    }
}

/// Whether a line begins with the label of an author, a date or a subject: where blocks begin.
pub(super) fn may_begin(line: &str) -> bool {
    match label(line) {
        Some((Label::From, _)) => true,
        Some((Label::Date | Label::Subject | Label::To, value)) => !value.is_empty(),
        _ => false,
    }
}

/// Where a block is looked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Anywhere in a text.
    Open,
    /// Below a client's line, where eM Client leaves the colons out.
    BelowLine,
}

/// Reads the block that begins at line `first`, with the quoting of `depth` levels taken off.
pub(super) fn read(lines: &Lines<'_>, first: usize, depth: usize, place: Place) -> Block {
    let block = read_with(label, lines, first, depth);
    if place == Place::Open || !block.is_empty() {
        return block;
    }
    let without_colons = read_with(label_without_colon, lines, first, depth);
    if without_colons.is_sure() { without_colons } else { block }
}

fn read_with(field: fn(&str) -> Option<(Label, &str)>, lines: &Lines<'_>, first: usize, depth: usize) -> Block {
    let mut block = Block { end: first, ..Block::default() };
    let mut last = Label::Other;
    for number in first..lines.count().min(first + LONGEST_BLOCK) {
        let line = bare(unquoted(lines.get(number), depth));
        match field(line) {
            _ if line.is_empty() => {
                // Some converters put a blank line between the fields, QQ one above the subject.
                let next = bare(unquoted(lines.get(number + 1), depth));
                let goes_on = field(next).is_some_and(|(found, _)| {
                    !block.is_sure() || !(block.has(found) || matches!(found, Label::Cc | Label::Other))
                });
                if block.labels == 0 || !goes_on {
                    break;
                }
            }
            // A field that is there already belongs to another block.
            Some((found, _)) if block.has(found) => break,
            Some((found, value)) => {
                block.labels += 1;
                last = found;
                block.put(found, value);
                block.end = number + 1;
            }
            // A first line without label is no block.
            None if block.labels > 0 && number == block.end => {
                if !block.goes_on(lines, number, depth, last, line) {
                    break;
                }
                if !is_label_shaped(line) {
                    block.values_below |= block.is_empty_at(last);
                    block.put(last, line);
                }
                block.end = number + 1;
            }
            None => break,
        }
    }
    for list in [&mut block.to, &mut block.cc] {
        list.truncate(list.trim_end_matches([';', '；', ',', ' ']).len());
    }
    block
}

impl Block {
    /// Whether a line without known label belongs to the block all the same.
    fn goes_on(&self, lines: &Lines<'_>, number: usize, depth: usize, last: Label, line: &str) -> bool {
        // A folded list of recipients.
        if matches!(last, Label::To | Label::Cc) && line.contains('@') && line.contains([';', ',', '<']) {
            return true;
        }
        if self.values_below && self.is_empty_at(last) {
            return true;
        }
        // A value below its label, a folded value, or a label that no table has: known ones go on below.
        let is_short = is_label_shaped(line);
        let reach = if is_short { MOST_UNKNOWN } else { 1 };
        (number + 1..=number + reach).any(|next| {
            let next = bare(unquoted(lines.get(next), depth));
            label(next).is_some_and(|(found, _)| found != Label::From || self.from.is_empty())
        })
    }

    /// Whether a field has no value yet.
    fn is_empty_at(&self, label: Label) -> bool {
        match label {
            Label::From => self.from.is_empty(),
            Label::To => self.to.is_empty(),
            Label::Cc => self.cc.is_empty(),
            Label::Date => self.date.is_empty(),
            Label::Subject => self.subject.is_empty(),
            Label::Other => false,
        }
    }

    /// Whether a field stands in the block already; Cc and others may be there again.
    fn has(&self, label: Label) -> bool {
        match label {
            Label::From => !self.from.is_empty(),
            Label::Subject => self.has_subject,
            Label::To => self.has_to,
            Label::Date => self.has_date,
            Label::Cc | Label::Other => false,
        }
    }

    /// Takes the value of one field.
    pub fn take(&mut self, label: Label, value: &str) {
        self.labels += 1;
        self.put(label, value);
    }

    fn put(&mut self, label: Label, value: &str) {
        let is_list = matches!(label, Label::To | Label::Cc);
        let value = if is_list { value } else { value.trim_end_matches([';', '；', ' ']) };
        let field = match label {
            Label::From if self.from.is_empty() => &mut self.from,
            Label::To => {
                self.has_to = true;
                &mut self.to
            }
            Label::Cc => &mut self.cc,
            Label::Date if self.date.is_empty() => {
                self.has_date = true;
                &mut self.date
            }
            Label::Subject => {
                self.has_subject = true;
                &mut self.subject
            }
            _ => return,
        };
        if !field.is_empty() && !value.is_empty() {
            field.push(' ');
        }
        // QQ pads values with spaces; Hebrew and Arabic clients wrap addresses in marks of direction.
        field.reserve(value.len());
        if is_one_line(value) {
            return field.push_str(value);
        }
        for (number, word) in value.split_whitespace().enumerate() {
            if number > 0 {
                field.push(' ');
            }
            if word.is_ascii() {
                field.push_str(word);
            } else {
                field.extend(word.chars().filter(|&c| !is_mark(c)));
            }
        }
    }
}

/// What a label stands for.
pub(super) fn meaning(word: &str) -> Option<Label> {
    LABELS.get(word)
}

/// The label that a line begins with, and its value. Labels may be bold (`*From:*`).
fn label(line: &str) -> Option<(Label, &str)> {
    let (word, value) = split_at_colon(line)?;
    // Chinese clients space the letters of a label: 主　题.
    let meaning = LABELS.get(word).or_else(|| {
        let spaced = word.contains('\u{3000}');
        spaced.then(|| LABELS.get(&word.replace('\u{3000}', ""))).flatten()
    })?;
    Some((meaning, value))
}

/// `From "Ann Lee" <ann@example.org>`, as eM Client 9 writes it: the longest label counts.
fn label_without_colon(line: &str) -> Option<(Label, &str)> {
    let spaces = line.match_indices([' ', '\t']).take(2).map(|(at, _)| at).filter(|&at| at <= LONGEST_LABEL);
    let found = spaces.filter_map(|at| Some((LABELS.get(line.get(..at)?)?, line.get(at..)?.trim())));
    found.filter(|(_, value)| !value.is_empty()).last()
}

/// The word before a colon and the value behind it; stars, spaces and marks around them taken off.
fn split_at_colon(line: &str) -> Option<(&str, &str)> {
    let line = line.trim_start_matches(['*', ' ', '\t', '|']);
    let head = line.as_bytes().get(..line.len().min(LONGEST_LABEL))?;
    let colon = memchr::memchr(b':', head).map(|at| (at, 1));
    let wide = || {
        let from = memchr::memchr(0xef, head)?;
        head.get(from..)?.windows(3).position(|w| w == "：".as_bytes()).map(|at| (from + at, 3))
    };
    let (at, length) = match (colon, head.is_ascii()) {
        (Some(colon), true) => colon,
        (None, true) => return None,
        (colon, false) => match (colon, wide()) {
            (Some(narrow), Some(wide)) => narrow.min(wide),
            (narrow, wide) => narrow.or(wide)?,
        },
    };
    let edges = |c: char| matches!(c, '*' | '_') || c.is_whitespace() || is_mark(c);
    let word = line.get(..at)?.trim_end_matches(edges).trim_start_matches(edges);
    // No label has a digit; most lines with a colon that are no field have: times, dates, numbers.
    if word.is_empty() || word.bytes().any(|b| b.is_ascii_digit()) {
        return None;
    }
    Some((word, line.get(at + length..)?.trim_matches(|c: char| c == '*' || c.is_whitespace())))
}

/// The end of a block whose labels no table has, and its author: the first address, for clients name the author before the
/// recipients. Only for places where a block is certain.
pub(super) fn of_unknown_language(lines: &Lines<'_>, first: usize, depth: usize) -> Option<(usize, String)> {
    let line = |number: usize| bare(unquoted(lines.get(number), depth));
    let end = (first..lines.count().min(first + LONGEST_BLOCK)).find(|&n| !is_label_shaped(line(n)))?;
    let author = (first..end).map(line).filter_map(split_at_colon).find(|(_, value)| value.contains('@'))?;
    (end >= first + SHORTEST_BLOCK).then(|| (end, author.1.to_owned()))
}

/// `Words: value` with up to three words, as every label is.
fn is_label_shaped(line: &str) -> bool {
    split_at_colon(line).is_some_and(|(word, value)| {
        !value.is_empty()
            && word.split(' ').count() <= 3
            && word.chars().all(|c| c.is_alphabetic() || " -'’/".contains(c))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    fn block(text: &str) -> Block {
        read(&Lines::of(text), 0, 0, Place::Open)
    }

    #[test]
    fn no_label_stands_for_two_things() {
        let mut known = HashMap::new();
        for row in tables::LABELS {
            let fields =
                [("from", row.from), ("to", row.to), ("cc", row.cc), ("date", row.date), ("subject", row.subject)];
            for (field, words) in fields {
                for &word in words {
                    let other = known.insert(word, field);
                    assert!(other.is_none_or(|other| other == field), "{word}");
                    assert!(word.len() < LONGEST_LABEL && word == word.to_lowercase(), "{word}");
                }
            }
        }
    }

    #[test]
    fn fields_are_read_bold_folded_and_in_any_order() {
        let found = block(
            "*Sent:* Monday\n*To:* a@example.org; b@example.org;\nc@example.org;\n*Categories:* red\n\
             *Subject:* Re: parcel\n*From:* Ann Lee <ann@example.org>\n\nbody",
        );
        assert!(found.is_sure());
        assert_eq!(found.from, "Ann Lee <ann@example.org>");
        assert_eq!(found.to, "a@example.org; b@example.org; c@example.org");
        assert_eq!((found.date.as_str(), found.subject.as_str(), found.end), ("Monday", "Re: parcel", 6));
    }

    #[test]
    fn a_journey_and_a_letterhead_are_no_block() {
        assert!(!block("From: Utrecht\nTo: Paris\nDate: 4 March\n").is_sure());
        assert!(!block("Von: Ann\nBetreff: Paket\n").is_sure());
        assert!(block("From: Ann\nTo: Bea\nSubject:\n").is_sure());
    }
}
