//! Servers that end the connection at any stage.

use super::super::place::sync;
use super::place::{desk, fails, recovers, server};
use super::server::Act;

/// Every stage, by what begins the command, and as errors call it.
pub const STAGES: [(&str, &str); 7] = [
    ("greeting", "the greeting"),
    ("CAPABILITY", "CAPABILITY"),
    ("LOGIN", "LOGIN"),
    ("LIST", "LIST"),
    ("EXAMINE", "EXAMINE"),
    ("UID FETCH 1:* ", "UID FETCH"),
    ("UID FETCH 1:3 (UID BODY", "UID FETCH"),
];

#[test]
fn a_goodbye_at_any_stage_costs_a_run_and_no_mail() {
    for (at, name) in STAGES {
        for close in [true, false] {
            let server = server();
            let desk = desk(&server, "");
            server.misbehave(at, move |_, _| {
                let goodbye = Act::Send(b"* BYE [UNAVAILABLE] the house is \x1b[31mon fire\r\n".to_vec());
                vec![goodbye, if close { Act::Close } else { Act::Hang }]
            });
            fails(
                &desk,
                75,
                &format!("during {name}: the server said goodbye: [UNAVAILABLE] the house is  [31mon fire"),
            );
            recovers(&desk, &server);
        }
    }
}

#[test]
fn a_goodbye_after_half_of_the_mails_keeps_that_half() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:3 (UID BODY", |_, answer| {
        let text = String::from_utf8_lossy(answer);
        let (first, _) = text.split_once("* 2 FETCH").unwrap();
        vec![Act::Send(format!("{first}* BYE\r\n").into_bytes()), Act::Close]
    });
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!((code, out.as_str()), (75, "support: 1 taken: 1 new_conversation, then it failed\n"), "{err}");
    server.behave();
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn a_connection_that_is_closed_at_any_stage_costs_a_run_and_no_mail() {
    for (at, name) in STAGES {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave(at, |_, _| vec![Act::Close]);
        fails(&desk, 75, &format!("the connection was lost during {name}: the server closed the connection"));
        recovers(&desk, &server);
    }
}

#[test]
fn a_server_that_closes_instead_of_a_goodbye_is_none_to_complain_about() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("LOGOUT", |_, _| vec![Act::Close]);
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn who_is_logged_in_without_a_password_is_somebody_else() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("greeting", |_, _| vec![Act::Send(b"* PREAUTH welcome\r\n".to_vec())]);
    fails(&desk, 75, "it says that we are logged in already (PREAUTH)");
    recovers(&desk, &server);
}
