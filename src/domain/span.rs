//! Spans of time as people say them: `3 days`, `-2 hours`. Days and weeks are those of the calendar, whatever the clocks do
//! in between; hours and minutes are as long as they are.

use super::text_enum::text_enum;

/// A number of units; negative: before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub count: i64,
    pub unit: SpanUnit,
}

text_enum! {
    SpanUnit { Minutes = "minutes", Hours = "hours", Days = "days", Weeks = "weeks" }
}

/// Nobody means more than that, and calendars go on for so long.
const MOST: i64 = 1_000_000;

impl std::fmt::Display for Span {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = self.unit.as_str();
        let unit = if self.count.abs() == 1 { unit.trim_end_matches('s') } else { unit };
        write!(f, "{} {unit}", self.count)
    }
}

impl std::str::FromStr for Span {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = || format!("`{text}` is no span of time; for example: \"3 days\", \"90 minutes\"");
        let text = text.trim();
        let digits = text.find(|c: char| !(c.is_ascii_digit() || c == '-')).ok_or_else(expected)?;
        let (count, unit) = text.split_at(digits);
        let count: i64 = count.parse().map_err(|_| expected())?;
        let unit = match unit.trim() {
            "minute" | "minutes" => SpanUnit::Minutes,
            "hour" | "hours" => SpanUnit::Hours,
            "day" | "days" => SpanUnit::Days,
            "week" | "weeks" => SpanUnit::Weeks,
            _ => return Err(expected()),
        };
        if count.abs() > MOST { Err(expected()) } else { Ok(Span { count, unit }) }
    }
}

impl serde::Serialize for Span {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Span {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(d)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn a_span_is_read_as_it_is_written() {
        for text in ["3 days", "1 day", "-2 hours", "90 minutes", "1 week"] {
            assert_eq!(text.parse::<Span>().map(|span| span.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_span_is_refused() {
        for text in ["", "3", "days", "3 months", "1.5 days", "99999999 weeks", "--1 day"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
