//! Mails that end the program, or never let go of it. The program of these tests is this test binary again: a test starts
//! it on itself, and as a child reads mail as the program does, with a reader that aborts on poison.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, FoundIn, Source};
use ticketd::parse;
use ticketd::store::waiting::Unread;
use ticketd::store::{Store, views, waiting};

/// Names the database to a child, and says that it is one.
const DATABASE: &str = "TICKETD_CRASH_TEST";

fn mail(n: usize, subject: &str) -> String {
    let at = format!("Mon, 3 Mar 2025 10:{:02}:{:02} +0000", n / 60, n % 60);
    format!(
        "From: c{n}@example.com\r\nTo: support@example.org\r\nSubject: {subject}\r\nDate: {at}\r\nMessage-ID: \
         <{n}@example.com>\r\n\r\nHello {n}\r\n"
    )
}

fn is_poison(raw: &[u8]) -> bool {
    raw.windows(6).any(|six| six == b"poison")
}

/// As many mails as make several batches; those of `poison` are poison.
fn mails(folder: &Path, count: usize, poison: &[usize]) {
    std::fs::create_dir_all(folder).unwrap();
    for n in 0..count {
        let subject = if poison.contains(&n) { "poison" } else { "sound" };
        std::fs::write(folder.join(format!("{n:04}.eml")), mail(n, subject)).unwrap();
    }
}

fn sources(folder: &Path) -> Vec<Source> {
    let mut items = ticketd::archive::list(folder).items;
    items.sort_by(|a, b| a.path.cmp(&b.path));
    let found_in = Arc::new(FoundIn { mailbox: "support".to_owned(), folder: "INBOX".to_owned() });
    let place = |item| Source { item, found_in: found_in.clone() };
    items.into_iter().map(place).collect()
}

/// Replays a folder into a database with that way to read; what became of each mail.
fn replay(database: &Path, folder: &Path, read: fn(&[u8]) -> Facts, limit: Duration) -> Vec<Option<Kind>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let (store, setup) = (Store::open(database).unwrap(), config::builtin().setup);
        let at = Timestamp::from_seconds(1_700_000_000);
        let engine = Engine::start_reading(store, Origin::Replay, &setup, at, read, limit).await.unwrap();
        let mut kinds = Vec::new();
        let report = |replayed: engine::Replayed| {
            kinds.push(replayed.result.unwrap().1.decision.kind);
            Ok(())
        };
        let (now, stop) = (Timestamp::from_seconds(4_000_000_000), AtomicBool::new(false));
        engine::replay(&engine, sources(folder), now, &stop, report).await.unwrap();
        kinds
    })
}

fn abort_on_poison(raw: &[u8]) -> Facts {
    if is_poison(raw) {
        std::process::abort();
    }
    parse::read(raw)
}

/// Panics on poison at first, aborts at the second try in one run.
fn abort_at_the_second_try(raw: &[u8]) -> Facts {
    static TRIES: AtomicUsize = AtomicUsize::new(0);
    if is_poison(raw) && TRIES.fetch_add(1, Ordering::SeqCst) > 0 {
        std::process::abort();
    }
    assert!(!is_poison(raw), "poison");
    parse::read(raw)
}

/// In a child this is the program, and there is no more to the test; `None`: this is the parent.
fn as_child(read: fn(&[u8]) -> Facts) -> Option<()> {
    let database = std::env::var_os(DATABASE)?;
    let database = Path::new(&database);
    replay(database, &database.with_file_name("mail"), read, engine::READING_LIMIT);
    Some(())
}

/// Starts this binary on one test, as a child. Whether it ended by itself.
fn start_again(test: &str, database: &Path) -> bool {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("crashes::{test}"), "--test-threads=1"]);
    let output = command.env(DATABASE, database).output().unwrap();
    assert!(String::from_utf8_lossy(&output.stdout).contains("running 1 test"), "there is no test of that name");
    output.status.success()
}

/// Starts it until it ends by itself; how often it was ended.
fn start_until_it_is_done(test: &str, database: &Path) -> usize {
    let ended = (0..20).position(|_| start_again(test, database));
    ended.expect("it goes on ending")
}

fn quarantined(store: &Store) -> Vec<Unread> {
    store.read(|tx| waiting::unread(tx, &[DeliveryState::Quarantined], 100)).unwrap()
}

fn attempts(store: &Store) -> usize {
    store.read(|tx| tx.query("SELECT key FROM attempt", &[])).unwrap().len()
}

fn is_intact(store: &Store) {
    let found = store.read(|tx| tx.query("PRAGMA integrity_check", &[])).unwrap();
    assert_eq!(found.concat(), [ticketd::domain::row::Value::Text("ok".into())]);
    let refolded = engine::refold(store, |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}

#[test]
fn a_mail_that_ends_the_program_three_times_is_quarantined_unread_and_all_others_are_decided_once() {
    if as_child(abort_on_poison).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("desk.db");
    mails(&folder.path().join("mail"), 150, &[70]);
    assert_eq!(
        start_until_it_is_done(
            "a_mail_that_ends_the_program_three_times_is_quarantined_unread_and_all_others_are_decided_once",
            &database
        ),
        3,
        "three attempts"
    );

    let store = Store::open(&database).unwrap();
    let totals = store.read(views::totals).unwrap();
    // What a run decided before it was ended is a duplicate in the next: taken again, and without effect.
    let counts = (totals.messages.get(&Kind::NewConversation), totals.tickets.values().sum::<i64>());
    assert_eq!(counts, (Some(&149), 149), "each sound mail opened one ticket");
    assert_eq!(totals.deliveries.get(&DeliveryState::Quarantined), Some(&1));
    let found = quarantined(&store);
    let (event, _) = found[0].past.last().unwrap();
    assert!(event.payload.contains("reading it ended the program 3 times"), "{}", event.payload);
    assert_eq!(found[0].past.len(), 1, "nobody tries again by himself");
    assert_eq!(attempts(&store), 0, "nothing is left of the attempts");
    is_intact(&store);

    assert!(
        start_again(
            "a_mail_that_ends_the_program_three_times_is_quarantined_unread_and_all_others_are_decided_once",
            &database
        ),
        "the same mail found once more is not read again"
    );
    let found = quarantined(&store);
    assert_eq!((found.len(), found[0].times), (1, 2), "and is in quarantine with the other: one entry");
    is_intact(&store);
}

#[test]
fn several_mails_that_end_the_program_are_each_quarantined_and_no_sound_one_with_them() {
    if as_child(abort_on_poison).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("desk.db");
    // Two in one batch, the last of a batch, the first of the next, the very last: behind all that was noted with them.
    mails(&folder.path().join("mail"), 1540, &[10, 11, 511, 512, 1539]);
    let ended = start_until_it_is_done(
        "several_mails_that_end_the_program_are_each_quarantined_and_no_sound_one_with_them",
        &database,
    );
    assert!((12..=15).contains(&ended), "three attempts each, the first of which may have been for several: {ended}");
    let store = Store::open(&database).unwrap();
    let totals = store.read(views::totals).unwrap();
    assert_eq!(totals.messages.get(&Kind::NewConversation), Some(&1535));
    let mut contents: Vec<ContentId> = quarantined(&store).iter().map(|found| found.delivery.content).collect();
    contents.sort();
    contents.dedup();
    assert_eq!(contents.len(), 5);
    assert_eq!(attempts(&store), 0);
    is_intact(&store);
}

#[test]
fn a_mail_that_ends_the_program_when_it_is_tried_again_is_quarantined_too() {
    if as_child(abort_at_the_second_try).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("desk.db");
    mails(&folder.path().join("mail"), 20, &[7]);
    let ended =
        start_until_it_is_done("a_mail_that_ends_the_program_when_it_is_tried_again_is_quarantined_too", &database);
    assert!((2..=8).contains(&ended), "it comes to an end: {ended}");
    let store = Store::open(&database).unwrap();
    let totals = store.read(views::totals).unwrap();
    assert_eq!(totals.messages.get(&Kind::NewConversation), Some(&19));
    assert_eq!(totals.deliveries.get(&DeliveryState::Pending), None, "nothing is tried for ever");
    assert!(!quarantined(&store).is_empty());
    assert_eq!(attempts(&store), 0);
    is_intact(&store);
}

static RELEASED: AtomicBool = AtomicBool::new(false);

fn hang_on_poison(raw: &[u8]) -> Facts {
    while is_poison(raw) && !RELEASED.load(Ordering::SeqCst) {
        std::thread::sleep(Duration::from_millis(5));
    }
    parse::read(raw)
}

#[test]
fn a_mail_that_is_read_for_ever_is_left_to_itself_and_quarantined_while_the_others_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let (database, from) = (folder.path().join("desk.db"), folder.path().join("mail"));
    // More at once than there are threads: those that hang must be replaced.
    let poison = [3, 4, 5, 20];
    mails(&from, 40, &poison);
    let began = Instant::now();
    let kinds = replay(&database, &from, hang_on_poison, Duration::from_millis(300));
    assert!(began.elapsed() < Duration::from_secs(60), "the limit holds");
    RELEASED.store(true, Ordering::SeqCst);
    let of = |kind| kinds.iter().filter(|found| **found == Some(kind)).count();
    assert_eq!((of(Kind::NewConversation), of(Kind::Quarantined)), (36, 4));
    let store = Store::open(&database).unwrap();
    for found in quarantined(&store) {
        assert_eq!(found.past.len(), 3, "three tries");
        let told = found.past.iter().all(|(event, _)| event.payload.contains("reading it took over 300ms"));
        assert!(told, "{:?}", found.past);
    }
    assert_eq!(attempts(&store), 0);
    is_intact(&store);
}

#[test]
fn when_too_many_threads_hang_the_program_says_so_and_every_mail_is_kept() {
    static OVER: AtomicBool = AtomicBool::new(false);
    fn hang(raw: &[u8]) -> Facts {
        while is_poison(raw) && !OVER.load(Ordering::SeqCst) {
            std::thread::sleep(Duration::from_millis(5));
        }
        parse::read(raw)
    }
    let folder = tempfile::tempdir().unwrap();
    let (database, from) = (folder.path().join("desk.db"), folder.path().join("mail"));
    mails(&from, 60, &(0..60).collect::<Vec<_>>());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let store = Store::open(&database).unwrap();
    let result = runtime.block_on(async {
        let (setup, limit) = (config::builtin().setup, Duration::from_millis(50));
        let at = Timestamp::from_seconds(1_700_000_000);
        let engine = Engine::start_reading(store.clone(), Origin::Replay, &setup, at, hang, limit).await.unwrap();
        let (now, stop) = (Timestamp::from_seconds(4_000_000_000), AtomicBool::new(false));
        engine::replay(&engine, sources(&from), now, &stop, |_| Ok(())).await
    });
    OVER.store(true, Ordering::SeqCst);
    let error = result.unwrap_err().to_string();
    assert!(error.contains("16 mails are still being read after 50ms each"), "{error}");
    let totals = store.read(views::totals).unwrap();
    assert!(totals.deliveries[&DeliveryState::Pending] >= 8, "{:?}: what was answered for is kept", totals.deliveries);
}

/// Replays twelve mails into a database in which the seventh has already ended the program so often, with a program that
/// does `script` when it is to read that mail apart. What became of each.
fn after_ends(count: i64, script: &str) -> Vec<Option<Kind>> {
    let folder = tempfile::tempdir().unwrap();
    let (database, from) = (folder.path().join("desk.db"), folder.path().join("mail"));
    mails(&from, 12, &[]);
    let store = Store::open(&database).unwrap();
    let digest = ContentDigest::of(&std::fs::read(from.join("0007.eml")).unwrap());
    for reader in 1..=count {
        store.write(|tx| ticketd::store::attempts::begin(tx, reader, digest)).unwrap();
    }
    let program = folder.path().join("program");
    // Written by another program: a file that a test beside this one holds open for writing cannot be run.
    let write = "printf '#!/bin/sh\n%s\n' \"$1\" >\"$0\" && chmod +x \"$0\"";
    assert!(Command::new("sh").args(["-c", write]).arg(&program).arg(script).status().unwrap().success());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let kinds = runtime.block_on(async {
        let at = Timestamp::from_seconds(1_700_000_000);
        let engine = Engine::start(store.clone(), Origin::Replay, &config::builtin().setup, at).await.unwrap();
        let mut kinds = Vec::new();
        let report = |replayed: engine::Replayed| {
            kinds.push(replayed.result.unwrap().1.decision.kind);
            Ok(())
        };
        let (now, stop) = (Timestamp::from_seconds(4_000_000_000), AtomicBool::new(false));
        engine::replay(&engine.reading_apart(program), sources(&from), now, &stop, report).await.unwrap();
        kinds
    });
    assert_eq!(attempts(&store), 0);
    is_intact(&store);
    kinds
}

#[test]
fn a_mail_is_given_up_only_if_a_process_of_its_own_ends_too() {
    let survives = "cat >/dev/null; echo survived";
    let quarantined = |count, script| {
        let kinds = after_ends(count, script);
        assert_eq!(
            kinds.iter().filter(|kind| **kind == Some(Kind::NewConversation)).count(),
            12 - usize::from(kinds[7] == Some(Kind::Quarantined))
        );
        kinds[7] == Some(Kind::Quarantined)
    };
    assert!(!quarantined(2, "kill -9 $$"), "twice: it is read once more before anything is asked");
    assert!(!quarantined(3, survives), "somebody else ended the program");
    assert!(quarantined(3, "cat >/dev/null; kill -9 $$"), "it ends whoever reads it");
    assert!(quarantined(3, "kill -6 $$"), "before it has taken the mail whole");
    assert!(quarantined(3, "cat >/dev/null; exit 0"), "it says nothing: it is another program");
    assert!(quarantined(10, survives), "what follows on reading ends the program");
}

#[test]
fn a_process_that_cannot_store_what_it_reads_and_lives_on_quarantines_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (database, from) = (folder.path().join("desk.db"), folder.path().join("mail"));
    mails(&from, 12, &[]);
    let store = Store::open(&database).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let full = "CREATE TRIGGER full BEFORE INSERT ON delivery BEGIN SELECT RAISE(ABORT, 'no room'); END";
    store.write(|tx| tx.execute(full, &[])).unwrap();
    let mut kinds = Vec::new();
    let mut generation = || {
        runtime.block_on(async {
            let at = Timestamp::from_seconds(1_700_000_000);
            let engine = Engine::start(store.clone(), Origin::Replay, &config::builtin().setup, at).await.unwrap();
            let (now, stop) = (Timestamp::from_seconds(4_000_000_000), AtomicBool::new(false));
            let report = |replayed: engine::Replayed| {
                kinds.push(replayed.result.unwrap().1.decision.kind);
                Ok(())
            };
            // Nothing survives reading a mail apart: a mail that is suspected would be given up.
            let engine = engine.reading_apart("/bin/false".into());
            engine::replay(&engine, sources(&from), now, &stop, report).await.is_ok()
        })
    };
    for _ in 0..12 {
        assert!(!generation());
    }
    store.write(|tx| tx.execute("DROP TRIGGER full", &[])).unwrap();
    assert!(generation());
    assert_eq!(kinds, [Some(Kind::NewConversation); 12]);
    assert_eq!(attempts(&store), 0);
    is_intact(&store);
}
