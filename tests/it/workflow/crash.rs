//! A program that is killed at any moment while a thousand records go through a workflow: each action is done once.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use ticketd::domain::*;
use ticketd::engine::{Engine, refold};
use ticketd::store::Store;

use super::house::*;
use crate::support::{Random, full};

const RECORDS: usize = 1000;
/// Names the database for the process that is killed.
const DATABASE: &str = "TICKETD_TEST_WORKFLOW_DATABASE";

fn end() -> Timestamp {
    START.plus(30 * DAY)
}

/// What the process that is killed does: time passes, until nothing is left to do.
#[tokio::test]
#[ignore = "the process that the test below kills"]
async fn goes_on() {
    let store = Store::open(Path::new(&std::env::var_os(DATABASE).unwrap())).unwrap();
    let engine = Engine::resume(store, Origin::Live).unwrap();
    engine.pass_time(end()).await.unwrap();
}

fn start(database: &Path) -> std::process::Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "workflow::crash::goes_on", "--ignored"]).env(DATABASE, database);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A thousand deals at the beginning of a workflow of five steps, two of them delays.
async fn prepare(path: &Path) {
    let mut setup = setup();
    setup.templates.push(Template {
        name: "hello".into(),
        transactional: true,
        texts: vec![TemplateText {
            language: Language::English,
            subject: "About {{ record.title }}".into(),
            text: "Hello".into(),
            html: None,
        }],
    });
    let task = Action::CreateTask { title: "Call about {{ title }}".into(), user: None, due: None };
    let mail = Action::SendEmail { template: "hello".into() };
    let actions = vec![delay("1 day"), set("amount", "1"), mail, delay("1 week"), task];
    setup.workflows = vec![workflow("w", "deal", definition(Trigger::RecordCreated, actions))];
    let house = House::on(Store::open(path).unwrap(), &setup).await;
    for n in 0..RECORDS {
        house.create_for("deal", &format!("Deal {n}"), &format!("customer{n}@example.com")).await;
    }
}

/// How often each record had each action done, and what it came to.
fn is_as_undisturbed(path: &Path, when: &str) {
    let store = Store::open(path).unwrap();
    let log = actions(&store);
    let mut done: BTreeMap<(RecordId, StepId), usize> = BTreeMap::new();
    for row in log.iter().filter(|row| row.outcome == ActionOutcome::Done) {
        *done.entry((row.record, row.step)).or_default() += 1;
    }
    assert_eq!(done.len(), 5 * RECORDS, "{when}: an action is missing");
    assert!(done.values().all(|times| *times == 1), "{when}: an action was done twice");
    let count = |sql: &str| {
        let database = rusqlite::Connection::open(path).unwrap();
        database.query_row(sql, [], |row| row.get::<_, u32>(0)).unwrap() as usize
    };
    for (what, sql) in [
        ("tasks", "SELECT count(*) FROM task"),
        ("mails", "SELECT count(DISTINCT record) FROM action_log WHERE send IS NOT NULL"),
        ("sends", "SELECT count(*) FROM send"),
        ("runs that are over", "SELECT count(*) FROM run WHERE state = 'done'"),
        ("runs", "SELECT count(*) FROM run"),
    ] {
        assert_eq!(count(sql), RECORDS, "{when}: {what}");
    }
    assert_eq!(store.read(|tx| tx.query("PRAGMA integrity_check", &[])).unwrap().len(), 1, "{when}");
    assert_eq!(refold(&store, |_| {}).unwrap().differences, [], "{when}");
}

#[tokio::test]
async fn a_program_that_is_killed_at_any_moment_carries_out_every_action_once() {
    let folder = tempfile::tempdir().unwrap();
    let prepared = folder.path().join("prepared.db");
    prepare(&prepared).await;
    let undisturbed = folder.path().join("undisturbed.db");
    fs::copy(&prepared, &undisturbed).unwrap();
    let began = Instant::now();
    assert!(start(&undisturbed).wait().unwrap().success());
    let whole = began.elapsed();
    is_as_undisturbed(&undisturbed, "undisturbed");

    let mut random = Random::seeded();
    let (wanted, mut kills, mut rounds) = (if full() { 200 } else { 20 }, 0, 0);
    while kills < wanted {
        rounds += 1;
        let database = folder.path().join(format!("{rounds}.db"));
        fs::copy(&prepared, &database).unwrap();
        for _ in 0..(1 + random.below(8)).min(wanted - kills) {
            let mut child = start(&database);
            std::thread::sleep(whole.mul_f64(random.share() * 0.6).max(Duration::from_millis(5)));
            // SIGKILL: nothing in the program gets to know.
            child.kill().unwrap();
            kills += u64::from(child.wait().unwrap().code().is_none());
        }
        assert!(start(&database).wait().unwrap().success());
        is_as_undisturbed(&database, &format!("round {rounds}, seed {}", random.seed));
        fs::remove_file(&database).unwrap();
    }
    println!("{kills} kills in {rounds} rounds, {:.0?} ({whole:.0?} undisturbed)", began.elapsed());
}
