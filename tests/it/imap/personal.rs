//! A user's own inbox: nothing of what does not concern a ticket or a contact is kept.

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};
use crate::first_steps::Desk;

fn with_alice(server: &Dovecot, team_user: &str, alice_user: &str) -> Desk {
    let user = "[[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n";
    let own = format!(
        "[[mailbox]]\nname = \"alice\"\nkind = \"personal\"\nuser = \"alice\"\n[mailbox.imap]\n{}\n",
        plain(server, alice_user, "start = \"all\"")
    );
    desk(&[team("support", &plain(server, team_user, "start = \"all\"")), own, user.to_owned()].concat())
}

fn keeps_nothing_of(desk: &Desk, words: &[&str]) {
    for name in ["desk.db", "desk.db-wal"] {
        let bytes = std::fs::read(desk.0.path().join(name)).unwrap_or_default();
        for word in words {
            assert!(memchr::memmem::find(&bytes, word.as_bytes()).is_none(), "{word} is in {name}");
        }
    }
}

#[test]
fn private_mail_is_left_alone_and_fetched_once_it_ties_to_something() {
    let Some(server) = Dovecot::shared("imap personal") else { return };
    let desk = with_alice(&server, "personal-team", "personal-alice");
    let private = mail("private-mail-1", "mum@family.example.net", "alice@example.org", "");
    server.deliver("personal-alice", "1", private);
    // The customer wrote to her first; nobody here knows the customer yet.
    server.deliver("personal-alice", "2", mail("to-alice", "ann@customers.example.com", "alice@example.org", ""));
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: 2 left alone, they tie to nothing here\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: nothing new\n");
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), 0);
    keeps_nothing_of(&desk, &["private-mail-1", "mum@family", "to-alice", "ann@customers"]);
    // She writes to the team: now her mail of before ties to a contact.
    server.deliver("personal-team", "1", mail("to-team", "ann@customers.example.com", "support@example.org", ""));
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\nalice: 1 taken: 1 contact_other\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: nothing new\n");
    assert_eq!(number(&desk, "SELECT count(*) FROM withheld"), 1);
    keeps_nothing_of(&desk, &["private-mail-1", "mum@family"]);
    folds(&desk);
}

#[test]
fn what_a_user_answers_from_her_own_mailbox_is_on_the_ticket_and_changes_nothing() {
    let Some(server) = Dovecot::shared("imap personal replies") else { return };
    let desk = with_alice(&server, "reply-team", "reply-alice");
    server.deliver("reply-team", "1", mail("asks", "ann@example.com", "support@example.org, alice@example.org", ""));
    let answer = mail("answers", "alice@example.org", "ann@example.com", "In-Reply-To: <asks@example.com>\n");
    let mut client = server.client("reply-alice");
    client.append("Gesendet", &answer);
    client.append("Gesendet", &mail("to-mum", "alice@example.org", "mum@example.net", ""));
    server.deliver("reply-alice", "1", mail("asks", "ann@example.com", "support@example.org, alice@example.org", ""));
    let said = "support: 1 taken: 1 new_conversation\n\
                alice: 2 taken: 1 duplicate, 1 personal_inbox_reply; 1 left alone, they tie to nothing here\n";
    assert_eq!(sync(&desk, &[]), said);
    assert_eq!((tickets(&desk).len(), &tickets(&desk)[0]["status"]), (1, &"New".into()));
    folds(&desk);
}

#[test]
fn a_users_own_inbox_is_never_changed() {
    let Some(server) = Dovecot::shared("imap personal, after") else { return };
    let own = plain(&server, "unchanged", "after = \"seen\"");
    let config = format!(
        "[[mailbox]]\nname = \"alice\"\nkind = \"personal\"\nuser = \"alice\"\n[mailbox.imap]\n{own}\n[[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n"
    );
    let (code, _, err) = desk(&config).run(&["sync"]);
    assert!(code == 78 && err.contains("a user's own inbox is never changed"), "{err}");
}

#[test]
fn a_teams_copy_that_comes_after_a_users_own_decides_the_message() {
    let Some(server) = Dovecot::shared("imap team copy") else { return };
    let desk = with_alice(&server, "copy-team", "copy-alice");
    server.deliver("copy-team", "1", mail("copy-first", "ann@example.com", "support@example.org", ""));
    sync(&desk, &[]);
    // Ann is a contact by now, so the user's own copy is read; it opens nothing.
    let both = mail("copy-both", "ann@example.com", "alice@example.org, support@example.org", "");
    server.deliver("copy-alice", "1", both.clone());
    assert_eq!(sync(&desk, &["alice"]), "alice: 1 taken: 1 contact_other\n");
    assert_eq!(tickets(&desk).len(), 1);
    server.deliver("copy-team", "2", both);
    sync(&desk, &[]);
    assert_eq!(tickets(&desk).len(), 2);
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery WHERE message IS NOT NULL"), 3);
    let by_team = "SELECT count(*) FROM message m JOIN delivery d ON d.id = m.delivery JOIN folder f ON f.id = d.folder \
                   JOIN mailbox b ON b.id = f.mailbox WHERE b.name = 'support' AND m.kind = 'new_conversation'";
    assert_eq!(number(&desk, by_team), 2);
    folds(&desk);
}

#[test]
fn what_is_new_is_compared_with_what_is_withheld_and_no_more() {
    let Some(server) = Dovecot::shared("imap personal, again") else { return };
    let desk = with_alice(&server, "again-team", "again-alice");
    server.deliver("again-alice", "1", mail("of-ann", "ann@customers.example.com", "alice@example.org", ""));
    let cites = mail("cites", "stranger@example.net", "alice@example.org", "References: <comes-late@example.com>\n");
    server.deliver("again-alice", "2", cites);
    server.deliver("again-alice", "3", mail("of-mum", "mum@family.example.net", "alice@example.org", ""));
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: 3 left alone, they tie to nothing here\n");
    let compared = "SELECT event FROM withheld_compared WHERE folder = 'INBOX'";
    let whole = "SELECT whole_at FROM withheld_compared WHERE folder = 'INBOX'";
    let (first, first_whole) = (number(&desk, compared), number(&desk, whole));
    // Nobody who is told of a mail is a contact: her address is known, and no more than that.
    let cc = mail("with-cc", "bo@customers.example.com", "support@example.org", "Cc: ann@customers.example.com\n");
    server.deliver("again-team", "1", cc);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\nalice: nothing new\n");
    assert!(number(&desk, compared) > first);
    // An address that is known already gains a contact, and what was cited comes.
    server.deliver("again-team", "2", mail("by-ann", "ann@customers.example.com", "support@example.org", ""));
    assert!(sync(&desk, &[]).ends_with("\nalice: 1 taken: 1 contact_other\n"));
    server.deliver("again-team", "3", mail("comes-late", "cy@customers.example.com", "support@example.org", ""));
    assert!(sync(&desk, &[]).contains("\nalice: 1 taken: "));
    assert_eq!(sync(&desk, &[]), "support: nothing new\nalice: nothing new\n");
    assert_eq!((number(&desk, "SELECT count(*) FROM withheld"), number(&desk, whole)), (1, first_whole));
    keeps_nothing_of(&desk, &["of-mum", "mum@family"]);
    folds(&desk);
}
