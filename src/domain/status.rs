//! What the daemon says of itself: which mailboxes it watches, how far it is, and what keeps it from going on. A second
//! process reads it from the database, the metrics from memory.

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::time::{Millis, Timestamp};

/// The daemon, as it is now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DaemonStatus {
    /// Of the program.
    pub version: String,
    pub pid: u32,
    pub started_at: Timestamp,
    pub state: DaemonState,
    /// What keeps it from storing mail, while it does; or what ended it.
    pub trouble: Option<Said>,
    /// Why the configuration on disk is not the one in force: reloading it failed.
    pub config_refused: Option<Said>,
    /// What to do about that, where that is known.
    #[serde(default)]
    pub config_way_out: Option<String>,
    /// When the configuration in force was read.
    pub config_read_at: Timestamp,
    /// In the order of the configuration.
    pub mailboxes: Vec<MailboxStatus>,
    pub delivery: DeliveryStatus,
}

text_enum! {
    /// What the daemon is at.
    DaemonState {
        Starting = "starting",
        Running = "running",
        /// Nothing can be stored: no mail is taken until that works again.
        AtRest = "at rest",
        Stopping = "stopping",
        Stopped = "stopped",
    }
}

/// Something that was said at a time, for people. No secrets, no addresses.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub at: Timestamp,
    pub what: String,
}

/// A mailbox that the daemon watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailboxStatus {
    pub mailbox: String,
    pub state: WatchState,
    /// When it came into that state.
    pub since: Timestamp,
    /// When it was last seen that all there was is stored.
    pub last_success: Option<Timestamp>,
    /// Mails that were found and are not stored yet.
    pub backlog: u64,
    /// When the oldest of them came to the server.
    pub oldest_waiting: Option<Timestamp>,
    /// Mails taken since the start of the daemon.
    pub taken: u64,
    /// When the newest of them was stored.
    pub last_taken: Option<Timestamp>,
    /// Connections in a row that failed.
    pub failures: u32,
    /// Failures since the start of the daemon.
    pub errors: u64,
    /// What the last of them was; gone once it is read well again.
    pub error: Option<Said>,
    /// Whether somebody has to do something about it: a login was refused, or the configuration cannot be.
    pub needs_care: bool,
    pub next_try: Option<Timestamp>,
    /// Mails that the server does not give, and that are not asked for any more.
    pub parked: u64,
    /// Mails that the last audit missed; `None` before the first one.
    pub missing: Option<u64>,
    pub audited_at: Option<Timestamp>,
    /// When the server's certificate ends.
    pub certificate_expires: Option<Timestamp>,
    /// When what its login needs (OAuth) ends, as far as that is known.
    pub endings: Vec<(Ends, Timestamp)>,
}

text_enum! {
    /// What is done about a mailbox.
    WatchState {
        Connecting = "connecting",
        Reading = "reading",
        /// The server tells of new mail (IDLE, RFC 2177).
        Idle = "idle",
        /// The server does not tell: it is asked now and then.
        Polling = "polling",
        /// It could not be read, and is tried again later.
        BackingOff = "backing off",
    }
}

impl MailboxStatus {
    /// When that ends which its login needs.
    pub fn end_of(&self, what: Ends) -> Option<Timestamp> {
        self.endings.iter().find(|(ends, _)| *ends == what).map(|(_, at)| *at)
    }

    /// One that nothing is known of yet.
    pub fn new(mailbox: String, now: Timestamp) -> Self {
        MailboxStatus {
            mailbox,
            state: WatchState::Connecting,
            since: now,
            last_success: None,
            backlog: 0,
            oldest_waiting: None,
            taken: 0,
            last_taken: None,
            failures: 0,
            errors: 0,
            error: None,
            needs_care: false,
            next_try: None,
            parked: 0,
            missing: None,
            audited_at: None,
            certificate_expires: None,
            endings: Vec::new(),
        }
    }

    /// Whether there is a connection to its server.
    pub fn is_connected(&self) -> bool {
        matches!(self.state, WatchState::Reading | WatchState::Idle | WatchState::Polling)
    }

    /// How long the oldest mail that is not stored has been on the server: none where all is stored.
    pub fn lag(&self, now: Timestamp) -> Millis {
        self.oldest_waiting.map_or(0, |oldest| now.since(oldest).max(0))
    }
}

text_enum! {
    /// What of a login by OAuth ends.
    Ends {
        /// The consent of a person, unless it is used before.
        Consent = "consent",
        /// The client's secret.
        Secret = "client_secret",
    }
}

/// What becomes of the outbox.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeliveryStatus {
    /// When it was last seen to that nothing is due.
    pub last_success: Option<Timestamp>,
    /// Since the start of the daemon.
    pub sent: u64,
    pub deferred: u64,
    pub failed: u64,
    pub unknown: u64,
    /// There is no relay in the configuration: nothing can leave.
    #[serde(default)]
    pub no_relay: bool,
    /// Relays that cannot be used, by name, and why.
    pub relays: Vec<(String, Said)>,
    /// When what the logins of relays need (OAuth) ends, by relay.
    pub endings: Vec<(String, Ends, Timestamp)>,
    /// Why no copies are put into Sent folders, by mailbox.
    pub copies: Vec<(String, Said)>,
}
