//! What is done beside reading, and what a server or the setup has against it: reading goes on, or ends, as it should.

use std::time::Duration;

use ticketd::config::{Account, Security};
use ticketd::domain::{Timestamp, WatchState};
use ticketd::engine::daemon::Pace;
use ticketd::imap::Limits;

use super::inside::{Inside, PACE};
use super::running::until;
use crate::first_steps::Desk;
use crate::imap::place::{desk as desk_of, number, sync, team};
use crate::imap::scripted::place::{MAILS, desk, is_whole, mails, server};
use crate::imap::scripted::server::{Act, Server};
use crate::imap::scripted::times::account;

const TAKEN: u64 = MAILS as u64;
/// An audit comes soon, and then another one.
const AUDITS: Pace = Pace { first_audit: Duration::from_millis(600), audit: Duration::from_millis(100), ..PACE };

fn now() -> Timestamp {
    Timestamp(1_741_000_000_000)
}

/// A server that tells of nothing by itself, and a desk that has taken all its mail.
fn taken() -> (Server, Desk) {
    let server = server();
    server.model.lock().unwrap().capabilities.1 = "UIDPLUS MOVE ID IDLE";
    let desk = desk(&server, "");
    sync(&desk, &[]);
    server.behave();
    (server, desk)
}

/// Looked at ten times a second.
fn often(server: &Server) -> Account {
    Account { poll: 100, ..account(server, Security::None) }
}

fn told(server: &Server, command: &str) -> usize {
    server.model.lock().unwrap().told.iter().filter(|told| told.starts_with(command)).count()
}

fn sql(desk: &Desk, statement: &str) -> usize {
    let store = rusqlite::Connection::open(desk.0.path().join("desk.db")).unwrap();
    store.busy_timeout(Duration::from_secs(30)).unwrap();
    store.execute(statement, []).unwrap()
}

/// Has what was taken count as mail that people sent, whose copies are to be made.
fn copies_wait(desk: &Desk) -> usize {
    sql(desk, "UPDATE address SET address = 'support@example.org' WHERE address LIKE 'ann%'");
    sql(desk, "INSERT INTO sent_copy (message) SELECT id FROM message WHERE kind = 'new_conversation'")
}

fn copies(inside: &Inside) -> Vec<String> {
    inside.board.read().delivery.copies.into_iter().map(|(_, said)| said.what).collect()
}

#[test]
fn a_mailbox_without_a_sent_folder_is_read_though_a_copy_waits() {
    let (server, desk) = taken();
    assert!(copies_wait(&desk) > 0);
    let account = Account { sent_copy: true, ..often(&server) };
    let inside = Inside::begin(&desk, account, PACE, now);
    inside.rests(WatchState::Idle, 0);
    let said = copies(&inside);
    assert!(said.len() == 1 && said[0].contains("there is no folder of sent mail"), "{said:?}");
    assert_eq!(inside.mailbox().errors, 0);
    inside.stop();
}

#[test]
fn a_sent_folder_that_takes_no_copies_is_not_given_them_at_every_look() {
    let (server, desk) = taken();
    let waiting = copies_wait(&desk);
    assert!(waiting > 0);
    server.misbehave("APPEND", |tag, _| vec![Act::Send(format!("{tag} NO quota\r\n").into_bytes())]);
    let account = Account { sent_copy: true, sent_folders: Some(vec!["Done".to_owned()]), ..often(&server) };
    let inside = Inside::begin(&desk, account, PACE, now);
    until("it is shown", || copies(&inside).iter().any(|said| said.contains("APPEND was answered NO: quota")));
    let looks = told(&server, "EXAMINE");
    until("it is looked at again and again", || told(&server, "EXAMINE") > looks + 12);
    assert_eq!(inside.mailbox().errors, 0);
    assert_eq!(told(&server, "APPEND"), waiting, "each was tried once");
    assert_eq!(copies(&inside).len(), 1, "it is still shown");
    inside.stop();
}

#[test]
fn an_audit_that_is_refused_or_cut_keeps_no_mail_from_being_waited_for() {
    let (server, desk) = taken();
    server.model.lock().unwrap().capabilities.1 = "UIDPLUS";
    server.misbehave("FETCH", |tag, _| vec![Act::Send(format!("{tag} NO not now\r\n").into_bytes())]);
    let inside = Inside::begin(&desk, often(&server), AUDITS, now);
    until("it is refused", || told(&server, "FETCH") > 1);
    assert_eq!((inside.mailbox().errors, inside.mailbox().audited_at), (0, None), "a refusal ends nothing");
    server.misbehave("FETCH", |_, _| vec![Act::Close]);
    until("it is cut", || inside.mailbox().errors > 0);
    until("it is read well", || inside.mailbox().error.is_none());
    server.behave();
    until("it is audited", || inside.mailbox().missing == Some(0));
    inside.stop();
}

#[test]
fn what_an_audit_misses_is_fetched_by_the_daemon_itself() {
    let (server, desk) = taken();
    server.model.lock().unwrap().capabilities.1 = "UIDPLUS";
    sql(&desk, "UPDATE delivery SET uid = uid + 100000 WHERE uid = 2");
    let inside = Inside::begin(&desk, often(&server), AUDITS, now);
    until("it is fetched", || number(&desk, "SELECT count(*) FROM delivery WHERE uid = 2") == 1);
    until("it is counted again", || inside.mailbox().missing == Some(0));
    inside.stop();
}

#[test]
fn a_mailbox_that_is_a_users_own_by_now_is_not_read_as_the_teams() {
    let server = server();
    server.model.lock().unwrap().mails.clear();
    let desk = desk(&server, "");
    let inside = Inside::begin(&desk, often(&server), PACE, now);
    inside.rests(WatchState::Polling, 0);
    let config = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    let own = config.replace("address = \"support@example.org\"", "kind = \"personal\"\nuser = \"alice\"");
    desk.write("own.toml", format!("{own}\n[[user]]\nname = \"alice\"\naddress = \"support@example.org\"\n"));
    let (code, out, err) = desk.run(&["apply", "own.toml", "--db", "desk.db"]);
    assert_eq!(code, 0, "{out}{err}");
    until("it is noticed", || inside.mailbox().error.is_some());
    let mailbox = inside.mailbox();
    assert!(mailbox.needs_care, "{mailbox:?}");
    assert!(mailbox.error.unwrap().what.contains("systemctl reload ticketd"));
    let fetches = told(&server, "UID FETCH");
    server.model.lock().unwrap().mails = mails(MAILS + 1);
    until("it is tried again", || inside.mailbox().errors > 2);
    assert_eq!((told(&server, "UID FETCH"), inside.mailbox().taken), (fetches, 0));
    inside.stop();
}

#[test]
fn a_server_that_says_nothing_is_left_alone_for_longer_each_time() {
    let (server, desk) = taken();
    server.misbehave("LOGIN", |_, _| vec![Act::Hang]);
    let limits = Limits { silence: Duration::from_millis(400), ..PACE.limits };
    let inside = Inside::begin(&desk, often(&server), Pace { limits, soon: Duration::from_millis(200), ..PACE }, now);
    until("the failures are counted", || inside.mailbox().failures >= 3);
    inside.stop();
}

#[test]
fn mailboxes_of_a_dead_server_keep_those_of_another_one_from_nothing() {
    let (dead, well) = (server(), server());
    dead.misbehave("greeting", |_, _| vec![Act::Hang]);
    let names: Vec<String> = (0..12).map(|n| format!("dead{n}")).chain(["support".to_owned()]).collect();
    let of = |name: &String| {
        let server = if name == "support" { &well } else { &dead };
        let port = server.port;
        let imap =
            format!("host = \"localhost\"\nport = {port}\ntls = \"none\"\nuser = \"u\"\npassword_file = \"password\"");
        (team(name, &imap), Account { mailbox: name.clone(), ..often(server) })
    };
    let (config, accounts): (String, Vec<_>) = names.iter().map(of).unzip();
    let desk = desk_of(&config);
    let limits = Limits { silence: Duration::from_secs(300), ..PACE.limits };
    let inside = Inside::begin_all(&desk, accounts, Pace { limits, ..PACE }, now);
    until("all of it is taken", || {
        inside.board.read().mailboxes.iter().any(|mailbox| mailbox.mailbox == "support" && mailbox.taken == TAKEN)
    });
    inside.stop();
    is_whole(&desk, &(1..=MAILS).collect::<Vec<_>>());
}
