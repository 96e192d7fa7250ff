//! Numbers as people write them in arguments: as they are printed, or bare.

/// A ticket's number: `12`, `#12`, `TICKET-12`, `[TICKET-12]`.
pub(super) fn ticket(text: &str) -> Result<i64, String> {
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let number = match bare.rsplit_once('-') {
        Some((prefix, number)) if !prefix.is_empty() => number,
        _ => bare.strip_prefix('#').unwrap_or(bare),
    };
    match number.parse() {
        Ok(number) if number > 0 => Ok(number),
        _ => Err("write a ticket's number as it is printed: 12, #12 or TICKET-12".to_owned()),
    }
}

/// How many are shown at most.
pub(super) fn limit(text: &str) -> Result<i64, String> {
    text.parse().ok().filter(|limit| *limit > 0).ok_or_else(|| "write a whole number, at least 1".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ticket_is_named_as_it_is_printed_or_by_its_bare_number() {
        for text in ["12", "#12", "TICKET-12", "[TICKET-12]", "acme-desk-12"] {
            assert_eq!(ticket(text), Ok(12), "{text}");
        }
        for text in ["", "x", "-12", "0", "#", "TICKET-", "99999999999999999999", "1.5"] {
            assert!(ticket(text).unwrap_err().contains("as it is printed"), "{text}");
        }
    }

    #[test]
    fn a_limit_is_at_least_one() {
        assert_eq!(limit("7"), Ok(7));
        for text in ["0", "-1", "all", ""] {
            assert_eq!(limit(text), Err("write a whole number, at least 1".to_owned()), "{text}");
        }
    }
}
