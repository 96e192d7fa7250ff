//! What can be asked about a database that a replay has filled: `why`, `ticket`, `message`.

use super::*;

#[test]
fn why_shows_evidence_candidates_rules_effects_deliveries_and_the_revision() {
    let folder = replayed();
    expect("why", &printed(folder.path(), &["why", "<reply@example.com>", "--db", "mail.db"]));
    // With or without angle brackets, or by row.
    let by_row = printed(folder.path(), &["why", "#24", "--db", "mail.db"]);
    assert_eq!(by_row, printed(folder.path(), &["why", "reply@example.com", "--db", "mail.db"]));
    assert_eq!(by_row, printed(folder.path(), &["why", "24", "--db", "mail.db"]));
}

#[test]
fn a_row_of_a_send_is_its_message_and_a_row_of_something_else_is_told() {
    let folder = replayed();
    let why = |row: &str| outcome(folder.path(), &["why", row, "--db", "mail.db"]);
    assert_eq!(why("#12"), why("#13"), "the send and its message");
    let says = |row: &str| why(row).2.lines().next().unwrap().to_owned();
    assert_eq!(says("#8"), "ticketd: `#8` is no message: that row is a contact");
    assert_eq!(says("10"), "ticketd: `10` is no message: that row is a ticket");
    let (code, _, stderr) = why("3210");
    assert_eq!((code, stderr.contains("did you mean")), (66, false), "a number is near no Message-ID: {stderr}");
}

#[test]
fn a_ticket_may_be_named_as_in_subjects_and_a_limit_is_at_least_one() {
    let folder = replayed();
    let show = |ticket: &str| printed(folder.path(), &["ticket", "show", ticket, "--db", "mail.db"]);
    assert_eq!(show("TICKET-1"), show("1"));
    assert_eq!(show("#1"), show("1"));
    let (code, _, stderr) = outcome(folder.path(), &["ticket", "list", "--limit", "0", "--db", "mail.db"]);
    assert!(code == 64 && stderr.contains("write a whole number, at least 1"), "{stderr}");
}

#[test]
fn why_of_our_own_send_says_what_it_was_sent_because_of() {
    let folder = replayed();
    let said = printed(folder.path(), &["why", "#13", "--db", "mail.db"]);
    assert!(said.contains("  sent because of #5 (new_conversation), decided so:\n"), "{said}");
    for part in ["\nEvidence of #5:\n", "\nThread candidates of #5, strongest", "\nStatus rules of #5:\n  (none)\n"] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    assert!(said.contains("  send #12: automation `ticket_received` by support/ticket_received, held\n"), "{said}");
    assert!(said.contains("  to ann@example.com: pending\n"), "{said}");
}

#[test]
fn a_message_that_is_not_there_is_told_with_those_that_are_near() {
    let folder = replayed();
    assert_eq!(
        outcome(folder.path(), &["why", "REPLY@", "--db", "mail.db"]),
        (
            66,
            String::new(),
            "ticketd: no message `REPLY@` in this database\n  did you mean: reply@example.com\n".to_owned()
        )
    );
    let (code, _, stderr) = outcome(folder.path(), &["message", "show", "100%", "--db", "mail.db"]);
    assert_eq!(code, 66);
    assert!(stderr.contains("give a Message-ID or a row number"), "{stderr}");
}

#[test]
fn tickets_are_listed_by_status_and_shown_with_their_timeline() {
    let folder = replayed();
    expect("tickets", &printed(folder.path(), &["ticket", "list", "--db", "mail.db"]));
    expect("ticket", &printed(folder.path(), &["ticket", "show", "1", "--db", "mail.db"]));
    let numbers = |args: &[&str]| {
        let output = run(folder.path(), &[args, &["--db", "mail.db", "--json"]].concat());
        json_lines(&text(&output.stdout)).iter().map(|ticket| ticket["number"].as_i64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(&["ticket", "list", "--status", "waiting on us"]), [1]);
    assert_eq!(numbers(&["ticket", "list", "--status", "new"]), [3, 2]);
    assert_eq!(numbers(&["ticket", "list", "--closed"]), [0; 0]);
    assert_eq!(numbers(&["ticket", "list", "--open", "--limit", "1"]), [3]);
}

#[test]
fn a_ticket_or_status_that_is_not_there_is_told_with_the_way_out() {
    let folder = replayed();
    assert_eq!(
        outcome(folder.path(), &["ticket", "show", "77", "--db", "mail.db"]),
        (
            66,
            String::new(),
            "ticketd: there is no ticket 77\n  `ticketd ticket list` shows which there are\n".to_owned()
        )
    );
    assert_eq!(
        outcome(folder.path(), &["ticket", "list", "--status", "Waiting", "--db", "mail.db"]),
        (
            64,
            String::new(),
            "ticketd: there is no status `Waiting`\n  known: New, Waiting on contact, Waiting on us, Closed\n"
                .to_owned()
        )
    );
}

#[test]
fn a_message_is_shown_whole_as_new_text_or_as_its_bytes() {
    let folder = replayed();
    let show =
        |args: &[&str]| run(folder.path(), &[&["message", "show", "24", "--db", "mail.db"], args].concat()).stdout;
    expect("message", &text(&show(&[])));
    assert_eq!(text(&show(&["--reply"])), "It is the invoice of February.\n");
    assert!(text(&show(&["--text"])).contains("> the invoice shows the wrong amount"));
    assert_eq!(show(&["--raw"]), std::fs::read(fixtures().join("mail/4-reply.eml")).unwrap());
}

#[test]
fn the_database_is_that_of_the_configuration_where_none_is_named() {
    let folder = replayed();
    let config = "database = \"mail.db\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n";
    std::fs::write(folder.path().join("ticketd.toml"), config).unwrap();
    let named = printed(folder.path(), &["ticket", "show", "1", "--db", "mail.db"]);
    assert_eq!(printed(folder.path(), &["ticket", "show", "1"]), named);
}

#[test]
fn a_question_never_makes_a_database() {
    let folder = tempfile::tempdir().unwrap();
    let way_out = "  `ticketd apply FILE --db none.db` makes one from a configuration, \
                   `ticketd replay PATH --db none.db` from mail\n";
    for args in [&["why", "1"][..], &["ticket", "list"], &["ticket", "show", "1"], &["message", "show", "1"]] {
        let (code, stdout, stderr) = outcome(folder.path(), &[args, &["--db", "none.db"]].concat());
        let expected = format!("ticketd: there is no database none.db\n{way_out}");
        assert_eq!((code, stdout.as_str(), stderr), (66, "", expected), "{args:?}");
        assert_eq!(outcome(folder.path(), args).0, 64, "{args:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_file_that_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("mail.db"), "no database at all, and long enough to be read as one".repeat(40))
        .unwrap();
    let (code, _, stderr) = outcome(folder.path(), &["ticket", "list", "--db", "mail.db"]);
    assert_eq!(code, 65, "{stderr}");
}

#[test]
fn nothing_that_a_terminal_would_obey_is_printed() {
    let folder = replayed();
    let outputs = [
        printed(&fixtures(), &["replay", "mail", "--explain"]),
        printed(folder.path(), &["why", "stranger@example.net", "--db", "mail.db"]),
        printed(folder.path(), &["ticket", "show", "1", "--db", "mail.db"]),
        printed(folder.path(), &["message", "show", "stranger@example.net", "--db", "mail.db"]),
    ];
    for output in outputs {
        assert!(output.contains("The invoice is wrong \u{fffd}[2J\u{fffd}"), "{output}");
        assert!(!output.contains(['\x1b', '\u{202e}']), "{output}");
    }
}
