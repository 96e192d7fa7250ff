//! Floor 0: the words. Types that every other room speaks in; no I/O, no rules beyond what a word means.

mod address;
mod classification;
mod column;
mod decision;
mod digest;
mod event;
mod evidence;
mod facts;
mod header_fields;
mod ids;
mod kind;
mod outbox;
mod reference;
pub mod row;
mod rows;
mod setup;
pub(crate) mod text_enum;
mod time;
mod workspace;

pub use address::EmailAddress;
pub use classification::*;
pub use decision::*;
pub use digest::{ContentDigest, LookupKey};
pub use event::*;
pub use evidence::*;
pub use facts::*;
pub use header_fields::{HeaderFields, unfolded};
pub use ids::*;
pub use kind::Kind;
pub use outbox::*;
pub use reference::SendReference;
pub use rows::*;
pub use setup::*;
pub use time::{DAY, HOUR, MINUTE, Millis, SECOND, Timestamp};
pub use workspace::{IndexedRow, Keys, Workspace};
