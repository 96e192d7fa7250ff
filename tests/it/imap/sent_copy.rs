//! What people sent is put into the Sent folder of a mailbox that wants it, once, and comes back as an echo.

use ticketd::store::Store;

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, tickets};
use crate::first_steps::Desk;
use crate::outbox::sink::Sink;

/// A desk with a ticket of Ann, whose mail goes to the sink.
fn told(server: &Dovecot, sink: &Sink, user: &str, more: &str) -> Desk {
    let config = format!(
        "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n[mailbox.imap]\n{}\n\
         [[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n\
         [[relay]]\nname = \"sink\"\nhost = \"127.0.0.1\"\nport = {}\ntls = \"none\"\n",
        plain(server, user, more),
        sink.port
    );
    let desk = desk(&config);
    server.deliver(user, "1", mail(&format!("{user}-1"), "ann@example.com", "support@example.org", ""));
    desk
}

fn sync(desk: &Desk) -> String {
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}{err}");
    out
}

/// Alice answers the ticket.
fn alice_answers(desk: &Desk, text: &str) {
    desk.write("answer.txt", text);
    let (code, out, err) = desk.run(&["reply", "1", "--as", "alice", "--file", "answer.txt"]);
    assert_eq!(code, 0, "{out}{err}");
}

fn in_sent(server: &Dovecot, user: &str) -> Vec<String> {
    server.client(user).all("Gesendet", "FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]")
}

#[test]
fn a_ticket_send_is_put_into_sent_once_and_comes_back_as_an_echo() {
    let Some(server) = Dovecot::shared("imap sent copy") else { return };
    let Some(sink) = Sink::start("imap sent copy") else { return };
    let desk = told(&server, &sink, "copying", "start = \"all\"\nsent_copy = true");
    sync(&desk);
    assert!(in_sent(&server, "copying").is_empty(), "automatic mail is not copied");
    alice_answers(&desk, "It is on its way.");
    let out = sync(&desk);
    assert!(out.contains("support: 1 put into its Sent folder"), "{out}");
    let there = in_sent(&server, "copying");
    assert!(there.len() == 1 && there[0].contains("\\Seen"), "{there:?}");
    let messages = number(&desk, "SELECT count(*) FROM message");
    let out = sync(&desk);
    assert!(out.contains("support: 1 taken: 1 echo"), "{out}");
    assert!(!out.contains("Sent folder"), "it is there: {out}");
    assert_eq!(number(&desk, "SELECT count(*) FROM message"), messages, "no second message");
    assert_eq!(tickets(&desk)[0]["status"], "Waiting on contact");
    // The program ended between the append and the note of it.
    let store = Store::open(&desk.0.path().join("desk.db")).unwrap();
    store.write(|tx| tx.execute("UPDATE sent_copy SET settled_at = NULL", &[])).unwrap();
    drop(store);
    let out = sync(&desk);
    assert!(out.contains("support: 0 put into its Sent folder, 1 there already"), "{out}");
    assert_eq!(in_sent(&server, "copying").len(), 1);
    folds(&desk);
}

#[test]
fn a_copy_that_is_refused_is_tried_again_the_next_time() {
    let Some(server) = Dovecot::shared("imap refused copy") else { return };
    let Some(sink) = Sink::start("imap refused copy") else { return };
    let desk = told(&server, &sink, "no-sent", "start = \"all\"\nsent_copy = true");
    sync(&desk);
    alice_answers(&desk, "It is on its way.");
    // Another password: the login is refused.
    desk.write("password", "wrong");
    let (code, out, err) = desk.run(&["sync", "--json"]);
    assert_eq!(code, 77, "{out}{err}");
    assert!(out.contains("\"sent_copies\":{\"appended\":0,\"error\":\"127.0.0.1"), "{out}");
    desk.write("password", super::dovecot::PASSWORD);
    assert!(sync(&desk).contains("support: 1 put into its Sent folder"));
    assert_eq!(in_sent(&server, "no-sent").len(), 1);
}

#[test]
fn a_mailbox_that_wants_no_copies_gets_none_and_nothing_waits_for_ever() {
    let Some(server) = Dovecot::shared("imap no sent copy") else { return };
    let Some(sink) = Sink::start("imap no sent copy") else { return };
    let desk = told(&server, &sink, "plain-sent", "start = \"all\"");
    sync(&desk);
    alice_answers(&desk, "It is on its way.");
    let out = sync(&desk);
    assert!(!out.contains("Sent folder"), "{out}");
    assert!(in_sent(&server, "plain-sent").is_empty());
    assert_eq!(number(&desk, "SELECT count(*) FROM sent_copy"), 0);
}
