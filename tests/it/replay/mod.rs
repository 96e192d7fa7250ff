//! `ticketd replay`: whole outputs and exit codes. The mails and the expected outputs are in `fixtures/replay`. What is
//! asked about its database is in [`questions`], what its JSON has in [`json_fields`], what `check` finds in [`check`].

mod check;
mod json_fields;
mod questions;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::but_the_setup;

pub use json_fields::{documented, fields};

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
