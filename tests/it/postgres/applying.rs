//! Setups on a server: `ticketd apply` and `export` where nothing is yet.

use ticketd::store::Location;

use super::{address, shared};
use crate::place::Place;

#[test]
fn applying_makes_the_database_in_an_empty_one_and_trying_changes_nothing() {
    let Some(server) = shared() else { return };
    let (name, place) = (server.create(), Place::new());
    let address = server.address(&name);
    let told = Location::from(address.as_str());
    let config = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n";
    place.write("desk.toml", config);
    let tables = || server.ask(&name, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").unwrap();

    let asked = place.run(&["export", "--db", &address]);
    assert_eq!(asked.code, Some(66));
    assert!(asked.stderr.contains(&format!("there is no database {told}")), "{}", asked.stderr);
    assert!(asked.stderr.contains("ticketd apply FILE --db postgres://test@"), "{}", asked.stderr);

    let tried = place.run(&["apply", "desk.toml", "--db", &address, "--dry-run"]);
    assert_eq!(tried.code, Some(0), "{}", tried.stderr);
    assert!(tried.stdout.contains(&format!("{told} would be made, with revision ")), "{}", tried.stdout);
    assert_eq!(tables(), "0");

    let applied = place.run(&["apply", "desk.toml", "--db", &address]);
    assert_eq!(applied.code, Some(0), "{}", applied.stderr);
    assert!(applied.stdout.contains(&format!("Made {told} with revision ")), "{}", applied.stdout);
    assert!(!applied.stdout.contains("secret") && !applied.stderr.contains("secret"));
    let again = place.run(&["apply", "desk.toml", "--db", &address]);
    assert!(again.stdout.contains("Nothing differs: revision "), "{}", again.stdout);
}

#[test]
fn the_same_setup_is_exported_from_both() {
    let Some(address) = address() else { return };
    let place = Place::new();
    let exported = |db: &str| {
        let applied = place.run(&["apply", "desk.toml", "--db", db]);
        assert_eq!(applied.code, Some(0), "{}", applied.stderr);
        place.run(&["export", "--db", db]).stdout
    };
    place.write("desk.toml", std::fs::read(crate::support::root().join("fixtures/desk/ticketd.toml")).unwrap());
    let (file, server) = (exported("desk.db"), exported(&address));
    assert!(file.contains("[[mailbox]]"), "{file}");
    assert_eq!(file, server);
}
