//! `ticketd status`: what a second process says of the daemon.

use std::fs;
use std::process::{Child, Stdio};

use serde_json::Value;

use super::running::{Running, until};
use crate::first_steps::Desk;
use crate::imap::dovecot::{Dovecot, free_port};
use crate::imap::place::{desk, mail, number, plain, team};
use crate::outbox::sink::Sink;

/// Exit code and object.
fn status(desk: &Desk) -> (i32, Value) {
    let (code, out, err) = desk.run(&["status", "--json"]);
    assert_eq!((err.as_str(), out.lines().count()), ("", 1), "{out}");
    (code, serde_json::from_str(&out).unwrap())
}

/// Exit code and text.
fn text(desk: &Desk) -> (i32, String) {
    let (code, out, err) = desk.run(&["status"]);
    assert_eq!(err, "");
    (code, out)
}

/// A mailbox on a server that is not there.
fn lost(name: &str) -> String {
    let nowhere = free_port();
    team(
        name,
        &format!("host = \"127.0.0.1\"\nport = {nowhere}\ntls = \"none\"\nuser = \"x\"\npassword_file = \"password\""),
    )
}

/// A relay on that port of this computer, reached that way.
fn relay_at(port: u16, tls: &str) -> String {
    let host = "host = \"127.0.0.1\"\nhello = \"desk.example.org\"";
    format!("[[relay]]\nname = \"main\"\n{host}\nport = {port}\ntls = \"{tls}\"\n")
}

fn is_time(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.ends_with('Z') && text.contains('T'))
}

#[test]
fn of_a_daemon_at_work_it_says_what_was_read_what_waits_and_that_all_is_well() {
    let Some(server) = Dovecot::shared("of_a_daemon_at_work") else { return };
    let Some(sink) = Sink::start("of_a_daemon_at_work") else { return };
    let relay = relay_at(sink.port, "none");
    let desk = desk(&format!("{}{relay}", team("seen", &plain(&server, "seen", "start = \"all\""))));
    server.deliver("seen", "1", mail("first", "ann@example.com", "seen@example.org", ""));
    let running = Running::start(&desk);
    until("it is taken and the server is listened to", || {
        let (_, said) = status(&desk);
        said["mailboxes"][0]["taken"] == 1 && said["mailboxes"][0]["state"] == "idle" && said["delivery"]["sent"] == 1
    });
    let (code, said) = status(&desk);
    assert_eq!((code, &said["at_work"], &said["care"]), (0, &true.into(), &Value::Array(Vec::new())), "{said}");
    let (daemon, mailbox) = (&said["daemon"], &said["mailboxes"][0]);
    assert_eq!((&daemon["state"], &daemon["version"]), (&"running".into(), &env!("CARGO_PKG_VERSION").into()));
    assert_eq!((&daemon["trouble"], &daemon["config_refused"]), (&Value::Null, &Value::Null));
    assert!(daemon["pid"].as_u64().is_some_and(|pid| pid > 1) && is_time(&daemon["started_at"]), "{daemon}");
    assert_eq!(
        (&mailbox["mailbox"], &mailbox["backlog"], &mailbox["lag_seconds"]),
        (&"seen".into(), &0.into(), &0.into())
    );
    assert!(is_time(&mailbox["read_at"]) && is_time(&mailbox["taken_at"]), "{mailbox}");
    assert_eq!((&mailbox["error"], &mailbox["parked"], &mailbox["missing"]), (&Value::Null, &0.into(), &Value::Null));
    assert_eq!((&said["outbox"]["to_leave"], &said["outbox"]["failed"]), (&0.into(), &0.into()));
    assert_eq!((&said["review"], &said["quarantine"]), (&0.into(), &0.into()));

    let (code, text) = text(&desk);
    assert_eq!(code, 0, "{text}");
    assert!(text.starts_with("The daemon is running. Started ") && !text.contains("Needs somebody"), "{text}");
    assert!(text.contains("\n  seen  idle         read ") && text.contains(", 1 taken\n"), "{text}");
    assert!(text.contains("\nOutbox     nothing is to leave, 1 sent since the start\n"), "{text}");
    assert!(running.log().contains("mail went out sent=1 deferred=0"), "{}", running.log());
    assert!(text.ends_with("\nWaiting    0 to review, 0 in quarantine\n"), "{text}");
    running.stop();
}

#[test]
fn a_relay_that_refuses_us_needs_somebody_and_is_tried_at_once_when_the_configuration_is_read_or_the_daemon_starts() {
    let name = "a_relay_that_refuses_us_needs_somebody";
    let (Some(server), Some(sink)) = (Dovecot::shared(name), Sink::start(name)) else { return };
    let desk = desk("");
    let mailbox = team("shut", &plain(&server, "shut", "start = \"all\""));
    let write = |tls: &str| {
        desk.write("ticketd.toml", format!("database = \"desk.db\"\n{mailbox}{}", relay_at(sink.port, tls)));
    };
    // It offers no TLS.
    write("starttls");
    server.deliver("shut", "1", mail("first", "ann@example.com", "shut@example.org", ""));
    let running = Running::start(&desk);
    let refuses = || {
        let (code, said) = status(&desk);
        let care = said["care"].as_array().unwrap().iter();
        let mut whats = care.map(|care| (care["what"].as_str().unwrap(), care["way_out"].as_str().unwrap()));
        code == 1
            && whats
                .any(|(what, way_out)| what.starts_with("relay main refuses us") && way_out.contains("outbox flush"))
    };
    until("it needs somebody", refuses);
    write("none");
    running.signal("HUP");
    until("the mail leaves", || sink.ids().len() == 1);
    until("all is well", || status(&desk).0 == 0);
    running.stop();
    // One that was left alone by an earlier daemon.
    let sql = "INSERT INTO relay_pause (relay, since, until, why) VALUES ('main', 0, 9000000000000, 'no')";
    ticketd::store::Store::open(&desk.0.path().join("desk.db")).unwrap().write(|tx| tx.execute(sql, &[])).unwrap();
    assert!(text(&desk).1.contains("\nNeeds somebody\n  relay main refuses us and is left alone until "));
    let again = Running::start(&desk);
    until("it is not left alone any more", || number(&desk, "SELECT count(*) FROM relay_pause") == 0);
    again.stop();
}

#[test]
fn of_one_that_was_stopped_it_says_when_and_fails_for_now() {
    let desk = desk(&lost("far"));
    let running = Running::start(&desk);
    until("it says that it is at work", || status(&desk).1["daemon"]["state"] == "running");
    running.stop();
    let (code, said) = status(&desk);
    assert_eq!((code, &said["at_work"], &said["daemon"]["state"]), (75, &false.into(), &"stopped".into()), "{said}");
    let (code, text) = text(&desk);
    assert!(code == 75 && text.starts_with("The daemon was stopped "), "{text}");
    assert!(text.contains("\nMailboxes at 20"), "what is known of them is old: {text}");
}

#[test]
fn one_that_was_killed_is_gone_once_it_has_been_silent_for_long() {
    let desk = desk(&lost("far"));
    let running = Running::start(&desk);
    until("it says that it is at work", || status(&desk).1["daemon"]["state"] == "running");
    running.signal("KILL");
    until("it is gone", || status(&desk).0 == 75);
    let (_, said) = status(&desk);
    assert_eq!((&said["daemon"]["state"], &said["daemon"]["said"]), (&"gone".into(), &"running".into()), "{said}");
    let (code, text) = text(&desk);
    assert!(code == 75 && text.starts_with("The daemon is gone: its last word, \"running\", is "), "{text}");
    // The next one is at work again.
    let again = Running::start(&desk);
    until("it is at work", || status(&desk).0 == 0);
    again.stop();
}

#[test]
fn where_none_ever_was_it_says_how_to_start_one() {
    let desk = desk(&lost("far"));
    assert_eq!(desk.run(&["status"]).0, 66, "there is no database");
    assert_eq!(desk.run(&["apply", "ticketd.toml", "--db", "desk.db"]).0, 0);
    let (code, said) = status(&desk);
    assert_eq!((code, &said["daemon"], &said["at_work"]), (75, &Value::Null, &false.into()));
    let (code, text) = text(&desk);
    assert!(code == 75 && text.starts_with("No daemon was ever at work on this database: `ticketd run`"), "{text}");
}

#[test]
fn what_needs_somebody_comes_first_with_what_to_do_and_is_an_exit_code() {
    let Some(server) = Dovecot::shared("what_needs_somebody") else { return };
    let wrong = plain(&server, "locked", "").replace("\"password\"", "\"wrong\"");
    let desk = desk(&team("locked", &wrong));
    desk.write("wrong", "not the password");
    let running = Running::start(&desk);
    until("the login is refused", || status(&desk).1["mailboxes"][0]["needs_care"] == true);
    let (code, said) = status(&desk);
    assert_eq!((code, &said["at_work"], &said["mailboxes"][0]["state"]), (1, &true.into(), &"backing off".into()));
    assert!(is_time(&said["mailboxes"][0]["next_try_at"]) && said["mailboxes"][0]["errors"] == 1, "{said}");
    let care = said["care"].as_array().unwrap();
    assert_eq!(care.len(), 1, "{said}");
    assert!(care[0]["what"].as_str().unwrap().starts_with("locked cannot be read: "), "{said}");
    assert_eq!(care[0]["way_out"], "`ticketd check --connect`");
    let (code, text) = text(&desk);
    let (care, mailboxes) = (text.find("Needs somebody\n  locked cannot be read: "), text.find("\nMailboxes\n"));
    assert!(code == 1 && care.is_some() && care < mailboxes, "{text}");
    assert!(!text.contains("not the password"), "{text}");

    // What the database knows needs somebody, too, whatever the daemon says.
    let before = said["care"].as_array().unwrap().len();
    let store = ticketd::store::Store::open(&desk.0.path().join("desk.db")).unwrap();
    let sql = "INSERT INTO unfetched (mailbox, folder, uidvalidity, uid, count, at, failure) \
               VALUES ('locked', 'INBOX', 1, 7, 3, 0, 'NO')";
    store.write(|tx| tx.execute(sql, &[])).unwrap();
    assert_eq!(number(&desk, "SELECT count(*) FROM unfetched"), 1);
    let (_, said) = status(&desk);
    assert_eq!((&said["parked"], said["care"].as_array().unwrap().len()), (&1.into(), before + 1), "{said}");
    running.stop();
}

/// `ticketd status --watch` at work. Killed in the end, if it still is.
struct Watch<'d> {
    child: Child,
    desk: &'d Desk,
}

impl Watch<'_> {
    fn start<'d>(desk: &'d Desk, more: &[&str]) -> Watch<'d> {
        let out = fs::File::create(desk.0.path().join("watched")).unwrap();
        let mut command = desk.command(&[&["status", "--watch"], more].concat());
        Watch { child: command.stdout(out).stderr(Stdio::inherit()).spawn().unwrap(), desk }
    }

    fn lines(&self) -> Vec<String> {
        let text = fs::read_to_string(self.desk.0.path().join("watched")).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    /// Ctrl-C ends it, which is no failure.
    fn end(mut self) {
        let status = std::process::Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn watching_in_a_pipe_says_what_changes_and_nothing_else() {
    let desk = desk(&lost("far"));
    let running = Running::start(&desk);
    until("it says that it is at work", || status(&desk).1["daemon"]["state"] == "running");
    let watch = Watch::start(&desk, &[]);
    let has = |part: &str| watch.lines().iter().any(|line| line.contains(part));
    until("it says what there is", || has("  daemon: running, pid ") && has("  outbox: 0 to leave, 0 failed, 0 held"));
    running.stop();
    until("it says that it was stopped", || has("  daemon: stopped, pid "));
    assert_eq!(watch.lines().iter().filter(|line| line.contains("  outbox: ")).count(), 1, "{:?}", watch.lines());
    watch.end();
}

#[test]
fn watching_as_json_gives_an_object_for_each_change() {
    let desk = desk(&lost("far"));
    let running = Running::start(&desk);
    until("it says that it is at work", || status(&desk).1["daemon"]["state"] == "running");
    let watch = Watch::start(&desk, &["--json"]);
    let states = || -> Vec<String> {
        let objects = watch.lines().into_iter().map(|line| serde_json::from_str::<Value>(&line).unwrap());
        objects.map(|object| object["daemon"]["state"].as_str().unwrap().to_owned()).collect()
    };
    until("it says what there is", || states().first().is_some_and(|state| state == "running"));
    running.stop();
    until("it says that it was stopped", || states().last().is_some_and(|state| state == "stopped"));
    watch.end();
}
