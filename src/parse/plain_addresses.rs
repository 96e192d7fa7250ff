//! Address lists in their usual form, which is simple: read in one go, as [`super::addresses`] reads all others.

use super::display_name::{shown, without_quotes};
use crate::domain::{EmailAddress, Participant};

/// The people of a list of nothing but `ann@example.org`, `Ann Lee <ann@example.org>` and `"Lee, Ann" <ann@example.org>`,
/// without any other character that means something in the grammar or to a program; the name may be in encoded words.
/// Nearly all lists are so; the reader of all others gives the same and takes several times as long.
pub(super) fn list(value: &str) -> Option<Vec<Participant>> {
    // Without a way out of the loop it is compiled to one over whole words.
    let ascii = |b: u8| matches!(b, b' '..=b'~' | b'\r' | b'\n' | b'\t') & (b != b'\\');
    if !value.bytes().fold(true, |all, b| all & ascii(b)) {
        return None;
    }
    let mut people = Vec::with_capacity(1);
    let mut rest = value.trim_ascii();
    loop {
        let (person, after) = match rest.strip_prefix('"') {
            Some(quoted) => quoted_mailbox(quoted)?,
            None => plain_mailbox(rest)?,
        };
        people.push(person);
        match after.trim_ascii_start().as_bytes() {
            [] => return Some(people),
            [b',', ..] => rest = after.trim_ascii_start().get(1..)?.trim_ascii_start(),
            _ => return None,
        }
    }
}

/// The one mailbox of a value like `=?utf-8?q?Zo=C3=AB?= <zoe@example.org>`, of which it is known what it says `decoded`: to
/// decode a name takes as long as all the rest.
pub(super) fn decoded(written: &str, decoded: &str) -> Option<Participant> {
    let words = written.strip_prefix("=?")?.strip_suffix('>')?;
    let (words, address) = words.split_at_checked(memchr::memchr(b'<', words.as_bytes())?)?;
    let (words, address) = (words.strip_suffix(' ')?, address.get(1..)?);
    let name = decoded.strip_suffix('>')?.strip_suffix(address)?.strip_suffix(" <")?;
    let plain = |b: u8| {
        matches!(b, b'!'..=b'~')
            & !matches!(b, b'"' | b'\'' | b'(' | b')' | b',' | b':' | b';' | b'<' | b'>' | b'[' | b']' | b'\\')
    };
    // One word: `utf-8?q?Zo=C3=AB?=`.
    let marks = words.bytes().filter(|b| *b == b'?').count();
    let is_word = marks == 3 && words.ends_with("?=") && words.bytes().all(plain);
    if !is_word || memchr::memchr2(b'@', b'?', name.as_bytes()).is_some() {
        return None;
    }
    Some(Participant { name: without_quotes(name), address: bare_address(address)? })
}

/// The mailbox whose name stands up to the next quote, and what follows it.
fn quoted_mailbox(quoted: &str) -> Option<(Participant, &str)> {
    let (name, after) = quoted.split_at_checked(memchr::memchr(b'"', quoted.as_bytes())?)?;
    let (address, after) = angle(after.get(1..)?.trim_ascii_start().strip_prefix('<')?)?;
    (!name.is_empty()).then(|| named(name, address)).flatten().map(|person| (person, after))
}

/// The mailbox whose name has no quotes, or that has none, and what follows it.
fn plain_mailbox(text: &str) -> Option<(Participant, &str)> {
    let end = memchr::memchr2(b',', b'<', text.as_bytes()).unwrap_or(text.len());
    let (before, after) = text.split_at_checked(end)?;
    let before = before.trim_ascii_end();
    let special = |b: u8| matches!(b, b'"' | b'\'' | b'(' | b')' | b':' | b';' | b'>' | b'[' | b']');
    if before.bytes().fold(false, |any, b| any | special(b)) {
        return None;
    }
    match after.strip_prefix('<') {
        Some(inside) => {
            let (address, after) = angle(inside)?;
            named(before, address).map(|person| (person, after))
        }
        None => Some((Participant { name: String::new(), address: bare_address(before)? }, after)),
    }
}

/// `None` where the name may be an address.
fn named(name: &str, address: EmailAddress) -> Option<Participant> {
    let name = shown(name);
    memchr::memchr(b'@', name.as_bytes()).is_none().then_some(Participant { name, address })
}

/// The address up to the bracket that closes, and what follows that.
fn angle(inside: &str) -> Option<(EmailAddress, &str)> {
    let (text, after) = inside.split_at_checked(memchr::memchr(b'>', inside.as_bytes())?)?;
    Some((bare_address(text)?, after.get(1..)?))
}

/// An address of which nothing is to be taken off.
fn bare_address(text: &str) -> Option<EmailAddress> {
    let special = |b: u8| {
        b.is_ascii_whitespace()
            | matches!(b, b'"' | b'\'' | b'(' | b')' | b',' | b':' | b';' | b'<' | b'>' | b'?' | b'[' | b']')
    };
    let is_plain = !text.bytes().fold(false, |any, b| any | special(b));
    is_plain.then(|| EmailAddress::parse(text)).flatten()
}

#[cfg(test)]
mod tests {
    use super::super::addresses::Reader;
    use super::super::encoded_words;
    use super::list as plain;

    #[test]
    fn plain_lists_are_read_as_all_others_are() {
        let pieces = "Ann| |<|>|a@b.c|, |\"|'|(|=?utf-8?q?a=40b=2Ec?=|=?utf-8?q?=3Cx=40y=3E=2C?=|\r\n ";
        let pieces: Vec<&str> = pieces.split('|').collect();
        let decoded = |text: &str| super::decoded(text, &encoded_words::decode(text).text);
        let mut lists = vec![String::new()];
        for _ in 0..5 {
            lists = lists.iter().flat_map(|list| pieces.iter().map(move |piece| format!("{list}{piece}"))).collect();
            let mut found = lists.iter().filter_map(|list| Some((list, plain(list.trim())?)));
            assert_eq!(found.find(|(list, found)| *found != Reader::read(list.trim(), 100)), None);
            let mut found = lists.iter().filter_map(|list| Some((list, decoded(list)?)));
            assert_eq!(found.find(|(list, found)| [found.clone()] != *Reader::read(list, 100)), None);
        }
        assert!(plain("Ann Lee <ann@example.org>,\r\n bo@example.org").is_some());
        assert!(plain("\"Lee, Ann\" <ann@example.org>, bo@example.org").is_some());
        for (written, name) in [
            ("=?utf-8?q?Zo=C3=AB?= <zoe@example.org>", Some("Zoë")),
            ("=?utf-8?b?Wm/Dqw==?= <zoe@example.org>", Some("Zoë")),
            ("=?utf-8?q?=22Zo=C3=AB__Lee=22?= <zoe@example.org>", Some("Zoë Lee")),
            ("=?utf-8?q?zoe=40x?= <zoe@example.org>", None),
            ("=?utf-8?q?=3D=3Futf-8=3Fq=3Fa=3F=3D?= <zoe@example.org>", None),
            ("=?utf-8?x?Zoe?= <zoe@example.org>", None),
            ("=?utf-8?q?Zo=C3=AB?= =?utf-8?q?Lee?= <zoe@example.org>", None),
        ] {
            let found = decoded(written);
            assert_eq!(found.as_ref().map(|person| person.name.as_str()), name, "{written}");
            assert!(found.is_none_or(|person| vec![person] == Reader::read(written, 100)), "{written}");
        }
        for other in ["\"Ann\\\"\" <ann@example.org>", "'Ann' <ann@example.org>", "=?utf-8?q?ann=40example.org?="] {
            assert_eq!(plain(other), None, "{other}");
        }
    }
}
