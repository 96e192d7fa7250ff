//! With a real relay: encryption, logins, and that a mail arrives as it was sent.

use ticketd::config::{Mechanism, Relay, Security, Server};
use ticketd::net::Secret;
use ticketd::smtp::{Cause, Limits, SmtpError, Stage, connect};

use super::postfix::Postfix;
use super::scripted::{MAIL, envelope, login, relay};
use super::sending::all;
use crate::imap::dovecot::{ODD_PASSWORD, ODD_USER, PASSWORD};

async fn refused(relay: &Relay, secret: &str) -> SmtpError {
    connect(relay, Some(&Secret::new(secret)), &Limits::default()).await.unwrap_err()
}

fn trusting(postfix: &Postfix, security: Security, mechanism: Option<Mechanism>) -> Relay {
    let port = if security == Security::Implicit { postfix.smtps } else { postfix.submission };
    let mut relay = relay("localhost", port, security);
    relay.server.ca_file = Some(postfix.dovecot.authority().display().to_string());
    Relay { login: login("support", mechanism), ..relay }
}

#[tokio::test]
async fn mail_goes_through_a_real_relay_by_every_way_to_encrypt_and_to_log_in() {
    let Some(postfix) = Postfix::start("smtp relay") else { return };
    let secret = Secret::new(PASSWORD);
    let to_ann = envelope("support@example.org", &["ann@example.com"]);
    for (security, mechanism) in [
        (Security::Implicit, None),
        (Security::StartTls, Some(Mechanism::Plain)),
        (Security::StartTls, Some(Mechanism::Login)),
    ] {
        let relay = trusting(&postfix, security, mechanism);
        let mut connection = connect(&relay, Some(&secret), &Limits::default()).await.unwrap();
        for _ in 0..2 {
            let sent = all(&connection.send(&to_ann, MAIL).await.unwrap());
            assert!(sent[0].starts_with("sent 250 2.0.0 Ok: queued as "), "{sent:?}");
        }
        connection.quit().await;
    }
    // The certificate itself is as good as its authority; a password may have any sign.
    let mut relay = trusting(&postfix, Security::StartTls, None);
    relay.server.ca_file = Some(postfix.dovecot.certificate().display().to_string());
    relay.login = login(ODD_USER, None);
    connect(&relay, Some(&Secret::new(ODD_PASSWORD)), &Limits::default()).await.unwrap().quit().await;
    assert_eq!(postfix.delivered(6).len(), 6);

    let error = refused(&relay, "wr0ng").await;
    assert_eq!((error.cause, error.stage), (Cause::Auth, Stage::Login));
    assert!(!format!("{error:?}").contains("wr0ng"), "{error:?}");
    // Nobody may log in here without encryption, and who is not logged in may send to nobody.
    let bare = Relay { login: None, ..super::scripted::relay("127.0.0.1", postfix.submission, Security::None) };
    let mut connection = connect(&bare, None, &Limits::default()).await.unwrap();
    let sent = all(&connection.send(&to_ann, MAIL).await.unwrap());
    assert!(sent[0].starts_with("refused 554 5.7.1 "), "{sent:?}");
    let error = refused(&Relay { login: login("support", None), ..bare }, PASSWORD).await;
    assert_eq!((error.cause, error.stage), (Cause::Configuration, Stage::Login));
}

#[tokio::test]
async fn a_relay_with_a_certificate_that_is_not_its_own_gets_neither_password_nor_mail() {
    let Some(postfix) = Postfix::start("smtp certificates") else { return };
    for security in [Security::Implicit, Security::StartTls] {
        let right = trusting(&postfix, security, None);
        let unknown = Relay { server: Server { ca_file: None, ..right.server.clone() }, ..right.clone() };
        let error = refused(&unknown, PASSWORD).await;
        assert_eq!((error.cause, error.stage), (Cause::Temporary, Stage::Connecting));
        assert!(
            error.what.contains("TLS: invalid peer certificate") && error.what.contains("set `ca_file`"),
            "{error}"
        );
        // 127.0.0.1 is in the certificate, and this other name for it is not.
        let host = "::ffff:127.0.0.1".to_owned();
        let other = Relay { server: Server { host, ..right.server.clone() }, ..right.clone() };
        let error = refused(&other, PASSWORD).await;
        assert!(error.what.contains("certificate not valid for name"), "{error}");
    }
}

#[tokio::test]
async fn a_mail_arrives_as_it_was_sent_with_dots_eight_bits_and_names_in_utf_8() {
    let Some(postfix) = Postfix::start("smtp content") else { return };
    let relay = trusting(&postfix, Security::StartTls, None);
    let mut connection = connect(&relay, Some(&Secret::new(PASSWORD)), &Limits::default()).await.unwrap();
    let body = ".\r\n..two\r\n\r\nHellö, пример\r\n.end";
    let mail = format!("Subject: Dots\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{body}");
    let to = envelope("jürgen@example.org", &["пример@example.com"]);
    let sent = all(&connection.send(&to, mail.as_bytes()).await.unwrap());
    assert!(sent[0].starts_with("sent "), "{sent:?}");
    let arrived = String::from_utf8(postfix.delivered(1).remove(0)).unwrap();
    assert!(arrived.ends_with(&format!("\n\n{}\n", body.replace("\r\n", "\n"))), "{arrived}");
    assert!(arrived.contains("Return-Path: <jürgen@example.org>\n"), "{arrived}");
    assert!(arrived.contains("Delivered-To: пример@example.com\n"), "{arrived}");
    // Its limit is known before anything is sent.
    let large = [b"Subject: Large\r\n\r\n".to_vec(), vec![b'x'; 1_000_000]].concat();
    let sent = all(&connection.send(&to, &large).await.unwrap());
    assert_eq!(sent, ["unsendable the mail has 1000018 bytes, and the relay takes 1000000 at most"]);
    // An unknown domain is refused for its recipient alone.
    let both = envelope("support@example.org", &["ann@example.com", "ann@nowhere.invalid"]);
    let sent = all(&connection.send(&both, MAIL).await.unwrap());
    assert!(sent[0].starts_with("sent "), "{sent:?}");
}
