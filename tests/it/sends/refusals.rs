//! What is refused: nothing is queued then, the exit code says what sort of mistake it was, and the message a way out.

use super::live::{Desk, question};
use crate::place::Place;

/// Runs what must be refused: the exit code, and what standard error must say.
fn refused(desk: &Desk, args: &[&str], input: &str, code: i32, parts: &[&str]) {
    let before = desk.printed(&["outbox", "list", "--all", "--json"], "");
    let ran = desk.run(args, input);
    assert_eq!((ran.code, ran.stdout.as_str()), (code, ""), "{args:?}: {}", ran.stderr);
    for part in parts {
        assert!(ran.stderr.contains(part), "{args:?}: {part} is not in {}", ran.stderr);
    }
    assert_eq!(desk.printed(&["outbox", "list", "--all", "--json"], ""), before, "{args:?}");
}

#[test]
fn a_reply_that_cannot_be_is_refused_with_a_way_out() {
    let desk = Desk::with_ticket();
    desk.write("latin1.txt", b"caf\xe9");
    let reply = |more: &[&'static str]| [&["reply", "1", "--as", "alice"], more].concat();
    refused(&desk, &["reply", "9", "--as", "alice"], "x", 66, &["there is no ticket 9", "ticketd ticket list"]);
    refused(&desk, &["reply", "one", "--as", "alice"], "x", 64, &["12, #12 or TICKET-12"]);
    refused(&desk, &["reply", "1"], "x", 64, &["--as <USER>"]);
    refused(&desk, &["reply", "1", "--as", "carol"], "x", 64, &["no user `carol`", "users: alice, bob"]);
    refused(&desk, &reply(&[]), " \n", 65, &["the text is empty"]);
    refused(&desk, &reply(&["--file", "none.txt"]), "", 66, &["cannot read none.txt"]);
    refused(&desk, &reply(&["--file", "."]), "", 66, &["cannot read ."]);
    refused(&desk, &reply(&["--file", "latin1.txt"]), "", 65, &["latin1.txt is not UTF-8", "save it as UTF-8"]);
    refused(&desk, &reply(&["--attach", "none.pdf"]), "x", 66, &["cannot read none.pdf"]);
    refused(&desk, &reply(&["--to", "nobody"]), "x", 64, &["write ADDRESS or 'Name <ADDRESS>'"]);
    let stages = ["no status `Done`", "it has: new (New), waiting_on_contact (Waiting on contact)"];
    refused(&desk, &reply(&["--status", "Done"]), "x", 64, &stages);
    refused(&desk, &reply(&["--answer", "#999"]), "x", 66, &["no message `#999`"]);
    refused(&desk, &reply(&["--answer", "#999", "--new-thread"]), "x", 64, &["--new-thread"]);
}

#[test]
fn a_message_of_another_ticket_is_neither_answered_nor_forwarded() {
    let desk = Desk::with_ticket();
    desk.takes("support", &question("dora@example.net", "other", "Hello\n"));
    let answer = ["reply", "1", "--as", "alice", "--answer", "other@example.com"];
    refused(&desk, &answer, "x", 66, &["is not of ticket 1", "ticketd ticket show 1"]);
    let forward = ["forward", "1", "other@example.com", "--to", "bo@example.net", "--as", "alice"];
    refused(&desk, &forward, "x", 66, &["is not of ticket 1"]);
    refused(&desk, &forward[..3], "x", 64, &["--to"]);
}

#[test]
fn a_mail_from_the_contact_record_needs_a_mailbox_that_there_is() {
    let desk = Desk::new();
    let args = ["send", "--contact", "ann@example.com", "--subject", "s", "--as", "bob", "--mailbox", "alice"];
    refused(&desk, &args, "x", 64, &["no team mailbox `alice`", "known: support, sales"]);
    let args = ["send", "--contact", "ann", "--subject", "s", "--as", "bob"];
    refused(&desk, &args, "x", 64, &["write ADDRESS"]);
}

#[test]
fn a_ticket_without_contact_needs_a_recipient() {
    let desk = Desk::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let engine = ticketd::engine::Engine::resume(desk.store(), ticketd::domain::Origin::Live).unwrap();
    let (at, source) = (ticketd::domain::Timestamp::from_seconds(1_800_000_000), ticketd::domain::Source::Phone);
    let draft = ticketd::domain::Draft::default();
    runtime.block_on(engine.open_ticket(at, "alice", "support", source, draft)).unwrap();
    drop(engine);
    refused(&desk, &["reply", "1", "--as", "alice"], "x", 1, &["nobody to send it to: name a recipient (--to)"]);
    desk.object(&["reply", "1", "--as", "alice", "--to", "ann@example.com"], "x");
}

#[test]
fn a_merged_ticket_names_the_one_to_use() {
    let desk = Desk::with_ticket();
    desk.takes("support", &question("dora@example.net", "other", "Hello\n"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = desk.store();
    let record =
        |number| store.read(|tx| ticketd::store::views::ticket_by_number(tx, number)).unwrap().unwrap().record.id;
    let engine = ticketd::engine::Engine::resume(store.clone(), ticketd::domain::Origin::Live).unwrap();
    let at = ticketd::domain::Timestamp::from_seconds(1_800_000_000);
    runtime.block_on(engine.merge(at, "alice", record(2), record(1))).unwrap();
    drop(engine);
    let merged = ["ticket 2 is merged into ticket 1", "name ticket 1 instead"];
    refused(&desk, &["reply", "2", "--as", "alice"], "x", 1, &merged);
    refused(&desk, &["ticket", "move", "2", "new", "--as", "alice"], "", 1, &merged);
    // What came to it is the other's now.
    desk.object(&["reply", "1", "--as", "alice", "--answer", "other@example.com"], "x");
}

#[test]
fn what_is_sent_on_a_replayed_database_stays_held_and_that_is_said() {
    let place = Place::with_database();
    let config = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\
                  [[user]]\nname = \"alice\"\ndisplay_name = \"Alice\"\naddress = \"alice@example.org\"\n";
    place.write("ticketd.toml", config);
    place.write("text.txt", "Hello.\n");
    assert_eq!(place.run(&["apply", "ticketd.toml", "--db", "mail.db"]).code, Some(0));
    let said = place.run(&["reply", "1", "--as", "alice", "--file", "text.txt", "--db", "mail.db"]);
    assert_eq!(said.code, Some(0), "{}", said.stderr);
    assert!(said.stdout.ends_with("  held: this database holds a replay of files, and a replay never sends\n"));
}

#[test]
fn a_database_that_is_not_there_is_named() {
    let place = Place::new();
    let said = place.run(&["reply", "1", "--as", "alice", "--db", "none.db"]);
    assert_eq!(said.code, Some(66));
    assert!(said.stderr.contains("there is no database none.db"), "{}", said.stderr);
}
