//! What is to be shown: the daemon's last word and what waits in the database, of one moment.

use crate::cli::times;
use crate::domain::*;
use crate::store::figures::{self, Figures};
use crate::store::outbox::{self, RelayPause};
use crate::store::{Store, StoreError, daemon};

/// All that is known at `now`.
pub(super) struct Picture {
    pub now: Timestamp,
    /// When, and what. `None`: no daemon was ever at work here, or one whose words this version does not know.
    pub said: Option<(Timestamp, DaemonStatus)>,
    pub figures: Figures,
    /// Relays that refused us and are left alone.
    pub pauses: Vec<RelayPause>,
}

/// Whether a daemon is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Presence {
    AtWork,
    /// It said so when it ended.
    Stopped,
    /// It says nothing any more, and has not said that it ends.
    Gone,
    Never,
}

/// A daemon says something every 5 seconds at least, as long as it can write.
const SILENCE: Millis = 15 * SECOND;

impl Picture {
    /// As it is now.
    pub fn take(store: &Store) -> Result<Picture, StoreError> {
        let now = times::now();
        let (said, figures, pauses) =
            store.read(|tx| Ok((daemon::said(tx)?, figures::read(tx)?, outbox::pauses(tx, now)?)))?;
        Ok(Picture { now, said, figures, pauses })
    }

    pub fn presence(&self) -> Presence {
        match &self.said {
            None => Presence::Never,
            Some((_, status)) if status.state == DaemonState::Stopped => Presence::Stopped,
            Some((at, _)) if self.now.since(*at) > SILENCE => Presence::Gone,
            Some(_) => Presence::AtWork,
        }
    }

    /// Whether that relay is left alone because it refused us.
    pub fn is_paused(&self, relay: &str) -> bool {
        self.pauses.iter().any(|pause| pause.relay == *relay)
    }

    pub fn mailboxes(&self) -> &[MailboxStatus] {
        self.said.as_ref().map_or(&[], |(_, status)| &status.mailboxes)
    }
}
