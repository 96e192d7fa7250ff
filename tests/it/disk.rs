//! Disks that take no more, at any point: the program stops and says why and what to do, keeps what it had answered, and
//! goes on when there is room.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, FoundIn, Source};
use ticketd::store::{Store, StoreError};

use crate::outcome::{self, Outcome};
use crate::place::{Place, Ran, json, ran};
use crate::support::{Random, but_the_setup, full};

/// Mails of customers who write, write again, and cite themselves; their text deflates to about half of its 3 KB.
fn mails(place: &Place, count: u32) {
    for n in 0..count {
        let (who, of) = (n % 17, n - n % 3);
        let text: String = (0..400u32).map(|k| format!("{:08x}", (n * 401 + k).wrapping_mul(0x9e37_79b1))).collect();
        let cites = if n == of { String::new() } else { format!("In-Reply-To: <{of}@example.com>\n") };
        let from = if n == of { who } else { of % 17 };
        place.write(
            &format!("mail/{n:04}.eml"),
            format!(
                "From: c{from}@example.com\nTo: support@example.org\nMessage-ID: <{n}@example.com>\n{cites}\
                 Date: Mon, 3 Mar 2025 {:02}:{:02}:00 +0000\nSubject: {of}\n\n{text}\n",
                8 + n / 60,
                n % 60
            ),
        );
    }
}

const REPLAY: [&str; 5] = ["replay", "mail", "--json", "--db", "mail.db"];

/// What an undisturbed run comes to.
fn undisturbed(place: &Place) -> Outcome {
    assert_eq!(place.run(&["replay", "mail", "--db", "undisturbed.db"]).code, Some(0));
    let outcome = outcome::of(&Store::open(&place.path("undisturbed.db")).unwrap());
    assert!(outcome["ticket"].len() >= 30, "{outcome:?}");
    outcome
}

/// What was printed as decided is kept, and everything in the database is whole. Gives how many messages are in it.
fn kept_what_it_answered(place: &Place, stopped: &Ran, when: &str) -> i64 {
    let checked = place.run(&["db", "check", "--fold", "--db", "mail.db"]);
    if matches!(checked.code, Some(65 | 66)) {
        // It stopped before there was a schema.
        let nothing = ["(the file is empty)", "there is no database"].iter().any(|what| checked.stderr.contains(what));
        assert!(nothing && stopped.stdout.is_empty(), "{when}: {}", checked.stderr);
        return 0;
    }
    assert_eq!(checked.code, Some(0), "{when}: {}{}", checked.stdout, checked.stderr);
    let database = rusqlite::Connection::open(place.path("mail.db")).unwrap();
    let count = |sql: &str| database.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap();
    let whole = stopped.stdout.rfind('\n').map_or("", |end| &stopped.stdout[..end]);
    for answer in json(whole) {
        let row = answer["row"].as_i64().unwrap();
        assert_eq!(count(&format!("SELECT count(*) FROM message WHERE id = {row}")), 1, "{when}: {answer} is not kept");
    }
    count("SELECT count(*) FROM message")
}

/// The same again, with room.
fn goes_on(place: &Place, expected: &Outcome, when: &str) {
    let again = place.run(&REPLAY);
    assert_eq!((again.code, again.stderr.as_str()), (Some(0), ""), "{when}");
    outcome::assert_same(&outcome::of(&Store::open(&place.path("mail.db")).unwrap()), expected, when);
    let checked = place.run(&["db", "check", "--fold", "--db", "mail.db"]);
    assert_eq!(checked.code, Some(0), "{when}: {}{}", checked.stdout, checked.stderr);
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(place.path(&format!("mail.db{end}")));
    }
}

#[test]
fn files_that_may_not_grow_at_any_size_stop_the_program_with_words_and_lose_nothing() {
    let place = Place::new();
    // The log of all of them takes some 10,200 blocks of 512 bytes, that of the empty database 600; a batch is 495 of these
    // mails.
    mails(&place, 600);
    let expected = undisturbed(&place);
    let mut random = Random::seeded();
    let ends = [0, 1, 7, 8, 64, 65, 300, 1_100, 5_000, 8_600, 9_900];
    let at_random = (0..if full() { 80 } else { 5 }).map(|_| u32::try_from(random.below(9_900)).unwrap());
    let mut stopped_in_the_midst = 0;
    for blocks in ends.into_iter().chain(at_random.collect::<Vec<_>>()) {
        let when = format!("ulimit -f {blocks}, seed {}", random.seed);
        // Answers go through a pipe, which no such limit binds.
        let stopped = place.run_limited_piped(blocks, &REPLAY);
        assert_eq!(stopped.code, Some(74), "{when}: {}", stopped.stderr);
        assert!(stopped.stderr.starts_with("ticketd: mail.db cannot be written: "), "{when}: {}", stopped.stderr);
        assert!(stopped.stderr.contains("what was committed before is safe"), "{when}: {}", stopped.stderr);
        stopped_in_the_midst += usize::from(kept_what_it_answered(&place, &stopped, &when) > 0);
        goes_on(&place, &expected, &when);
    }
    assert!(stopped_in_the_midst > 0, "no limit was hit while mail was being decided");
}

/// Replays in this process, into a store that it keeps open.
fn replay(store: &Store, folder: &Path) -> Result<usize, StoreError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut items = ticketd::archive::list(folder).items;
    items.sort_by_key(|item| (item.arrived_at, item.path.clone()));
    let found_in = Arc::new(FoundIn { mailbox: "support".to_owned(), folder: "INBOX".to_owned() });
    let place = |item| Source { item, found_in: found_in.clone() };
    let sources: Vec<Source> = items.into_iter().map(place).collect();
    let at = sources[0].item.arrived_at;
    let mut answered = 0;
    let done = runtime.block_on(async {
        let engine = Engine::start(store.clone(), Origin::Replay, &config::builtin().setup, at).await?;
        let report = |_| {
            answered += 1;
            Ok(())
        };
        let (now, stop) = (Timestamp::from_seconds(4_000_000_000), AtomicBool::new(false));
        engine::replay(&engine, sources, now, &stop, report).await
    });
    done.map(|_| answered).map_err(|error| match error.downcast::<engine::EngineError>() {
        Ok(engine::EngineError::Store(error)) => error,
        Ok(other) => panic!("{other}"),
        Err(error) => error.downcast().unwrap(),
    })
}

#[test]
fn a_database_that_may_have_no_more_pages_goes_on_in_the_same_process_when_it_may() {
    let place = Place::new();
    mails(&place, 120);
    let expected = undisturbed(&place);
    let database = |store: &Store, sql: &str| store.write(|tx| tx.query(sql, &[])).unwrap();
    for pages in (70..150).step_by(if full() { 1 } else { 13 }) {
        let path = place.path("mail.db");
        let store = Store::open(&path).unwrap();
        database(&store, &format!("PRAGMA max_page_count = {pages}"));
        let error = replay(&store, &place.path("mail")).unwrap_err();
        assert!(matches!(error, StoreError::Full { .. }), "{pages}: {error}");
        assert!(error.to_string().contains("free some space and try again"), "{error}");
        // Half of a batch is no more there than the whole: what is there folds.
        let refolded = engine::refold(&store, |_| {}).unwrap();
        assert!(refolded.differences.is_empty(), "{pages}: {:#?}", refolded.differences);
        database(&store, "PRAGMA max_page_count = 1000000");
        assert_eq!(replay(&store, &place.path("mail")), Ok(120), "{pages}");
        drop(store);
        let when = format!("max_page_count {pages}");
        outcome::assert_same(&outcome::of(&Store::open(&path).unwrap()), &expected, &when);
        let checked = place.run(&["db", "check", "--fold", "--db", "mail.db"]);
        assert_eq!(checked.code, Some(0), "{when}: {}{}", checked.stdout, checked.stderr);
        std::fs::remove_file(&path).unwrap();
    }
}

/// `$1`: kilobytes. A file system of that size, gone with the process that made it; what was left on it is copied out.
const ON_A_SMALL_DISK: &str = r#"
mount -t tmpfs -o "size=$1k,mode=777" tmpfs disk || exit 99
"$0" replay mail --json --db disk/mail.db >stopped.out 2>stopped.err
code=$?
mount -o remount,size=100m disk || exit 98
cp disk/mail.db* .
exit $code
"#;

#[test]
fn a_full_disk_stops_the_program_with_words_and_loses_nothing() {
    let name = "a_full_disk_stops_the_program_with_words_and_loses_nothing";
    let place = Place::new();
    mails(&place, 120);
    let expected = undisturbed(&place);
    std::fs::create_dir(place.path("disk")).unwrap();
    for kilobytes in if full() { (40..900).step_by(20) } else { (40..900).step_by(170) } {
        let size = kilobytes.to_string();
        let args = ["--mount", "sh", "-c", ON_A_SMALL_DISK, env!("CARGO_BIN_EXE_ticketd"), &size];
        if Command::new("unshare").args(["--mount", "true"]).status().map_or(true, |status| !status.success()) {
            return println!("skipped: {name}: no file system can be mounted here (unshare --mount)");
        }
        let stopped = ran(place.command(Path::new("unshare"), &args));
        if stopped.code == Some(99) {
            return println!("skipped: {name}: no tmpfs can be mounted here: {}", stopped.stderr.trim());
        }
        let text = |name: &str| std::fs::read_to_string(place.path(name)).unwrap();
        let stopped =
            Ran { code: stopped.code, stdout: text("stopped.out"), stderr: but_the_setup(&text("stopped.err")) };
        let when = format!("{kilobytes} KB");
        assert_eq!(stopped.code, Some(73), "{when}: {}", stopped.stderr);
        assert_eq!(
            stopped.stderr,
            "ticketd: the disk that holds disk/mail.db is full; what was committed before is safe, free some space and try \
             again\n",
            "{when}"
        );
        kept_what_it_answered(&place, &stopped, &when);
        goes_on(&place, &expected, &when);
    }
}

#[test]
fn a_database_that_became_read_only_is_told_and_goes_on_when_it_may_be_written() {
    let place = Place::new();
    mails(&place, 120);
    let expected = undisturbed(&place);
    place.write("some/1.eml", std::fs::read(place.path("mail/0000.eml")).unwrap());
    assert_eq!(place.run(&["replay", "some", "--db", "mail.db"]).code, Some(0));
    for (folder, file) in [(0o755, 0o444), (0o555, 0o444), (0o555, 0o644)] {
        place.set_mode("mail.db", file);
        place.set_mode("", folder);
        let stopped = place.run_bound(&REPLAY);
        place.set_mode("", 0o755);
        place.set_mode("mail.db", 0o644);
        assert_eq!((stopped.code, stopped.stdout.as_str()), (Some(73), ""), "{folder:o} {file:o}: {}", stopped.stderr);
        assert!(stopped.stderr.starts_with("ticketd: mail.db cannot be "), "{}", stopped.stderr);
    }
    goes_on(&place, &expected, "read-only");
}
