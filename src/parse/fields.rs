//! Header fields that stand in a text: in the parts of reports, and in returned mail that is no part of its own.

use super::headers;
use crate::domain::EmailAddress;

/// The header fields of a text: lower-cased name, unfolded value. Lines that are none are passed over.
pub(super) fn fields(text: &str) -> impl Iterator<Item = (String, String)> {
    let mut lines = text.lines().peekable();
    std::iter::from_fn(move || {
        loop {
            let Some((name, value)) = field(lines.next()?) else { continue };
            let mut value = value.to_owned();
            while let Some(more) = lines.next_if(|line| is_continuation(line)) {
                value.push(' ');
                value.push_str(more.trim());
            }
            return Some((name, value));
        }
    })
}

/// The field that begins on a line.
pub(super) fn field(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim_end();
    (!name.is_empty() && !name.contains(' ')).then(|| (name.to_lowercase(), value.trim()))
}

/// Folded lines begin with white space (RFC 5322 2.2.3); one of nothing else ends the group of fields.
pub(super) fn is_continuation(line: &str) -> bool {
    line.starts_with([' ', '\t']) && !line.trim().is_empty()
}

/// `rfc822; ann@example.org` (RFC 3464 2.3.2), with comments, brackets and a missing type allowed. The type `utf-8`
/// writes what is not ASCII as `\x{E4}` (RFC 6533 3).
pub(super) fn typed_address(value: &str) -> Option<EmailAddress> {
    let typed = value.split_once(';').filter(|(kind, _)| !kind.contains('@'));
    let (kind, address) = typed.map_or(("", value), |(kind, address)| (kind.trim(), address.trim()));
    let decoded = if kind.eq_ignore_ascii_case("utf-8") { unescaped(address) } else { address.to_owned() };
    let inside = decoded.split_once('<').map_or(decoded.as_str(), |(_, inside)| inside);
    let bare = if inside.trim_start().starts_with('"') { inside } else { inside.split('(').next().unwrap_or_default() };
    let end = if bare.trim_start().starts_with('"') {
        bare.len()
    } else {
        bare.trim_start().find([' ', '\t', '>', ',']).unwrap_or(bare.len())
    };
    let word = bare.trim_start().get(..end).unwrap_or(bare).trim();
    let word = word.strip_prefix("SMTP:").or_else(|| word.strip_prefix("smtp:")).unwrap_or(word);
    EmailAddress::parse(word.trim_matches('\''))
}

/// `+2B` for `+`, as xtext has it (RFC 3461 4). Some servers copy ORCPT without decoding it.
pub(super) fn xtext_decoded(address: &EmailAddress) -> Option<EmailAddress> {
    let decoded = address.as_str().replace("+2b", "+").replace("+3d", "=");
    (decoded != address.as_str()).then(|| EmailAddress::parse(&decoded)).flatten()
}

fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, escape)) = rest.split_once("\\x{") {
        out.push_str(before);
        let decoded = escape.split_once('}').and_then(|(hex, after)| {
            let c = u32::from_str_radix(hex, 16).ok().and_then(char::from_u32)?;
            Some((c, after))
        });
        match decoded {
            Some((c, after)) => {
                out.push(c);
                rest = after;
            }
            None => {
                out.push_str("\\x{");
                rest = escape;
            }
        }
    }
    out.push_str(rest);
    out
}

/// The addresses of a field as a client writes them: `Ann Lee <ann@example.org>, bea@example.org`.
pub(super) fn addresses(value: &str) -> Vec<EmailAddress> {
    headers::participants_in(value).into_iter().map(|person| person.address).collect()
}

#[cfg(test)]
mod tests {
    use super::{fields, typed_address};

    #[test]
    fn fields_are_unfolded_and_other_lines_passed_over() {
        let read: Vec<_> = fields("Subject: a\n\tb\nno field here\nX-Y : z\n \nTo: c").collect();
        let read: Vec<_> = read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        assert_eq!(read, [("subject", "a b"), ("x-y", "z"), ("to", "c")]);
    }

    #[test]
    fn addresses_have_a_type_before_them_or_not() {
        for (value, address) in [
            ("rfc822; ann@example.org", "ann@example.org"),
            ("RFC822;<Ann@Example.org>", "ann@example.org"),
            ("ann@example.org", "ann@example.org"),
            ("rfc822; ann@example.org (Ann Lee)", "ann@example.org"),
            ("rfc822; Ann Lee <ann@example.org>", "ann@example.org"),
            ("unknown; SMTP:ann@example.org", "ann@example.org"),
            ("utf-8; j\\x{F6}rg@example.org", "jörg@example.org"),
            ("utf-8; jörg@example.org", "jörg@example.org"),
            ("rfc822; ann@example.org.", "ann@example.org"),
        ] {
            assert_eq!(typed_address(value).map(|a| a.to_string()).as_deref(), Some(address), "{value}");
        }
        for none in ["x400; /S=ann/C=GB/", "rfc822; ann", "", "LOCAL; ann"] {
            assert_eq!(typed_address(none), None, "{none}");
        }
    }
}
