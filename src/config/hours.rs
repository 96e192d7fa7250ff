//! Times of a workflow: its zone, its business hours, and the days and times of delays.

use super::problem::Report;
use super::table::{Placed, Table, word_of};
use crate::domain::{BusinessHours, Weekday};
use crate::workflow;

/// Where a day goes on that no time of day is given for.
const USUAL_TIME: &str = "09:00";

const DATES: &str = "for example: \"2026-12-25\", or \"2026-12-24..2027-01-02\" with both ends";

/// The zone at `time_zone`, else `usual`.
pub(super) fn read_zone(table: &mut Table, usual: &str, report: &mut Report) -> String {
    let Some(zone) = table.text("time_zone", report) else { return usual.to_owned() };
    if workflow::zone(zone.get_ref()).is_none() {
        let hint = "for example: \"Europe/Amsterdam\" or \"UTC\"";
        report.error(zone.span(), format!("there is no time zone `{}`", zone.get_ref()), hint);
    }
    (*zone.get_ref()).to_owned()
}

/// `hours = { days = ["mon"], from = "09:00", until = "17:30", blocked = ["2026-12-25"] }`
pub(super) fn read_hours(definition: &mut Table, report: &mut Report) -> Option<BusinessHours> {
    let mut table = definition.table("hours", report)?;
    let words: Vec<_> = Weekday::ALL.iter().map(|day| day.as_str()).collect();
    table.require("days", "days = [\"mon\", \"tue\", \"wed\", \"thu\", \"fri\"]", report);
    let days = table.texts("days", report).unwrap_or_default();
    let days = days.iter().filter_map(|day| word_of::<Weekday>(day, "days", &words, report)).collect();
    let from = table.needed_text("from", "from = \"09:00\"", report);
    let until = table.needed_text("until", "until = \"17:30\"", report);
    let from = from.map(|from| (time_of_day(&from, false, report), from.span()));
    let until = until.and_then(|until| time_of_day(&until, true, report));
    if let (Some((Some(from), place)), Some(until)) = (&from, &until)
        && from >= until
    {
        let message = format!("hours from {from} until {until} leave no time");
        report.error(place.clone(), message, "`from` comes before `until` on the same day");
    }
    let blocked = table.texts("blocked", report).unwrap_or_default();
    let blocked = blocked.iter().filter_map(|days| read_blocked(days, report)).collect();
    table.close(report);
    let (from, until) = (from.and_then(|(from, _)| from).unwrap_or_default(), until.unwrap_or_default());
    Some(BusinessHours { days, from, until, blocked })
}

fn read_blocked(days: &Placed<&str>, report: &mut Report) -> Option<String> {
    let text = days.get_ref().trim();
    let ends = text.split_once("..").unwrap_or((text, text));
    match (date(ends.0), date(ends.1)) {
        (Some(from), Some(until)) if from <= until => Some(text.to_owned()),
        (Some(_), Some(_)) => {
            report.error(days.span(), format!("`{text}` ends before it begins"), DATES);
            None
        }
        _ => {
            report.error(days.span(), format!("`{text}` is no day and no range of days"), DATES);
            None
        }
    }
}

/// `YYYY-MM-DD`, a day that there is.
fn date(text: &str) -> Option<jiff::civil::Date> {
    text.parse().ok().filter(|date: &jiff::civil::Date| date.to_string() == text)
}

/// A day.
pub(super) fn read_date(text: &Placed<String>, report: &mut Report) -> Option<String> {
    let day = text.get_ref().trim();
    if date(day).is_none() {
        let hint = "a date was expected, for example: \"2026-12-01\"";
        report.error(text.span(), format!("`{day}` is no day"), hint);
        return None;
    }
    Some(day.to_owned())
}

/// The time of day at `time`, if it is there.
pub(super) fn read_time(table: &mut Table, report: &mut Report) -> String {
    let time = table.text("time", report).and_then(|time| time_of_day(&time, false, report));
    time.unwrap_or_else(|| USUAL_TIME.to_owned())
}

/// `HH:MM`; `24:00` where something ends.
fn time_of_day(text: &Placed<&str>, ends: bool, report: &mut Report) -> Option<String> {
    let time = *text.get_ref();
    let two = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = time.split_once(':').is_some_and(|(hour, minute)| {
        two(hour) && two(minute) && (hour < "24" && minute < "60" || ends && time == "24:00")
    });
    if !is_time {
        let hint = if ends { "for example: \"17:30\"; \"24:00\" is midnight" } else { "for example: \"09:00\"" };
        report.error(text.span(), format!("`{time}` is no time of day"), hint);
        return None;
    }
    Some(time.to_owned())
}
