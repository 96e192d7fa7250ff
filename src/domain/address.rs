//! E-mail addresses as identities.

use serde::{Deserialize, Serialize};

/// An address in the form in which addresses are compared: lower-cased, domain in Unicode, no surrounding space, no
/// quotes where none are needed. RFC 5321 2.4 would keep the case of the local part; no mail system that people use does.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Folds `text` (`local@domain`, without display name) into the form that is compared. `None` when there is no `@`
    /// with something on either side.
    pub fn parse(text: &str) -> Option<Self> {
        if is_plain(text) {
            return Some(EmailAddress(text.to_ascii_lowercase()));
        }
        Self::parse_any(text)
    }

    /// The same for any text.
    fn parse_any(text: &str) -> Option<Self> {
        let bare = text.trim().trim_matches(['<', '>']).trim();
        let folded = if bare.is_ascii() { bare.to_ascii_lowercase() } else { bare.to_lowercase() };
        let (local, written) = folded.rsplit_once('@')?;
        let written = written.trim_end_matches('.');
        let domain = in_unicode(written);
        let domain = domain.as_deref().unwrap_or(written);
        let spaced =
            domain.contains(char::is_whitespace) || (!local.starts_with('"') && local.contains(char::is_whitespace));
        let unsound = folded.contains(|c: char| c.is_control() || matches!(c, '<' | '>'));
        if local.is_empty() || domain.is_empty() || spaced || unsound {
            return None;
        }
        let bare = local.strip_prefix('"').and_then(|l| l.strip_suffix('"')).filter(|l| is_dot_atom(l));
        if bare.is_none() && folded.ends_with(domain) {
            return Some(EmailAddress(folded));
        }
        Some(EmailAddress(format!("{}@{domain}", bare.unwrap_or(local))))
    }

    /// The whole address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands before the `@`.
    pub fn local(&self) -> &str {
        self.at().and_then(|at| self.0.get(..at)).unwrap_or_default()
    }

    /// What stands after the `@`.
    pub fn domain(&self) -> &str {
        self.at().and_then(|at| self.0.get(at + 1..)).unwrap_or_default()
    }

    /// Where the last `@` stands: a domain is so short that stepping through it is faster than a search.
    fn at(&self) -> Option<usize> {
        self.0.bytes().rposition(|b| b == b'@')
    }

    /// The address without a `+detail` (RFC 5233), and the detail.
    pub fn without_detail(&self) -> (EmailAddress, Option<&str>) {
        let local = self.local();
        match local.bytes().position(|b| b == b'+').and_then(|plus| Some((local.get(..plus)?, local.get(plus + 1..)?)))
        {
            Some((user, detail)) if !user.is_empty() => {
                (EmailAddress(format!("{user}@{}", self.domain())), Some(detail))
            }
            _ => (self.clone(), None),
        }
    }
}

impl std::fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// Whether an address is of letters, digits and the signs that mean nothing: nearly all are. Only its case is to be folded.
fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let Some(at) = bytes.iter().position(|b| *b == b'@') else { return false };
    let sound = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_' | b'+' | b'=');
    let (local, domain) = (bytes.get(..at).unwrap_or_default(), bytes.get(at + 1..).unwrap_or_default());
    // A domain in ASCII that stands for another has two hyphens: `xn--`.
    let ends = matches!(domain, [.., last] if last.is_ascii_alphanumeric());
    let doubled = domain.windows(2).any(|pair| pair == b"--");
    at > 0 && ends && !doubled && local.iter().all(sound) && domain.iter().all(sound)
}

/// A domain written in ASCII (RFC 5890 2.3.2.1) as people write it. `None` where it is so already, or decodes to no domain.
fn in_unicode(domain: &str) -> Option<String> {
    // RFC 1035 2.3.4 allows 255 octets.
    if !domain.contains("xn--") || domain.len() > 255 {
        return None;
    }
    let (unicode, result) = idna::domain_to_unicode(domain);
    result.is_ok().then_some(unicode)
}

fn is_dot_atom(local: &str) -> bool {
    !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.chars().all(|c| c.is_alphanumeric() || "!#$%&'*+-/=?^_`{|}~.".contains(c))
}

#[cfg(test)]
mod tests {
    use super::EmailAddress;

    #[test]
    fn addresses_compare_without_case_and_needless_quotes() {
        let folded = |text| EmailAddress::parse(text).map(|a| a.to_string());
        assert_eq!(folded(" <Ann.Lee@Example.ORG.> "), Some("ann.lee@example.org".into()));
        assert_eq!(folded("\"ann\"@example.org"), Some("ann@example.org".into()));
        assert_eq!(folded("\"ann lee\"@example.org"), Some("\"ann lee\"@example.org".into()));
        for broken in
            ["", "ann", "@example.org", "ann@", "a\r\nBcc: x@example.org", "ann@a b", "ann lee@example.org", "\"\t\"@a"]
        {
            assert_eq!(folded(broken), None, "{broken:?}");
        }
    }

    #[test]
    fn plain_addresses_are_folded_as_all_others_are() {
        let pieces = ["a", "B7", "@", ".", "-", "+x", "xn--bcher-kva", "\"", " ", "<"];
        let mut texts = vec![String::new()];
        for _ in 0..5 {
            texts = texts.iter().flat_map(|text| pieces.map(|piece| format!("{text}{piece}"))).collect();
            let mut plain = texts.iter().filter(|text| super::is_plain(text));
            assert_eq!(plain.find(|text| EmailAddress::parse(text) != EmailAddress::parse_any(text)), None);
        }
    }

    #[test]
    fn a_domain_in_ascii_is_the_same_in_unicode() {
        let folded = |text| EmailAddress::parse(text).map(|a| a.to_string());
        assert_eq!(folded("Ann@XN--bcher-kva.example."), Some("ann@bücher.example".into()));
        assert_eq!(folded("ann@BÜCHER.example"), Some("ann@bücher.example".into()));
        assert_eq!(folded("ann@xn--zzzzzzzz99999.example").map(|a| a.contains('@')), Some(true));
    }

    #[test]
    fn detail_is_what_follows_the_first_plus() {
        let address = EmailAddress::parse("support+td1-x@example.org").unwrap();
        let (base, detail) = address.without_detail();
        assert_eq!((base.as_str(), detail), ("support@example.org", Some("td1-x")));
    }
}
