//! `ticketd backup`, `restore` and `db check`: copies that are whole whatever goes on meanwhile, and damage that is told.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Stdio;

use ticketd::store::{Store, dump, keys};

use crate::place::{Place, json, mail};

/// A place with a database `mail.db` of `count` tickets.
fn desk(count: u32) -> Place {
    let place = Place::new();
    for n in 0..count {
        place.write(&format!("mail/{n}.eml"), mail(&format!("m{n}"), &format!("text {n}\n")));
    }
    assert_eq!(place.run(&["replay", "mail", "--db", "mail.db"]).code, Some(0));
    place
}

fn edit(place: &Place, name: &str, sql: &str) {
    let database = rusqlite::Connection::open(place.path(name)).unwrap();
    database.execute_batch(&format!("PRAGMA foreign_keys = OFF; {sql}")).unwrap();
}

/// Names of the files in the place, apart from its mail.
fn files(place: &Place) -> Vec<String> {
    let names = fs::read_dir(place.path("")).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.filter(|name| name != "mail").collect();
    names.sort();
    names
}

fn are_the_same(one: &Path, other: &Path) {
    let (one, other) = (Store::open(one).unwrap(), Store::open(other).unwrap());
    assert_eq!(one.read(|a| other.read(|b| dump::differences(a, b))).unwrap(), []);
    let secrets = |store: &Store| store.read(|tx| Ok((keys::seed(tx)?, keys::signing_keys(tx)?))).unwrap();
    assert_eq!(secrets(&one), secrets(&other));
}

#[test]
fn a_backup_restored_is_the_same_database_and_as_private() {
    let place = desk(3);
    let ran = place.run(&["backup", "desk.bak", "--db", "mail.db"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    let bytes = fs::metadata(place.path("desk.bak")).unwrap().len();
    assert_eq!(ran.stdout, format!("desk.bak: 4 events, {bytes} bytes, checked\n"));
    let ran = place.run(&["restore", "desk.bak", "--db", "new.db"]);
    assert_eq!((ran.code, ran.stdout), (Some(0), format!("new.db: 4 events, {bytes} bytes, checked\n")));
    for name in ["desk.bak", "new.db"] {
        assert_eq!(fs::metadata(place.path(name)).unwrap().permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert_eq!(files(&place), ["desk.bak", "mail.db", "new.db"], "nothing else is left");
    are_the_same(&place.path("mail.db"), &place.path("new.db"));
}

#[test]
fn what_a_restored_desk_sends_is_not_taken_for_what_left_after_the_backup() {
    let place = desk(1);
    assert_eq!(place.run(&["backup", "desk.bak", "--db", "mail.db"]).code, Some(0));
    assert_eq!(place.run(&["restore", "desk.bak", "--db", "new.db"]).code, Some(0));
    place.write("more/1.eml", mail("more", "text\n"));
    // Each opens the next ticket, and acknowledges it under an id of its own.
    let acknowledged = |name: &str| {
        let ran = place.run(&["replay", "more", "--db", name, "--json"]);
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        json(&ran.stdout)[0]["queued"][0]["message_id"].as_str().unwrap().to_owned()
    };
    assert_ne!(acknowledged("mail.db"), acknowledged("new.db"));
    for name in ["mail.db", "new.db"] {
        assert_eq!(place.run(&["replay", "--from-db", "--db", name]).code, Some(0), "{name}");
    }
    // Once more: the seeds before it stay those of what they made.
    assert_eq!(place.run(&["backup", "again.bak", "--db", "new.db"]).code, Some(0));
    assert_eq!(place.run(&["restore", "again.bak", "--db", "newer.db"]).code, Some(0));
    assert_eq!(place.run(&["replay", "--from-db", "--db", "newer.db"]).code, Some(0));
}

#[test]
fn a_backup_taken_while_mail_is_decided_is_whole_and_of_one_moment() {
    let place = Place::new();
    for n in 0..3000 {
        place.write(&format!("mail/{n}.eml"), mail(&format!("m{n}"), "x\n"));
    }
    let mut replay = place.command(Path::new(env!("CARGO_BIN_EXE_ticketd")), &["replay", "mail", "--db", "mail.db"]);
    let mut replay = replay.stdout(Stdio::null()).spawn().unwrap();
    let mut events = Vec::new();
    while replay.try_wait().unwrap().is_none() {
        let name = format!("{}.bak", events.len());
        let ran = place.run(&["backup", &name, "--db", "mail.db"]);
        // The database may not be there yet, or empty.
        if matches!(ran.code, Some(65 | 66)) && events.is_empty() {
            continue;
        }
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
        let words: Vec<&str> = ran.stdout.split(' ').collect();
        events.push(words[1].parse::<usize>().unwrap());
    }
    assert!(replay.wait().unwrap().success());
    let midst = events.iter().filter(|events| (2..3001).contains(*events)).count();
    assert!(midst > 0 && events.is_sorted(), "none was taken in the midst of it: {events:?}");
    for (n, events) in events.iter().enumerate() {
        let ran = place.run(&["db", "check", "--fold", "--db", &format!("{n}.bak")]);
        assert_eq!(ran.code, Some(0), "{n}, {events} events: {}{}", ran.stdout, ran.stderr);
    }
    let ran = place.run(&["ticket", "list", "--db", "mail.db", "--limit", "3000", "--json"]);
    assert_eq!(ran.stdout.lines().count(), 3000, "the replay was not disturbed");
}

#[test]
fn a_name_that_is_taken_is_refused_and_stays_what_it_was() {
    let place = desk(1);
    place.write("taken", "a shopping list");
    for (args, way_out) in [
        (["backup", "taken", "--db", "mail.db"], "give the backup another name"),
        (
            ["restore", "mail.db", "--db", "taken"],
            "--replace puts the backup in its place, and keeps it under another name",
        ),
    ] {
        let ran = place.run(&args);
        let said = format!("ticketd: taken is there already\n  {way_out}\n");
        assert_eq!((ran.code, ran.stdout.as_str(), ran.stderr), (Some(73), "", said));
        assert_eq!(fs::read(place.path("taken")).unwrap(), b"a shopping list");
    }
    place.write("new.db-wal", "the log of a database that is gone");
    let ran = place.run(&["restore", "mail.db", "--db", "new.db"]);
    assert_eq!((ran.code, ran.stderr.lines().next()), (Some(73), Some("ticketd: new.db-wal is there already")));
    assert_eq!(files(&place), ["mail.db", "new.db-wal", "taken"]);
    assert_eq!(place.run(&["backup", "no/where", "--db", "mail.db"]).code, Some(73));
    assert_eq!(place.run(&["backup", "x", "--db", "no.db"]).code, Some(66));
    assert_eq!(place.run(&["restore", "no.bak", "--db", "x.db"]).code, Some(66));
}

#[test]
fn replacing_keeps_the_old_database_with_what_its_log_held() {
    let place = desk(2);
    assert_eq!(place.run(&["backup", "desk.bak", "--db", "mail.db"]).code, Some(0));
    place.write("more/1.eml", mail("later", "x\n"));
    assert_eq!(place.run(&["replay", "more", "--db", "mail.db"]).code, Some(0));
    // As a program leaves it that was killed: the log beside the file, and the newest only in there.
    let open = rusqlite::Connection::open(place.path("mail.db")).unwrap();
    open.execute_batch("UPDATE contact SET name = 'in the log' WHERE name = 'Ann'").unwrap();
    for end in ["", "-wal"] {
        fs::copy(place.path(&format!("mail.db{end}")), place.path(&format!("killed.db{end}"))).unwrap();
    }
    assert!(fs::metadata(place.path("killed.db-wal")).unwrap().len() > 0);

    let in_use = place.run(&["restore", "desk.bak", "--db", "mail.db", "--replace"]);
    let said = "ticketd: mail.db is in use: stop what uses it first\n";
    assert_eq!((in_use.code, in_use.stderr.as_str()), (Some(75), said));
    drop(open);

    let ran = place.run(&["restore", "desk.bak", "--db", "killed.db", "--replace"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
    assert!(ran.stdout.ends_with("what was there is kept as killed.db.replaced-1\n"), "{}", ran.stdout);
    assert_eq!(files(&place), ["desk.bak", "killed.db", "killed.db.replaced-1", "mail.db", "more"]);
    are_the_same(&place.path("killed.db"), &place.path("desk.bak"));
    are_the_same(&place.path("killed.db.replaced-1"), &place.path("mail.db"));
    // And once more, over one that is nothing but damage.
    place.write("killed.db", vec![0x5a; 9_000]);
    let ran = place.run(&["restore", "desk.bak", "--db", "killed.db", "--replace"]);
    assert!(
        ran.code == Some(0) && ran.stdout.ends_with("kept as killed.db.replaced-2\n"),
        "{}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(fs::read(place.path("killed.db.replaced-2")).unwrap(), vec![0x5a; 9_000]);
    are_the_same(&place.path("killed.db"), &place.path("desk.bak"));
}

#[test]
fn a_backup_that_is_not_whole_is_never_put_in_place() {
    let place = desk(5);
    assert_eq!(place.run(&["backup", "desk.bak", "--db", "mail.db"]).code, Some(0));
    let (whole, before) = (fs::read(place.path("desk.bak")).unwrap(), fs::read(place.path("mail.db")).unwrap());
    let refused = |what: &str| {
        for args in
            [&["restore", "bad.bak", "--db", "mail.db", "--replace"][..], &["restore", "bad.bak", "--db", "new.db"]]
        {
            let ran = place.run(args);
            assert_eq!((ran.code, ran.stdout.as_str()), (Some(65), ""), "{what}: {}", ran.stderr);
            assert!(ran.stderr.starts_with("ticketd: bad.bak "), "{what}: {}", ran.stderr);
            assert_eq!(fs::read(place.path("mail.db")).unwrap(), before, "{what}");
            assert_eq!(files(&place), ["bad.bak", "desk.bak", "mail.db"], "{what}");
        }
    };
    for length in [0, 1, 100, 5_000, whole.len() / 2, whole.len() - 4_096] {
        place.write("bad.bak", &whole[..length]);
        refused(&format!("cut off at {length}"));
    }
    for sql in [
        "UPDATE content_chunk SET bytes = x'00' WHERE content = (SELECT max(id) FROM content)",
        "DELETE FROM decision WHERE event = 3",
        "DELETE FROM event WHERE seq = 5",
        "UPDATE counter SET next = 2 WHERE name = 'id'",
        "DELETE FROM address",
    ] {
        place.write("bad.bak", &whole);
        edit(&place, "bad.bak", sql);
        refused(sql);
    }
}

#[test]
fn a_backup_for_which_there_is_no_room_leaves_nothing_behind() {
    let place = desk(3);
    for blocks in [0, 1, 8, 100, 300] {
        let ran = place.run_limited_piped(blocks, &["backup", "desk.bak", "--db", "mail.db"]);
        assert!(matches!(ran.code, Some(73 | 74)), "{blocks}: {:?} {}", ran.code, ran.stderr);
        assert!(ran.stderr.starts_with("ticketd: ") && ran.stdout.is_empty(), "{blocks}: {}", ran.stderr);
        assert!(files(&place).iter().all(|name| name.starts_with("mail.db")), "{blocks}: {:?}", files(&place));
    }
    assert_eq!(place.run(&["db", "check", "--db", "mail.db"]).code, Some(0));
}

#[test]
fn check_finds_nothing_wrong_with_a_database_and_changes_nothing() {
    let place = desk(3);
    let before = fs::read(place.path("mail.db")).unwrap();
    let ran = place.run(&["db", "check", "--db", "mail.db", "--fold"]);
    let checks = ["integrity", "references", "schema", "journal", "contents", "counters", "fold"];
    let expected: String = checks.iter().map(|check| format!("{check:<12}fine\n")).collect();
    assert_eq!((ran.code, ran.stdout, ran.stderr.as_str()), (Some(0), expected, ""));
    assert_eq!(fs::read(place.path("mail.db")).unwrap(), before);
    let ran = place.run(&["db", "check", "--db", "mail.db", "--json"]);
    let said = &json(&ran.stdout)[0];
    let expected = crate::replay::documented("db check --json");
    assert_eq!(
        crate::replay::fields(said, &["checks"]).into_iter().filter(|name| name != "problems").collect::<Vec<_>>(),
        expected.into_iter().filter(|name| !name.starts_with("problems")).collect::<Vec<_>>()
    );
}

#[test]
fn check_tells_each_sort_of_damage_with_its_way_out() {
    let restore = "ticketd restore BACKUP --db mail.db --replace";
    for (sql, check, what, way_out) in [
        (
            "UPDATE content_chunk SET bytes = x'00' WHERE content = (SELECT content FROM message WHERE id = 13)",
            "contents",
            "of message #13",
            restore,
        ),
        (
            "DELETE FROM content WHERE id = (SELECT min(id) FROM content)",
            "references",
            "names a row of content",
            restore,
        ),
        (
            "UPDATE message SET event = 999 WHERE id = 13",
            "references",
            "a row of message names a row of event (event) that is not there",
            restore,
        ),
        ("UPDATE content SET size = 7 WHERE id = (SELECT min(id) FROM content)", "contents", "bytes, not 7", restore),
        ("DELETE FROM decision WHERE event = 3", "journal", "event 3 has no decision", restore),
        (
            "DELETE FROM decision WHERE event = 4; DELETE FROM event WHERE seq = 4",
            "journal",
            "the journal ends with event 3, and event 5 was to come next",
            restore,
        ),
        (
            "DELETE FROM decision WHERE event = 3; DELETE FROM event WHERE seq = 3",
            "journal",
            "the event before event 4 is missing",
            restore,
        ),
        (
            "DROP INDEX content_by_key",
            "schema",
            "the index content_by_key is missing",
            "sqlite3 mail.db \"CREATE INDEX content_by_key ON content (key)\"",
        ),
        ("CREATE TABLE mine (a)", "schema", "mine is none of ours", "sqlite3 mail.db \"DROP TABLE mine\""),
        ("DROP TABLE review", "schema", "the table review is missing", restore),
        (
            "UPDATE counter SET next = 2 WHERE name = 'ticket_number'",
            "counters",
            "the counter ticket_number would give 2, and 3 is used",
            "sqlite3 mail.db \"INSERT INTO counter (name, next) VALUES ('ticket_number', 4) ON CONFLICT (name) DO UPDATE SET next = excluded.next\"",
        ),
        ("UPDATE ticket SET closed_by_hand = 1", "fold", "folding the journal again gives another state", restore),
        (
            "UPDATE message SET subject = subject || 'x' WHERE id = 13; PRAGMA writable_schema = 1; \
          UPDATE sqlite_schema SET sql = replace(sql, 'digest_key', 'arrived_at') WHERE name = 'message_by_digest_key'",
            "integrity",
            "message_by_digest_key",
            restore,
        ),
    ] {
        let place = desk(3);
        edit(&place, "mail.db", sql);
        let ran = place.run(&["db", "check", "--db", "mail.db", "--fold", "--json"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{sql}: {}", ran.stdout);
        let problems = json(&ran.stdout)[0]["problems"].as_array().unwrap().clone();
        let found = problems.iter().find(|problem| {
            let text = |name: &str| problem[name].as_str().unwrap().to_owned();
            text("check") == check && text("what").contains(what) && text("way_out").contains(way_out)
        });
        assert!(found.is_some(), "{sql}: {}", ran.stdout);
        if let Some(statement) = way_out.strip_prefix("sqlite3 mail.db \"") {
            edit(&place, "mail.db", statement.trim_end_matches('"'));
            assert_eq!(place.run(&["db", "check", "--db", "mail.db"]).code, Some(0), "{statement}");
        }
        let text = place.run(&["db", "check", "--db", "mail.db", "--fold"]);
        assert_eq!(text.stderr, "", "{sql}");
    }
}

#[test]
fn check_tells_a_file_that_is_cut_off() {
    let place = desk(5);
    let whole = fs::read(place.path("mail.db")).unwrap();
    place.write("mail.db", &whole[..whole.len() / 2]);
    let ran = place.run(&["db", "check", "--db", "mail.db"]);
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{}", ran.stdout);
    assert!(ran.stdout.starts_with("integrity   "), "{}", ran.stdout);
    assert!(ran.stdout.contains("ticketd restore BACKUP --db mail.db --replace"), "{}", ran.stdout);
}
