//! Ends a `sync` without warning at random moments, runs it again until it is done, and compares with one that nobody
//! disturbed. `TICKETD_SEED` repeats the moments of a run that failed: it prints its seed.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::time::{Duration, Instant};

use ticketd::domain::row::Value;
use ticketd::store::Store;

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, plain};
use crate::first_steps::Desk;
use crate::outcome::{self, Outcome};
use crate::support::{Random, full};

/// Team mailboxes, each with a user of the same name on the server.
const MAILBOXES: [&str; 3] = ["support", "sales", "billing"];

/// What a customer writes, in threads of one mailbox each: a question, and what follows on it. Every fifth thread has its
/// first mail in a second mailbox too.
fn fill(server: &Dovecot, mails: usize) {
    for n in 0..mails {
        let (thread, place) = (n / 4, n % 4);
        let of = |thread: usize| MAILBOXES[thread % MAILBOXES.len()];
        let (mailbox, from) = (of(thread), format!("ann{thread}@example.com"));
        let above = match place {
            0 => String::new(),
            _ => format!("In-Reply-To: <k{thread}-{}@example.com>\nReferences: <k{thread}-0@example.com>\n", place - 1),
        };
        let shared = place == 0 && thread % 5 == 0;
        let also = if shared { format!(", {}@example.org", of(thread + 1)) } else { String::new() };
        let to = format!("{mailbox}@example.org{also}");
        let text = mail(&format!("k{thread}-{place}"), &from, &to, &above);
        server.deliver(mailbox, &format!("{n:05}"), &text);
        if shared {
            server.deliver(of(thread + 1), &format!("{n:05}-also"), text);
        }
    }
}

/// Runs it to its end. How long that took.
fn to_its_end(desk: &Desk) -> Duration {
    let began = Instant::now();
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!(code, 0, "{out}{err}");
    began.elapsed()
}

/// Ends it after so long. Whether it was still running.
fn killed_after(desk: &Desk, time: Duration) -> bool {
    let mut command = desk.command(&["sync"]);
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::inherit()).spawn().unwrap();
    std::thread::sleep(time);
    // SIGKILL: nothing in the program gets to know.
    child.kill().unwrap();
    let status = child.wait().unwrap();
    assert!(status.success() || status.code().is_none(), "{status}");
    status.code().is_none()
}

#[test]
fn a_sync_that_is_killed_at_any_moment_and_run_again_comes_to_the_same() {
    let Some(server) = Dovecot::start("imap kill", "") else { return };
    let (mails, wanted) = if full() { (5000, 200) } else { (600, 20) };
    fill(&server, mails);
    let config: String =
        MAILBOXES.iter().map(|name| super::place::team(name, &plain(&server, name, "start = \"all\""))).collect();
    let undisturbed = desk(&config);
    let whole = to_its_end(&undisturbed);
    let expected = of(&undisturbed);
    assert_eq!(expected["ticket"].len(), mails.div_ceil(4));
    is_whole(&server, &undisturbed, "undisturbed");

    let mut random = Random::seeded();
    let (mut kills, mut rounds, began) = (0, 0, Instant::now());
    while kills < wanted {
        rounds += 1;
        let desk = desk(&config);
        // A few in most rounds, so that they hit what is new; in some so many that hardly anything gets done.
        let row = if rounds % 4 == 0 { 12 } else { 1 + random.below(3) };
        for _ in 0..row.min(wanted - kills) {
            kills += u64::from(killed_after(&desk, whole.mul_f64(random.share() * 1.05)));
        }
        to_its_end(&desk);
        let when = format!("round {rounds}, seed {}", random.seed);
        is_whole(&server, &desk, &when);
        outcome::assert_same(&of(&desk), &expected, &when);
        println!("{kills} kills in {rounds} rounds, {:.0?}", began.elapsed());
    }
    println!("{kills} kills in {rounds} rounds, {:.0?} ({whole:.0?} undisturbed, {mails} mails)", began.elapsed());
}

/// Tickets, kinds, statuses and history: all that does not depend on which mailbox was read first, or on when.
fn of(desk: &Desk) -> Outcome {
    let mut outcome = outcome::of(&open(desk));
    // Mailboxes are read beside one another: which ticket has which number is not the same, nor when a mail was got.
    outcome.retain(|name, _| ["message", "ticket", "history", "contact", "participant", "link"].contains(name));
    let clock = regex::Regex::new(r"\b1[0-9]{12}\b|TICKET-[0-9]+").unwrap();
    for lines in outcome.values_mut() {
        for line in lines.iter_mut() {
            *line = clock.replace_all(line, "…").into_owned();
        }
        lines.sort();
    }
    outcome
}

fn open(desk: &Desk) -> Store {
    Store::open(&desk.0.path().join("desk.db")).unwrap()
}

/// Nothing is missing, nothing is there twice, nothing waits, and the journal folds to what is there.
fn is_whole(server: &Dovecot, desk: &Desk, when: &str) {
    let store = open(desk);
    let rows = |sql: &str| store.read(|tx| tx.query(sql, &[])).unwrap();
    assert_eq!(rows("PRAGMA integrity_check").concat(), [Value::Text("ok".into())], "{when}");
    assert_eq!(rows("SELECT count(*) FROM attempt").concat(), [Value::Integer(0)], "{when}: attempts are left");
    let undecided = "SELECT count(*) FROM delivery WHERE state IN ('pending', 'quarantined')";
    assert_eq!(rows(undecided).concat(), [Value::Integer(0)], "{when}: a sound mail is quarantined or waits");
    let mut stored: BTreeMap<String, Vec<i64>> = BTreeMap::new();
    let places = "SELECT m.name, d.uid FROM delivery d JOIN folder f ON f.id = d.folder JOIN mailbox m ON m.id = f.mailbox \
                  WHERE f.name = 'INBOX'";
    for row in rows(places) {
        let [Value::Text(mailbox), Value::Integer(uid)] = &row[..] else { panic!("{when}: {row:?}") };
        stored.entry(mailbox.clone()).or_default().push(*uid);
    }
    drop(store);
    for name in MAILBOXES {
        let there: BTreeSet<i64> = uids(server, name);
        let stored = &stored[name];
        let kept: BTreeSet<i64> = stored.iter().copied().collect();
        assert_eq!(kept.len(), stored.len(), "{when}: {name}: a UID is stored twice");
        let missing: Vec<_> = there.difference(&kept).collect();
        assert!(missing.is_empty() && kept.len() == there.len(), "{when}: {name}: missing {missing:?}");
    }
    folds(desk);
}

/// What the server has.
fn uids(server: &Dovecot, user: &str) -> BTreeSet<i64> {
    let lines = server.client(user).all("INBOX", "UID");
    lines.iter().map(|line| line.rsplit_once("UID ").unwrap().1.trim_end_matches(')').parse().unwrap()).collect()
}
