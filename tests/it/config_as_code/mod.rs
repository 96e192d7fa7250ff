//! `ticketd export` and `ticketd apply`: a setup as a file, the way back, and what is refused. The files and the expected
//! outputs are in `fixtures/apply`.

mod flows;
mod generated;
mod properties;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::Value;
use tempfile::TempDir;
use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, EngineError, Place, RawMail};
use ticketd::store::{Store, journal, keys, views};

use crate::support::{but_the_setup, root};

fn fixture(name: &str) -> PathBuf {
    root().join("fixtures/apply").join(name)
}

fn fixture_text(name: &str) -> String {
    std::fs::read_to_string(fixture(name)).unwrap()
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command
        .current_dir(folder)
        .args(args)
        .env("TZ", "UTC")
        .env_remove("TICKETD_LOG")
        .env_remove("COLUMNS")
        .stdin(Stdio::null());
    command
}

/// Exit code, standard output, standard error.
fn outcome(folder: &Path, args: &[&str]) -> (i32, String, String) {
    told(command(folder, args).output().unwrap())
}

fn told(output: Output) -> (i32, String, String) {
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), but_the_setup(&text(output.stderr)))
}

/// The output of a run that must succeed and say nothing on standard error.
fn printed(folder: &Path, args: &[&str]) -> String {
    let (code, stdout, stderr) = outcome(folder, args);
    assert_eq!((code, stderr.as_str()), (0, ""), "ticketd {args:?}");
    stdout
}

/// Compares with `fixtures/apply/NAME.expected`; writes it where UPDATE_EXPECTED is set.
fn expect(name: &str, found: &str) {
    let path = fixture(name).with_extension("expected");
    if std::env::var_os("UPDATE_EXPECTED").is_some() && !found.is_empty() {
        std::fs::write(&path, found).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(found, expected, "{} (UPDATE_EXPECTED=1 takes what was found)", path.display());
}

/// A folder with `ticketd.toml` (the desk), `changed.toml` and `mail.db`: eight mails of fixtures/replay, decided with
/// the desk's setup.
fn desk() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(fixture("desk.toml"), folder.path().join("ticketd.toml")).unwrap();
    std::fs::copy(fixture("changed.toml"), folder.path().join("changed.toml")).unwrap();
    let mail = root().join("fixtures/replay/mail");
    let args = ["replay", mail.to_str().unwrap(), "--db", "mail.db", "--config", "ticketd.toml"];
    printed(folder.path(), &args);
    folder
}

/// Writes the desk's file with each first text replaced by the second.
fn write_desk(folder: &TempDir, name: &str, replaced: &[(&str, &str)]) {
    let mut text = fixture_text("desk.toml");
    for (from, to) in replaced {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    std::fs::write(folder.path().join(name), text).unwrap();
}

fn in_database<T>(folder: &TempDir, mut work: impl FnMut(&mut ticketd::store::Tx<'_>) -> T) -> T {
    Store::open(&folder.path().join("mail.db")).unwrap().read(|tx| Ok(work(tx))).unwrap()
}

/// Everything that a change of the setup would change: how many events there are, and the revision in force.
fn state(folder: &TempDir) -> (i64, String) {
    in_database(folder, |tx| (views::totals(tx).unwrap().events, journal::current_digest(tx).unwrap().unwrap()))
}

#[test]
fn export_writes_every_value_with_a_comment_for_each_section() {
    let folder = desk();
    let exported = printed(folder.path(), &["export"]);
    expect("export", &exported);
    assert_eq!(printed(folder.path(), &["export", "--db", "mail.db"]), exported, "always the same");
}

#[test]
fn what_was_exported_is_a_configuration_and_applying_it_changes_nothing() {
    let folder = desk();
    std::fs::write(folder.path().join("exported.toml"), printed(folder.path(), &["export"])).unwrap();
    let ok = "exported.toml: ok: 1 mailbox, 4 users, 1 pipeline\n";
    assert_eq!(printed(folder.path(), &["check", "--config", "exported.toml"]), ok);
    let before = state(&folder);
    let nothing = format!("Nothing differs: revision {} stays in force.\n", &before.1[..12]);
    assert_eq!(printed(folder.path(), &["apply", "exported.toml", "--dry-run"]), nothing);
    assert_eq!(printed(folder.path(), &["apply", "exported.toml"]), nothing);
    assert_eq!(state(&folder), before);
}

#[test]
fn a_dry_run_shows_every_difference_and_changes_nothing() {
    let folder = desk();
    let before = state(&folder);
    let shown = printed(folder.path(), &["apply", "changed.toml", "--dry-run"]);
    assert!(!shown.contains('\x1b'), "no colours in a pipe");
    expect("dry-run", &shown);
    assert_eq!(state(&folder), before);
}

#[test]
fn applying_shows_the_difference_and_puts_the_file_into_force_once() {
    let folder = desk();
    let (events, before) = state(&folder);
    let dry = printed(folder.path(), &["apply", "changed.toml", "--dry-run"]);
    let shown = printed(folder.path(), &["apply", "changed.toml", "--as", "alice"]);
    let (events_after, after) = state(&folder);
    let expected = dry.replace(
        &format!("Nothing was changed: revision {} would become", &before[..12]),
        &format!("Applied: revision {} became", &before[..12]),
    );
    assert_eq!(shown, expected);
    assert!(shown.ends_with(&format!("became {}.\n", &after[..12])), "{shown}");
    assert_eq!((events_after, after != before), (events + 1, true));
    let in_force = in_database(&folder, |tx| journal::current_setup(tx).unwrap().unwrap());
    assert_eq!(in_force, config::parse(&fixture_text("changed.toml")).unwrap().setup);

    let again = format!("Nothing differs: revision {} stays in force.\n", &after[..12]);
    assert_eq!(printed(folder.path(), &["apply", "changed.toml"]), again);
    assert_eq!(state(&folder).0, events_after, "no second event");
    let actor = in_database(&folder, |tx| {
        let event = journal::events(tx, EventSeq(events_after - 1), 1).unwrap().pop().unwrap();
        let user = views::users(tx).unwrap().into_iter().find(|user| Some(user.id) == event.actor);
        (event.kind, user.map(|user| user.name))
    });
    assert_eq!(actor, ("setup".to_owned(), Some("alice".to_owned())));
}

#[test]
fn decisions_name_the_revision_of_their_day_and_the_journal_folds_to_the_same_state() {
    let folder = desk();
    let (_, before) = state(&folder);
    printed(folder.path(), &["apply", "changed.toml", "--as", "alice"]);
    let (_, after) = state(&folder);
    let late = "From: zoe@example.com\nTo: support@example.org\nMessage-ID: <late@example.com>\n\
                Date: Fri, 7 Mar 2025 10:00:00 +0000\nSubject: Late\n\nHello\n";
    std::fs::write(folder.path().join("late.eml"), late).unwrap();
    printed(folder.path(), &["replay", "late.eml", "--db", "mail.db"]);
    let revision = |message: &str| {
        let told: Value = serde_json::from_str(&printed(folder.path(), &["why", message, "--json"])).unwrap();
        told["revision"].as_str().unwrap().to_owned()
    };
    assert_eq!((revision("reply@example.com"), revision("late@example.com")), (before, after));
    let why = printed(folder.path(), &["why", "late@example.com"]).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(why.contains(&format!("revision {}, first in force ", state(&folder).1)), "{why}");
    let folded = printed(folder.path(), &["replay", "--from-db", "--db", "mail.db"]);
    assert_eq!(folded, "11 events folded, nothing differs\n", "nine mails and two setups");
}

#[test]
fn a_replay_goes_on_with_the_setup_in_force_unless_a_configuration_is_named() {
    let folder = desk();
    printed(folder.path(), &["apply", "changed.toml"]);
    let applied = state(&folder).1;
    let mail = root().join("fixtures/replay/mail");
    printed(folder.path(), &["replay", mail.to_str().unwrap(), "--db", "mail.db"]);
    assert_eq!(state(&folder).1, applied, "nothing puts the built-in setup into force");
    printed(folder.path(), &["replay", mail.to_str().unwrap(), "--db", "mail.db", "--config", "ticketd.toml"]);
    let in_force = in_database(&folder, |tx| journal::current_setup(tx).unwrap().unwrap());
    assert_eq!(in_force, config::parse(&fixture_text("desk.toml")).unwrap().setup);
}

#[test]
fn what_would_be_taken_from_under_tickets_is_refused_and_nothing_of_the_file_applied() {
    let folder = desk();
    let before = state(&folder);
    let stage = "    { name = \"new\" },\n";
    let without_new: &[_] = &[(stage, "    { name = \"intake\" },\n"), ("stage = \"new\"", "stage = \"intake\"")];
    let cases: [(&[(&str, &str)], &str); 4] = [
        (
            without_new,
            "2 tickets are in stage `new` of pipeline `support`, which would be no more: keep it (its label may change), \
             or move its tickets first, for example to `intake`, `waiting_on_contact`, `waiting_on_us`, `spam`, `closed`",
        ),
        (
            &[(stage, "    { name = \"intake\" },\n    { name = \"new\", state = \"closed\" },\n")],
            "2 tickets are in stage `new` of pipeline `support`, which would become closed: move its \
             tickets first, or add another stage that is closed",
        ),
        (
            &[("[[pipeline]]\nname = \"support\"", "[[pipeline]]\nname = \"desk\"")],
            "3 tickets are in pipeline `support`, which would be no more: keep it (its label may change), or move its \
             tickets to another first: `desk`",
        ),
        (
            &[("[[mailbox]]\nname = \"support\"", "[[mailbox]]\nname = \"desk\"")],
            "3 tickets are open and answered from team mailbox `support`, which would be no more: keep it until they are \
             closed",
        ),
    ];
    for (replaced, reason) in cases {
        write_desk(&folder, "new.toml", &[replaced, &[("roles = [\"super_admin\"]", "roles = [\"agent\"]")]].concat());
        for dry_run in [&["apply", "new.toml", "--dry-run"][..], &["apply", "new.toml"]] {
            let (code, stdout, stderr) = outcome(folder.path(), dry_run);
            let expected = format!(
                "ticketd: refused, tickets are in the way:\n  {reason}\n  nothing was changed; what a replay made can be made \
                 again: delete mail.db, apply the file, replay the mail\n"
            );
            assert_eq!((code, stderr), (1, expected));
            assert!(
                stdout.contains("  ~ roles: [\"super_admin\"] → [\"agent\"]\n"),
                "it is shown all the same: {stdout}"
            );
        }
        let mail = root().join("fixtures/replay/mail");
        let args = ["replay", mail.to_str().unwrap(), "--db", "mail.db", "--config", "new.toml"];
        let (code, _, stderr) = outcome(folder.path(), &args);
        assert_eq!((code, stderr), (1, format!("ticketd: {reason}\n")), "a replay cannot do it either");
    }
    assert_eq!(state(&folder), before);
}

#[test]
fn a_stage_without_tickets_may_go_and_every_label_may_change() {
    let folder = desk();
    write_desk(
        &folder,
        "new.toml",
        &[
            ("    { name = \"spam\", state = \"closed\" },\n", ""),
            ("{ name = \"new\" }", "{ name = \"new\", label = \"Intake\" }"),
        ],
    );
    let shown = printed(folder.path(), &["apply", "new.toml"]);
    assert!(shown.contains("  ~ stage \"new\" label: \"New\" → \"Intake\"\n"), "{shown}");
    assert!(shown.contains("  - stage \"spam\"\n"), "{shown}");
    let status = printed(folder.path(), &["ticket", "list", "--status", "Intake", "--json"]);
    assert_eq!(status.lines().count(), 2);
}

#[test]
fn a_user_who_does_it_must_be_there_and_have_the_role() {
    let folder = desk();
    let before = state(&folder);
    let nobody =
        (64, "ticketd: there is no user `zoe` in the setup in force\n  known users: alice, bob, carol, dave\n");
    let as_user = |user: &str, file: &str| {
        let (code, _, stderr) = outcome(folder.path(), &["apply", file, "--as", user]);
        (code, stderr)
    };
    assert_eq!(as_user("zoe", "changed.toml"), (nobody.0, nobody.1.to_owned()));
    let only = |roles: &str| (77, format!("ticketd: user `bob` may not change that; it takes the role {roles}\n"));
    assert_eq!(as_user("bob", "changed.toml"), only("`super_admin`"));
    let actions = "actions = [{ send_email = \"ticket_received\" }]";
    write_desk(&folder, "off.toml", &[(actions, &format!("{actions}\non = false"))]);
    let roles = "`super_admin` or `account_access`";
    for user in ["carol", "dave"] {
        assert_eq!(as_user(user, "off.toml"), (77, only(roles).1.replace("bob", user)));
    }
    assert_eq!(state(&folder), before);
    assert_eq!(as_user("carol", "ticketd.toml"), (0, String::new()), "nothing differs");
    assert_eq!(as_user("bob", "off.toml"), (0, String::new()), "stage actions of tickets are account access");
    write_desk(
        &folder,
        "quiet.toml",
        &[
            (actions, &format!("{actions}\non = false")),
            ("[[pipeline.automation]]", "[pipeline.on_reply]\non = false\n\n[[pipeline.automation]]"),
        ],
    );
    let roles = "`super_admin` or `workflow_editor` or `account_access`";
    assert_eq!(as_user("carol", "quiet.toml"), (77, only(roles).1.replace("bob", "carol")));
    assert_eq!(
        as_user("dave", "quiet.toml"),
        (0, String::new()),
        "the two status rules are a workflow editor's as well"
    );
}

#[test]
fn a_wrong_file_is_told_with_all_its_mistakes() {
    let folder = desk();
    let wrong = "ticket_prefix = \"desk\"\n[[mailbox]]\nname = \"support\"\naddress = \"support\"\n";
    std::fs::write(folder.path().join("wrong.toml"), wrong).unwrap();
    let (code, stdout, stderr) = outcome(folder.path(), &["apply", "wrong.toml"]);
    assert_eq!((code, stdout.as_str()), (78, ""));
    for place in ["wrong.toml:1:17: ", "wrong.toml:4:11: ", "    hint: "] {
        assert!(stderr.contains(place), "{stderr}");
    }
    let (code, stdout, stderr) = outcome(folder.path(), &["apply", "wrong.toml", "--json"]);
    let told: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, stderr.as_str(), &told["outcome"]), (78, "", &Value::from("wrong")));
    let lines: Vec<_> = told["problems"].as_array().unwrap().iter().map(|found| found["line"].as_i64()).collect();
    assert_eq!(lines, [Some(1), Some(4)]);
}

#[test]
fn a_file_may_come_from_standard_input() {
    let folder = desk();
    let mut child = command(folder.path(), &["apply", "-", "--db", "mail.db"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(fixture_text("changed.toml").as_bytes()).unwrap();
    let (code, stdout, stderr) = told(child.wait_with_output().unwrap());
    assert_eq!((code, stderr.as_str()), (0, ""));
    assert!(stdout.starts_with("What standard input changes in the setup of mail.db:\n"), "{stdout}");
    assert_eq!(printed(folder.path(), &["apply", "changed.toml", "--dry-run"]).lines().count(), 1, "it is in force");
}

#[test]
fn the_database_may_be_the_one_that_the_file_names() {
    let folder = desk();
    std::fs::rename(folder.path().join("ticketd.toml"), folder.path().join("desk.toml")).unwrap();
    assert!(printed(folder.path(), &["apply", "desk.toml"]).starts_with("Nothing differs"));
    let (code, _, stderr) = outcome(folder.path(), &["apply", "changed.toml"]);
    assert_eq!(code, 64, "{stderr}");
    std::fs::write(folder.path().join("ticketd.toml"), "database = \"none.db\"\n").unwrap();
    let (code, stdout, stderr) = outcome(folder.path(), &["apply", "desk.toml", "--dry-run"]);
    assert!(code == 0 && stdout.contains("none.db would be made"), "ticketd.toml says it first: {stdout}{stderr}");
    assert_eq!(stderr, "", "nothing of that file's setup is used: no word about it");
    std::fs::write(folder.path().join("ticketd.toml"), "database = \"mail.db\"\n").unwrap();
    let (code, _, stderr) = outcome(folder.path(), &["apply", "ticketd.toml", "--dry-run"]);
    assert_eq!((code, stderr.matches(": warning: ").count()), (1, 1), "said once: {stderr}");
}

#[test]
fn a_missing_file_and_a_newer_database_have_their_exit_codes() {
    let folder = desk();
    let code = |args: &[&str]| outcome(folder.path(), args).0;
    assert_eq!(code(&["apply", "none.toml"]), 66);
    assert_eq!(code(&["export", "--db", "none.db"]), 66);
    assert!(!folder.path().join("none.db").exists());
    let newer = Store::open(&folder.path().join("mail.db")).unwrap();
    newer.write(|tx| tx.execute("PRAGMA user_version = 99", &[])).unwrap();
    drop(newer);
    assert_eq!((code(&["apply", "changed.toml"]), code(&["export"])), (65, 65));
}

#[test]
fn what_was_ordered_is_done_although_the_reader_of_the_output_has_gone() {
    let folder = desk();
    let (_, before) = state(&folder);
    let mut child = command(folder.path(), &["apply", "changed.toml"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
    assert_ne!(state(&folder).1, before);
}

/// The names in the first column of the table under a heading of `docs/json.md`.
fn documented(heading: &str) -> BTreeSet<String> {
    let docs = std::fs::read_to_string(root().join("docs/json.md")).unwrap();
    let section = docs.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    names.collect()
}

#[test]
fn json_tells_the_same_in_the_documented_fields() {
    let folder = desk();
    let told: Value =
        serde_json::from_str(&printed(folder.path(), &["apply", "changed.toml", "--dry-run", "--json"])).unwrap();
    let mut fields: BTreeSet<String> = told.as_object().unwrap().keys().cloned().collect();
    let found = told["differences"].as_array().unwrap();
    for difference in found {
        fields.extend(difference.as_object().unwrap().keys().map(|key| format!("differences.{key}")));
    }
    std::fs::write(folder.path().join("wrong.toml"), "colour = 1\n").unwrap();
    let wrong: Value = serde_json::from_str(&outcome(folder.path(), &["apply", "wrong.toml", "--json"]).1).unwrap();
    assert_eq!(wrong.as_object().unwrap().len(), told.as_object().unwrap().len());
    fields.extend(wrong["problems"][0].as_object().unwrap().keys().map(|key| format!("problems.{key}")));
    assert_eq!(fields, documented("apply --json"));
    assert_eq!(told["outcome"], "would_apply");
    let target = found.iter().find(|difference| difference["part"] == "on_reply").unwrap();
    assert_eq!(
        *target,
        serde_json::json!({ "change": "changed", "thing": "pipeline", "name": "support", "part": "on_reply",
                            "part_name": null, "key": "target", "before": "waiting_on_us", "after": "new" })
    );
    write_desk(&folder, "new.toml", &[("[[mailbox]]\nname = \"support\"", "[[mailbox]]\nname = \"desk\"")]);
    let (code, stdout, _) = outcome(folder.path(), &["apply", "new.toml", "--json"]);
    let refused: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!((code, &refused["outcome"]), (1, &Value::from("refused")));
    assert_eq!(refused["in_the_way"].as_array().unwrap().len(), 1);
}

#[test]
fn no_secret_is_in_an_export() {
    let folder = desk();
    let exported = printed(folder.path(), &["export"]);
    let keys = in_database(&folder, |tx| keys::signing_keys(tx).unwrap());
    for key in keys {
        let hex: String = key.secret.iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(!exported.to_lowercase().contains(&hex[..16]));
    }
    for word in ["secret", "password", "signing"] {
        assert!(!exported.to_lowercase().contains(word), "{word}");
    }
}

/// A ticket that is opened by a mail of the same batch is in the way as well.
#[tokio::test]
async fn a_setup_sees_the_tickets_of_mail_that_is_decided_just_before_it() {
    let folder = tempfile::tempdir().unwrap();
    let builtin = config::builtin().setup;
    let store = Store::open(&folder.path().join("desk.db")).unwrap();
    let engine = Engine::start(store.clone(), Origin::Live, &builtin, Timestamp(0)).await.unwrap();
    let mut renamed = builtin.clone();
    renamed.pipelines[0].name = "desk".to_owned();
    renamed.mailboxes[0].pipeline = "desk".to_owned();
    let deliver = async |raw: &[u8], at: i64| {
        let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
        let mail = engine.read(RawMail::new(raw.to_vec(), place)).await.unwrap();
        engine.deliver(Arc::new(mail), Timestamp(at)).await.unwrap()
    };
    // While somebody else writes, the writer waits with the first mail; the others gather behind it.
    let (begun, has_begun) = std::sync::mpsc::channel();
    let (end, has_ended) = std::sync::mpsc::channel::<()>();
    let other = std::thread::spawn(move || {
        store.write(|_| {
            begun.send(()).unwrap();
            has_ended.recv().unwrap();
            Ok(())
        })
    });
    has_begun.recv().unwrap();
    let ignored = deliver(b"From: support@example.org\r\nTo: x@example.com\r\nSubject: a\r\n\r\na\r\n", 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let opens = deliver(b"From: ann@example.com\r\nTo: support@example.org\r\nSubject: x\r\n\r\nx\r\n", 2).await;
    let (refused, ()) = tokio::join!(engine.install(&renamed, Timestamp(3), None), async { end.send(()).unwrap() });
    other.join().unwrap().unwrap();
    ignored.get().await.unwrap();
    assert!(opens.get().await.unwrap().ticket_number.is_some());
    assert!(matches!(refused, Err(EngineError::Refused(_))), "{refused:?}");
    assert_eq!(engine.store().read(journal::current_setup).unwrap(), Some(builtin));
    let refolded = engine::refold(engine.store(), |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}
