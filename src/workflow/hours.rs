//! Business hours: when a workflow acts.

use jiff::civil::{Date, Time, Weekday as Day};
use jiff::tz::TimeZone;

use crate::domain::{BusinessHours, Timestamp, Weekday};

/// How far ahead a time within is looked for.
const DAYS_AHEAD: usize = 400;

/// When it may act next: `now` where that is within. `None`: never in the next year.
pub fn next_within(hours: &BusinessHours, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
    let local = jiff::Timestamp::from_millisecond(now.0).ok()?.to_zoned_datetime(zone.clone());
    let mut day = local.date();
    for _ in 0..DAYS_AHEAD {
        if acts_on(hours, day) {
            let (from, until) = (at(day, &hours.from, zone)?, at(day, &hours.until, zone)?);
            if now < until {
                return Some(now.max(from)).filter(|found| *found < until);
            }
        }
        day = day.tomorrow().ok()?;
    }
    None
}

fn acts_on(hours: &BusinessHours, day: Date) -> bool {
    let weekday = match day.weekday() {
        Day::Monday => Weekday::Monday,
        Day::Tuesday => Weekday::Tuesday,
        Day::Wednesday => Weekday::Wednesday,
        Day::Thursday => Weekday::Thursday,
        Day::Friday => Weekday::Friday,
        Day::Saturday => Weekday::Saturday,
        Day::Sunday => Weekday::Sunday,
    };
    hours.days.contains(&weekday) && !hours.blocked.iter().any(|blocked| blocks(blocked, day))
}

/// `YYYY-MM-DD` or `YYYY-MM-DD..YYYY-MM-DD`, both ends with it.
fn blocks(blocked: &str, day: Date) -> bool {
    let (from, until) = blocked.split_once("..").unwrap_or((blocked, blocked));
    let (Ok(from), Ok(until)) = (from.parse::<Date>(), until.parse::<Date>()) else { return false };
    (from..=until).contains(&day)
}

/// A time of day; `24:00` is the beginning of the next.
fn at(day: Date, time: &str, zone: &TimeZone) -> Option<Timestamp> {
    let (day, time) = match time {
        "24:00" => (day.tomorrow().ok()?, Time::midnight()),
        other => (day, other.parse().ok()?),
    };
    Some(Timestamp(zone.to_zoned_datetime(day.to_datetime(time)).ok()?.timestamp().as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workflow::zone;

    fn time(text: &str) -> Timestamp {
        Timestamp(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn hours(days: &[Weekday], from: &str, until: &str, blocked: &[&str]) -> BusinessHours {
        let blocked = blocked.iter().map(|&days| days.to_owned()).collect();
        BusinessHours { days: days.to_vec(), from: from.into(), until: until.into(), blocked }
    }

    fn office(blocked: &[&str]) -> BusinessHours {
        hours(&Weekday::ALL[..5], "09:00", "17:30", blocked)
    }

    /// In Amsterdam.
    fn next(hours: &BusinessHours, now: &str) -> Option<Timestamp> {
        next_within(hours, time(now), &zone("Europe/Amsterdam").unwrap())
    }

    #[test]
    fn within_is_now_and_outside_is_the_next_beginning() {
        // 2026-11-26 is a Thursday, one hour ahead of UTC.
        let office = office(&[]);
        assert_eq!(next(&office, "2026-11-26T10:00:00Z"), Some(time("2026-11-26T10:00:00Z")));
        assert_eq!(next(&office, "2026-11-26T07:59:59Z"), Some(time("2026-11-26T08:00:00Z")));
        assert_eq!(next(&office, "2026-11-26T08:00:00Z"), Some(time("2026-11-26T08:00:00Z")), "the first moment");
        assert_eq!(next(&office, "2026-11-26T16:29:59Z"), Some(time("2026-11-26T16:29:59Z")), "the last");
        assert_eq!(next(&office, "2026-11-26T16:30:00Z"), Some(time("2026-11-27T08:00:00Z")), "over");
    }

    #[test]
    fn the_weekend_is_passed_over_and_so_are_blocked_days() {
        assert_eq!(next(&office(&[]), "2026-11-27T17:00:00Z"), Some(time("2026-11-30T08:00:00Z")));
        let blocked = office(&["2026-11-30", "2026-12-02..2026-12-03"]);
        assert_eq!(next(&blocked, "2026-11-27T17:00:00Z"), Some(time("2026-12-01T08:00:00Z")));
        assert_eq!(next(&blocked, "2026-12-01T17:00:00Z"), Some(time("2026-12-04T08:00:00Z")), "both ends");
    }

    #[test]
    fn midnight_ends_a_day_and_the_day_is_that_of_the_zone() {
        let late = hours(&[Weekday::Thursday], "20:00", "24:00", &[]);
        assert_eq!(next(&late, "2026-11-26T22:59:59Z"), Some(time("2026-11-26T22:59:59Z")));
        assert_eq!(next(&late, "2026-11-26T23:00:00Z"), Some(time("2026-12-03T19:00:00Z")), "Friday in Amsterdam");
    }

    #[test]
    fn hours_keep_their_time_of_day_when_the_clocks_change() {
        // Forward in the night to Sunday, 2026-03-29; back in that to 2026-10-25.
        let sundays = hours(&[Weekday::Sunday], "09:00", "10:00", &[]);
        assert_eq!(next(&sundays, "2026-03-28T12:00:00Z"), Some(time("2026-03-29T07:00:00Z")));
        assert_eq!(next(&sundays, "2026-10-24T12:00:00Z"), Some(time("2026-10-25T08:00:00Z")));
    }

    #[test]
    fn hours_in_the_night_of_the_change_are_longer_or_shorter_and_begin_after_a_gap() {
        let night = hours(&[Weekday::Sunday], "02:30", "04:00", &[]);
        assert_eq!(next(&night, "2026-03-29T00:00:00Z"), Some(time("2026-03-29T01:30:00Z")), "02:30 is 03:30");
        assert_eq!(next(&night, "2026-10-25T00:00:00Z"), Some(time("2026-10-25T00:30:00Z")), "the first 02:30");
        let between = time("2026-10-25T01:15:00Z");
        assert_eq!(next(&night, "2026-10-25T01:15:00Z"), Some(between), "02:15 for the second time");
        // These fall into the gap as a whole.
        let gone = hours(&[Weekday::Sunday], "02:10", "02:20", &[]);
        assert_eq!(next(&gone, "2026-03-29T00:00:00Z"), Some(time("2026-03-29T01:10:00Z")));
    }

    #[test]
    fn hours_that_never_come_give_nothing() {
        assert_eq!(next(&office(&["2026-01-01..2040-01-01"]), "2026-11-26T10:00:00Z"), None);
        assert_eq!(next(&hours(&[], "09:00", "17:00", &[]), "2026-11-26T10:00:00Z"), None);
    }
}
