//! STARTTLS, certificates, and that no password is seen: not on the way to somebody else, not in anything that is written.

use super::super::dovecot::PASSWORD;
use super::super::place::sync;
use super::place::{MAILS, desk, fails, mails, recovers, server};
use super::server::{Act, Server, USER};
use super::stream::certificate;
use crate::first_steps::Desk;

fn starttls(server: &Server) -> Desk {
    desk(server, &format!("tls = \"starttls\"\nca_file = \"{}\"", certificate().path.display()))
}

fn offering() -> Server {
    let server = server();
    server.model.lock().unwrap().capabilities.0 = "STARTTLS LOGINDISABLED";
    server
}

/// Nothing that the server was told, before or after, holds the password.
fn no_password_in(told: &[String]) {
    assert!(told.iter().all(|told| !told.contains(PASSWORD) && !told.contains("AUTHENTICATE")), "{told:?}");
}

#[test]
fn what_a_server_says_before_tls_is_not_taken_for_what_it_says_after() {
    for injected in ["T1 OK in\r\nT2 OK in\r\nT3 OK in\r\nT4 OK in\r\n", "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n", "x"] {
        let server = offering();
        let desk = starttls(&server);
        server.misbehave("STARTTLS", move |_, answer| vec![Act::Send([answer, injected.as_bytes()].concat())]);
        fails(&desk, 75, "TLS: ");
        no_password_in(&server.model.lock().unwrap().told);
        server.behave();
        // What was said before counts for nothing: it is another thing now.
        server.model.lock().unwrap().capabilities.0 = "STARTTLS";
        recovers(&desk, &server);
    }
}

#[test]
fn without_starttls_nothing_is_said() {
    let server = server();
    let desk = starttls(&server);
    fails(&desk, 78, "it offers no STARTTLS");
    no_password_in(&server.behave());
    // Offered and refused.
    server.model.lock().unwrap().capabilities.0 = "STARTTLS";
    for (word, says) in [("NO", "STARTTLS was answered NO: not now"), ("BAD", "STARTTLS was answered BAD: not now")] {
        server.misbehave("STARTTLS", move |tag, _| vec![Act::Send(format!("{tag} {word} not now\r\n").into_bytes())]);
        fails(&desk, 75, says);
        no_password_in(&server.model.lock().unwrap().told);
    }
    recovers(&desk, &server);
}

#[test]
fn what_is_asked_before_tls_is_asked_again_after_it() {
    let server = offering();
    server.model.lock().unwrap().capabilities.0 = "STARTTLS";
    let desk = starttls(&server);
    sync(&desk, &[]);
    let told = server.behave();
    let asked: Vec<usize> = (0..told.len()).filter(|at| told[*at] == "CAPABILITY").collect();
    let (starttls, login) = (position(&told, "STARTTLS"), position(&told, "LOGIN"));
    assert!(asked[0] < starttls && starttls < asked[1] && asked[1] < login && login < asked[2], "{told:?}");
}

fn position(told: &[String], name: &str) -> usize {
    told.iter().position(|told| told.starts_with(name)).unwrap()
}

#[test]
fn a_server_that_lets_nobody_log_in_is_told_no_password() {
    let server = server();
    server.model.lock().unwrap().capabilities.0 = "LOGINDISABLED";
    let desk = desk(&server, "");
    fails(&desk, 78, "it lets nobody log in this way (LOGINDISABLED); does it want TLS?");
    no_password_in(&server.behave());
}

#[test]
fn a_certificate_that_is_not_trusted_is_told_no_password() {
    let server = Server::with(mails(MAILS), true);
    let unknown = desk(&server, "tls = \"implicit\"");
    fails(&unknown, 75, "TLS: invalid peer certificate");
    let other = desk(&server, &format!("tls = \"implicit\"\nca_file = \"{}\"", certificate().path.display()));
    other.write("ticketd.toml", {
        let config = std::fs::read_to_string(other.0.path().join("ticketd.toml")).unwrap();
        config.replace("\"localhost\"", "\"127.0.0.1\"")
    });
    let (code, _, err) = other.run(&["sync"]);
    assert!(code == 75 && err.contains("certificate not valid for name"), "{err}");
    assert!(server.behave().is_empty(), "nothing was said");
    let trusted = desk(&server, &format!("tls = \"implicit\"\nca_file = \"{}\"", certificate().path.display()));
    recovers(&trusted, &server);
}

#[test]
fn tls_that_is_cut_off_is_a_lost_connection() {
    for half in [0, 200] {
        let server = Server::with(mails(MAILS), true);
        let desk = desk(&server, &format!("tls = \"implicit\"\nca_file = \"{}\"", certificate().path.display()));
        server.misbehave("UID FETCH 1:3 (UID BODY", move |_, answer| {
            vec![Act::Send(answer[..half].to_vec()), Act::Close]
        });
        fails(&desk, 75, "the connection was lost during UID FETCH: the server closed the connection");
        recovers(&desk, &server);
    }
}

#[test]
fn no_password_is_in_anything_that_is_written_whatever_the_server_does() {
    // RFC 4648 of what AUTHENTICATE PLAIN sends: NUL scripted NUL secret.
    let encoded = "AHNjcmlwdGVkAHNlY3JldA==";
    for capabilities in ["", "AUTH=PLAIN", "AUTH=PLAIN SASL-IR", "LOGINDISABLED AUTH=LOGIN"] {
        for echo in [None, Some("NO"), Some("BAD"), Some("* BYE"), Some("garbage")] {
            let server = server();
            server.model.lock().unwrap().capabilities.0 = capabilities;
            let desk = desk(&server, "");
            let at = if capabilities.is_empty() { "LOGIN" } else { "AUTHENTICATE" };
            if let Some(echo) = echo {
                // A server that says what it was told.
                server.misbehave(at, move |tag, _| {
                    let tag = if echo.starts_with('*') || echo == "garbage" { "" } else { tag };
                    vec![Act::Send(
                        format!("{tag} {echo} {at} {USER} {PASSWORD} {encoded}\r\n").trim_start().as_bytes().to_vec(),
                    )]
                });
            }
            let output = desk.command(&["sync"]).env("TICKETD_LOG", "trace").env("RUST_LOG", "trace").output().unwrap();
            let written = [output.stdout, output.stderr].concat();
            let written = String::from_utf8(written).unwrap();
            assert_eq!(output.status.success(), echo.is_none(), "{capabilities} {echo:?}: {written}");
            for shown in [PASSWORD, encoded, "c2VjcmV0"] {
                assert!(!written.contains(shown), "{capabilities} {echo:?}: {written}");
            }
        }
    }
}
