//! Statements that are sent without waiting for the answers to those before them: whatever these are, they arrive, and a
//! failure among them is told as what it is.

use std::sync::mpsc::channel;
use std::time::Duration;

use ticketd::domain::Keys;
use ticketd::domain::row::Value;
use ticketd::store::{Location, Store, StoreError, Tx, load};

use super::proxy::{Break, Proxy};
use super::{empty, sample, shared};

/// Adds mailboxes of these names, unanswered.
fn add(tx: &mut Tx<'_>, names: impl IntoIterator<Item = (i64, String)>) -> Result<(), StoreError> {
    let rows = names.into_iter().map(|(id, name)| vec![Value::Integer(id), Value::Text(name), text("team")]);
    tx.execute_many("INSERT INTO mailbox (id, name, kind) VALUES ($1, $2, $3)", rows)
}

/// Counts on, unanswered: done twice it would show.
fn count_on(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let row = vec![Value::Integer(1), text("id")];
    tx.execute_many("UPDATE counter SET next = next + $1 WHERE name = $2", [row])
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn mailboxes(store: &Store) -> Vec<Value> {
    store.read(|tx| tx.query("SELECT id FROM mailbox ORDER BY id", &[])).unwrap().concat()
}

fn next_id(store: &Store) -> Vec<Value> {
    store.read(|tx| tx.query("SELECT next FROM counter WHERE name = 'id'", &[])).unwrap().concat()
}

/// What `work` gives. One that waits for ever fails, instead of keeping everybody waiting.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(60)).expect("an answer within a minute")
}

#[test]
fn large_answers_arrive_while_large_writes_are_pending() {
    const ROWS: i64 = 1000;
    let Some(store) = empty() else { return };
    let long = |n: i64| format!("{n} {}", "long ".repeat(2000));
    let user = |n: i64| vec![Value::Integer(n), Value::Text(long(n))];
    let folder = |n: i64| {
        let numbers = [n, 1, 0, 0].map(Value::Integer);
        numbers.into_iter().chain([Value::Text(long(n)), text("inbox")]).collect()
    };
    // No two bytes that repeat soon: 4 MB each on the way, twice as many together as may be.
    let bytes = |n: i64| (0..1_u64 << 22).map(|at| (at * at + n.cast_unsigned()).to_le_bytes()[1]).collect();
    let chunk = move |n: i64| vec![Value::Integer(n), Value::Integer(0), Value::Blob(bytes(n))];
    store
        .write(|tx| {
            add(tx, (1..=ROWS).map(|n| (n, long(n))))?;
            tx.execute_many("INSERT INTO app_user (id, name) VALUES ($1, $2)", (1..=ROWS).map(user))?;
            let sql =
                "INSERT INTO folder (id, mailbox, uidvalidity, last_uid, name, role) VALUES ($1, $2, $3, $4, $5, $6)";
            tx.execute_many(sql, (1..=ROWS).map(folder))
        })
        .unwrap();
    let loaded = in_time(move || {
        store.write(|tx| {
            let sql = "INSERT INTO content_chunk (content, n, bytes) VALUES ($1, $2, $3)";
            tx.execute_many(sql, (1..=4).map(chunk))?;
            // Mailboxes, folders and users, 10 MB each, are asked for together.
            let found = load(tx, sample::setup(), &Keys::default())?;
            tx.execute_many(sql, (5..=8).map(chunk))?;
            let written = tx.query("SELECT sum(length(bytes))::bigint FROM content_chunk", &[])?.concat();
            let directory = [found.mailboxes.iter().count(), found.folders.iter().count(), found.users.iter().count()];
            Ok((directory, written))
        })
    });
    assert_eq!(loaded, Ok(([1000; 3], vec![Value::Integer(8 << 22)])));
}

#[test]
fn the_first_of_several_failures_is_told_and_nothing_is_kept() {
    let Some(store) = empty() else { return };
    // Whatever comes next, or nothing but the commit.
    let next = |tx: &mut Tx<'_>, what: &str| match what {
        "a question" => tx.query("SELECT 1", &[]).map(|_| ()),
        "a statement" => tx.execute("UPDATE counter SET next = 7 WHERE name = 'id'", &[]).map(|_| ()),
        "one to be prepared" => tx.execute_many("DELETE FROM meta WHERE key = $1", [vec![text("none")]]),
        _ => Ok(()),
    };
    for what in ["a question", "a statement", "one to be prepared", "nothing"] {
        let mut runs = 0;
        let answer = store.write(|tx| {
            runs += 1;
            add(tx, [(1, "one".to_owned())])?;
            add(tx, [(2, "one".to_owned())])?;
            count_on(tx)?;
            add(tx, [(3, "three".to_owned()), (3, "three again".to_owned())])?;
            next(tx, what)
        });
        let Err(StoreError::Other { what: told, .. }) = &answer else { panic!("{what}: {answer:?}") };
        assert!(told.contains("mailbox_name_key") && told.contains("INSERT INTO mailbox"), "{what}: {told}");
        assert_eq!((runs, mailboxes(&store), next_id(&store)), (1, vec![], vec![Value::Integer(1)]), "{what}");
    }
    store.write(|tx| add(tx, [(1, "one".to_owned())])).unwrap();
    assert_eq!(mailboxes(&store), [Value::Integer(1)]);
}

#[test]
fn a_statement_that_cannot_even_be_sent_keeps_what_is_pending_from_being_committed() {
    let Some(store) = empty() else { return };
    let answer = store.write(|tx| {
        add(tx, [(1, "one".to_owned())])?;
        // A text where a number belongs.
        let _ = tx.execute_many("UPDATE counter SET next = next + $1 WHERE name = $2", [vec![text("1"), text("id")]]);
        Ok(())
    });
    assert!(matches!(answer, Err(StoreError::Other { .. })), "{answer:?}");
    assert_eq!(mailboxes(&store), []);
}

#[test]
fn a_pending_statement_that_others_are_in_the_way_of_is_run_again_with_its_work() {
    let Some(server) = shared() else { return };
    let name = server.create();
    let store = Store::open(Location::from(server.address(&name).as_str())).unwrap();
    store.write(|tx| add(tx, [(1, "one".to_owned())])).unwrap();
    let mut runs = 0;
    let answer = store.write(|tx| {
        runs += 1;
        tx.query("SELECT kind FROM mailbox", &[])?;
        if runs == 1 {
            // Somebody who does not take turns changes the row under us.
            server.ask(&name, "UPDATE mailbox SET kind = 'personal'").unwrap();
        }
        tx.execute_many("UPDATE mailbox SET name = $1 WHERE id = $2", [vec![text("renamed"), Value::Integer(1)]])?;
        // It fails in the transaction that failed, which says nothing of why.
        count_on(tx)
    });
    assert_eq!((answer, runs), (Ok(()), 2));
    let found = store.read(|tx| tx.query("SELECT name, kind FROM mailbox", &[])).unwrap().concat();
    assert_eq!((found, next_id(&store)), (vec![text("renamed"), text("personal")], vec![Value::Integer(2)]));
}

#[test]
fn a_connection_that_breaks_at_a_commit_with_statements_pending_makes_no_difference() {
    for (at, runs) in [(Break::BeforeItsAnswer, 1), (Break::BeforeTheServerHears, 2)] {
        let Some(server) = shared() else { return };
        let address = server.place();
        let proxy = Proxy::before(server.port, at);
        let address = address.replace(&format!(":{}/", server.port), &format!(":{}/", proxy.port));
        let store = Store::open(Location::from(address.as_str())).unwrap();
        // The first time statements are prepared, which waits for those before.
        for number in 1..=4 {
            proxy.break_next(usize::from(number > 1));
            let mut tried = 0;
            let answer = store.write(|tx| {
                tried += 1;
                count_on(tx)?;
                add(tx, [(number, number.to_string())])?;
                count_on(tx)
            });
            assert_eq!((answer, proxy.left()), (Ok(()), 0), "{at:?}");
            assert_eq!(tried, if number > 1 { runs } else { 1 }, "{at:?}");
        }
        assert_eq!((mailboxes(&store).len(), next_id(&store)), (4, vec![Value::Integer(9)]), "{at:?}");
    }
}
