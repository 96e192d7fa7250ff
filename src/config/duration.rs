//! Spans of time as operators write them: `30 days`, `12 hours`, `1 week 2 days`.

use crate::domain::{DAY, HOUR, MINUTE, Millis};

/// What the grammar is, for hints.
pub(super) const EXAMPLE: &str = "\"30 days\"; units are minutes, hours, days and weeks";

/// The span that `text` names: pairs of a whole number and a unit. `None` when it is no such text, is nothing at all, or
/// is too long to count.
pub(super) fn parse(text: &str) -> Option<Millis> {
    let mut total: Millis = 0;
    let mut rest = text.trim();
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (number, after) = rest.split_at(digits);
        let after = after.trim_start();
        let letters = after.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(after.len());
        let (unit, after) = after.split_at(letters);
        total = total.checked_add(number.parse::<Millis>().ok()?.checked_mul(unit_of(unit)?)?)?;
        rest = after.trim_start();
    }
    (total > 0).then_some(total)
}

/// The span in words that [`parse`] reads: `15 days`, `1 day 12 hours`. Parts of a minute are not counted.
pub(super) fn words(span: Millis) -> String {
    let parts = [(span / DAY, "day"), (span % DAY / HOUR, "hour"), (span % HOUR / MINUTE, "minute")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let words = parts.map(|(count, unit)| format!("{count} {unit}{}", if count == 1 { "" } else { "s" }));
    words.collect::<Vec<_>>().join(" ")
}

fn unit_of(word: &str) -> Option<Millis> {
    Some(match word {
        "minute" | "minutes" | "min" | "m" => MINUTE,
        "hour" | "hours" | "h" => HOUR,
        "day" | "days" | "d" => DAY,
        "week" | "weeks" | "w" => 7 * DAY,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{parse, words};
    use crate::domain::{DAY, HOUR, MINUTE};

    #[test]
    fn a_span_in_words_is_read_as_that_span() {
        for (span, expected) in
            [(15 * DAY, "15 days"), (DAY, "1 day"), (36 * HOUR + 2 * MINUTE, "1 day 12 hours 2 minutes")]
        {
            assert_eq!((words(span).as_str(), parse(&words(span))), (expected, Some(span)));
        }
    }

    #[test]
    fn a_span_is_numbers_with_units() {
        let cases = [
            ("30 days", 30 * DAY),
            ("1 day", DAY),
            ("2weeks", 14 * DAY),
            ("1 day 12 hours", 36 * HOUR),
            ("5m", 5 * MINUTE),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in
            ["", "30", "days", "-1 day", "1.5 days", "3 months", "0 days", "99999999999999999 weeks", "1 day ago"]
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
