//! Floor 2: relays, by SMTP (RFC 5321, RFC 6409). Connects, encrypts, logs in, and hands mails over, one transaction
//! after another. No rules: what is sent again, when and where, is decided above.
//!
//! lettre writes the commands and the words of a login. Its connections are not used: they have no bound on time but for
//! the first step, give up a whole mail with the first recipient that is refused, take a code as 571 for no reply, and
//! cannot say whether a mail was accepted before the connection was lost. So replies are read here, with a bound on bytes
//! and time, and every step has a name ([`Stage`]).
//!
//! A connection that is in the middle of something is never used again: [`Connection::send`] takes it apart while it
//! works, so that whoever drops a send half-way drops the connection too.

mod address;
mod connect;
mod content;
mod dkim;
mod error;
mod limits;
mod login;
mod offers;
mod reply;
mod send;
mod wire;

pub use connect::{Connection, connect};
pub use dkim::{KeyError, Signer};
pub use error::{Cause, SmtpError, Stage};
pub use limits::Limits;
pub use reply::Reply;
pub use send::{Delivery, Envelope};
