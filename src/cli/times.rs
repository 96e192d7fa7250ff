//! Points in time for people and for programs.

use jiff::tz::TimeZone;

use super::{Code, Failure};
use crate::domain::{DAY, HOUR, MINUTE, Millis, SECOND, Timestamp};

/// The zone in which people read times: the configuration's, else the system's (`TZ`).
pub(super) fn zone(configured: Option<&str>) -> Result<TimeZone, Failure> {
    let Some(name) = configured else { return Ok(TimeZone::system()) };
    TimeZone::get(name).map_err(|_| {
        let way_out = "names are those of the IANA database (package tzdata), for example \"Europe/Amsterdam\"";
        Failure::new(Code::Config, format!("no time zone `{name}` is known here"), way_out)
    })
}

/// The present moment.
pub(super) fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_millisecond())
}

/// Date and time in that zone: `2026-03-02 09:14`.
pub(super) fn local(at: Timestamp, zone: &TimeZone) -> String {
    instant(at).to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
}

/// The same with seconds.
pub(super) fn exact(at: Timestamp, zone: &TimeZone) -> String {
    instant(at).to_zoned_datetime(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
}

/// About how long that is: `12 s`, `3 min`, `5 h`, `14 d`.
pub(super) fn rough(span: Millis) -> String {
    match span {
        ..MINUTE => format!("{} s", span / SECOND),
        MINUTE..HOUR => format!("{} min", span / MINUTE),
        HOUR..DAY => format!("{} h", span / HOUR),
        _ => format!("{} d", span / DAY),
    }
}

/// RFC 3339 in UTC: `2026-03-02T08:14:00Z`.
pub(super) fn rfc3339(at: Timestamp) -> String {
    instant(at).to_string()
}

/// Hostile dates beyond the years that calendars know become the last one they do.
fn instant(at: Timestamp) -> jiff::Timestamp {
    let bound = if at.0 < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX };
    jiff::Timestamp::from_millisecond(at.0).unwrap_or(bound)
}
