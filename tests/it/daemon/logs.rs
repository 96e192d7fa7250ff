//! Log lines of the program as a process: to a journal of the tests, as JSON, as text; and what never stands in them.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::running::until;
use crate::first_steps::{Desk, mail as some_mail};
use crate::imap::dovecot::{Dovecot, is_root};
use crate::imap::place::{desk, mail, plain, team};

/// An entry of the journal: its fields.
type Entry = BTreeMap<String, String>;

#[test]
fn log_lines_are_objects_of_json_where_that_is_asked_for() {
    let desk = desk_with_mail();
    let mut command = desk.command(&["replay", "mail", "--json"]);
    let output = command.env("TICKETD_LOG", "debug").env("TICKETD_LOG_FORMAT", "json").output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let said = String::from_utf8(output.stderr).unwrap();
    let lines: Vec<Value> = said
        .lines()
        .filter(|line| !line.starts_with("ticketd: "))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let read = lines.iter().find(|line| line["message"] == "mails are about to be read").expect(&said);
    assert_eq!((&read["level"], &read["mails"]), (&Value::from("DEBUG"), &Value::from(1)), "{read}");
    assert_eq!(read["target"], "ticketd::engine::handle");
    assert!(read["timestamp"].as_str().is_some_and(|at| at.ends_with('Z')), "{read}");
}

#[test]
fn a_format_that_is_none_is_refused() {
    let output = desk_with_mail().command(&["replay", "mail"]).env("TICKETD_LOG_FORMAT", "xml").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.starts_with("ticketd: TICKETD_LOG_FORMAT=xml is no format") && said.contains("text, json, journald"));
    assert!(output.stdout.is_empty());
}

#[test]
fn under_systemd_log_lines_are_entries_of_the_journal_and_stand_nowhere_else() {
    let Some(journal) = Journal::new("under_systemd_log_lines_are_entries_of_the_journal") else { return };
    let desk = desk_with_mail();
    let path = desk.0.path().join("stderr");
    let run = |stream: &dyn Fn(u64) -> u64| {
        let stderr = File::create(&path).unwrap();
        let inside = stderr.metadata().unwrap();
        let stream = format!("{}:{}", inside.dev(), stream(inside.ino()));
        let mut command = journal.command(&desk, &["replay", "mail", "--json"]);
        command.env("TICKETD_LOG", "debug").env("JOURNAL_STREAM", stream).stderr(stderr);
        let entries = journal.entries_of(&mut command);
        (entries, std::fs::read_to_string(&path).unwrap())
    };
    let (entries, stderr) = run(&|inode| inode);
    let read = entries.iter().find(|entry| entry["MESSAGE"] == "mails are about to be read mails=1").expect("an entry");
    let fields = ["PRIORITY", "TICKETD_MAILS", "SYSLOG_IDENTIFIER", "TARGET"].map(|name| read[name].as_str());
    assert_eq!(fields, ["7", "1", "ticketd", "ticketd::engine::handle"], "{read:?}");
    assert!(!stderr.contains("about to be read"), "{stderr}");
    // A child of a service whose standard error was sent elsewhere writes where it was sent.
    let (entries, stderr) = run(&|inode| inode + 1);
    assert!(entries.is_empty() && stderr.contains("about to be read"), "{entries:?} {stderr}");
}

#[test]
fn without_a_journal_log_lines_go_to_standard_error_and_say_so() {
    let Some(journal) = Journal::new("without_a_journal_log_lines_go_to_standard_error") else { return };
    std::fs::remove_file(journal.path()).unwrap();
    let desk = desk_with_mail();
    let mut command = journal.command(&desk, &["replay", "mail", "--json"]);
    let output = command.env("TICKETD_LOG", "debug").env("TICKETD_LOG_FORMAT", "journald").output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("the journal cannot be reached") && said.contains("mails are about to be read"), "{said}");
}

#[test]
fn the_daemon_tells_of_its_work_by_itself_without_addresses_and_other_commands_do_not() {
    let Some(server) = Dovecot::shared("the_daemon_tells_of_its_work_by_itself") else { return };
    let desk = desk(&team("tells", &plain(&server, "tells", "start = \"all\"")));
    let said = daemon_that_takes_a_mail(&server, "tells", &desk, desk.command(&["run"]));
    let lines: Vec<&str> = said.lines().filter(|line| line.contains(" INFO ticketd::")).collect();
    assert!(lines.iter().any(|line| line.contains("running")), "{said}");
    assert!(lines.iter().any(|line| line.contains("stopped")), "{said}");
    assert!(lines.iter().any(|line| line.contains("stopping; again ends it at once")), "{said}");
    let made = format!("a new database was made database={}", desk.0.path().join("desk.db").display());
    assert!(lines.iter().any(|line| line.contains(&made)), "{said}");
    let taken = lines.iter().find(|line| line.contains("a mail was taken")).expect(&said);
    let fields = ["mailbox=\"tells\"", " row=", " kind=\"", " ticket=1"];
    assert!(fields.iter().all(|field| taken.contains(field)), "{taken}");
    assert!(!said.contains('@') && !said.contains("DEBUG"), "{said}");
    let (code, _, err) = desk.run(&["sync"]);
    assert!(code == 0 && !err.contains("ticketd::"), "{err}");
}

#[test]
fn no_password_and_nothing_of_a_mail_is_logged_in_any_format_at_any_level() {
    let Some(server) = Dovecot::shared("no_password_is_logged_in_any_format") else { return };
    let Some(journal) = Journal::new("no_password_is_logged_in_any_format") else { return };
    for (format, user) in [("text", "logtext"), ("json", "logjson"), ("journald", "logjour")] {
        let desk = desk(&team("support", &plain(&server, user, "start = \"all\"")));
        let mut command = journal.command(&desk, &["run"]);
        command.env("TICKETD_LOG", "trace").env("RUST_LOG", "trace").env("TICKETD_LOG_FORMAT", format);
        let mut said = String::new();
        let entries = journal.entries_while(|| said = daemon_that_takes_a_mail(&server, user, &desk, command));
        said.push_str(&format!("{entries:?}"));
        assert!(said.contains("logged in") && said.contains("mails are about to be read"), "{format}: {said}");
        // RFC 4616: NUL, user, NUL, password, in base64; with users' names of that length the password's part is this.
        for shown in ["secret", "c2VjcmV0", "Hello, this is", "About logged"] {
            assert!(!said.contains(shown), "{format}: {shown}: {said}");
        }
    }
}

fn desk_with_mail() -> Desk {
    let desk = Desk::new();
    desk.write("mail/a.eml", some_mail(1));
    desk
}

/// Whether there is a ticket. A database that is being made has none yet.
pub fn has_a_ticket(desk: &Desk) -> bool {
    let (code, out, _) = desk.run(&["ticket", "list", "--json"]);
    code == 0 && out.lines().count() == 1
}

/// Starts that daemon, lets it take a mail, and stops it. What it said on standard error.
fn daemon_that_takes_a_mail(server: &Dovecot, user: &str, desk: &Desk, mut command: Command) -> String {
    server.deliver(user, "1", mail("logged", "ann@example.com", "support@example.org", ""));
    let path = desk.0.path().join("stderr");
    let stderr = File::create(&path).unwrap();
    let mut daemon = command.stdout(Stdio::null()).stderr(stderr).spawn().unwrap();
    until("the mail is taken, or the daemon has ended", || daemon.try_wait().unwrap().is_some() || has_a_ticket(desk));
    Command::new("kill").arg(daemon.id().to_string()).status().unwrap();
    let status = daemon.wait().unwrap();
    let said = std::fs::read_to_string(&path).unwrap();
    assert!(status.success(), "{said}");
    said
}

/// A journal that takes entries where journald does, for programs that are started by it.
struct Journal {
    folder: TempDir,
    socket: UnixDatagram,
}

impl Journal {
    /// `None`, said aloud, where a program cannot be given another `/run`.
    fn new(test: &str) -> Option<Journal> {
        if !is_root() || !Command::new("unshare").args(["-m", "true"]).output().is_ok_and(|out| out.status.success()) {
            println!("skipped: {test}: only root may show another /run to a program");
            return None;
        }
        let folder = TempDir::new().unwrap();
        let socket = UnixDatagram::bind(folder.path().join("socket")).unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        Some(Journal { folder, socket })
    }

    fn path(&self) -> std::path::PathBuf {
        self.folder.path().join("socket")
    }

    /// The program with those arguments, for which this is the journal.
    fn command(&self, desk: &Desk, args: &[&str]) -> Command {
        let script = "mount -t tmpfs none /run && mkdir -p /run/systemd/journal && \
                      ln -s \"$0\" /run/systemd/journal/socket && exec \"$@\"";
        let mut command = Command::new("unshare");
        command.args(["-m", "sh", "-c", script]).arg(self.path()).arg(Path::new(env!("CARGO_BIN_EXE_ticketd")));
        command.args(args).current_dir(desk.0.path()).env("TZ", "UTC").env_remove("TICKETD_LOG");
        command.stdin(Stdio::null()).stdout(Stdio::null());
        command
    }

    /// What comes while that command runs, which goes well.
    fn entries_of(&self, command: &mut Command) -> Vec<Entry> {
        self.entries_while(|| assert!(command.status().unwrap().success()))
    }

    /// What comes meanwhile. It is read at once: the system keeps few entries that nobody reads.
    fn entries_while(&self, work: impl FnOnce()) -> Vec<Entry> {
        let (ended, mut entries) = (std::sync::atomic::AtomicBool::new(false), Vec::new());
        std::thread::scope(|scope| {
            let reader = scope.spawn(|| {
                let (mut buffer, mut found) = (vec![0; 1 << 20], Vec::new());
                loop {
                    match self.socket.recv(&mut buffer) {
                        Ok(0) => {}
                        Ok(length) => found.push(fields(&buffer[..length])),
                        Err(_) if ended.load(std::sync::atomic::Ordering::SeqCst) => return found,
                        Err(_) => {}
                    }
                }
            });
            let worked = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
            ended.store(true, std::sync::atomic::Ordering::SeqCst);
            worked.unwrap();
            entries = reader.join().unwrap();
        });
        entries
    }
}

/// The fields of an entry in the journal's own protocol: `NAME=value`, or the name alone, eight bytes that say how long
/// the value is (least first), and the value; a line's end behind each.
fn fields(mut bytes: &[u8]) -> Entry {
    let mut fields = Entry::new();
    while let Some(end) = bytes.iter().position(|&byte| byte == b'\n') {
        let line = String::from_utf8(bytes[..end].to_vec()).unwrap();
        bytes = &bytes[end + 1..];
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name.to_owned(), value.to_owned()),
            None => {
                let length = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
                let value = String::from_utf8(bytes[8..8 + length].to_vec()).unwrap();
                bytes = &bytes[8 + length + 1..];
                (line, value)
            }
        };
        fields.insert(name, value);
    }
    fields
}
