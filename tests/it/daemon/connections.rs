//! Servers that go away and come back, names that are none, passwords that are wrong: one mailbox's trouble is its own, and
//! it ends by itself where it can.

use std::time::Duration;

use ticketd::config::Security;
use ticketd::domain::WatchState;
use ticketd::engine::daemon::Pace;
use ticketd::engine::sync::Order;
use ticketd::imap::{Limits, Patience};

use super::inside::{Inside, PACE};
use super::proxy::{Proxy, Way};
use super::running::{Running, until};
use crate::imap::dovecot::{Dovecot, PASSWORD};
use crate::imap::place::{desk, folds, mail, number, plain, team, tickets};

/// A mailbox behind a proxy.
fn behind(proxy: &Proxy, user: &str) -> String {
    let port = proxy.port;
    format!(
        "host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nuser = \"{user}\"\npassword_file = \"password\"\n\
         start = \"all\"\n"
    )
}

#[test]
fn a_server_that_restarts_is_connected_to_again() {
    let Some(mut server) = Dovecot::start("a_server_that_restarts_is_connected_to_again", "") else { return };
    let desk = desk(&team("again", &plain(&server, "again", "start = \"all\"")));
    let running = Running::start(&desk);
    until("it waits", || running.log().contains("connected"));
    for n in 1..=2 {
        server.restart();
        server.deliver("again", &n.to_string(), mail(&format!("m{n}"), "ann@example.com", "again@example.org", ""));
        until("the mail is taken", || tickets(&desk).len() == n);
    }
    running.stop();
    folds(&desk);
}

#[test]
fn a_network_that_is_cut_and_comes_back_loses_nothing() {
    let Some(server) = Dovecot::shared("a_network_that_is_cut_and_comes_back_loses_nothing") else { return };
    let proxy = Proxy::before(server.imap);
    let desk = desk(&team("cut", &behind(&proxy, "cut")));
    let running = Running::start(&desk);
    until("it waits", || running.log().contains("connected"));
    proxy.goes(Way::Cut);
    until("it is noticed", || running.log().contains("a mailbox cannot be read"));
    server.deliver("cut", "1", mail("meanwhile", "ann@example.com", "cut@example.org", ""));
    let before = proxy.connections();
    until("it tries again", || proxy.connections() >= before + 2);
    proxy.goes(Way::Through);
    until("what came meanwhile is taken", || tickets(&desk).len() == 1);
    running.stop();
    folds(&desk);
}

#[test]
fn a_connection_that_is_dead_without_a_word_is_noticed_and_made_again() {
    let Some(server) = Dovecot::shared("a_connection_that_is_dead_without_a_word_is_noticed_and_made_again") else {
        return;
    };
    let proxy = Proxy::before(server.imap);
    let desk = desk(&team("dead", &behind(&proxy, "dead")));
    let (config, _) = ticketd::config::read(&std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap());
    let account = config.accounts.into_iter().next().unwrap();
    assert_eq!(account.server.security, Security::None);
    let patience = Patience { quiet: Duration::from_millis(500), ..PACE.patience };
    let pace = Pace { patience, limits: Limits { silence: Duration::from_secs(1), ..Order::default().limits }, ..PACE };
    let inside = Inside::begin(&desk, account, pace, ticketd_now);
    inside.rests(WatchState::Idle, 0);
    proxy.goes(Way::Swallow);
    server.deliver("dead", "1", mail("meanwhile", "ann@example.com", "dead@example.org", ""));
    until("it is noticed", || inside.mailbox().errors > 0);
    proxy.goes(Way::Cut);
    proxy.goes(Way::Through);
    until("what came meanwhile is taken", || inside.mailbox().taken == 1);
    inside.stop();
}

fn ticketd_now() -> ticketd::domain::Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    ticketd::domain::Timestamp(i64::try_from(since.as_millis()).unwrap())
}

#[test]
fn a_name_that_is_none_and_a_password_that_is_wrong_keep_no_other_mailbox_back() {
    let Some(server) = Dovecot::shared("a_name_that_is_none_and_a_password_that_is_wrong_keep_no_other_mailbox_back")
    else {
        return;
    };
    let good = team("well", &plain(&server, "well", "start = \"all\""));
    let nowhere = team("nowhere", "host = \"nowhere.invalid\"\nuser = \"u\"\npassword_file = \"password\"");
    let wrong = team("wrong", &plain(&server, "wrong", "").replace("\"password\"", "\"wrong-password\""));
    let desk = desk(&format!("{nowhere}{wrong}{good}"));
    desk.write("wrong-password", "not this one");
    let running = Running::start(&desk);
    server.deliver("well", "1", mail("one", "ann@example.com", "well@example.org", ""));
    until("the mail is taken", || tickets(&desk).len() == 1);
    until("both are spoken of", || {
        let log = running.log();
        log.contains("nowhere.invalid:993: cannot connect") && log.contains("until somebody helps")
    });
    let log = running.log();
    assert!(!log.contains("not this one") && !log.contains(PASSWORD), "{log}");
    // Set right, it is read as soon as the configuration is.
    desk.write("wrong-password", PASSWORD);
    running.signal("HUP");
    let seen = "SELECT count(*) FROM watched_folder WHERE mailbox = 'wrong' AND folder <> ''";
    until("it is read", || number(&desk, seen) > 0);
    server.deliver("wrong", "1", mail("two", "bea@example.com", "wrong@example.org", ""));
    until("its mail that comes is taken", || tickets(&desk).len() == 2);
    running.stop();
    folds(&desk);
}
