//! Until when a delay waits, by the clocks and calendars of the workflow's time zone.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::RecordView;
use crate::domain::{Delay, MINUTE, PropertyKind, Span, SpanUnit, Timestamp};

/// Until when a delay that a record comes to at `now` waits; `None`: it does not, for it is over already, or what it goes
/// by has no value. Days and weeks end at the same time of day; a time that the clocks leave out is the one after it, of
/// one that they show twice it is the first.
pub fn until(delay: &Delay, now: Timestamp, zone: &TimeZone, record: &RecordView<'_>) -> Option<Timestamp> {
    let at = match delay {
        Delay::For { span } => later(now, *span, zone),
        Delay::UntilDate { date, time } => on(date.parse().ok()?, time, zone),
        Delay::UntilProperty { property, offset, time } => {
            let value = record.value(property)?;
            let at = match record.object.property(property)? {
                PropertyKind::Date => on(value.parse().ok()?, time, zone),
                _ => Some(Timestamp(value.parse::<jiff::Timestamp>().ok()?.as_millisecond())),
            }?;
            offset.map_or(Some(at), |offset| later(at, offset, zone))
        }
    }?;
    (at > now).then_some(at)
}

/// That long after `at`, or before it.
pub fn later(at: Timestamp, span: Span, zone: &TimeZone) -> Option<Timestamp> {
    let days = match span.unit {
        SpanUnit::Minutes => return Some(at.plus(span.count.checked_mul(MINUTE)?)),
        SpanUnit::Hours => return Some(at.plus(span.count.checked_mul(60 * MINUTE)?)),
        SpanUnit::Days => span.count,
        SpanUnit::Weeks => span.count.checked_mul(7)?,
    };
    let local = jiff::Timestamp::from_millisecond(at.0).ok()?.to_zoned_datetime(zone.clone());
    let moved = local.checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
    Some(Timestamp(moved.timestamp().as_millisecond()))
}

fn on(date: Date, time: &str, zone: &TimeZone) -> Option<Timestamp> {
    let time: Time = time.parse().ok()?;
    Some(Timestamp(zone.to_zoned_datetime(date.to_datetime(time)).ok()?.timestamp().as_millisecond()))
}
