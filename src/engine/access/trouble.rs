//! Why a login cannot be tried, by what is done about it.

use crate::net::SecretError;
use crate::net::oauth::{self, OauthError};

/// There is nothing to log in with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAccess {
    #[error("{0}")]
    Password(#[from] SecretError),
    #[error("the secret of the client `{client}` cannot be read from {}: {}", error.place, error.what)]
    ClientSecret { client: String, error: SecretError },
    #[error("the configuration has no [[oauth]] `{0}`")]
    NoClient(String),
    /// Nobody gave it here. Whose it would be is not said: an address has no place in a log.
    #[error("there is no consent for the client `{client}`")]
    NoConsent { client: String },
    #[error("there is no token of the client `{client}`: {error}")]
    Token { client: String, error: OauthError },
    /// The database; or the program ends.
    #[error("the consent for the client `{client}` cannot be kept: {what}")]
    Store { client: String, what: String },
}

/// What is done about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// Trying again later may help.
    Temporary,
    /// Somebody has to consent.
    Refused,
    /// What was configured cannot be.
    Configuration,
}

impl NoAccess {
    pub fn cause(&self) -> Cause {
        match self {
            NoAccess::Password(_) | NoAccess::ClientSecret { .. } | NoAccess::NoClient(_) => Cause::Configuration,
            NoAccess::NoConsent { .. } => Cause::Refused,
            NoAccess::Store { .. } => Cause::Temporary,
            NoAccess::Token { error, .. } => match error.cause {
                oauth::Cause::Temporary => Cause::Temporary,
                oauth::Cause::Refused => Cause::Refused,
                oauth::Cause::Configuration => Cause::Configuration,
            },
        }
    }

    /// In words, with what the operator can do. `name`: of the mailbox or relay.
    pub fn with_way_out(&self, name: &str) -> String {
        match self.cause() {
            Cause::Refused => format!("{self}; `ticketd login {name}` asks for consent"),
            Cause::Temporary | Cause::Configuration => self.to_string(),
        }
    }
}
