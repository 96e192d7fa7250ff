//! Objects: the sorts of record that there are, and the properties that their records have.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::{Source, Timestamp};

/// A sort of record: tickets, deals, projects, and what the operator defines.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ObjectSetup {
    /// Short name, unique: `deal`. Stays when it is called otherwise.
    pub name: String,
    /// What one is called: `Deal`.
    pub singular: String,
    /// What several are called.
    pub plural: String,
    /// The operator's own; those of every record are [`COMMON_PROPERTIES`].
    pub properties: Vec<PropertySetup>,
}

/// A property of an object's records.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PropertySetup {
    /// Short name, unique in its object: `close_date`.
    pub name: String,
    pub label: String,
    #[serde(flatten)]
    pub kind: PropertyKind,
}

/// What values a property has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum PropertyKind {
    Text,
    /// With four decimals at most.
    Number,
    Flag,
    Date,
    /// A point in time.
    Time,
    Choice {
        options: Vec<String>,
    },
    /// A user of the team.
    User,
}

/// The name of the object that mail opens.
pub const TICKET: &str = "ticket";

/// The name of the object whose closed stages are won or lost.
pub const DEAL: &str = "deal";

/// The property that says whose record it is.
pub const OWNER_PROPERTY: &str = "owner";

text_enum! {
    /// Properties that every record has without anybody defining them.
    CommonProperty {
        Title = "title",
        Owner = "owner",
        /// These are not set like others: a record moves, and is made from somewhere, at some time.
        Pipeline = "pipeline",
        Stage = "stage",
        Source = "source",
        CreatedAt = "created_at",
    }
}

impl CommonProperty {
    /// What values it has.
    pub fn kind(self) -> PropertyKind {
        match self {
            CommonProperty::Title | CommonProperty::Pipeline | CommonProperty::Stage => PropertyKind::Text,
            CommonProperty::Owner => PropertyKind::User,
            CommonProperty::CreatedAt => PropertyKind::Time,
            CommonProperty::Source => {
                PropertyKind::Choice { options: Source::ALL.iter().map(|source| source.to_string()).collect() }
            }
        }
    }

    /// Whether it is set like other properties.
    pub fn is_settable(self) -> bool {
        matches!(self, CommonProperty::Title | CommonProperty::Owner)
    }
}

impl ObjectSetup {
    /// What values the property of that name has; `None`: there is no such property.
    pub fn property(&self, name: &str) -> Option<PropertyKind> {
        let common = name.parse::<CommonProperty>().ok().map(CommonProperty::kind);
        common.or_else(|| self.properties.iter().find(|found| found.name == name).map(|found| found.kind.clone()))
    }

    /// The names of all its properties, the common ones first.
    pub fn property_names(&self) -> impl Iterator<Item = &str> {
        let common = CommonProperty::ALL.iter().map(|common| common.as_str());
        common.chain(self.properties.iter().map(|found| found.name.as_str()))
    }
}

/// The objects that there are unless the setup describes them otherwise.
pub static BUILT_IN_OBJECTS: LazyLock<Vec<ObjectSetup>> = LazyLock::new(|| {
    let choice = |options: &[&str]| PropertyKind::Choice { options: options.iter().map(|&o| o.to_owned()).collect() };
    vec![
        object(TICKET, "Ticket", "Tickets", vec![property("priority", "Priority", choice(&["low", "medium", "high"]))]),
        object(
            DEAL,
            "Deal",
            "Deals",
            vec![
                property("amount", "Amount", PropertyKind::Number),
                property("close_date", "Close date", PropertyKind::Date),
            ],
        ),
        object(
            "project",
            "Project",
            "Projects",
            vec![
                property("start_date", "Start date", PropertyKind::Date),
                property("due_date", "Due date", PropertyKind::Date),
            ],
        ),
    ]
});

fn object(name: &str, singular: &str, plural: &str, properties: Vec<PropertySetup>) -> ObjectSetup {
    ObjectSetup { name: name.to_owned(), singular: singular.to_owned(), plural: plural.to_owned(), properties }
}

fn property(name: &str, label: &str, kind: PropertyKind) -> PropertySetup {
    PropertySetup { name: name.to_owned(), label: label.to_owned(), kind }
}

/// Decimals that numbers have.
const DECIMALS: usize = 4;

impl PropertyKind {
    /// What it is called in files and messages.
    pub fn word(&self) -> &'static str {
        match self {
            PropertyKind::Text => "text",
            PropertyKind::Number => "number",
            PropertyKind::Flag => "flag",
            PropertyKind::Date => "date",
            PropertyKind::Time => "time",
            PropertyKind::Choice { .. } => "choice",
            PropertyKind::User => "user",
        }
    }

    /// The one form in which a value is kept, so that equal values are equal texts. The error says what was expected.
    /// Whether there is such a user is for the caller to know.
    pub fn canonical(&self, text: &str) -> Result<String, String> {
        let text = text.trim();
        match self {
            PropertyKind::Text | PropertyKind::User if !text.is_empty() && !text.contains('\0') => Ok(text.to_owned()),
            PropertyKind::Text | PropertyKind::User => Err("a text was expected".to_owned()),
            PropertyKind::Number => number(text).map(written),
            PropertyKind::Flag => match text {
                "true" | "yes" => Ok("true".to_owned()),
                "false" | "no" => Ok("false".to_owned()),
                _ => Err("`true` or `false` was expected".to_owned()),
            },
            PropertyKind::Date => date(text).map(|date| date.to_string()),
            PropertyKind::Time => time(text).map(|time| time.to_string()),
            PropertyKind::Choice { options } if options.iter().any(|option| option == text) => Ok(text.to_owned()),
            PropertyKind::Choice { options } => Err(format!("one of these was expected: {}", options.join(", "))),
        }
    }

    /// How two canonical values compare; `None` where more and less mean nothing.
    pub fn compare(&self, one: &str, other: &str) -> Option<std::cmp::Ordering> {
        match self {
            PropertyKind::Number => Some(number(one).ok()?.cmp(&number(other).ok()?)),
            PropertyKind::Date => Some(date(one).ok()?.cmp(&date(other).ok()?)),
            PropertyKind::Time => Some(time(one).ok()?.cmp(&time(other).ok()?)),
            PropertyKind::Text | PropertyKind::Flag | PropertyKind::Choice { .. } | PropertyKind::User => None,
        }
    }
}

impl Timestamp {
    /// As the value of a property of kind [`PropertyKind::Time`].
    pub fn as_property(self) -> String {
        jiff::Timestamp::from_millisecond(self.0).map(|time| time.to_string()).unwrap_or_default()
    }
}

/// A number in units of its last decimal.
fn number(text: &str) -> Result<i64, String> {
    let expected = || format!("a number with {DECIMALS} decimals at most was expected, for example 1250.50");
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, "0"));
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !plain(whole) || !plain(decimals) || decimals.len() > DECIMALS {
        return Err(expected());
    }
    let units = format!("{whole}{decimals:0<DECIMALS$}").parse::<i64>().map_err(|_| expected())?;
    Ok(if negative { -units } else { units })
}

fn written(units: i64) -> String {
    let scale = 10_u64.pow(4);
    let (whole, decimals) = (units.unsigned_abs() / scale, units.unsigned_abs() % scale);
    let sign = if units < 0 { "-" } else { "" };
    let text = format!("{sign}{whole}.{decimals:0DECIMALS$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn date(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| "a date was expected, for example 2026-12-01".to_owned())
}

fn time(text: &str) -> Result<jiff::Timestamp, String> {
    text.parse().map_err(|_| "a point in time was expected, for example 2026-12-01T09:00:00+01:00".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_have_one_form() {
        let cases = [
            (PropertyKind::Number, "007.50", "7.5"),
            (PropertyKind::Number, "-0.0", "0"),
            (PropertyKind::Flag, "yes", "true"),
            (PropertyKind::Date, " 2026-12-01 ", "2026-12-01"),
            (PropertyKind::Time, "2026-12-01T09:00:00+01:00", "2026-12-01T08:00:00Z"),
        ];
        for (kind, text, expected) in cases {
            assert_eq!(kind.canonical(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_of_its_kind_is_refused() {
        let choice = PropertyKind::Choice { options: vec!["low".to_owned()] };
        let cases = [
            (PropertyKind::Text, " "),
            (PropertyKind::Number, "1.23456"),
            (PropertyKind::Number, "1e3"),
            (PropertyKind::Number, "99999999999999999999"),
            (PropertyKind::Date, "2026-02-30"),
            (PropertyKind::Time, "2026-12-01T09:00:00"),
            (choice, "high"),
        ];
        for (kind, text) in cases {
            assert!(kind.canonical(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_compare_as_numbers_and_not_as_text() {
        assert_eq!(PropertyKind::Number.compare("10", "9.5"), Some(std::cmp::Ordering::Greater));
        assert_eq!(PropertyKind::Text.compare("a", "b"), None);
    }
}
