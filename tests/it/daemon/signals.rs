//! What a daemon is told by signals, and what systemd is told by it.

use std::time::Duration;

use super::running::{Running, until};
use crate::first_steps::Desk;
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, folds, mail, number, plain, team, tickets};

fn config(desk: &Desk) -> String {
    std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap()
}

#[test]
fn ready_is_not_said_where_the_configuration_is_wrong() {
    let Some(server) = Dovecot::shared("ready_is_not_said_where_the_configuration_is_wrong") else { return };
    let desk = desk(&team("wrong", &plain(&server, "wrong", "colour = \"red\"\nstart = \"whenever\"")));
    let mut running = Running::begin(&desk, &[]);
    let status = running.ends_within(Duration::from_secs(20));
    assert_eq!(status.code(), Some(78));
    assert_eq!(running.told(), [""; 0]);
    let log = running.log();
    assert!(log.contains("colour") && log.contains("whenever"), "all of it at once: {log}");
}

#[test]
fn a_second_daemon_on_the_same_database_is_refused() {
    let Some(server) = Dovecot::shared("a_second_daemon_on_the_same_database_is_refused") else { return };
    let desk = desk(&team("twice", &plain(&server, "twice", "")));
    let first = Running::start(&desk);
    let mut second = Running::begin(&desk, &[]);
    assert_eq!(second.ends_within(Duration::from_secs(20)).code(), Some(75));
    assert!(second.log().contains("another ticketd"), "{}", second.log());
    let (code, _, err) = desk.run(&["sync"]);
    assert_eq!(code, 75, "{err}");
    first.stop();
}

#[test]
fn told_to_stop_in_the_middle_of_much_mail_it_ends_soon_and_goes_on_where_it_was() {
    let name = "told_to_stop_in_the_middle_of_much_mail_it_ends_soon_and_goes_on_where_it_was";
    let Some(server) = Dovecot::shared(name) else { return };
    let desk = desk(&team("middle", &plain(&server, "middle", "start = \"all\"")));
    let count = 1500;
    for n in 0..count {
        let mail = mail(&format!("m{n}"), &format!("ann{n}@example.com"), "middle@example.org", "");
        server.deliver("middle", &n.to_string(), mail);
    }
    let mut stops = 0;
    loop {
        let mut running = Running::start(&desk);
        let began = number(&desk, "SELECT count(*) FROM delivery");
        until("some mail is taken", || number(&desk, "SELECT count(*) FROM delivery") >= (began + 200).min(count));
        running.signal("TERM");
        assert!(running.ends_within(Duration::from_secs(10)).success(), "{}", running.log());
        assert!(running.told().iter().any(|line| line == "STOPPING=1"));
        stops += 1;
        if number(&desk, "SELECT count(*) FROM delivery") == count {
            break;
        }
    }
    assert!(stops > 1, "it was not told in the middle");
    assert_eq!(i64::try_from(tickets(&desk).len()).unwrap(), count);
    assert_eq!(number(&desk, "SELECT count(*) FROM attempt"), 0, "no mail is suspected of having ended it");
    folds(&desk);
}

#[test]
fn a_configuration_is_read_again_and_a_wrong_one_changes_nothing() {
    let Some(server) = Dovecot::shared("a_configuration_is_read_again_and_a_wrong_one_changes_nothing") else {
        return;
    };
    let desk = desk(&team("before", &plain(&server, "before", "start = \"all\"")));
    let mut running = Running::start(&desk);
    until("it waits", || running.log().contains("connected"));
    let good = config(&desk);
    // Wrong: what was in force stays so.
    desk.write("ticketd.toml", good.replace("start = \"all\"", "start = \"whenever\""));
    running.forget();
    running.signal("HUP");
    running.wait_until_told("RELOADING=1");
    running.wait_until_told("READY=1");
    assert!(running.log().contains("whenever"), "{}", running.log());
    server.deliver("before", "1", mail("one", "ann@example.com", "before@example.org", ""));
    until("the mail is taken", || number(&desk, "SELECT count(*) FROM ticket") == 1);
    running.wait_until_told("STATUS=running: 1 mailboxes; 0 mails to take, lag 0 s; 1 waiting in the outbox; the conf");
    // Right, with one more mailbox: it is put into force, then watched.
    desk.write("ticketd.toml", format!("{good}{}", team("after", &plain(&server, "after", "start = \"all\""))));
    running.signal("HUP");
    until("status says what to do", || {
        let (_, out, _) = desk.run(&["status", "--json"]);
        out.contains("is not in force in desk.db")
            && out.contains("`ticketd apply ticketd.toml --db desk.db` puts it into")
    });
    assert!(running.log().contains("\n  `ticketd apply ticketd.toml --db desk.db` puts it into"), "{}", running.log());
    let (_, out, _) = desk.run(&["status"]);
    assert!(out.contains("`ticketd apply ticketd.toml --dry-run` shows the difference"), "{out}");
    running.forget();
    let (code, out, err) = desk.run(&["apply"]);
    assert_eq!(code, 0, "{out}{err}");
    running.signal("HUP");
    running.wait_until_told("RELOADING=1");
    running.wait_until_told("READY=1");
    until("it warns that no relay takes the mail", || running.log().contains("no [[relay]] is configured"));
    server.deliver("after", "1", mail("two", "bea@example.com", "after@example.org", ""));
    until("its mail is taken", || tickets(&desk).len() == 2);
    server.deliver("before", "2", mail("three", "cil@example.com", "before@example.org", ""));
    until("mail of the one before is taken", || tickets(&desk).len() == 3);
    running.stop();
    folds(&desk);
}

#[test]
fn systemd_hears_that_all_is_well_until_the_database_does_not_answer() {
    let Some(server) = Dovecot::shared("systemd_hears_that_all_is_well_until_the_database_does_not_answer") else {
        return;
    };
    let desk = desk(&team("alive", &plain(&server, "alive", "")));
    let mut running = Running::begin(&desk, &[("WATCHDOG_USEC", "400000")]);
    running.wait_until_told("READY=1");
    for _ in 0..3 {
        running.wait_until_told("WATCHDOG=1");
    }
    // Another program that writes for long.
    let other = rusqlite::Connection::open(desk.0.path().join("desk.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    // A beat may be under way, and is believed for a while.
    std::thread::sleep(Duration::from_secs(6));
    running.forget();
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(running.told(), [""; 0], "nobody says that all is well while nothing can be written");
    other.execute_batch("ROLLBACK").unwrap();
    running.wait_until_told("WATCHDOG=1");
    running.stop();
}

#[test]
fn while_nothing_can_be_written_no_mail_is_taken_and_afterwards_all_of_it_is() {
    let Some(server) = Dovecot::shared("while_nothing_can_be_written_no_mail_is_taken_and_afterwards_all_of_it_is")
    else {
        return;
    };
    let desk = desk(&team("rest", &plain(&server, "rest", "start = \"all\"")));
    let mut running = Running::start(&desk);
    until("it waits", || running.log().contains("connected"));
    let other = rusqlite::Connection::open(desk.0.path().join("desk.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    server.deliver("rest", "1", mail("one", "ann@example.com", "rest@example.org", ""));
    until("it says so", || running.log().contains("no mail is taken for a while"));
    assert!(running.log().contains("is in use by another process"), "{}", running.log());
    other.execute_batch("ROLLBACK").unwrap();
    running.forget();
    until("the mail is taken", || tickets(&desk).len() == 1);
    running.wait_until_told("STATUS=running");
    running.stop();
    folds(&desk);
}
