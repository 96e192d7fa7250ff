//! Logins by OAuth: a token server of the tests, mailboxes on a Dovecot that asks it, relays that do as told.

mod access;
mod answers;
mod crash;
mod daemon;
mod imap;
mod login;
mod place;
mod server;
mod smtp;
