//! What a token server answers: tokens (RFC 6749 5.1), errors (5.2), codes for a device (RFC 8628 3.2).

use serde::Deserialize;

use super::error::{Cause, OauthError, said};
use crate::config::Endpoint;
use crate::domain::{Millis, SECOND};
use crate::net::Answered;
use crate::net::Secret;

/// Tokens that were granted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Granted {
    pub access: Secret,
    /// For how long the access token is good. `None`: the server does not say.
    pub lifetime: Option<Millis>,
    /// What renews it: the new one, where the server rotates them.
    pub refresh: Option<Secret>,
    /// For how long that is good unless it is used. `None`: the server does not say.
    pub consent_lifetime: Option<Millis>,
}

/// What a person needs to consent for this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceCode {
    /// What we ask with meanwhile.
    pub device_code: Secret,
    /// What the person enters.
    pub user_code: String,
    /// Where: a URL, perhaps with the code in it.
    pub url: String,
    pub url_with_code: Option<String>,
    pub lifetime: Millis,
    /// How long to wait between two questions.
    pub interval: Millis,
}

#[derive(Deserialize)]
struct Tokens {
    access_token: String,
    token_type: Option<String>,
    expires_in: Option<Seconds>,
    refresh_token: Option<String>,
    refresh_token_expires_in: Option<Seconds>,
    /// Keycloak's name for the same.
    refresh_expires_in: Option<Seconds>,
}

#[derive(Deserialize)]
struct Codes {
    device_code: String,
    user_code: String,
    /// Google calls it otherwise.
    #[serde(alias = "verification_url")]
    verification_uri: String,
    #[serde(alias = "verification_url_complete")]
    verification_uri_complete: Option<String>,
    expires_in: Seconds,
    interval: Option<Seconds>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

/// Some write numbers as texts.
#[derive(Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
}

impl Seconds {
    /// `None`: none that says anything; 0 is said for what does not end.
    fn millis(&self) -> Option<Millis> {
        let seconds = match self {
            Seconds::Number(number) => *number,
            Seconds::Text(text) => text.parse().ok()?,
        };
        #[expect(clippy::cast_possible_truncation, reason = "it saturates")]
        let millis = (seconds * 1000.0) as Millis;
        (millis > 0).then_some(millis)
    }
}

/// Reads an answer that is to have tokens. `hidden`: what was sent.
pub(super) fn granted(endpoint: &Endpoint, answered: &Answered, hidden: &[&Secret]) -> Result<Granted, OauthError> {
    let tokens: Tokens = read(endpoint, answered, hidden)?;
    if let Some(other) = tokens.token_type.filter(|name| !name.eq_ignore_ascii_case("bearer")) {
        let what = format!("it gives tokens of another sort than bearer: {}", said(&other, hidden));
        return Err(OauthError::new(endpoint, Cause::Configuration, what));
    }
    let is_token = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
    let refresh = tokens.refresh_token.filter(|text| !text.is_empty());
    // RFC 6749 A.12, A.17: no token has other characters, and others would be commands where it is sent.
    if !is_token(&tokens.access_token) || !refresh.iter().all(is_token) {
        return Err(OauthError::new(endpoint, Cause::Temporary, "what it gives is no token"));
    }
    let consent = tokens.refresh_token_expires_in.or(tokens.refresh_expires_in);
    Ok(Granted {
        access: Secret::new(tokens.access_token),
        lifetime: tokens.expires_in.as_ref().and_then(Seconds::millis),
        refresh: refresh.map(Secret::new),
        consent_lifetime: consent.as_ref().and_then(Seconds::millis),
    })
}

/// Reads an answer that is to have codes for a device.
pub(super) fn device_code(
    endpoint: &Endpoint,
    answered: &Answered,
    hidden: &[&Secret],
) -> Result<DeviceCode, OauthError> {
    let codes: Codes = read(endpoint, answered, hidden)?;
    Ok(DeviceCode {
        device_code: Secret::new(codes.device_code),
        user_code: said(&codes.user_code, &[]),
        url: said(&codes.verification_uri, &[]),
        url_with_code: codes.verification_uri_complete.map(|url| said(&url, &[])),
        lifetime: codes.expires_in.millis().unwrap_or(300 * SECOND),
        // RFC 8628 3.2.
        interval: codes.interval.and_then(|interval| interval.millis()).unwrap_or(5 * SECOND),
    })
}

/// The word for what is wrong, where the answer has one.
pub(super) fn error_word(answered: &Answered) -> Option<String> {
    let refusal: Option<Refusal> = serde_json::from_slice(&answered.body).ok();
    refusal.map(|refusal| refusal.error)
}

fn read<T: for<'a> Deserialize<'a>>(
    endpoint: &Endpoint,
    answered: &Answered,
    hidden: &[&Secret],
) -> Result<T, OauthError> {
    // The words of the reader are not shown: they may quote a token.
    if answered.status == 200 {
        let garbled = || OauthError::new(endpoint, Cause::Temporary, "its answer is not what OAuth says");
        return serde_json::from_slice(&answered.body).map_err(|_| garbled());
    }
    Err(refused(endpoint, answered, hidden))
}

fn refused(endpoint: &Endpoint, answered: &Answered, hidden: &[&Secret]) -> OauthError {
    let status = answered.status;
    let refusal: Option<Refusal> = serde_json::from_slice(&answered.body).ok();
    let Some(Refusal { error, error_description }) = refusal else {
        let (cause, hint) = match status {
            300..=399 => (Cause::Configuration, ": it leads elsewhere, and that is not followed"),
            404 | 405 | 410 => (Cause::Configuration, ": is that the URL?"),
            _ => (Cause::Temporary, ""),
        };
        return OauthError::new(endpoint, cause, format!("it answered {status}{hint}"));
    };
    let cause = match error.as_str() {
        _ if status >= 500 || status == 429 => Cause::Temporary,
        "temporarily_unavailable" | "server_error" | "slow_down" => Cause::Temporary,
        // The last three are OpenID Connect's (3.1.2.6), for what only a person can put right.
        "invalid_grant" | "access_denied" | "interaction_required" | "login_required" | "consent_required" => {
            Cause::Refused
        }
        _ => Cause::Configuration,
    };
    let mut what = said(&error, hidden);
    if let Some(description) = error_description {
        what = format!("{what}: {}", said(&description, hidden));
    }
    OauthError::new(endpoint, cause, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn endpoint() -> Endpoint {
        Endpoint::parse("https://id.example.org/token", None).unwrap()
    }

    fn answer(status: u16, body: &str) -> Answered {
        Answered { status, body: body.as_bytes().to_vec() }
    }

    fn read_tokens(status: u16, body: &str) -> Result<Granted, OauthError> {
        granted(&endpoint(), &answer(status, body), &[&Secret::new("s3cret")])
    }

    #[test]
    fn tokens_are_read_however_their_times_are_written() {
        let body = r#"{"access_token":"a","token_type":"Bearer","expires_in":3599,"refresh_token":"r","scope":"x"}"#;
        let expected = Granted {
            access: Secret::new("a"),
            lifetime: Some(3_599_000),
            refresh: Some(Secret::new("r")),
            consent_lifetime: None,
        };
        assert_eq!(read_tokens(200, body), Ok(expected.clone()));
        let body = r#"{"access_token":"a","expires_in":"3599","refresh_token":"r","refresh_expires_in":1800}"#;
        let other = Granted { consent_lifetime: Some(1_800_000), ..expected };
        assert_eq!(read_tokens(200, body), Ok(other));
        let body = r#"{"access_token":"a","expires_in":1e300,"refresh_token":"","refresh_token_expires_in":0}"#;
        let forever = read_tokens(200, body).unwrap();
        assert_eq!((forever.lifetime, forever.refresh, forever.consent_lifetime), (Some(i64::MAX), None, None));
    }

    #[test]
    fn what_is_no_token_is_none_and_is_not_shown() {
        for body in [
            "",
            "[]",
            "<html>",
            "{}",
            r#"{"access_token":""}"#,
            r#"{"access_token":"a\r\nX LOGOUT"}"#,
            r#"{"access_token":"a","refresh_token":"b c"}"#,
            r#"{"access_token":7}"#,
            r#"{"access_token":"a","expires_in":{}}"#,
        ] {
            let error = read_tokens(200, body).unwrap_err();
            assert_eq!(error.cause, Cause::Temporary, "{body}");
            assert!(!error.to_string().contains("LOGOUT"), "{error}");
        }
        let error = read_tokens(200, r#"{"access_token":"a","token_type":"mac"}"#).unwrap_err();
        assert_eq!((error.cause, error.what.ends_with("than bearer: mac")), (Cause::Configuration, true));
    }

    #[test]
    fn an_error_is_told_by_who_can_do_something_about_it() {
        for (status, body, cause) in [
            (400, r#"{"error":"invalid_grant"}"#, Cause::Refused),
            (400, r#"{"error":"interaction_required"}"#, Cause::Refused),
            (401, r#"{"error":"invalid_client"}"#, Cause::Configuration),
            (400, r#"{"error":"invalid_scope"}"#, Cause::Configuration),
            (400, r#"{"error":"unauthorized_client"}"#, Cause::Configuration),
            (400, r#"{"error":"temporarily_unavailable"}"#, Cause::Temporary),
            (429, r#"{"error":"invalid_request"}"#, Cause::Temporary),
            (503, r#"{"error":"invalid_grant"}"#, Cause::Temporary),
            (500, "oops", Cause::Temporary),
            (400, "oops", Cause::Temporary),
            (302, "", Cause::Configuration),
            (404, "<html>", Cause::Configuration),
        ] {
            assert_eq!(read_tokens(status, body).unwrap_err().cause, cause, "{status} {body}");
        }
    }

    #[test]
    fn what_a_server_says_is_shown_in_one_line_without_secrets() {
        let body = r#"{"error":"invalid_client","error_description":"AADSTS7000222:\r\nkeys s3cret expired\u001b"}"#;
        let error = read_tokens(401, body).unwrap_err();
        assert_eq!(error.to_string(), "id.example.org: invalid_client: AADSTS7000222:  keys … expired");
    }

    #[test]
    fn codes_for_a_device_are_read_with_what_is_left_out() {
        let read = |body: &str| device_code(&endpoint(), &answer(200, body), &[]);
        let body = r#"{"device_code":"d","user_code":"AB-CD","verification_url":"https://x/","expires_in":900}"#;
        let codes = read(body).unwrap();
        assert_eq!((codes.user_code.as_str(), codes.url.as_str(), codes.url_with_code), ("AB-CD", "https://x/", None));
        assert_eq!((codes.lifetime, codes.interval), (900_000, 5_000));
        assert!(read(r#"{"device_code":"d"}"#).is_err());
    }
}
