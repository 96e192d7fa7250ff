//! Whole mailbox histories, generated with the truth beside them: what kind every mail is, which ticket it belongs to,
//! and which status that ticket has afterwards. The generator is outside of the project (`tools/threads.py` of the folder
//! that TICKETD_SHARED names, ../shared by default); without it this says that it was skipped.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use ticketd::archive;
use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, Replayed, Source, replay};
use ticketd::store::Store;

use crate::support::{full, shared};

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
    let (store, replayed) = replay_desk(&history);
    assert!(replayed.len() > 100);
    let refolded = engine::refold(&store, |_| {}).unwrap();
    assert_eq!(refolded.events, replayed.len() as u64 + 1, "one event a mail, and the setup");
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}

struct History {
    folder: PathBuf,
    /// Rows of truth.csv, by column name.
    truth: Vec<BTreeMap<String, String>>,
}

fn generate(shared: &Path, folder: &Path, tickets: u32, seed: u32) -> History {
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

fn replay_desk(history: &History) -> (Store, Vec<Replayed>) {
    let text = std::fs::read_to_string(crate::support::root().join("fixtures/desk/ticketd.toml")).unwrap();
    let setup = config::parse(&text).expect("the desk's configuration").setup;
    let mut sources = Vec::new();
    for (mailbox, folder, path) in [
        ("desk", "INBOX", "desk"),
        ("desk", "Sent", "desk-sent"),
        ("alice", "INBOX", "alice"),
        ("alice", "Sent", "alice-sent"),
        ("bob", "INBOX", "bob"),
        ("bob", "Sent", "bob-sent"),
        ("chiara", "INBOX", "chiara"),
        ("chiara", "Sent", "chiara-sent"),
    ] {
        let items = archive::list(&history.folder.join(path)).items;
        sources.extend(items.into_iter().map(|item| Source {
            item,
            mailbox: mailbox.to_owned(),
            folder: folder.to_owned(),
        }));
    }
    sources.sort_by_key(|source| source.item.arrived_at);
    let store = Store::in_memory().unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let mut replayed = Vec::new();
    runtime.block_on(async {
        let engine = Engine::start(store.clone(), Origin::Replay, &setup, Timestamp(0)).await.unwrap();
        replay(&engine, sources, |one| {
            replayed.push(one);
            Ok(())
        })
        .await
        .unwrap();
    });
    (store, replayed)
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
    let (_, replayed) = replay_desk(history);
    let mut score = Score::default();
    let mut got = BTreeMap::new();
    for one in &replayed {
        let (mail, outcome) = one.result.as_ref().unwrap();
        let path = one.source.item.path.strip_prefix(&history.folder).unwrap().display().to_string();
        got.insert(path, (mail.clone(), outcome));
    }
    let mut ticket_of_root: BTreeMap<&str, Option<i64>> = BTreeMap::new();
    for row in &history.truth {
        let (mail, outcome) = &got[&row["file"]];
        let kind = outcome.decision.kind.map_or("", Kind::as_str);
        let accept: Vec<&str> = row["accept"].split('|').collect();
        let mut count = |slot: fn(&mut Score) -> &mut (usize, usize), right: bool, what: String| {
            slot(&mut score).1 += 1;
            slot(&mut score).0 += usize::from(right);
            if !right && score.wrong.len() < 40 {
                let facts = mail.facts.as_ref().unwrap();
                let explained = &outcome.decision.explanation;
                let seen: Vec<_> = explained.candidates.iter().map(|c| (c.by, c.outcome)).collect();
                score.wrong.push(format!(
                    "{}: {what} [{} {} {}] {:?} {:?}",
                    row["file"],
                    row["client"],
                    row["lang"],
                    row["evidence"],
                    facts.subject.text,
                    (&explained.evidence, seen)
                ));
            }
        };
        count(|s| &mut s.kinds, accept.contains(&kind), format!("{kind}, not {}", row["accept"]));
        if row["kind"] == "new_conversation" {
            ticket_of_root.insert(&row["root"], outcome.ticket_number);
        }
        if !row["status_after"].is_empty() {
            let expected = ticket_of_root.get(row["root"].as_str()).copied().flatten();
            count(
                |s| &mut s.tickets,
                expected.is_some() && expected == outcome.ticket_number,
                format!("{kind}: ticket {:?}, not {expected:?}", outcome.ticket_number),
            );
            let status = outcome.status_after.as_deref().unwrap_or_default();
            count(
                |s| &mut s.statuses,
                status == row["status_after"],
                format!("{kind}: {status}, not {}", row["status_after"]),
            );
        }
        let reply = mail.facts.as_ref().map(|facts| facts.body.reply()).unwrap_or_default();
        if !row["reply_text"].is_empty() && row["kind"] != "forward" {
            score.replies.1 += 1;
            score.replies.0 += usize::from(reply.trim() == row["reply_text"].trim());
        }
    }
    score
}
