//! A hundred mailboxes, each with a connection of its own.

use super::running::{Running, until};
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, folds, mail, number, plain, team};

const MAILBOXES: usize = 100;

#[test]
fn a_hundred_mailboxes_are_watched_and_each_takes_its_mail() {
    // It lets one address in ten times at once by itself.
    let more = "mail_max_userip_connections = 200\nservice imap {\n  process_limit = 300\n}\nservice imap-login {\n  \
                process_limit = 300\n}\n";
    let Some(server) = Dovecot::start("a_hundred_mailboxes_are_watched_and_each_takes_its_mail", more) else { return };
    let names: Vec<String> = (0..MAILBOXES).map(|n| format!("box{n}")).collect();
    let boxes = names.iter().map(|name| team(name, &plain(&server, name, "start = \"all\"")));
    let desk = desk(&boxes.collect::<String>());
    let running = Running::start(&desk);
    until("all are watched", || running.log().matches("connected").count() == MAILBOXES);
    for name in &names {
        server.deliver(name, "1", mail(name, "ann@example.com", &format!("{name}@example.org"), ""));
    }
    until("all mail is taken", || number(&desk, "SELECT count(*) FROM ticket") == 100);
    assert_eq!(running.log().matches("cannot be read").count(), 0, "{}", running.log());
    running.stop();
    folds(&desk);
}
