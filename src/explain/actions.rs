//! What workflows did, in words.

use jiff::tz::TimeZone;

use super::words::effect_result;
use crate::domain::{ActionOutcome, ActionRow, EffectResult, PropertySet};

/// An action and what became of it: `chase, step 2: set_stage done`. Times in that zone.
pub fn action_line(row: &ActionRow, zone: &TimeZone) -> String {
    let ActionRow { workflow, step, action, outcome, .. } = row;
    let reason = row.reason.as_deref().map(|reason| reason_in_words(*outcome, reason, zone)).unwrap_or_default();
    let reason = if reason.is_empty() { reason } else { format!(" ({reason})") };
    format!("{workflow}, step {step}: {action} {outcome}{reason}")
}

/// Why, in words; a point in time is until when.
fn reason_in_words(outcome: ActionOutcome, reason: &str, zone: &TimeZone) -> String {
    match (outcome, reason.parse::<EffectResult>()) {
        (ActionOutcome::Waiting, _) => match reason.parse::<jiff::Timestamp>() {
            Ok(until) => format!("until {}", until.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M")),
            Err(_) => reason.to_owned(),
        },
        (_, Ok(result)) => effect_result(result).to_owned(),
        (_, Err(_)) => reason.to_owned(),
    }
}

/// A property that got another value: `priority: low → high`.
pub fn property_line(set: &PropertySet) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    format!("{}: {} → {}", set.property, shown(&set.before), shown(&set.after))
}
