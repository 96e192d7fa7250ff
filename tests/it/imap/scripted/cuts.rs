//! The connection is cut in the middle of an answer.

use super::place::{MAILS, desk, fails, mails, recovers, server};
use super::server::Act;
use crate::support::full;

/// So many bytes of the answer, then the connection is gone.
fn cut(at: usize) -> impl Fn(&str, &[u8]) -> Vec<Act> {
    move |_, answer| vec![Act::Send(answer[..at.min(answer.len())].to_vec()), Act::Close]
}

/// The second mail's part of the answer, by what is cut there: where in it, and what the answer is called.
fn places() -> Vec<(&'static str, usize)> {
    let line = |uid: u32, raw: &[u8]| format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n", raw.len());
    let all = mails(MAILS);
    let size = |uid: u32| line(uid, &all[&uid]).len() + all[&uid].len() + ")\r\n".len();
    let (first, announcement, literal) = (size(1), line(2, &all[&2]).len(), all[&2].len());
    let within = first + announcement;
    vec![
        ("before anything", 0),
        ("before the line", first),
        ("within the line", first + 9),
        ("within the UID", first + "* 2 FETCH (UID ".len()),
        ("within the literal's announcement", within - 5),
        ("between its CR and LF", within - 1),
        ("before the literal", within),
        ("within the header", within + 20),
        ("within the literal", within + literal / 2),
        ("before its last byte", within + literal - 1),
        ("after the literal", within + literal),
        ("after the closing paren", within + literal + 1),
        ("between the last CR and LF", within + literal + 2),
        ("after a whole mail", within + literal + 3),
        ("before the tagged OK", first + size(2) + size(3)),
        ("within the tag", first + size(2) + size(3) + 1),
        ("within the tagged OK", first + size(2) + size(3) + 5),
    ]
}

#[test]
fn an_answer_with_mails_that_is_cut_anywhere_costs_a_run_and_no_mail() {
    for (place, at) in places() {
        println!("cut {place}, at {at}");
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("UID FETCH 1:3 (UID BODY", cut(at));
        fails(&desk, 75, "the connection was lost during UID FETCH: the server closed the connection");
        recovers(&desk, &server);
    }
}

#[test]
fn an_answer_that_lists_mails_and_is_cut_anywhere_costs_a_run_and_no_mail() {
    for at in [0, 1, 20, 60, 79, 80, 81, 100, 150, 200, 245] {
        println!("cut at {at}");
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("UID FETCH 1:* (UID RFC822.SIZE", cut(at));
        fails(&desk, 75, "the connection was lost during UID FETCH: the server closed the connection");
        recovers(&desk, &server);
    }
}

#[test]
fn every_byte_of_an_answer_with_mails_may_be_the_last() {
    if !full() {
        // The kinds of places are above.
        return;
    }
    let (_, end) = *places().last().unwrap();
    for at in 0..end {
        let server = server();
        let desk = desk(&server, "");
        server.misbehave("UID FETCH 1:3 (UID BODY", cut(at));
        fails(&desk, 75, "the connection was lost during UID FETCH: the server closed the connection");
        recovers(&desk, &server);
    }
}
