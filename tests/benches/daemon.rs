//! `ticketd run`: how much later than a bare IDLE client hears of a mail its decision is stored, what a hundred mailboxes
//! hold that nothing happens in, and how soon it is ready. The server is a Dovecot on loopback.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use ticketd::domain::{Origin, Timestamp};
use ticketd::engine::{Engine, Place, RawMail};
use ticketd::store::Store;

use crate::dovecot::{Dovecot, PASSWORD};
use crate::histories::temporary;
use crate::measure::Goal;

/// Mails whose way is measured.
const MAILS: usize = 200;
const MAILBOXES: usize = 100;
const TICKETS: usize = 100_000;
const STARTS: usize = 9;

pub fn goals() -> Vec<Goal> {
    let more = "mail_max_userip_connections = 300\nservice imap {\n  process_limit = 400\n}\nservice imap-login {\n  \
                process_limit = 400\n}\n";
    let Some(server) = Dovecot::start("daemon", more) else { return Vec::new() };
    let mut goals = delays(&server);
    goals.push(idle(&server));
    goals.push(start(&server));
    goals
}

/// From the moment in which a bare client is told of a mail to the one in which its decision is stored.
fn delays(server: &Dovecot) -> Vec<Goal> {
    let folder = temporary();
    configure(folder.path(), &[mailbox("delay", server)]);
    server.client("delay").run("STATUS INBOX (MESSAGES)");
    let daemon = Daemon::start(folder.path());
    let told = watch(server, "delay");
    let database = rusqlite::Connection::open(folder.path().join("desk.db")).unwrap();
    let mut count = database.prepare("SELECT count(*) FROM decision").unwrap();
    let mut stored = move || count.query_row([], |row| row.get::<_, u32>(0)).unwrap() as usize;
    std::thread::sleep(Duration::from_secs(1));
    let (mut added, mut bare) = (Vec::new(), Vec::new());
    let before = stored();
    for n in 0..MAILS {
        let begin = Instant::now();
        server.deliver("delay", &n.to_string(), mail(n, "delay@example.org"));
        while stored() <= before + n {
            assert!(begin.elapsed() < Duration::from_secs(30), "mail {n} is not decided");
            std::thread::sleep(Duration::from_micros(500));
        }
        let ours = Instant::now();
        let theirs = told.recv_timeout(Duration::from_secs(30)).unwrap();
        added.push(ours.saturating_duration_since(theirs));
        bare.push(theirs.saturating_duration_since(begin));
        std::thread::sleep(Duration::from_millis(50));
    }
    drop(daemon);
    added.sort();
    bare.sort();
    println!("# daemon: the bare client is told {:?} after the delivery (median of {MAILS})", bare[MAILS / 2]);
    let at = |percent: usize| added[MAILS * percent / 100];
    vec![
        Goal::times("daemon-delay-p50", 1.0, at(50), Duration::from_millis(20)),
        Goal::times("daemon-delay-p95", 1.0, at(95), Duration::from_millis(100)),
    ]
}

/// What it holds with that many mailboxes in which nothing happens.
fn idle(server: &Dovecot) -> Goal {
    let folder = temporary();
    let names: Vec<String> = (0..MAILBOXES).map(|n| format!("idle{n}")).collect();
    configure(folder.path(), &names.iter().map(|name| mailbox(name, server)).collect::<Vec<_>>());
    let daemon = Daemon::start(folder.path());
    let waiting = |daemon: &Daemon| daemon.log().matches("connected mailbox").count();
    let begin = Instant::now();
    while waiting(&daemon) < MAILBOXES {
        assert!(begin.elapsed() < Duration::from_secs(120), "{}", daemon.log());
        std::thread::sleep(Duration::from_millis(50));
    }
    // Until every folder was looked at, and what that took is given back or not.
    std::thread::sleep(Duration::from_secs(5));
    Goal::memory("daemon-idle", daemon.resident(), 60_000_000)
}

/// From its start to the word that it is ready.
fn start(server: &Dovecot) -> Goal {
    let folder = temporary();
    configure(folder.path(), &[mailbox("start", server)]);
    fill(folder.path());
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let begin = Instant::now();
            let daemon = Daemon::start(folder.path());
            let time = begin.elapsed();
            drop(daemon);
            time
        })
        .collect();
    times.sort();
    Goal::times("daemon-start", 1.0, times[STARTS / 2], Duration::from_millis(100))
}

/// As many tickets as there are to be, each of another customer.
fn fill(folder: &Path) {
    let text = std::fs::read_to_string(folder.join("ticketd.toml")).unwrap();
    let (config, _) = ticketd::config::read(&text);
    let now = Timestamp(1_790_000_000_000);
    let store = Store::open(&folder.join("desk.db")).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let engine = Engine::start(store, Origin::Live, &config.setup, now).await.unwrap();
        for number in 0..TICKETS {
            let place = Place { mailbox: "start".into(), folder: "INBOX".into(), ..Place::default() };
            let raw = RawMail::new(mail(number, "start@example.org").into_bytes(), place);
            let answer = engine.deliver(Arc::new(engine.read(raw).await.unwrap()), now).await.unwrap();
            if number + 1 == TICKETS {
                answer.get().await.unwrap();
            }
        }
    });
    let database = rusqlite::Connection::open(folder.join("desk.db")).unwrap();
    let tickets: u32 = database.query_row("SELECT count(*) FROM ticket", [], |row| row.get(0)).unwrap();
    assert_eq!(tickets as usize, TICKETS);
}

fn mail(number: usize, to: &str) -> String {
    format!(
        "From: c{number}@example.com\r\nTo: {to}\r\nSubject: Question {number}\r\nMessage-ID: <{number}.{to}>\r\n\r\n\
         How does it work?\r\n"
    )
}

fn mailbox(name: &str, server: &Dovecot) -> String {
    format!(
        "[[mailbox]]\nname = \"{name}\"\naddress = \"{name}@example.org\"\n[mailbox.imap]\nhost = \"localhost\"\n\
         port = {}\nca_file = \"{}\"\nuser = \"{name}\"\npassword_file = \"password\"\nstart = \"all\"\n",
        server.imaps,
        server.authority().display()
    )
}

fn configure(folder: &Path, mailboxes: &[String]) {
    std::fs::write(folder.join("ticketd.toml"), format!("database = \"desk.db\"\n{}", mailboxes.concat())).unwrap();
    std::fs::write(folder.join("password"), PASSWORD).unwrap();
}

/// A bare client in IDLE. Gives when it was told of each mail.
fn watch(server: &Dovecot, user: &str) -> Receiver<Instant> {
    let stream = TcpStream::connect(("127.0.0.1", server.imap)).unwrap();
    let mut stream = BufReader::new(stream);
    let (sender, receiver) = channel();
    write!(stream.get_mut(), "a LOGIN {user} {PASSWORD}\r\nb EXAMINE INBOX\r\nc IDLE\r\n").unwrap();
    std::thread::spawn(move || {
        let (mut line, mut idling) = (String::new(), false);
        while stream.read_line(&mut line).is_ok_and(|length| length > 0) {
            idling |= line.starts_with('+');
            if idling && line.ends_with(" EXISTS\r\n") && sender.send(Instant::now()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

/// `ticketd run`, which has said that it is ready. Ended in the end.
struct Daemon {
    child: Child,
    log: std::path::PathBuf,
}

impl Daemon {
    fn start(folder: &Path) -> Daemon {
        let notify = folder.join("notify");
        // One of an earlier start.
        let _ = std::fs::remove_file(&notify);
        let socket = UnixDatagram::bind(&notify).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        let log = folder.join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_ticketd"));
        command.arg("run").current_dir(folder).env("NOTIFY_SOCKET", &notify).env("TICKETD_LOG", "info");
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(std::fs::File::create(&log).unwrap());
        let daemon = Daemon { child: command.spawn().unwrap(), log };
        let mut buffer = [0; 4096];
        loop {
            let length = socket.recv(&mut buffer).unwrap();
            if buffer[..length].starts_with(b"READY=1") {
                return daemon;
            }
        }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Bytes that it holds in memory (`VmRSS`, proc(5)).
    fn resident(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let _ = self.child.wait();
    }
}
