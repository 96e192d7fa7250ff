//! Floor 0: the words. Types that every other room speaks in; no I/O, no rules beyond what a word means.

mod address;
mod digest;
mod facts;
mod ids;
mod kind;
mod reference;
mod setup;
mod text_enum;
mod time;

pub use address::EmailAddress;
pub use digest::{ContentDigest, LookupKey};
pub use facts::*;
pub use ids::*;
pub use kind::Kind;
pub use reference::SendReference;
pub use setup::*;
pub use time::{DAY, HOUR, MINUTE, Millis, SECOND, Timestamp};
