//! Mailboxes on servers: `sync` against a real Dovecot, and against servers that misbehave as told.

mod after;
mod audit;
mod check;
mod dovecot;
mod folders;
mod logins;
mod once;
mod parked;
mod personal;
mod place;
mod start;
