//! More than was asked for: what a server sends is bounded, whatever it announces.

use super::place::{desk, fails, recovers, server};
use super::server::Act;

const TOO_MUCH: &str = "it sends more than was asked for";

/// Sends that again and again, and never comes to an end.
fn endless(first: &'static [u8], again: &'static [u8]) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, _| {
        let mut acts = vec![Act::Send(first.to_vec())];
        // More than is ever allowed; it is not all read.
        acts.extend((0..2000).map(|_| Act::Send(again.repeat(64 * 1024 / again.len()))));
        acts
    }
}

#[test]
fn a_line_that_does_not_end_is_not_waited_for() {
    for at in ["greeting", "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID FETCH 1:* ", "UID FETCH 1:3 (UID BODY"] {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave(at, endless(b"* OK ", b"a"));
        fails(&desk, 75, TOO_MUCH);
        recovers(&desk, &server);
    }
}

#[test]
fn a_folder_that_says_to_be_large_may_not_send_all_that_in_a_line() {
    for flood in [
        endless(b"* OK ", b"a"),
        endless(b"* SEARCH", b" 1"),
        endless(b"* 1 FETCH (UID 1 FLAGS (", b"\\a "),
        endless(b"* 1 FETCH (UID 1 BODY[] ", b"{0}\r\n"),
    ] {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("", move |tag, answer| {
            let text = String::from_utf8_lossy(answer);
            if text.contains("RFC822.SIZE") {
                return flood(tag, answer);
            }
            vec![Act::Send(text.replace("* 3 EXISTS", "* 4294967295 EXISTS").into_bytes())]
        });
        fails(&desk, 75, "the connection was lost during UID FETCH: ");
        recovers(&desk, &server);
    }
}

#[test]
fn answers_without_end_are_not_waited_for() {
    for at in ["CAPABILITY", "LIST", "EXAMINE", "UID FETCH 1:* ", "UID FETCH 1:3 (UID BODY"] {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave(at, endless(b"", b"* OK still here\r\n"));
        fails(&desk, 75, TOO_MUCH);
        recovers(&desk, &server);
    }
}

#[test]
fn what_is_nested_without_end_does_not_end_the_program() {
    for start in [&b"* 1 FETCH (UID 1 BODYSTRUCTURE "[..], b"* 1 FETCH (ENVELOPE ", b"* THREAD ", b"* 1 FETCH "] {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("UID FETCH 1:3 (UID BODY", endless(start, b"("));
        fails(&desk, 75, "the connection was lost during UID FETCH: ");
        recovers(&desk, &server);
    }
}

#[test]
fn a_literal_is_no_larger_than_what_was_announced_of_the_mail() {
    for size in ["100000000", "4294967295", "99999999999999999999"] {
        for at in ["CAPABILITY", "LIST", "UID FETCH 1:* ", "UID FETCH 1:3 (UID BODY"] {
            let server = server();
            let desk = desk(&server, "");
            server.misbehave(at, move |_, _| {
                vec![Act::Send(format!("* 1 FETCH (UID 1 BODY[] {{{size}}}\r\nab").into_bytes()), Act::Hang]
            });
            // What is no number of IMAP is no literal.
            let is_number = size.parse::<u32>().is_ok();
            fails(&desk, 75, if is_number { TOO_MUCH } else { "it is no IMAP that the server sent" });
            recovers(&desk, &server);
        }
    }
}

#[test]
fn a_literal_that_is_longer_than_it_says_is_no_mail() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:3 (UID BODY", |_, answer| {
        let text = String::from_utf8_lossy(answer);
        // The last bytes of the mail stand where the answer should go on.
        let (head, rest) = text.split_once("}\r\n").unwrap();
        let (start, size) = head.rsplit_once('{').unwrap();
        let shorter = size.parse::<usize>().unwrap() - 5;
        vec![Act::Send(format!("{start}{{{shorter}}}\r\n{rest}").into_bytes())]
    });
    fails(&desk, 75, "the connection was lost during UID FETCH: it is no IMAP that the server sent");
    recovers(&desk, &server);
}
