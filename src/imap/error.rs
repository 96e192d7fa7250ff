//! What can go wrong with a server, by what the caller does about it.

use std::time::Duration;

use super::command::Connection;
use crate::net::{self, Unreachable};

/// Characters of what a server said that are shown.
const LONGEST_SAID: usize = 300;
/// A pause that a server asks for, at the most: one that asks for a year is asked again all the same.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// Something went wrong with a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {what}")]
pub struct ImapError {
    /// `host:port`.
    pub server: String,
    pub cause: Cause,
    /// What happened, in words.
    pub what: String,
}

/// What the caller does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Trying again later may help: the network, the server, a broken answer.
    Temporary,
    /// Name or password are wrong, or the account may not do that.
    Refused,
    /// What was configured cannot be: no such folder, no encryption where it is required.
    Configuration,
}

impl ImapError {
    /// Whether it would have come whatever mail was asked for: the server is busy, or says that it is not there.
    pub fn is_of_no_mail(&self) -> bool {
        let what = self.what.to_ascii_uppercase();
        let busy = ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[THROTTLED]"];
        busy.iter().any(|code| what.contains(code)) || says_busy(&what)
    }

    /// How long the server asks to be left alone, where it says so (Exchange: `Suggested Backoff Time: 299817
    /// milliseconds`): an hour at the most.
    pub fn suggested_pause(&self) -> Option<Duration> {
        const WORDS: &str = "suggested backoff time:";
        let what = self.what.to_ascii_lowercase();
        let rest = what.get(what.find(WORDS)? + WORDS.len()..)?.trim_start();
        let digits = rest.get(..rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len()))?;
        // More than there is a number for is long, too.
        let asked = || Duration::from_millis(digits.parse().unwrap_or(u64::MAX));
        (!digits.is_empty()).then(asked).map(|asked| asked.min(LONGEST_PAUSE))
    }

    pub(super) fn new(server: &str, cause: Cause, what: impl Into<String>) -> Self {
        ImapError { server: server.to_owned(), cause, what: what.into() }
    }

    pub(super) fn unreachable(server: &str, error: Unreachable) -> Self {
        match error {
            Unreachable::Temporary(what) => ImapError::new(server, Cause::Temporary, what),
            Unreachable::Configuration(what) => ImapError::new(server, Cause::Configuration, what),
        }
    }
}

impl Connection {
    /// Whether the last command was answered NO or BAD, to its end: whatever it was about, the connection is as good as
    /// before.
    pub fn was_refused(&self) -> bool {
        self.refused
    }
}

/// What a server said, for people: one line, no control characters, of bounded length.
pub(super) fn said(text: &str) -> String {
    net::said(text, LONGEST_SAID)
}

/// Whether a NO says that it may be otherwise later (RFC 5530, and what Exchange and Gmail say).
pub(super) fn is_temporary(said: &str) -> bool {
    let said = said.to_ascii_uppercase();
    ["[UNAVAILABLE]", "[INUSE]", "[LIMIT]", "[SERVERBUG]", "[THROTTLED]", "[EXPUNGEISSUED]"]
        .iter()
        .any(|code| said.contains(code))
        || says_busy(&said)
}

/// In upper case: what Exchange and Gmail say without a code.
fn says_busy(said: &str) -> bool {
    said.contains("AUTHENTICATED BUT NOT CONNECTED") || said.contains("TOO MANY SIMULTANEOUS CONNECTIONS")
}

/// Whether a NO says that the account may not do that (RFC 5530).
pub(super) fn is_forbidden(said: &str) -> bool {
    let said = said.to_ascii_uppercase();
    said.contains("[NOPERM]") || said.contains("PERMISSION DENIED")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_that_the_server_asks_for_is_read_from_its_words() {
        let of = |what: &str| ImapError::new("imap.example.org:993", Cause::Temporary, what).suggested_pause();
        let throttled = "SELECT was answered NO: Request is throttled. Suggested Backoff Time: 299817 milliseconds";
        assert_eq!(of(throttled), Some(Duration::from_millis(299_817)));
        assert_eq!(of("Suggested Backoff Time: soon"), None);
        assert_eq!(of("nothing of the kind"), None);
        for long in ["3600001", "99999999999999999999999"] {
            assert_eq!(of(&format!("Suggested Backoff Time: {long} milliseconds")), Some(LONGEST_PAUSE));
        }
    }
}
