//! Mailboxes on servers: `sync` against a real Dovecot, and against servers that misbehave as told.

mod after;
mod audit;
mod check;
pub mod dovecot;
mod folders;
mod kill;
mod logins;
mod memory;
mod once;
mod parked;
mod personal;
pub mod place;
pub mod scripted;
mod sent_copy;
mod start;
