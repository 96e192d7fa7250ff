//! Points in time and spans of it, in milliseconds. Zones and calendars belong to the faces.

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00Z.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

/// Milliseconds between two points in time.
pub type Millis = i64;

pub const SECOND: Millis = 1_000;
pub const MINUTE: Millis = 60 * SECOND;
pub const HOUR: Millis = 60 * MINUTE;
pub const DAY: Millis = 24 * HOUR;

impl Timestamp {
    /// What is due then is never due by itself.
    pub const NEVER: Timestamp = Timestamp(i64::MAX);

    /// From whole seconds since 1970.
    pub fn from_seconds(seconds: i64) -> Self {
        Timestamp(seconds.saturating_mul(SECOND))
    }

    /// This point, `span` later (earlier when negative).
    pub fn plus(self, span: Millis) -> Self {
        Timestamp(self.0.saturating_add(span))
    }

    /// How long after `earlier` this point is; negative when before it.
    pub fn since(self, earlier: Timestamp) -> Millis {
        self.0.saturating_sub(earlier.0)
    }
}
