//! A replay that is told to stop: what was in work is kept, nothing else is begun, and the same command goes on.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use ticketd::store::{Store, attempts};

use crate::first_steps::Desk;

/// More than fit into the pipe and what the program holds: it cannot end while nobody reads.
const MAILS: usize = 1200;

fn desk() -> Desk {
    let desk = Desk::new();
    for number in 0..MAILS {
        let text = format!(
            "From: Ann <ann{number}@example.com>\nTo: support@example.org\nMessage-ID: <{number}@example.com>\n\
             Date: Mon, 3 Mar 2025 10:00:00 +0000\nSubject: mail {number}\n\nx\n"
        );
        desk.write(&format!("mail/{number:04}.eml"), text);
    }
    desk
}

fn start(desk: &Desk) -> Child {
    let mut command = desk.command(&["replay", "mail", "--db", "mail.db", "--json"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

fn send(signal: &str, child: &Child) {
    assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

#[test]
fn a_signal_lets_a_replay_finish_what_is_in_work_and_the_same_command_goes_on() {
    let desk = desk();
    let mut kept = 0;
    for signal in ["-INT", "-TERM"] {
        let mut child = start(&desk);
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut said, mut told) = (String::new(), String::new());
        stdout.read_line(&mut said).unwrap();
        send(signal, &child);
        std::thread::sleep(Duration::from_millis(200));
        stdout.read_to_string(&mut said).unwrap();
        child.stderr.take().unwrap().read_to_string(&mut told).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{told}");
        kept = said.lines().count();
        let says = format!("ticketd: stopped: {kept} of {MAILS} mails are kept; run the same command again to go on\n");
        assert!(kept < MAILS && told.ends_with(&says), "{told}");
        // Nobody tried to read the others.
        let store = Store::open(&desk.0.path().join("mail.db")).unwrap();
        assert_eq!(store.write(attempts::take_over).unwrap().len(), 0);
    }
    let tickets =
        |desk: &Desk| desk.run(&["ticket", "list", "--json", "--limit", "9999", "--db", "mail.db"]).1.lines().count();
    assert!(kept <= tickets(&desk) && tickets(&desk) < MAILS);
    assert_eq!(desk.run(&["replay", "mail", "--db", "mail.db", "--json"]).0, 0);
    assert_eq!(tickets(&desk), MAILS);
    let (code, folded, _) = desk.run(&["replay", "--from-db", "--db", "mail.db"]);
    assert!(code == 0 && folded.ends_with("nothing differs\n"), "{folded}");
}

#[test]
fn the_second_signal_ends_a_replay_at_once() {
    let desk = desk();
    let mut child = start(&desk);
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    // It waits for us to read on, which we do not.
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < Duration::from_secs(60), "it goes on");
        send("-INT", &child);
        std::thread::sleep(Duration::from_millis(200));
    }
    assert_eq!(child.wait().unwrap().code(), Some(130));
}
