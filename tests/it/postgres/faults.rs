//! What can happen to a server and to the way there, and that nothing is lost or done twice by it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use ticketd::config;
use ticketd::domain::row::Value;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, FoundIn, Source};
use ticketd::store::keys::SigningKey;
use ticketd::store::{GroupWriter, Limits, Location, Store, StoreError, Tx, dump, keys, views};

use super::proxy::{Break, Proxy};
use super::server::{FAST, Server};
use super::{address, empty, shared};

fn open(address: &str) -> Store {
    Store::open(Location::from(address)).unwrap()
}

/// A mail to each of several customers, and an answer to each of the first half.
pub fn mails(folder: &Path, count: usize) {
    for n in 0..count {
        let at = format!("Mon, 3 Mar 2025 {:02}:{:02}:{:02} +0000", n / 3600, n / 60 % 60, n % 60);
        let reply =
            if n * 2 < count { String::new() } else { format!("In-Reply-To: <{}@example.com>\r\n", n - count / 2) };
        let from = if n * 2 < count { n } else { n - count / 2 };
        let raw = format!(
            "From: c{from}@example.com\r\nTo: support@example.org\r\nSubject: Order {from}\r\nDate: {at}\r\n{reply}\
             Message-ID: <{n}@example.com>\r\n\r\nHello {n}\r\n"
        );
        std::fs::write(folder.join(format!("{n:05}.eml")), raw).unwrap();
    }
}

/// Replays a folder into a store whose keys everybody knows; `at` is told how many mails are done.
fn replay(store: &Store, folder: &Path, mut at: impl FnMut(usize)) {
    let key = SigningKey { kid: "1".into(), secret: [1; 32], created_at: Timestamp(0), retired_at: None };
    store.write(|tx| keys::set(tx, std::slice::from_ref(&key), &keys::Seeds::of([2; 32]))).unwrap();
    let mut items = ticketd::archive::list(folder).items;
    items.sort_by(|a, b| a.path.cmp(&b.path));
    let found_in = Arc::new(FoundIn { mailbox: "support".to_owned(), folder: "INBOX".to_owned() });
    let place = |item| Source { item, found_in: found_in.clone() };
    let sources: Vec<Source> = items.into_iter().map(place).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let setup = config::builtin().setup;
        let engine = Engine::start(store.clone(), Origin::Replay, &setup, Timestamp(0)).await.unwrap();
        let mut done = 0;
        let report = |replayed: engine::Replayed| {
            replayed.result.unwrap();
            done += 1;
            at(done);
            Ok(())
        };
        let now = Timestamp::from_seconds(4_000_000_000);
        engine::replay(&engine, sources, now, &AtomicBool::new(false), report).await.unwrap();
    });
}

/// Both hold the same, to the last row, and the journal gives it again.
fn is_as_undisturbed(store: &Store, folder: &Path) {
    let undisturbed = Store::in_memory().unwrap();
    replay(&undisturbed, folder, |_| {});
    let found = store.read(|a| undisturbed.read(|b| dump::differences(a, b))).unwrap();
    assert_eq!(found, []);
    let refolded = engine::refold(store, |_| {}).unwrap();
    assert!(refolded.events > 1 && refolded.differences.is_empty(), "{refolded:#?}");
}

#[test]
fn a_server_that_crashes_in_the_middle_of_a_replay_and_comes_back_makes_no_difference() {
    let Some(mut server) = Server::start("postgres::faults", FAST) else { return };
    let folder = tempfile::tempdir().unwrap();
    mails(folder.path(), 600);
    let store = open(&server.place());
    let mut crashes = 0;
    replay(&store, folder.path(), |done| {
        if done % 150 == 1 {
            server.crash();
            server.start_again();
            crashes += 1;
        }
    });
    assert_eq!(crashes, 4);
    is_as_undisturbed(&store, folder.path());
}

#[test]
fn connections_that_are_ended_at_any_moment_make_no_difference() {
    let Some(server) = Server::start("postgres::faults", FAST) else { return };
    let folder = tempfile::tempdir().unwrap();
    mails(folder.path(), 600);
    let store = open(&server.place());
    let (over, ended) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let sql =
                "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = 'ticketd'";
            // Moments that differ, far enough from each other for something to be done in between.
            for pause in [20, 170, 330, 90, 410, 250, 130, 500].iter().cycle().take(40) {
                std::thread::sleep(Duration::from_millis(*pause));
                if over.load(Ordering::SeqCst) {
                    break;
                }
                ended.fetch_add(server.ask("postgres", sql).unwrap().parse().unwrap(), Ordering::SeqCst);
            }
        });
        replay(&store, folder.path(), |_| {});
        over.store(true, Ordering::SeqCst);
    });
    assert!(ended.load(Ordering::SeqCst) >= 3, "{ended:?} connections were ended");
    is_as_undisturbed(&store, folder.path());
}

/// The numbers of the rows that `write_numbers` wrote.
fn written(store: &Store) -> Vec<Value> {
    store.read(|tx| tx.query("SELECT id FROM mailbox ORDER BY id", &[])).unwrap().concat()
}

fn write_number(tx: &mut Tx<'_>, number: i64) -> Result<(), StoreError> {
    let sql = "INSERT INTO mailbox (id, name, kind) VALUES ($1, $2, 'team')";
    tx.execute(sql, &[Value::Integer(number), Value::Text(number.to_string())]).map(|_| ())
}

#[test]
fn a_commit_whose_answer_is_lost_is_looked_up_and_nothing_is_done_twice() {
    for (at, runs) in [(Break::BeforeItsAnswer, 1), (Break::BeforeTheServerHears, 2)] {
        let Some(server) = shared() else { return };
        let address = server.place();
        let proxy = Proxy::before(server.port, at);
        let store = open(&address.replace(&format!(":{}/", server.port), &format!(":{}/", proxy.port)));
        for number in 1..=3 {
            proxy.break_next(1);
            let mut tried = 0;
            let answer = store.write(|tx| {
                tried += 1;
                // Not with a key of its own: a second run would not be refused, but add another row.
                tx.execute("UPDATE counter SET next = next + 1 WHERE name = 'id'", &[])?;
                write_number(tx, number)?;
                Ok(number)
            });
            assert_eq!((answer, tried, proxy.left()), (Ok(number), runs, 0), "{at:?}");
        }
        assert_eq!(written(&store), [1, 2, 3].map(Value::Integer), "{at:?}");
        let next = store.read(|tx| tx.query("SELECT next FROM counter WHERE name = 'id'", &[])).unwrap();
        assert_eq!(next.concat(), [Value::Integer(4)], "{at:?}");
    }
}

#[test]
fn a_serialisation_failure_is_met_by_running_the_work_again() {
    let Some(server) = shared() else { return };
    let name = server.create();
    let store = open(&server.address(&name));
    store.write(|tx| write_number(tx, 1)).unwrap();
    let mut runs = 0;
    let answer = store.write(|tx| {
        runs += 1;
        let before = tx.query("SELECT kind FROM mailbox WHERE id = 1", &[])?;
        if runs == 1 {
            // Somebody who does not take turns changes the row under us.
            server.ask(&name, "UPDATE mailbox SET kind = 'personal'").unwrap();
        }
        tx.execute("UPDATE mailbox SET name = 'renamed' WHERE id = 1", &[])?;
        Ok(before.concat())
    });
    assert_eq!((answer, runs), (Ok(vec![Value::Text("personal".into())]), 2));
}

#[test]
fn writers_in_several_programs_take_turns() {
    let Some(address) = address() else { return };
    let stores: Vec<Store> = (0..3).map(|_| open(&address)).collect();
    let add = |store: &Store| {
        let count = |tx: &mut Tx<'_>, _: &[()]| {
            let next = tx.query("SELECT next FROM counter WHERE name = 'id'", &[])?.concat();
            let Some(Value::Integer(next)) = next.first() else { panic!("no counter") };
            write_number(tx, *next)?;
            tx.execute("UPDATE counter SET next = $1 WHERE name = 'id'", &[Value::Integer(next + 1)])?;
            Ok(vec![()])
        };
        let writer =
            GroupWriter::start(store.clone(), Limits { units: 1, ..Limits::default() }, |()| 1, count).unwrap();
        let answers: Vec<_> = (0..30).map(|_| writer.blocking_submit(()).unwrap()).collect();
        answers.into_iter().for_each(|answer| answer.blocking_get().unwrap());
    };
    std::thread::scope(|scope| stores.iter().for_each(|store| drop(scope.spawn(|| add(store)))));
    assert_eq!(written(&stores[0]), (1..=90).map(Value::Integer).collect::<Vec<_>>());
}

#[test]
fn an_error_that_was_swallowed_is_not_committed() {
    let Some(store) = empty() else { return };
    let answer = store.write(|tx| {
        write_number(tx, 1)?;
        let _ = write_number(tx, 1);
        Ok(())
    });
    assert!(matches!(answer, Err(StoreError::Other { .. })), "{answer:?}");
    assert_eq!(written(&store), []);
}

#[test]
fn what_a_server_says_about_rows_is_not_repeated() {
    let Some(store) = super::desk() else { return };
    let error = store.write(|tx| tx.execute("INSERT INTO address SELECT * FROM address", &[])).unwrap_err();
    assert!(error.to_string().contains("duplicate key"), "{error}");
    assert!(!error.to_string().contains("(id)"), "{error}");
    assert_eq!(store.read(views::totals).unwrap().events, 2);
}
