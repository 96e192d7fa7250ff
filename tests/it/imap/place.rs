//! A desk in a folder of its own, whose mailboxes are on a Dovecot.

use serde_json::Value;
use tempfile::TempDir;
use ticketd::store::Store;

use super::dovecot::{Dovecot, PASSWORD};
use crate::first_steps::Desk;
use crate::support::but_the_outbox;

/// How a mailbox is reached, beside its name: lines of `[mailbox.imap]`.
pub fn plain(server: &Dovecot, user: &str, more: &str) -> String {
    let port = server.imap;
    format!(
        "host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nuser = \"{user}\"\npassword_file = \"password\"\n{more}"
    )
}

/// A team mailbox `NAME@example.org`.
pub fn team(name: &str, imap: &str) -> String {
    format!("[[mailbox]]\nname = \"{name}\"\naddress = \"{name}@example.org\"\n[mailbox.imap]\n{imap}\n")
}

/// A desk with that configuration.
pub fn desk(config: &str) -> Desk {
    let desk = Desk(TempDir::new().unwrap());
    desk.write("password", PASSWORD);
    desk.write("ticketd.toml", format!("database = \"desk.db\"\n{config}"));
    desk
}

/// Runs `sync` with these arguments, which must go well. What it says of each mailbox.
pub fn sync(desk: &Desk, args: &[&str]) -> String {
    let (code, out, err) = desk.run(&[&["sync"], args].concat());
    assert_eq!((code, but_the_outbox(&err).as_str()), (0, ""), "{out}{err}");
    out
}

/// Tickets as `ticket list` has them, oldest first.
pub fn tickets(desk: &Desk) -> Vec<Value> {
    let (code, out, err) = desk.run(&["ticket", "list", "--json", "--limit", "99999"]);
    assert_eq!(code, 0, "{err}");
    let mut tickets: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    tickets.reverse();
    tickets
}

/// Folding the journal again gives what is there.
pub fn folds(desk: &Desk) {
    let (code, out, err) = desk.run(&["replay", "--from-db", "--db", "desk.db"]);
    assert_eq!(code, 0, "{out}{err}");
}

/// Numbers out of the database.
pub fn number(desk: &Desk, sql: &str) -> i64 {
    let store = Store::open(&desk.0.path().join("desk.db")).unwrap();
    match store.read(|tx| tx.query(sql, &[])).unwrap().concat()[..] {
        [ticketd::domain::row::Value::Integer(number)] => number,
        ref other => panic!("{sql}: {other:?}"),
    }
}

/// A mail by somebody to somebody, with its number as Message-ID.
pub fn mail(id: &str, from: &str, to: &str, more: &str) -> String {
    format!(
        "From: {from}\nTo: {to}\nMessage-ID: <{id}@example.com>\nDate: Mon, 3 Mar 2025 10:00:00 +0000\n{more}\
         Subject: About {id}\n\nHello, this is {id}.\n"
    )
}
