//! Signatures: `-- ` (RFC 3676 4.3), the lines of phones, and the writer's bare name.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::lines::Lines;
use super::tables;

/// A signature below `--` without the space is no longer than this.
const LONGEST_LOOSE: usize = 12;
/// A phone's line stands this near to the end.
const MOBILE_REACH: usize = 3;
/// Longest line of a phone, in bytes, with the address that it links to and without.
const LONGEST_MOBILE: usize = 160;
const LONGEST_MOBILE_TEXT: usize = 100;

/// The first line of the signature in the new lines `from..to`, or `to`.
pub(super) fn first_line(lines: &Lines<'_>, from: usize, to: usize, author: &str) -> usize {
    let texts = |first: usize| (first..to).filter(|&n| !lines.is_blank(n));
    let delimiter = (from..to).find(|&n| {
        let line = lines.get(n);
        line.starts_with("--") && (line == "-- " || (line.trim_end() == "--" && texts(n).nth(LONGEST_LOOSE).is_none()))
    });
    if let Some(delimiter) = delimiter {
        return delimiter;
    }
    let mut end = to;
    let mut reach = 0;
    for number in (from..to).rev().filter(|&n| !lines.is_blank(n)).take(MOBILE_REACH) {
        let line = lines.trimmed(number);
        let is_rule = line.chars().all(|c| c == '_' || c == '-');
        if is_mobile_line(line) || (is_rule && end < to) {
            end = number;
        } else {
            reach += 1;
            if reach == MOBILE_REACH || end < to {
                break;
            }
        }
    }
    if end < to {
        return end;
    }
    name_line(lines, from, to, author).unwrap_or(to)
}

/// Whether nothing but a signature stands at `from` and below.
pub(super) fn is_all(lines: &Lines<'_>, from: usize) -> bool {
    let line = lines.get(from);
    from >= lines.count() || line.trim_end() == "--" || is_mobile_line(lines.trimmed(from))
}

/// The writer's display name alone on the last line, set off by a blank one.
fn name_line(lines: &Lines<'_>, from: usize, to: usize, author: &str) -> Option<usize> {
    let last = (from..to).rev().find(|&n| !lines.is_blank(n))?;
    let name = lines.trimmed(last);
    // "Ann Lee (Support)" signs as "Ann Lee".
    let bare = author.split(" (").next().unwrap_or(author).trim();
    let is_name = !name.is_empty() && (name == author || name == bare);
    (is_name && last > from && lines.is_blank(last - 1)).then_some(last)
}

/// The first words of the tables, so that an ordinary line costs one look-up.
static FIRST_WORDS: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| tables::MOBILE_SIGNATURES.iter().filter_map(|line| line.split(' ').next()).collect());

fn is_mobile_line(line: &str) -> bool {
    if line.len() > LONGEST_MOBILE || line.is_empty() {
        return false;
    }
    // All but the lines of Chinese, Japanese and Korean are known by their first word.
    let first = line.split(' ').next().unwrap_or_default().to_lowercase();
    if line.is_ascii() && !FIRST_WORDS.contains(first.as_str()) {
        return false;
    }
    let lower = line.to_lowercase();
    let plain = lower.split(['<', '[', '(']).next().unwrap_or_default().trim_end_matches([' ', '.', '!']);
    let begins = || tables::MOBILE_SIGNATURES.iter().any(|start| lower.starts_with(start));
    let cjk = || {
        tables::MOBILE_SIGNATURES_CJK.iter().any(|start| lower.starts_with(start))
            || tables::MOBILE_SIGNATURE_ENDS.iter().any(|end| plain.ends_with(end))
    };
    let short = plain.len() <= LONGEST_MOBILE_TEXT;
    (short && FIRST_WORDS.contains(first.as_str()) && begins()) || (!lower.is_ascii() && cjk())
}
