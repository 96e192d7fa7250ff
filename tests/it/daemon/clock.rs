//! A clock that is set, forwards or back, while the daemon runs.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use ticketd::domain::{DAY, Timestamp, WatchState};
use ticketd::engine::daemon::Pace;
use ticketd::imap::Patience;

use super::inside::{Inside, PACE};
use super::running::until;
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, folds, mail, plain, team};

/// How far the clock is off.
static OFF: AtomicI64 = AtomicI64::new(0);

fn clock() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    Timestamp(i64::try_from(since.as_millis()).unwrap() + OFF.load(Ordering::Relaxed))
}

#[test]
fn a_clock_that_jumps_a_day_either_way_stops_nothing_and_nothing_is_taken_twice() {
    let Some(server) = Dovecot::shared("a_clock_that_jumps_a_day_either_way_stops_nothing_and_nothing_is_taken_twice")
    else {
        return;
    };
    let desk = desk(&team("clock", &plain(&server, "clock", "start = \"all\"")));
    let (config, _) = ticketd::config::read(&std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap());
    let account = config.accounts.into_iter().next().unwrap();
    let patience = Patience { quiet: Duration::from_millis(500), ..PACE.patience };
    let inside = Inside::begin(&desk, account, Pace { patience, ..PACE }, clock);
    for (taken, off) in [(1, 0), (2, DAY), (3, -DAY), (4, 0)] {
        OFF.store(off, Ordering::Relaxed);
        server.deliver(
            "clock",
            &taken.to_string(),
            mail(&format!("m{taken}"), "ann@example.com", "clock@example.org", ""),
        );
        until("the mail is taken", || inside.mailbox().taken == taken);
        let before = inside.mailbox().last_success;
        until("it is looked at again", || inside.mailbox().last_success != before);
    }
    inside.rests(WatchState::Idle, 4);
    inside.stop();
    folds(&desk);
}
