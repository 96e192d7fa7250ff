//! `ticketd db check`, `backup` and `restore` where the database is on a server.

use ticketd::store::Location;

use super::{address, shared};
use crate::place::{Place, json, mail};

fn desk(address: &str) -> Place {
    let place = Place::new();
    for n in 1..=3 {
        place.write(&format!("mail/{n}.eml"), mail(&n.to_string(), &format!("Hello {n}\n")));
    }
    assert_eq!(place.run(&["replay", "mail", "--db", address]).code, Some(0));
    place
}

#[test]
fn nothing_is_wrong_with_a_desk_on_a_server() {
    let Some(address) = address() else { return };
    let ran = desk(&address).run(&["db", "check", "--db", &address, "--fold"]);
    let checks = ["integrity", "references", "schema", "journal", "contents", "counters", "fold"];
    let expected: String = checks.iter().map(|check| format!("{check:<12}fine\n")).collect();
    assert_eq!((ran.code, ran.stdout, ran.stderr.as_str()), (Some(0), expected, ""));
}

#[test]
fn each_sort_of_damage_is_told_with_its_way_out() {
    let Some(server) = shared() else { return };
    let restore = "pg_restore what pg_dump kept of it";
    for (sql, check, what, way_out) in [
        (
            "UPDATE content_chunk SET bytes = '\\x00' WHERE content = (SELECT min(content) FROM message)",
            "contents",
            "of message #",
            restore,
        ),
        (
            "DELETE FROM content WHERE id = (SELECT min(id) FROM content)",
            "references",
            "names a row of content (content) that is not there",
            restore,
        ),
        (
            "UPDATE message SET event = 999 WHERE id = (SELECT min(id) FROM message)",
            "references",
            "a row of message names a row of event (event) that is not there",
            restore,
        ),
        ("DELETE FROM decision WHERE event = 3", "journal", "event 3 has no decision", restore),
        (
            "DROP INDEX content_by_key",
            "schema",
            "the index content_by_key is missing",
            "-c \"CREATE INDEX content_by_key ON content (key)\"",
        ),
        ("CREATE TABLE mine (a INTEGER)", "schema", "mine is none of ours", "-c \"DROP TABLE mine\""),
        ("DROP TABLE review", "schema", "the table review is missing", restore),
        ("ALTER TABLE ticket DROP COLUMN flag", "schema", "the column flag of ticket is missing", restore),
        (
            "UPDATE counter SET next = 2 WHERE name = 'ticket_number'",
            "counters",
            "the counter ticket_number would give 2, and 3 is used",
            "-c \"INSERT INTO counter (name, next) VALUES ('ticket_number', 4) ON CONFLICT (name) DO UPDATE SET next = \
             excluded.next\"",
        ),
        ("UPDATE ticket SET closed_by_hand = 1", "fold", "folding the journal again gives another state", restore),
    ] {
        let name = server.create();
        let address = server.address(&name);
        let place = desk(&address);
        server.ask(&name, sql).unwrap();
        let ran = place.run(&["db", "check", "--db", &address, "--fold", "--json"]);
        assert_eq!((ran.code, ran.stderr.as_str()), (Some(1), ""), "{sql}: {}", ran.stdout);
        assert!(!ran.stdout.contains("secret"), "{}", ran.stdout);
        let problems = json(&ran.stdout)[0]["problems"].as_array().unwrap().clone();
        let found = problems.iter().find(|problem| {
            let text = |name: &str| problem[name].as_str().unwrap().to_owned();
            text("check") == check && text("what").contains(what) && text("way_out").contains(way_out)
        });
        assert!(found.is_some(), "{sql}: {}", ran.stdout);
        if let Some(statement) = way_out.strip_prefix("-c \"") {
            server.ask(&name, statement.trim_end_matches('"')).unwrap();
            assert_eq!(place.run(&["db", "check", "--db", &address]).code, Some(0), "{statement}");
        }
    }
}

#[test]
fn backup_and_restore_name_the_servers_own_programs() {
    let Some(address) = address() else { return };
    let (place, told) = (desk(&address), Location::from(address.as_str()));
    place.write("desk.bak", "");
    for (args, says) in [
        (vec!["backup", "desk.dump", "--db", &address], format!("`pg_dump -Fc -f desk.dump '{told}'`")),
        (vec!["restore", "desk.bak", "--db", &address], format!("`ticketd db copy desk.bak '{told}'`")),
    ] {
        let ran = place.run(&args);
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(64), ""), "{}", ran.stderr);
        assert!(ran.stderr.contains("is on a server") && ran.stderr.contains(&says), "{}", ran.stderr);
        assert!(!ran.stderr.contains("secret"), "{}", ran.stderr);
    }
}
