//! What can go wrong with a token server, by what the caller does about it.

use crate::config::Endpoint;
use crate::net::{self, Secret, Unreachable};

/// Characters of what a server said that are shown.
const LONGEST_SAID: usize = 300;

/// There is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {what}")]
pub struct OauthError {
    /// Host and port.
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
    /// The consent is gone, or was not given: a person has to give it (again).
    Refused,
    /// What was configured is not accepted: name or secret of the client, scopes, URLs.
    Configuration,
}

impl OauthError {
    pub(super) fn new(endpoint: &Endpoint, cause: Cause, what: impl Into<String>) -> Self {
        OauthError { server: endpoint.authority(), cause, what: what.into() }
    }

    pub(super) fn unreachable(endpoint: &Endpoint, error: Unreachable) -> Self {
        match error {
            Unreachable::Temporary(what) => OauthError::new(endpoint, Cause::Temporary, what),
            Unreachable::Configuration(what) => OauthError::new(endpoint, Cause::Configuration, what),
        }
    }
}

/// What a server said, for people: one line, no control characters, of bounded length, without these secrets.
pub(super) fn said(text: &str, hidden: &[&Secret]) -> String {
    let text = hidden.iter().fold(text.to_owned(), |text, secret| secret.taken_out(&text));
    net::said(&text, LONGEST_SAID)
}
