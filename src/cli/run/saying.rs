//! What the daemon says while it works: its status into the database, a line and a heartbeat to systemd.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep, timeout};

use super::notify;
use crate::domain::*;
use crate::engine::daemon::{BEAT, Board, Stopper};
use crate::store::{Store, StoreError, daemon, figures, outbox};

/// Said this often at least, whatever happens: a status that is older comes from a daemon that is gone.
const HEARTBEAT: Duration = Duration::from_secs(5);
/// Said this often at most.
const PAUSE: Duration = Duration::from_millis(500);

/// Says it until it is told to stop; what it says last is what the board says then. That it cannot be written keeps nothing
/// else from going on.
pub(super) async fn say_on(store: Store, board: Board, stopper: Arc<Stopper>) {
    let mut changes = board.watch();
    let (mut line, mut waiting) = (String::new(), None);
    loop {
        let told = stopper.is_told();
        let status = changes.borrow_and_update().clone();
        // First what needs no database: when that does not answer it is this that has to be heard.
        let now = in_a_line(&status, waiting, board.now());
        if now != line {
            notify::status(&now);
            line = now;
        }
        let (on, of) = (store.clone(), board.clone());
        // Another program may hold the database: that is waited for on a thread that nobody else needs.
        let written = spawn_blocking(move || {
            say(&on, &of, &status);
            on.read(outbox::waiting).ok()
        });
        waiting = written.await.unwrap_or_default();
        if told {
            return;
        }
        let pause = async {
            sleep(PAUSE).await;
            // Over, or changed: it is said either way.
            let _ = timeout(HEARTBEAT.saturating_sub(PAUSE), changes.changed()).await;
        };
        tokio::select! {
            () = pause => {}
            () = stopper.told() => {}
        }
    }
}

/// Says so where mail is to leave, and nothing takes it.
pub(super) fn warn_of_no_relay(store: &Store) -> Result<(), StoreError> {
    let waiting = store.read(figures::read)?.to_leave();
    if waiting > 0 {
        tracing::warn!(waiting, "mail is to leave and no [[relay]] is configured (docs/sending.md)");
    }
    Ok(())
}

/// Writes it down, once.
fn say(store: &Store, board: &Board, status: &DaemonStatus) {
    if let Err(error) = store.write_unsynced(|tx| daemon::say(tx, status, board.now())) {
        tracing::debug!(%error, "the status is not written");
    }
}

/// Tells systemd that all is well, for as long as it is: on a thread of its own, for those of the runtime may be waiting for
/// a database that somebody else holds. It ends with the process.
pub(super) fn be_alive(board: Board) -> std::io::Result<()> {
    let Some(asked) = notify::watchdog() else { return Ok(()) };
    let tell = move || tell_alive(&board, asked);
    std::thread::Builder::new().name("watchdog".to_owned()).spawn(tell).map(|_| ())
}

fn tell_alive(board: &Board, asked: Duration) {
    let pause = (asked / 4).max(Duration::from_millis(1));
    // A beat that is late by no more than that is on its way.
    let late = (BEAT * 2).max(asked / 2);
    let begin = Instant::now();
    loop {
        if board.since_beat() < late || begin.elapsed() < late {
            notify::alive();
        }
        std::thread::sleep(pause);
    }
}

/// What `systemctl status` shows. `waiting`: `None` where nobody knows.
fn in_a_line(status: &DaemonStatus, waiting: Option<u64>, now: Timestamp) -> String {
    let said = |said: &Said| said.what.lines().next().unwrap_or_default().to_owned();
    if let Some(trouble) = &status.trouble {
        return format!("{}: {}", status.state, said(trouble));
    }
    let of = |wanted: fn(&MailboxStatus) -> bool| status.mailboxes.iter().filter(|one| wanted(one)).count();
    let failing = of(|mailbox| mailbox.error.is_some());
    let backlog: u64 = status.mailboxes.iter().map(|mailbox| mailbox.backlog).sum();
    let oldest = status.mailboxes.iter().filter_map(|mailbox| mailbox.oldest_waiting).min();
    let lag = oldest.map_or(0, |oldest| now.since(oldest).max(0) / SECOND);
    let mut line = format!("{}: {} mailboxes", status.state, status.mailboxes.len());
    if failing > 0 {
        line.push_str(&format!(", {failing} of them cannot be read"));
    }
    line.push_str(&format!("; {backlog} mails to take, lag {lag} s"));
    if let Some(waiting) = waiting {
        line.push_str(&format!("; {waiting} waiting in the outbox"));
    }
    if status.config_refused.is_some() {
        line.push_str("; the configuration on disk is wrong, the one before is in force");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_what_cannot_be_read_how_much_is_behind_and_why_nothing_goes_on() {
        let mut status = Board::new(|| Timestamp(0)).read();
        status.state = DaemonState::Running;
        status.mailboxes = vec![MailboxStatus::new("support".to_owned(), Timestamp(0)); 2];
        let line = |status: &DaemonStatus| in_a_line(status, Some(3), Timestamp(90_000));
        assert_eq!(line(&status), "running: 2 mailboxes; 0 mails to take, lag 0 s; 3 waiting in the outbox");
        if let [first, ..] = status.mailboxes.as_mut_slice() {
            first.error = Some(Said { at: Timestamp(0), what: "no".to_owned() });
            (first.backlog, first.oldest_waiting) = (7, Some(Timestamp(30_000)));
        }
        let expected =
            "running: 2 mailboxes, 1 of them cannot be read; 7 mails to take, lag 60 s; 3 waiting in the outbox";
        assert_eq!(line(&status), expected);
        status.state = DaemonState::AtRest;
        status.trouble = Some(Said { at: Timestamp(0), what: "the disk is full\nfree some".to_owned() });
        assert_eq!(line(&status), "at rest: the disk is full");
    }
}
