//! What SQLite alone has.

use std::path::Path;
use std::time::{Duration, Instant};

use ticketd::domain::row::Value;
use ticketd::domain::{DeliveryRow, FolderId, Workspace};
use ticketd::store::{GroupWriter, Limits, Store, StoreError, Tx, save};

use super::{desk, sample};

#[test]
fn every_table_is_strict() {
    let store = Store::in_memory().unwrap();
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND name NOT LIKE 'sqlite_%' AND strict = 0";
    assert_eq!(store.read(|tx| tx.query(sql, &[])).unwrap().concat(), []);
}

#[test]
fn a_row_that_names_another_which_is_not_there_is_refused() {
    let store = desk().unwrap();
    let mut later = Workspace::new(sample::setup());
    later.deliveries.put(DeliveryRow { folder: FolderId(999), ..sample::delivery(41, sample::QUESTION) });
    assert!(matches!(store.write(|tx| save(tx, &later)), Err(StoreError::Other { .. })));
    assert_eq!(store.read(|tx| tx.query("SELECT count(*) FROM delivery", &[])).unwrap().concat(), [Value::Integer(1)]);
}

#[test]
fn the_disk_is_waited_for_unless_the_writer_says_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("desk.db")).unwrap();
    let level = |tx: &mut Tx<'_>| tx.query("PRAGMA synchronous", &[]).map(|rows| rows.concat());
    let (full, normal) = ([Value::Integer(2)], [Value::Integer(1)]);
    assert_eq!(store.write(level).unwrap(), full);
    assert_eq!(store.write_unsynced(level).unwrap(), normal);
    store.write_unsynced(|tx| tx.query("SELECT * FROM nothing", &[])).unwrap_err();
    assert_eq!(store.write(level).unwrap(), full);
}

#[test]
fn the_log_is_folded_into_the_file_while_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let (file, log) = (folder.path().join("desk.db"), folder.path().join("desk.db-wal"));
    let size = |path: &Path| path.metadata().map_or(0, |found| found.len());
    let store = Store::open(&file).unwrap();
    store.write(|tx| tx.execute("CREATE TABLE ballast (bytes BLOB)", &[])).unwrap();
    let insert = "INSERT INTO ballast (bytes) VALUES (randomblob(1000000))";
    let write = |megabytes: usize| {
        for _ in 0..megabytes {
            store.write(|tx| tx.execute(insert, &[])).unwrap();
        }
    };
    write(20);
    let begun = Instant::now();
    while size(&file) < 10_000_000 {
        assert!(begun.elapsed() < Duration::from_secs(60), "the file has {} bytes", size(&file));
        std::thread::sleep(Duration::from_millis(10));
    }
    // And it begins anew, for it is a file that grows otherwise.
    write(150);
    assert!(size(&log) < 100_000_000, "the log has {} bytes", size(&log));
    drop(store);
    assert_eq!((size(&file) / 10_000_000, log.exists()), (17, false));
}

#[test]
fn a_unit_that_fails_only_at_commit_fails_alone() {
    let store = Store::in_memory().unwrap();
    let dangling = |tx: &mut Tx<'_>, units: &[i64]| {
        tx.execute("PRAGMA defer_foreign_keys = ON", &[])?;
        for unit in units {
            if *unit != 3 {
                let name = Value::Text(unit.to_string());
                let sql = "INSERT INTO mailbox (id, name, kind) VALUES ($1, $2, 'team')";
                tx.execute(sql, &[Value::Integer(*unit), name])?;
            }
            let sql = "INSERT INTO folder (id, mailbox, name, role, uidvalidity, last_uid) VALUES ($1, $2, 'a', 'inbox', 0, 0)";
            let mailbox = if *unit == 3 { 999 } else { *unit };
            tx.execute(sql, &[Value::Integer(*unit), Value::Integer(mailbox)])?;
        }
        Ok(units.to_vec())
    };
    let writer = GroupWriter::start(store.clone(), Limits::default(), |_| 1, dangling).unwrap();
    let waiting: Vec<_> = (1..=5).map(|unit| writer.blocking_submit(unit).unwrap()).collect();
    let answers: Vec<_> = waiting.into_iter().map(|answer| answer.blocking_get().is_ok()).collect();
    assert_eq!(answers, [true, true, false, true, true]);
    let written = store.read(|tx| tx.query("SELECT id FROM folder ORDER BY id", &[])).unwrap();
    assert_eq!(written.concat(), [1, 2, 4, 5].map(Value::Integer));
}
