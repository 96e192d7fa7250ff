//! Message-IDs and lists of them (RFC 5322 3.6.4), as they are written in the wild.

/// The ids of a Message-ID, In-Reply-To or References value, in order and without angle brackets, and whether any of it
/// broke the grammar. Old In-Reply-To values hold phrases ("Your message of …"); ids without brackets are taken where
/// they have an `@`.
pub(super) fn list(value: &str) -> (Vec<String>, bool) {
    let mut ids = Vec::new();
    let mut malformed = false;
    let mut rest = value;
    while let Some(open) = memchr::memchr(b'<', rest.as_bytes()) {
        let inside = rest.get(open + 1..).unwrap_or_default();
        let end = memchr::memchr2(b'<', b'>', inside.as_bytes()).unwrap_or(inside.len());
        let closed = inside.get(end..).is_some_and(|tail| tail.starts_with('>'));
        let id = without_space(inside.get(..end).unwrap_or_default());
        malformed |= !closed || memchr::memchr(b'@', id.as_bytes()).is_none();
        if !id.is_empty() {
            ids.push(id);
        }
        rest = inside.get(end + usize::from(closed)..).unwrap_or_default();
    }
    if ids.is_empty() {
        ids.extend(value.split_whitespace().filter(|word| word.contains('@')).map(bare));
        ids.retain(|id| !id.is_empty());
        malformed |= !value.trim().is_empty();
    }
    (ids, malformed)
}

/// The one id of a Message-ID value. One without brackets or `@` still counts: it is what answers will cite.
pub(super) fn single(value: &str) -> (Option<String>, bool) {
    if let Some(id) = plain(value) {
        return (Some(id.to_owned()), false);
    }
    let (ids, malformed) = list(value);
    let several = ids.len() > 1;
    match ids.into_iter().next() {
        Some(id) => (Some(id), malformed || several),
        None => (Some(bare(value)).filter(|id| !id.is_empty()), malformed),
    }
}

/// The id of a value that is nothing but one, as nearly all are.
fn plain(value: &str) -> Option<&str> {
    let id = value.strip_prefix('<')?.strip_suffix('>')?;
    let signs = |(plain, at), b: u8| (plain & b.is_ascii_graphic() & !matches!(b, b'<' | b'>'), at | (b == b'@'));
    (id.bytes().fold((true, false), signs) == (true, true)).then_some(id)
}

fn bare(word: &str) -> String {
    without_space(word.trim_matches(['<', '>', ',', ';', '"']))
}

/// Folding may have left white space inside an id that was too long for a line.
fn without_space(id: &str) -> String {
    if id.bytes().fold(true, |plain, b| plain & b.is_ascii_graphic()) {
        return id.to_owned();
    }
    id.chars().filter(|c| !c.is_whitespace() && !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::{list, single};

    fn ids(value: &str) -> Vec<String> {
        list(value).0
    }

    #[test]
    fn ids_are_read_in_order_without_brackets() {
        assert_eq!(ids("<a@example.org> <b@example.org>"), ["a@example.org", "b@example.org"]);
        assert_eq!(ids("<a@example.org><b@example.org>"), ["a@example.org", "b@example.org"]);
        assert_eq!(ids("Your message of Monday <a@example.org>"), ["a@example.org"]);
        assert!(!list("<a@example.org>").1);
    }

    #[test]
    fn broken_ids_are_still_read_and_reported() {
        for (value, expected) in [
            ("<a@example.org <b@example.org>", vec!["a@example.org", "b@example.org"]),
            ("a@example.org, b@example.org", vec!["a@example.org", "b@example.org"]),
            ("<a@exam\r\n ple.org", vec!["a@example.org"]),
            ("<only-a-word>", vec!["only-a-word"]),
        ] {
            assert_eq!(list(value), (expected.into_iter().map(String::from).collect(), true), "{value}");
        }
        assert_eq!(single("no-brackets"), (Some("no-brackets".into()), true));
        assert_eq!(single("<>").0, None);
    }
}
