//! Sending what is in the outbox, durably, against Postfix's `smtp-source` that sends as many mails of the same size over
//! one session and remembers nothing. Both to `smtp-sink`, which throws everything away.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, Instant};

use ticketd::config::{self, OnUnknown, Relay, ReturnPath, Security, Server};
use ticketd::domain::{Origin, SendState, Timestamp};
use ticketd::engine::access::Access;
use ticketd::engine::delivery::{Outlet, Way, deliver};
use ticketd::engine::{Engine, Place, RawMail};
use ticketd::smtp::Limits;
use ticketd::store::{Store, content, outbox, views};

use crate::measure::Goal;

const MAILS: usize = 5_000;
const ROUNDS: usize = 5;
/// Postfix's own directories: Debian has one of the two in the PATH of root alone.
const SBIN: &str = "/usr/sbin";

/// The rate is at least 0.6 times that of `smtp-source`.
pub fn goals() -> Vec<Goal> {
    let Some(sink) = Sink::start() else {
        println!("skipped: smtp: no smtp-sink here (Debian's package postfix has it)");
        return Vec::new();
    };
    let folder = tempfile::tempdir().unwrap();
    let outbox = folder.path().join("filled.db");
    let bytes = fill(&outbox);
    let ours = || {
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("desk.db");
        std::fs::copy(&outbox, &copy).unwrap();
        send(&copy, sink.port)
    };
    vec![Goal::timed("smtp", 1.0 / 0.6, ROUNDS, MAILS, ours, || smtp_source(bytes, sink.port))]
}

/// A program that takes all mail and keeps none.
struct Sink {
    port: u16,
    child: Child,
}

impl Sink {
    fn start() -> Option<Sink> {
        let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
        let mut command = Command::new(format!("{SBIN}/smtp-sink"));
        // It refuses to be root.
        command.args(["-u", "nobody", &format!("127.0.0.1:{port}"), "100"]);
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().ok()?;
        let began = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(began.elapsed() < Duration::from_secs(10), "smtp-sink does not answer");
            std::thread::sleep(Duration::from_millis(10));
        }
        Some(Sink { port, child })
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        // It is gone already, or goes now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A database with that many acknowledgements to be sent; their size, on average.
fn fill(path: &Path) -> usize {
    let store = Store::open(path).unwrap();
    runtime().block_on(async {
        let setup = config::builtin().setup;
        let engine = Engine::start(store.clone(), Origin::Live, &setup, Timestamp(0)).await.unwrap();
        let now = Timestamp::from_seconds(1_800_000_000);
        for number in 0..MAILS {
            let mail = format!(
                "From: c{number}@example.com\r\nTo: support@example.org\r\nSubject: Question {number}\r\n\
                 Message-ID: <{number}@example.com>\r\n\r\nHow does it work?\r\n"
            );
            let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
            let mail = Arc::new(engine.read(RawMail::new(mail.into_bytes(), place)).await.unwrap());
            // The writer's answers are not waited for: it takes many at a time then.
            let answer = engine.deliver(mail, now).await.unwrap();
            if number + 1 == MAILS {
                answer.get().await.unwrap();
            }
        }
    });
    let sizes = store.read(|tx| {
        let entries = outbox::list(tx, &[SendState::Queued], 200)?;
        let mut sizes = 0;
        for entry in &entries {
            let message = views::message(tx, entry.send.message)?.unwrap();
            sizes += content::raw(tx, message.content)?.len() / entries.len();
        }
        Ok(sizes)
    });
    sizes.unwrap()
}

/// The time that it takes to send them all.
fn send(database: &Path, port: u16) -> Duration {
    let store = Store::open(database).unwrap();
    let relay = Relay {
        name: "sink".to_owned(),
        server: Server {
            host: "127.0.0.1".to_owned(),
            port,
            security: Security::None,
            allow_unencrypted: false,
            ca_file: None,
        },
        hello: Some("here.example.org".to_owned()),
        login: None,
        connections: 1,
        per_minute: None,
        per_domain: None,
        on_unknown: OnUnknown::Resend,
        return_path: ReturnPath::Verp,
        dkim: None,
    };
    let access = Access::new(Vec::new(), store.clone(), clock);
    let outlets = [Outlet { relay, signer: None, access }];
    let stop = AtomicBool::new(false);
    let way = Way { outlets: &outlets, limits: Limits::default(), clock, stop: &stop, ignore_pauses: false };
    runtime().block_on(async {
        let engine = Engine::resume(store.clone(), Origin::Live).unwrap();
        let start = Instant::now();
        let delivered = deliver(&engine, &way, &mut |_| ()).await.unwrap();
        let time = start.elapsed();
        assert_eq!(delivered.sent, MAILS as u64);
        time
    })
}

fn clock() -> Timestamp {
    static CLOCK: AtomicI64 = AtomicI64::new(1_800_000_001_000);
    Timestamp(CLOCK.fetch_add(1, Ordering::SeqCst))
}

fn smtp_source(bytes: usize, port: u16) -> Duration {
    let (mails, bytes) = (MAILS.to_string(), bytes.to_string());
    let mut command = Command::new(format!("{SBIN}/smtp-source"));
    command.args(["-d", "-s", "1", "-m", &mails, "-l", &bytes, "-f", "support@example.org", "-t", "c1@example.com"]);
    let start = Instant::now();
    let status = command.arg(format!("127.0.0.1:{port}")).status().unwrap();
    assert!(status.success(), "{status}");
    start.elapsed()
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}
