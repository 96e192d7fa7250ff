//! Who we are to servers: passwords and access tokens, asked for whenever a connection is made. A daemon connects again
//! after days: what was got before may not hold any more.
//!
//! A password is read again each time. An access token is kept in memory until shortly before it ends ([`tokens`]); one that
//! a server refuses although we held it for good is replaced once, and then the refusal counts.

mod tokens;
mod trouble;

use std::sync::Arc;

use crate::config::{Account, Credential, OauthClient, Relay};
use crate::domain::Timestamp;
use crate::imap::{self, ImapError};
use crate::net::oauth::{self, Ending, endings};
use crate::net::{Secret, load_secret};
use crate::smtp::{self, SmtpError, Stage};
use crate::store::{Store, StoreError, consents};

use tokens::Tokens;
pub use trouble::{Cause, NoAccess};

/// What logins are done with. Cheap to clone; all clones share the tokens: one of them is enough for a database.
#[derive(Clone)]
pub struct Access {
    tokens: Arc<Tokens>,
}

impl std::fmt::Debug for Access {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Access(…)")
    }
}

/// What a login is done with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    pub secret: Secret,
    /// It was got before: another one may be accepted where this is not.
    pub is_kept: bool,
}

impl Access {
    /// `store` has the consents, and gets what renews them.
    pub fn new(clients: Vec<OauthClient>, store: Store, clock: fn() -> Timestamp) -> Access {
        Access::within(clients, store, clock, oauth::Limits::default())
    }

    /// The same with other bounds on the time of token servers.
    pub fn within(clients: Vec<OauthClient>, store: Store, clock: fn() -> Timestamp, limits: oauth::Limits) -> Access {
        Access { tokens: Arc::new(Tokens::new(clients, store, clock, limits)) }
    }

    /// From now on these are the clients: the configuration was read anew. Whoever logs in by them gets a new token; what is
    /// known of consents and not written yet stays.
    pub fn replace_clients(&self, clients: Vec<OauthClient>) {
        self.tokens.replace_clients(clients);
    }

    /// Ends when no token is being asked for any more: what came with it is written then, if it can be.
    pub async fn idle(&self) {
        self.tokens.idle().await;
    }

    /// What the login of `user` is done with now. `refused`: a token that a server did not take.
    pub async fn proof(
        &self,
        credential: &Credential,
        user: &str,
        refused: Option<&Secret>,
    ) -> Result<Proof, NoAccess> {
        match credential {
            Credential::Password(from) => Ok(Proof { secret: load_secret(from)?, is_kept: false }),
            Credential::OAuth(client) => self.tokens.of(client, user, refused).await,
        }
    }

    /// Connects to a mailbox and logs in.
    pub async fn mailbox(&self, account: &Account, limits: &imap::Limits) -> Result<imap::Connection, ImapError> {
        let no_access = |error: NoAccess| {
            let cause = match error.cause() {
                Cause::Temporary => imap::Cause::Temporary,
                Cause::Refused => imap::Cause::Refused,
                Cause::Configuration => imap::Cause::Configuration,
            };
            ImapError { server: account.server.to_string(), cause, what: error.with_way_out(&account.mailbox) }
        };
        let proof = self.proof(&account.credential, &account.user, None).await.map_err(no_access)?;
        let connected = imap::connect(account, &proof.secret, limits).await;
        if !proof.is_kept || !connected.as_ref().is_err_and(|error| error.cause == imap::Cause::Refused) {
            return connected;
        }
        let again = self.proof(&account.credential, &account.user, Some(&proof.secret)).await.map_err(no_access)?;
        imap::connect(account, &again.secret, limits).await
    }

    /// Connects to a relay, and logs in where it says so.
    pub async fn relay(&self, relay: &Relay, limits: &smtp::Limits) -> Result<smtp::Connection, SmtpError> {
        let Some(login) = &relay.login else { return smtp::connect(relay, None, limits).await };
        let no_access = |error: NoAccess| {
            let cause = match error.cause() {
                Cause::Temporary => smtp::Cause::Temporary,
                Cause::Refused => smtp::Cause::Auth,
                Cause::Configuration => smtp::Cause::Configuration,
            };
            let what = error.with_way_out(&relay.name);
            SmtpError { server: relay.server.to_string(), stage: Stage::Login, cause, what, reply: None }
        };
        let proof = self.proof(&login.credential, &login.user, None).await.map_err(no_access)?;
        let connected = smtp::connect(relay, Some(&proof.secret), limits).await;
        if !proof.is_kept || !connected.as_ref().is_err_and(|error| error.cause == smtp::Cause::Auth) {
            return connected;
        }
        let again = self.proof(&login.credential, &login.user, Some(&proof.secret)).await.map_err(no_access)?;
        smtp::connect(relay, Some(&again.secret), limits).await
    }

    /// What is known to end of what that login needs, the earliest first.
    pub fn endings(&self, credential: &Credential, user: &str) -> Result<Vec<Ending>, StoreError> {
        let Credential::OAuth(name) = credential else { return Ok(Vec::new()) };
        let Some(client) = self.tokens.client(name) else { return Ok(Vec::new()) };
        let consent = self.tokens.store.read(|tx| consents::find(tx, name, user))?;
        Ok(endings(&client, consent.and_then(|consent| consent.expires_at)))
    }
}

/// Reads what a credential names of secrets, to say what is wrong with it before anything is done. In words.
pub fn check(clients: &[OauthClient], credential: &Credential) -> Result<(), NoAccess> {
    match credential {
        Credential::Password(from) => Ok(load_secret(from).map(drop)?),
        Credential::OAuth(name) => match clients.iter().find(|client| client.name == *name) {
            Some(client) => secret_of(client).map(drop),
            None => Err(NoAccess::NoClient(name.clone())),
        },
    }
}

/// The secret of a client, where it has one.
pub fn secret_of(client: &OauthClient) -> Result<Option<Secret>, NoAccess> {
    let secret = client.secret.as_ref().map(load_secret).transpose();
    secret.map_err(|error| NoAccess::ClientSecret { client: client.name.clone(), error })
}
