//! Authors as clients write them in header blocks: `Ann Lee [mailto:ann@example.org]`, `ann@example.org<mailto:…>`,
//! `desk@example.org On Behalf Of Ann Lee`.

use std::sync::LazyLock;

use super::headers::participants_in;
use super::lines::is_mark;
use super::phrases::Phrases;
use super::tables;
use super::words::folded;
use crate::domain::{EmailAddress, Participant};

static BEHALF: LazyLock<Phrases> = LazyLock::new(|| Phrases::of(tables::ON_BEHALF));

/// Longest author's field that is looked at, in bytes.
const LONGEST: usize = 1_000;

/// The people of an author's field, and the name of the first: the whole value where it holds no address.
pub(super) fn of(value: &str) -> (Vec<Participant>, String) {
    let value = value.get(..LONGEST).unwrap_or(value);
    if let Some(person) = plain(value) {
        let name = person.name.clone();
        return (vec![person], name);
    }
    of_any(value)
}

/// The same for any value.
fn of_any(value: &str) -> (Vec<Participant>, String) {
    let (sender, behalf) = split_at_behalf(value);
    let mut people = addressed(behalf.unwrap_or(sender));
    if let (Some(name), true) = (behalf, people.is_empty()) {
        // The one it was sent for is named without address: the address is the sender's.
        people = addressed(sender);
        people.truncate(1);
        for person in &mut people {
            person.name = bare_name(name);
        }
    }
    let name = people.first().map_or_else(|| bare_name(behalf.unwrap_or(value)), |person| person.name.clone());
    (people, name)
}

/// `Ann Lee <ann@example.org>` or `Ann Lee (Support) <ann@example.org>`, of letters alone: nearly all are so, and there is
/// nothing to take off.
fn plain(value: &str) -> Option<Participant> {
    let (name, address) = value.strip_suffix('>')?.split_once('<')?;
    let name = name.strip_suffix(' ')?;
    let (person, role) = name.strip_suffix(')').and_then(|name| name.split_once('(')).unwrap_or((name, "X"));
    let are_letters = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphabetic() || c == ' ');
    let of_letters = are_letters(person) && are_letters(role) && name.trim() == name && !name.contains("  ");
    let of_words = address.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'@'));
    let (local, domain) = address.split_once('@')?;
    let dotted = domain.contains('.') && !domain.contains('@') && !address.starts_with('.') && !address.ends_with('.');
    let sound = of_letters && of_words && dotted && !local.is_empty();
    sound.then(|| EmailAddress::parse(address)).flatten().map(|address| Participant { name: name.to_owned(), address })
}

/// The date and the author of an attribution line that stands in place of a block.
pub(super) fn in_attribution(line: &str) -> Option<(String, String)> {
    let line = line.trim_end_matches([':', '：', ' ', '\u{a0}', '\u{202f}']);
    let open = line.find('<').or_else(|| line.find('[')).filter(|_| line.contains('@'))?;
    let close = open + line.get(open..)?.find(['>', ']'])?;
    let (before, address, after) = (line.get(..open)?, line.get(open..=close)?, line.get(close + 1..)?);
    // The name stands in quotes, or behind the last digit of the date.
    let named = before.char_indices().find(|(_, c)| matches!(c, '"' | '«' | '„' | '“')).map(|(at, _)| at);
    let behind = || before.rfind(|c: char| c.is_ascii_digit()).map_or(0, |at| at + 1);
    let start = named.unwrap_or_else(behind);
    let (first, name) = (before.get(..start)?, before.get(start..)?);
    let date = [first, after].into_iter().map(without_fillers).find(|date| date.bytes().any(|b| b.is_ascii_digit()));
    let name = if named.is_some() { name.to_owned() } else { without_fillers(without_zone(name)) };
    Some((date.unwrap_or_default(), format!("{} {address}", bare_name(&name))))
}

/// What follows the time belongs to it: `CET`, `AM`, `GMT`.
fn without_zone(name: &str) -> &str {
    let name = name.trim_start();
    let (first, rest) = name.split_once(' ').unwrap_or((name, ""));
    let is_zone = (2..=5).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_uppercase() || b == b',');
    if is_zone { rest } else { name }
}

/// Without the words that belong to the client at both ends.
fn without_fillers(text: &str) -> String {
    let is_filler = |word: &&str| {
        let word = folded(word.trim_matches([',', '(', ')', '،', '，', '.']));
        let known = |table: &[&str]| table.contains(&word.as_str());
        word.is_empty()
            || known(tables::ATTRIBUTION_FILLERS)
            || known(tables::ATTRIBUTION_OPENERS)
            || known(tables::ATTRIBUTION_VERBS)
    };
    let mut words: Vec<&str> = text.split_whitespace().skip_while(is_filler).collect();
    while words.pop_if(|word| is_filler(&&**word)).is_some() {}
    words.join(" ").trim_matches(|c: char| matches!(c, ',' | '*' | '(' | ')' | '，') || c.is_whitespace()).to_owned()
}

fn split_at_behalf(value: &str) -> (&str, Option<&str>) {
    let lower = folded(value);
    // Folding may change lengths: then the value is left whole.
    let found = if lower.len() == value.len() { BEHALF.find(&lower) } else { None };
    match found.and_then(|words| Some((value.get(..words.start)?, value.get(words.end..)?))) {
        Some((sender, behalf)) if sender.contains('@') && !behalf.trim().is_empty() => (sender, Some(behalf)),
        _ => (value, None),
    }
}

/// Every address with the name before it.
fn addressed(value: &str) -> Vec<Participant> {
    let value = value.replace("mailto:", " ");
    let mut list = String::with_capacity(value.len() + 16);
    let mut name = String::new();
    let mut known: Vec<&str> = Vec::new();
    for word in
        value.split(|c: char| c.is_whitespace() || is_mark(c) || matches!(c, '<' | '>' | '[' | ']' | ';' | '*' | '|'))
    {
        let address = word.trim_matches(['(', ')', ',', '"', '\'', '.', ':', '＜', '＞']);
        let is_address =
            address.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && domain.contains('.'));
        if !is_address {
            if !name.is_empty() && !word.is_empty() {
                name.push(' ');
            }
            name.push_str(word);
            continue;
        }
        if !known.contains(&address) {
            known.push(address);
            if !list.is_empty() {
                list.push_str(", ");
            }
            list.push_str(&quoted_name(&bare_name(&name)));
            list.push_str(" <");
            list.push_str(address);
            list.push('>');
        }
        name.clear();
    }
    let mut people = participants_in(&list);
    // ann@example.org (Ann Lee), as Usenet programs write it.
    if let ([person], true) = (people.as_mut_slice(), !name.is_empty()) {
        let trailing = bare_name(&name);
        if person.name.is_empty() {
            person.name = trailing;
        }
    }
    people
}

fn bare_name(name: &str) -> String {
    let edges = |c: char| {
        c.is_whitespace()
            || is_mark(c)
            || matches!(c, '"' | '\'' | '*' | ',' | ';' | '<' | '>' | '(' | ')' | '“' | '”' | '„' | '«' | '»')
    };
    let name = name.trim_start_matches(edges);
    // A name may end with brackets of its own: Ann Lee (Support).
    let closes = name.trim_end_matches(['"', '\'', ' ']).ends_with(')') && name.contains('(');
    let end = |c: char| edges(c) && !(closes && c == ')');
    name.trim_end_matches(end).chars().filter(|&c| !is_mark(c)).collect()
}

/// A display name with a comma or brackets must be quoted to be read as one (RFC 5322 3.2.5).
fn quoted_name(name: &str) -> String {
    let bare = name.replace(['"', '\\'], "");
    if bare.contains([',', '(', ')', ';', ':', '.', '@', '[', ']']) { format!("\"{bare}\"") } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn authors_are_read_in_every_shape() {
        for (value, people, name) in [
            ("Ann Lee <ann@example.org>", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("Ann Lee [mailto:ann@example.org]", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("Ann Lee <ann@example.org<mailto:ann@example.org>>", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("ann@example.org<mailto:ann@example.org>", " <ann@example.org>", ""),
            ("ann@example.org <ann@example.org>", " <ann@example.org>", ""),
            ("Ann Lee [ann@example.org]", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("*Ann Lee* <ann@example.org>", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("\"Lee, Ann\" <ann@example.org>", "Lee, Ann <ann@example.org>", "Lee, Ann"),
            ("Ann Lee (Support) <ann@example.org>", "Ann Lee (Support) <ann@example.org>", "Ann Lee (Support)"),
            ("\"Lee, Ann (Sales)\" <ann@example.org>", "Lee, Ann (Sales) <ann@example.org>", "Lee, Ann (Sales)"),
            ("Ann Lee (ann@example.org)", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("ann@example.org (Ann Lee)", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("news@example.org On Behalf Of Ann Lee", "Ann Lee <news@example.org>", "Ann Lee"),
            ("news@example.org im Auftrag von Ann Lee <ann@example.org>", "Ann Lee <ann@example.org>", "Ann Lee"),
            ("Ann Lee", "", "Ann Lee"),
            ("'Ann Lee'", "", "Ann Lee"),
            ("Ann <ann@example.org>; Bea <bea@example.org>", "Ann <ann@example.org>, Bea <bea@example.org>", "Ann"),
            ("山田 太郎<yamada@example.org>", "山田 太郎 <yamada@example.org>", "山田 太郎"),
        ] {
            let (found, found_name) = of(value);
            let shown: Vec<_> = found.iter().map(|p| format!("{} <{}>", p.name, p.address)).collect();
            assert_eq!((shown.join(", ").as_str(), found_name.as_str()), (people, name), "{value}");
        }
    }

    #[test]
    fn plain_authors_are_read_as_all_others_are() {
        let pieces =
            ["Ann", " ", "Lée", "(", ")", " (Support)", "<", ">", "ann", "@", "example.org", " <ann@example.org>"];
        let mut values = vec![String::new()];
        for _ in 0..5 {
            values = values.iter().flat_map(|value| pieces.map(|piece| format!("{value}{piece}"))).collect();
            let mut found = values.iter().filter_map(|value| Some((value, plain(value)?)));
            let differs =
                |(value, person): &(&String, Participant)| of_any(value) != (vec![person.clone()], person.name.clone());
            assert_eq!(found.find(differs), None);
        }
        assert!(plain("Ann Lee (Support) <ann@example.org>").is_some());
    }

    #[test]
    fn an_attribution_stands_in_for_a_block() {
        for (line, date, author) in [
            ("04.03.2025, 10:00, \"Ann Lee\" <ann@example.org>:", "04.03.2025, 10:00", "Ann Lee <ann@example.org>"),
            (
                "On 04/03/2025, 10:00, \"Ann Lee\" <ann@example.org> wrote:",
                "04/03/2025, 10:00",
                "Ann Lee <ann@example.org>",
            ),
            (
                "Am 04.03.25, 10:00 schrieb \"Ann Lee\" <ann@example.org>:",
                "04.03.25, 10:00",
                "Ann Lee <ann@example.org>",
            ),
            (
                "Le 04/03/2025 10:00, « Ann Lee » <ann@example.org> a écrit :",
                "04/03/2025 10:00",
                "Ann Lee <ann@example.org>",
            ),
            (
                "Ann Lee <ann@example.org> kirjoitti 4.3.2025 kello 10.00:",
                "4.3.2025 kello 10.00",
                "Ann Lee <ann@example.org>",
            ),
            (
                "Op 04-03-2025 10:00 heeft Ann Lee <ann@example.org> geschreven:",
                "04-03-2025 10:00",
                "Ann Lee <ann@example.org>",
            ),
        ] {
            assert_eq!(in_attribution(line), Some((date.to_owned(), author.to_owned())), "{line}");
        }
        assert_eq!(in_attribution("Dear all:"), None);
    }
}
