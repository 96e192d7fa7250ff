//! How much time a server gets. The program has these; whoever calls this room may give less.

use std::time::Duration;

/// Bounds on a server's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How long making a connection may take, and the same again for TLS.
    pub connecting: Duration,
    /// How long a server may be silent in the middle of a command.
    pub silence: Duration,
    /// Bytes a second that must come at least, beyond that.
    pub least_rate: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connecting: Duration::from_secs(30), silence: Duration::from_secs(60), least_rate: 1000 }
    }
}
