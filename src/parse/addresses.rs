//! Address lists (RFC 5322 3.4) as they are written: groups, comments as names, routes, commas in names, semicolons
//! between addresses, brackets that never close. One pass over the characters, no recursion; what holds no address is
//! left out.

use std::collections::HashSet;

use super::encoded_words;
use crate::domain::{EmailAddress, Participant};

/// Lists up to this length are looked through for an address that stands there twice; longer ones take a set.
const FEW: usize = 16;

/// The people of a field's value: on one line, encoded words not yet decoded. At most `most`, the same address once; and
/// whether there were more.
pub(super) fn list(value: &str, most: usize) -> (Vec<Participant>, bool) {
    let mut people = plain(value).unwrap_or_else(|| Reader::read(value, most));
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

/// The people of a list of nothing but `ann@example.org`, `Ann Lee <ann@example.org>` and `"Lee, Ann" <ann@example.org>`,
/// without any other character that means something in the grammar or to a program; the name may be in encoded words.
/// Nearly all lists are so; [`Reader`] gives the same and takes several times as long.
fn plain(list: &str) -> Option<Vec<Participant>> {
    // Without a way out of the loop it is compiled to one over whole words.
    let ascii = |b: u8| matches!(b, b' '..=b'~' | b'\r' | b'\n' | b'\t') & (b != b'\\');
    if !list.bytes().fold(true, |all, b| all & ascii(b)) {
        return None;
    }
    let mut people = Vec::with_capacity(1);
    let mut rest = list.trim_ascii();
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

struct Reader<'v> {
    rest: &'v str,
    item: Item,
    people: Vec<Participant>,
    /// Whether a closing quote or round bracket may still follow: looked for in vain only once.
    quotes: bool,
    brackets: bool,
}

impl<'v> Reader<'v> {
    fn read(value: &'v str, most: usize) -> Vec<Participant> {
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

/// A name as people read it: encoded words decoded, on one line, no quotes around it.
fn shown(name: &str) -> String {
    if is_shown_so(name) {
        return name.to_owned();
    }
    let decoded = encoded_words::decode(name).text;
    let mut out = String::with_capacity(decoded.len());
    for word in decoded.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    // Encoded quotes: =?utf-8?q?=22Ann_Lee=22?=; Outlook puts single ones around.
    for quote in ['"', '\''] {
        let bare =
            out.strip_prefix(quote).and_then(|name| name.strip_suffix(quote)).filter(|name| !name.contains(quote));
        if let Some(bare) = bare.map(|bare| bare.trim().to_owned()) {
            out = bare;
        }
    }
    out
}

/// Whether a name is ASCII of single words, without quotes around it or encoded words in it: as it is shown.
fn is_shown_so(name: &str) -> bool {
    let bytes = name.as_bytes();
    let edge = |b: Option<&u8>| b.is_none_or(|b| b.is_ascii_graphic() && !matches!(b, b'"' | b'\''));
    let plain = |b: u8| matches!(b, b' '..=b'~') & (b != b'?');
    edge(bytes.first())
        && edge(bytes.last())
        && bytes.iter().fold(true, |all, b| all & plain(*b))
        && !bytes.windows(2).any(|pair| pair == b"  ")
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
    use super::{Reader, list, plain};

    #[test]
    fn plain_lists_are_read_as_all_others_are() {
        let pieces = [
            "Ann",
            " ",
            "<",
            ">",
            "a@b.c",
            ", ",
            "\"",
            "'",
            "(",
            "=?utf-8?q?a=40b=2Ec?=",
            "=?utf-8?q?=3Cx=40y=3E=2C?=",
            "\r\n ",
        ];
        let mut lists = vec![String::new()];
        for _ in 0..5 {
            lists = lists.iter().flat_map(|list| pieces.map(|piece| format!("{list}{piece}"))).collect();
            let mut found = lists.iter().filter_map(|list| Some((list, plain(list.trim())?)));
            assert_eq!(found.find(|(list, found)| *found != Reader::read(list.trim(), 100)), None);
        }
        assert!(plain("Ann Lee <ann@example.org>,\r\n bo@example.org").is_some());
        assert!(plain("\"Lee, Ann\" <ann@example.org>, bo@example.org").is_some());
        for other in ["\"Ann\\\"\" <ann@example.org>", "'Ann' <ann@example.org>", "=?utf-8?q?ann=40example.org?="] {
            assert_eq!(plain(other), None, "{other}");
        }
    }

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
