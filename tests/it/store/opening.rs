use std::path::Path;

use ticketd::store::{Store, StoreError, keys};

use super::sample;

fn refused(path: &Path) -> StoreError {
    Store::open(path).err().expect("the file is refused")
}

#[test]
fn a_database_that_is_opened_again_has_everything() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let secrets = |store: &Store| store.read(|tx| Ok((keys::seed(tx)?, keys::signing_keys(tx)?))).unwrap();
    let before = {
        let store = Store::open(&path).unwrap();
        store.write(sample::save).unwrap();
        secrets(&store)
    };
    let store = Store::open(&path).unwrap();
    assert_eq!(secrets(&store), before);
    let other = super::desk().unwrap();
    let found = store.read(|a| other.read(|b| ticketd::store::dump::differences(a, b))).unwrap();
    assert_eq!(found, []);
}

#[test]
fn a_file_database_has_a_write_ahead_log_and_is_private() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let store = Store::open(&path).unwrap();
    let mode = store.read(|tx| tx.query("PRAGMA journal_mode", &[])).unwrap();
    assert_eq!(mode.concat(), [ticketd::domain::row::Value::Text("wal".into())]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        store.write(sample::save).unwrap();
        for name in ["desk.db", "desk.db-wal", "desk.db-shm"] {
            let mode = std::fs::metadata(directory.path().join(name)).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
        }
    }
}

#[test]
fn two_stores_may_have_the_same_file_open() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    let (first, second) = (Store::open(&path).unwrap(), Store::open(&path).unwrap());
    first.write(sample::save).unwrap();
    let events = second.read(|tx| ticketd::store::journal::events(tx, ticketd::domain::EventSeq(0), 9)).unwrap();
    assert_eq!(events.len(), 2);
}

#[test]
fn reading_sees_what_was_committed_while_something_is_being_written() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("desk.db")).unwrap();
    let count = |store: &Store| store.read(|tx| Ok(ticketd::store::views::totals(tx)?.events)).unwrap();
    store
        .write(|tx| {
            sample::save(tx)?;
            assert_eq!(count(&store), 0);
            Ok(())
        })
        .unwrap();
    assert_eq!(count(&store), 2);
}

#[test]
fn what_a_reader_writes_is_not_kept() {
    let store = Store::in_memory().unwrap();
    store.read(sample::save).unwrap();
    assert_eq!(store.read(|tx| Ok(ticketd::store::views::totals(tx)?.events)).unwrap(), 0);
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("desk.db");
    Store::open(&path).unwrap().write(|tx| tx.execute("PRAGMA user_version = 10", &[])).unwrap();
    for _ in 0..2 {
        let error = refused(&path);
        assert!(matches!(error, StoreError::NewerDatabase { found: 10, known: 9, .. }), "{error}");
        assert!(error.to_string().contains("desk.db was written by a newer ticketd (schema 10"), "{error}");
    }
}

/// What version 1 made, with the rows of a desk of today in it.
fn of_version_1(path: &Path, today: &Path) {
    let schema = include_str!("../../../src/store/migrations/0001.sql");
    let schema =
        [("{INTEGER}", "INTEGER"), ("{BLOB}", "BLOB"), ("{ROWS}", "STRICT"), ("{LINKS}", "STRICT, WITHOUT ROWID")]
            .into_iter()
            .fold(schema.to_owned(), |schema, (name, sqlite)| schema.replace(name, sqlite));
    let old = rusqlite::Connection::open(path).unwrap();
    old.execute_batch(&schema).unwrap();
    old.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA application_id = 1953199204; PRAGMA user_version = 1")
        .unwrap();
    old.execute("ATTACH $1 AS today", [today.to_str().unwrap()]).unwrap();
    let mut tables = old.prepare("SELECT name FROM main.sqlite_schema WHERE type = 'table'").unwrap();
    let tables: Vec<String> = tables.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    for table in tables {
        let mut columns = old.prepare(&format!("SELECT name FROM pragma_table_info('{table}', 'main')")).unwrap();
        let columns: Vec<String> = columns.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
        let columns = columns.join(", ");
        let copy = format!("INSERT INTO main.{table} ({columns}) SELECT {columns} FROM today.{table}");
        old.execute_batch(&format!("DELETE FROM main.{table}; {copy}")).unwrap();
    }
}

#[test]
fn a_database_of_version_1_is_brought_up_to_date_with_everything_in_it() {
    let directory = tempfile::tempdir().unwrap();
    let (path, today) = (directory.path().join("old.db"), directory.path().join("today.db"));
    let told = std::process::Command::new(env!("CARGO_BIN_EXE_ticketd"))
        .args(["replay", "fixtures/stories/a-strangers-reply-goes-to-review", "--db"])
        .arg(&today)
        .current_dir(crate::support::root())
        .output()
        .unwrap();
    assert!(told.status.success());
    of_version_1(&path, &today);
    for _ in 0..2 {
        let store = Store::open(&path).unwrap();
        let version = store.read(|tx| tx.query("PRAGMA user_version", &[])).unwrap();
        assert_eq!(version.concat(), [ticketd::domain::row::Value::Integer(9)]);
        let waits = store.read(|tx| ticketd::store::waiting::in_review(tx, 9)).unwrap();
        assert_eq!(waits.len(), 1, "what waited then waits now");
        let refolded = ticketd::engine::refold(&store, |_| {}).unwrap();
        assert!(refolded.events == 5 && refolded.differences.is_empty(), "{refolded:#?}");
    }
    let new = Store::open(&today).unwrap();
    let schema = |store: &Store| {
        let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        store.read(|tx| tx.query(sql, &[])).unwrap()
    };
    assert_eq!(schema(&Store::open(&path).unwrap()), schema(&new), "the same schema as a new one's");
}

#[test]
fn a_text_file_is_refused_and_left_alone() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("notes.txt");
    for text in ["shopping\n".to_owned(), "milk and bread\n".repeat(1000)] {
        std::fs::write(&path, &text).unwrap();
        let error = refused(&path);
        assert!(matches!(error, StoreError::NotADatabase { .. }), "{error}");
        assert!(error.to_string().contains("notes.txt is not a database of ticketd"), "{error}");
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    }
}

#[test]
fn a_database_of_another_program_is_refused() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("other.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE bookmark (url TEXT)").unwrap();
    drop(other);
    assert!(matches!(refused(&path), StoreError::NotADatabase { .. }));
}

#[test]
fn a_place_where_no_file_can_be_made_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let error = refused(&directory.path().join("missing/desk.db"));
    assert!(matches!(error, StoreError::CannotOpen { .. }), "{error}");
}

#[test]
fn keys_and_seed_are_drawn_for_each_database_and_can_be_set_while_the_journal_is_empty() {
    let (one, other) = (Store::in_memory().unwrap(), Store::in_memory().unwrap());
    let secrets = |store: &Store| store.read(|tx| Ok((keys::seed(tx)?, keys::signing_keys(tx)?))).unwrap();
    let (seed, drawn) = secrets(&one);
    assert_ne!(seed, secrets(&other).0);
    assert_ne!(drawn[0].secret, secrets(&other).1[0].secret);
    assert_eq!((drawn.len(), drawn[0].kid.as_str(), drawn[0].retired_at), (1, "1", None));
    assert!(!format!("{drawn:?}").contains("secret"), "a secret must not get into a log");

    other.write(|tx| keys::set(tx, &drawn, &keys::Seeds::of(seed))).unwrap();
    assert_eq!(secrets(&other), (seed, drawn.clone()));
    other.write(sample::save).unwrap();
    assert!(other.write(|tx| keys::set(tx, &drawn, &keys::Seeds::of(seed))).is_err());
}
