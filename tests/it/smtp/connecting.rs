//! From a name to a connection that takes mail: encryption required, logins, and that no password is seen anywhere.

use std::time::Duration;

use ticketd::config::{Mechanism, Relay, Security};
use ticketd::net::Secret;
use ticketd::smtp::{Cause, Limits, SmtpError, Stage, connect};

use super::scripted::{Do, GREETING, MAIL, Scripted, envelope, login, relay, short};

async fn refused(server: &Scripted, relay: &Relay) -> SmtpError {
    let secret = Secret::new("pa55 wörd");
    let error = connect(relay, Some(&secret), &short()).await.unwrap_err();
    assert_eq!(error.server, format!("127.0.0.1:{}", server.port));
    error
}

#[tokio::test]
async fn without_starttls_where_it_is_required_nothing_is_said_that_is_secret() {
    let server = Scripted::new(&[]);
    let relay = Relay { login: login("support", None), ..relay("127.0.0.1", server.port, Security::StartTls) };
    let error = refused(&server, &relay).await;
    assert_eq!((error.cause, error.stage), (Cause::Configuration, Stage::StartTls));
    assert!(error.what.contains("offers no STARTTLS; is `tls = \"implicit\"` meant"), "{error}");
    assert_eq!(server.lines(0), ["EHLO here.example.org"]);
    for (said, cause) in [("454 4.7.0 not now", Cause::Temporary), ("554 5.7.0 never", Cause::Relay)] {
        let server = Scripted::knowing(&["STARTTLS", "AUTH PLAIN"], &[(0, "STARTTLS", Do::Say(said))]);
        let error = refused(
            &server,
            &Relay { server: ticketd::config::Server { port: server.port, ..relay.server.clone() }, ..relay.clone() },
        )
        .await;
        assert_eq!((error.cause, error.stage, server.lines(0).len()), (cause, Stage::StartTls, 2));
    }
}

#[tokio::test]
async fn what_is_slipped_in_before_tls_begins_is_not_read_as_said_within() {
    let injected = "220 2.0.0 go on\r\n250-there.example.org\r\n250 AUTH PLAIN";
    let server = Scripted::knowing(&["STARTTLS"], &[(0, "STARTTLS", Do::Say(injected))]);
    let relay = Relay { login: login("support", None), ..relay("127.0.0.1", server.port, Security::StartTls) };
    let error = refused(&server, &relay).await;
    assert_eq!((error.cause, error.stage), (Cause::Temporary, Stage::StartTls));
    assert!(error.what.ends_with("it says more than it was asked"), "{error}");
    assert_eq!(server.lines(0).len(), 2);
}

#[tokio::test]
async fn a_server_without_tls_is_not_spoken_to_where_tls_is_required_from_the_first_byte() {
    let server = Scripted::new(&[]);
    let relay = Relay { login: login("support", None), ..relay("127.0.0.1", server.port, Security::Implicit) };
    let error = refused(&server, &relay).await;
    assert_eq!((error.cause, error.stage), (Cause::Temporary, Stage::Connecting));
    assert!(error.what.starts_with("TLS: "), "{error}");
    // The other way round: both wait.
    let server = Scripted::new(&[(0, GREETING, Do::Hang)]);
    let error = server.connect().await.unwrap_err();
    assert!(error.what.ends_with("is `tls = \"implicit\"` meant, with port 465?"), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_may_be_there_later() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    let error = connect(&relay("127.0.0.1", nobody, Security::None), None, &short()).await.unwrap_err();
    assert_eq!((error.cause, error.stage), (Cause::Temporary, Stage::Connecting));
    assert!(error.what.starts_with("cannot connect: "), "{error}");
}

#[tokio::test]
async fn a_permanent_refusal_before_any_mail_is_the_relays() {
    for (step, stage) in [(GREETING, Stage::Greeting), ("EHLO", Stage::Hello)] {
        let server =
            Scripted::new(&[(0, step, Do::Say("554 5.7.1 you are on a list")), (1, step, Do::Say("450 wait"))]);
        let error = server.connect().await.unwrap_err();
        assert_eq!((error.cause, error.stage), (Cause::Relay, stage));
        assert_eq!(server.connect().await.unwrap_err().cause, Cause::Temporary);
    }
}

#[tokio::test]
async fn a_login_is_by_what_the_server_offers_or_by_what_was_asked_for() {
    let secret = Secret::new("pa55");
    let login_as = |server: &Scripted, mechanism| Relay { login: login("ann", mechanism), ..server.relay() };
    // RFC 4616: NUL user NUL password, in base64.
    let plain = "AUTH PLAIN AGFubgBwYTU1";
    let server = Scripted::new(&[]);
    connect(&login_as(&server, None), Some(&secret), &short()).await.unwrap();
    assert_eq!(server.lines(0)[1..], [plain]);

    let asked = [
        (0, "AUTH", Do::Say("334 VXNlcm5hbWU6")),
        (0, "YW5u", Do::Say("334 what now?")),
        (0, "cGE1NQ==", Do::Say("235 ok")),
    ];
    let server = Scripted::knowing(&["AUTH CRAM-MD5 LOGIN"], &asked);
    connect(&login_as(&server, None), Some(&secret), &short()).await.unwrap();
    assert_eq!(server.lines(0)[1..], ["AUTH LOGIN", "YW5u", "cGE1NQ=="]);
    let error = refused(&server, &login_as(&server, Some(Mechanism::Plain))).await;
    assert_eq!((error.cause, error.stage), (Cause::Configuration, Stage::Login));
    assert!(error.what.ends_with("only CRAM-MD5 LOGIN"), "{error}");
    assert_eq!(server.lines(1).len(), 1);

    let server = Scripted::new(&[]);
    connect(&login_as(&server, Some(Mechanism::Xoauth2)), Some(&secret), &short()).await.unwrap();
    // user=ann ^A auth=Bearer pa55 ^A ^A
    assert_eq!(server.lines(0)[1..], ["AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgcGE1NQEB"]);

    let server = Scripted::knowing(&[], &[]);
    let error = refused(&server, &login_as(&server, None)).await;
    assert!(error.cause == Cause::Configuration && error.what.starts_with("it offers no login"), "{error}");
}

#[tokio::test]
async fn a_token_that_has_run_out_is_a_refusal_and_not_a_question() {
    let server = Scripted::new(&[(0, "AUTH", Do::Say("334 eyJzdGF0dXMiOiI0MDAifQ=="))]);
    let relay = Relay { login: login("ann", Some(Mechanism::Xoauth2)), ..server.relay() };
    let error = refused(&server, &relay).await;
    assert_eq!((error.cause, error.stage), (Cause::Auth, Stage::Login));
    // What it asked for is answered with nothing, so that it says what is wrong.
    assert_eq!(server.lines(0).last().unwrap(), "");
}

#[tokio::test]
async fn a_refused_login_says_so_and_never_shows_the_password() {
    // In base64, as PLAIN and LOGIN say it.
    let shown = ["pa55 wörd", "AHN1cHBvcnQAcGE1NSB3w7ZyZA==", "cGE1NSB3w7ZyZA=="];
    let echo = "535-5.7.8 unknown: AUTH PLAIN AHN1cHBvcnQAcGE1NSB3w7ZyZA==\r\n535 5.7.8 not pa55 wörd";
    let echo_login = "535 5.7.8 not cGE1NSB3w7ZyZA== either";
    let server = Scripted::new(&[
        (0, "AUTH PLAIN", Do::Say(echo)),
        (1, "AUTH PLAIN", Do::Say("454 4.7.0 the directory is away")),
        (2, "AUTH LOGIN", Do::Say("334 VXNlcm5hbWU6")),
        (2, "c3VwcG9ydA==", Do::Say("334 UGFzc3dvcmQ6")),
        (2, "cGE1", Do::Say(echo_login)),
    ]);
    for (mechanism, cause) in [(None, Cause::Auth), (None, Cause::Temporary), (Some(Mechanism::Login), Cause::Auth)] {
        let error = refused(&server, &Relay { login: login("support", mechanism), ..server.relay() }).await;
        assert_eq!((error.cause, error.stage), (cause, Stage::Login));
        assert!(error.what.starts_with("the login was refused: "), "{error}");
        let all = format!("{error} {error:?}");
        assert!(!shown.iter().any(|shown| all.contains(shown)), "{all}");
    }
    let server = Scripted::new(&[]);
    let secret = Secret::new("pa55 wörd");
    let relay = Relay { login: login("support", None), ..server.relay() };
    let mut connection = connect(&relay, Some(&secret), &short()).await.unwrap();
    connection.send(&envelope("a@example.org", &["b@example.org"]), MAIL).await.unwrap();
    assert_eq!(
        format!("{connection:?}"),
        format!("Connection {{ server: \"127.0.0.1:{}\", open: true }}", server.port)
    );
}

#[tokio::test]
async fn without_a_name_of_its_own_this_computer_says_its_address() {
    let server = Scripted::new(&[]);
    let relay = Relay { hello: None, ..server.relay() };
    connect(&relay, None, &short()).await.unwrap();
    assert_eq!(server.lines(0), ["EHLO [127.0.0.1]"]);
}

#[test]
fn the_limits_are_those_of_rfc_5321() {
    let limits = Limits::default();
    let minutes = [limits.greeting, limits.command, limits.data, limits.block, limits.end];
    assert_eq!(minutes.map(|limit| limit.as_secs() / 60), [5, 5, 2, 3, 10]);
    assert!(limits.connecting <= Duration::from_secs(60) && limits.goodbye <= Duration::from_secs(10));
}
