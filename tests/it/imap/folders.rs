//! Folders: sent mail, other folders, and what becomes of mail that is moved, renamed or numbered anew.

use super::dovecot::Dovecot;
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};

#[test]
fn sent_mail_is_found_in_the_folder_that_the_server_marks_and_is_no_customers() {
    let Some(server) = Dovecot::shared("imap sent") else { return };
    let desk = desk(&team("support", &plain(&server, "sent", "start = \"all\"")));
    server.deliver("sent", "1", mail("sent1", "ann@example.com", "support@example.org", ""));
    let answer = mail("sent2", "support@example.org", "ann@example.com", "In-Reply-To: <sent1@example.com>\n");
    // Dovecot here calls it Gesendet, and marks it with \Sent (RFC 6154).
    server.client("sent").append("Gesendet", &answer);
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 1 mailbox_send, 1 new_conversation\n");
    assert_eq!(number(&desk, "SELECT count(*) FROM folder WHERE name = 'Gesendet' AND role = 'sent'"), 1);
    assert_eq!(tickets(&desk)[0]["status"], "New", "it was not sent from the ticket");
    folds(&desk);
}

#[test]
fn a_configured_folder_that_is_not_there_is_named_with_those_that_are() {
    let Some(server) = Dovecot::shared("imap folders") else { return };
    let no_folder = desk(&team("support", &plain(&server, "nofolder", "folders = [\"INBOX\", \"Entwürfe\"]")));
    let (code, _, err) = no_folder.run(&["sync"]);
    assert_eq!(code, 78, "{err}");
    assert!(err.contains("there is no folder `Entwürfe`; there is: ") && err.contains("Gesendet"), "{err}");
    server.client("nofolder").run("CREATE Entw&APw-rfe");
    server.client("nofolder").append("Entw&APw-rfe", &mail("folder1", "ann@example.com", "support@example.org", ""));
    let desk =
        desk(&team("support", &plain(&server, "nofolder", "folders = [\"inbox\", \"Entwürfe\"]\nstart = \"all\"")));
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(number(&desk, "SELECT count(*) FROM folder WHERE name = 'Entwürfe'"), 1);
}

#[test]
fn mail_that_is_moved_or_copied_is_one_message() {
    let Some(server) = Dovecot::shared("imap moves") else { return };
    let desk = desk(&team("support", &plain(&server, "moves", "folders = [\"INBOX\", \"Later\"]\nstart = \"all\"")));
    let mut client = server.client("moves");
    client.run("CREATE Later");
    for n in 0..2 {
        server.deliver(
            "moves",
            &n.to_string(),
            mail(&format!("move{n}"), "ann@example.com", "support@example.org", ""),
        );
    }
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    client.run("SELECT INBOX");
    client.run("UID MOVE 1 Later");
    client.run("UID COPY 2 Later");
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 duplicate\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    assert_eq!((tickets(&desk).len(), number(&desk, "SELECT count(*) FROM delivery")), (2, 4));
    folds(&desk);
}

#[test]
fn a_folder_that_is_recreated_or_renamed_gives_its_mail_no_second_effect() {
    let Some(server) = Dovecot::shared("imap recreated") else { return };
    let config =
        |folder: &str| team("support", &plain(&server, "again", &format!("folders = [\"{folder}\"]\nstart = \"all\"")));
    let desk = desk(&config("Work"));
    let mut client = server.client("again");
    let (old, new) = (
        mail("again1", "ann@example.com", "support@example.org", ""),
        mail("again2", "bob@example.com", "support@example.org", ""),
    );
    client.run("CREATE Work");
    client.append("Work", &old);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    // UIDs begin anew under another UIDVALIDITY: the same UID is another mail.
    client.run("DELETE Work");
    // Dovecot's UIDVALIDITY is the time in seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    client.run("CREATE Work");
    client.append("Work", &new);
    client.append("Work", &old);
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 1 duplicate, 1 new_conversation\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    client.run("RENAME Work Done");
    let (code, _, err) = desk.run(&["sync"]);
    assert!(code == 78 && err.contains("there is no folder `Work`"), "{err}");
    desk.write("ticketd.toml", format!("database = \"desk.db\"\n{}", config("Done")));
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 duplicate\n");
    assert_eq!(tickets(&desk).len(), 2);
    folds(&desk);
}

#[test]
fn labels_that_look_like_folders_give_one_message_whatever_comes_first() {
    let Some(server) = Dovecot::shared("imap labels") else { return };
    let folders = "folders = [\"INBOX\", \"Label/Urgent\", \"All Mail\"]\nstart = \"all\"";
    let desk = desk(&team("support", &plain(&server, "labels", folders)));
    let mut client = server.client("labels");
    client.run("CREATE Label/Urgent");
    client.run("CREATE \"All Mail\"");
    let asks = mail("label-asks", "ann@example.com", "support@example.org", "");
    let more = "In-Reply-To: <label-asks@example.com>\n";
    let adds = mail("label-adds", "ann@example.com", "support@example.org", more);
    // In INBOX the customer's last word only; what it follows on stands in folders that are read later, as on Gmail.
    client.append("INBOX", &adds);
    client.append("Label/Urgent", &asks);
    for every in [&asks, &adds] {
        client.append("\"All Mail\"", every);
    }
    let said = sync(&desk, &[]);
    assert!(said.starts_with("support: 4 taken: 2 duplicate, "), "{said}");
    assert_eq!(tickets(&desk).len(), 1, "{said}");
    let threads = "SELECT count(DISTINCT thread) FROM message WHERE message_id LIKE 'label-%'";
    assert_eq!((number(&desk, threads), number(&desk, "SELECT count(*) FROM delivery")), (1, 4));
    // A label that is taken off and put on again is no news.
    client.run("SELECT Label/Urgent");
    client.run("UID STORE 1 +FLAGS (\\Deleted)");
    client.run("EXPUNGE");
    client.append("Label/Urgent", &asks);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 duplicate\n");
    assert_eq!((tickets(&desk).len(), desk.run(&["audit"]).0), (1, 0));
    folds(&desk);
}

#[test]
fn a_folder_that_may_not_be_read_is_told_and_keeps_no_other_mailbox() {
    let acl = "mail_plugins = acl\nplugin {\n  acl = vfile\n}";
    let Some(server) = Dovecot::start("imap permissions", acl) else { return };
    let closed = team("closed", &plain(&server, "noperm", "folders = [\"INBOX\", \"Work\"]\nstart = \"all\""));
    let open = team("open", &plain(&server, "perm", "start = \"all\""));
    let desk = desk(&[closed, open].concat());
    let mut client = server.client("noperm");
    client.run("CREATE Work");
    client.append("Work", &mail("noperm2", "bob@example.com", "closed@example.org", ""));
    server.deliver("noperm", "1", mail("noperm1", "ann@example.com", "closed@example.org", ""));
    server.deliver("perm", "1", mail("perm1", "eve@example.com", "open@example.org", ""));
    // Rights of RFC 4314: to see that it is there, and nothing of what is in it.
    let rights = server.folder.path().join("mail/noperm/Maildir/.Work/dovecot-acl");
    std::fs::write(&rights, "owner l\n").unwrap();
    let (code, out, err) = desk.run(&["sync"]);
    assert_eq!(code, 77, "{out}{err}");
    assert!(out.contains("closed: 1 taken: 1 new_conversation, then it failed\nopen: 1 taken: "), "{out}");
    assert!(err.contains("folder `Work`: EXAMINE was answered NO: [NOPERM]"), "{err}");
    for command in [&["audit"][..], &["check", "--connect"]] {
        let (code, out, err) = desk.run(command);
        assert!(code == 77 && [out, err].concat().contains("folder `Work`: EXAMINE"), "{command:?}");
    }
    std::fs::write(&rights, "owner lrwstipekxa\n").unwrap();
    assert_eq!(sync(&desk, &[]), "closed: 1 taken: 1 new_conversation\nopen: nothing new\n");
}
