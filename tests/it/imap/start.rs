//! From when on mail counts as new, and what becomes of older mail.

use std::time::{Duration, SystemTime};

use super::dovecot::{Dovecot, PASSWORD};
use super::place::{desk, folds, mail, number, plain, sync, team, tickets};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The first day of 2026, in UTC.
fn new_year() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

fn deliver(server: &Dovecot, user: &str, name: &str, at: SystemTime) {
    server.deliver_at(
        user,
        name,
        mail(&format!("{user}-{name}"), &format!("{name}@example.com"), "support@example.org", ""),
        at,
    );
}

#[test]
fn what_is_there_the_first_time_is_left_alone_unless_the_start_says_otherwise() {
    let Some(server) = Dovecot::shared("imap start") else { return };
    let desk = desk(&team("support", &plain(&server, "start", "")));
    deliver(&server, "start", "old", new_year());
    deliver(&server, "start", "today", SystemTime::now());
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    deliver(&server, "start", "new", SystemTime::now());
    // Its clock is wrong, and it comes now all the same.
    deliver(&server, "start", "wrong-clock", new_year());
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    // An earlier start looks at what was left alone, and at nothing twice.
    desk.write(
        "ticketd.toml",
        format!("database = \"desk.db\"\n{}", team("support", &plain(&server, "start", "start = \"all\""))),
    );
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    assert_eq!(tickets(&desk).len(), 4);
}

#[test]
fn what_comes_between_the_first_try_and_the_first_time_that_it_can_be_read_is_new() {
    let Some(server) = Dovecot::shared("imap first try") else { return };
    let desk = desk(&team("support", &plain(&server, "firsttry", "")));
    deliver(&server, "firsttry", "old", new_year());
    deliver(&server, "firsttry", "hour", SystemTime::now() - Duration::from_secs(3600));
    desk.write("password", "wrong");
    assert_eq!(desk.run(&["sync"]).0, 77);
    deliver(&server, "firsttry", "meanwhile", SystemTime::now());
    desk.write("password", PASSWORD);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
}

#[test]
fn a_date_is_the_beginning_and_history_is_what_was_before() {
    let Some(server) = Dovecot::shared("imap history") else { return };
    let desk = desk(&team("support", &plain(&server, "history", "start = \"2026-01-01\"")));
    for (name, at) in [
        ("ancient", new_year() - 400 * DAY),
        ("before", new_year() - Duration::from_secs(1)),
        ("at", new_year()),
        ("after", new_year() + DAY),
    ] {
        deliver(&server, "history", name, at);
    }
    assert_eq!(sync(&desk, &[]), "support: 2 taken: 2 new_conversation\n");
    assert_eq!(sync(&desk, &["--history", "2025-06-01"]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(sync(&desk, &["--history"]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(sync(&desk, &["--history"]), "support: nothing new\n");
    // Threads and contacts, no tickets.
    assert_eq!((tickets(&desk).len(), number(&desk, "SELECT count(*) FROM contact")), (2, 4));
    assert_eq!(number(&desk, "SELECT count(*) FROM message WHERE history = 1"), 2);
    let reply = mail(
        "history-reply",
        "before@example.com",
        "support@example.org",
        "In-Reply-To: <history-before@example.com>\n",
    );
    server.deliver("history", "reply", reply);
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(tickets(&desk).len(), 3, "the first live mail of such a thread opens a ticket");
    folds(&desk);
}

#[test]
fn a_folder_that_is_numbered_anew_does_not_bring_old_mail_back() {
    let Some(server) = Dovecot::shared("imap start, numbered anew") else { return };
    let desk = desk(&team("support", &plain(&server, "anew", "folders = [\"Work\"]")));
    let mut client = server.client("anew");
    let old = mail("anew-old", "ann@example.com", "support@example.org", "");
    let append_old = |client: &mut super::dovecot::Client| {
        client.append("Work \"01-Jan-2026 00:00:00 +0000\"", &old);
    };
    client.run("CREATE Work");
    append_old(&mut client);
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
    client.run("DELETE Work");
    std::thread::sleep(Duration::from_millis(1100));
    client.run("CREATE Work");
    append_old(&mut client);
    client.append("Work", &mail("anew-new", "bob@example.com", "support@example.org", ""));
    assert_eq!(sync(&desk, &[]), "support: 1 taken: 1 new_conversation\n");
    assert_eq!(sync(&desk, &[]), "support: nothing new\n");
}
