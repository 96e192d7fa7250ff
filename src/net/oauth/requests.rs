//! What a token server is asked for.

use super::Limits;
use super::answer::{self, DeviceCode, Granted};
use super::error::{Cause, OauthError};
use super::form::{encoded, form};
use super::pasted::{Asking, REDIRECT};
use crate::config::{Endpoint, OauthClient};
use crate::net::{Answered, Post, Reach, post};
use crate::net::{Secret, base64};

/// How far a person is with a device's code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Poll {
    Granted(Granted),
    /// Not done yet.
    Pending,
    /// Not done yet, and asked too often: 5 seconds more between two questions from now on (RFC 8628 3.5).
    SlowDown,
    /// The code has ended, and nobody has consented.
    Expired,
}

/// Gets an access token by a refresh token (RFC 6749 6). `secret`: that of the client, where it has one. `account`: whose
/// consent it is; what the server says is shown without that.
pub async fn renew(
    client: &OauthClient,
    secret: Option<&Secret>,
    refresh: &Secret,
    account: &str,
    limits: &Limits,
) -> Result<Granted, OauthError> {
    let asked = [("grant_type", "refresh_token"), ("refresh_token", refresh.reveal())];
    let answered = ask(client, secret, &client.token, &asked, limits).await?;
    answer::granted(&client.token, &answered, &hidden(secret, &[refresh, &Secret::new(account)]))
}

/// Gets an access token by the client's own secret (RFC 6749 4.4).
pub async fn of_client(client: &OauthClient, secret: Option<&Secret>, limits: &Limits) -> Result<Granted, OauthError> {
    let scopes = client.scopes.join(" ");
    let mut asked = vec![("grant_type", "client_credentials")];
    asked.extend(scope(&scopes));
    let answered = ask(client, secret, &client.token, &asked, limits).await?;
    answer::granted(&client.token, &answered, &hidden(secret, &[]))
}

/// Begins to ask a person by a code (RFC 8628 3.1). `device`: where.
pub async fn ask_device(
    client: &OauthClient,
    secret: Option<&Secret>,
    device: &Endpoint,
    limits: &Limits,
) -> Result<DeviceCode, OauthError> {
    let scopes = client.scopes.join(" ");
    let asked: Vec<_> = scope(&scopes).collect();
    let answered = ask(client, secret, device, &asked, limits).await?;
    answer::device_code(device, &answered, &hidden(secret, &[]))
}

/// Asks whether the person is done (RFC 8628 3.4).
pub async fn poll_device(
    client: &OauthClient,
    secret: Option<&Secret>,
    code: &Secret,
    limits: &Limits,
) -> Result<Poll, OauthError> {
    let asked = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", code.reveal())];
    let answered = ask(client, secret, &client.token, &asked, limits).await?;
    match answer::error_word(&answered).as_deref() {
        Some("authorization_pending") => return Ok(Poll::Pending),
        Some("slow_down") => return Ok(Poll::SlowDown),
        Some("expired_token") => return Ok(Poll::Expired),
        _ => {}
    }
    answer::granted(&client.token, &answered, &hidden(secret, &[code])).map(Poll::Granted)
}

/// Turns the code of a redirect into tokens (RFC 6749 4.1.3, RFC 7636 4.5).
pub async fn of_code(
    client: &OauthClient,
    secret: Option<&Secret>,
    asking: &Asking,
    code: &Secret,
    limits: &Limits,
) -> Result<Granted, OauthError> {
    let asked = [
        ("grant_type", "authorization_code"),
        ("code", code.reveal()),
        ("redirect_uri", REDIRECT),
        ("code_verifier", asking.verifier.reveal()),
    ];
    let answered = ask(client, secret, &client.token, &asked, limits).await?;
    answer::granted(&client.token, &answered, &hidden(secret, &[code, &asking.verifier]))
}

fn scope(scopes: &str) -> impl Iterator<Item = (&'static str, &str)> {
    Some(("scope", scopes)).filter(|_| !scopes.is_empty()).into_iter()
}

fn hidden<'s>(secret: Option<&'s Secret>, sent: &[&'s Secret]) -> Vec<&'s Secret> {
    sent.iter().copied().chain(secret).collect()
}

/// Posts what is asked for, in the client's name (RFC 6749 2.3.1).
async fn ask(
    client: &OauthClient,
    secret: Option<&Secret>,
    endpoint: &Endpoint,
    asked: &[(&str, &str)],
    limits: &Limits,
) -> Result<Answered, OauthError> {
    let mut asked = asked.to_vec();
    let mut authorization = None;
    match secret {
        Some(secret) if !client.secret_in_form => {
            let both = format!("{}:{}", encoded(&client.client_id), encoded(secret.reveal()));
            authorization = Some(format!("Basic {}", base64(both.as_bytes())));
        }
        secret => {
            asked.push(("client_id", &client.client_id));
            asked.extend(secret.map(|secret| ("client_secret", secret.reveal())));
        }
    }
    let request = Post {
        content_type: "application/x-www-form-urlencoded",
        fields: authorization.map(|value| ("authorization", value)).into_iter().collect(),
        body: form(&asked),
    };
    let answered = post(endpoint, request, Reach::Anywhere, limits).await;
    answered.map_err(|error| OauthError::unreachable(endpoint, error))
}

impl OauthError {
    /// A server gave tokens and none that renews them: the consent would end with the first of them.
    pub fn without_refresh(client: &OauthClient) -> Self {
        let what =
            "it gave no refresh token; does its scope lack `offline_access`, or its authorize_url `access_type`?";
        OauthError::new(&client.token, Cause::Configuration, what)
    }
}
