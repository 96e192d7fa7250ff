//! Attribution lines: `On … wrote:` in the languages of the tables, and the shape that they share in all others.

use std::sync::LazyLock;

use super::lines::{Lines, bare, is_quoted};
use super::phrases::Phrases;
use super::tables;
use super::words::Words;

/// Lines over which a client may wrap an attribution.
const MOST_WRAPPED: usize = 6;
/// Longest attribution in bytes.
const LONGEST: usize = 400;
/// Bytes at the beginning of a line in which a date begins: behind a weekday, an opener or both. Letters of other scripts
/// take two or three.
const EARLY: usize = 24;
const EARLY_WIDE: usize = 48;

static OPENERS: LazyLock<Words<()>> =
    LazyLock::new(|| Words::of(tables::ATTRIBUTION_OPENERS.iter().map(|&word| (word, ()))));
static VERBS: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::ATTRIBUTION_VERBS));
static GLUED: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::ATTRIBUTION_VERBS_GLUED));

/// How sure it is that a line is an attribution.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sureness {
    /// Verb, date and writer: the earlier mail follows even when nothing marks it.
    Sure,
    /// It has the shape: it counts when quoted lines follow.
    IfQuoted,
}

/// The attribution that begins at line `first`: the line behind it, and how sure it is.
pub(super) fn at(lines: &Lines<'_>, first: usize) -> Option<(usize, Sureness)> {
    let whole = lines.bare(first);
    if whole.len() > LONGEST {
        return None;
    }
    // Zoho and Notes draw dashes around it, converters stars.
    let line = whole.trim_matches(['-', '*', ' ', '|']);
    let drawn = whole.starts_with("---") && whole.ends_with("--");
    if drawn || ends_as_one(line) {
        return judge(line, drawn).map(|sureness| (first + 1, sureness));
    }
    let last = may_be_wrapped(line).then(|| last_of_wrapped(lines, first, line)).flatten();
    let Some(last) = last else { return old_gmail(line).map(|sureness| (first + 1, sureness)) };
    let mut joined = line.to_owned();
    for number in first + 1..=last {
        joined.push(' ');
        joined.push_str(lines.bare(number));
    }
    judge(joined.trim_end_matches(['-', '*', ' ']), false).map(|sureness| (last + 1, sureness))
}

/// The line at which an attribution that begins at `first` ends, if one does.
fn last_of_wrapped(lines: &Lines<'_>, first: usize, line: &str) -> Option<usize> {
    let mut length = line.len();
    let mut open = brackets(line);
    for number in first + 1..first + MOST_WRAPPED {
        let next = lines.bare(number);
        // Converters give the address a paragraph of its own.
        if next.is_empty() && lines.bare(number + 1).starts_with('<') {
            continue;
        }
        // Gmail wraps before the bracket that closes an address: that is no quoted line.
        let is_quote = is_quoted(next) && open <= 0;
        length += next.len() + 1;
        if next.is_empty() || is_quote || length > LONGEST {
            return None;
        }
        if ends_as_one(next) {
            return Some(number);
        }
        open += brackets(next);
    }
    None
}

/// Angle brackets that the line leaves open.
pub(super) fn brackets(line: &str) -> i32 {
    line.bytes().map(|byte| i32::from(byte == b'<') - i32::from(byte == b'>')).sum()
}

fn ends_as_one(line: &str) -> bool {
    let line = line.trim_end_matches([' ', '-', '*']);
    match line.as_bytes().last() {
        Some(b':' | b'e') => line.ends_with(':') || line.ends_with("wrote"),
        Some(0x80..) => {
            line.ends_with('：')
                || tables::ATTRIBUTION_ENDS.iter().any(|end| line.ends_with(end))
                || bare(line).ends_with(':')
        }
        _ => false,
    }
}

/// GroupWise: `>>> Ann Lee <ann@example.org> 10/9/2025 10:00 AM >>>`, with the earlier mail unmarked below.
pub(super) fn is_groupwise(line: &str) -> bool {
    line.len() <= LONGEST && line.starts_with(">>> ") && line.ends_with(" >>>") && digits(line) >= 6
}

/// Gmail wrote no colon for some years: `2013/7/20 Ann Lee <ann@example.org>`, and without address
/// `2016-03-03 17:21 GMT+01:00 Ann Lee`.
fn old_gmail(line: &str) -> Option<Sureness> {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    if line.ends_with('>') && line.contains('@') && digits(line) >= 6 {
        return Some(Sureness::IfQuoted);
    }
    let (date, rest) = line.split_at_checked(16)?;
    let is_date = date.bytes().zip("0000-00-00 00:00".bytes()).all(|(found, shape)| match shape {
        b'0' => found.is_ascii_digit(),
        other => found == other,
    });
    let zoned = rest.starts_with(" GMT+") || rest.starts_with(" GMT-");
    (is_date && zoned && !rest.contains('<')).then_some(Sureness::Sure)
}

/// Whether a line that does not end an attribution may begin one. Cheap tests stand first: most lines have neither digit nor
/// address.
fn may_be_wrapped(line: &str) -> bool {
    // The digits of Arabic and Persian begin with these two bytes.
    if !line.bytes().any(|b| b.is_ascii_digit() || matches!(b, b'@' | 0xd9 | 0xdb)) {
        return false;
    }
    let digits = digits(line);
    let has_address = memchr::memchr(b'@', line.as_bytes()).is_some();
    if digits < 2 && !has_address {
        return false;
    }
    let early = || line.bytes().take(if line.is_ascii() { EARLY } else { EARLY_WIDE }).any(|b| b.is_ascii_digit());
    (digits >= 4 && early())
        || has_opener(line)
        || (has_address && digits >= 3)
        || ((has_address || digits >= 6) && has_verb(line))
}

fn has_opener(line: &str) -> bool {
    let word = line.split(char::is_whitespace).next().unwrap_or_default();
    word.len() <= tables::LONGEST_OPENER && (OPENERS.get(word).is_some() || begins_with_cjk_date(line))
}

/// Chinese writes no space behind the opener.
fn begins_with_cjk_date(line: &str) -> bool {
    line.strip_prefix(['在', '于', '於'])
        .is_some_and(|rest| rest.trim_start().starts_with(|c: char| c.is_ascii_digit()))
}

fn has_verb(line: &str) -> bool {
    // The form of most, and what no verb stands in, need no copy in lower case and no automaton.
    if line.is_ascii() {
        return line.ends_with(" wrote:") || (VERBS.may_be_in(line) && VERBS.begin_word_in(&line.to_ascii_lowercase()));
    }
    // Most verbs stand in small letters, and to change those of other scripts takes long.
    if VERBS.begin_word_in(line) {
        return true;
    }
    let lower = line.to_lowercase();
    VERBS.begin_word_in(&lower) || (!lower.is_ascii() && GLUED.is_in(&lower))
}

/// ASCII digits, and those of Arabic and Persian.
fn digits(line: &str) -> usize {
    let ascii = line.bytes().filter(u8::is_ascii_digit).count();
    if line.bytes().any(|b| matches!(b, 0xd9 | 0xdb)) {
        return ascii + line.chars().filter(|c| matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')).count();
    }
    ascii
}

/// Whether a time of day stands in the line: `10:00`, `10.00`, `10h00`, `10時`; no part of a date.
fn has_time(line: &str) -> bool {
    let bytes = line.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let plain = bytes.iter().enumerate().any(|(at, &byte)| {
        let between = is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) && is_digit(Some(at + 2));
        match byte {
            b':' | b'h' => between,
            b'.' if between => {
                let behind = bytes.get(at + 3);
                let start = if is_digit(at.checked_sub(2)) { at.checked_sub(3) } else { at.checked_sub(2) };
                let before = start.and_then(|start| bytes.get(start));
                !matches!(behind, Some(b'.' | b'0'..=b'9')) && before == Some(&b' ')
            }
            _ => false,
        }
    });
    let named = || ["時", "时", "시"].iter().any(|hour| line.find(hour).is_some_and(|at| is_digit(at.checked_sub(1))));
    plain
        || (!line.is_ascii()
            && (named()
                || line.contains([':'])
                    && line.contains(|c: char| matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}'))))
}

fn judge(line: &str, drawn: bool) -> Option<Sureness> {
    if line.len() > LONGEST {
        return None;
    }
    let digits = digits(line);
    let has_address = line.contains('@');
    let angled = has_address && line.contains(['<', '>', '(', '[']);
    let has_verb = has_verb(line);
    if drawn {
        // Android wrote no date: ---- Ann Lee wrote ----
        let told = line.ends_with(':') || line.ends_with(" wrote");
        return (has_verb && (has_address || digits >= 6 || told)).then_some(Sureness::Sure);
    }
    let dated = || digits >= 6 && has_time(line);
    match has_verb {
        true if angled || dated() => Some(Sureness::Sure),
        true if has_address && has_opener(line) => Some(Sureness::Sure),
        true => Some(Sureness::IfQuoted),
        // A language that the tables do not have: date, time and an address in brackets. Logs have no brackets, or more.
        false if digits >= 7 && line.contains('<') && has_address && !line.contains('=') && dated() => {
            Some(Sureness::Sure)
        }
        // A date with an address, or a date with a time.
        false if digits >= 3 && has_address => Some(Sureness::IfQuoted),
        false if digits >= 5 && (digits >= 8 || has_opener(line)) => Some(Sureness::IfQuoted),
        false if angled => Some(Sureness::IfQuoted),
        false => None,
    }
}
