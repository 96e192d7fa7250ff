//! What the daemon answers by HTTP: whether it is alive, whether it takes mail, and its figures.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

use super::running::{Running, until};
use crate::first_steps::Desk;
use crate::imap::dovecot::{Dovecot, free_port};
use crate::imap::place::{desk, mail, plain, team};

/// A desk that listens at that port, with a mailbox that nobody can reach.
fn unreachable(listen: u16) -> Desk {
    let nowhere = free_port();
    let imap =
        format!("host = \"127.0.0.1\"\nport = {nowhere}\ntls = \"none\"\nuser = \"x\"\npassword_file = \"password\"");
    desk(&format!("{}{}", daemon(listen), team("lost", &imap)))
}

fn daemon(listen: u16) -> String {
    format!("[daemon]\nlisten = \"127.0.0.1:{listen}\"\n")
}

/// Status code, content type and text of what is there. `None`: nobody listens.
fn get(port: u16, path: &str) -> Option<(u16, String, String)> {
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(5)).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    let (head, text) = answer.split_once("\r\n\r\n")?;
    let code = head.split(' ').nth(1).unwrap().parse().unwrap();
    let content_type = head.lines().find_map(|line| line.strip_prefix("content-type: ")).unwrap_or_default();
    Some((code, content_type.to_owned(), text.to_owned()))
}

fn code(port: u16, path: &str) -> Option<u16> {
    get(port, path).map(|(code, ..)| code)
}

/// The figures by name and labels, as they stand there. Every line of the exposition must be one of those that the format
/// has, and every family is named once, before its values.
fn figures(port: u16) -> BTreeMap<String, f64> {
    let (code, content_type, text) = get(port, "/metrics").unwrap();
    assert_eq!((code, content_type.as_str()), (200, "text/plain; version=0.0.4"));
    let (mut figures, mut families) = (BTreeMap::new(), Vec::new());
    for line in text.lines() {
        if let Some(family) = line.strip_prefix("# HELP ") {
            assert!(family.split_once(' ').is_some_and(|(_, help)| !help.is_empty()), "{line}");
            continue;
        }
        if let Some(family) = line.strip_prefix("# TYPE ") {
            let (name, kind) = family.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind) && !families.contains(&name), "{line}");
            assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
            families.push(name);
            continue;
        }
        let (name, value) = line.rsplit_once(' ').unwrap();
        assert!(name.starts_with(families.last().unwrap()), "{line}");
        assert!(figures.insert(name.to_owned(), value.parse().unwrap()).is_none(), "{line}");
    }
    figures
}

#[test]
fn who_asks_is_told_that_it_is_alive_that_it_takes_mail_and_how_much() {
    let Some(server) = Dovecot::shared("who_asks_is_told") else { return };
    let port = free_port();
    let desk = desk(&format!("{}{}", daemon(port), team("figures", &plain(&server, "figures", "start = \"all\""))));
    let running = Running::start(&desk);
    assert_eq!(get(port, "/healthz").map(|(code, _, text)| (code, text)), Some((200, "ok\n".to_owned())));
    until("it is ready", || code(port, "/readyz") == Some(200));
    until("the mailbox is watched", || figures(port)["ticketd_mailbox_connected{mailbox=\"figures\"}"] == 1.0);
    let kind = "ticketd_mails_total{kind=\"new_conversation\"}";
    assert_eq!(figures(port)[kind], 0.0, "a rate begins somewhere");
    server.deliver("figures", "1", mail("first", "ann@example.com", "figures@example.org", ""));
    until("the mail is counted", || figures(port)[kind] == 1.0);
    // It is counted when it is committed; that nothing waits any more is told by the mailbox's own task, just after.
    let lag = "ticketd_mailbox_lag_seconds{mailbox=\"figures\"}";
    until("nothing waits on the server", || figures(port)[lag] == 0.0);
    let figures = figures(port);
    let of = |name: &str| figures[name];
    let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs_f64();
    assert_eq!(of("ticketd_mailbox_taken_total{mailbox=\"figures\"}"), 1.0);
    assert_eq!(of("ticketd_mailbox_errors_total{mailbox=\"figures\"}"), 0.0);
    assert_eq!(of("ticketd_mailbox_needs_care{mailbox=\"figures\"}"), 0.0);
    assert!(seconds - of("ticketd_mailbox_last_success_timestamp_seconds{mailbox=\"figures\"}") < 60.0);
    assert!(seconds - of("ticketd_start_time_seconds") < 60.0);
    assert_eq!(of(&format!("ticketd_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION"))), 1.0);
    assert_eq!((of("ticketd_state{state=\"running\"}"), of("ticketd_at_rest")), (1.0, 0.0));
    // It was on its way for seconds, not for minutes.
    assert_eq!(of("ticketd_decision_delay_seconds_count"), 1.0);
    assert_eq!(of("ticketd_decision_delay_seconds_bucket{le=\"60\"}"), 1.0);
    // There is no relay: what was decided to be sent waits.
    assert_eq!(of("ticketd_outbox_sends{state=\"queued\"}"), 1.0);
    assert!(of("ticketd_outbox_oldest_age_seconds") < 60.0);
    assert_eq!((of("ticketd_review_messages"), of("ticketd_quarantine_mails")), (0.0, 0.0));
    assert_eq!(of("ticketd_deliveries_total{outcome=\"sent\"}"), 0.0);
    assert!(!get(port, "/metrics").unwrap().2.contains('@'), "nobody's address is a figure");
    assert_eq!(code(port, "/"), Some(404));
    running.stop();
    assert_eq!(code(port, "/healthz"), None, "it ends with the daemon");
}

#[test]
fn a_mailbox_that_cannot_be_reached_is_a_figure_and_no_reason_to_be_unready() {
    let port = free_port();
    let desk = unreachable(port);
    let running = Running::start(&desk);
    // It listens before it knows of a mailbox.
    let errors = || figures(port).get("ticketd_mailbox_errors_total{mailbox=\"lost\"}").copied();
    until("it failed", || errors().is_some_and(|errors| errors >= 1.0));
    assert_eq!(figures(port)["ticketd_mailbox_connected{mailbox=\"lost\"}"], 0.0);
    assert_eq!(code(port, "/readyz"), Some(200));
    running.stop();
}

#[test]
fn a_port_that_is_taken_is_told_before_anything_is_begun() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let desk = unreachable(port);
    let (code, out, err) = desk.run(&["run"]);
    let says = format!(
        "ticketd: 127.0.0.1:{port} is taken: another program listens there\n  end that program, or give `listen` in \
         [daemon] another port\n"
    );
    assert_eq!((code, out.as_str()), (75, ""));
    // Before it the log says that a database was made.
    assert!(err.ends_with(&says) && err.lines().count() == 3 && !err.contains("running"), "{err}");
}

#[test]
fn reading_the_configuration_again_moves_where_it_listens_unless_that_is_taken() {
    let (first, second) = (free_port(), free_port());
    let desk = unreachable(first);
    let config = std::fs::read_to_string(desk.0.path().join("ticketd.toml")).unwrap();
    let mut running = Running::start(&desk);
    let mut reload = |config: String| {
        desk.write("ticketd.toml", config);
        running.forget();
        running.signal("HUP");
        running.wait_until_told("READY=1");
    };
    reload(config.replace(&format!(":{first}\""), &format!(":{second}\"")));
    assert_eq!(code(second, "/healthz"), Some(200));
    until("the first is free", || code(first, "/healthz").is_none());

    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let third = taken.local_addr().unwrap().port();
    reload(config.replace(&format!(":{first}\""), &format!(":{third}\"")));
    until("it is told", || figures(second)["ticketd_config_refused"] == 1.0);

    reload(config.replace(&daemon(first), ""));
    until("it listens nowhere", || code(second, "/healthz").is_none());
    running.stop();
}

#[test]
fn while_nothing_can_be_stored_it_is_alive_and_not_ready_and_says_why() {
    let port = free_port();
    let desk = unreachable(port);
    let running = Running::start(&desk);
    until("it is ready", || code(port, "/readyz") == Some(200));
    let other = rusqlite::Connection::open(desk.0.path().join("desk.db")).unwrap();
    other.busy_timeout(Duration::from_secs(30)).unwrap();
    // Longer than anybody waits for it.
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    until("it rests", || {
        get(port, "/readyz").is_some_and(|(code, _, text)| code == 503 && text.starts_with("at rest: "))
    });
    assert_eq!(code(port, "/healthz"), Some(200));
    assert_eq!(figures(port)["ticketd_at_rest"], 1.0, "who only reads is not kept waiting");
    other.execute_batch("ROLLBACK").unwrap();
    until("it works again", || code(port, "/readyz") == Some(200));
    assert_eq!(figures(port)["ticketd_at_rest"], 0.0);
    running.stop();
}
