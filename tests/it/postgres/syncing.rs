//! `sync` and `audit` with the desk on a PostgreSQL server, mail on a real Dovecot.

use std::process::Stdio;
use std::time::{Duration, Instant};

use ticketd::domain::row::Value;
use ticketd::store::{Location, Store, StoreError, instance};

use super::address;
use crate::first_steps::Desk;
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, mail, plain, sync, team, tickets};

fn on(address: &str, config: &str) -> Desk {
    let desk = desk("");
    desk.write("ticketd.toml", format!("database = \"{address}\"\n{config}"));
    desk
}

fn number(address: &str, sql: &str) -> i64 {
    let store = Store::open(Location::from(address)).unwrap();
    match store.read(|tx| tx.query(sql, &[])).unwrap().concat()[..] {
        [Value::Integer(number)] => number,
        ref other => panic!("{sql}: {other:?}"),
    }
}

#[test]
fn mail_is_taken_once_audited_repaired_and_withheld_as_in_a_file() {
    let Some(server) = Dovecot::shared("postgres sync") else { return };
    let Some(address) = address() else { return };
    let own = format!(
        "[[mailbox]]\nname = \"alice\"\nkind = \"personal\"\nuser = \"alice\"\n[mailbox.imap]\n{}\n\
         [[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n",
        plain(&server, "pg-alice", "start = \"all\"")
    );
    let desk = on(&address, &[team("support", &plain(&server, "pg", "start = \"all\"")), own].concat());
    for n in 0..3 {
        let from = format!("ann{n}@example.com");
        server.deliver("pg", &n.to_string(), mail(&format!("pg{n}"), &from, "support@example.org", ""));
    }
    let large = mail("pg-large", "bob@example.com", "support@example.org", "");
    server.deliver("pg", "large", format!("{large}{}", "a line of text\n".repeat(100_000)));
    server.deliver("pg-alice", "1", mail("pg-mum", "mum@example.net", "alice@example.org", ""));
    assert!(desk.run(&["check", "--connect"]).1.contains("not read yet, 4 to read"));
    assert_eq!(
        sync(&desk, &[]),
        "support: 4 taken: 4 new_conversation\nalice: 1 left alone, they tie to nothing here\n"
    );
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: nothing new\n");
    assert_eq!(tickets(&desk).len(), 4);
    let (code, out, _) = desk.run(&["audit"]);
    assert!(code == 0 && out.contains("INBOX: 4 there, 4 stored, 0 missing"), "{out}");
    let store = Store::open(Location::from(address.as_str())).unwrap();
    store.write(|tx| tx.execute("UPDATE delivery SET uid = 1000 WHERE uid = 2", &[])).unwrap();
    assert_eq!(desk.run(&["audit"]).0, 1);
    let (code, out, err) = desk.run(&["audit", "--repair"]);
    assert!(code == 0 && out.contains("support: 1 fetched by --repair"), "{out}{err}");
    let reply = mail("pg-reply", "ann1@example.com", "support@example.org", "In-Reply-To: <pg1@example.com>\n");
    server.deliver("pg", "reply", reply);
    assert_eq!(sync(&desk, &["support", "--dry-run"]), "support: 1 would be taken: 1 customer_reply\n");
    assert_eq!(sync(&desk, &["support"]), "support: 1 taken: 1 customer_reply\n");
}

#[test]
fn two_that_fetch_into_one_desk_are_kept_apart_and_other_desks_are_not() {
    let Some(server) = Dovecot::shared("postgres lock") else { return };
    let (Some(one), Some(other)) = (address(), address()) else { return };
    let held = instance::lock(&Location::from(one.as_str())).unwrap();
    let again = instance::lock(&Location::from(one.as_str()));
    assert!(matches!(again, Err(StoreError::Fetching { .. })));
    let config = team("support", &plain(&server, "pg-lock", ""));
    let desk = on(&one, &config);
    let (code, _, err) = desk.run(&["sync"]);
    assert!(code == 75 && err.contains("another ticketd reads mail into"), "{err}");
    assert_eq!(sync(&on(&other, &config), &[]), "support: nothing new\n");
    drop(held);
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
}

#[test]
fn the_lock_of_one_that_was_killed_falls_and_the_next_goes_on() {
    let Some(server) = Dovecot::shared("postgres killed sync") else { return };
    let Some(address) = address() else { return };
    let desk = on(&address, &team("support", &plain(&server, "pg-kill", "start = \"all\"")));
    const MAILS: i64 = 300;
    for n in 0..MAILS {
        let from = format!("ann{n}@example.com");
        server.deliver("pg-kill", &n.to_string(), mail(&format!("pgk{n}"), &from, "support@example.org", ""));
    }
    desk.run(&["apply", "ticketd.toml"]);
    let mut child = desk.command(&["sync"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let began = Instant::now();
    while number(&address, "SELECT count(*) FROM delivery") == 0 {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    sync(&desk, &[]);
    assert_eq!(number(&address, "SELECT count(*) FROM delivery"), MAILS);
    assert_eq!((tickets(&desk).len() as i64, desk.run(&["audit"]).0), (MAILS, 0));
}
