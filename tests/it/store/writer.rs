use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use ticketd::domain::row::Value;
use ticketd::store::{Answer, GroupWriter, Limits, Store, StoreError, Tx};

use super::empty;

/// Writes each number as a row; 13 fails on the database, 66 panics.
fn step(tx: &mut Tx<'_>, units: &[i64]) -> Result<Vec<i64>, StoreError> {
    for unit in units {
        tx.execute("INSERT INTO mailbox (id, name, kind) VALUES ($1, $2, 'team')", &row(*unit))?;
        if *unit == 13 {
            tx.execute("INSERT INTO no_such_table VALUES (1)", &[])?;
        }
        if *unit == 66 {
            panic!("unit {unit} is evil");
        }
    }
    Ok(units.iter().map(|unit| unit * 2).collect())
}

fn row(unit: i64) -> [Value; 2] {
    [Value::Integer(unit), Value::Text(unit.to_string())]
}

fn written(store: &Store) -> Vec<i64> {
    let rows = store.read(|tx| tx.query("SELECT id FROM mailbox ORDER BY id", &[])).unwrap();
    rows.concat().into_iter().map(|value| if let Value::Integer(id) = value { id } else { -1 }).collect()
}

/// A writer whose first batch waits until the returned sender says go, so that the others gather behind it.
fn gated(store: &Store, limits: Limits) -> (GroupWriter<i64, i64>, mpsc::Sender<()>, Arc<AtomicUsize>) {
    let (go, gate) = mpsc::channel();
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = steps.clone();
    let mut waiting = true;
    let work = move |tx: &mut Tx<'_>, units: &[i64]| {
        counted.fetch_add(1, Ordering::SeqCst);
        if std::mem::take(&mut waiting) {
            gate.recv().expect("the test says go");
        }
        step(tx, units)
    };
    (GroupWriter::start(store.clone(), limits, |_| 10, work).unwrap(), go, steps)
}

fn submit(writer: &GroupWriter<i64, i64>, units: impl IntoIterator<Item = i64>) -> Vec<Answer<i64>> {
    units.into_iter().map(|unit| writer.blocking_submit(unit).unwrap()).collect()
}

fn answers(waiting: Vec<Answer<i64>>) -> Vec<Result<i64, StoreError>> {
    waiting.into_iter().map(Answer::blocking_get).collect()
}

#[test]
fn units_that_wait_are_committed_together_and_answered_each() {
    let Some(store) = empty() else { return };
    let (writer, go, steps) = gated(&store, Limits { units: 64, weight: usize::MAX, waiting: 200 });
    let waiting = submit(&writer, 101..=200);
    go.send(()).unwrap();
    assert_eq!(answers(waiting), (101..=200).map(|unit| Ok(unit * 2)).collect::<Vec<_>>());
    assert_eq!(written(&store), (101..=200).collect::<Vec<_>>());
    // The first may have been alone or not; the rest came in batches of 64.
    assert!(steps.load(Ordering::SeqCst) <= 3, "{} transactions", steps.load(Ordering::SeqCst));
}

#[test]
fn a_batch_ends_when_it_is_heavy() {
    let Some(store) = empty() else { return };
    let (writer, go, steps) = gated(&store, Limits { units: 64, weight: 20, waiting: 200 });
    let waiting = submit(&writer, 101..=121);
    go.send(()).unwrap();
    assert_eq!(answers(waiting).len(), 21);
    assert!(steps.load(Ordering::SeqCst) >= 11, "{} transactions", steps.load(Ordering::SeqCst));
}

#[test]
fn a_unit_that_fails_or_panics_fails_alone() {
    let Some(store) = empty() else { return };
    let (writer, go, _) = gated(&store, Limits { waiting: 200, ..Limits::default() });
    let waiting = submit(&writer, 1..=80);
    go.send(()).unwrap();
    let answers = answers(waiting);
    for (unit, answer) in (1..=80).zip(&answers) {
        match unit {
            13 => assert!(matches!(answer, Err(StoreError::Other { .. })), "{answer:?}"),
            66 => assert_eq!(answer, &Err(StoreError::Panicked("unit 66 is evil".into()))),
            _ => assert_eq!(answer, &Ok(unit * 2)),
        }
    }
    assert_eq!(written(&store), (1..=80).filter(|unit| ![13, 66].contains(unit)).collect::<Vec<_>>());
    // The thread goes on.
    assert_eq!(writer.blocking_submit(500).unwrap().blocking_get(), Ok(1000));
}

#[test]
fn a_disk_that_is_full_answers_all_at_once_and_is_not_tried_unit_by_unit() {
    let Some(store) = empty() else { return };
    let steps = Arc::new(AtomicUsize::new(0));
    let counted = steps.clone();
    let (go, gate) = mpsc::channel::<()>();
    let full = move |_: &mut Tx<'_>, _: &[i64]| -> Result<Vec<i64>, StoreError> {
        counted.fetch_add(1, Ordering::SeqCst);
        let _ = gate.recv();
        Err(StoreError::Full { database: "desk.db".into() })
    };
    let writer = GroupWriter::start(store, Limits::default(), |_| 1, full).unwrap();
    let waiting = submit(&writer, 1..=40);
    drop(go);
    assert!(answers(waiting).iter().all(|answer| matches!(answer, Err(StoreError::Full { .. }))));
    assert!(steps.load(Ordering::SeqCst) <= 2);
}

#[test]
fn after_a_full_disk_nothing_is_written_out_of_turn_and_a_new_writer_goes_on() {
    let store = Store::in_memory().unwrap();
    let full_at_7 = |tx: &mut Tx<'_>, units: &[i64]| match units.contains(&7) {
        true => Err(StoreError::Full { database: "desk.db".into() }),
        false => step(tx, units),
    };
    let one_by_one = Limits { units: 1, ..Limits::default() };
    let writer = GroupWriter::start(store.clone(), one_by_one, |_| 1, full_at_7).unwrap();
    let answers = answers(submit(&writer, 1..=12));
    assert!(answers[..6].iter().all(Result::is_ok));
    assert!(answers[6..].iter().all(|answer| matches!(answer, Err(StoreError::Full { .. }))), "{answers:?}");
    assert_eq!(written(&store), (1..=6).collect::<Vec<_>>());
    drop(writer);
    let writer = GroupWriter::start(store.clone(), one_by_one, |_| 1, step).unwrap();
    assert_eq!(writer.blocking_submit(8).unwrap().blocking_get(), Ok(16));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_tasks_write_at_once() {
    let Some(store) = empty() else { return };
    let writer = Arc::new(GroupWriter::start(store.clone(), Limits::default(), |_| 1, step).unwrap());
    let tasks: Vec<_> = (1001..=1500)
        .map(|unit| {
            let writer = writer.clone();
            tokio::spawn(async move { writer.write(unit).await })
        })
        .collect();
    for (unit, task) in (1001..=1500).zip(tasks) {
        assert_eq!(task.await.unwrap(), Ok(unit * 2));
    }
    assert_eq!(written(&store).len(), 500);
}

#[test]
fn closing_carries_out_what_waits() {
    let Some(store) = empty() else { return };
    let (writer, go, _) = gated(&store, Limits::default());
    let waiting = submit(&writer, 1..=10);
    go.send(()).unwrap();
    writer.close();
    assert_eq!(written(&store), (1..=10).collect::<Vec<_>>());
    assert!(answers(waiting).iter().all(Result::is_ok));
}
