//! Tokens: when one is asked for, what is kept of it, and that no consent is lost.

use std::cell::Cell;
use std::time::Duration;

use ticketd::config::{Credential, PasswordFrom};
use ticketd::domain::{DAY, Ends, HOUR, MINUTE, Timestamp};
use ticketd::engine::access::{Access, Cause, NoAccess, Proof};
use ticketd::net::Secret;
use ticketd::net::oauth::Ending;
use ticketd::store::{Store, consents};

use super::place::{access, config, consent, desk, keeps, now, store};
use super::server::{Do, TokenServer};

const USER: &str = "support@example.org";

thread_local! {
    static PASSED: Cell<i64> = const { Cell::new(0) };
}

/// The time of this test: a test has a thread of its own.
fn clock() -> Timestamp {
    now().plus(PASSED.get())
}

async fn token(access: &Access) -> Result<Proof, NoAccess> {
    access.proof(&Credential::OAuth("own".to_owned()), USER, None).await
}

fn is(proof: &Proof, token: &str, is_kept: bool) -> bool {
    *proof == Proof { secret: Secret::new(token), is_kept }
}

/// A desk with a consent, and its access.
fn consented(server: &TokenServer, more: &str) -> (crate::first_steps::Desk, Store, Access) {
    let desk = desk(server, 1, USER, more);
    let store = store(&desk);
    consent(&store, USER, "refresh-0");
    let access = access(&desk, &store, clock);
    (desk, store, access)
}

#[tokio::test]
async fn a_token_is_kept_until_shortly_before_its_end() {
    let server = TokenServer::start(USER);
    let (_desk, _store, access) = consented(&server, "");
    assert!(is(&token(&access).await.unwrap(), "access-1", false));
    PASSED.set(HOUR - 5 * MINUTE - 1);
    assert!(is(&token(&access).await.unwrap(), "access-1", true));
    PASSED.set(HOUR - 5 * MINUTE);
    assert!(is(&token(&access).await.unwrap(), "access-2", false));
    // A clock that was put back by far makes nothing good again.
    PASSED.set(-DAY);
    assert!(is(&token(&access).await.unwrap(), "access-3", false));
    let asked = server.tokens_asked();
    assert_eq!(asked.len(), 3);
    let form: Vec<_> = asked[0].form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(form, [("client_id", "desk"), ("grant_type", "refresh_token"), ("refresh_token", "refresh-0")]);
}

#[tokio::test]
async fn those_who_ask_at_once_wait_for_one_request() {
    let server = TokenServer::start(USER);
    let (_desk, _store, access) = consented(&server, "");
    server.instead("/token", Do::Wait(Duration::from_millis(200)));
    let proofs = tokio::join!(token(&access), token(&access), token(&access), token(&access));
    for proof in [proofs.0, proofs.1, proofs.2, proofs.3] {
        assert_eq!(proof.unwrap().secret, Secret::new("access-1"));
    }
    assert_eq!(server.tokens_asked().len(), 1);
}

#[tokio::test]
async fn a_failure_answers_those_who_waited_and_is_forgotten_soon() {
    let server = TokenServer::start(USER);
    let (_desk, _store, access) = consented(&server, "");
    server.instead("/token", Do::Hang);
    let (one, other) = tokio::join!(token(&access), token(&access));
    for error in [one.unwrap_err(), other.unwrap_err()] {
        assert_eq!(error.cause(), Cause::Temporary);
        assert!(error.to_string().ends_with("no answer for 700ms"), "{error}");
    }
    assert_eq!(server.tokens_asked().len(), 1);
    PASSED.set(10_000);
    assert!(is(&token(&access).await.unwrap(), "access-1", false));
}

#[tokio::test]
async fn a_rotated_refresh_token_is_kept_before_anything_is_done_with_what_came_with_it() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    for count in 1..=3 {
        token(&access).await.unwrap();
        assert!(keeps(&store, USER, &format!("refresh-{count}")));
        PASSED.set(count * HOUR);
    }
}

#[tokio::test]
async fn where_it_cannot_be_kept_nothing_is_given_out_until_it_is() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    let full = "CREATE TRIGGER full BEFORE UPDATE ON oauth_consent BEGIN SELECT RAISE(ABORT, 'no room'); END";
    store.write(|tx| tx.execute(full, &[])).unwrap();
    for _ in 0..2 {
        let error = token(&access).await.unwrap_err();
        assert_eq!(error.cause(), Cause::Temporary);
        assert!(error.to_string().contains("the consent for the client `own` cannot be kept"), "{error}");
    }
    assert!(keeps(&store, USER, "refresh-0"));
    store.write(|tx| tx.execute("DROP TRIGGER full", &[])).unwrap();
    assert!(is(&token(&access).await.unwrap(), "access-1", true));
    assert!(keeps(&store, USER, "refresh-1"));
    assert_eq!(server.tokens_asked().len(), 1);
}

#[tokio::test]
async fn who_gives_up_waiting_loses_no_consent() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    server.instead("/token", Do::Wait(Duration::from_millis(200)));
    tokio::time::timeout(Duration::from_millis(50), token(&access)).await.unwrap_err();
    assert_eq!(token(&access).await.unwrap().secret, Secret::new("access-1"));
    assert!(keeps(&store, USER, "refresh-1"));
    assert_eq!(server.tokens_asked().len(), 1);
}

#[tokio::test]
async fn a_consent_that_another_process_used_in_between_is_read_again() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    server.model().refresh = "refresh-other".to_owned();
    let theirs = store.clone();
    server.instead("/token", Do::Call(Box::new(move || consent(&theirs, USER, "refresh-other"))));
    assert!(is(&token(&access).await.unwrap(), "access-1", false));
    assert_eq!(server.tokens_asked().len(), 2);
}

#[tokio::test]
async fn a_consent_that_was_given_anew_meanwhile_is_not_overwritten() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    let theirs = store.clone();
    server.instead("/token", Do::Call(Box::new(move || consent(&theirs, USER, "given-anew"))));
    token(&access).await.unwrap();
    assert!(keeps(&store, USER, "given-anew"));
}

#[tokio::test]
async fn a_consent_that_is_gone_or_was_never_given_is_refused_with_the_way_out() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    consent(&store, USER, "revoked");
    let error = token(&access).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Refused);
    let words = format!(
        "there is no token of the client `own`: 127.0.0.1:{}: invalid_grant: no, invalid_grant; \
         `ticketd login support` asks for consent",
        server.port
    );
    assert_eq!(error.with_way_out("support"), words);
    let error = access.proof(&Credential::OAuth("own".to_owned()), "other@example.org", None).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Refused);
    assert!(error.to_string().starts_with("there is no consent for the client `own`"), "{error}");
    assert_eq!(server.tokens_asked().len(), 1);
}

#[tokio::test]
async fn a_client_with_a_secret_says_it_as_every_server_must_take_it() {
    let server = TokenServer::start(USER);
    let more = "flow = \"client_credentials\"\nclient_secret_file = \"SECRET\"";
    let desk = desk(&server, 1, USER, more);
    let secret = desk.0.path().join("secret");
    std::fs::write(&secret, "s3c:ret\n").unwrap();
    let text = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    desk.write("ticketd.toml", text.replace("SECRET", &secret.display().to_string()));
    let store = store(&desk);
    let access = access(&desk, &store, clock);
    assert!(is(&token(&access).await.unwrap(), "access-1", false));
    // Whoever logs in: the token is the client's.
    let other = access.proof(&Credential::OAuth("own".to_owned()), "other@example.org", None).await;
    assert!(is(&other.unwrap(), "access-1", true));
    let asked = &server.tokens_asked()[0];
    // RFC 6749 2.3.1: both are written as in a form, then as RFC 7617 wants it: desk:s3c%3Aret.
    assert_eq!(asked.authorization.as_deref(), Some("Basic ZGVzazpzM2MlM0FyZXQ="));
    let form: Vec<_> = asked.form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(form, [("grant_type", "client_credentials"), ("scope", "mail offline_access")]);
    assert!(store.read(|tx| consents::find(tx, "own", "")).unwrap().is_none());
    std::fs::remove_file(&secret).unwrap();
    PASSED.set(HOUR);
    let error = token(&access).await.unwrap_err();
    assert_eq!(error.cause(), Cause::Configuration);
    assert!(error.to_string().starts_with("the secret of the client `own` cannot be read from "), "{error}");
}

#[tokio::test]
async fn what_is_known_to_end_is_the_consent_and_the_secret_and_follows_each_use() {
    let server = TokenServer::start(USER);
    let more = "client_secret_env = \"PATH\"\nsecret_expires = \"2027-01-31\"";
    let (_desk, _store, access) = consented(&server, more);
    let oauth = Credential::OAuth("own".to_owned());
    let secret = Ending { what: Ends::Secret, at: Timestamp(1_801_353_600_000) };
    assert_eq!(access.endings(&oauth, USER).unwrap(), [secret]);
    server.model().more = serde_json::json!({ "expires_in": 60, "refresh_token_expires_in": 90 * 24 * 3600 });
    token(&access).await.unwrap();
    let consent = Ending { what: Ends::Consent, at: now().plus(90 * DAY) };
    assert_eq!(access.endings(&oauth, USER).unwrap(), [consent, secret]);
    assert_eq!(access.endings(&Credential::Password(PasswordFrom::File(String::new())), USER).unwrap(), []);
}

#[tokio::test]
async fn what_could_not_be_written_outlives_a_configuration_that_is_read_anew() {
    let server = TokenServer::start(USER);
    let (desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    let full = "CREATE TRIGGER full BEFORE UPDATE ON oauth_consent BEGIN SELECT RAISE(ABORT, 'no room'); END";
    store.write(|tx| tx.execute(full, &[])).unwrap();
    token(&access).await.unwrap_err();
    access.replace_clients(config(&desk).oauth);
    store.write(|tx| tx.execute("DROP TRIGGER full", &[])).unwrap();
    assert!(is(&token(&access).await.unwrap(), "access-2", false));
    assert!(keeps(&store, USER, "refresh-2"));
    access.replace_clients(Vec::new());
    assert_eq!(token(&access).await.unwrap_err(), NoAccess::NoClient("own".to_owned()));
}

#[tokio::test]
async fn a_configuration_that_is_read_anew_uses_no_consent_twice_at_once() {
    let server = TokenServer::start(USER);
    let (desk, store, access) = consented(&server, "");
    server.model().rotates = true;
    server.instead("/token", Do::Wait(Duration::from_millis(200)));
    tokio::time::timeout(Duration::from_millis(50), token(&access)).await.unwrap_err();
    access.replace_clients(config(&desk).oauth);
    assert!(is(&token(&access).await.unwrap(), "access-2", false));
    assert!(keeps(&store, USER, "refresh-2"));
    assert_eq!(server.tokens_asked().len(), 2, "none of them was refused");
}

#[tokio::test]
async fn whoever_ends_can_wait_for_what_is_being_asked() {
    let server = TokenServer::start(USER);
    let (_desk, store, access) = consented(&server, "");
    access.idle().await;
    server.model().rotates = true;
    server.instead("/token", Do::Wait(Duration::from_millis(200)));
    tokio::time::timeout(Duration::from_millis(50), token(&access)).await.unwrap_err();
    assert!(keeps(&store, USER, "refresh-0"));
    access.idle().await;
    assert!(keeps(&store, USER, "refresh-1"));
}

#[tokio::test]
async fn whose_consent_it_is_is_not_shown() {
    let server = TokenServer::start(USER);
    let (_desk, _store, access) = consented(&server, "");
    let said = format!("{{\"error\":\"invalid_grant\",\"error_description\":\"User {USER} is disabled\"}}");
    server.instead("/token", Do::Say(400, said.clone()));
    let error = token(&access).await.unwrap_err().to_string();
    assert!(error.ends_with("invalid_grant: User … is disabled"), "{error}");
}
