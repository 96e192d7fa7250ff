//! What workflows did, in words.

use jiff::tz::TimeZone;

use super::words::effect_result;
use crate::domain::{ActionOutcome, ActionRow, EffectResult, PropertySet};

/// An action and what became of it: `chase, step 2: set_stage done`. Times in that zone.
pub fn action_line(row: &ActionRow, zone: &TimeZone) -> String {
    let ActionRow { workflow, step, action, outcome, .. } = row;
    let reason = action_reason(row, zone).map(|reason| format!(" ({reason})")).unwrap_or_default();
    format!("{workflow}, step {step}: {action} {outcome}{reason}")
}

/// Why that became of it; a point in time is until when, in that zone.
pub fn action_reason(row: &ActionRow, zone: &TimeZone) -> Option<String> {
    let reason = row.reason.as_deref().filter(|reason| !reason.is_empty())?;
    Some(match (row.outcome, reason.parse::<EffectResult>()) {
        (ActionOutcome::Waiting, _) => match reason.parse::<jiff::Timestamp>() {
            Ok(until) => format!("until {}", until.to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M")),
            Err(_) => reason.to_owned(),
        },
        (_, Ok(result)) => effect_result(result).to_owned(),
        (_, Err(_)) => reason.to_owned(),
    })
}

/// A property that got another value: `priority: low → high`.
pub fn property_line(set: &PropertySet) -> String {
    let shown = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".to_owned());
    format!("{}: {} → {}", set.property, shown(&set.before), shown(&set.after))
}
