//! Token claims: what looks like one of our signed tokens, and where it stood. Only the key holder can say whether it is.

use crate::domain::{EmailAddress, TokenClaim, TokenPlace, TokenVerdict};

/// Length of a token's signed part: 36 characters of base32 (RFC 4648 6, lower-cased).
const SIGNED_LENGTH: usize = 36;
/// Longest key id.
const KEY_ID_LENGTH: usize = 4;
/// `td`, the key id, `-` and the signed part.
const LONGEST_TOKEN: usize = 2 + KEY_ID_LENGTH + 1 + SIGNED_LENGTH;
/// More claims than this in one text are no accident; the rest are left out.
const MOST_IN_TEXT: usize = 20;

/// The lower-cased token when `text` is exactly one: `td{kid}-{36 of a-z2-7}`.
pub(super) fn whole(text: &str) -> Option<String> {
    let (token, rest) = leading(text)?;
    rest.is_empty().then_some(token)
}

/// The claim in a Message-ID: its whole local part is a token.
pub(super) fn in_id(id: &str, place: TokenPlace) -> Option<TokenClaim> {
    let (token, rest) = leading(id)?;
    (rest.is_empty() || rest.starts_with('@')).then(|| claim(place, token))
}

/// The claim in an address: its `+detail` (RFC 5233) is a token, alone or beside another detail. Some gateways write the
/// `+` as a quoted-printable or percent-encoded byte.
pub(super) fn in_address(address: &EmailAddress) -> Option<TokenClaim> {
    // One of these stands in front of every detail, and in few addresses.
    if !address.as_str().bytes().any(|b| matches!(b, b'+' | b'=' | b'%')) {
        return None;
    }
    let local = address.local();
    if !local.contains("td") {
        return None;
    }
    let local = local.replace("=2b", "+").replace("%2b", "+");
    let token = local.split('+').skip(1).find_map(whole);
    token.map(|token| claim(TokenPlace::PlusAddress, token))
}

/// The claims `ref:td…` in a text, in order; also where quoting has wrapped one over several lines.
pub(super) fn in_text(text: &str) -> Vec<TokenClaim> {
    let mut claims: Vec<TokenClaim> = Vec::new();
    let bytes = text.as_bytes();
    for at in memchr::memchr_iter(b':', bytes) {
        let word = at.checked_sub(3).and_then(|from| bytes.get(from..at));
        if word.is_some_and(|word| word.eq_ignore_ascii_case(b"ref"))
            && let Some(token) = marked(text.get(at + 1..).unwrap_or_default())
            && claims.len() < MOST_IN_TEXT
            && !claims.iter().any(|known| known.token == token)
        {
            claims.push(claim(TokenPlace::Body, token));
        }
    }
    claims
}

/// The token behind a mark. Programs that wrap long lines break it anywhere, and put quote marks before the rest.
fn marked(text: &str) -> Option<String> {
    if let Some((token, _)) = leading(text) {
        return Some(token);
    }
    let mut joined = String::with_capacity(LONGEST_TOKEN + 1);
    let mut at_line_start = false;
    // Enough for a token of which every letter stands on a line of its own.
    for c in text.chars().take(LONGEST_TOKEN * 8) {
        match c {
            '\n' => at_line_start = true,
            // A soft line break (RFC 2045 6.7) that nobody undid.
            '=' | '\r' => {}
            ' ' | '\t' | '>' | '＞' | '|' if at_line_start || joined.is_empty() => {}
            c if c.is_ascii_alphanumeric() || c == '-' => {
                if joined.find('-').is_some_and(|dash| joined.len() > dash + SIGNED_LENGTH) {
                    // What follows on the next line is a word of its own; on the same it makes this none of ours.
                    return at_line_start.then(|| whole(&joined)).flatten();
                }
                joined.push(c);
                at_line_start = false;
            }
            _ => break,
        }
    }
    whole(&joined)
}

/// A claim that nobody has looked at.
pub(super) fn claim(place: TokenPlace, token: String) -> TokenClaim {
    TokenClaim { place, token, verdict: TokenVerdict::Unchecked }
}

/// The token that `text` begins with, and what follows it. A longer run of token characters is no token.
fn leading(text: &str) -> Option<(String, &str)> {
    let bytes = text.as_bytes();
    if !bytes.get(..2)?.eq_ignore_ascii_case(b"td") {
        return None;
    }
    let dash = bytes.iter().take(2 + KEY_ID_LENGTH + 1).position(|&b| b == b'-')?;
    let key_id = bytes.get(2..dash)?;
    let end = dash + 1 + SIGNED_LENGTH;
    let signed = bytes.get(dash + 1..end)?;
    let shaped = !key_id.is_empty()
        && key_id.iter().all(u8::is_ascii_alphanumeric)
        && signed.iter().all(|b| b.is_ascii_alphabetic() || (b'2'..=b'7').contains(b))
        && !bytes.get(end).is_some_and(u8::is_ascii_alphanumeric);
    shaped.then(|| (text.get(..end).unwrap_or_default().to_ascii_lowercase(), text.get(end..).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = "td1-abcdefghijklmnopqrstuvwxyz234567abcd";

    #[test]
    fn a_token_has_a_key_id_and_36_characters() {
        assert_eq!(whole(TOKEN), Some(TOKEN.into()));
        assert_eq!(whole(&TOKEN.to_uppercase()), Some(TOKEN.into()));
        for wrong in [
            "",
            "td1-abc",
            "tdx",
            "td-abcdefghijklmnopqrstuvwxyz234567abcd",
            "td12345-abcdefghijklmnopqrstuvwxyz234567abcd",
        ] {
            assert_eq!(whole(wrong), None, "{wrong}");
        }
        assert_eq!(whole(&format!("{TOKEN}x")), None);
        assert_eq!(whole(&TOKEN.replace('2', "1")), None);
    }

    #[test]
    fn places_are_told_apart() {
        let id = in_id(&format!("{TOKEN}@desk.example.org"), TokenPlace::References);
        assert_eq!(id.map(|c| c.place), Some(TokenPlace::References));
        let plus = EmailAddress::parse(&format!("support+{TOKEN}@example.org")).unwrap();
        assert_eq!(in_address(&plus).map(|c| c.token), Some(TOKEN.into()));
        assert_eq!(in_text(&format!("see ref:{TOKEN} and Ref:{TOKEN}; href:x")).len(), 1);
        assert_eq!(in_text(&format!("no mark {TOKEN}")), []);
    }

    #[test]
    fn a_plus_address_is_found_in_every_writing() {
        for local in
            ["Support+{}", "support+sales+{}", "support=2B{}", "support%2b{}", "SRS0=ab=cd=example.org=support+{}"]
        {
            for token in [TOKEN.to_owned(), TOKEN.to_uppercase()] {
                let address = EmailAddress::parse(&format!("{}@example.org", local.replace("{}", &token))).unwrap();
                assert_eq!(in_address(&address).map(|c| c.token), Some(TOKEN.into()), "{address}");
            }
        }
        for local in ["{}", "support-{}", "support+x{}", "support+{}x", "support+td1-abc"] {
            let address = EmailAddress::parse(&format!("{}@example.org", local.replace("{}", TOKEN))).unwrap();
            assert_eq!(in_address(&address), None, "{address}");
        }
    }

    #[test]
    fn a_mark_is_found_however_a_quote_was_wrapped() {
        let (first, last) = TOKEN.split_at(17);
        for text in [
            format!("> ref:{TOKEN}\n"),
            format!("ref:\n{TOKEN}"),
            format!("> ref:\n> {TOKEN}"),
            format!("> ref:{first}\n> {last}\n> more"),
            format!(">> ref:{first}\n>> {last}"),
            format!("| ref:{first}\n| {last}"),
            format!("ref:{first}=\n{last}"),
            format!("ref: {TOKEN}"),
            format!("Ref:{}", TOKEN.to_uppercase()),
        ] {
            assert_eq!(in_text(&text).into_iter().map(|c| c.token).collect::<Vec<_>>(), [TOKEN], "{text}");
        }
        for text in [
            format!("ref:{TOKEN}x"),
            format!("ref:{first}\n{last}x"),
            format!("ref:{first}"),
            format!("ref:{first} {last}"),
            format!("ref:{first}\n\n-- \n{last}"),
            "ref:".into(),
        ] {
            assert_eq!(in_text(&text), [], "{text}");
        }
    }
}
