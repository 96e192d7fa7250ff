//! Forwarded mails: the lines that clients put above them, and what the block says of the original.

use std::sync::LazyLock;

use mail_parser::{HeaderName, Message, PartType};

use super::headers::participants_in;
use super::lines::{Lines, bare, is_mark, unquoted};
use super::quote::ForwardAt;
use super::words::{Words, folded};
use super::{attribution, authors, blocks, inline_blocks, tables, text};
use crate::domain::{Body, ForwardMark, Forwarded};

/// Longest line that a client puts above a forward, in bytes.
const LONGEST_LINE: usize = 200;
/// Longest with the fields behind it.
const LONGEST_WITH_FIELDS: usize = 2_000;
/// Lines between the author's and the first label in a block of Lotus Notes.
const NOTES_REACH: usize = 4;

static LINES: LazyLock<Words<()>> = LazyLock::new(|| of(tables::FORWARD_LINES));
static BEGINNINGS: LazyLock<Words<()>> = LazyLock::new(|| of(tables::FORWARD_BEGINNINGS));
static SENTENCES: LazyLock<Words<()>> = LazyLock::new(|| of(tables::FORWARD_SENTENCES));
static ORIGINALS: LazyLock<Words<()>> = LazyLock::new(|| of(tables::ORIGINAL_LINES));
static HEADINGS: LazyLock<Words<()>> = LazyLock::new(|| of(tables::BLOCK_HEADINGS));

fn of(table: &'static [&'static str]) -> Words<()> {
    Words::of(table.iter().map(|&line| (line, ())))
}

/// Whether a line is one that a client puts above a forwarded mail.
pub(super) fn is_line(line: &str) -> bool {
    if line.len() > LONGEST_LINE {
        return line.len() <= LONGEST_WITH_FIELDS && is_drawn(line) && fields_behind(line).is_some();
    }
    if is_drawn(line) {
        let words = undrawn(line);
        return LINES.get(words).is_some()
            || fields_behind(line).is_some()
            || begins_with_any(words, tables::FORWARD_LINE_BEGINNINGS);
    }
    line.ends_with([':', '：', '*']) && BEGINNINGS.get(undrawn(line)).is_some()
}

/// The fields that stand behind such a line, on the same one (Yahoo).
fn fields_behind(line: &str) -> Option<&str> {
    let (words, fields) = line.trim_start_matches(is_stroke).split_once("--")?;
    let fields = fields.trim_start_matches(is_stroke).trim();
    (fields.contains('@') && LINES.get(words.trim()).is_some()).then_some(fields)
}

/// Whether a line says so in a sentence, which needs a block below it.
pub(super) fn is_sentence(line: &str) -> bool {
    line.len() <= LONGEST_LINE && SENTENCES.get(undrawn(line)).is_some()
}

/// `-----Original Message-----` and its relatives: an earlier mail, quoted or forwarded.
pub(super) fn is_original_line(line: &str) -> bool {
    line.len() <= LONGEST_LINE && is_drawn(line) && ORIGINALS.get(undrawn(line)).is_some()
}

/// The date in the line that Orange writes above its block, in place of a field.
pub(super) fn date_in_line(line: &str) -> Option<&str> {
    let begins = |start: &&str| line.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    let start = tables::DATED_LINES.iter().find(|start| begins(start))?;
    line.get(start.len()..).filter(|date| date.chars().filter(|c| c.is_numeric()).count() >= 4)
}

/// Whether a line is one that stands above a header block.
pub(super) fn is_heading(line: &str) -> bool {
    line.len() <= LONGEST_LINE && is_drawn(line) && HEADINGS.get(undrawn(line)).is_some()
}

/// Whether a line begins with two dashes or what else clients draw lines with.
fn is_drawn(line: &str) -> bool {
    let mut chars = line.trim_start_matches(['*', ' ']).chars();
    let pair = (chars.next(), chars.next());
    matches!(pair, (Some(a), Some(b)) if is_stroke(a) && is_stroke(b)) || line.starts_with("**")
}

/// The characters that lines are drawn with: Proton wrote hyphens (U+2010), Daum and others box drawing.
pub(super) fn is_stroke(c: char) -> bool {
    matches!(c, '-' | '_' | '=' | '~' | '\u{2010}'..='\u{2015}' | '\u{2500}' | '\u{2501}' | '\u{30fc}')
}

fn undrawn(line: &str) -> &str {
    let edge = |c: char| {
        is_stroke(c)
            || is_mark(c)
            || c.is_whitespace()
            || matches!(c, '*' | ':' | '：' | '<' | '>' | '.' | '[' | ']' | '8')
    };
    line.trim_matches(edge)
}

fn begins_with_any(words: &str, beginnings: &[&str]) -> bool {
    let lower = folded(words);
    beginnings.iter().any(|beginning| lower.starts_with(beginning))
}

/// Reads the forwarded mail of a text; the comment above it is left to the caller.
pub(super) fn read(lines: &Lines<'_>, at: ForwardAt) -> Forwarded {
    let mut first = lines.next_text(at.content);
    // Apple Mail quotes the block and the mail below its line.
    let depth = usize::from(lines.is_quoted(first));
    while first < lines.count() && bare(unquoted(lines.get(first), depth)).is_empty() {
        first += 1;
    }
    let behind = at.content.checked_sub(1).and_then(|above| fields_behind(lines.bare(above)));
    let mut block = match (behind, at.block) {
        (Some(fields), _) => inline_blocks::read(fields),
        (None, Some(block)) => block,
        (None, None) => blocks::read(lines, first, depth, blocks::Place::BelowLine),
    };
    if behind.is_some() {
        block.end = at.content;
    }
    let mut from = std::mem::take(&mut block.from);
    if block.is_empty() {
        // Yandex writes an attribution there: 04.03.2025, 10:00, "Ann Lee" <ann@example.org>:
        if let Some((end, date, author)) = attributed(lines, first, depth) {
            (block.date, from) = (date, author);
            block.end = end;
        } else if let Some((found, author)) = notes(lines, first, depth) {
            (block, from) = (found, author);
        } else if let Some((end, author)) = blocks::of_unknown_language(lines, first, depth) {
            (block.end, from) = (end, author);
        }
    }
    let above = at.content.checked_sub(1).map_or("", |above| bare(unquoted(lines.get(above), depth)));
    if let (true, Some(date)) = (block.date.is_empty(), date_in_line(above)) {
        block.date = date.to_owned();
    }
    let (people, from_name) = authors::of(&from);
    Forwarded {
        mark: at.mark,
        from_name,
        from: people,
        to: block.to,
        cc: block.cc,
        date: block.date,
        subject: block.subject,
        body: original(lines, block.end, depth),
        comment: String::new(),
    }
}

/// The attribution at line `first`: the line behind it, the date and the author.
fn attributed(lines: &Lines<'_>, first: usize, depth: usize) -> Option<(usize, String, String)> {
    let (end, _) = attribution::at(lines, first)?;
    let line = (first..end).map(|n| bare(unquoted(lines.get(n), depth))).collect::<Vec<_>>().join(" ");
    let (date, author) = authors::in_attribution(&line)?;
    Some((end, date, author))
}

/// Lotus Notes writes author and date without labels above To, cc and Subject.
fn notes(lines: &Lines<'_>, first: usize, depth: usize) -> Option<(blocks::Block, String)> {
    let line = |number: usize| bare(unquoted(lines.get(number), depth));
    let begin = (first + 1..=first + NOTES_REACH).find(|&n| blocks::may_begin(line(n)))?;
    let mut block = blocks::read(lines, begin, depth, blocks::Place::Open);
    let is_date = |text: &&str| text.bytes().filter(u8::is_ascii_digit).count() >= 4;
    if block.date.is_empty() {
        block.date = (first + 1..begin).map(line).find(is_date)?.to_owned();
    }
    Some((block, line(first).to_owned()))
}

/// The text of the original, from line `first` on.
fn original(lines: &Lines<'_>, first: usize, depth: usize) -> String {
    // Proton quotes the mail below an unquoted block.
    let all_quoted = || (first..lines.count()).all(|n| lines.is_blank(n) || lines.is_quoted(n));
    let depth = if depth == 0 && all_quoted() { 1 } else { depth };
    let mut end = lines.count();
    let last = (first..end).rev().find(|&n| !lines.is_blank(n)).unwrap_or(first);
    if is_end(bare(unquoted(lines.get(last), depth))) {
        end = last;
    }
    let mut start = lines.next_text(first);
    // SquirrelMail and The Bat! draw a line below the block, Zoho repeats the one above.
    let below = lines.bare(start);
    if start < end && (is_rule(below) || (is_drawn(below) && LINES.get(undrawn(below)).is_some())) {
        start += 1;
    }
    lines.unquoted(start, end, depth).trim().to_owned()
}

/// A line below a forwarded mail: of Zoho the same as above, of KMail dashes.
fn is_end(line: &str) -> bool {
    is_drawn(line)
        && (is_rule(line) || LINES.get(undrawn(line)).is_some() || begins_with_any(undrawn(line), tables::FORWARD_ENDS))
}

fn is_rule(line: &str) -> bool {
    line.len() >= 20 && (line.chars().all(is_stroke) || line.starts_with("===8<==="))
}

/// The original of a mail that carries it as a message/rfc822 part (RFC 2046 5.2.1).
pub(super) fn attached(message: &Message<'_>, body: &Body) -> Option<Forwarded> {
    let nested = message.parts.iter().find_map(|part| match &part.body {
        PartType::Message(nested) => Some(nested),
        _ => None,
    })?;
    let field = |name: HeaderName<'static>| raw_field(nested, name);
    let from = field(HeaderName::From);
    let people = participants_in(&from);
    Some(Forwarded {
        mark: ForwardMark::Attached,
        from_name: match people.first() {
            Some(person) => person.name.clone(),
            None => from.trim_matches(['"', ' ', '\'']).to_owned(),
        },
        from: people,
        to: field(HeaderName::To),
        cc: field(HeaderName::Cc),
        date: field(HeaderName::Date),
        subject: nested.subject().unwrap_or_default().to_owned(),
        body: text::of(nested).text.trim().to_owned(),
        comment: body.reply(),
    })
}

fn raw_field(message: &Message<'_>, name: HeaderName<'static>) -> String {
    let raw = message.header_raw(name).unwrap_or_default();
    raw.split_whitespace().collect::<Vec<_>>().join(" ").replace('\0', "\u{FFFD}")
}
