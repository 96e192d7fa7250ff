use ticketd::domain::row::Value;
use ticketd::store::{Location, Store, StoreError, Tx, keys};

use super::{address, empty, sample, shared};

fn open(address: &str) -> Result<Store, StoreError> {
    Store::open(Location::from(address))
}

fn refused(address: &str) -> StoreError {
    open(address).err().expect("the database is refused")
}

#[test]
fn a_database_that_is_opened_again_has_everything() {
    let Some(address) = address() else { return };
    let secrets = |store: &Store| store.read(|tx| Ok((keys::seed(tx)?, keys::signing_keys(tx)?))).unwrap();
    let before = {
        let store = open(&address).unwrap();
        store.write(sample::save).unwrap();
        secrets(&store)
    };
    let store = open(&address).unwrap();
    assert_eq!(secrets(&store), before);
    let other = crate::store::desk().unwrap();
    let found = store.read(|a| other.read(|b| ticketd::store::dump::differences(a, b))).unwrap();
    assert_eq!(found, []);
}

#[test]
fn reading_sees_what_was_committed_while_something_is_being_written() {
    let Some(store) = empty() else { return };
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
fn a_reader_cannot_write() {
    let Some(store) = empty() else { return };
    assert!(matches!(store.read(sample::save), Err(StoreError::ReadOnly { .. })));
}

#[test]
fn the_disk_is_waited_for_unless_the_writer_says_otherwise() {
    let Some(store) = empty() else { return };
    let level = |tx: &mut Tx<'_>| tx.query("SHOW synchronous_commit", &[]).map(|rows| rows.concat());
    let (on, off) = ([Value::Text("on".into())], [Value::Text("off".into())]);
    assert_eq!(store.write(level).unwrap(), on);
    assert_eq!(store.write_unsynced(level).unwrap(), off);
    store.write_unsynced(|tx| tx.query("SELECT * FROM nothing", &[])).unwrap_err();
    assert_eq!(store.write(level).unwrap(), on);
}

#[test]
fn several_may_open_a_new_database_at_once_and_make_its_schema_once() {
    let Some(address) = address() else { return };
    let seeds: Vec<[u8; 32]> = std::thread::scope(|scope| {
        let opening: Vec<_> =
            (0..4).map(|_| scope.spawn(|| open(&address).unwrap().read(keys::seed).unwrap())).collect();
        opening.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert!(seeds.windows(2).all(|two| two[0] == two[1]));
}

#[test]
fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    let Some(server) = shared() else { return };
    let name = server.create();
    drop(open(&server.address(&name)).unwrap());
    server.ask(&name, "UPDATE ticketd_schema SET version = 10").unwrap();
    for _ in 0..2 {
        let error = refused(&server.address(&name));
        assert!(matches!(error, StoreError::NewerDatabase { found: 10, known: 9, .. }), "{error}");
    }
    assert_eq!(server.ask(&name, "SELECT version FROM ticketd_schema").unwrap(), "10");
}

#[test]
fn the_foreign_keys_of_earlier_versions_are_taken_away() {
    let Some(server) = shared() else { return };
    let name = server.create();
    drop(open(&server.address(&name)).unwrap());
    let keys = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'";
    assert_eq!(server.ask(&name, keys).unwrap(), "0", "a new one has none");
    let old = "ALTER TABLE message ADD FOREIGN KEY (thread) REFERENCES thread (id); \
               ALTER TABLE thread ADD FOREIGN KEY (ticket) REFERENCES record (id); UPDATE ticketd_schema SET version = 8";
    server.ask(&name, old).unwrap();
    assert_eq!(server.ask(&name, keys).unwrap(), "2");
    drop(open(&server.address(&name)).unwrap());
    assert_eq!(server.ask(&name, keys).unwrap(), "0");
}

#[test]
fn a_database_of_another_program_is_refused_and_left_alone() {
    let Some(server) = shared() else { return };
    let name = server.create();
    server.ask(&name, "CREATE TABLE bookmark (url TEXT)").unwrap();
    assert!(matches!(refused(&server.address(&name)), StoreError::NotADatabase { .. }));
    let tables = "SELECT string_agg(tablename, ' ') FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(server.ask(&name, tables).unwrap(), "bookmark");
}

#[test]
fn an_empty_database_is_refused_for_a_question_and_stays_empty() {
    let Some(server) = shared() else { return };
    let name = server.create();
    let found = Store::open_existing(Location::from(server.address(&name).as_str()));
    assert!(matches!(found, Err(StoreError::Missing { .. })));
    assert_eq!(server.ask(&name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").unwrap(), "0");
}

#[test]
fn a_database_in_another_encoding_is_refused() {
    let Some(server) = shared() else { return };
    let sql = "CREATE DATABASE latin ENCODING 'LATIN1' LOCALE_PROVIDER libc LOCALE 'C' TEMPLATE template0";
    server.ask("postgres", sql).unwrap();
    let error = refused(&server.address("latin")).to_string();
    assert!(error.contains("its encoding is LATIN1; create it anew with ENCODING 'UTF8'"), "{error}");
}

#[test]
fn what_cannot_be_reached_is_told_without_the_password() {
    let Some(server) = shared() else { return };
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let cases = [
        (format!("postgres://test:secret@127.0.0.1:{nobody}/desk"), "cannot be reached"),
        (server.address("missing"), "database \"missing\" does not exist"),
        ("postgres://test:sec@ret:x/y@127.0.0.1:1/desk".to_owned(), "an address is written postgres://USER:PASSWORD@"),
        ("postgres://test:secret@db.example.org/desk".to_owned(), "TLS to a server elsewhere is not there yet"),
        (format!("{}?sslmode=require", server.address("postgres")), "TLS"),
    ];
    for (address, says) in cases {
        let error = refused(&address);
        let told = format!("{error} {error:?}");
        assert!(error.to_string().contains(says), "{error}");
        assert!(!told.contains("sec"), "{told}");
    }
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    // It accepts, and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let error = refused(&format!("postgres://test@127.0.0.1:{}/desk", silent.local_addr().unwrap().port()));
    assert!(matches!(&error, StoreError::Unreachable { what, .. } if what == "it does not answer"), "{error}");
}
