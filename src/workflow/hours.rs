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
