//! Mail is taken as it comes, whatever happens to the connection.

use super::running::{Running, until};
use crate::imap::dovecot::Dovecot;
use crate::imap::place::{desk, folds, mail, plain, team, tickets};

#[test]
fn mail_is_taken_as_it_comes() {
    let Some(server) = Dovecot::shared("mail_is_taken_as_it_comes") else { return };
    let desk = desk(&team("comes", &plain(&server, "comes", "start = \"all\"")));
    server.deliver("comes", "1", mail("first", "ann@example.com", "comes@example.org", ""));
    let running = Running::start(&desk);
    until("the mail that was there is taken", || tickets(&desk).len() == 1);
    server.deliver("comes", "2", mail("second", "bea@example.com", "comes@example.org", ""));
    until("the mail that comes is taken", || tickets(&desk).len() == 2);
    running.stop();
    folds(&desk);
}
