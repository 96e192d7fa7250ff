//! What is done on the server once a mail is stored here.

use super::dovecot::Dovecot;
use super::place::{desk, mail, number, plain, sync, team};

fn deliver(server: &Dovecot, user: &str, count: u32) {
    for n in 0..count {
        let text = mail(&format!("{user}{n}"), &format!("ann{n}@example.com"), "support@example.org", "");
        server.deliver(user, &n.to_string(), text);
    }
}

#[test]
fn stored_mail_is_marked_moved_or_deleted_as_the_mailbox_says_and_older_mail_is_not() {
    let Some(server) = Dovecot::shared("imap after") else { return };
    for (user, after) in [("after-seen", "seen"), ("after-move", "move:Done"), ("after-delete", "delete")] {
        server.deliver(user, "old", mail(&format!("{user}-old"), "old@example.com", "support@example.org", ""));
        server.client(user).run("CREATE Done");
        let desk = desk(&team("support", &plain(&server, user, &format!("after = \"{after}\""))));
        assert_eq!(sync(&desk, &[]), "support: nothing new\n");
        deliver(&server, user, 2);
        assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation; 2 finished on the server\n", "{after}");
        assert_eq!(sync(&desk, &[]), "support: nothing new\n", "{after}");
        let (inbox, done) = (server.client(user).all("INBOX", "FLAGS"), server.client(user).all("Done", "FLAGS"));
        let seen = inbox.iter().filter(|line| line.contains("\\Seen")).count();
        let expected = match after {
            "seen" => (3, 2, 0),
            "delete" => (1, 0, 0),
            _ => (1, 0, 2),
        };
        assert_eq!((inbox.len(), seen, done.len()), expected, "{after}: {inbox:?}");
    }
}

#[test]
fn what_could_not_be_done_the_first_time_is_done_the_next() {
    let Some(server) = Dovecot::shared("imap after, again") else { return };
    let desk = desk(&team("support", &plain(&server, "again-after", "after = \"move:Done\"\nstart = \"all\"")));
    deliver(&server, "again-after", 2);
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!(code, 75, "there is no folder Done yet: {out}{err}");
    assert!(err.contains("UID MOVE was answered NO"), "{err}");
    assert_eq!(number(&desk, "SELECT count(*) FROM delivery"), 2, "it is stored all the same");
    server.client("again-after").run("CREATE Done");
    assert_eq!(sync(&desk, &[]), "support: 2 finished on the server\n");
    assert_eq!(server.client("again-after").all("Done", "UID").len(), 2);
}

#[test]
fn a_mail_over_the_limit_is_sorted_by_its_header_and_stays_on_the_server() {
    let Some(server) = Dovecot::shared("imap size limit") else { return };
    let more = "after = \"delete\"\nstart = \"all\"\nsize_limit = \"10 KB\"";
    let desk = desk(&team("support", &plain(&server, "large", more)));
    deliver(&server, "large", 1);
    let large =
        format!("{}{}", mail("large", "bob@example.com", "support@example.org", ""), "much text\n".repeat(2000));
    server.deliver("large", "large", large);
    let answer = mail("large-answer", "bob@example.com", "support@example.org", "In-Reply-To: <large@example.com>\n");
    server.deliver("large", "next", answer);
    let taken = "support: 3 taken: 1 customer_reply, 2 new_conversation; 2 finished on the server\n";
    assert_eq!(sync(&desk, &[]), taken);
    assert_eq!(server.client("large").all("INBOX", "RFC822.SIZE").len(), 1);
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    let (code, shown, err) = desk.run(&["message", "show", "large@example.com", "--raw"]);
    assert!(code == 0 && shown.contains("Subject: About large") && !shown.contains("much text"), "{shown}{err}");
}
