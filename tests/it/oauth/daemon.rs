//! The daemon with a mailbox by OAuth: it connects again with a token that holds then.

use super::imap::dovecot;
use super::place::{desk, keeps, store};
use super::server::TokenServer;
use crate::daemon::running::{Running, until};
use crate::imap::place::{folds, mail, tickets};

#[test]
fn a_daemon_waits_for_consent_and_gets_a_new_token_whenever_it_connects_again() {
    let tokens = TokenServer::start("od");
    tokens.model().rotates = true;
    let Some((server, _passdb)) = dovecot("oauth daemon", &tokens, "xoauth2 oauthbearer") else { return };
    let desk = desk(&tokens, server.imap, "od", "");
    let mail = |name: &str| mail(name, "ann@example.com", "support@example.org", "");
    let running = Running::start(&desk);
    until("somebody is asked for", || running.log().contains("`ticketd login support` asks for consent"));
    // Beside the daemon.
    assert_eq!(desk.run(&["login", "support"]).0, 0);
    running.signal("HUP");
    server.deliver("od", "1", mail("one"));
    until("mail is taken", || tickets(&desk).len() == 1);
    let asked = tokens.tokens_asked().len();
    // What it had is good for nothing when it connects again.
    tokens.model().access.clear();
    server.cut();
    server.deliver("od", "2", mail("two"));
    until("mail is taken again", || tickets(&desk).len() == 2);
    let asked = tokens.tokens_asked().len() - asked;
    assert_eq!(asked, 1, "once, and kept afterwards");
    assert!(keeps(&store(&desk), "od", &tokens.model().refresh.clone()));
    running.stop();
    folds(&desk);
}
