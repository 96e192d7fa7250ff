//! application/x-www-form-urlencoded (RFC 6749 appendix B).

/// Names and values as a form, or as the query of a URL.
pub(super) fn form(pairs: &[(&str, &str)]) -> String {
    let pairs = pairs.iter().map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

/// A name or value; all but the unreserved characters of RFC 3986 as percent codes.
pub(super) fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The first value of that name in a query.
pub(super) fn value(query: &str, wanted: &str) -> Option<String> {
    let pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    pairs.into_iter().find(|(name, _)| decoded(name) == wanted).map(|(_, value)| decoded(value))
}

/// What a name or value stands for. A `%` that begins no code stands for itself.
fn decoded(text: &str) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let mut digits = rest.clone();
        let mut digit = || digits.next().and_then(|digit| char::from(digit).to_digit(16));
        match byte {
            b'+' => out.push(b' '),
            b'%' => match (digit(), digit()) {
                (Some(high), Some(low)) => {
                    out.extend(u8::try_from(high << 4 | low));
                    rest = digits;
                }
                _ => out.push(byte),
            },
            byte => out.push(byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_has_a_meaning_in_a_form_is_written_as_a_code() {
        let pairs = [("scope", "https://mail.google.com/ a+b"), ("é", "&=%")];
        assert_eq!(form(&pairs), "scope=https%3A%2F%2Fmail.google.com%2F%20a%2Bb&%C3%A9=%26%3D%25");
    }

    #[test]
    fn a_query_of_any_kind_is_read() {
        assert_eq!(value("a=1&code=4%2F0Ab+c&code=2", "code").as_deref(), Some("4/0Ab c"));
        assert_eq!(value("code&x=%zz%4", "x").as_deref(), Some("%zz%4"));
        assert_eq!((value("code&x=", "code").as_deref(), value("", "code")), (Some(""), None));
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_was_written_is_read(name in "\\PC{1,10}", text in "\\PC{0,20}") {
            let query = form(&[("first", "x"), (&name, &text)]);
            prop_assert_eq!(value(&query, &name), Some(if name == "first" { "x".to_owned() } else { text }));
        }
    }
}
