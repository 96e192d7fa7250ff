//! Every mail once.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};

#[test]
fn what_is_new_becomes_tickets_and_a_second_sync_takes_nothing() {
    let Some(server) = Dovecot::shared("imap sync") else { return };
    let desk = desk(&team("support", &plain(&server, "once", "start = \"all\"")));
    for n in 0..3 {
        server.deliver(
            "once",
            &format!("{n}"),
            mail(&format!("once{n}"), &format!("ann{n}@example.com"), "support@example.org", ""),
        );
    }
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    assert_eq!(tickets(&desk).len(), 3);
    let reply = mail("once-reply", "ann1@example.com", "support@example.org", "In-Reply-To: <once1@example.com>\n");
    server.deliver("once", "r", reply);
    assert_eq!(sync(&desk, &["support"]), "support: 1 taken: 1 customer_reply\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    assert_eq!(tickets(&desk)[1]["status"], "Waiting on us");
    // Nothing on the server has changed: not even who has seen what.
    let flags = server.client("once").all("INBOX", "FLAGS");
    assert!(flags.len() == 4 && flags.iter().all(|line| !line.contains("Seen")), "{flags:?}");
    assert_eq!(number(&desk, "SELECT count(*) FROM attempt"), 0);
    folds(&desk);
}

#[test]
fn the_same_mail_in_two_mailboxes_is_one_message_with_two_deliveries() {
    let Some(server) = Dovecot::shared("imap two mailboxes") else { return };
    let two = [
        team("support", &plain(&server, "two-a", "start = \"all\"")),
        team("sales", &plain(&server, "two-b", "start = \"all\"")),
    ];
    let desk = desk(&two.concat());
    let to_both = mail("both", "ann@example.com", "sales@example.org, support@example.org", "");
    server.deliver("two-a", "1", format!("Received: by a.example.org; Mon, 3 Mar 2025 10:00:01 +0000\n{to_both}"));
    server.deliver("two-b", "1", format!("Received: by b.example.org; Mon, 3 Mar 2025 10:00:02 +0000\n{to_both}"));
    let out = sync(&desk, &[]);
    assert!(out.contains("1 taken: 1 duplicate") && out.contains("1 taken: 1 new_conversation"), "{out}");
    assert_eq!(number(&desk, "SELECT count(*) FROM message WHERE kind = 'new_conversation'"), 1);
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery WHERE message IS NOT NULL"), 2);
    // Whichever was fetched first, the first in To decides.
    let of_sales = "SELECT count(*) FROM ticket t JOIN mailbox m ON m.id = t.mailbox WHERE m.name = 'sales'";
    assert_eq!((number(&desk, of_sales), tickets(&desk).len()), (1, 1));
    folds(&desk);
}

#[test]
fn a_dry_run_decides_and_changes_nothing() {
    let Some(server) = Dovecot::shared("imap dry run") else { return };
    let desk = desk(&team("support", &plain(&server, "dry", "start = \"all\"\nafter = \"delete\"")));
    server.deliver("dry", "1", mail("dry1", "ann@example.com", "support@example.org", ""));
    assert_eq!(sync(&desk, &["--dry-run"]), "support: 1 would be taken: 1 new_conversation\n");
    assert!(!desk.0.path().join("desk.db").exists());
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation; 1 finished on the server\n");
    let reply = mail("dry2", "ann@example.com", "support@example.org", "In-Reply-To: <dry1@example.com>\n");
    server.deliver("dry", "2", reply);
    let before = std::fs::read(desk.0.path().join("desk.db")).unwrap();
    assert_eq!(sync(&desk, &["--dry-run"]), "support: 1 would be taken: 1 customer_reply\n");
    assert_eq!(std::fs::read(desk.0.path().join("desk.db")).unwrap(), before);
    assert_eq!(server.client("dry").all("INBOX", "UID").len(), 1);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 customer_reply; 1 finished on the server\n");
}

#[test]
fn a_mailbox_is_read_where_another_is_in_trouble_and_the_exit_code_tells() {
    let Some(server) = Dovecot::shared("imap trouble") else { return };
    let good = team("support", &plain(&server, "good", "start = \"all\""));
    let closed = "host = \"127.0.0.1\"\nport = 1\ntls = \"none\"\nuser = \"x\"\npassword_file = \"password\"";
    let both = desk(&[good.clone(), team("sales", closed)].concat());
    server.deliver("good", "1", mail("good1", "ann@example.com", "support@example.org", ""));
    let (code, out, err) = both.run(&["sync"]);
    assert_eq!(
        (code, out.as_str()),
        (75, "support: 1 taken: 1 new_conversation\nsales: nothing new, then it failed\n")
    );
    assert!(err.starts_with("ticketd: sales: 127.0.0.1:1: cannot connect: "), "{err}");
    let (code, out, _) = both.run(&["sync", "--json", "sales"]);
    let said: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &said["mailbox"], &said["ok"], &said["error"]["code"]),
        (75, &"sales".into(), &false.into(), &75.into())
    );
}

#[test]
fn a_server_that_is_restarted_in_the_middle_costs_a_run_and_no_mail() {
    let Some(mut server) = Dovecot::start("imap restart", "") else { return };
    let desk = desk(&team("support", &plain(&server, "restart", "start = \"all\"")));
    // More than may be fetched ahead of what is stored.
    const MAILS: usize = 100;
    for n in 0..MAILS {
        let text = mail(&format!("r{n}"), &format!("ann{n}@example.com"), "support@example.org", "");
        server.deliver("restart", &format!("{n:04}"), format!("{text}{}", "some text\n".repeat(100_000)));
    }
    let child = desk.command(&["sync"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let database = desk.0.path().join("desk.db");
    let began = Instant::now();
    // In the middle: some of it is stored.
    while stored(&database) == 0 {
        assert!(began.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(5));
    }
    server.restart();
    let ended = child.wait_with_output().unwrap();
    let err = String::from_utf8(ended.stderr).unwrap();
    let stored = number(&desk, "SELECT count(*) FROM delivery");
    assert_eq!(ended.status.code(), Some(75), "{stored} of {MAILS} were stored: {err}");
    assert!(err.contains("the connection was lost during"), "{err}");
    sync(&desk, &[]);
    assert_eq!(tickets(&desk).len(), MAILS);
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), i64::try_from(MAILS).unwrap());
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
}

/// Deliveries in a database that the program may not have made yet.
fn stored(database: &std::path::Path) -> i64 {
    let Ok(database) = rusqlite::Connection::open_with_flags(database, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
    else {
        return 0;
    };
    database.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).unwrap_or_default()
}
