//! Databases of every schema that there ever was, kept as text in `fixtures/schema/N.sql`: each is brought up to date and
//! keeps everything. The dump of a new schema is written once, from `fixtures/schema/story`, and stays what it was.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use ticketd::domain::row::Value;
use ticketd::domain::{Facts, Origin, Timestamp};
use ticketd::engine::{self, Engine, RawMail};
use ticketd::store::{Store, content, views};
use ticketd::{config, parse};

use crate::place::Place;
use crate::support::{root, with_lf};

fn folder() -> PathBuf {
    root().join("fixtures/schema")
}

fn version_of(store: &Store) -> i64 {
    match store.read(|tx| tx.query("PRAGMA user_version", &[])).unwrap().concat()[..] {
        [Value::Integer(version)] => version,
        ref other => panic!("{other:?}"),
    }
}

/// The schema that this program makes.
fn newest() -> i64 {
    version_of(&Store::in_memory().unwrap())
}

/// A database of today, told from the story.
fn told(place: &Place) -> PathBuf {
    place.write("ticketd.toml", fs::read(root().join("fixtures/stories/ticketd.toml")).unwrap());
    for file in fs::read_dir(folder().join("story")).unwrap() {
        let file = file.unwrap();
        place.write(&format!("story/{}", file.file_name().to_str().unwrap()), fs::read(file.path()).unwrap());
    }
    let ran = place.run(&["replay", "story", "--db", "today.db"]);
    assert_eq!((ran.code, ran.stderr.lines().count()), (Some(0), 0), "{}", ran.stderr);
    place.path("today.db")
}

/// Names and statements of tables and indexes, in the order in which they were made.
fn schema(database: &Connection) -> Vec<(String, String)> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid";
    let mut statement = database.prepare(sql).unwrap();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
    rows.map(Result::unwrap).collect()
}

/// The tables, each with its columns.
fn tables(database: &Connection) -> Vec<(String, Vec<String>)> {
    let tables = schema(database).into_iter().filter(|(_, sql)| sql.starts_with("CREATE TABLE"));
    let columns = |table: &str| {
        let mut statement = database.prepare(&format!("SELECT name FROM pragma_table_info('{table}')")).unwrap();
        let names = statement.query_map([], |row| row.get(0)).unwrap();
        names.map(Result::unwrap).collect::<Vec<String>>()
    };
    tables.map(|(table, _)| (table.clone(), columns(&table))).collect()
}

/// The tables without what digests are looked up by, which schema 8 makes otherwise. That it is as it should be then, the
/// journal says when it is folded again.
fn with_lasting_columns(mut tables: Vec<(String, Vec<String>)>) -> Vec<(String, Vec<String>)> {
    let look_up_keys = [("content", "key"), ("message", "digest_key")];
    for (table, columns) in &mut tables {
        columns.retain(|column| !look_up_keys.contains(&(table.as_str(), column.as_str())));
    }
    tables
}

/// Every row of these tables as SQL writes it, in one order.
fn rows(database: &Connection, tables: &[(String, Vec<String>)]) -> BTreeMap<String, Vec<String>> {
    let of = |(table, columns): &(String, Vec<String>)| {
        let quoted: Vec<String> = columns.iter().map(|column| format!("quote({column})")).collect();
        let sql = format!("SELECT {} FROM {table} ORDER BY {}", quoted.join(" || ', ' || "), columns.join(", "));
        let mut statement = database.prepare(&sql).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        (table.clone(), rows.map(Result::unwrap).collect())
    };
    tables.iter().map(of).collect()
}

/// A database as text.
fn dump(database: &Connection) -> String {
    let pragma = |name: &str| database.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0)).unwrap();
    let mut text = format!(
        "-- A database of schema {0}, as the program of that day made it of fixtures/schema/story: never written again.\n\
         PRAGMA foreign_keys = OFF;\nPRAGMA application_id = {1};\nPRAGMA user_version = {0};\n",
        pragma("user_version"),
        pragma("application_id"),
    );
    schema(database).iter().for_each(|(_, sql)| text.push_str(&format!("{sql};\n")));
    for (table, rows) in rows(database, &tables(database)) {
        rows.iter().for_each(|row| text.push_str(&format!("INSERT INTO {table} VALUES ({row});\n")));
    }
    text
}

#[test]
fn every_schema_has_its_dump() {
    let missing: Vec<i64> = (1..=newest()).filter(|n| !folder().join(format!("{n}.sql")).exists()).collect();
    if missing == [newest()] && std::env::var_os("UPDATE_EXPECTED").is_some() {
        let place = Place::new();
        let database = Connection::open(told(&place)).unwrap();
        return fs::write(folder().join(format!("{}.sql", newest())), dump(&database)).unwrap();
    }
    assert_eq!(missing, [0; 0], "fixtures/schema/N.sql is missing; UPDATE_EXPECTED=1 writes that of the newest schema");
}

#[test]
fn a_database_of_every_schema_is_brought_up_to_date_and_nothing_in_it_is_lost() {
    let new = {
        let place = Place::new();
        schema(&Connection::open(told(&place)).unwrap())
    };
    for version in 1..=newest() {
        let place = Place::new();
        let path = place.path("old.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(&fs::read_to_string(folder().join(format!("{version}.sql"))).unwrap()).unwrap();
        let tables = with_lasting_columns(tables(&old));
        let before = rows(&old, &tables);
        drop(old);
        assert!(before["message"].len() >= 8 && before["send"].len() >= 6, "schema {version}: {before:#?}");
        for _ in 0..2 {
            is_up_to_date(&path, version);
            let today = Connection::open(&path).unwrap();
            assert_eq!(rows(&today, &tables), before, "schema {version}: rows are lost or changed");
            let by_name = |mut schema: Vec<(String, String)>| {
                schema.sort();
                schema
            };
            assert_eq!(by_name(schema(&today)), by_name(new.clone()), "schema {version}: not the schema of a new one");
        }
        let checked = place.run(&["db", "check", "--fold", "--db", "old.db"]);
        assert_eq!((checked.code, checked.stderr.as_str()), (Some(0), ""), "schema {version}: {}", checked.stdout);
        let listed = place.run(&["ticket", "list", "--db", "old.db", "--json"]);
        assert_eq!((listed.code, listed.stdout.lines().count()), (Some(0), 3), "schema {version}: {}", listed.stdout);
    }
}

fn is_up_to_date(path: &Path, version: i64) {
    let store = Store::open(path).unwrap();
    assert_eq!(version_of(&store), newest(), "schema {version}");
    let refolded = engine::refold(&store, |_| {}).unwrap();
    assert!(refolded.events >= 11 && refolded.differences.is_empty(), "schema {version}: {refolded:#?}");
    let raw = store.read(|tx| {
        let found = views::messages_by_id_text(tx, "kettle-1@mail.example.com")?;
        content::raw(tx, found[0].content)
    });
    let mail = fs::read(folder().join("story/1-tom-asks.eml")).unwrap();
    assert_eq!(with_lf(&raw.unwrap()), mail, "schema {version}: the bytes of a mail");
}

/// With a Date, so that only whether it could be read at first decides what it is looked up by.
const DATED: &str = "From: ann@example.com\r\nTo: support@example.org\r\nDate: Mon, 3 Mar 2025 09:00:00 +0100\r\nSubject: a lid\r\n\r\n";

/// Reads a mail that is sound, and cannot read another.
fn read_sound(raw: &[u8]) -> Facts {
    assert!(!raw.ends_with(b"poison\r\n"), "this reader is old");
    parse::read(raw)
}

#[test]
fn the_keys_of_schema_8_are_those_of_a_new_database_for_mail_too_that_could_not_be_read_at_first() {
    let place = Place::new();
    let path = place.path("desk.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let poisoned = runtime.block_on(async {
        let (store, setup, limit) = (Store::open(&path).unwrap(), config::builtin().setup, engine::READING_LIMIT);
        let engine = Engine::start_reading(store, Origin::Live, &setup, Timestamp(0), read_sound, limit).await.unwrap();
        let mut deliveries = Vec::new();
        for (n, body) in ["poison\r\n", "sound\r\n"].into_iter().enumerate() {
            let at = Timestamp::from_seconds(1_741_000_000 + n as i64);
            let raw = RawMail::new(
                format!("{DATED}{body}").into_bytes(),
                engine::Place { mailbox: "support".into(), folder: "INBOX".into(), ..Default::default() },
            );
            let mail = engine.read(raw).await.unwrap();
            let outcome = engine.deliver(mail.into(), at).await.unwrap().get().await.unwrap();
            deliveries.push(outcome.decision.delivery.unwrap());
        }
        engine.fire_timers(Timestamp::from_seconds(1_741_100_000)).await.unwrap();
        deliveries[0].0.to_string()
    });
    let retried = place.run(&["quarantine", "retry", &poisoned, "--db", "desk.db"]);
    assert_eq!(retried.code, Some(0), "{}", retried.stderr);
    let keys = || {
        let database = Connection::open(&path).unwrap();
        let tables = [("content", "key"), ("message", "digest_key")];
        rows(&database, &tables.map(|(table, key)| (table.to_owned(), vec!["id".to_owned(), key.to_owned()])))
    };
    let new = keys();
    let undated = |row: &&String| row.split(", ").nth(1).unwrap().parse::<i64>().unwrap() < 1 << 30;
    assert_eq!(new["content"].iter().filter(undated).count(), 1, "the one that could not be read: {new:?}");
    // As schema 7 had them: nothing but bits of the digest.
    let old = "UPDATE content SET key = (key & 1073741823) - 4611686018427387904; \
               UPDATE message SET digest_key = (digest_key & 1073741823) + 4611686018427387904; PRAGMA user_version = 7";
    Connection::open(&path).unwrap().execute_batch(old).unwrap();
    let refolded = engine::refold(&Store::open(&path).unwrap(), |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{refolded:#?}");
    assert_eq!(keys(), new);
}
