//! Floor 2: mailboxes on servers, by IMAP (RFC 9051; RFC 3501 servers too). Connects, logs in, lists folders, fetches, and
//! does on the server what it is told. No rules: which mail is wanted is decided above.
//!
//! async-imap reads the protocol here; commands are written by this room itself, so that no password ever passes its
//! logging, and so that a tagged NO, a lost connection and the end of an answer are three different things. What it is given
//! to read has passed a [`meter`], which bounds bytes, literals and time. After any error a [`Connection`] is dropped:
//! what the server still says would be taken for the answer to something else.

mod after;
mod append;
mod command;
mod connect;
mod error;
mod fetch;
mod folder;
mod idle;
mod limits;
mod meter;
mod names;
mod sets;
mod token;

pub use command::Connection;
pub use connect::connect;
pub use error::{Cause, ImapError};
pub use fetch::{Fetched, Fetching, Listed, Part};
pub use folder::{Folder, Opened};
pub use idle::Patience;
pub use limits::Limits;
pub use sets::set_text;
