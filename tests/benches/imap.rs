//! `ticketd sync` of a mailbox on a server, into an empty SQLite database, against isync (`mbsync` with FSync on) into an
//! empty Maildir. The server is a Dovecot on loopback.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::dovecot::{Dovecot, PASSWORD};
use crate::histories::{History, temporary};
use crate::measure::Goal;

/// 20,000 mails and some.
const TICKETS: usize = 3300;
const ROUNDS: usize = 5;
const USER: &str = "bench";

/// At least the rate of isync.
pub fn goals() -> Vec<Goal> {
    if Command::new("mbsync").arg("--version").output().is_err() {
        println!("skipped: imap: no mbsync here (Debian: isync)");
        return Vec::new();
    }
    let Some(server) = Dovecot::start("imap", "") else { return Vec::new() };
    let Some(history) = History::generate("imap", TICKETS) else { return Vec::new() };
    let mut goals = of("imap", &server, &history);
    goals.extend(of("imap-padded", &server, &history.pad("imap-padded")));
    goals
}

fn of(name: &'static str, server: &Dovecot, history: &History) -> Vec<Goal> {
    let user = format!("{USER}-{name}");
    for (n, path) in history.files().iter().enumerate() {
        server.deliver(&user, &format!("{n:06}"), std::fs::read(path).unwrap());
    }
    // Its index is made once, and is none of either's time.
    server.client(&user).all("INBOX", "UID RFC822.SIZE INTERNALDATE");
    vec![Goal::timed(
        name,
        1.0,
        ROUNDS,
        history.mails,
        || ours(server, &user, history.mails),
        || peer(server, &user, history.mails),
    )]
}

fn ours(server: &Dovecot, user: &str, mails: usize) -> Duration {
    let folder = temporary();
    let (path, port) = (folder.path(), server.imap);
    let config = format!(
        "database = \"desk.db\"\n[[mailbox]]\nname = \"desk\"\naddress = \"desk@example.org\"\n[mailbox.imap]\n\
         host = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nuser = \"{user}\"\npassword_file = \"password\"\nstart = \"all\"\n"
    );
    std::fs::write(path.join("ticketd.toml"), config).unwrap();
    std::fs::write(path.join("password"), PASSWORD).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    let time = timed(command.arg("sync").current_dir(path));
    let database = rusqlite::Connection::open(path.join("desk.db")).unwrap();
    let kept: u32 = database.query_row("SELECT count(*) FROM delivery", [], |row| row.get(0)).unwrap();
    assert_eq!(kept as usize, mails);
    time
}

fn peer(server: &Dovecot, user: &str, mails: usize) -> Duration {
    let folder = temporary();
    let (path, port) = (folder.path(), server.imap);
    let at = path.display();
    let config = format!(
        "FSync yes\nIMAPAccount a\nHost 127.0.0.1\nPort {port}\nUser {user}\nPass {PASSWORD}\nSSLType None\n\
         AuthMechs LOGIN\n\nIMAPStore far\nAccount a\n\nMaildirStore near\nPath {at}/mail/\nInbox {at}/mail/INBOX\n\n\
         Channel c\nFar :far:\nNear :near:\nPatterns INBOX\nSync Pull New\nCreate Near\nSyncState *\n"
    );
    std::fs::write(path.join("mbsyncrc"), config).unwrap();
    std::fs::create_dir(path.join("mail")).unwrap();
    let mut command = Command::new("mbsync");
    let time = timed(command.arg("-c").arg(path.join("mbsyncrc")).arg("-q").arg("c"));
    let kept = ["new", "cur"].map(|part| count(&path.join("mail/INBOX").join(part)));
    assert_eq!(kept.iter().sum::<usize>(), mails);
    time
}

fn count(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

fn timed(command: &mut Command) -> Duration {
    let begun = Instant::now();
    let ended = command.stdin(Stdio::null()).stdout(Stdio::null()).status().unwrap();
    assert!(ended.success(), "{command:?} ended with {ended}");
    begun.elapsed()
}
