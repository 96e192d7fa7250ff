//! Review and quarantine at the command line, on databases that stories and replays leave behind.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;
use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, Place, RawMail};
use ticketd::store::{Store, views};

use crate::replay::{documented, fields};
use crate::support::{but_the_setup, root};

pub fn outcome(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    let output = command
        .current_dir(folder)
        .args(args)
        .env("TZ", "UTC")
        .env_remove("TICKETD_LOG")
        .env_remove("COLUMNS")
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), but_the_setup(&text(output.stderr)))
}

pub fn printed(folder: &Path, args: &[&str]) -> String {
    let (code, stdout, stderr) = outcome(folder, args);
    assert_eq!((code, stderr.as_str()), (0, ""), "ticketd {args:?}");
    stdout
}

fn object(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, args)).unwrap()
}

/// A folder with `mail.db`, in which that story was told.
fn told(story: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let story = root().join("fixtures/stories").join(story).display().to_string();
    printed(folder.path(), &["replay", &story, "--db", "mail.db"]);
    folder
}

pub fn folds(folder: &Path) {
    let said = printed(folder, &["replay", "--from-db", "--db", "mail.db"]);
    assert!(said.ends_with("nothing differs\n"), "{said}");
}

const STRANGER: &str = "a-strangers-reply-goes-to-review";

/// The row of the one message that waits.
fn waiting_row(folder: &Path) -> String {
    object(folder, &["review", "list", "--json", "--db", "mail.db"])["row"].to_string()
}

#[test]
fn what_waits_is_listed_shown_and_settled_and_then_waits_no_more() {
    let folder = told(STRANGER);
    let folder = folder.path();
    let listed = object(folder, &["review", "list", "--json", "--db", "mail.db"]);
    assert_eq!(
        (listed["review"].as_str(), listed["ticket"].as_i64(), listed["from"].as_str(), &listed["settled"]),
        (Some("stranger"), Some(1), Some("lena.vogel@example.com"), &Value::Null)
    );
    let row = waiting_row(folder);
    let list = printed(folder, &["review", "list", "--db", "mail.db"]);
    for part in [&*format!("#{row}"), "  2025-0", "stranger_reply", "ticket 1", "Lena Vogel", "never on it"] {
        assert!(list.contains(part), "{part} is not in:\n{list}");
    }
    let shown = printed(folder, &["review", "show", &row, "--db", "mail.db"]);
    for part in [
        "to review: in a ticket's thread, from someone who was never on it",
        "  the author was never on the ticket\n",
        "  attach  it counts as the author's reply now",
        "  drop    it stays on the ticket as it is",
        "\nGrace asked me to answer: it is here.\n",
    ] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }

    let settled = printed(folder, &["review", "attach", &format!("#{row}"), "1", "--as", "alice", "--db", "mail.db"]);
    assert_eq!(
        settled,
        format!(
            "#{row}  ticket 1  Closed → New\n  Attached as participant_reply, in review by alice. Rule 3.3: Closed → \
             New. No ticket_received:\n  once per ticket, and this one had it.\n"
        )
    );
    let (code, stdout, stderr) = outcome(folder, &["review", "list", "--db", "mail.db"]);
    assert_eq!((code, &*stdout, &*stderr), (0, "", "nothing waits for review\n"));
    let all = object(folder, &["review", "list", "--all", "--json", "--db", "mail.db"]);
    let settled = &all["settled"];
    assert_eq!(
        (settled["verdict"].as_str(), settled["by"].as_str(), settled["kind"].as_str(), settled["reason"].as_str()),
        (Some("attach"), Some("alice"), Some("participant_reply"), Some("stranger"))
    );
    let (_, all, _) = outcome(folder, &["review", "list", "--all", "--db", "mail.db"]);
    assert!(all.contains("alice attached it to ticket 1 as participant_reply"), "{all}");
    folds(folder);
}

#[test]
fn a_verdict_is_in_the_timeline_of_the_ticket_and_in_what_why_says() {
    let folder = told("a-reply-in-the-wrong-thread-may-be-attached-to-its-ticket");
    let folder = folder.path();
    let words = "alice attached it to ticket 2 as participant_reply (from ticket 1)";
    for ticket in ["1", "2"] {
        let shown = printed(folder, &["ticket", "show", ticket, "--db", "mail.db"]);
        assert!(shown.contains(words), "{shown}");
        let shown = object(folder, &["ticket", "show", ticket, "--json", "--db", "mail.db"]);
        let moments = shown["timeline"].as_array().unwrap();
        let review = moments.iter().find(|moment| moment["what"] == "review").unwrap();
        assert_eq!((&review["from_ticket"], &review["ticket"], &review["by"]), (&1.into(), &2.into(), &"alice".into()));
    }
    let all = object(folder, &["review", "list", "--all", "--json", "--db", "mail.db"]);
    let row = all["row"].to_string();
    let why = printed(folder, &["why", &row, "--db", "mail.db"]);
    for part in [words, "it waited: in a ticket's thread", "Waiting on contact → Waiting on us", "3.2 (a customer"] {
        assert!(why.contains(part), "{part} is not in:\n{why}");
    }
    let why = object(folder, &["why", &row, "--json", "--db", "mail.db"]);
    let review = &why["reviews"][0];
    assert_eq!(
        (why["kind"].as_str(), review["from_kind"].as_str()),
        (Some("participant_reply"), Some("stranger_reply"))
    );
    assert_eq!((review["rule"].as_str(), review["status_after"].as_str()), (Some("3.2"), Some("Waiting on us")));
}

#[test]
fn a_mail_that_is_older_than_a_day_when_it_is_given_a_ticket_is_not_acknowledged() {
    let folder = told(STRANGER);
    let folder = folder.path();
    let row = waiting_row(folder);
    let settled = object(folder, &["review", "new", &row, "--json", "--db", "mail.db"]);
    assert_eq!(
        (
            settled["verdict"].as_str(),
            settled["kind"].as_str(),
            settled["ticket"].as_i64(),
            settled["status_before"].is_null()
        ),
        (Some("new"), Some("new_conversation"), Some(2), true)
    );
    assert_eq!(settled["queued"].as_array().map(Vec::len), Some(0), "it is from 2025");
    let reason = settled["reason"].as_str().unwrap();
    assert!(reason.contains("in review by the operator") && reason.contains("older than 24 hours"), "{reason}");
    let store = Store::open(&folder.join("mail.db")).unwrap();
    let links = store.read(|tx| tx.query("SELECT ticket, other FROM ticket_link", &[])).unwrap();
    assert_eq!(links.len(), 2, "the two tickets are linked, both ways");
    drop(store);
    folds(folder);
}

#[test]
fn what_cannot_be_done_is_refused_with_a_way_out_and_changes_nothing() {
    let folder = told(STRANGER);
    let folder = folder.path();
    let row = waiting_row(folder);
    let refused = |args: &[&str], code: i32, says: &str| {
        let (found, stdout, stderr) = outcome(folder, &[args, &["--db", "mail.db"]].concat());
        assert_eq!((found, &*stdout), (code, ""), "{args:?}: {stderr}");
        assert!(stderr.contains(says), "{says} is not in:\n{stderr}");
    };
    refused(
        &["review", "attach", &row, "7"],
        66,
        "there is no ticket 7\n  `ticketd ticket list` shows which there are",
    );
    refused(&["review", "drop", &row, "--as", "eve"], 64, "there is no user `eve`\n  users: alice, bob");
    refused(&["review", "drop", "999"], 66, "no message `999`");
    refused(&["review", "drop", "10"], 1, "the message does not wait for review");
    refused(&["review", "show", "10"], 66, "#10 was never in review");
    refused(&["review", "new", &row, "--for", "tom@example.net"], 1, "only a forward has an original sender");
    refused(&["review", "new", &row, "--for", "tom"], 64, "write ADDRESS or 'Name <ADDRESS>'");
    refused(&["quarantine", "drop", "4"], 66, "#4 is not in quarantine\n  `ticketd quarantine list` shows what is");
    assert_eq!(waiting_row(folder), row, "it waits as before");
    folds(folder);
}

#[test]
fn the_owner_of_a_mailbox_that_forwards_may_be_named_and_stands_in_no_journal() {
    let folder = told("a-doubtful-forward-goes-to-review");
    let folder = folder.path();
    let rows = printed(folder, &["review", "list", "--json", "--db", "mail.db"]);
    let last: Value = serde_json::from_str(rows.lines().last().unwrap()).unwrap();
    let row = last["row"].to_string();
    let args = ["review", "new", &row, "--for", "Tom Reed <tom.reed@example.net>", "--as", "bob", "--db", "mail.db"];
    assert!(printed(folder, &args).contains("ticket 1  – → New"));
    let shown = object(folder, &["ticket", "show", "1", "--json", "--db", "mail.db"]);
    assert_eq!(shown["contacts"], serde_json::json!(["tom.reed@example.net"]));
    let store = Store::open(&folder.join("mail.db")).unwrap();
    let payloads = store.read(|tx| tx.query("SELECT payload FROM event WHERE kind = 'review'", &[])).unwrap();
    let [[row::Value::Text(payload)]] = &payloads.iter().map(|row| [row[0].clone()]).collect::<Vec<_>>()[..] else {
        panic!("one review: {payloads:?}")
    };
    assert!(!payload.contains("tom.reed"), "addresses stand in the address table and the raw bytes only: {payload}");
    drop(store);
    folds(folder);
}

/// What a customer forwards is the customer's, and nobody of the team is a customer whom a user forwards.
#[test]
fn for_is_refused_for_a_customers_forward_and_for_one_of_the_team() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let desk = root().join("fixtures/stories/ticketd.toml");
    let mail = |name: &str, head: &str, text: &str| {
        let head = format!("To: support@example.org\nMessage-ID: <{name}@example.com>\n{head}");
        std::fs::write(folder.join(format!("{name}.eml")), format!("{head}\n\n{text}\n")).unwrap();
    };
    let block = "See below.\n\n---------- Forwarded message ---------\nFrom: Bo <bo@example.net>\nDate: Mon, 3 Mar 2025 \
        at 08:30\nSubject: Offer\nTo: <ann@example.com>\n\nThe printer costs 90 euro.";
    mail("1", "From: ann@example.com\nSubject: Printer\nDate: Mon, 3 Mar 2025 08:00:00 +0000", "Broken.");
    let reply = "From: ann@example.com\nSubject: Fwd: Offer\nIn-Reply-To: <1@example.com>\nDate: Mon, 3 Mar 2025 09:00:00 +0000";
    mail("2", reply, block);
    let args = ["replay", ".", "--config", desk.to_str().unwrap(), "--db", "mail.db"];
    assert_eq!(outcome(folder, &args).0, 0);
    let shown = printed(folder, &["review", "show", "2@example.com", "--db", "mail.db"]);
    assert!(shown.contains("new     a new ticket for the author, linked") && !shown.contains("--for"), "{shown}");
    let (code, _, stderr) =
        outcome(folder, &["review", "new", "2@example.com", "--for", "bo@example.net", "--db", "mail.db"]);
    assert!(code == 1 && stderr.contains("its ticket is for that customer"), "{stderr}");
    let made = object(folder, &["review", "new", "2@example.com", "--json", "--db", "mail.db"]);
    let number = made["ticket"].to_string();
    let ticket = object(folder, &["ticket", "show", &number, "--json", "--db", "mail.db"]);
    assert_eq!(ticket["contacts"], serde_json::json!(["ann@example.com"]));
    assert_eq!((&ticket["links"][0]["ticket"], &ticket["links"][0]["message"]), (&Value::from(1), &made["row"]));
    let first = printed(folder, &["ticket", "show", "1", "--db", "mail.db"]);
    assert!(
        first.contains(&format!("  linked   to ticket {number}, because of message #{}\n", made["row"])),
        "{first}"
    );

    let folder = told("a-doubtful-forward-goes-to-review");
    let rows = printed(folder.path(), &["review", "list", "--json", "--db", "mail.db"]);
    let last: Value = serde_json::from_str(rows.lines().last().unwrap()).unwrap();
    let args = ["review", "new", &last["row"].to_string(), "--for", "alice@example.org", "--db", "mail.db"];
    let (code, _, stderr) = outcome(folder.path(), &args);
    assert!(code == 1 && stderr.contains("is of the team"), "{stderr}");
}

#[test]
fn a_ticket_that_follows_another_is_shown_with_it_both_ways() {
    let folder = told("a-subject-tag-of-a-closed-ticket-opens-a-linked-one");
    let of =
        |number: &str| object(folder.path(), &["ticket", "show", number, "--json", "--db", "mail.db"])["links"].clone();
    let (of_first, of_second) = (of("1"), of("2"));
    assert_eq!((&of_first[0]["ticket"], &of_second[0]["ticket"]), (&Value::from(2), &Value::from(1)));
    assert!(of_first[0]["message"].is_i64() && of_first[0]["message"] == of_second[0]["message"], "{of_first}");
    let shown = printed(folder.path(), &["ticket", "show", "2", "--db", "mail.db"]);
    assert!(shown.contains("  linked   to ticket 1, because of message #"), "{shown}");
}

#[test]
fn review_shows_the_original_of_a_forward_and_where_the_whole_message_is() {
    let folder = told("a-doubtful-forward-goes-to-review");
    let folder = folder.path();
    let rows = printed(folder, &["review", "list", "--json", "--db", "mail.db"]);
    let first: Value = serde_json::from_str(rows.lines().next().unwrap()).unwrap();
    let row = first["row"].to_string();
    let told = object(folder, &["review", "show", &row, "--json", "--db", "mail.db"])["forwarded"].clone();
    let shown = printed(folder, &["review", "show", &row, "--db", "mail.db"]);
    for part in [&told["from"], &told["subject"], &told["body"]] {
        let part = part.as_str().unwrap();
        assert!(!part.is_empty() && shown.contains(part.lines().next().unwrap()), "{part} is not in:\n{shown}");
    }
    assert!(shown.contains("\nForwarded:\n  From    "), "{shown}");
    assert!(shown.ends_with(&format!("\nThe whole message: ticketd message show {row}\n")), "{shown}");
}

const POISON: &[u8] = b"From: ann@example.com\r\nTo: support@example.org\r\nSubject: poison\x1b[2J\r\n\r\nx\r\n";

fn panic_always(_: &[u8]) -> Facts {
    panic!("this reader is old")
}

/// A database with two mails in quarantine: rows of their deliveries.
fn with_quarantine(path: &Path) -> Vec<String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::open(path).unwrap();
    let rows = runtime.block_on(async {
        let (setup, limit) = (config::builtin().setup, engine::READING_LIMIT);
        let read = panic_always;
        let engine = Engine::start_reading(store, Origin::Live, &setup, Timestamp(0), read, limit).await.unwrap();
        let mut rows = Vec::new();
        for (n, raw) in [POISON, &POISON[6..]].into_iter().enumerate() {
            let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
            let mail = engine.read(RawMail::new(raw.to_vec(), place)).await.unwrap();
            let at = Timestamp::from_seconds(1_700_000_000 + 60 * n as i64);
            let outcome = engine.deliver(mail.into(), at).await.unwrap().get().await.unwrap();
            rows.push(outcome.decision.delivery.unwrap().0.to_string());
        }
        engine.fire_timers(Timestamp::from_seconds(1_700_100_000)).await.unwrap();
        rows
    });
    assert_eq!(Store::open(path).unwrap().read(views::totals).unwrap().deliveries[&DeliveryState::Quarantined], 2);
    rows
}

#[test]
fn a_quarantined_mail_is_shown_unread_exported_as_it_arrived_retried_and_given_up() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let rows = with_quarantine(&folder.join("mail.db"));
    let [first, second] = &rows[..] else { panic!("{rows:?}") };
    let with_db = |args: &[&str]| outcome(folder, &[args, &["--db", "mail.db"]].concat());

    let (_, list, _) = with_db(&["quarantine", "list"]);
    for part in [&*format!("#{first}"), &format!("#{second}"), "support:INBOX", "74 bytes", "this reader is old"] {
        assert!(list.contains(part), "{part} is not in:\n{list}");
    }
    let (_, shown, _) = with_db(&["quarantine", "show", &format!("#{first}")]);
    for part in ["(attempt 1): this reader is old", "(attempt 3): this reader is old", "Subject: poison\u{fffd}[2J"] {
        assert!(shown.contains(part), "{part} is not in:\n{shown}");
    }
    let (code, _, said) = with_db(&["quarantine", "export", first, "mail.eml"]);
    assert_eq!((code, &*said), (0, "74 bytes written to mail.eml\n"));
    assert_eq!(std::fs::read(folder.join("mail.eml")).unwrap(), POISON);
    let (code, _, said) = with_db(&["quarantine", "export", first, "mail.eml"]);
    assert_eq!(code, 73, "a file is never replaced: {said}");
    let (_, stdout, _) = with_db(&["quarantine", "export", first, "-"]);
    assert_eq!(stdout.as_bytes(), POISON);

    let (code, retried, stderr) = with_db(&["quarantine", "retry", first]);
    assert_eq!((code, &*stderr), (0, ""), "this program can read it");
    assert!(retried.contains("new_conversation") && retried.contains("A new ticket, in New."), "{retried}");
    let (code, dropped, _) = with_db(&["quarantine", "drop", second]);
    assert_eq!((code, dropped), (0, format!("#{second}  given up; its bytes are kept\n")));
    let (_, stdout, stderr) = with_db(&["quarantine", "list"]);
    assert_eq!((&*stdout, &*stderr), ("", "nothing is in quarantine\n"));
    let (_, all, _) = with_db(&["quarantine", "list", "--all", "--json"]);
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!(fields(&all, &["past"]), documented("quarantine list --json"));
    assert_eq!((all["row"].to_string(), all["state"].as_str()), (second.clone(), Some("dropped")));
    assert_eq!(with_db(&["quarantine", "export", second, "-"]).1.as_bytes(), &POISON[6..], "kept");
    folds(folder);
}

/// A database of a replay that found one mail twice, and could not read it.
fn with_copies(path: &Path) -> String {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::open(path).unwrap();
    runtime.block_on(async {
        let (setup, limit) = (config::builtin().setup, engine::READING_LIMIT);
        let start = Engine::start_reading(store, Origin::Replay, &setup, Timestamp(0), panic_always, limit);
        let engine = start.await.unwrap();
        let mut rows = Vec::new();
        for n in 0..2 {
            let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
            let mail = engine.read(RawMail::new(POISON.to_vec(), place)).await.unwrap();
            let at = Timestamp::from_seconds(1_700_000_000 + 60 * n);
            let outcome = engine.deliver(mail.into(), at).await.unwrap().get().await.unwrap();
            rows.push(outcome.decision.delivery.unwrap().0.to_string());
        }
        engine.fire_timers(Timestamp::from_seconds(1_700_100_000)).await.unwrap();
        rows.swap_remove(0)
    })
}

#[test]
fn the_same_content_in_quarantine_is_one_entry_that_is_given_up_once_and_for_all() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let row = with_copies(&folder.join("mail.db"));
    std::fs::write(folder.join("poison.eml"), POISON).unwrap();
    let replay = || printed(folder, &["replay", "poison.eml", "--db", "mail.db"]);
    let said = replay();
    assert!(said.ends_with("1 mail is in quarantine: ticketd quarantine list --db mail.db\n"), "{said}");
    assert!(said.contains("Set aside unread. ") && !said.contains("ended the program"), "{said}");
    let found = object(folder, &["quarantine", "list", "--json", "--db", "mail.db"]);
    assert_eq!((found["row"].to_string(), found["times"].as_i64()), (row.clone(), Some(3)));
    assert_eq!(
        (found["from"].as_str(), found["subject"].as_str()),
        (Some("ann@example.com"), Some("poison\u{fffd}[2J"))
    );
    assert_eq!(
        found["failure"].as_str(),
        Some("this reader is old"),
        "why it could not be read, not that it came again"
    );
    let list = printed(folder, &["quarantine", "list", "--db", "mail.db"]);
    for part in ["found 3 times", "\n        ann@example.com: poison\u{fffd}[2J\n"] {
        assert!(list.contains(part), "{part} is not in:\n{list}");
    }
    let (code, _, stderr) = outcome(folder, &["quarantine", "drop", &row, "999", "--db", "mail.db"]);
    assert!(code == 66 && stderr.contains("#999 is not in quarantine"), "{stderr}");
    assert!(list.contains("found 3 times"), "nothing was given up");
    printed(folder, &["quarantine", "drop", &row, "--db", "mail.db"]);
    assert!(!replay().contains("quarantine list"), "nobody is asked again");
    assert_eq!(outcome(folder, &["quarantine", "list", "--db", "mail.db"]).2, "nothing is in quarantine\n");
    let (code, _, stderr) = outcome(folder, &["quarantine", "retry", &row, "--db", "mail.db"]);
    assert!(code == 1 && stderr.contains("was given up") && stderr.contains("quarantine export"), "{stderr}");
    folds(folder);
}

#[test]
fn what_can_be_read_again_settles_all_of_that_content_and_says_what_it_is_now() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let row = with_copies(&folder.join("mail.db"));
    let retried = object(folder, &["quarantine", "retry", &row, "--json", "--db", "mail.db"]);
    assert_eq!(outcome(folder, &["quarantine", "list", "--all", "--db", "mail.db"]).2, "nothing is in quarantine\n");
    let (code, _, stderr) = outcome(folder, &["quarantine", "show", &row, "--db", "mail.db"]);
    let says = format!("it was read, and is message #{}", retried["message"]);
    assert!(code == 66 && stderr.contains(&says), "{stderr}");
    let why = object(folder, &["why", &retried["message"].to_string(), "--json", "--db", "mail.db"]);
    let states: Vec<_> = why["deliveries"].as_array().unwrap().iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["decided", "duplicate"]);
    std::fs::write(folder.join("poison.eml"), POISON).unwrap();
    let again = printed(folder, &["replay", "poison.eml", "--db", "mail.db"]);
    assert!(again.contains("duplicate"), "{again}");
    folds(folder);
}

#[test]
fn a_quarantined_mail_that_still_cannot_be_read_stays_with_the_new_reason() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("mail.db");
    let rows = with_quarantine(&path);
    let delivery = DeliveryId(rows[0].parse().unwrap());
    fn panic_again(_: &[u8]) -> Facts {
        panic!("the new reader too")
    }
    let (store, setup, limit) = (Store::open(&path).unwrap(), config::builtin().setup, engine::READING_LIMIT);
    let at = Timestamp::from_seconds(1_700_200_000);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = runtime.block_on(async {
        let start = Engine::start_reading(store, Origin::Live, &setup, at, panic_again, limit);
        start.await.unwrap().retry_quarantined(at, None, delivery).await.unwrap().1
    });
    assert_eq!(outcome.decision.kind, Some(Kind::Quarantined));
    let found = object(directory.path(), &["quarantine", "show", &rows[0], "--json", "--db", "mail.db"]);
    assert_eq!(found["failure"].as_str(), Some("the new reader too"));
    assert_eq!((found["state"].as_str(), found["past"].as_array().map(Vec::len)), (Some("quarantined"), Some(4)));
    folds(directory.path());
}

#[test]
fn a_replay_that_keeps_its_database_says_what_waits_and_how_to_see_it() {
    let directory = tempfile::tempdir().unwrap();
    let folder = directory.path();
    let story = root().join("fixtures/stories/a-doubtful-forward-goes-to-review");
    std::fs::create_dir(folder.join("mail")).unwrap();
    for name in ["1-alice-forwards-bob.eml", "2-not-alice.eml"] {
        std::fs::copy(story.join(name), folder.join("mail").join(name)).unwrap();
    }
    let config = root().join("fixtures/stories/ticketd.toml").display().to_string();
    let said = printed(folder, &["replay", "mail", "--config", &config, "--db", "mail.db"]);
    assert!(said.ends_with("2 messages wait for review: ticketd review list --db mail.db\n"), "{said}");
    assert!(!printed(folder, &["replay", "mail", "--config", &config]).contains("ticketd review"), "nothing is kept");
}
