//! Mailboxes on servers: `sync` against a real Dovecot, and against servers that misbehave as told.

mod after;
pub mod dovecot;
mod folders;
mod logins;
mod once;
mod personal;
mod place;
mod start;
