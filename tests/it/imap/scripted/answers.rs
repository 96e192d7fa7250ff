//! Answers that say something else than what was asked: left out, unasked, broken, empty.

use super::super::place::{mail, number, sync, tickets};
use super::place::{desk, fails, is_whole, mails, recovers, server};
use super::server::{Act, Server};

/// The answer, with something else in the place of a part of it.
fn edit(from: &'static str, to: &'static str) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, answer| {
        let text = String::from_utf8_lossy(answer);
        assert!(text.contains(from), "{from} is in {text}");
        vec![Act::Send(text.replacen(from, to, 1).into_bytes())]
    }
}

/// The answer without the lines in which that stands.
fn without(part: &'static str) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, answer| {
        let text = String::from_utf8_lossy(answer);
        let kept = text.split_inclusive("\r\n").filter(|line| !line.contains(part));
        vec![Act::Send(kept.collect::<String>().into_bytes())]
    }
}

/// These lines before the answer.
fn before(lines: &'static str) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, answer| vec![Act::Send([lines.as_bytes(), answer].concat())]
}

/// Says nothing about one UID, whatever is fetched.
fn conceal(uid: u32) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, answer| {
        let text = String::from_utf8_lossy(answer);
        let (mut kept, mut concealed) = (String::new(), false);
        for line in text.split_inclusive("\r\n") {
            if line.contains(" FETCH (UID ") || line.contains(" OK ") {
                concealed = line.contains(&format!(" FETCH (UID {uid} "));
            }
            if !concealed {
                kept.push_str(line);
            }
        }
        vec![Act::Send(kept.into_bytes())]
    }
}

#[test]
fn a_mail_that_an_answer_leaves_out_is_not_gone_while_a_search_finds_it() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH", conceal(2));
    fails(&desk, 75, "does not keep to the protocol during UID FETCH: UID 2 is there, and it says nothing of it");
    recovers(&desk, &server);
}

#[test]
fn a_list_that_leaves_a_mail_out_once_is_made_whole() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:* (UID RFC822.SIZE", conceal(2));
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    assert!(server.behave().contains(&"UID SEARCH UID 1:3".to_owned()));
    is_whole(&desk, &[1, 2, 3]);
    // An empty one is not believed either, while there are mails.
    let server = self::server();
    let desk = self::desk(&server, "");
    server.misbehave("UID FETCH 1:* (UID RFC822.SIZE", without(" FETCH "));
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    is_whole(&desk, &[1, 2, 3]);
}

#[test]
fn a_search_that_is_refused_costs_a_run_and_no_mail() {
    let server = Server::start(mails(5).into_iter().filter(|(uid, _)| *uid != 3).collect());
    let desk = desk(&server, "");
    server.misbehave("UID SEARCH", |tag, _| vec![Act::Send(format!("{tag} BAD no\r\n").into_bytes())]);
    fails(&desk, 75, "UID SEARCH was answered BAD: no");
    recovers(&desk, &server);
}

#[test]
fn a_mail_that_goes_while_it_is_fetched_is_no_trouble() {
    let server = server();
    let desk = desk(&server, "");
    let model = server.model.clone();
    server.misbehave("UID FETCH 1:3 (UID BODY", move |tag, answer| {
        model.lock().unwrap().mails.remove(&2);
        conceal(2)(tag, answer)
    });
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn what_nobody_asked_for_is_not_taken() {
    let unasked = "* 9 FETCH (UID 99 BODY[] {4}\r\nx: y)\r\n* 2 FETCH (FLAGS (\\Seen))\r\n* 1 FETCH (BODY[] {4}\r\nx: y)\r\n\
                   * 4 EXISTS\r\n* OK still here\r\n* 3 FETCH (UID 3 BODY[TEXT] {4}\r\nx: y)\r\n* 3 FETCH (UID 3 BODY[] NIL)\r\n";
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:3 (UID BODY", before(unasked));
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn a_mail_that_is_given_twice_is_taken_once() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:3 (UID BODY", |tag, answer| {
        let text = String::from_utf8_lossy(answer);
        let data = text.rsplit_once(tag).unwrap().0;
        vec![Act::Send([data.as_bytes(), answer].concat())]
    });
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn a_range_to_the_end_gives_the_last_mail_again_and_it_is_not_new() {
    let server = server();
    let desk = desk(&server, "");
    sync(&desk, &[]);
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    let told = server.behave();
    assert!(told.contains(&"UID FETCH 4:* (UID RFC822.SIZE INTERNALDATE)".to_owned()), "{told:?}");
}

#[test]
fn an_answer_to_another_command_ends_the_connection() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:3 (UID BODY", before("T999 OK done\r\n"));
    fails(&desk, 75, "does not keep to the protocol during UID FETCH: it answers a command that was not given");
    recovers(&desk, &server);
}

#[test]
fn a_folder_without_uidvalidity_or_number_of_mails_is_not_read() {
    for (part, says) in
        [("UIDVALIDITY", "it says no UIDVALIDITY"), ("EXISTS", "it does not say how many mails there are")]
    {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("EXAMINE", without(part));
        fails(&desk, 75, says);
        recovers(&desk, &server);
    }
}

#[test]
fn uidnext_is_not_believed() {
    for wrong in ["UIDNEXT 4000000000", "UIDNEXT 1", "UNSEEN 1"] {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("EXAMINE", edit("UIDNEXT 4", wrong));
        assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
        server.model.lock().unwrap().mails.insert(4, mail("m4", "ann4@example.com", "support@example.org", "").into());
        server.misbehave("EXAMINE", edit("UIDNEXT 5", wrong));
        assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n", "{wrong}");
        recovers(&desk, &server);
    }
}

#[test]
fn a_date_or_a_size_that_is_none_does_not_keep_a_mail_away() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("UID FETCH 1:* (UID RFC822.SIZE", edit("03-Mar-2025 10:00:00 +0000", "yesterday"));
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    recovers(&desk, &server);
    // Sizes are estimates with some servers.
    let server = self::server();
    let desk = self::desk(&server, "");
    server.misbehave("UID FETCH 1:* (UID RFC822.SIZE", edit("RFC822.SIZE ", "RFC822.SIZE 0"));
    assert_eq!(sync(&desk, &[]), "support: 3 taken: 3 new_conversation\n");
    recovers(&desk, &server);
}

#[test]
fn garbage_instead_of_any_answer_is_told_and_not_shown() {
    for at in ["greeting", "CAPABILITY", "LOGIN", "LIST", "EXAMINE", "UID FETCH 1:* ", "UID FETCH 1:3 (UID BODY"] {
        for garbage in [
            &b"HTTP/1.1 400 \x1b[31mBad Request\r\n\r\n"[..],
            b"\0\xff\xfe\r\n",
            b"* 1 FETCH (UID 1 BODY[] {x}\r\n",
            b"* 1 FETCH (UID\r\n",
            b"\r\n",
        ] {
            let server = server();
            let desk = desk(&server, "");
            server.misbehave(at, move |_, answer| vec![Act::Send([garbage, answer].concat()), Act::Close]);
            let (code, _, err) = desk.run(&["sync"]);
            let told = ["it is no IMAP that the server sent", "is that an IMAP server?"];
            assert!(code == 75 && told.iter().any(|told| err.contains(told)), "{at} {garbage:?}: {err}");
            assert!(!err.contains('\x1b') && !err.contains("Bad Request"), "{at}: {err}");
            recovers(&desk, &server);
        }
    }
}

#[test]
fn nothing_but_what_leaves_a_mail_unread_is_ever_sent() {
    let server = server();
    let desk = desk(&server, "");
    sync(&desk, &[]);
    let told = server.behave();
    assert!(told.iter().all(|told| !told.contains("BODY[") && !told.starts_with("SELECT")), "{told:?}");
    assert_eq!((number(&desk, "SELECT count(*) FROM delivery"), tickets(&desk).len()), (3, 3));
}
