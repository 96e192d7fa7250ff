//! A desk whose mailbox is on a scripted server, and what holds after every fault.

use std::collections::BTreeMap;

use super::super::place::{desk as desk_of, folds, mail, number, sync, team, tickets};
use super::server::{Server, USER};
use crate::first_steps::Desk;

/// Mails on the server at first.
pub const MAILS: u32 = 3;

/// Mails of as many people, with UIDs from 1 on.
pub fn mails(count: u32) -> BTreeMap<u32, Vec<u8>> {
    let text = |n: u32| mail(&format!("m{n}"), &format!("ann{n}@example.com"), "support@example.org", "");
    (1..=count).map(|n| (n, text(n).replace('\n', "\r\n").into_bytes())).collect()
}

pub fn server() -> Server {
    Server::start(mails(MAILS))
}

pub fn desk(server: &Server, more: &str) -> Desk {
    let port = server.port;
    let more = if more.contains("tls =") { more.to_owned() } else { format!("tls = \"none\"\n{more}") };
    desk_of(&team(
        "support",
        &format!(
            "host = \"localhost\"\nport = {port}\nuser = \"{USER}\"\npassword_file = \"password\"\nstart = \"all\"\n{more}"
        ),
    ))
}

/// A run fails with that exit code, and says this of the mailbox.
pub fn fails(desk: &Desk, code: i32, says: &str) {
    let (found, out, err) = desk.run(&["sync"]);
    assert_eq!(found, code, "{out}{err}");
    assert!(err.starts_with("ticketd: support: localhost:") && err.contains(says), "{says}: {err}");
    assert_eq!(err.lines().count(), 1, "{err}");
}

/// The server behaves again: everything is there once, and nothing is new. Gives what the server was told meanwhile.
pub fn recovers(desk: &Desk, server: &Server) -> Vec<String> {
    let told = server.behave();
    sync(desk, &[]);
    let uids: Vec<u32> = server.model.lock().unwrap().mails.keys().copied().collect();
    is_whole(desk, &uids);
    assert_eq!(sync(desk, &[]), "support: nothing new\n");
    told
}

/// All these are stored once, with a ticket each.
pub fn is_whole(desk: &Desk, uids: &[u32]) {
    let count = i64::try_from(uids.len()).unwrap();
    assert_eq!(number(desk, "SELECT count(*) FROM delivery"), count);
    let list = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    let of_these = format!("SELECT count(DISTINCT uid) FROM delivery WHERE uidvalidity = 7 AND uid IN ({list})");
    assert_eq!(number(desk, &of_these), count);
    assert_eq!(number(desk, "SELECT count(*) FROM message WHERE kind = 'new_conversation'"), count);
    assert_eq!(tickets(desk).len(), uids.len());
    folds(desk);
}
