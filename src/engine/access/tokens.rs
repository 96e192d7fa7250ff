//! Access tokens: got when somebody needs one, kept in memory until shortly before they end, by one request at a time for
//! each consent.
//!
//! A server may rotate the refresh token whenever it is used: the new one is in the database, durably, before anything is
//! done with the access token that came with it. Where it cannot be written it stays here, is written before anything else
//! the next time, and nothing is given out until then. Who waits for a token and gives up ends nothing: the request runs
//! by itself, or its answer would be lost.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

use super::trouble::NoAccess;
use super::{Proof, secret_of};
use crate::config::{OauthClient, OauthFlow};
use crate::domain::{MINUTE, Millis, SECOND, Timestamp};
use crate::net::Secret;
use crate::net::oauth::{self, Granted, Limits, OauthError};
use crate::store::consents::{self, Consent};
use crate::store::{Store, StoreError};

/// How long before its end a token is replaced, at most; of shorter ones a tenth of their time.
const EARLY: Millis = 5 * MINUTE;
/// For how long a token is used of which nobody said how long it is good (RFC 6749 5.1 leaves that open).
const UNKNOWN_LIFETIME: Millis = 5 * MINUTE;
/// For how long a failure is the answer for those who ask too: they waited for the same request, or ask for each of many
/// mailboxes.
const FAILURE_KEPT: Millis = 10 * SECOND;

pub(super) struct Tokens {
    clients: Mutex<Clients>,
    pub(super) store: Store,
    clock: fn() -> Timestamp,
    limits: Limits,
    slots: Mutex<BTreeMap<Key, Arc<Turn<Slot>>>>,
}

/// The clients of the configuration, and how often it was read anew.
#[derive(Default)]
struct Clients {
    all: Vec<OauthClient>,
    read: u64,
}

/// Client and account; without an account: the client's own.
type Key = (String, String);

/// What is known of a consent.
#[derive(Default)]
struct Slot {
    /// As of which reading of the configuration token and failure are.
    read: u64,
    token: Option<Token>,
    /// The token that was used, and what is to be kept instead: it could not be written.
    unwritten: Option<(Secret, Consent)>,
    failure: Option<(Timestamp, NoAccess)>,
}

struct Token {
    secret: Secret,
    got_at: Timestamp,
    renew_at: Timestamp,
}

impl Tokens {
    pub(super) fn new(clients: Vec<OauthClient>, store: Store, clock: fn() -> Timestamp, limits: Limits) -> Tokens {
        let clients = Mutex::new(Clients { all: clients, read: 0 });
        Tokens { clients, store, clock, limits, slots: Mutex::default() }
    }

    pub(super) fn client(&self, name: &str) -> Option<OauthClient> {
        self.clients().all.iter().find(|client| client.name == name).cloned()
    }

    pub(super) fn replace_clients(&self, clients: Vec<OauthClient>) {
        let mut known = self.clients();
        *known = Clients { all: clients, read: known.read + 1 };
    }

    fn clients(&self) -> MutexGuard<'_, Clients> {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends when nobody asks any more.
    pub(super) async fn idle(&self) {
        let slots: Vec<_> = self.slots.lock().unwrap_or_else(PoisonError::into_inner).values().cloned().collect();
        for slot in slots {
            drop(slot.lock().await);
        }
    }

    /// A token for the login of `user`; not `refused`.
    pub(super) async fn of(
        self: &Arc<Self>,
        client: &str,
        user: &str,
        refused: Option<&Secret>,
    ) -> Result<Proof, NoAccess> {
        let client = self.client(client).ok_or_else(|| NoAccess::NoClient(client.to_owned()))?;
        let account = match client.flow {
            OauthFlow::Refresh => user,
            OauthFlow::ClientCredentials => "",
        };
        let key = (client.name.clone(), account.to_owned());
        let slot = self.slots.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        let mut slot = slot.lock_owned().await;
        // It may have been read anew while another one asked.
        let read = self.clients().read;
        let client = self.client(&client.name).unwrap_or(client);
        if slot.read != read {
            *slot = Slot { read, unwritten: slot.unwritten.take(), ..Slot::default() };
        }
        let (tokens, account, refused) = (self.clone(), account.to_owned(), refused.cloned());
        let name = client.name.clone();
        let asking = tokio::spawn(async move { tokens.ask(&client, &account, slot, refused.as_ref()).await });
        let ended = |error: tokio::task::JoinError| NoAccess::Store { client: name, what: error.to_string() };
        asking.await.map_err(ended)?
    }

    async fn ask(
        &self,
        client: &OauthClient,
        account: &str,
        mut slot: OwnedMutexGuard<Slot>,
        refused: Option<&Secret>,
    ) -> Result<Proof, NoAccess> {
        let now = (self.clock)();
        self.write(client, &mut slot)?;
        // A clock that was put back makes nothing good again.
        let holds = |token: &&Token| token.got_at <= now && now < token.renew_at && Some(&token.secret) != refused;
        if let Some(token) = slot.token.as_ref().filter(holds) {
            return Ok(Proof { secret: token.secret.clone(), is_kept: true });
        }
        if let Some((at, failure)) = &slot.failure
            && (0..FAILURE_KEPT).contains(&now.since(*at))
        {
            return Err(failure.clone());
        }
        slot.token = None;
        let got = match client.flow {
            OauthFlow::Refresh => self.renew(client, account, &mut slot).await,
            OauthFlow::ClientCredentials => self.of_client(client).await,
        };
        slot.failure = got.as_ref().err().map(|error| ((self.clock)(), error.clone()));
        let granted = got?;
        let secret = granted.access.clone();
        slot.token = Some(Token { secret: granted.access, got_at: now, renew_at: renew_at(now, granted.lifetime) });
        self.write(client, &mut slot)?;
        tracing::debug!(client = client.name, "got an access token");
        Ok(Proof { secret, is_kept: false })
    }

    async fn of_client(&self, client: &OauthClient) -> Result<Granted, NoAccess> {
        let secret = secret_of(client)?;
        let granted = oauth::of_client(client, secret.as_ref(), &self.limits).await;
        granted.map_err(|error| no_token(client, error))
    }

    /// Uses the consent. What is to be kept of it waits in the slot then.
    async fn renew(&self, client: &OauthClient, account: &str, slot: &mut Slot) -> Result<Granted, NoAccess> {
        let secret = secret_of(client)?;
        let mut consent = self.consent(client, account)?;
        let mut granted = oauth::renew(client, secret.as_ref(), &consent.refresh_token, account, &self.limits).await;
        if granted.as_ref().is_err_and(|error| error.cause == oauth::Cause::Refused) {
            // Another process may have used it in between, or somebody consented anew.
            let other = self.consent(client, account)?;
            if other.refresh_token != consent.refresh_token {
                consent = other;
                granted = oauth::renew(client, secret.as_ref(), &consent.refresh_token, account, &self.limits).await;
            }
        }
        let granted = granted.map_err(|error| no_token(client, error))?;
        let used = consent.refresh_token.clone();
        slot.unwritten = Some((used, renewed(consent, &granted, (self.clock)())));
        Ok(granted)
    }

    fn consent(&self, client: &OauthClient, account: &str) -> Result<Consent, NoAccess> {
        let found = self.store.read(|tx| consents::find(tx, &client.name, account));
        let missing = || NoAccess::NoConsent { client: client.name.clone() };
        found.map_err(|error| not_kept(client, &error))?.ok_or_else(missing)
    }

    fn write(&self, client: &OauthClient, slot: &mut Slot) -> Result<(), NoAccess> {
        if let Some((used, consent)) = &slot.unwritten {
            let written = self.store.write(|tx| consents::renew(tx, used, consent));
            if !written.map_err(|error| not_kept(client, &error))? {
                tracing::warn!(
                    client = client.name,
                    "a consent was used or given anew by another program meanwhile: what that one kept stays"
                );
            }
        }
        slot.unwritten = None;
        Ok(())
    }
}

/// When a token is replaced that was got at `now`.
fn renew_at(now: Timestamp, lifetime: Option<Millis>) -> Timestamp {
    lifetime.map_or(now.plus(UNKNOWN_LIFETIME), |lifetime| now.plus(lifetime - EARLY.min(lifetime / 10)))
}

/// What a consent is after its use: a server that gives a new token and says nothing of its end leaves that open.
fn renewed(consent: Consent, granted: &Granted, now: Timestamp) -> Consent {
    let rotated = granted.refresh.as_ref().filter(|token| **token != consent.refresh_token);
    let expires_at = match (granted.consent_lifetime, rotated) {
        (Some(lifetime), _) => Some(now.plus(lifetime)),
        (None, Some(_)) => None,
        (None, None) => consent.expires_at,
    };
    let refresh_token = rotated.cloned().unwrap_or(consent.refresh_token);
    Consent { refresh_token, renewed_at: now, expires_at, ..consent }
}

fn no_token(client: &OauthClient, error: OauthError) -> NoAccess {
    NoAccess::Token { client: client.name.clone(), error }
}

fn not_kept(client: &OauthClient, error: &StoreError) -> NoAccess {
    NoAccess::Store { client: client.name.clone(), what: error.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR;

    #[test]
    fn a_token_is_replaced_shortly_before_its_end() {
        let now = Timestamp(1_000);
        assert_eq!(renew_at(now, Some(HOUR)), now.plus(HOUR - 5 * MINUTE));
        assert_eq!(renew_at(now, Some(10 * SECOND)), now.plus(9 * SECOND));
        assert_eq!(renew_at(now, None), now.plus(5 * MINUTE));
        assert!(renew_at(now, Some(i64::MAX)) > now.plus(1_000_000 * HOUR));
    }

    #[test]
    fn a_consent_takes_the_new_token_and_the_end_that_belongs_to_it() {
        let (now, end) = (Timestamp(1_000), Timestamp(9_000));
        let old = Consent {
            client: "a".to_owned(),
            account: "b".to_owned(),
            refresh_token: Secret::new("old"),
            granted_at: Timestamp(1),
            renewed_at: Timestamp(2),
            expires_at: Some(end),
        };
        let after = |refresh: Option<&str>, consent_lifetime| {
            let refresh = refresh.map(Secret::new);
            let granted = Granted { access: Secret::new("x"), lifetime: None, refresh, consent_lifetime };
            let consent = renewed(old.clone(), &granted, now);
            assert_eq!((consent.granted_at, consent.renewed_at), (Timestamp(1), now));
            (consent.refresh_token, consent.expires_at)
        };
        assert_eq!(after(None, None), (Secret::new("old"), Some(end)));
        assert_eq!(after(Some("old"), None), (Secret::new("old"), Some(end)));
        assert_eq!(after(Some("new"), None), (Secret::new("new"), None));
        assert_eq!(after(Some("new"), Some(50)), (Secret::new("new"), Some(now.plus(50))));
        assert_eq!(after(None, Some(50)), (Secret::new("old"), Some(now.plus(50))));
    }
}
