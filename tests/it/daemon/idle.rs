//! Waiting for what a server tells: whatever it does meanwhile, what it has is looked at.

use std::time::Duration;

use ticketd::config::Security;
use ticketd::domain::{Timestamp, WatchState};
use ticketd::engine::daemon::{Floor, Pace, Pauses};
use ticketd::imap::Patience;

use super::inside::{Inside, PACE};
use super::running::until;
use crate::first_steps::Desk;
use crate::imap::scripted::place::{MAILS, desk, is_whole, mails, server};
use crate::imap::scripted::server::{Act, Server};
use crate::imap::scripted::times::account;

fn now() -> Timestamp {
    Timestamp(1_741_000_000_000)
}

/// A server that says that it tells of new mail, and a desk.
fn place() -> (Server, Desk) {
    let server = server();
    server.model.lock().unwrap().capabilities.1 = "UIDPLUS MOVE ID IDLE";
    let desk = desk(&server, "");
    (server, desk)
}

fn begin(desk: &Desk, server: &Server, pace: Pace, poll: Duration) -> Inside {
    let mut account = account(server, Security::None);
    account.poll = i64::try_from(poll.as_millis()).unwrap();
    Inside::begin(desk, account, pace, now)
}

const LONG: Duration = Duration::from_secs(600);
const TAKEN: u64 = MAILS as u64;

/// One more mail on the server.
fn comes(server: &Server) {
    server.model.lock().unwrap().mails = mails(MAILS + 1);
}

/// How often it was told that.
fn told(server: &Server, command: &str) -> usize {
    server.model.lock().unwrap().told.iter().filter(|told| *told == command).count()
}

/// All is there, once.
fn ends(inside: Inside, desk: &Desk) {
    inside.stop();
    is_whole(desk, &(1..=MAILS + 1).collect::<Vec<_>>());
}

#[test]
fn what_the_server_tells_of_is_looked_at_and_a_word_that_it_is_still_there_is_none() {
    let (server, desk) = place();
    let inside = begin(&desk, &server, PACE, LONG);
    inside.rests(WatchState::Idle, TAKEN);
    // The IDLE that goes on was answered already; the next one is told of something.
    server.misbehave("IDLE", |_, answer| {
        let words = [&b"* OK Still here\r\n"[..], b"* 4 EXISTS\r\n"].map(|word| Act::Send(word.to_vec()));
        let pause = || Act::Pause(Duration::from_millis(100));
        let [alive, news] = words;
        vec![Act::Send(answer.to_vec()), pause(), alive, pause(), news]
    });
    inside.stop();
    let inside = begin(&desk, &server, PACE, LONG);
    until("it waits", || told(&server, "IDLE") == 2);
    comes(&server);
    until("the mail is taken", || inside.mailbox().taken == 1);
    let (waits, ends_of_waits) = (told(&server, "IDLE"), told(&server, "DONE"));
    assert!((2..=waits).contains(&ends_of_waits), "each wait is ended once: {ends_of_waits} of {waits}");
    server.behave();
    ends(inside, &desk);
}

#[test]
fn a_server_that_tells_of_nothing_is_looked_at_when_it_was_silent_for_long() {
    let (server, desk) = place();
    let patience = Patience { quiet: Duration::from_millis(300), ..PACE.patience };
    let inside = begin(&desk, &server, Pace { patience, ..PACE }, LONG);
    inside.rests(WatchState::Idle, TAKEN);
    comes(&server);
    until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
    ends(inside, &desk);
}

#[test]
fn a_server_that_goes_on_saying_that_it_is_there_is_looked_at_all_the_same() {
    let (server, desk) = place();
    server.misbehave("IDLE", |_, answer| {
        let alive = || [Act::Pause(Duration::from_millis(20)), Act::Send(b"* OK Still here\r\n".to_vec())];
        let words = std::iter::repeat_with(alive).take(50).flatten();
        std::iter::once(Act::Send(answer.to_vec())).chain(words).collect()
    });
    let patience = Patience { quiet: Duration::from_millis(300), whole: Duration::from_millis(600) };
    let inside = begin(&desk, &server, Pace { patience, ..PACE }, LONG);
    inside.rests(WatchState::Idle, TAKEN);
    comes(&server);
    until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
    server.behave();
    ends(inside, &desk);
}

#[test]
fn a_server_that_refuses_to_tell_is_asked_now_and_then() {
    for refusal in ["NO not now", "BAD what?"] {
        let (server, desk) = place();
        server.misbehave("IDLE", move |tag, _| vec![Act::Send(format!("{tag} {refusal}\r\n").into_bytes())]);
        let inside = begin(&desk, &server, PACE, Duration::from_millis(100));
        inside.rests(WatchState::Polling, TAKEN);
        comes(&server);
        until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
        assert_eq!(told(&server, "IDLE"), 1, "it was asked once");
        ends(inside, &desk);
    }
}

#[test]
fn a_server_that_cannot_tell_is_asked_now_and_then_over_one_connection() {
    let (server, desk) = place();
    server.model.lock().unwrap().capabilities.1 = "UIDPLUS";
    let inside = begin(&desk, &server, PACE, Duration::from_millis(100));
    inside.rests(WatchState::Polling, TAKEN);
    comes(&server);
    until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
    assert_eq!(told(&server, "IDLE"), 0);
    let logins = server.model.lock().unwrap().told.iter().filter(|told| told.starts_with("LOGIN")).count();
    assert_eq!(logins, 1);
    ends(inside, &desk);
}

#[test]
fn a_connection_that_ends_while_it_waits_is_made_again() {
    type Fault = fn(&[u8]) -> Vec<Act>;
    let closes: Fault = |answer| vec![Act::Send(answer.to_vec()), Act::Close];
    let goodbye: Fault =
        |answer| vec![Act::Send(answer.to_vec()), Act::Send(b"* BYE shutdown\r\n".to_vec()), Act::Close];
    let before: Fault = |_| vec![Act::Close];
    let garbage: Fault = |answer| vec![Act::Send(answer.to_vec()), Act::Send(b"(((\r\n".to_vec())];
    for fault in [closes, goodbye, before, garbage] {
        let (server, desk) = place();
        server.misbehave("IDLE", move |_, answer| fault(answer));
        let inside = begin(&desk, &server, PACE, LONG);
        until("it is noticed", || inside.mailbox().errors > 2);
        comes(&server);
        server.behave();
        inside.rests(WatchState::Idle, TAKEN + 1);
        ends(inside, &desk);
    }
}

#[test]
fn a_server_that_does_not_end_the_wait_is_left_and_connected_to_again() {
    let (server, desk) = place();
    let patience = Patience { quiet: Duration::from_millis(100), ..PACE.patience };
    // The trouble is told until it is tried again: long enough to be seen by whoever looks every now and then.
    let second = Duration::from_secs(1);
    let pauses = Pauses { first: second, longest: second, ..PACE.pauses };
    server.misbehave("DONE", |_, _| vec![Act::Hang]);
    let inside = begin(&desk, &server, Pace { patience, pauses, ..PACE }, LONG);
    // It gets 15 seconds.
    let mut said = None;
    until("it is noticed", || {
        said = inside.mailbox().error;
        said.is_some()
    });
    let said = said.map(|said| said.what).unwrap_or_default();
    assert!(said.contains("IDLE: it did not end for 15s"), "{said}");
    comes(&server);
    server.behave();
    until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
    ends(inside, &desk);
}

#[test]
fn what_comes_between_the_look_and_the_wait_is_not_left_until_the_next_one() {
    let (server, desk) = place();
    let model = server.model.clone();
    // As the folder is opened to wait in it, a mail is there that was not when it was looked at.
    let opened = std::sync::atomic::AtomicUsize::new(0);
    server.misbehave("EXAMINE", move |_, answer| {
        if opened.fetch_add(1, std::sync::atomic::Ordering::Relaxed) != 1 {
            return vec![Act::Send(answer.to_vec())];
        }
        model.lock().unwrap().mails = mails(MAILS + 1);
        let text = String::from_utf8(answer.to_vec()).unwrap();
        vec![Act::Send(text.replace("3 EXISTS", "4 EXISTS").replace("UIDNEXT 4", "UIDNEXT 5").into_bytes())]
    });
    let inside = begin(&desk, &server, PACE, LONG);
    inside.rests(WatchState::Idle, TAKEN + 1);
    ends(inside, &desk);
}

#[test]
fn a_pause_that_the_server_asks_for_is_kept() {
    let (server, desk) = place();
    server.misbehave("EXAMINE", |tag, _| {
        let words = "NO [UNAVAILABLE] Request is throttled. Suggested Backoff Time: 3000 milliseconds";
        vec![Act::Send(format!("{tag} {words}\r\n").into_bytes())]
    });
    let inside = begin(&desk, &server, PACE, LONG);
    until("it is noticed", || inside.mailbox().errors > 0);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(inside.mailbox().errors, 1, "without it there would be many by now");
    server.behave();
    until("all is taken", || inside.mailbox().taken == TAKEN);
    comes(&server);
    inside.stop();
}

#[test]
fn it_says_goodbye_when_it_is_told_to_stop() {
    let (server, desk) = place();
    let inside = begin(&desk, &server, PACE, LONG);
    inside.rests(WatchState::Idle, TAKEN);
    inside.stop();
    let told = server.behave();
    assert_eq!(told[told.len() - 3..], ["IDLE", "DONE", "LOGOUT"], "{told:?}");
}

#[test]
fn what_people_read_and_delete_wakes_nobody() {
    let (server, desk) = place();
    server.misbehave("IDLE", |_, answer| {
        let words = b"* 1 FETCH (FLAGS (\\Seen))\r\n* 1 EXPUNGE\r\n".to_vec();
        vec![Act::Send(answer.to_vec()), Act::Pause(Duration::from_millis(100)), Act::Send(words)]
    });
    let inside = begin(&desk, &server, PACE, LONG);
    inside.rests(WatchState::Idle, TAKEN);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!((told(&server, "IDLE"), told(&server, "DONE")), (1, 0));
    inside.stop();
}

#[test]
fn a_server_that_always_tells_of_something_is_looked_at_with_pauses() {
    let (server, desk) = place();
    server.misbehave("IDLE", |_, answer| vec![Act::Send([answer, b"* 3 EXISTS\r\n"].concat())]);
    let looks = Floor { times: 5, within: Duration::from_secs(600), pause: Duration::from_secs(600) };
    let inside = begin(&desk, &server, Pace { looks, ..PACE }, LONG);
    until("it is looked at", || told(&server, "DONE") == 5);
    std::thread::sleep(Duration::from_millis(500));
    assert_eq!(told(&server, "IDLE"), 5);
    inside.stop();
}

#[test]
fn a_connection_that_is_old_is_left_politely_and_made_anew_at_once() {
    let (server, desk) = place();
    let patience = Patience { quiet: Duration::from_millis(100), ..PACE.patience };
    let pace = Pace { patience, connection: Duration::from_millis(200), ..PACE };
    let inside = begin(&desk, &server, pace, LONG);
    until("it is made anew", || told(&server, "LOGOUT") >= 3);
    assert_eq!(inside.mailbox().errors, 0);
    comes(&server);
    until("the mail is taken", || inside.mailbox().taken == TAKEN + 1);
    ends(inside, &desk);
}

#[test]
fn a_connection_is_left_politely_after_a_refusal_and_dropped_in_the_middle_of_an_answer() {
    let (server, desk) = place();
    server.misbehave("EXAMINE", |tag, _| vec![Act::Send(format!("{tag} NO not now\r\n").into_bytes())]);
    let inside = begin(&desk, &server, PACE, LONG);
    until("it is refused", || inside.mailbox().errors > 2);
    assert!(told(&server, "LOGOUT") >= 2);
    server.misbehave("UID FETCH", |_, answer| vec![Act::Send([b"* 1 FETCH (((\r\n", answer].concat())]);
    until("it is dropped", || inside.mailbox().error.is_some_and(|said| said.what.contains("FETCH")));
    let (goodbyes, errors) = (told(&server, "LOGOUT"), inside.mailbox().errors);
    until("it is dropped again", || inside.mailbox().errors > errors + 2);
    assert_eq!(told(&server, "LOGOUT"), goodbyes);
    server.behave();
    inside.rests(WatchState::Idle, TAKEN);
    inside.stop();
}
