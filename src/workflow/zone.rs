//! Time zones, out of the program itself: what the machine knows of them may change any day, and what was decided once must
//! come out the same.

use std::sync::LazyLock;

use jiff::tz::{TimeZone, TimeZoneDatabase};

static ZONES: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

/// The zone of that name (IANA); `None`: there is none.
pub fn zone(name: &str) -> Option<TimeZone> {
    ZONES.get(name).ok()
}
