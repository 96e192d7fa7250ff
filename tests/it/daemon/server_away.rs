//! A database on a server that goes away and comes back.

use std::time::Duration;

use super::running::{Running, until};
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, mail, plain, team};
use crate::postgres::server::Server;

#[test]
fn a_database_server_that_goes_away_is_waited_for_and_keeps_nobody_from_stopping_the_daemon() {
    let name = "a_database_server_that_goes_away_is_waited_for_and_keeps_nobody_from_stopping_the_daemon";
    let Some(mut database) = Server::start(name, "") else { return };
    let Some(server) = Dovecot::shared(name) else { return };
    let desk = desk(&team("away", &plain(&server, "away", "start = \"all\"")));
    let place = database.place();
    let config = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    desk.write("ticketd.toml", config.replace("database = \"desk.db\"", &format!("database = \"{place}\"")));
    let tickets = || {
        let (code, out, _) = desk.run(&["ticket", "list", "--json"]);
        if code == 0 { out.lines().count() } else { 0 }
    };

    // As the unit has it.
    let mut running = Running::begin(&desk, &[("WATCHDOG_USEC", "60000000")]);
    running.wait_until_told("READY=1");
    server.deliver("away", "1", mail("one", "ann@example.com", "away@example.org", ""));
    until("the mail is taken", || tickets() == 1);
    database.crash();
    server.deliver("away", "2", mail("two", "bea@example.com", "away@example.org", ""));
    until("it says that it cannot store", || running.log().contains("no mail is taken for a while"));
    running.forget();
    running.wait_until_told("WATCHDOG=1");
    database.start_again();
    until("the mail that came meanwhile is taken", || tickets() == 2);

    // Told to stop before it has given the server up.
    database.crash();
    std::thread::sleep(Duration::from_secs(3));
    running.stop();
}
