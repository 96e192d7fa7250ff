//! Desks and accounts whose logins are by OAuth.

use std::time::Duration;

use ticketd::config::{self, Config};
use ticketd::domain::Timestamp;
use ticketd::engine::access::Access;
use ticketd::net::Secret;
use ticketd::net::oauth::Limits;
use ticketd::store::Store;
use ticketd::store::consents::{self, Consent};

use super::server::TokenServer;
use crate::first_steps::Desk;
use crate::imap::place::{desk as desk_of, team};

/// An `[[oauth]]` `own` at that server.
pub fn client(server: &TokenServer, more: &str) -> String {
    let (token, device, authorize) = (server.url("/token"), server.url("/device"), server.url("/authorize"));
    format!(
        "[[oauth]]\nname = \"own\"\ntoken_url = \"{token}\"\ndevice_url = \"{device}\"\nauthorize_url = \"{authorize}\"\n\
         client_id = \"desk\"\nscopes = [\"mail\", \"offline_access\"]\n{more}\n"
    )
}

/// A desk with a mailbox `support` of that user on an IMAP server of this computer.
pub fn desk(server: &TokenServer, imap: u16, user: &str, more: &str) -> Desk {
    let mailbox = format!(
        "host = \"localhost\"\nport = {imap}\ntls = \"none\"\nuser = \"{user}\"\noauth = \"own\"\nstart = \"all\""
    );
    desk_of(&format!("{}{}", client(server, more), team("support", &mailbox)))
}

pub fn config(desk: &Desk) -> Config {
    config::parse(&std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap()).unwrap()
}

pub fn store(desk: &Desk) -> Store {
    Store::open(&desk.0.path().join("desk.db")).unwrap()
}

/// The consent of that user is kept, by a refresh token.
pub fn consent(store: &Store, user: &str, refresh: &str) {
    let consent = Consent {
        client: "own".to_owned(),
        account: user.to_owned(),
        refresh_token: Secret::new(refresh),
        granted_at: now(),
        renewed_at: now(),
        expires_at: None,
    };
    store.write(|tx| consents::give(tx, &consent)).unwrap();
}

/// Whether that is the refresh token that is kept.
pub fn keeps(store: &Store, user: &str, refresh: &str) -> bool {
    let found = store.read(|tx| consents::find(tx, "own", user)).unwrap().unwrap();
    found.refresh_token == Secret::new(refresh)
}

pub fn now() -> Timestamp {
    Timestamp(1_790_000_000_000)
}

/// The access that the desk's configuration gives, with bounds that a test waits for.
pub fn access(desk: &Desk, store: &Store, clock: fn() -> Timestamp) -> Access {
    let limits = Limits { connecting: Duration::from_secs(2), answer: Duration::from_millis(700) };
    Access::within(config(desk).oauth, store.clone(), clock, limits)
}
