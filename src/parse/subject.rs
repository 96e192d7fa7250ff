//! The subject: prefixes to a fixpoint, subject tags, list labels, and what is left.

use std::borrow::Cow;
use std::sync::LazyLock;

use super::lines::bare;
use super::tables;
use super::words::{Words, one_line};
use crate::domain::{Subject, SubjectPrefix, SubjectTag};

/// Longest text before a colon that may be a prefix, in bytes.
const LONGEST_PREFIX: usize = 80;
/// More prefixes, labels or tags than this are noise.
const MOST_PREFIXES: usize = 30;
/// Longest `[label]` of a mailing list, in bytes.
const LONGEST_LABEL: usize = 60;

static PREFIXES: LazyLock<Words<SubjectPrefix>> = LazyLock::new(|| {
    let tables = [
        (tables::REPLY_PREFIXES, SubjectPrefix::Reply),
        (tables::FORWARD_PREFIXES, SubjectPrefix::Forward),
        (tables::AMBIGUOUS_PREFIXES, SubjectPrefix::Ambiguous),
        (tables::AUTOMATIC_PREFIXES, SubjectPrefix::Automatic),
    ];
    Words::of(tables.into_iter().flat_map(|(words, meaning)| words.iter().map(move |&word| (word, meaning))))
});

/// Reads a decoded subject: the subject itself and its tags in order.
pub(super) fn read(decoded: &str) -> (Subject, Vec<SubjectTag>) {
    let text = one_line(decoded);
    let (bare, tags) = take_tags(&text);
    let mut prefixes = Vec::new();
    let mut rest = bare.trim();
    for _ in 0..MOST_PREFIXES {
        if let Some((prefix, after)) = leading_prefix(rest).or_else(|| bracketed_prefix(rest)) {
            prefixes.push(prefix);
            rest = after;
        } else if let Some(after) = after_label(rest) {
            rest = after;
        } else {
            break;
        }
    }
    if prefixes.is_empty() && begins_automatically(rest) {
        prefixes.push(SubjectPrefix::Automatic);
    }
    // Old clients mark a forward at the end.
    let base = rest.strip_suffix("(fwd)").or_else(|| rest.strip_suffix("(Fwd)")).unwrap_or(rest).trim().to_owned();
    (Subject { base, prefixes, text }, tags)
}

/// `Re:`, `AW[2]:`, `RE (3) :`, `回复：` … at the very beginning, and what follows.
fn leading_prefix(text: &str) -> Option<(SubjectPrefix, &str)> {
    let head = text.get(..text.floor_char_boundary(LONGEST_PREFIX))?;
    let narrow = memchr::memchr(b':', head.as_bytes());
    // The full-width colon begins with the byte 0xEF.
    let wide = memchr::memchr(0xef, head.as_bytes()).and_then(|_| head.find('：'));
    let at = narrow.into_iter().chain(wide).min()?;
    let word = without_counter(bare(text.get(..at)?));
    let meaning = PREFIXES.get(word)?;
    Some((meaning, text.get(at..)?.trim_start_matches([':', '：']).trim_start()))
}

/// `[Fwd: parcel]`, as Mozilla wrote it, and Pegasus' `(Fwd) parcel`.
fn bracketed_prefix(text: &str) -> Option<(SubjectPrefix, &str)> {
    if let Some(inside) = text.strip_prefix('[') {
        return leading_prefix(inside.strip_suffix(']')?);
    }
    let (word, after) = text.strip_prefix('(')?.split_once(')')?;
    let is_word = matches!(word, "fwd" | "Fwd" | "FWD");
    is_word.then_some((SubjectPrefix::Forward, after.trim_start()))
}

/// Without `[2]`, `(2)`, `^2` or `2` behind the word, and without the dot of an abbreviation.
fn without_counter(word: &str) -> &str {
    let word = word.trim_end_matches('.');
    let closed = word.strip_suffix([']', ')']).unwrap_or(word);
    let digits = closed.trim_end_matches(|c: char| c.is_ascii_digit());
    if digits.len() == closed.len() {
        return word;
    }
    let counted = digits.trim_end_matches(['[', '(', '^']);
    // "Ref 12: broken" names something.
    if counted.len() == digits.len() && digits.ends_with(' ') { word } else { counted.trim_end() }
}

/// What follows a mailing list's `[label]`, if something does.
fn after_label(text: &str) -> Option<&str> {
    let (label, rest) = text.strip_prefix('[')?.split_once(']')?;
    let rest = rest.trim_start();
    (!rest.is_empty() && !label.is_empty() && label.len() <= LONGEST_LABEL && !label.contains('[')).then_some(rest)
}

/// First letters of the table, which turn most subjects away.
static FIRST_LETTERS: LazyLock<Vec<char>> =
    LazyLock::new(|| tables::AUTOMATIC_BEGINNINGS.iter().filter_map(|words| words.chars().next()).collect());

fn begins_automatically(text: &str) -> bool {
    let first = text.chars().next().and_then(|c| c.to_lowercase().next());
    if !first.is_some_and(|first| FIRST_LETTERS.contains(&first)) {
        return false;
    }
    let lower = text.to_lowercase();
    let follows = tables::AUTOMATIC_BEGINNINGS.iter().find_map(|beginning| lower.strip_prefix(beginning));
    follows.is_some_and(|rest| {
        // "Automatic reply from my printer is broken" is a question: no other sentence may go on from here.
        let rest = rest.trim_start();
        let word = rest.split([' ', ':']).next().unwrap_or_default();
        !rest.starts_with(|c: char| c.is_alphabetic() && c < '\u{2e80}')
            || tables::AUTOMATIC_CONTINUATIONS.contains(&word)
            || leading_prefix(rest).is_some()
    })
}

/// Takes every `[PREFIX-123]` and `[#123]` out of the text.
fn take_tags(text: &str) -> (Cow<'_, str>, Vec<SubjectTag>) {
    if memchr::memchr(b'[', text.as_bytes()).is_none() {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut tags = Vec::new();
    let mut bare = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, from_open) = rest.split_at(open);
        bare.push_str(before);
        let found =
            from_open.find(']').and_then(|close| Some((tag(from_open.get(1..close)?)?, from_open.get(close + 1..)?)));
        match found {
            Some((tag, after)) if tags.len() < MOST_PREFIXES => {
                tags.push(tag);
                rest = if bare.is_empty() || bare.ends_with(' ') { after.trim_start() } else { after };
            }
            _ => {
                bare.push('[');
                rest = from_open.get(1..).unwrap_or_default();
            }
        }
    }
    bare.push_str(rest);
    (Cow::Owned(bare), tags)
}

/// `PREFIX-123` or `#123`.
fn tag(inside: &str) -> Option<SubjectTag> {
    let number = |digits: &str| {
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        plain.then(|| digits.parse::<i64>().ok()).flatten()
    };
    if let Some(digits) = inside.strip_prefix('#') {
        return Some(SubjectTag { prefix: "#".into(), number: number(digits)? });
    }
    let (prefix, digits) = inside.rsplit_once('-')?;
    let named = prefix.len() <= 20
        && prefix.starts_with(|c: char| c.is_ascii_alphabetic())
        && prefix.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    named.then(|| number(digits)).flatten().map(|number| SubjectTag { prefix: prefix.to_ascii_uppercase(), number })
}

#[cfg(test)]
mod tests {
    use super::*;
    use SubjectPrefix::{Ambiguous, Automatic, Forward, Reply};

    fn base_and_prefixes(text: &str) -> (String, Vec<SubjectPrefix>) {
        let subject = read(text).0;
        (subject.base, subject.prefixes)
    }

    #[test]
    fn prefixes_are_taken_off_to_a_fixpoint_outermost_first() {
        for (text, base, prefixes) in [
            ("Re: parcel", "parcel", vec![Reply]),
            ("AW: WG: [list] Re[2]: parcel", "parcel", vec![Reply, Forward, Reply]),
            ("RE (3) : Re^2: parcel", "parcel", vec![Reply, Reply]),
            ("回复：转发: 荷物", "荷物", vec![Reply, Forward]),
            ("Doorst: TR : parcel", "parcel", vec![Forward, Forward]),
            ("VS: parcel", "parcel", vec![Ambiguous]),
            ("Réponse automatique : Re: parcel", "parcel", vec![Automatic, Reply]),
            ("自動応答: Re: 荷物", "荷物", vec![Automatic, Reply]),
            ("Out of office until Monday", "Out of office until Monday", vec![Automatic]),
            ("Out of office Re: parcel", "Out of office Re: parcel", vec![Automatic]),
            ("Automatic reply from my printer is broken", "Automatic reply from my printer is broken", vec![]),
            ("Re2: parcel", "parcel", vec![Reply]),
            ("Ref 12: parcel", "Ref 12: parcel", vec![]),
            ("PSL: TL: Rta: parcel", "parcel", vec![Forward, Reply, Reply]),
            ("Question: where is it", "Question: where is it", vec![]),
            ("parcel (fwd)", "parcel", vec![]),
            ("[Fwd: parcel]", "parcel", vec![Forward]),
            ("(Fwd) parcel", "parcel", vec![Forward]),
            ("İLT: YNT: kargo", "kargo", vec![Forward, Reply]),
            ("Antw.: Doorst.: pakket", "pakket", vec![Reply, Forward]),
            ("НА: ПЕР: заказ", "заказ", vec![Reply, Forward]),
            ("Továbbítás: VÁ: csomag", "csomag", vec![Forward, Reply]),
            ("(3) parcels", "(3) parcels", vec![]),
        ] {
            assert_eq!(base_and_prefixes(text), (base.into(), prefixes), "{text}");
        }
    }

    #[test]
    fn tags_are_read_anywhere_and_taken_out_of_the_base() {
        let (subject, tags) = read("Re: [#1173] Fwd: [help-42] broken  export [x]");
        assert_eq!(subject.base, "broken export [x]");
        assert_eq!(subject.prefixes, [Reply, Forward]);
        let tags: Vec<_> = tags.iter().map(|t| (t.prefix.as_str(), t.number)).collect();
        assert_eq!(tags, [("#", 1173), ("HELP", 42)]);
        assert_eq!(read("[a-b] [-1] [#x] [2024-01-02]").1, []);
    }
}
