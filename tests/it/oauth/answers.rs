//! Token servers that misbehave: whatever they say, it is bounded, told apart, and nothing secret is shown.

use ticketd::config::Credential;
use ticketd::engine::access::{Cause, NoAccess};

use super::place::{access, client, consent, desk, now, store};
use super::server::{Do, TokenServer};
use crate::imap::place::{desk as desk_of, team};
use crate::imap::scripted::stream::certificate;

const USER: &str = "support@example.org";

async fn refused(act: Do) -> NoAccess {
    let server = TokenServer::start(USER);
    let desk = desk(&server, 1, USER, "");
    let store = store(&desk);
    consent(&store, USER, "refresh-0");
    server.instead("/token", act);
    let error = access(&desk, &store, now).proof(&Credential::OAuth("own".to_owned()), USER, None).await.unwrap_err();
    assert!(!error.to_string().contains("refresh-0"), "{error}");
    error
}

#[tokio::test]
async fn what_is_no_answer_is_tried_again_later() {
    let http = |text: &str| Do::Bytes(text.as_bytes().to_vec());
    for (act, words) in [
        (http("* OK IMAP4rev1 ready\r\n"), "no answer of HTTP: "),
        (http(""), "no answer of HTTP: "),
        (http("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n{\"access"), "its answer cannot be read: "),
        (Do::Say(200, "{\"access_token\":".to_owned()), "its answer is not what OAuth says"),
        (Do::Say(200, "<html>refresh-0</html>".to_owned()), "its answer is not what OAuth says"),
        (Do::Say(500, "refresh-0".to_owned()), "it answered 500"),
        (Do::Say(429, "{\"error\":\"refresh-0\"}".to_owned()), "…"),
        (Do::Hang, "no answer for 700ms"),
        (Do::Endless("{\"access_token\":"), "its answer cannot be read: length limit exceeded"),
        (http(&format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(200_000))), "no answer of HTTP: "),
    ] {
        let error = refused(act).await;
        assert_eq!(error.cause(), Cause::Temporary, "{error}");
        assert!(error.to_string().contains(words), "{words}: {error}");
    }
}

#[tokio::test]
async fn what_the_operator_can_put_right_is_said_to_be_so() {
    for (status, body) in [(401, "{\"error\":\"invalid_client\"}"), (404, "no such page")] {
        assert_eq!(refused(Do::Say(status, body.to_owned())).await.cause(), Cause::Configuration);
    }
    // Where it would lead nobody asks: the refresh token would be told there.
    let elsewhere = TokenServer::start(USER);
    let head = format!("HTTP/1.1 307 There\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n", elsewhere.url("/token"));
    let error = refused(Do::Bytes(head.into_bytes())).await;
    assert_eq!(error.cause(), Cause::Configuration);
    assert!(error.to_string().contains("it answered 307: it leads elsewhere"), "{error}");
    assert!(elsewhere.tokens_asked().is_empty());
}

#[tokio::test]
async fn a_token_server_is_asked_by_tls_only_where_its_certificate_is_trusted() {
    for (ca_file, trusted) in [(certificate().path.display().to_string(), true), (String::new(), false)] {
        let server = TokenServer::with(USER, true);
        let ca_file = if trusted { format!("ca_file = \"{ca_file}\"") } else { ca_file };
        let oauth = client(&server, &ca_file).replace("http://127.0.0.1", "https://localhost");
        let desk = desk_of(&[oauth, team("support", "host = \"h\"\nuser = \"u\"\noauth = \"own\"")].concat());
        let store = store(&desk);
        consent(&store, USER, "refresh-0");
        let proof = access(&desk, &store, now).proof(&Credential::OAuth("own".to_owned()), USER, None).await;
        assert_eq!((proof.is_ok(), server.tokens_asked().len()), (trusted, usize::from(trusted)), "{proof:?}");
        if let Err(error) = proof {
            assert_eq!(error.cause(), Cause::Temporary);
            assert!(error.to_string().contains("TLS: invalid peer certificate"), "{error}");
        }
    }
}
