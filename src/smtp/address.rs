//! Addresses as commands carry them (RFC 5321 4.1.2).

use lettre::Address;

use crate::domain::EmailAddress;

/// An address that can stand in a command.
pub(super) struct Path {
    pub(super) address: Address,
    /// Whether it takes SMTPUTF8 (RFC 6531) to say it: the local part is not ASCII. A domain always can be.
    pub(super) needs_utf8: bool,
}

/// How an address is said; or why it cannot be. What it may look like is for the server to judge: real ones have local
/// parts of more than 64 characters, and dots side by side. Here only what would end the path or the command is refused.
pub(super) fn path(address: &EmailAddress) -> Result<Path, String> {
    let (local, domain) = (address.local(), address.domain());
    let refused = |what: &str| format!("{address} cannot be written to: {what}");
    if !is_local_part(local) {
        return Err(refused("what stands before the @ is not allowed there"));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let (domain, inside) = match domain.strip_prefix('[').and_then(|domain| domain.strip_suffix(']')) {
        // An address literal (RFC 5321 4.1.3).
        Some(literal) => (domain.to_owned(), literal.replace(':', ".")),
        None => {
            let ascii = idna::domain_to_ascii(domain).map_err(|_| refused("its domain is none"))?;
            (ascii.clone(), ascii)
        }
    };
    if inside.is_empty() || !inside.chars().all(plain) {
        return Err(refused("its domain is none"));
    }
    Ok(Path { address: Address::new_dangerous(local, domain), needs_utf8: !local.is_ascii() })
}

/// Characters without a meaning of their own, or a quoted string (RFC 5321 4.1.2: Dot-string, Quoted-string).
fn is_local_part(local: &str) -> bool {
    match local.strip_prefix('"') {
        None => !local.is_empty() && !local.contains(|c: char| c.is_whitespace() || c.is_control() || is_special(c)),
        Some(rest) => rest.strip_suffix('"').is_some_and(is_quoted),
    }
}

fn is_special(c: char) -> bool {
    matches!(c, '<' | '>' | '(' | ')' | '[' | ']' | '\\' | ',' | ';' | ':' | '@' | '"')
}

/// What stands between quotes: no quote and no end of the string but behind a backslash.
fn is_quoted(text: &str) -> bool {
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        let plain = if c == '\\' { chars.next() } else { Some(c).filter(|c| *c != '"') };
        if plain.is_none_or(|c| c.is_control()) {
            return false;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(address: &str) -> Option<(String, bool)> {
        let path = path(&EmailAddress::parse(address)?).ok()?;
        Some((path.address.to_string(), path.needs_utf8))
    }

    #[test]
    fn a_domain_is_said_in_ascii_and_a_local_part_as_it_is() {
        let long = format!("reply+{}@reply.example.org", "a1".repeat(50));
        for (address, expected, needs_utf8) in [
            ("ann@example.org", "ann@example.org", false),
            ("ann@bücher.example", "ann@xn--bcher-kva.example", false),
            ("jürgen@bücher.example", "jürgen@xn--bcher-kva.example", true),
            ("a..b.@example.org", "a..b.@example.org", false),
            ("\"ann lee\\\"\"@example.org", "\"ann lee\\\"\"@example.org", false),
            ("ann@[192.0.2.1]", "ann@[192.0.2.1]", false),
            ("ann@[ipv6:2001:db8::1]", "ann@[ipv6:2001:db8::1]", false),
            (&long, &long, false),
        ] {
            assert_eq!(said(address), Some((expected.to_owned(), needs_utf8)), "{address}");
        }
    }

    #[test]
    fn nothing_ends_a_path_or_a_command_from_inside_of_it() {
        for address in [
            "a@b@example.org",
            "a,b@example.org",
            "\"a\"b\"@example.org",
            "\"a\\\"@example.org",
            "ann@exa,mple.org",
            "ann@[192.0.2.1",
            "ann@example.org]x",
            "ann@xn--zzzzzzzz99999.example/",
        ] {
            assert_eq!(said(address), None, "{address}");
        }
    }
}
