//! `ticketd reply`, `forward`, `send` and `ticket move`: what is queued, and what is said of it.

use serde_json::json;

use super::live::{Desk, question};
use crate::replay::{documented, fields};

#[test]
fn a_reply_is_queued_sets_the_status_and_says_how_it_leaves() {
    let desk = Desk::with_ticket();
    let said = desk.printed(&["reply", "1", "--as", "alice"], "It left this morning.\n");
    assert!(said.contains("ticket 1  New → Waiting on contact\n"), "{said}");
    assert!(said.contains("Rule 3.1: New → Waiting on contact."), "{said}");
    assert!(said.contains("  to grace@example.com: Re: [TICKET-1] Printer\n"), "{said}");
    assert!(
        said.ends_with("  waits to be sent: the daemon does it, `ticketd sync` or `ticketd outbox flush`\n"),
        "{said}"
    );
    let row = said.split_whitespace().next().unwrap();
    let listed = desk.printed(&["outbox", "list"], "");
    assert!(listed.contains(row) && listed.contains("queued"), "{listed}");
    desk.folds();
}

#[test]
fn a_reply_says_all_that_it_was_told_to() {
    let desk = Desk::with_ticket();
    desk.write("answer.txt", "\u{feff}Hello Grace.\n");
    let args =
        ["reply", "TICKET-1", "--as", "alice", "--file", "answer.txt", "--status", "Closed", "--subject", "Fire"];
    let people = ["--to", "Tom Reed <tom@example.net>", "grace@example.com", "--cc", "bo@example.net"];
    let queued = desk.object(&[&args[..], &people].concat(), "");
    assert_eq!(
        (&queued["status_before"], &queued["status_after"], &queued["rule"], &queued["state"], &queued["kind"]),
        (&json!("New"), &json!("Closed"), &json!("chosen"), &json!("queued"), &json!("ticket_send"))
    );
    assert_eq!(queued["to"], json!(["tom@example.net", "grace@example.com", "bo@example.net"]));
    assert_eq!(queued["queued"][0]["template"], json!("ticket_closed"));
    let facts = desk.facts(&queued["message"]);
    assert_eq!((facts.subject.text.as_str(), facts.to[0].name.as_str()), ("Fire", "Tom Reed"));
    assert_eq!(facts.message_id.as_deref(), queued["message_id"].as_str());
    assert!(facts.body.text.starts_with("Hello Grace.\n\nref:td1-"), "{}", facts.body.text);
    desk.folds();
}

#[test]
fn a_reply_may_begin_another_thread() {
    let desk = Desk::with_ticket();
    let first = desk.object(&["reply", "1", "--as", "alice"], "One.");
    let other = desk.object(&["reply", "1", "--as", "alice", "--new-thread"], "Two.");
    assert_ne!(first["thread"], other["thread"]);
    assert_eq!(desk.facts(&other["message"]).in_reply_to, Vec::<String>::new());
}

#[test]
fn an_answer_to_a_chosen_message_cites_that_one() {
    let desk = Desk::with_ticket();
    let colleague = format!(
        "From: bob@example.org\r\nTo: support@example.org\r\nSubject: Re: Printer\r\nDate: {}\r\n\
         Message-ID: <note@example.org>\r\nIn-Reply-To: <first@example.com>\r\n\r\nI know that one.\r\n",
        super::live::date()
    );
    let note = desk.takes("support", colleague.as_bytes()).decision.message.unwrap();
    desk.takes("support", &{
        let mut later = question("grace@example.com", "later", "Any news?\n");
        let fields = b"In-Reply-To: <first@example.com>\r\n";
        later.splice(0..0, fields.iter().copied());
        later
    });
    let usual = desk.facts(&desk.object(&["reply", "1", "--as", "alice"], "Soon.")["message"]);
    assert_eq!(usual.in_reply_to, ["later@example.com"]);
    let row = note.to_string();
    let args = ["reply", "1", "--as", "alice", "--answer", &row, "--to", "bob@example.org"];
    let answer = desk.object(&args, "Do tell.");
    let facts = desk.facts(&answer["message"]);
    assert_eq!(facts.in_reply_to, ["note@example.org"]);
    assert_eq!(facts.references, ["first@example.com", "note@example.org"]);
    desk.folds();
}

#[test]
fn a_forward_carries_the_message_and_sets_no_status() {
    let desk = Desk::with_ticket();
    let args = ["forward", "1", "first@example.com", "--to", "bo@example.net", "--as", "alice"];
    let queued = desk.object(&args, "Can you look at this?\n");
    assert_eq!((&queued["kind"], &queued["status_after"]), (&json!("forward"), &json!("New")));
    let facts = desk.facts(&queued["message"]);
    assert_eq!(facts.subject.text, "Fwd: [TICKET-1] Printer");
    let forwarded = facts.forwarded.unwrap();
    assert_eq!(forwarded.comment, "Can you look at this?");
    assert!(forwarded.body.starts_with("It is\non fire."), "{}", forwarded.body);
    // Without a comment of its own, too.
    assert_eq!(desk.object(&args, "")["state"], json!("queued"));
    desk.folds();
}

#[test]
fn a_mail_from_the_contact_record_belongs_to_no_ticket_and_works_on_a_new_database() {
    let desk = Desk::new();
    let args = ["send", "--contact", "Ann Lee <ann@example.com>", "--subject", "We moved", "--as", "bob"];
    let queued =
        desk.object(&[&args[..], &["--mailbox", "sales", "--cc", "bo@example.net"]].concat(), "See you there.");
    assert_eq!((&queued["kind"], &queued["ticket"]), (&json!("record_send"), &json!(null)));
    let facts = desk.facts(&queued["message"]);
    assert_eq!((facts.from[0].address.as_str(), facts.cc.len()), ("sales@example.org", 1));
    let said = desk.printed(&args, "And again.");
    assert!(said.contains("to ann@example.com: We moved\n"), "{said}");
    desk.folds();
}

#[test]
fn a_ticket_is_moved_by_name_or_label_and_what_stands_there_goes_out() {
    let desk = Desk::with_ticket();
    let said = desk.printed(&["ticket", "move", "1", "closed", "--as", "alice"], "");
    let expected = "ticket 1  New → Closed\n  New → Closed.\n  queued ticket_closed → grace@example.com\n";
    assert_eq!(said, expected);
    let moved = desk.object(&["ticket", "move", "#1", "waiting on us", "--as", "bob"], "");
    assert_eq!((&moved["status_before"], &moved["status_after"]), (&json!("Closed"), &json!("Waiting on us")));
    assert_eq!(fields(&moved, &[]), documented("ticketd ticket move"));
    let again = desk.run(&["ticket", "move", "1", "waiting_on_us", "--as", "bob"], "");
    assert_eq!((again.code, again.stderr.as_str()), (1, "ticketd: it is in that stage already\n"));
    desk.folds();
}
