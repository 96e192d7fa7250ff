//! Relays by OAuth: what is said to them, and what becomes of a token that they refuse.

use ticketd::config::{Credential, Login, Mechanism, Relay};
use ticketd::net::Secret;
use ticketd::smtp::{Cause, connect};

use super::place::{access, consent, desk, now, store};
use super::server::TokenServer;
use crate::smtp::scripted::{Do, GREETING, Scripted, short};

fn by_oauth(server: &Scripted, mechanism: Option<Mechanism>) -> Relay {
    let login = Login { user: "ann".to_owned(), credential: Credential::OAuth("own".to_owned()), mechanism };
    Relay { login: Some(login), ..server.relay() }
}

/// n,a=ann, ^A host=127.0.0.1 ^A port=PORT ^A auth=Bearer TOKEN ^A ^A
fn bearer(line: &str) -> String {
    let coded = line.strip_prefix("AUTH OAUTHBEARER ").unwrap();
    let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let bits = coded.trim_end_matches('=').bytes().map(|byte| digits.iter().position(|digit| *digit == byte).unwrap());
    let bits: Vec<u8> = bits.flat_map(|six| (0..6).rev().map(move |bit| (six >> bit & 1) as u8)).collect();
    let bytes = bits.chunks_exact(8).map(|byte| byte.iter().fold(0u8, |byte, bit| byte << 1 | bit));
    String::from_utf8(bytes.collect()).unwrap()
}

#[tokio::test]
async fn oauthbearer_is_said_where_it_is_offered_and_xoauth2_else_or_where_it_was_asked_for() {
    let token = Secret::new("t0ken");
    // user=ann ^A auth=Bearer t0ken ^A ^A
    let xoauth2 = "AUTH XOAUTH2 dXNlcj1hbm4BYXV0aD1CZWFyZXIgdDBrZW4BAQ==";
    let server = Scripted::knowing(&["AUTH PLAIN LOGIN XOAUTH2"], &[]);
    connect(&by_oauth(&server, None), Some(&token), &short()).await.unwrap();
    assert_eq!(server.lines(0)[1..], [xoauth2]);
    let server = Scripted::knowing(&["AUTH XOAUTH2 OAUTHBEARER PLAIN"], &[]);
    connect(&by_oauth(&server, None), Some(&token), &short()).await.unwrap();
    let words = format!("n,a=ann,\u{1}host=127.0.0.1\u{1}port={}\u{1}auth=Bearer t0ken\u{1}\u{1}", server.port);
    assert_eq!(bearer(&server.lines(0)[1]), words);
    connect(&by_oauth(&server, Some(Mechanism::Xoauth2)), Some(&token), &short()).await.unwrap();
    assert_eq!(server.lines(1)[1..], [xoauth2]);
    // A token is no password.
    let server = Scripted::knowing(&["AUTH PLAIN LOGIN"], &[]);
    let error = connect(&by_oauth(&server, None), Some(&token), &short()).await.unwrap_err();
    assert_eq!((error.cause, server.lines(0).len()), (Cause::Configuration, 1));
}

#[tokio::test]
async fn a_refusal_says_why_once_it_was_acknowledged_as_its_mechanism_wants_it() {
    // {"status":"invalid_token"}
    let reason = Do::Say("334 eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=");
    for (hello, bye) in [("250-there\r\n250 AUTH XOAUTH2", ""), ("250-there\r\n250 AUTH OAUTHBEARER", "AQ==")] {
        let end = Do::Say("535 5.7.8 not t0ken");
        let greeting = (0, GREETING, Do::Say("220 there.example.org"));
        // What begins with nothing is whatever comes then.
        let rules = [greeting, (0, "EHLO", Do::Say(hello)), (0, "AUTH", reason.clone()), (0, bye, end)];
        let server = Scripted::new(&rules);
        let error = connect(&by_oauth(&server, None), Some(&Secret::new("t0ken")), &short()).await.unwrap_err();
        assert_eq!(error.cause, Cause::Auth);
        assert_eq!(error.what, "the login was refused: 535 5.7.8 not … (status invalid_token)");
        assert_eq!(server.lines(0).last().unwrap(), bye);
    }
}

#[tokio::test]
async fn a_token_that_the_relay_does_not_take_any_more_is_replaced_once() {
    let no = Do::Say("535 5.7.8 expired");
    let rules = [(1, "AUTH", no.clone()), (3, "AUTH", no.clone()), (4, "AUTH", no)];
    let server = Scripted::knowing(&["AUTH XOAUTH2"], &rules);
    let tokens = TokenServer::start("ann");
    let desk = desk(&tokens, 1, "ann", "");
    let store = store(&desk);
    consent(&store, "ann", "refresh-0");
    let (access, relay) = (access(&desk, &store, now), by_oauth(&server, None));
    access.relay(&relay, &short()).await.unwrap().quit().await;
    assert_eq!(tokens.tokens_asked().len(), 1);
    access.relay(&relay, &short()).await.unwrap().quit().await;
    assert_eq!(tokens.tokens_asked().len(), 2);
    let error = access.relay(&relay, &short()).await.unwrap_err();
    assert_eq!((error.cause, tokens.tokens_asked().len()), (Cause::Auth, 3));
    assert!(server.lines(5).is_empty(), "it is not asked again and again");
}

#[tokio::test]
async fn a_relay_without_consent_is_not_connected_to() {
    let server = Scripted::knowing(&["AUTH XOAUTH2"], &[]);
    let tokens = TokenServer::start("ann");
    let desk = desk(&tokens, 1, "ann", "");
    let store = store(&desk);
    let error = access(&desk, &store, now).relay(&by_oauth(&server, None), &short()).await.unwrap_err();
    assert_eq!(error.cause, Cause::Auth);
    assert!(error.what.ends_with("`ticketd login main` asks for consent"), "{error}");
    assert!(server.lines(0).is_empty());
}
