//! `ticketd replay` and the questions that can be put to its database: whole outputs and exit codes. The mails and the
//! expected outputs are in `fixtures/replay`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::but_the_setup;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/replay")
}

/// Runs the program in `folder`, in UTC.
fn run(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command
        .current_dir(folder)
        .args(args)
        .env("TZ", "UTC")
        .env_remove("TICKETD_LOG")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command.output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Exit code, standard output, standard error.
fn outcome(folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = run(folder, args);
    (output.status.code().unwrap(), text(&output.stdout), but_the_setup(&text(&output.stderr)))
}

/// The output of a run that must succeed and say nothing on standard error: a progress bar would.
fn printed(folder: &Path, args: &[&str]) -> String {
    let (code, stdout, stderr) = outcome(folder, args);
    assert_eq!((code, stderr.as_str()), (0, ""), "ticketd {args:?}");
    stdout
}

/// Compares with `fixtures/replay/NAME.expected`; writes it where UPDATE_EXPECTED is set.
fn expect(name: &str, found: &str) {
    let path = fixtures().join(name).with_extension("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() && !found.is_empty() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} (UPDATE_EXPECTED=1 takes what was found)", path.display());
}

/// A folder with `mail.db`, made from the fixtures' mails.
fn replayed() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &["replay", fixtures().join("mail").to_str().unwrap(), "--db", "mail.db"]);
    folder
}

fn json_lines(output: &str) -> Vec<Value> {
    output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn replay_prints_each_mail_with_kind_ticket_status_and_reason_then_totals() {
    expect("replay", &printed(&fixtures(), &["replay", "mail"]));
}

#[test]
fn explain_adds_all_evidence_losing_candidates_and_rules_that_did_not_fire() {
    expect("explain", &printed(&fixtures(), &["replay", "mail", "--explain"]));
}

#[test]
fn json_is_one_object_a_message_in_order_of_arrival() {
    expect("json", &printed(&fixtures(), &["replay", "mail", "--json"]));
}

/// The names in the first column of the table under a heading of `docs/json.md`.
pub fn documented(heading: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let section = docs.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    names.collect()
}

/// The fields of an object, those of objects inside it as `outer.inner`.
pub fn fields(object: &Value, inside: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, value) in object.as_object().unwrap() {
        found.insert(name.clone());
        let inner = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        if let Some(inner) = inner.as_object().filter(|_| inside.contains(&name.as_str())) {
            found.extend(inner.keys().map(|key| format!("{name}.{key}")));
        }
    }
    found
}

#[test]
fn of_a_report_of_failure_json_names_those_that_it_failed_for() {
    let dir = TempDir::new().expect("a folder");
    let group = |name: &str, action: &str, status: &str| {
        format!("Final-Recipient: rfc822; {name}@example.org\nAction: {action}\nStatus: {status}\n\n")
    };
    for (name, groups, expected) in [
        (
            "failed.eml",
            group("ann", "delivered", "2.0.0") + &group("bea", "failed", "5.1.1"),
            json!(["bea@example.org"]),
        ),
        ("delivered.eml", group("ann", "delivered", "2.0.0"), json!(["ann@example.org"])),
    ] {
        let mail = format!(
            "From: MAILER-DAEMON@mx.example.net\nTo: support@example.org\nSubject: Report\nMIME-Version: 1.0\n\
             Date: Tue, 4 Mar 2025 09:12:00 +0100\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nReport\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mx.example.net\n\n{groups}--b--\n"
        );
        std::fs::write(dir.path().join(name), mail).expect("written");
        let lines = json_lines(&printed(dir.path(), &["replay", "--json", name]));
        assert_eq!(lines.first().map(|mail| &mail["bounce"]["recipients"]), Some(&expected), "{name}");
    }
}

#[test]
fn json_has_the_documented_fields_and_no_others() {
    let inside = ["forwarded", "bounce", "queued"];
    let messages = json_lines(&printed(&fixtures(), &["replay", "mail", "--json"]));
    let printed: BTreeSet<String> = messages.iter().flat_map(|message| fields(message, &inside)).collect();
    assert_eq!(printed, documented("replay --json"));
    let of_first = fields(&messages[0], &[]);
    assert!(messages.iter().all(|message| fields(message, &[]) == of_first), "a field is missing somewhere");
}

#[test]
fn why_json_and_ticket_json_have_the_documented_fields() {
    let folder = replayed();
    let of = |args: &[&str], inside: &[&str]| {
        let lines = json_lines(&printed(folder.path(), args));
        lines.iter().flat_map(|line| fields(line, inside)).collect::<BTreeSet<_>>()
    };
    let db = ["--db", "mail.db", "--json"];
    assert_eq!(
        of(&[&["why", "reply@example.com"], &db[..]].concat(), &["rules", "deliveries"]),
        documented("why --json")
    );
    assert_eq!(of(&[&["ticket", "list"], &db[..]].concat(), &[]), documented("ticket list --json"));
    assert_eq!(
        of(&[&["message", "show", "reply@example.com"], &db[..]].concat(), &[]),
        documented("message show --json")
    );
}

#[test]
fn review_json_has_the_documented_fields() {
    let folder = tempfile::tempdir().unwrap();
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/a-strangers-reply-goes-to-review");
    printed(folder.path(), &["replay", story.to_str().unwrap(), "--db", "mail.db"]);
    let of = |args: &[&str], inside: &[&str]| {
        let line = text(&run(folder.path(), &[args, &["--db", "mail.db", "--json"]].concat()).stdout);
        fields(&json_lines(&line)[0], inside)
    };
    let row =
        json_lines(&printed(folder.path(), &["review", "list", "--json", "--db", "mail.db"]))[0]["row"].to_string();
    let listed = documented("review list --json");
    let own = |fields: &BTreeSet<String>| fields.iter().filter(|name| !name.starts_with("settled")).cloned().collect();
    let own: BTreeSet<String> = own(&listed);
    assert_eq!(of(&["review", "show", &row], &[]), &own | &documented("review show --json"));
    assert_eq!(of(&["review", "attach", &row, "1"], &[]), documented("review attach --json"));
    assert_eq!(of(&["review", "list", "--all"], &["settled"]), listed);
}

#[test]
fn a_kept_replay_folds_again_to_the_same_state() {
    let folder = replayed();
    // Eight mails, and the setup that came into force before them.
    assert_eq!(
        printed(folder.path(), &["replay", "--from-db", "--db", "mail.db"]),
        "9 events folded, nothing differs\n"
    );
}

#[test]
fn replaying_into_the_same_database_finds_every_mail_again() {
    let folder = replayed();
    let mail = fixtures().join("mail");
    let again = printed(folder.path(), &["replay", mail.to_str().unwrap(), "--db", "mail.db", "--json"]);
    let kinds: BTreeSet<String> =
        json_lines(&again).iter().map(|message| message["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["duplicate".to_owned()].into());
}

#[test]
fn mail_of_several_mailboxes_and_folders_is_merged_by_arrival() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, from: &str, minute: u8, extra: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let date = format!("Mon, 2 Mar 2026 08:{minute:02}:00 +0000");
        let head = format!("From: {from}\nTo: someone@example.com\nDate: {date}\nMessage-ID: <{minute}@example.org>\n");
        std::fs::write(path, format!("{head}{extra}Subject: S\n\nmail {minute}\n")).unwrap();
    };
    write("in/b.eml", "ann@example.com", 10, "");
    write("sent/a.eml", "support@example.org", 20, "In-Reply-To: <10@example.org>\n");
    write("in/a.eml", "ben@example.com", 30, "");
    let args = ["replay", "--json", "--mail", "support:Sent=sent", "--mail", "support=in"];
    let found: Vec<_> = json_lines(&printed(folder.path(), &args))
        .iter()
        .map(|message| format!("{} {} {}", message["path"], message["folder"], message["kind"]).replace('"', ""))
        .collect();
    assert_eq!(
        found,
        ["in/b.eml INBOX new_conversation", "sent/a.eml Sent mailbox_send", "in/a.eml INBOX new_conversation"]
    );
}

/// A clock that is wrong by decades must not make everything late that comes after it.
#[test]
fn a_mail_with_a_date_in_the_future_arrives_when_it_is_replayed() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let write = |name: &str, head: &str| {
        let head = format!(
            "From: ann@example.com\nTo: support@example.org\nSubject: S\nMessage-ID: <{name}@example.com>\n{head}"
        );
        std::fs::write(folder.join(format!("{name}.eml")), format!("{head}\nText {name}.\n")).unwrap();
    };
    write("1", "Date: Mon, 2 Mar 2020 08:00:00 +0000\n");
    write("2", "In-Reply-To: <1@example.com>\nDate: Mon, 3 Mar 2059 08:00:00 +0000\n");
    write("3", "In-Reply-To: <1@example.com>\n");
    let args = |names: &[&'static str]| [&["replay", "--json", "--db", "mail.db"], names].concat();
    let first = json_lines(&printed(folder, &args(&["1.eml", "2.eml"])));
    assert_eq!(first[1]["rule"], "3.2");
    assert!(first[1]["arrived_at"].as_str() < Some("2059"), "{}", first[1]["arrived_at"]);
    let later = json_lines(&printed(folder, &args(&["3.eml"])));
    assert_eq!((&later[0]["kind"], &later[0]["review"]), (&Value::from("customer_reply"), &Value::Null));
    assert!(!later[0]["reason"].as_str().unwrap().contains("older than"), "{}", later[0]["reason"]);
    assert!(printed(folder, &["replay", "--from-db", "--db", "mail.db"]).ends_with("nothing differs\n"));
}

#[test]
fn an_unknown_mailbox_is_a_usage_error_that_names_the_known_ones() {
    assert_eq!(
        outcome(&fixtures(), &["replay", "--mail", "desk=mail"]),
        (
            64,
            String::new(),
            "ticketd: there is no mailbox `desk`\n  known mailboxes: support; others come from --config FILE\n"
                .to_owned()
        )
    );
}

#[test]
fn nothing_to_replay_is_a_usage_error() {
    let (code, _, stderr) = outcome(&fixtures(), &["replay"]);
    assert_eq!(code, 64);
    assert!(stderr.starts_with("ticketd: no mail to replay: name a file or folder\n"), "{stderr}");
}

#[test]
fn a_path_without_mail_and_a_file_that_cannot_be_read_are_told_and_the_rest_is_processed() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    std::fs::create_dir(folder.path().join("mail")).unwrap();
    std::fs::copy(fixtures().join("mail/1-question.eml"), folder.path().join("mail/a.eml")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("mail/broken.eml")).unwrap();
    let (code, stdout, stderr) = outcome(folder.path(), &["replay", "empty", "mail", "--json"]);
    assert_eq!((code, json_lines(&stdout).len()), (66, 1));
    let mut lines: Vec<_> = stderr.lines().collect();
    lines.sort_unstable();
    assert_eq!(
        lines,
        [
            "ticketd: 1 file or folder could not be read, named above",
            "ticketd: cannot read mail/broken.eml: No such file or directory (os error 2)",
            "ticketd: no mail under empty: name an .eml or mbox file, a Maildir or a folder of these",
        ]
    );
}

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

#[test]
fn check_looks_into_templates_and_time_zones() {
    let folder = tempfile::tempdir().unwrap();
    let config = "time_zone = \"Europe/Atlantis\"\n[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\
                  [[template]]\nname = \"ours\"\n[[template.text]]\nlanguage = \"en\"\nsubject = \"{{ ticket.\"\ntext = \"x\"\n";
    std::fs::write(folder.path().join("ticketd.toml"), config).unwrap();
    let (code, stdout, _) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 78, "{stdout}");
    assert!(stdout.contains("ticketd.toml:1:13: no time zone `Europe/Atlantis` is known here\n    time_zone = \"Europe/Atlantis\"\n                ^^^^^^^^^^^^^^^^^\n"), "{stdout}");
    assert!(stdout.contains("ticketd.toml:9:21: template `ours`, en subject: "), "{stdout}");
    assert!(stdout.ends_with("ticketd.toml: 2 mistakes\n"), "{stdout}");
}

#[test]
fn check_finds_what_is_wrong_in_templates_and_the_zone_beside_mistakes_of_structure_and_where() {
    let folder = tempfile::tempdir().unwrap();
    let config = "time_zone = \"Europe/Atlantis\"\ncolour = 1\n[[mailbox]]\nname = \"support\"\n\
                  [[template]]\nname = \"ours\"\n[[template.text]]\nlanguage = \"en\"\nsubject = \"S\u{e9} \\\"x\\\" {{ ticket.nmber }}\"\n\
                  text = \"\"\"\nDear {{ contact.name }},\n{{ who }}\n\"\"\"\n\
                  [[pipeline]]\nname = \"p\"\non_send = { on = false }\non_reply = { on = false }\n\
                  stage = [{ name = \"a\" }, { name = \"b\" }]\n[[pipeline.automation]]\nname = \"x\"\nstage = \"a\"\n\
                  actions = [{ send_email = \"reply_not_delivered\" }]\n";
    std::fs::write(folder.path().join("ticketd.toml"), config).unwrap();
    let (code, stdout, _) = outcome(folder.path(), &["check"]);
    assert_eq!(code, 78, "{stdout}");
    for part in [
        ":1:13: no time zone `Europe/Atlantis` is known here\n",
        ":2:1: unknown key `colour` at the top of the file\n",
        ":3:1: `address` is missing in this `mailbox`\n",
        ":9:24: template `ours`, en subject: unknown variable `ticket.nmber`; known are ticket.number",
        "                           ^^^^^^^^^^^^\n",
        ":12:4: template `ours`, en text: unknown variable `who`;",
        "warning: this pipeline has no closed stage: none of its tickets is ever closed\n",
        ":22:27: template `reply_not_delivered`, en ",
        "`user.name` is known in notifications only",
    ] {
        assert!(stdout.contains(part), "{part} is not in:\n{stdout}");
    }
}

#[test]
fn the_database_is_one_file_when_the_program_has_ended() {
    let folder = replayed();
    let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["mail.db"], "copying the file copies the database");
}

#[test]
fn a_database_gets_all_of_the_mail_although_the_reader_of_the_output_has_gone() {
    let folder = tempfile::tempdir().unwrap();
    for format in [None, Some("--json")] {
        let database = if format.is_some() { "json.db" } else { "text.db" };
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.current_dir(folder.path()).args(["replay", "--db", database]).args(format);
        let mut child = command.arg(fixtures().join("mail")).stdout(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        assert!(child.wait().unwrap().success());
        let folded = printed(folder.path(), &["replay", "--from-db", "--db", database]);
        assert_eq!(folded, "9 events folded, nothing differs\n", "eight mails and the setup");
    }
}

#[test]
fn a_link_back_to_the_folder_adds_nothing_and_an_empty_file_is_no_mail() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.eml"), "From: a@example.org\n\nx\n").unwrap();
    std::fs::write(folder.path().join("none.mbox"), "").unwrap();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("loop")).unwrap();
    assert_eq!(json_lines(&printed(folder.path(), &["replay", ".", "--json"])).len(), 1);
    std::fs::write(folder.path().join("b.eml"), "").unwrap();
    let (code, stdout, stderr) = outcome(folder.path(), &["replay", ".", "--json"]);
    assert_eq!((code, json_lines(&stdout).len()), (66, 1), "the rest is processed");
    assert_eq!(
        stderr,
        "ticketd: cannot read ./b.eml: the file is empty: no mail is in it\n\
         ticketd: 1 file or folder could not be read, named above\n"
    );
}

#[test]
fn of_a_maildir_account_only_the_folder_that_is_named_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    for inside in ["cur", "new", "tmp", ".Sent/cur"] {
        std::fs::create_dir_all(folder.path().join(inside)).unwrap();
        let mail = format!("From: a@example.org\nTo: support@example.org\nSubject: {inside}\n\nx\n");
        std::fs::write(folder.path().join(inside).join("1.M1:2,S"), mail).unwrap();
    }
    let subjects = |args: &[&str]| {
        let (code, stdout, stderr) = outcome(folder.path(), args);
        let others = "ticketd: 1 folder of a Maildir account passed over: ./.Sent; name those that are wanted, as in \
                      --mail 'support:Sent=./.Sent'\n";
        assert_eq!((code, stderr.as_str()), (0, if args.contains(&".") { others } else { "" }));
        let mails = json_lines(&stdout);
        mails.iter().map(|mail| mail["subject"].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(subjects(&["replay", ".", "--json"]), BTreeSet::from(["cur".to_owned(), "new".to_owned()]));
    assert_eq!(
        subjects(&["replay", "--mail", "support:Sent=.Sent", "--json"]),
        BTreeSet::from([".Sent/cur".to_owned()])
    );
}
