//! Files that go with a mail.

use serde_json::json;
use ticketd::domain::*;
use ticketd::store::{content, journal};

use super::live::Desk;
use crate::replay::{documented, fields};

#[test]
fn files_go_with_the_mail_and_come_out_of_it_as_they_were() {
    let desk = Desk::with_ticket();
    desk.write("Übersicht März.pdf", b"%PDF-1.7 \x00\xff\r\n.\r\n");
    desk.write("a \"b\"; name=c.csv", "x;y\n");
    let files = ["--attach", "Übersicht März.pdf", "a \"b\"; name=c.csv"];
    let queued = desk.object(&[&["reply", "1", "--as", "alice"], &files[..]].concat(), "See there.");
    assert_eq!(
        queued["attachments"],
        json!([
            { "name": "Übersicht März.pdf", "type": "application/pdf", "size": 16 },
            { "name": "a \"b\"; name=c.csv", "type": "text/csv", "size": 4 },
        ])
    );
    assert_eq!(fields(&queued, &["attachments"]), documented("ticketd reply, forward, send"));
    let facts = desk.facts(&queued["message"]);
    let read = |file: &Attachment| (file.name.clone(), file.content_type.clone(), file.size, file.inline);
    assert_eq!(
        facts.attachments.iter().map(read).collect::<Vec<_>>(),
        [
            ("Übersicht März.pdf".to_owned(), "application/pdf".to_owned(), 16, false),
            ("a \"b\"; name=c.csv".to_owned(), "text/csv".to_owned(), 4, false),
        ]
    );
    assert!(facts.body.text.starts_with("See there."), "{}", facts.body.text);
    let said = desk.printed(&[&["reply", "1", "--as", "alice"], &files[..]].concat(), "Again.");
    assert!(said.contains("  with Übersicht März.pdf (application/pdf, 16 bytes)\n"), "{said}");
}

#[test]
fn the_draft_names_its_files_without_their_bytes_and_the_journal_folds_without_them() {
    let desk = Desk::with_ticket();
    let secret = "bytes of the file ".repeat(1000);
    desk.write("notes.txt", &secret);
    desk.object(&["reply", "1", "--as", "alice", "--attach", "notes.txt"], "See there.");
    let draft = desk.store().read(|tx| {
        let events = journal::events(tx, EventSeq(0), 100)?;
        let payload = events.iter().rev().find_map(|event| match serde_json::from_str(&event.payload).unwrap() {
            Payload::Send { draft, .. } => Some(draft),
            _ => None,
        });
        content::raw(tx, payload.unwrap())
    });
    let draft = draft.unwrap();
    assert!(draft.len() < 500, "{}", String::from_utf8_lossy(&draft));
    let read = Draft::from_bytes(&draft).unwrap();
    let file = &read.attachments[0];
    assert_eq!((file.name.as_str(), file.media_type.as_str(), file.size), ("notes.txt", "text/plain", 18_000));
    assert_eq!(file.digest, ContentDigest::of(secret.as_bytes()));
    desk.folds();
}

#[test]
fn a_mail_that_is_attached_is_no_forward() {
    let desk = Desk::with_ticket();
    desk.write("old.eml", "From: a@example.net\nSubject: Old\n\nHello\n");
    let queued = desk.object(&["reply", "1", "--as", "alice", "--attach", "old.eml"], "As we wrote then.");
    let facts = desk.facts(&queued["message"]);
    assert_eq!((facts.forwarded, facts.attachments[0].name.as_str()), (None, "old.eml"));
}

#[test]
fn more_than_25_mb_are_refused_and_nothing_is_queued() {
    let desk = Desk::with_ticket();
    desk.write("a.bin", vec![0; 20_000_000]);
    desk.write("b.bin", vec![0; 5_000_001]);
    let refused = desk.run(&["reply", "1", "--as", "alice", "--attach", "a.bin", "b.bin"], "Here.");
    assert_eq!(refused.code, 65);
    assert_eq!(
        refused.stderr,
        "ticketd: the attachments have more than 25 MB together\n  nothing was queued; send them in several mails, or as \
         a link\n"
    );
    desk.write("b.bin", vec![0; 5_000_000]);
    let queued = desk.object(&["reply", "1", "--as", "alice", "--attach", "a.bin", "b.bin"], "Here.");
    assert_eq!(queued["state"], json!("queued"));
    assert_eq!(desk.facts(&queued["message"]).attachments.len(), 2);
}
