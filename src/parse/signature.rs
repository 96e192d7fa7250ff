//! Signatures: `-- ` (RFC 3676 4.3), the lines of phones, the footers of mailing lists, and the writer's bare name.

use std::sync::LazyLock;

use super::lines::Lines;
use super::tables;
use super::words::Words;

/// A signature below `--` without the space, or a mailing list's footer, is no longer than this.
const LONGEST_LOOSE: usize = 12;
/// Underscores that Mailman draws above a list's footer.
const MAILMAN_RULE: usize = 47;
/// Above the signature of a text that is signed in place (RFC 9580 7).
const PGP_SIGNATURE: &str = "-----BEGIN PGP SIGNATURE-----";
/// A phone's line stands this near to the end.
const MOBILE_REACH: usize = 3;
/// Longest line of a phone, in bytes, with the address that it links to and without.
const LONGEST_MOBILE: usize = 240;
const LONGEST_MOBILE_TEXT: usize = 140;
/// Words that a phone's line has at most.
const MOST_WORDS: usize = 10;

/// The first line of the signature in the new lines `from..to`, or `to`.
pub(super) fn first_line(lines: &Lines<'_>, from: usize, to: usize, author: &str) -> usize {
    let is_short = |first: usize| (first..to).filter(|&n| !lines.is_blank(n)).nth(LONGEST_LOOSE).is_none();
    let delimiter = (from..to).find(|&n| {
        let line = lines.get(n);
        // Most lines are turned away by their first byte: `-`, `_`, or that of a long dash.
        matches!(line.as_bytes().first(), Some(b'-' | b'_' | 0xe2))
            && (line == "-- "
                || line.starts_with(PGP_SIGNATURE)
                || (is_loose_delimiter(line.trim_end()) && is_short(n)))
    });
    let end = delimiter.unwrap_or(to);
    let end = mobile_line(lines, from, end).unwrap_or(end);
    if end < to {
        return end;
    }
    name_line(lines, from, to, author).unwrap_or(to)
}

fn is_loose_delimiter(line: &str) -> bool {
    matches!(line, "--" | "—" | "––") || (line.len() == MAILMAN_RULE && line.bytes().all(|b| b == b'_'))
}

/// The first of the phones' lines at the end, the rules between them included.
fn mobile_line(lines: &Lines<'_>, from: usize, to: usize) -> Option<usize> {
    let mut first = None;
    let mut others = 0;
    for number in (from..to).rev().filter(|&n| !lines.is_blank(n)) {
        let line = lines.bare(number);
        let is_rule = line.bytes().all(|b| b == b'_' || b == b'-');
        if is_mobile_line(line) || (is_rule && first.is_some()) {
            first = Some(number);
        } else {
            others += 1;
            if first.is_some() || others == MOBILE_REACH {
                break;
            }
        }
    }
    first
}

/// Whether nothing but a signature stands at `from` and below.
pub(super) fn is_all(lines: &Lines<'_>, from: usize) -> bool {
    let line = lines.get(from);
    from >= lines.count() || line.trim_end() == "--" || is_mobile_line(lines.bare(from))
}

/// The writer's display name alone on the last line, set off by a blank one.
fn name_line(lines: &Lines<'_>, from: usize, to: usize, author: &str) -> Option<usize> {
    let last = (from..to).rev().find(|&n| !lines.is_blank(n))?;
    let name = lines.bare(last);
    // "Ann Lee (Support)" signs as "Ann Lee".
    let bare = author.split(" (").next().unwrap_or(author).trim();
    let is_name = !name.is_empty() && (name == author || name == bare);
    (is_name && last > from && lines.is_blank(last - 1)).then_some(last)
}

/// The first words of the tables, so that an ordinary line costs one look-up.
static FIRST_WORDS: LazyLock<Words<()>> = LazyLock::new(|| {
    let lines = tables::MOBILE_SIGNATURES.iter().chain(tables::SENT_WORDS).chain(tables::OUTLOOK_LINES);
    Words::of(lines.filter_map(|line| Some((line.split(' ').next()?, ()))))
});

/// The first letters of those that are written without spaces: Chinese, Japanese and Korean.
static FIRST_WIDE: LazyLock<Vec<char>> = LazyLock::new(|| {
    let lines = tables::MOBILE_SIGNATURES.iter().chain(tables::SENT_WORDS);
    lines.filter_map(|line| line.chars().next()).filter(|&first| is_wide(first)).collect()
});

fn is_wide(c: char) -> bool {
    c >= '\u{2e80}'
}

/// The last words of those that are known by them.
static LAST_WORDS: LazyLock<Vec<&'static str>> =
    LazyLock::new(|| tables::MOBILE_SIGNATURE_ENDS.iter().filter_map(|line| line.split(' ').next_back()).collect());

/// Their last letters, which turn most lines away.
static LAST_LETTERS: LazyLock<Vec<char>> =
    LazyLock::new(|| LAST_WORDS.iter().filter_map(|word| word.chars().next_back()).collect());

fn is_mobile_line(line: &str) -> bool {
    if line.len() > LONGEST_MOBILE || line.is_empty() {
        return false;
    }
    // Galaxy phones write <<sent by galaxy>>, some people (sent from a phone).
    let is_bare = matches!(line.as_bytes(), [first, .., b'a'..=b'z' | b'.'] if first.is_ascii_alphabetic());
    let line = if is_bare { line } else { line.trim_matches(['<', '>', '(', ')', '*', '_', ' ', '"', '“', '”']) };
    // All are known by their first word, or by their last; those of Chinese, Japanese and Korean by their first letter.
    let wide = line.chars().next().filter(|&first| is_wide(first));
    let known = wide.map_or_else(|| FIRST_WORDS.get(first_word(line)).is_some(), |first| FIRST_WIDE.contains(&first));
    if !known && (line.is_ascii() || !ends_as_known(line, wide.is_some())) {
        return false;
    }
    let lower = if line.is_ascii() { line.to_ascii_lowercase() } else { line.to_lowercase().replace('’', "'") };
    let plain = lower.split(['<', '(']).next().unwrap_or_default();
    let plain = plain.split("http").next().unwrap_or_default().trim_end_matches([' ', '.', '!', '。']);
    plain.len() <= LONGEST_MOBILE_TEXT && is_phones_sentence(plain) && names_device(&lower, plain)
}

fn first_word(line: &str) -> &str {
    memchr::memchr(b' ', line.as_bytes()).map_or(line, |end| line.get(..end).unwrap_or_default())
}

/// `with_link`: whether a link may follow.
fn ends_as_known(line: &str, with_link: bool) -> bool {
    let text = line.split(['<', '(']).next().unwrap_or_default();
    let text = if with_link { text.split("http").next().unwrap_or_default() } else { text };
    let text = text.trim_end_matches([' ', '.', '!', '。']);
    // The last letter turns most lines away.
    text.chars().next_back().is_some_and(|last| LAST_LETTERS.contains(&last))
        && LAST_WORDS.iter().any(|word| text.ends_with(word))
}

fn names_device(lower: &str, plain: &str) -> bool {
    // The first byte turns nearly all rows away.
    let first = lower.as_bytes().first();
    let begins = |table: &[&str]| {
        table.iter().filter(|start| start.as_bytes().first() == first).any(|start| lower.starts_with(start))
    };
    begins(tables::MOBILE_SIGNATURES)
        || (lower.starts_with("outlook")
            && (tables::OUTLOOK_LINES.contains(&plain) || lower.contains(tables::OUTLOOK_LINK)))
        || (begins(tables::SENT_WORDS) && tables::DEVICES.iter().any(|device| lower.contains(device)))
        || (!lower.is_ascii() && tables::MOBILE_SIGNATURE_ENDS.iter().any(|end| plain.ends_with(end)))
}

/// Few words, and a second clause only to excuse the typing: "Sent from my desk, is much easier" is a person's.
fn is_phones_sentence(plain: &str) -> bool {
    let excuses = || tables::APOLOGIES.iter().any(|word| plain.contains(word));
    let goes_on = plain.split_once(", ").is_some_and(|(_, clause)| clause.split(' ').count() > 3);
    (plain.split(' ').count() <= MOST_WORDS && !goes_on) || excuses()
}
