//! Authors as clients write them in header blocks: `Ann Lee [mailto:ann@example.org]`, `ann@example.org<mailto:…>`,
//! `desk@example.org On Behalf Of Ann Lee`.

use super::headers::participants_in;
use super::lines::is_mark;
use super::tables;
use super::words::folded;
use crate::domain::Participant;

/// Longest author's field that is looked at, in bytes.
const LONGEST: usize = 1_000;

/// The people of an author's field, and the name of the first: the whole value where it holds no address.
pub(super) fn of(value: &str) -> (Vec<Participant>, String) {
    let value = value.get(..LONGEST).unwrap_or(value);
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

/// The date and the author of an attribution line that stands in place of a block.
pub(super) fn in_attribution(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_suffix(':')?;
    let address = line.find('<').filter(|_| line.contains('@'))?;
    let date_end = line.get(..address)?.rfind(|c: char| c.is_ascii_digit())? + 1;
    let edges = |c: char| matches!(c, ',' | '*') || c.is_whitespace();
    Some((line.get(..date_end)?.trim_matches(edges), line.get(date_end..)?.trim_matches(edges)))
}

fn split_at_behalf(value: &str) -> (&str, Option<&str>) {
    let lower = folded(value);
    // Folding may change lengths: then the value is left whole.
    let found = (lower.len() == value.len()).then(|| {
        tables::ON_BEHALF.iter().find_map(|words| {
            let at = lower.find(words)?;
            Some((value.get(..at)?, value.get(at + words.len()..)?))
        })
    });
    match found.flatten() {
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
        c.is_whitespace() || is_mark(c) || matches!(c, '"' | '\'' | '*' | ',' | ';' | '<' | '>' | '(' | ')' | '“' | '”')
    };
    let name = name.trim_start_matches(edges);
    // A name may end with brackets of its own: Ann Lee (Support).
    let closes = name.trim_end().ends_with(')') && name.contains('(');
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
    fn an_attribution_stands_in_for_a_block() {
        let line = "04.03.2025, 10:00, \"Ann Lee\" <ann@example.org>:";
        assert_eq!(in_attribution(line), Some(("04.03.2025, 10:00", "\"Ann Lee\" <ann@example.org>")));
        assert_eq!(in_attribution("Dear all:"), None);
    }
}
