//! Commands that the server refuses: a tagged NO or BAD is never the end of an answer that counts (trap 1 of async-imap,
//! which takes it for one).

use super::super::place::{number, sync};
use super::place::{desk, fails, recovers, server};
use super::server::{Act, Server};

/// Half of the answer, then NO or BAD with these words.
fn refuse(server: &Server, at: &'static str, word: &'static str) {
    server.misbehave(at, move |tag, answer| {
        let untagged = String::from_utf8_lossy(answer);
        // What would have been the tagged OK is not sent.
        let data = untagged.rsplit_once(tag).map_or("", |(data, _)| data);
        let first_line = data.split_inclusive("\r\n").next().unwrap_or_default();
        let data = if first_line.ends_with("}\r\n") { data } else { first_line };
        vec![Act::Send(format!("{data}{tag} {word}\r\n").into_bytes())]
    });
}

#[test]
fn no_and_bad_to_any_command_cost_a_run_and_no_mail() {
    for (at, name) in [
        ("CAPABILITY", "CAPABILITY"),
        ("LIST", "LIST"),
        ("EXAMINE", "folder `INBOX`: EXAMINE"),
        ("UID FETCH 1:* ", "UID FETCH"),
        ("UID FETCH 1:3 (UID BODY", "UID FETCH"),
    ] {
        for (said, shown) in [
            ("NO [THROTTLED] Suggested Backoff Time: 30000 milliseconds", "NO: [THROTTLED] Suggested Backoff Time"),
            ("BAD User is authenticated but not connected.", "BAD: User is authenticated but not connected."),
            ("NO ", "NO: no reason was given"),
        ] {
            let server = server();
            let desk = desk(&server, "");
            refuse(&server, at, said);
            fails(&desk, 75, &format!("{name} was answered {shown}"));
            recovers(&desk, &server);
        }
    }
}

#[test]
fn what_is_done_afterwards_and_refused_is_done_the_next_time() {
    for (after, at, more) in [
        ("seen", "UID STORE", "UIDPLUS MOVE"),
        ("move:Done", "UID MOVE", "UIDPLUS MOVE"),
        ("move:Done", "UID COPY", "UIDPLUS"),
        ("move:Done", "UID EXPUNGE", "UIDPLUS"),
        ("delete", "UID EXPUNGE", "UIDPLUS MOVE"),
        ("delete", "SELECT", "UIDPLUS MOVE"),
    ] {
        for said in ["NO not now", "BAD what?"] {
            let server = server();
            server.model.lock().unwrap().capabilities = ("", more);
            let desk = desk(&server, &format!("after = \"{after}\""));
            refuse(&server, at, said);
            fails(&desk, 75, &format!("{at} was answered {}", said.replacen(' ', ": ", 1)));
            assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), 3, "what is stored is stored");
            server.behave();
            assert_eq!(sync(&desk, &[]), "support: 3 finished on the server\n", "{after} {at} {said}");
            assert_eq!(sync(&desk, &[]), "support: nothing new\n");
        }
    }
}

#[test]
fn a_refused_login_is_another_thing_than_a_server_that_lets_nobody_in_now() {
    for (at, capabilities) in [("LOGIN", ""), ("AUTHENTICATE", "AUTH=PLAIN"), ("AUTHENTICATE", "AUTH=PLAIN SASL-IR")] {
        for (said, code) in [
            ("NO [AUTHENTICATIONFAILED] no", 77),
            ("BAD no", 77),
            ("NO [UNAVAILABLE] the directory is away", 75),
            ("NO [INUSE] locked", 75),
            ("NO Too many simultaneous connections", 75),
        ] {
            let server = server();
            server.model.lock().unwrap().capabilities.0 = capabilities;
            let desk = desk(&server, "");
            refuse(&server, at, said);
            fails(&desk, code, if code == 77 { "the login was refused: " } else { " was answered NO: " });
            recovers(&desk, &server);
        }
    }
}

#[test]
fn a_folder_that_the_account_may_not_read_is_another_thing_than_one_that_cannot_be_read_now() {
    let server = server();
    let desk = desk(&server, "");
    refuse(&server, "EXAMINE", "NO [NOPERM] not yours");
    fails(&desk, 77, "folder `INBOX`: EXAMINE was answered NO: ");
    recovers(&desk, &server);
}

#[test]
fn who_asks_for_no_name_and_says_no_goodbye_is_a_server_too() {
    for at in ["ID", "LOGOUT"] {
        for said in ["NO why", "BAD what?"] {
            let server = server();
            let desk = desk(&server, "");
            refuse(&server, at, said);
            assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n", "{at}");
            recovers(&desk, &server);
        }
    }
}
