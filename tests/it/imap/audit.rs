//! `ticketd audit`: every mail of a server is accounted for.

use std::time::{Duration, SystemTime};

use serde_json::{Value, json};
use ticketd::store::Store;

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};
use crate::first_steps::Desk;

fn deliver(server: &Dovecot, user: &str, name: &str) {
    let from = format!("{name}@example.com");
    server.deliver(user, name, mail(&format!("{user}-{name}"), &from, "support@example.org", ""));
}

/// What `audit --json` says of each mailbox; it must end with that code.
fn audit(desk: &Desk, args: &[&str], expected: i32) -> Vec<Value> {
    let (code, out, err) = desk.run(&[&["audit", "--json"], args].concat());
    assert_eq!((code, err.as_str()), (expected, ""), "{out}");
    out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Makes the database forget where mails of the first folder were: they are missing.
fn lose(desk: &Desk, uids: &str) {
    let store = Store::open(&desk.0.path().join("desk.db")).unwrap();
    let sql = format!("UPDATE delivery SET uid = uid + 100000 WHERE uid IN ({uids})");
    store.write(|tx| tx.execute(&sql, &[])).unwrap();
}

#[test]
fn every_mail_is_counted_once_and_what_is_gone_from_the_server_is_no_fault() {
    let Some(server) = Dovecot::shared("imap audit") else { return };
    let desk = desk(&team("support", &plain(&server, "audit", "size_limit = \"10 KB\"")));
    deliver(&server, "audit", "old");
    sync(&desk, &[]);
    deliver(&server, "audit", "a");
    deliver(&server, "audit", "b");
    let large = mail("audit-large", "c@example.com", "support@example.org", "");
    server.deliver("audit", "large", format!("{large}{}", "much text\n".repeat(2000)));
    sync(&desk, &[]);
    deliver(&server, "audit", "new");
    let mut client = server.client("audit");
    client.run("SELECT INBOX");
    client.run("UID STORE 2 +FLAGS (\\Deleted)");
    client.run("UID EXPUNGE 2");
    let found = &audit(&desk, &[], 0)[0];
    assert_eq!((&found["mailbox"], &found["ok"], &found["repaired"]), (&json!("support"), &json!(true), &json!(null)));
    let inbox = &found["folders"][0];
    for (field, expected) in [
        ("mails", 4),
        ("stored", 2),
        ("header_only", 1),
        ("left_alone", 1),
        ("to_read", 1),
        ("quarantined", 0),
        ("withheld", 0),
        ("parked", 0),
        ("missing", 0),
    ] {
        assert_eq!(inbox[field], json!(expected), "{field}: {inbox}");
    }
    let (code, out, _) = desk.run(&["audit"]);
    let said = "support: INBOX: 4 there, 2 stored (1 by the header only), 1 left alone by `start`, 1 to be read by the \
                next sync, 0 missing\nsupport: Gesendet (sent mail): 0 there, 0 stored, 0 missing\n";
    assert_eq!((code, out.as_str()), (0, said));
}

#[test]
fn what_is_missing_is_listed_fetched_and_then_no_more_missing() {
    let Some(server) = Dovecot::shared("imap repair") else { return };
    let desk = desk(&team("support", &plain(&server, "repair", "start = \"all\"\nafter = \"seen\"")));
    for name in ["a", "b", "c", "d", "e"] {
        deliver(&server, "repair", name);
    }
    sync(&desk, &[]);
    assert_eq!(audit(&desk, &[], 0)[0]["folders"][0]["stored"], 5);
    lose(&desk, "1, 3, 4");
    let (code, out, _) = desk.run(&["audit"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("support: INBOX: 5 there, 2 stored, 3 missing\n  missing: UID 1,3:4\n"), "{out}");
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), 5, "an audit fetches nothing");
    // Sync does not look behind itself.
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    let found = &audit(&desk, &["--repair"], 0)[0];
    assert_eq!((&found["repaired"], &found["folders"][0]["stored"]), (&json!(3), &json!(5)));
    assert_eq!((&found["folders"][0]["missing"], tickets(&desk).len()), (&json!(0), 5), "no second effect");
    assert_eq!(audit(&desk, &["--repair"], 0)[0]["repaired"], 0);
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
}

#[test]
fn what_was_left_alone_or_withheld_is_not_missing() {
    let Some(server) = Dovecot::shared("imap audit, left alone") else { return };
    let user = "[[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n";
    let own = format!(
        "[[mailbox]]\nname = \"alice\"\nkind = \"personal\"\nuser = \"alice\"\n[mailbox.imap]\n{}\n",
        plain(&server, "audit-alice", "start = \"2026-01-01\"")
    );
    let desk = desk(&[team("support", &plain(&server, "audit-team", "")), own, user.to_owned()].concat());
    // It arrives in the minute of the first look, or later by the server's clock.
    let ahead = SystemTime::now() + Duration::from_secs(300);
    server.deliver_at("audit-team", "x", mail("x", "x@example.com", "support@example.org", ""), ahead);
    server.deliver("audit-alice", "1", mail("private", "mum@example.net", "alice@example.org", ""));
    let long_ago = SystemTime::UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    server.deliver_at("audit-alice", "2", mail("old", "mum@example.net", "alice@example.org", ""), long_ago);
    assert_eq!(audit_before(&desk), 66, "there is no database yet");
    sync(&desk, &[]);
    let found = audit(&desk, &[], 0);
    let of = |n: usize, field: &str| found[n]["folders"][0][field].clone();
    assert_eq!((of(0, "left_alone"), of(0, "stored")), (json!(1), json!(0)));
    assert_eq!((of(1, "withheld"), of(1, "left_alone"), of(1, "stored")), (json!(1), json!(1), json!(0)));
    assert_eq!(audit(&desk, &["--repair"], 0)[1]["repaired"], 0);
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), 0);
    folds(&desk);
}

fn audit_before(desk: &Desk) -> i32 {
    desk.run(&["audit"]).0
}

#[test]
fn trouble_with_a_mailbox_keeps_no_other_from_being_looked_through() {
    let Some(server) = Dovecot::shared("imap audit, trouble") else { return };
    let good = team("good", &plain(&server, "audit-good", "start = \"all\""));
    let closed = team("closed", &plain(&server, "x", "").replace(&format!("port = {}", server.imap), "port = 1"));
    let desk = desk(&[closed, good].concat());
    deliver(&server, "audit-good", "a");
    assert_eq!(desk.run(&["sync"]).0, 75);
    let (code, out, err) = desk.run(&["audit"]);
    assert!(code == 75 && out.starts_with("good: INBOX: 1 there, 1 stored, 0 missing\n"), "{out}");
    assert!(err.contains("ticketd: closed: 127.0.0.1:1: cannot connect") && err.contains("try again later"), "{err}");
    lose(&desk, "1");
    assert_eq!(desk.run(&["audit", "good"]).0, 1);
    assert_eq!(desk.run(&["audit"]).0, 75, "of several the highest");
}
