//! A generation of the daemon inside of the test, with shorter pauses than the program has: what takes it minutes takes a
//! test parts of a second.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use ticketd::config::{Account, Credential, PasswordFrom};
use ticketd::domain::{MailboxStatus, Origin, Timestamp, WatchState};
use ticketd::engine::Engine;
use ticketd::engine::access::Access;
use ticketd::engine::daemon::{self, Board, Floor, Ground, Pace, Pauses, Plan, Stopper};
use ticketd::engine::sync::Mailbox;
use ticketd::imap::{Limits, Patience};
use ticketd::store::instance::Lock;
use ticketd::store::{Location, Store};

use super::running::until;
use crate::first_steps::Desk;

/// Everything soon: but for polls and quiet, which no test waits for unless it says so.
pub const PACE: Pace = Pace {
    patience: Patience { quiet: Duration::from_secs(300), whole: Duration::from_secs(600) },
    pauses: Pauses {
        first: Duration::from_millis(20),
        longest: Duration::from_millis(200),
        for_care: Duration::from_millis(400),
    },
    limits: Limits { connecting: Duration::from_secs(30), silence: Duration::from_secs(60), least_rate: 1000 },
    soon: Duration::from_secs(120),
    connection: Duration::from_secs(24 * 3600),
    looks: Floor { times: 1000, within: Duration::from_secs(10), pause: Duration::from_secs(1) },
    copies: Pauses {
        first: Duration::from_secs(60),
        longest: Duration::from_secs(3600),
        for_care: Duration::from_secs(3600),
    },
    first_audit: Duration::from_secs(3600),
    audit: Duration::from_secs(3600),
};

/// A generation at work. Told to stop in the end.
pub struct Inside {
    pub board: Board,
    stopper: Arc<Stopper>,
    thread: Option<JoinHandle<()>>,
}

impl Inside {
    /// Begins on the desk's own database, with the password that is in its folder.
    pub fn begin(desk: &Desk, account: Account, pace: Pace, clock: fn() -> Timestamp) -> Inside {
        Inside::begin_all(desk, vec![account], pace, clock)
    }

    /// The same with several mailboxes.
    pub fn begin_all(desk: &Desk, accounts: Vec<Account>, pace: Pace, clock: fn() -> Timestamp) -> Inside {
        let path = desk.0.path().join("desk.db");
        if !path.exists() {
            let (code, out, err) = desk.run(&["apply", "ticketd.toml", "--db", "desk.db"]);
            assert_eq!(code, 0, "{out}{err}");
        }
        let password = PasswordFrom::File(desk.0.path().join("password").display().to_string());
        let (board, stopper) = (Board::new(clock), Arc::new(Stopper::default()));
        let (on, told) = (board.clone(), stopper.clone());
        let work = move || {
            let store = Store::open(Location::File(path)).unwrap();
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
            let access = Access::new(Vec::new(), store.clone(), clock);
            let engine = Engine::resume(store, Origin::Live).unwrap();
            let mailbox = |account| {
                let credential = Credential::Password(password.clone());
                Mailbox { account: Account { credential, ..account }, access: access.clone() }
            };
            let mailboxes = accounts.into_iter().map(mailbox).collect();
            let plan = Plan {
                mailboxes,
                outlets: Vec::new(),
                webhooks: ticketd::engine::webhooks::Way::new(Default::default(), clock),
                pace,
                clock,
            };
            let ground = Ground { engine: Arc::new(engine), lock: Arc::new(Lock::default()), board: on };
            runtime.block_on(daemon::run(ground, plan, told)).unwrap();
        };
        Inside { board, stopper, thread: Some(std::thread::spawn(work)) }
    }

    /// The mailbox, as the board has it.
    pub fn mailbox(&self) -> MailboxStatus {
        self.board
            .read()
            .mailboxes
            .into_iter()
            .next()
            .unwrap_or_else(|| MailboxStatus::new(String::new(), Timestamp(0)))
    }

    /// Waits until the mailbox is in that state, with so many mails taken.
    pub fn rests(&self, state: WatchState, taken: u64) {
        let what = format!("{state} with {taken} taken");
        until(&what, || {
            let mailbox = self.mailbox();
            mailbox.state == state && mailbox.taken == taken && mailbox.error.is_none()
        });
    }

    /// Tells it to stop; it does within the time that it has.
    pub fn stop(mut self) {
        self.stopper.stop();
        self.thread.take().unwrap().join().unwrap();
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.stopper.stop();
    }
}
