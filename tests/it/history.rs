//! Whole mailbox histories, generated with the truth beside them: what kind every mail is, which ticket it belongs to,
//! and which status that ticket has afterwards. The generator is outside of the project (`tools/threads.py` of the folder
//! that TICKETD_SHARED names, ../shared by default); without it this says that it was skipped.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::support::{full, root, shared};

/// Kinds within `accept`, tickets, statuses: at least this share must be right.
const FLOOR: f64 = 0.99;

#[test]
fn histories_of_a_desk_are_told_apart() {
    let Some(shared) = shared("history") else { return };
    let tickets = if full() { 1000 } else { 200 };
    for seed in 1..=5 {
        let folder = tempfile::tempdir().unwrap();
        let history = generate(&shared, folder.path(), tickets, seed);
        let score = score(&history);
        println!("{score}");
        for (what, right, of) in score.shares() {
            let share = right as f64 / of as f64;
            assert!(share >= FLOOR, "seed {seed}: {what} {right} of {of}\n{}", score.wrong.join("\n"));
        }
    }
}

#[test]
fn the_journal_of_a_history_folds_to_the_same_state() {
    let Some(shared) = shared("history") else { return };
    let folder = tempfile::tempdir().unwrap();
    let history = generate(&shared, folder.path(), if full() { 1000 } else { 100 }, 7);
    let database = folder.path().join("desk.db");
    let replayed = replay_desk(&history, &[OsStr::new("--db"), database.as_os_str()]);
    assert_eq!(replayed.len(), history.truth.len());
    let folded = Command::new(env!("CARGO_BIN_EXE_ticketd"))
        .args(["replay", "--from-db", "--db"])
        .arg(&database)
        .output()
        .expect("ticketd starts");
    let said = String::from_utf8_lossy(&folded.stdout);
    assert_eq!(
        said.trim(),
        format!("{} events folded, nothing differs", replayed.len() + 1),
        "one event a mail, and the setup"
    );
    assert!(folded.status.success());
}

/// A generated history, and what is true of it.
pub struct History {
    folder: PathBuf,
    /// Rows of truth.csv, by column name.
    truth: Vec<BTreeMap<String, String>>,
}

/// Has the generator write a history into a folder.
pub fn generate(shared: &Path, folder: &Path, tickets: u32, seed: u32) -> History {
    let out = folder.join("history");
    let status = Command::new("python3")
        .arg(shared.join("tools/threads.py"))
        .args(["--tickets", &tickets.to_string(), "--seed", &seed.to_string(), "--out"])
        .arg(&out)
        .stdout(std::process::Stdio::null())
        .status()
        .expect("python3 starts");
    assert!(status.success());
    let truth = csv(&std::fs::read_to_string(out.join("truth.csv")).unwrap());
    History { folder: out, truth }
}

/// Comma-separated values with quoted fields (RFC 4180).
fn csv(text: &str) -> Vec<BTreeMap<String, String>> {
    let (mut rows, mut row, mut field, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => field.push(chars.next().unwrap()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut field)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut field));
                rows.push(std::mem::take(&mut row));
            }
            c => field.push(c),
        }
    }
    let header = rows.remove(0);
    rows.into_iter().map(|row| header.iter().cloned().zip(row).collect()).collect()
}

/// Where the mailboxes and their folders are in a history.
const FOLDERS: [(&str, &str); 8] = [
    ("desk", "desk"),
    ("desk:Sent", "desk-sent"),
    ("alice", "alice"),
    ("alice:Sent", "alice-sent"),
    ("bob", "bob"),
    ("bob:Sent", "bob-sent"),
    ("chiara", "chiara"),
    ("chiara:Sent", "chiara-sent"),
];

/// The arguments of `ticketd replay --json` over a history.
pub fn desk_arguments(history: &History) -> Vec<OsString> {
    let config = root().join("fixtures/desk/ticketd.toml").into_os_string();
    let mut arguments: Vec<OsString> = ["replay", "--json", "--strict", "--config"].map(OsString::from).to_vec();
    arguments.push(config);
    // A short one may leave a mailbox without mail.
    for (place, folder) in FOLDERS.into_iter().filter(|(_, folder)| history.folder.join(folder).is_dir()) {
        arguments.extend(["--mail".into(), format!("{place}={}", history.folder.join(folder).display()).into()]);
    }
    arguments
}

/// `ticketd replay --json` over the history, one value a mail.
fn replay_desk(history: &History, more: &[&OsStr]) -> Vec<Value> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    let output = command.args(desk_arguments(history)).args(more).output().expect("ticketd starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output
        .stdout
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
}

#[derive(Default)]
struct Score {
    kinds: (usize, usize),
    tickets: (usize, usize),
    statuses: (usize, usize),
    replies: (usize, usize),
    wrong: Vec<String>,
}

impl Score {
    fn shares(&self) -> [(&'static str, usize, usize); 3] {
        let of = |name, (right, of): (usize, usize)| (name, right, of);
        [of("kind", self.kinds), of("ticket", self.tickets), of("status", self.statuses)]
    }
}

impl std::fmt::Display for Score {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (what, right, of) in self.shares() {
            write!(f, "{what} {right}/{of}  ")?;
        }
        write!(f, "reply text {}/{}", self.replies.0, self.replies.1)
    }
}

fn score(history: &History) -> Score {
    let replayed = replay_desk(history, &[]);
    let mut score = Score::default();
    let got: BTreeMap<String, &Value> = replayed
        .iter()
        .map(|one| {
            let path = Path::new(text(one, "path")).strip_prefix(&history.folder).unwrap();
            (path.display().to_string(), one)
        })
        .collect();
    let mut ticket_of_root: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    for row in &history.truth {
        let one = got[&row["file"]];
        let (kind, ticket) = (text(one, "kind"), one["ticket"].as_i64());
        let accept: Vec<&str> = row["accept"].split('|').collect();
        let mut count = |slot: fn(&mut Score) -> &mut (usize, usize), right: bool, what: String| {
            slot(&mut score).1 += 1;
            slot(&mut score).0 += usize::from(right);
            if !right {
                let of = [&row["file"], &row["client"], &row["lang"], &row["evidence"]].map(String::as_str).join(" ");
                score.wrong.push(format!("{of}: {what}; {}", text(one, "reason")));
            }
        };
        count(|s| &mut s.kinds, accept.contains(&kind), format!("{kind}, not {}", row["accept"]));
        if row["kind"] == "new_conversation" {
            ticket_of_root.insert(&row["root"], ticket);
        }
        if !row["status_after"].is_empty() {
            let expected = ticket_of_root.get(row["root"].as_str()).copied().flatten();
            let right = expected.is_some() && expected == ticket;
            count(|s| &mut s.tickets, right, format!("{kind}: ticket {ticket:?}, not {expected:?}"));
            let status = text(one, "status_after");
            let right = status == row["status_after"];
            count(|s| &mut s.statuses, right, format!("{kind}: {status}, not {}", row["status_after"]));
        }
        if !row["reply_text"].is_empty() && row["kind"] != "forward" {
            score.replies.1 += 1;
            score.replies.0 += usize::from(text(one, "reply_text").trim() == row["reply_text"].trim());
        }
    }
    score
}

/// A field that is text; empty where it is null.
fn text<'v>(value: &'v Value, field: &str) -> &'v str {
    value[field].as_str().unwrap_or_default()
}
