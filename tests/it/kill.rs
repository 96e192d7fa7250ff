//! Ends a replay without warning at random moments, runs it again until it is done, and compares with a run that nobody
//! disturbed. `TICKETD_SEED` repeats the moments of a run that failed: it prints its seed.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value as Json;
use ticketd::domain::row::Value;
use ticketd::store::Store;

use crate::history::{desk_arguments, generate};
use crate::outcome;
use crate::support::{Random, full, shared};

/// A replay of a history into a database.
struct Replay {
    arguments: Vec<OsString>,
}

impl Replay {
    fn start(&self, database: &Path, answers: &Path) -> std::process::Child {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.args(&self.arguments).arg("--db").arg(database).env_remove("TICKETD_LOG");
        command.stdin(Stdio::null()).stdout(File::create(answers).unwrap()).stderr(Stdio::inherit()).spawn().unwrap()
    }

    /// How long it takes.
    fn to_its_end(&self, database: &Path) -> Duration {
        let began = Instant::now();
        let status = self.start(database, &database.with_extension("json")).wait().unwrap();
        assert!(status.success(), "{status}");
        began.elapsed()
    }

    /// Ends it after so long. Whether it was still running.
    fn killed_after(&self, database: &Path, time: Duration) -> bool {
        let answers = database.with_extension("json");
        let mut child = self.start(database, &answers);
        std::thread::sleep(time);
        // SIGKILL: nothing in the program gets to know.
        child.kill().unwrap();
        let status = child.wait().unwrap();
        assert!(status.success() || status.code().is_none(), "{status}");
        if database.exists() && fs::metadata(database).unwrap().len() > 0 {
            what_was_answered_is_there(database, &fs::read(&answers).unwrap());
        }
        status.code().is_none()
    }
}

/// Every whole line that was printed is about a message that is kept.
fn what_was_answered_is_there(database: &Path, answers: &[u8]) {
    let database = rusqlite::Connection::open(database).unwrap();
    let answers = answers.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n"));
    for line in answers {
        let answer: Json = serde_json::from_slice(line).unwrap();
        let row = answer["row"].as_i64().unwrap();
        let found = database.query_row("SELECT count(*) FROM message WHERE id = $1", [row], |row| row.get(0));
        assert_eq!(found, Ok(1), "answered and not kept: {answer}");
    }
}

#[test]
fn a_replay_that_is_killed_at_any_moment_and_run_again_comes_to_the_same() {
    let Some(shared) = shared("a_replay_that_is_killed_at_any_moment_and_run_again_comes_to_the_same") else { return };
    let folder = tempfile::tempdir().unwrap();
    let history = generate(&shared, folder.path(), 40, 11);
    let replay = Replay { arguments: desk_arguments(&history) };
    let undisturbed = folder.path().join("undisturbed.db");
    let whole = replay.to_its_end(&undisturbed);
    let expected = outcome::of(&Store::open(&undisturbed).unwrap());
    assert!(expected["ticket"].len() >= 40 && expected["outbox"].len() >= 40, "{expected:?}");

    let mut random = Random::seeded();
    let (wanted, began) = (if full() { 500 } else { 20 }, Instant::now());
    let (mut kills, mut rounds, mut most_attempts) = (0, 0, [0; 4]);
    while kills < wanted {
        rounds += 1;
        let database = folder.path().join(format!("{rounds}.db"));
        // A few in most rounds, so that they hit what is new; in some so many that hardly anything gets done.
        let row = if rounds % 4 == 0 { 12 } else { 1 + random.below(3) };
        for _ in 0..row.min(wanted - kills) {
            let time = whole.mul_f64(random.share() * 1.05);
            kills += u64::from(replay.killed_after(&database, time));
            if random.below(2) == 0 {
                most_attempts[attempts(&database).min(3)] += 1;
            }
        }
        replay.to_its_end(&database);
        let when = format!("round {rounds}, seed {}", random.seed);
        let store = Store::open(&database).unwrap();
        is_whole(&store, &when);
        outcome::assert_same(&outcome::of(&store), &expected, &when);
        drop(store);
        fs::remove_file(&database).unwrap();
        println!("{kills} kills in {rounds} rounds, {:.0?}", began.elapsed());
    }
    println!(
        "{kills} kills in {rounds} rounds, {:.0?} ({whole:.0?} undisturbed); highest number of attempts of a mail, where \
         looked at: none {}, 1 {}, 2 {}, 3 {}",
        began.elapsed(),
        most_attempts[0],
        most_attempts[1],
        most_attempts[2],
        most_attempts[3]
    );
}

/// The most that were noted of one mail.
fn attempts(database: &Path) -> usize {
    let database = rusqlite::Connection::open(database).unwrap();
    // The program may not have come so far as to make the table.
    let most = database.query_row("SELECT max(count) FROM attempt", [], |row| row.get::<_, Option<u32>>(0));
    most.ok().flatten().unwrap_or_default() as usize
}

fn is_whole(store: &Store, when: &str) {
    let number = |sql: &str| store.read(|tx| tx.query(sql, &[])).unwrap().concat();
    assert_eq!(number("PRAGMA integrity_check"), [Value::Text("ok".into())], "{when}");
    assert_eq!(number("SELECT count(*) FROM attempt"), [Value::Integer(0)], "{when}: attempts are left");
    let undecided = "SELECT count(*) FROM delivery WHERE state IN ('pending', 'quarantined')";
    assert_eq!(number(undecided), [Value::Integer(0)], "{when}: a sound mail is quarantined or waits");
    let refolded = ticketd::engine::refold(store, |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{when}: {:#?}", refolded.differences);
}
