//! Servers that say nothing, or little at a time. The program's own bounds are minutes; here they are shorter.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ticketd::config::{self, Account, After, Credential, PasswordFrom, Security, Start};
use ticketd::domain::{MailboxKind, Origin, Timestamp};
use ticketd::engine::Engine;
use ticketd::engine::access::Access;
use ticketd::engine::sync::{self, Mailbox, Order};
use ticketd::imap::{Cause, ImapError, Limits};
use ticketd::store::{Location, Store};

use super::place::{desk, recovers, server};
use super::server::{Act, Server, USER};
use super::stages::STAGES;
use super::stream::certificate;
use crate::first_steps::Desk;

const LIMITS: Limits =
    Limits { connecting: Duration::from_millis(600), silence: Duration::from_millis(600), least_rate: 10_000 };
/// A server that is given up after half a second takes no longer than this, whatever else the machine does.
const SOON: Duration = Duration::from_secs(20);

pub fn account(server: &Server, security: Security) -> Account {
    Account {
        mailbox: "support".to_owned(),
        kind: MailboxKind::Team,
        server: config::Server {
            host: "localhost".to_owned(),
            port: server.port,
            security,
            allow_unencrypted: false,
            ca_file: Some(certificate().path.display().to_string()),
        },
        user: USER.to_owned(),
        credential: Credential::Password(PasswordFrom::Environment("UNUSED".to_owned())),
        folders: vec!["INBOX".to_owned()],
        sent_folders: None,
        start: Start::All,
        after: After::Nothing,
        sent_copy: false,
        most_bytes: 50_000_000,
        poll: 60_000,
    }
}

/// Runs what the program runs, into the desk's own database, with these bounds. How the mailbox ended.
fn sync_within(desk: &Desk, account: Account) -> Option<ImapError> {
    let path = desk.0.path().join("desk.db");
    if !path.exists() {
        let (code, out, err) = desk.run(&["apply", "ticketd.toml", "--db", "desk.db"]);
        assert_eq!(code, 0, "{out}{err}");
    }
    let store = Store::open(Location::File(path)).unwrap();
    let setup = store.read(ticketd::store::journal::current_setup).unwrap().unwrap();
    let now = || Timestamp(1_741_000_000_000);
    let password = PasswordFrom::File(desk.0.path().join("password").display().to_string());
    let account = Account { credential: Credential::Password(password), ..account };
    let mailboxes = vec![Mailbox { account, access: Access::new(Vec::new(), store.clone(), now) }];
    let order = Order { limits: LIMITS, ..Order::default() };
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let read = runtime.block_on(async {
        let engine = Engine::start(store.clone(), Origin::Live, &setup, now()).await.unwrap();
        sync::sync(&engine, mailboxes, order, now, &AtomicBool::new(false), &mut |_| Ok(())).await.unwrap()
    });
    assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
    read.into_iter().next().unwrap().result.err()
}

#[test]
fn a_server_that_says_nothing_at_any_stage_is_given_up() {
    for (at, name) in STAGES {
        for bytes in [0, 7] {
            let server = server();
            let desk = desk(&server, "");
            server.misbehave(at, move |_, answer| {
                vec![Act::Send(answer[..bytes].to_vec()), Act::Pause(Duration::from_millis(50)), Act::Hang]
            });
            let error = sync_within(&desk, account(&server, Security::None)).unwrap();
            assert_eq!(error.cause, Cause::Temporary);
            assert!(error.what.ends_with(&format!("during {name}: nothing came for 600ms")), "{error}");
            recovers(&desk, &server);
        }
    }
}

#[test]
fn a_server_that_sends_a_byte_at_a_time_is_given_up() {
    for at in ["greeting", "LOGIN", "UID FETCH 1:3 (UID BODY"] {
        let server = server();
        let desk = desk(&server, "");
        // As slow to this bound as a byte a second is to the program's.
        server.misbehave(at, |_, answer| {
            let slowly = answer.iter().flat_map(|byte| [Act::Send(vec![*byte]), Act::Pause(Duration::from_millis(20))]);
            let endless = std::iter::repeat_n((), 3000)
                .flat_map(|()| [Act::Send(b"*".to_vec()), Act::Pause(Duration::from_millis(20))]);
            slowly.take(answer.len() * 2 - 4).chain(endless).collect()
        });
        let error = sync_within(&desk, account(&server, Security::None)).unwrap();
        assert_eq!(error.cause, Cause::Temporary);
        assert!(error.what.contains("it is too slow: "), "{at}: {error}");
        recovers(&desk, &server);
    }
}

#[test]
fn a_server_that_is_slow_and_not_too_slow_is_waited_for() {
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("", |_, answer| {
        let parts = answer.chunks(answer.len().div_ceil(2));
        parts.flat_map(|part| [Act::Pause(Duration::from_millis(100)), Act::Send(part.to_vec())]).collect()
    });
    assert_eq!(sync_within(&desk, account(&server, Security::None)), None);
    recovers(&desk, &server);
}

#[test]
fn a_server_that_does_not_begin_with_tls_is_given_up() {
    // It waits for a command, as one without TLS does when its port is taken for another.
    let server = server();
    let desk = desk(&server, "");
    server.misbehave("greeting", |_, _| vec![Act::Hang]);
    let error = sync_within(&desk, account(&server, Security::Implicit)).unwrap();
    assert_eq!((error.cause, error.what.as_str()), (Cause::Temporary, "TLS: no answer for 600ms"));
    // After STARTTLS it says nothing.
    server.model.lock().unwrap().capabilities.0 = "STARTTLS";
    server.misbehave("STARTTLS", |_, answer| vec![Act::Send(answer.to_vec()), Act::Hang]);
    let error = sync_within(&desk, account(&server, Security::StartTls)).unwrap();
    assert_eq!((error.cause, error.what.as_str()), (Cause::Temporary, "TLS: no answer for 600ms"));
    server.behave();
    recovers(&desk, &server);
}
