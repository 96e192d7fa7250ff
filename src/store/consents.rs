//! Consents of OAuth, each by the token that renews it. Not journaled: see 0006.sql.

use super::{StoreError, Tx};
use crate::domain::Timestamp;
use crate::domain::row::{Column, Value};
use crate::net::Secret;

/// A consent that an account gave to a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    /// Name of the client in the configuration.
    pub client: String,
    /// The user of the login.
    pub account: String,
    pub refresh_token: Secret,
    pub granted_at: Timestamp,
    /// When it was used last, or given.
    pub renewed_at: Timestamp,
    /// When it ends unless it is used before. `None`: nobody said so.
    pub expires_at: Option<Timestamp>,
}

/// The consent of that account, where there is one.
pub fn find(tx: &mut Tx<'_>, client: &str, account: &str) -> Result<Option<Consent>, StoreError> {
    let sql = "SELECT refresh_token, granted_at, renewed_at, expires_at FROM oauth_consent \
               WHERE client = $1 AND account = $2";
    let Some(row) = tx.query(sql, &[text(client), text(account)])?.into_iter().next() else { return Ok(None) };
    match <[Value; 4]>::try_from(row) {
        Ok([Value::Text(token), Value::Integer(granted), Value::Integer(renewed), Value::Integer(expires)]) => {
            Ok(Some(Consent {
                client: client.to_owned(),
                account: account.to_owned(),
                refresh_token: Secret::new(token),
                granted_at: Timestamp(granted),
                renewed_at: Timestamp(renewed),
                expires_at: Some(Timestamp(expires)).filter(|at| at.0 > 0),
            }))
        }
        _ => Err(tx.damaged("table oauth_consent")),
    }
}

/// Keeps a consent that was given, instead of an earlier one.
pub fn give(tx: &mut Tx<'_>, consent: &Consent) -> Result<(), StoreError> {
    let sql = "INSERT INTO oauth_consent (client, account, refresh_token, granted_at, renewed_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (client, account) DO UPDATE SET \
               refresh_token = excluded.refresh_token, granted_at = excluded.granted_at, \
               renewed_at = excluded.renewed_at, expires_at = excluded.expires_at";
    let Consent { client, account, refresh_token, granted_at, renewed_at, expires_at } = consent;
    let expires_at = expires_at.unwrap_or_default().to_value();
    let row = [text(client), text(account), text(refresh_token.reveal()), granted_at.to_value()];
    tx.execute(sql, &[&row[..], &[renewed_at.to_value(), expires_at]].concat()).map(|_| ())
}

/// Keeps what a use of the consent changed: its token, and its end. `false`: nothing happens, for it was given or used anew meanwhile:
/// `used`, the token that was used, is not the one that is kept any more.
pub fn renew(tx: &mut Tx<'_>, used: &Secret, consent: &Consent) -> Result<bool, StoreError> {
    let sql = "UPDATE oauth_consent SET refresh_token = $1, renewed_at = $2, expires_at = $3 \
               WHERE client = $4 AND account = $5 AND refresh_token = $6";
    let Consent { client, account, refresh_token, renewed_at, expires_at, .. } = consent;
    let values = [
        text(refresh_token.reveal()),
        renewed_at.to_value(),
        expires_at.unwrap_or_default().to_value(),
        text(client),
        text(account),
        text(used.reveal()),
    ];
    tx.execute(sql, &values).map(|rows| rows > 0)
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}
