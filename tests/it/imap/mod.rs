//! Mailboxes on servers: `sync` against a real Dovecot, and against servers that misbehave as told.

mod after;
mod dovecot;
mod folders;
mod kill;
mod logins;
mod once;
mod personal;
mod place;
mod scripted;
mod start;
