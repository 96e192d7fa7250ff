//! `ticketd replay --db`, against the least that storing mail durably can take: mail-parser parses every file, SQLite keeps
//! its bytes in one table, 64 mails a transaction, synchronous=FULL. And what memory a replay takes.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use mail_parser::MessageParser;
use rusqlite::{Connection, params};

use crate::histories::{History, temporary};
use crate::measure::Goal;

/// 20,000 mails and some.
const TICKETS: usize = 3300;
/// Ten times as many.
const MANY_TICKETS: usize = 33_000;
const ROUNDS: usize = 5;
/// Mails in a transaction of the limit.
const BATCH: usize = 64;
/// What a replay may hold at the most.
const MEMORY: u64 = 100_000_000;
/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(5);

/// At least half the rate of the limit: a mail takes at most twice as long.
pub fn goals() -> Vec<Goal> {
    let Some(history) = History::generate("replay", TICKETS) else { return Vec::new() };
    let mut goals = against_limit("replay", &history);
    goals.extend(against_limit("replay-padded", &history.pad("replay-padded")));
    goals
}

/// The time that a mail takes does not grow with their number, nor does memory.
pub fn scale() -> Vec<Goal> {
    let (few, many) = (History::generate("few", TICKETS), History::generate("many", MANY_TICKETS));
    let (Some(few), Some(many)) = (few, many) else { return Vec::new() };
    // Before and after: a machine that has become slower meanwhile is no fault of the number of mails.
    let mut rounds: Vec<Replay> = (0..ROUNDS).map(|_| Replay::of(&few)).collect();
    let large = Replay::of(&many);
    rounds.extend((0..ROUNDS).map(|_| Replay::of(&few)));
    let small = median(rounds);
    let each = |replay: &Replay, history: &History| replay.time.div_f64(history.mails as f64);
    vec![
        Goal::times("scale", 1.3, each(&large, &many), each(&small, &few)),
        Goal::memory("memory", small.memory, MEMORY),
        Goal::memory("memory-many", large.memory, MEMORY),
        Goal::memory("memory-fold", small.fold(), MEMORY),
    ]
}

fn against_limit(name: &'static str, history: &History) -> Vec<Goal> {
    let files = history.files();
    let ours = || Replay::of(history).time;
    let peer = || limit(&files);
    vec![Goal::timed(name, 2.0, ROUNDS, history.mails, ours, peer)]
}

/// The least that can be done.
fn limit(files: &[PathBuf]) -> Duration {
    let folder = temporary();
    let begun = Instant::now();
    let mut connection = Connection::open(folder.path().join("mail.db")).unwrap();
    let schema =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE mail (id INTEGER PRIMARY KEY, raw BLOB)";
    connection.execute_batch(schema).unwrap();
    for batch in files.chunks(BATCH) {
        let transaction = connection.transaction().unwrap();
        for path in batch {
            let raw = std::fs::read(path).unwrap();
            std::hint::black_box(MessageParser::default().parse(&raw));
            let mut insert = transaction.prepare_cached("INSERT INTO mail (raw) VALUES (?1)").unwrap();
            insert.execute(params![raw]).unwrap();
        }
        transaction.commit().unwrap();
    }
    connection.close().unwrap();
    begun.elapsed()
}

/// A replay that is over, with what it made.
struct Replay {
    time: Duration,
    /// Bytes at the most.
    memory: u64,
    database: tempfile::TempDir,
}

impl Replay {
    fn of(history: &History) -> Replay {
        let database = temporary();
        let config = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/desk/ticketd.toml");
        let mut command = ticketd(database.path());
        command.arg("--config").arg(config).args(history.arguments());
        let begun = Instant::now();
        let memory = run(&mut command);
        Replay { time: begun.elapsed(), memory, database }
    }

    /// What folding its journal again holds at the most.
    fn fold(&self) -> u64 {
        run(ticketd(self.database.path()).arg("--from-db"))
    }
}

/// The middle one by its time.
fn median(mut replays: Vec<Replay>) -> Replay {
    replays.sort_by_key(|replay| replay.time);
    replays.swap_remove(replays.len() / 2)
}

fn ticketd(database: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command.arg("replay").arg("--db").arg(database.join("desk.db")).stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// Runs it to its end. Bytes that it held at the most, where the system tells.
fn run(command: &mut Command) -> u64 {
    let mut child = command.spawn().unwrap();
    let mut memory = 0;
    let status = loop {
        memory = memory.max(peak(&child));
        match child.try_wait().unwrap() {
            Some(status) => break status,
            None => std::thread::sleep(GLANCE),
        }
    };
    assert!(status.success(), "{command:?} ended with {status}");
    memory
}

/// VmHWM: gone with the process, so it is asked for again and again.
fn peak(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kilobytes.unwrap_or_default() * 1024
}
