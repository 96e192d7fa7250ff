//! Numbers, rows and names as people write them in arguments: as they are printed, or bare.

use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::RecordId;

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

/// A record as people name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RecordName {
    /// Its row, as `ticketd record list` prints it.
    Row(RecordId),
    /// A ticket's number.
    Ticket(i64),
}

/// A record: its row (`41`, `#41`), or a ticket's number with its prefix (`TICKET-12`).
pub(super) fn record(text: &str) -> Result<RecordName, String> {
    let row = text.strip_prefix('#').unwrap_or(text).parse::<i64>().ok().filter(|row| *row > 0);
    let way = "write a record's row as `ticketd record list` prints it (41), or a ticket as TICKET-12";
    match row {
        Some(row) => Ok(RecordName::Row(RecordId(row))),
        None => ticket(text).map(RecordName::Ticket).map_err(|_| way.to_owned()),
    }
}

/// A row: `41` or `#41`.
pub(super) fn row(text: &str) -> Result<i64, String> {
    let number = text.strip_prefix('#').unwrap_or(text).parse().ok().filter(|row| *row > 0);
    number.ok_or_else(|| "write a row as it is printed: 41 or #41".to_owned())
}

/// A short name, as the configuration has them.
pub(super) fn short_name(text: &str) -> Result<String, String> {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
    match text.starts_with(|c: char| c.is_ascii_alphanumeric()) && text.chars().all(is_plain) {
        true => Ok(text.to_owned()),
        false => Err("use a-z, 0-9, `_` and `-`; what people read has an option of its own".to_owned()),
    }
}

/// One of the words of an enum.
pub(super) fn word<T>(all: &'static [T], as_str: fn(T) -> &'static str) -> impl TypedValueParser<Value = T>
where
    T: std::str::FromStr<Err = String> + Copy + Send + Sync + 'static,
{
    let words: Vec<&'static str> = all.iter().map(|value| as_str(*value)).collect();
    PossibleValuesParser::new(words).try_map(|word| word.parse::<T>())
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
    fn a_record_is_named_by_its_row_and_a_ticket_by_its_number() {
        assert_eq!(record("#41"), Ok(RecordName::Row(RecordId(41))));
        assert_eq!(record("41"), Ok(RecordName::Row(RecordId(41))));
        assert_eq!(record("TICKET-12"), Ok(RecordName::Ticket(12)));
        for text in ["", "0", "#", "x", "-12"] {
            assert!(record(text).is_err(), "{text}");
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
