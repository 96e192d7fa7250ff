//! How long each step may take.

use std::time::Duration;

use super::error::Stage;

/// How long the server has for each step, its whole answer included: one that trickles in does not gain time by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, and the same again for TLS.
    pub connecting: Duration,
    pub greeting: Duration,
    /// For every command that has no limit of its own.
    pub command: Duration,
    /// For DATA.
    pub data: Duration,
    /// For taking one block of a mail, [`Limits::BLOCK`] bytes.
    pub block: Duration,
    /// For the answer to the end of a mail.
    pub end: Duration,
    /// For QUIT, on which nothing depends.
    pub goodbye: Duration,
}

impl Limits {
    /// Bytes of a mail that are handed to the network at once.
    pub const BLOCK: usize = 64 * 1024;

    pub(super) fn of(&self, stage: Stage) -> Duration {
        match stage {
            Stage::Connecting => self.connecting,
            Stage::Greeting => self.greeting,
            Stage::Hello | Stage::StartTls | Stage::Login | Stage::Sender | Stage::Recipient | Stage::Reset => {
                self.command
            }
            Stage::Data => self.data,
            Stage::Content => self.block,
            Stage::End => self.end,
            Stage::Goodbye => self.goodbye,
        }
    }
}

impl Default for Limits {
    /// RFC 5321 4.5.3.2, which leaves connecting open: a server that does not answer for half a minute is not there.
    fn default() -> Self {
        let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
        Limits {
            connecting: Duration::from_secs(30),
            greeting: minutes(5),
            command: minutes(5),
            data: minutes(2),
            block: minutes(3),
            end: minutes(10),
            goodbye: Duration::from_secs(5),
        }
    }
}
