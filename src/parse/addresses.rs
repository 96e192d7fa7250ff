//! Address lists (RFC 5322 3.4) as they are written: groups, comments as names, routes, commas in names, semicolons
//! between addresses, brackets that never close. One pass over the characters, no recursion; what holds no address is
//! left out.

use std::collections::HashSet;

use super::display_name::shown;
use super::{encoded_words, plain_addresses};
use crate::domain::{EmailAddress, Participant};

/// Lists up to this length are looked through for an address that stands there twice; longer ones take a set.
const FEW: usize = 16;

/// The people of a field's value: on one line, encoded words not yet decoded. At most `most`, the same address once; and
/// whether there were more.
pub(super) fn list(value: &str, most: usize) -> (Vec<Participant>, bool) {
    let mut people = plain_addresses::list(value).unwrap_or_else(|| Reader::read(value, most));
    if people.is_empty() && !value.contains('@') && encoded_words::stand_in(value) {
        // Some programs encode the field as a whole.
        people = Reader::read(&encoded_words::decode(value).text, most);
    }
    let more = people.len() > most;
    people.truncate(most);
    if people.len() > FEW || has_twice(&people) {
        let mut known = HashSet::with_capacity(people.len());
        people.retain(|person| known.insert(person.address.clone()));
    }
    (people, more)
}

/// Whether an address stands in a short list twice.
fn has_twice(people: &[Participant]) -> bool {
    let stands_before =
        |(at, person): (usize, &Participant)| people.iter().take(at).any(|p| p.address == person.address);
    people.iter().enumerate().any(stands_before)
}

/// A word of a phrase: its text without quotes, and whether it hangs on the one before.
struct Word {
    text: String,
    quoted: bool,
    glued: bool,
}

/// What stands between two commas.
#[derive(Default)]
struct Item {
    words: Vec<Word>,
    comments: Vec<String>,
    /// What stood in angle brackets.
    angle: Option<String>,
    /// A name with a comma in it that nobody quoted: `Lee, Ann <ann@example.org>`.
    before_comma: Option<String>,
    glued: bool,
}

pub(super) struct Reader<'v> {
    rest: &'v str,
    item: Item,
    people: Vec<Participant>,
    /// Whether a closing quote or round bracket may still follow: looked for in vain only once.
    quotes: bool,
    brackets: bool,
}

impl<'v> Reader<'v> {
    pub fn read(value: &'v str, most: usize) -> Vec<Participant> {
        let mut reader =
            Reader { rest: value, item: Item::default(), people: Vec::new(), quotes: true, brackets: true };
        while reader.people.len() <= most && reader.step() {}
        reader.end_item(false);
        reader.people
    }

    /// Takes what comes next; whether there was anything.
    fn step(&mut self) -> bool {
        let Some(c) = self.rest.chars().next() else { return false };
        match c {
            '"' if self.quotes => self.quoted(),
            '(' if self.brackets => self.comment(),
            '<' => self.angle(),
            ',' => {
                self.skip(1);
                self.end_item(true);
            }
            ';' => {
                self.skip(1);
                self.end_item(false);
            }
            ':' => self.colon(),
            '>' => self.skip(1),
            c if c.is_whitespace() => {
                self.skip(c.len_utf8());
                self.item.glued = false;
            }
            _ => self.atom(),
        }
        true
    }

    fn skip(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or_default();
    }

    /// `"…"` with `\` before what stands for itself. A quote that never closes is no quote.
    fn quoted(&mut self) {
        let mut text = String::new();
        let mut chars = self.rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                '"' => {
                    self.skip(at + 1);
                    return self.word(text, true);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        self.quotes = false;
        self.skip(1);
    }

    /// `(…)`, nested too. One that never closes is no comment.
    fn comment(&mut self) {
        let mut text = String::new();
        let mut depth = 0u32;
        let mut chars = self.rest.char_indices();
        while let Some((at, c)) = chars.next() {
            match c {
                '(' => {
                    depth += 1;
                    if depth > 1 {
                        text.push(c);
                    }
                }
                ')' if depth == 1 => {
                    self.skip(at + 1);
                    self.item.comments.push(text);
                    return;
                }
                ')' => {
                    depth -= 1;
                    text.push(c);
                }
                '\\' => text.extend(chars.next().map(|(_, c)| c)),
                c => text.push(c),
            }
        }
        self.brackets = false;
        self.skip(1);
    }

    /// `<…>`; one that is not closed ends where an address must end.
    fn angle(&mut self) {
        if self.item.angle.is_some() {
            // `Ann <ann@example.org> Bo <bo@example.org>`: what follows a bracket is the next one's name.
            self.end_item(false);
        }
        let inside = self.rest.trim_start_matches('<');
        let mut quoted = false;
        let end = inside.find(|c: char| {
            quoted ^= c == '"';
            c == '<' || c == '>' || (!quoted && matches!(c, ',' | ';'))
        });
        // A route (RFC 5322 4.4) has commas and a colon: <@a.example,@b.example:ann@example.org>
        let end = match inside.strip_prefix('@').and_then(|_| inside.find(['<', '>'])) {
            Some(routed) => Some(routed),
            None => end,
        };
        let end = end.unwrap_or(inside.len());
        self.item.angle = Some(inside.get(..end).unwrap_or_default().to_owned());
        self.rest = inside.get(end..).unwrap_or_default();
        if let Some(after) = self.rest.strip_prefix('>') {
            self.rest = after;
        }
        self.item.glued = false;
    }

    /// What stood before a colon named a group, unless it is the `mailto:` of a link.
    fn colon(&mut self) {
        self.skip(1);
        let words = &mut self.item.words;
        let link = |word: &Word| word.text.trim_start_matches('[').eq_ignore_ascii_case("mailto");
        if words.last().is_some_and(link) {
            words.pop();
            self.item.glued = false;
        } else if words.iter().any(|word| word.text.contains('@')) {
            self.word(":".to_owned(), false);
        } else {
            self.item = Item::default();
        }
    }

    fn atom(&mut self) {
        let mut literal = false;
        let end = self.rest.char_indices().skip(1).find(|&(_, c)| {
            // A domain literal (RFC 5322 3.4.1) has colons: ann@[IPv6:2001:db8::1]
            literal = (literal || c == '[') && c != ']';
            c.is_whitespace()
                || matches!(c, ',' | ';' | '<' | '>')
                || (c == ':' && !literal)
                || (c == '"' && self.quotes)
                || (c == '(' && self.brackets)
        });
        let end = end.map_or(self.rest.len(), |(at, _)| at);
        let text = self.rest.get(..end).unwrap_or_default().to_owned();
        self.skip(end);
        self.word(text, false);
    }

    fn word(&mut self, text: String, quoted: bool) {
        if self.item.angle.is_some() && !text.trim().is_empty() {
            self.end_item(false);
        }
        let glued = self.item.glued && !self.item.words.is_empty();
        self.item.words.push(Word { text, quoted, glued });
        self.item.glued = true;
    }

    fn end_item(&mut self, at_comma: bool) {
        let mut item = std::mem::take(&mut self.item);
        if let Some(angle) = item.angle.take() {
            let name = item.name();
            match address(&angle) {
                Some(address) => self.add(name, address),
                // `ann@example.org <>`
                None => self.plain(&item),
            }
        } else if item.words.iter().any(|word| word.text.contains('@')) {
            self.plain(&item);
        } else if at_comma && item.before_comma.is_none() && !item.words.is_empty() {
            self.item.before_comma = Some(phrase(&item.words));
        }
    }

    /// An item without angle brackets: every word with an `@` is an address, the others are its name.
    fn plain(&mut self, item: &Item) {
        let mut name: Vec<&str> = Vec::new();
        let mut found = Vec::new();
        for run in item.words.chunk_by(|_, next| next.glued) {
            let joined: String = run
                .iter()
                .map(|word| if word.quoted && run.len() > 1 { format!("\"{}\"", word.text) } else { word.text.clone() })
                .collect();
            match address(&joined) {
                Some(address) => found.push(address),
                None => name.extend(run.iter().map(|word| word.text.as_str())),
            }
        }
        let comments = item.comments.join(" ");
        let name = if name.is_empty() { comments } else { name.join(" ") };
        let single = found.len() == 1;
        for address in found {
            self.add(if single { shown(&name) } else { String::new() }, address);
        }
    }

    fn add(&mut self, name: String, address: EmailAddress) {
        // An address given as its own name is no name.
        let is_own = name.contains('@') && EmailAddress::parse(&name).is_some_and(|named| named == address);
        let name = if is_own { String::new() } else { name };
        self.people.push(Participant { name, address });
    }
}

impl Item {
    /// The display name; a comment where there is none.
    fn name(&self) -> String {
        let phrase = phrase(&self.words);
        let comments = || self.comments.join(" ");
        match &self.before_comma {
            Some(before) if !phrase.is_empty() => shown(&format!("{before}, {phrase}")),
            _ if phrase.is_empty() => shown(&comments()),
            _ if self.comments.is_empty() => shown(&phrase),
            _ => shown(&format!("{phrase} ({})", comments())),
        }
    }
}

fn phrase(words: &[Word]) -> String {
    let mut out = String::new();
    for word in words {
        if !out.is_empty() && !word.glued {
            out.push(' ');
        }
        out.push_str(&word.text);
    }
    out
}

/// An address as it stands between brackets or alone, with what programs leave around it.
fn address(text: &str) -> Option<EmailAddress> {
    if !text.contains('@') {
        return None;
    }
    let decoded = encoded_words::decode(text).text;
    // The route of RFC 5322 4.4 means nothing any more.
    let route = decoded.trim_start();
    let bare =
        route.strip_prefix('@').and_then(|route| route.split_once(':')).map_or(&*decoded, |(_, address)| address);
    let bare = bare.trim().trim_start_matches("mailto:").trim_start_matches("MAILTO:");
    let bare = bare.trim_matches(|c: char| matches!(c, '<' | '>' | '\'' | ',' | ';' | ' ' | '\t'));
    let bare = if bare.contains("@[") { bare } else { bare.trim_matches(['[', ']']) };
    if bare.contains('"') || !bare.contains(char::is_whitespace) {
        return EmailAddress::parse(without_comment(bare));
    }
    let joined: String = bare.split_whitespace().collect();
    EmailAddress::parse(without_comment(&joined))
}

/// `ann@example.org(Ann)`: a comment within the brackets.
fn without_comment(text: &str) -> &str {
    match text.split_once('(') {
        Some((before, _)) if before.contains('@') && !text.contains('"') => before.trim_end(),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::list;

    fn read(value: &str) -> Vec<String> {
        let shown = |p: &crate::domain::Participant| format!("{}|{}", p.name, p.address);
        list(value, 100).0.iter().map(shown).collect()
    }

    #[test]
    fn addresses_are_read_as_the_grammar_has_them() {
        for (value, expected) in [
            ("ann@example.org", vec!["|ann@example.org"]),
            ("Ann Lee <ann@example.org>", vec!["Ann Lee|ann@example.org"]),
            ("\"Lee, Ann\" <ann@example.org>, bo@example.net", vec!["Lee, Ann|ann@example.org", "|bo@example.net"]),
            ("\"Ann \\\"A\\\" Lee\" <ann@example.org>", vec!["Ann \"A\" Lee|ann@example.org"]),
            ("ann@example.org (Ann Lee)", vec!["Ann Lee|ann@example.org"]),
            ("Ann (sales (EU)) <ann@example.org>", vec!["Ann (sales (EU))|ann@example.org"]),
            ("\"ann lee\"@example.org", vec!["|\"ann lee\"@example.org"]),
            ("\"ann\"@example.org", vec!["|ann@example.org"]),
            ("ann@[IPv6:2001:db8::1]", vec!["|ann@[ipv6:2001:db8::1]"]),
            (
                "Team: Ann <ann@example.org>, bo@example.org;, cy@example.org",
                vec!["Ann|ann@example.org", "|bo@example.org", "|cy@example.org"],
            ),
            ("undisclosed-recipients:;", vec![]),
            ("<@relay.example,@b.example:ann@example.org>", vec!["|ann@example.org"]),
            ("Ann . Lee <ann@example.org>", vec!["Ann . Lee|ann@example.org"]),
            ("", vec![]),
        ] {
            assert_eq!(read(value), expected, "{value}");
        }
    }

    #[test]
    fn addresses_are_read_as_programs_write_them() {
        for (value, expected) in [
            ("Lee, Ann <ann@example.org>, bo@example.org", vec!["Lee, Ann|ann@example.org", "|bo@example.org"]),
            ("ann@example.org; bo@example.org;", vec!["|ann@example.org", "|bo@example.org"]),
            ("ann@example.org bo@example.org", vec!["|ann@example.org", "|bo@example.org"]),
            ("Ann <ann@example.org> Bo <bo@example.org>", vec!["Ann|ann@example.org", "Bo|bo@example.org"]),
            ("Ann Lee ann@example.org", vec!["Ann Lee|ann@example.org"]),
            ("Ann <ann@example.org", vec!["Ann|ann@example.org"]),
            ("Ann <ann@example.org, Bo <bo@example.org>", vec!["Ann|ann@example.org", "Bo|bo@example.org"]),
            ("<<ann@example.org>>", vec!["|ann@example.org"]),
            ("< ann@example.org >", vec!["|ann@example.org"]),
            ("<ann @ example.org>", vec!["|ann@example.org"]),
            ("'ann@example.org' <ann@example.org>", vec!["|ann@example.org"]),
            ("'Ann Lee' <ann@example.org>", vec!["Ann Lee|ann@example.org"]),
            ("Ann [mailto:ann@example.org]", vec!["Ann|ann@example.org"]),
            ("<mailto:ann@example.org>", vec!["|ann@example.org"]),
            ("mailto:ann@example.org", vec!["|ann@example.org"]),
            ("\"Ann <ann@example.org>", vec!["Ann|ann@example.org"]),
            ("Ann (sales <ann@example.org>", vec!["Ann sales|ann@example.org"]),
            (",, ,ann@example.org,,", vec!["|ann@example.org"]),
            ("Ann <>, <bo@example.org>", vec!["|bo@example.org"]),
            ("ann@example.org <>", vec!["|ann@example.org"]),
            ("Ann@Home <ann@example.org>", vec!["Ann@Home|ann@example.org"]),
            ("ann@example.org, ANN@example.org", vec!["|ann@example.org"]),
            ("Zoë <zoë@bücher.example>", vec!["Zoë|zoë@bücher.example"]),
            ("Ann\tLee\u{0} <ann@example.org>", vec!["Ann Lee|ann@example.org"]),
            ("nobody here", vec![]),
        ] {
            assert_eq!(read(value), expected, "{value}");
        }
    }

    #[test]
    fn names_in_encoded_words_are_decoded_after_the_list_is_taken_apart() {
        for (value, expected) in [
            ("=?utf-8?q?Lee=2C_Ann?= <ann@example.org>", "Lee, Ann|ann@example.org"),
            ("\"=?utf-8?q?Zo=C3=AB?=\" <ann@example.org>", "Zoë|ann@example.org"),
            ("=?utf-8?q?=22Zo=C3=AB_Lee=22?= <ann@example.org>", "Zoë Lee|ann@example.org"),
            ("=?utf-8?q?Zo?= =?utf-8?q?=C3=AB?= <ann@example.org>", "Zoë|ann@example.org"),
            ("=?utf-8?q?Zo=C3=AB?=<ann@example.org>", "Zoë|ann@example.org"),
            ("ann@example.org (=?utf-8?q?Zo=C3=AB?=)", "Zoë|ann@example.org"),
            ("=?utf-8?q?Evil_=3Cx=40example.net=3E=2C?= <ann@example.org>", "Evil <x@example.net>,|ann@example.org"),
            // The whole field in encoded words: it names nobody otherwise.
            ("=?utf-8?q?ann=40example.org?=", "|ann@example.org"),
            ("=?utf-8?q?Zo=C3=AB?= =?utf-8?q?=3Cann=40example.org=3E?=", "Zoë|ann@example.org"),
        ] {
            assert_eq!(read(value), [expected], "{value}");
        }
    }

    #[test]
    fn more_than_the_most_are_told() {
        let (people, more) = list(&(0..50).map(|n| format!("a{n}@example.org,")).collect::<String>(), 10);
        assert_eq!((people.len(), more), (10, true));
    }
}
