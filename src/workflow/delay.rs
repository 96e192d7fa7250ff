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
    let moved = jiff::Span::new().try_days(days).and_then(|days| local.checked_add(days));
    // Calendars end with the year 9999, and what lies beyond it is no nearer.
    let ends = if days < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    Some(Timestamp(moved.map_or(ends, |moved| moved.timestamp()).as_millisecond()))
}

fn on(date: Date, time: &str, zone: &TimeZone) -> Option<Timestamp> {
    let time: Time = time.parse().ok()?;
    Some(Timestamp(zone.to_zoned_datetime(date.to_datetime(time)).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{ObjectSetup, PropertySetup};
    use crate::workflow::zone;

    fn amsterdam() -> TimeZone {
        zone("Europe/Amsterdam").unwrap()
    }

    fn time(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn after(from: &str, span: &str) -> Timestamp {
        later(time(from), span.parse().unwrap(), &amsterdam()).unwrap()
    }

    /// `until` for a record with one property, of that kind and value.
    fn waits(delay: &Delay, now: &str, property: Option<(PropertyKind, &str)>) -> Option<Timestamp> {
        let kind = property.as_ref().map_or(PropertyKind::Date, |(kind, _)| kind.clone());
        let properties = vec![PropertySetup { name: "day".into(), label: "Day".into(), kind }];
        let object = ObjectSetup { name: "own".into(), singular: "Own".into(), plural: "Owns".into(), properties };
        let values = property.map(|(_, value)| ("day".to_owned(), value.to_owned()));
        let record = RecordView { object: &object, values: values.into_iter().collect::<BTreeMap<_, _>>() };
        until(delay, time(now), &amsterdam(), &record)
    }

    fn until_date(date: &str, time: &str) -> Delay {
        Delay::UntilDate { date: date.into(), time: time.into() }
    }

    fn until_day(offset: Option<&str>, time: &str) -> Delay {
        let offset = offset.map(|offset| offset.parse().unwrap());
        Delay::UntilProperty { property: "day".into(), offset, time: time.into() }
    }

    #[test]
    fn days_and_weeks_end_at_the_same_time_of_day_and_hours_are_as_long_as_they_are() {
        // The clocks go forward at 2026-03-29 02:00 and back at 2026-10-25 03:00.
        assert_eq!(after("2026-03-28T09:00:00Z", "1 day"), time("2026-03-29T08:00:00Z"), "23 hours");
        assert_eq!(after("2026-03-28T09:00:00Z", "24 hours"), time("2026-03-29T09:00:00Z"));
        assert_eq!(after("2026-10-24T08:00:00Z", "1 week"), time("2026-10-31T09:00:00Z"), "and an hour");
        assert_eq!(after("2026-10-24T08:00:00Z", "10080 minutes"), time("2026-10-31T08:00:00Z"));
        assert_eq!(after("2026-03-30T08:00:00Z", "-2 days"), time("2026-03-28T09:00:00Z"));
    }

    #[test]
    fn a_time_that_the_clocks_leave_out_is_the_one_after_it() {
        assert_eq!(after("2026-03-28T01:30:00Z", "1 day"), time("2026-03-29T01:30:00Z"), "02:30 is 03:30");
        let waited = waits(&until_date("2026-03-29", "02:30"), "2026-03-01T00:00:00Z", None);
        assert_eq!(waited, Some(time("2026-03-29T01:30:00Z")));
    }

    #[test]
    fn of_a_time_that_they_show_twice_it_is_the_first() {
        assert_eq!(after("2026-10-24T00:30:00Z", "1 day"), time("2026-10-25T00:30:00Z"));
        let waited = waits(&until_date("2026-10-25", "02:30"), "2026-10-01T00:00:00Z", None);
        assert_eq!(waited, Some(time("2026-10-25T00:30:00Z")));
    }

    #[test]
    fn what_is_over_already_does_not_wait() {
        let delay = until_date("2026-12-01", "09:00");
        assert_eq!(waits(&delay, "2026-12-01T07:59:59Z", None), Some(time("2026-12-01T08:00:00Z")));
        assert_eq!(waits(&delay, "2026-12-01T08:00:00Z", None), None);
        assert_eq!(waits(&delay, "2027-01-01T00:00:00Z", None), None);
        let past = until_day(Some("-1 week"), "09:00");
        assert_eq!(waits(&past, "2026-11-25T00:00:00Z", Some((PropertyKind::Date, "2026-12-01"))), None);
    }

    #[test]
    fn a_day_that_a_property_names_goes_on_at_the_time_of_day_and_earlier_or_later_by_the_offset() {
        let day = |delay| waits(&delay, "2026-01-01T00:00:00Z", Some((PropertyKind::Date, "2026-03-31")));
        assert_eq!(day(until_day(None, "09:00")), Some(time("2026-03-31T07:00:00Z")));
        assert_eq!(day(until_day(Some("-3 days"), "09:00")), Some(time("2026-03-28T08:00:00Z")), "before the change");
        assert_eq!(day(until_day(Some("2 weeks"), "09:00")), Some(time("2026-04-14T07:00:00Z")));
        assert_eq!(day(until_day(Some("-90 minutes"), "09:00")), Some(time("2026-03-31T05:30:00Z")));
    }

    #[test]
    fn a_point_in_time_is_one_whatever_the_time_of_day_says() {
        let at = Some((PropertyKind::Time, "2026-06-01T12:34:00Z"));
        assert_eq!(
            waits(&until_day(None, "09:00"), "2026-01-01T00:00:00Z", at.clone()),
            Some(time("2026-06-01T12:34:00Z"))
        );
        let early = waits(&until_day(Some("-1 hour"), "09:00"), "2026-01-01T00:00:00Z", at);
        assert_eq!(early, Some(time("2026-06-01T11:34:00Z")));
    }

    #[test]
    fn without_a_value_nothing_is_waited_for() {
        assert_eq!(waits(&until_day(None, "09:00"), "2026-01-01T00:00:00Z", None), None);
    }

    #[test]
    fn what_lies_beyond_all_calendars_is_waited_for_and_not_taken_as_over() {
        let delay = |span: &str| waits(&Delay::For { span: span.parse().unwrap() }, "2026-01-01T00:00:00Z", None);
        assert!(delay("1000000 weeks") > delay("1000000 days"));
        assert_eq!(delay("-1000000 weeks"), None);
    }
}
