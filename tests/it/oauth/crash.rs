//! The program is killed between a rotation and the login that it was for: the new refresh token is there.

use std::process::Stdio;
use std::time::{Duration, Instant};

use super::place::{consent, desk, keeps, store};
use super::server::TokenServer;
use crate::imap::scripted::place::mails;
use crate::imap::scripted::server::{Act, Server};

const USER: &str = "scripted";

#[test]
fn a_program_that_is_killed_at_its_login_has_the_new_refresh_token() {
    let tokens = TokenServer::start(USER);
    tokens.model().rotates = true;
    let imap = Server::start(mails(2));
    imap.model.lock().unwrap().capabilities.0 = "AUTH=XOAUTH2 SASL-IR";
    let desk = desk(&tokens, imap.port, USER, "");
    consent(&store(&desk), USER, "refresh-0");
    for count in 1..=3 {
        imap.misbehave("AUTHENTICATE", |_, _| vec![Act::Hang]);
        let mut command = desk.command(&["sync"]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let began = Instant::now();
        while !imap.model.lock().unwrap().told.iter().any(|told| told.starts_with("AUTHENTICATE")) {
            assert!(began.elapsed() < Duration::from_secs(30), "no login");
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        imap.behave();
        assert!(keeps(&store(&desk), USER, &format!("refresh-{count}")));
    }
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!((code, out.as_str()), (0, "support: 2 taken: 2 new_conversation\n"), "{err}");
    assert!(keeps(&store(&desk), USER, "refresh-4"));
}
