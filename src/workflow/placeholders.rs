//! Placeholders in the texts of steps: `{{ title }}`, `{{ close_date }}`. Names of the record's properties and nothing more:
//! what mail says is a template's, which can do a lot more.

use super::RecordView;

/// The text with the record's values in the place of their names. What has no value is left out.
pub fn filled(text: &str, record: &RecordView<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, behind)) = next(rest) {
        out.push_str(before);
        out.push_str(record.value(name).unwrap_or_default());
        rest = behind;
    }
    out.push_str(rest);
    out
}

/// The names that the text asks for.
pub fn placeholders(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    while let Some((_, name, behind)) = next(rest) {
        names.push(name);
        rest = behind;
    }
    names
}

/// What stands before the first placeholder, its name, and what stands behind it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let (before, after) = text.split_once("{{")?;
    let (name, behind) = after.split_once("}}")?;
    Some((before, name.trim(), behind))
}
