//! Attribution lines: `On … wrote:` in the languages of the tables, and the shape that they share in all others.

use std::sync::LazyLock;

use super::lines::{Lines, is_quoted};
use super::phrases::Phrases;
use super::tables;

/// Lines over which a client may wrap an attribution.
const MOST_WRAPPED: usize = 3;
/// Longest attribution in bytes.
const LONGEST: usize = 400;

static VERBS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::ATTRIBUTION_VERBS));

/// How sure it is that a line is an attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Opener, verb, and a date or address: the earlier mail follows even when nothing marks it.
    Sure,
    /// It has the shape: it counts when quoted lines follow.
    IfQuoted,
}

/// The attribution that begins at line `first`: the line behind it, and how sure it is.
pub(super) fn at(lines: &Lines<'_>, first: usize) -> Option<(usize, Sureness)> {
    // Zoho draws dashes around it, converters stars.
    let line = lines.trimmed(first);
    let drawn = line.starts_with(['-', '*']) || line.ends_with(['-', '*']);
    let line = if drawn { line.trim_matches([' ', '\t', '\u{a0}', '-', '*']) } else { line };
    if ends_as_one(line) {
        return judge(line, has_opener(line)).map(|sureness| (first + 1, sureness));
    }
    // A wrapped attribution has its date on the first line.
    if line.len() > LONGEST || !has_digit(line) {
        return None;
    }
    let starts = has_opener(line);
    let named = line.contains('@') && has_verb(line);
    if !starts && !named && !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // Only a line that opens an attribution is joined with those below it.
    let mut joined = line.to_owned();
    for number in first + 1..first + MOST_WRAPPED {
        let next = lines.trimmed(number);
        if next.is_empty() || is_quoted(next) || joined.len() + next.len() > LONGEST {
            return None;
        }
        joined.push(' ');
        joined.push_str(next);
        if ends_as_one(next) {
            return judge(&joined, starts).map(|sureness| (number + 1, sureness));
        }
    }
    None
}

fn ends_as_one(line: &str) -> bool {
    line.ends_with([':', '：']) || line.ends_with("のメール") || line.ends_with("写道") || line.ends_with("wrote")
}

/// Without a way out of the loop it is compiled to one over whole words.
fn has_digit(line: &str) -> bool {
    line.bytes().fold(false, |found, b| found | b.is_ascii_digit())
}

fn has_opener(line: &str) -> bool {
    let word = line.split([' ', '\u{a0}']).next().unwrap_or_default();
    word.len() <= 8 && tables::ATTRIBUTION_OPENERS.contains(&word.to_lowercase().as_str())
}

fn has_verb(line: &str) -> bool {
    VERBS.is_in(&line.to_lowercase())
}

fn judge(line: &str, has_opener: bool) -> Option<Sureness> {
    if line.len() > LONGEST {
        return None;
    }
    let has_verb = has_verb(line);
    let has_address = line.contains('@');
    let digits = line.bytes().filter(u8::is_ascii_digit).count();
    match (has_verb, has_opener) {
        (true, true) if digits >= 3 || has_address => Some(Sureness::Sure),
        (true, false) if digits >= 6 || (has_address && line.contains('<')) => Some(Sureness::Sure),
        (true, _) => Some(Sureness::IfQuoted),
        // A language that the tables do not have: a date with an address, or a date with a time.
        (false, _) if digits >= 3 && has_address => Some(Sureness::IfQuoted),
        (false, true) if digits >= 5 => Some(Sureness::IfQuoted),
        (false, false) if digits >= 8 => Some(Sureness::IfQuoted),
        (false, _) if has_address && line.contains('<') => Some(Sureness::IfQuoted),
        _ => None,
    }
}
