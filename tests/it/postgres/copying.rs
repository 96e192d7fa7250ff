//! `ticketd db copy` between files and servers.

use std::process::{Command, Output};

use ticketd::engine;
use ticketd::store::copy::measure;
use ticketd::store::{Location, Store, dump};

use super::{address, shared, without_place};
use crate::support::root;

fn ticketd(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    command.current_dir(root()).env("TZ", "UTC").args(args).output().unwrap()
}

fn succeeds(args: &[&str]) -> String {
    let output = ticketd(args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn open(location: &str) -> Store {
    Store::open_existing(Location::from(location)).unwrap()
}

#[test]
fn a_desk_moves_to_a_server_and_back_and_is_the_same_desk() {
    let Some(server) = address() else { return };
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (first, last) = (path("first.db"), path("last.db"));
    succeeds(&["replay", "fixtures/stories/a-strangers-reply-goes-to-review", "--db", &first]);

    let there = succeeds(&["db", "copy", &first, &server]);
    let back: serde_json::Value = serde_json::from_str(&succeeds(&["db", "copy", &server, &last, "--json"])).unwrap();
    assert!(there.contains("\nevent                     5  "), "{there}");
    assert!(!there.contains("secret") && !back.to_string().contains("secret"), "the password is told");

    let stores = [&first, &server, &last].map(|location| open(location));
    let measured = stores.each_ref().map(|store| measure(store).unwrap());
    assert!(measured.iter().all(|one| *one == measured[0]), "{measured:#?}");
    let rows: u64 = measured[0].iter().map(|table| table.rows).sum();
    assert!(there.ends_with(&format!(
        "{rows} rows copied from {first} to {}; counts and hashes are equal\n",
        Location::from(server.as_str())
    )));
    assert_eq!(back["rows"], rows);
    for store in &stores[1..] {
        assert_eq!(stores[0].read(|a| store.read(|b| dump::differences(a, b))).unwrap(), []);
        assert_eq!(engine::refold(store, |_| {}).unwrap().differences, []);
    }
    // The copy goes on where the original was: same keys, same numbers.
    let goes_on = |db: &str| without_place(&succeeds(&["replay", "fixtures/mail/new_conversation", "--db", db]));
    assert_eq!(goes_on(&server), goes_on(&first));
    assert_eq!(stores[0].read(|a| stores[1].read(|b| dump::differences(a, b))).unwrap(), []);
}

#[test]
fn a_database_with_something_in_it_is_no_place_for_a_copy() {
    let Some(server) = address() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("desk.db").display().to_string();
    let story = "fixtures/stories/a-reply-on-a-closed-ticket-reopens-it";
    succeeds(&["replay", story, "--db", &file]);
    succeeds(&["replay", story, "--db", &server]);
    for (from, to) in [(&file, &server), (&server, &file), (&file, &file)] {
        let before = measure(&open(to)).unwrap();
        let refused = ticketd(&["db", "copy", from, to]);
        let error = String::from_utf8(refused.stderr).unwrap();
        assert_eq!((refused.status.code(), refused.stdout.len()), (Some(64), 0), "{error}");
        assert!(error.contains("has something in it already; it was left as it is"), "{error}");
        assert_eq!(measure(&open(to)).unwrap(), before);
    }
}

#[test]
fn a_row_that_names_another_which_is_not_there_is_told_before_anything_is_copied() {
    let Some(server) = shared() else { return };
    let (name, folder) = (server.create(), tempfile::tempdir().unwrap());
    let (address, file) = (server.address(&name), folder.path().join("desk.db").display().to_string());
    succeeds(&["replay", "fixtures/mail/new_conversation", "--db", &address]);
    server.ask(&name, "UPDATE message SET author = 999 WHERE id = (SELECT min(id) FROM message)").unwrap();
    let refused = ticketd(&["db", "copy", &address, &file]);
    let error = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(65), "{error}");
    assert!(error.contains("a row of message names a row of address (author) that is not there"), "{error}");
    assert!(measure(&open(&file)).unwrap().iter().all(|table| table.table != "message" || table.rows == 0));
}

#[test]
fn a_table_that_comes_out_otherwise_is_noticed_and_nothing_is_kept() {
    let Some(server) = shared() else { return };
    let name = server.create();
    let (from, to) =
        (crate::store::desk().unwrap(), Store::open(Location::from(server.address(&name).as_str())).unwrap());
    let cheat = "CREATE FUNCTION cheat() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.subject = 'x'; RETURN NEW; END $$; \
                 CREATE TRIGGER cheat BEFORE INSERT ON message FOR EACH ROW EXECUTE FUNCTION cheat()";
    server.ask(&name, cheat).unwrap();
    let error = ticketd::store::copy::copy(&from, &to).unwrap_err().to_string();
    assert!(error.contains("message came out as 2 rows of 2, or with other values; nothing was kept"), "{error}");
    assert_eq!(server.ask(&name, "SELECT count(*) FROM event").unwrap(), "0");
}
