//! Stories: mails, and what people do in between, each a folder of `fixtures/stories` with the transcript that
//! `ticketd replay` prints of it. UPDATE_EXPECTED=1 writes the transcripts again; read the difference before committing it.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;

use ticketd::engine::{self, Story, stories_in};
use ticketd::store::{Store, views};

use crate::support::root;

/// The sentences of the rules, by their id. 2.1 and 2.2 and so on are the rows of the table of kinds, 3.1 to 3.4 the
/// status rules, 3 what is said about them together, review what docs/rules.md says about it; a word tells sentences of one
/// place apart. Not told here: 2.1
/// quarantined and a send that fails later (no mail in a file does that: see the engine's tests and those of delivery).
const SENTENCES: &[&str] = &[
    "2.2",
    "2.2 altered",
    "2.2 foreign",
    "2.2 team",
    "2.3",
    "2.3 delayed",
    "2.3 lifted",
    "2.3 none",
    "2.4",
    "2.4 auto",
    "2.4 subject",
    "2.4 receipt",
    "2.5 read",
    "2.6",
    "2.automated",
    "2.echo",
    "2.misused",
    "2.7",
    "2.7 spam",
    "2.8",
    "2.8 customer",
    "2.8 user",
    "2.8 doubt",
    "2.8 quoted",
    "2.9",
    "2.9 opened",
    "2.10",
    "2.10 note",
    "2.11",
    "2.11 counts",
    "2.12",
    "2.13",
    "2.14",
    "2.14 failed",
    "2.14 identity",
    "2.15",
    "2.16",
    "2.16 user",
    "2.16 list",
    "2.17",
    "2 thread several",
    "2 thread token",
    "2 thread forged",
    "2 thread index",
    "2 thread tag",
    "2 thread stranger",
    "2 thread closed",
    "2 thread subject",
    "2 thread parent",
    "2 thread mailboxes",
    "3.1",
    "3.1 contact",
    "3.2",
    "3.2 origin",
    "3.2 reopened",
    "3.2 switch",
    "3.3",
    "3.3 thread",
    "3.3 outranks",
    "3.3 window",
    "3.4",
    "3.4 workflow",
    "3 source",
    "3 chosen",
    "3 send",
    "3 closed target",
    "3 present",
    "3 no open",
    "3 order cites",
    "3 order dates",
    "3 order late",
    "3 order late close",
    "3 order by hand",
    "3 history",
    "3 stale",
    "3 closed_at",
    "3 merged",
    "3 stage",
    "review attach",
    "review contact",
    "review drop",
    "review elsewhere",
    "review for",
    "review late",
    "review new",
    "review once",
    "4 received",
    "4 entry",
    "4 actions",
    "4 delay",
    "4 branch",
    "4 hours",
    "4 revision",
    "4 off",
    "4 chat",
    "4 marketing",
    "4 reenrol",
    "4 by hand",
    "4 goal",
    "4 loop",
    "6.5 subject",
    "6.5 address",
    "6.5 digest",
    "6.5 own",
];

fn folder() -> PathBuf {
    root().join("fixtures/stories")
}

/// All stories. There is none too few: an empty folder would make every test here pass.
pub fn stories() -> Vec<PathBuf> {
    let stories = stories_in(&folder());
    assert!(!stories.is_empty(), "no story in {}", folder().display());
    stories
}

pub fn name(story: &std::path::Path) -> String {
    story.file_name().unwrap().to_string_lossy().into_owned()
}

/// `ticketd replay` with these arguments, in a zone that is the same everywhere.
fn replay(args: &[&str]) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command
        .current_dir(root())
        .env("TZ", "UTC")
        .env_remove("TICKETD_LOG")
        .env_remove("COLUMNS")
        .arg("replay")
        .args(args)
        .output()
        .unwrap()
}

fn printed(args: &[&str]) -> String {
    let output = replay(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_story_goes_as_it_is_told() {
    let update = std::env::var_os("UPDATE_EXPECTED").is_some_and(|value| value == "1");
    let mut other = Vec::new();
    for story in stories() {
        let found = printed(&[&format!("fixtures/stories/{}", name(&story))]);
        let path = story.join("expected.txt");
        if update {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected {
            other.push(format!("{}:\n{}", name(&story), difference(&expected, &found)));
        }
    }
    assert!(other.is_empty(), "UPDATE_EXPECTED=1 takes what is printed now.\n{}", other.join("\n"));
}

/// The lines that differ, each with its number.
fn difference(expected: &str, found: &str) -> String {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    let mut out = String::new();
    for number in 1.. {
        match (expected.next(), found.next()) {
            (None, None) => break,
            (a, b) if a == b => {}
            (a, b) => {
                out.extend(a.map(|line| format!("{number:4} - {line}\n")));
                out.extend(b.map(|line| format!("{number:4} + {line}\n")));
            }
        }
    }
    out
}

#[test]
fn all_stories_together_are_each_of_them_and_the_totals() {
    let all = printed(&["fixtures/stories"]);
    for story in stories() {
        let expected = std::fs::read_to_string(story.join("expected.txt")).unwrap();
        let (told, _) = expected.rsplit_once("\n\n").unwrap();
        assert!(all.contains(told), "{} is told otherwise among the others", name(&story));
    }
    assert!(all.contains(&format!("\n{} stories\n", stories().len())), "{all}");
    assert_eq!(all, printed(&["fixtures/stories"]), "the same every time");
}

/// Told, every step is a batch of its own, decided on rows read back from the database. Folded again, the whole journal
/// is one batch: every decision sees what the ones before it folded into the workspace in memory. Both must come to the
/// same state, explanations included.
#[test]
fn the_journal_of_every_story_folds_to_the_same_state_in_one_batch() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for folder in stories() {
        let story = Story::read(&folder).unwrap();
        let store = Store::in_memory().unwrap();
        runtime.block_on(story.tell(store.clone(), |_| Ok(()))).unwrap();
        let events = store.read(views::totals).unwrap().events;
        assert!((2..=64).contains(&events), "{}: {events} events are no batch of the fold", name(&folder));
        let refolded = engine::refold(&store, |_| {}).unwrap();
        assert_eq!(refolded.events, events.unsigned_abs(), "{}", name(&folder));
        assert!(refolded.differences.is_empty(), "{}: {:#?}", name(&folder), refolded.differences);
    }
}

#[test]
fn there_is_a_story_for_every_sentence_of_the_rules() {
    let mut told = BTreeSet::new();
    for folder in stories() {
        let rule = Story::read(&folder).unwrap().script.rule.unwrap_or_default();
        let (id, sentence) =
            rule.split_once(": ").unwrap_or_else(|| panic!("{}: no `rule = \"ID: …\"`", name(&folder)));
        assert!(!sentence.is_empty() && SENTENCES.contains(&id), "{}: `{id}` is no id of a sentence", name(&folder));
        told.insert(id.to_owned());
    }
    let untold: Vec<_> = SENTENCES.iter().filter(|id| !told.contains(**id)).collect();
    assert!(untold.is_empty(), "no story tells {untold:?}");
}

#[test]
fn a_database_keeps_one_story_which_folds_again() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("story.db").display().to_string();
    let story = "fixtures/stories/a-reply-on-a-closed-ticket-reopens-it";
    assert_eq!(printed(&[story, "--db", &db]), printed(&[story]));
    assert_eq!(printed(&["--from-db", "--db", &db]), "6 events folded, nothing differs\n");
    let refused = |args: &[&str], says: &str| {
        let output = replay(args);
        let error = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(64), 0), "{error}");
        assert!(error.contains(says), "{error}");
    };
    refused(&[story, "--db", &db], "a story begins on an empty database");
    refused(&["fixtures/stories", "--db", &db], "--db keeps one story");
    refused(&[story, "--config", "fixtures/desk/ticketd.toml"], "has its own configuration");
    refused(&[story, "fixtures/mail"], "fixtures/mail is no story");
}

#[test]
fn every_mail_of_a_story_is_an_object() {
    let lines = printed(&["fixtures/stories/our-own-send-seen-again-is-an-echo", "--json"]);
    let objects: Vec<serde_json::Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |field: &str| objects.iter().map(|object| object[field].as_str().unwrap_or("-")).collect::<Vec<_>>();
    assert_eq!(of("kind"), ["new_conversation", "echo", "echo", "customer_reply"]);
    assert_eq!(of("folder"), ["INBOX", "Sent", "Sent", "INBOX"]);
    assert_eq!(of("path")[0], "fixtures/stories/our-own-send-seen-again-is-an-echo/1-grace-asks.eml");
}

#[test]
fn a_story_with_a_mistake_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let told = |script: &str| {
        std::fs::write(folder.path().join("story.toml"), script).unwrap();
        let output = replay(&[&folder.path().display().to_string()]);
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let begin = "title = \"t\"\nstart = \"2025-03-03T08:00:00Z\"\n";
    for (script, says) in [
        ("title = 1\n".to_owned(), "story.toml:1:9: "),
        (format!("{begin}[[step]]\nfly = 1\n"), "unknown variant `fly`"),
        (format!("{begin}[[step]]\nwait = \"1 hour\"\n[[step]]\nwait = \"soon\"\n"), "step 2: `soon` is no duration"),
        (format!("{begin}[[step]]\nmail = {{ file = \"no.eml\" }}\n"), "no.eml"),
        (
            format!("{begin}[[step]]\nmove = {{ ticket = 4, to = \"new\", as = \"alice\" }}\n"),
            "step 1: there is no ticket 4",
        ),
    ] {
        let (code, error) = told(&script);
        assert_eq!(code, Some(78), "{error}");
        assert!(error.contains(says), "{says} is not in:\n{error}");
    }
}
