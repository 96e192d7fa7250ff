//! Placeholders in the texts of steps: `{{ title }}`, `{{ close_date }}`. Names of the record's properties and nothing more:
//! what mail says is a template's, which can do a lot more.

use super::RecordView;

/// The text with the record's values in the place of their names. What has no value is left out.
pub fn filled(text: &str, record: &RecordView<'_>) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        out.push_str(before);
        out.push_str(record.value(name.trim()).unwrap_or_default());
        rest = behind;
    }
    out.push_str(rest);
    out
}
