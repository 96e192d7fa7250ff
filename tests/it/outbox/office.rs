//! A desk that is at work: a database, the engine, and a relay that does as it is told.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::Duration;

use ticketd::config::{self, Relay};
use ticketd::domain::*;
use ticketd::engine::access::Access;
use ticketd::engine::delivery::{Delivered, Outlet, Step, Way, deliver};
use ticketd::engine::{Engine, Outcome, Place, RawMail, Reply, refold};
use ticketd::smtp::Limits;
use ticketd::store::Store;
use ticketd::store::outbox::{self, OutboxEntry};

thread_local! {
    /// What the office takes for the time: a test has a thread of its own. It only goes forward.
    static CLOCK: Cell<i64> = const { Cell::new(1_790_000_000_000) };
}

pub fn now() -> Timestamp {
    CLOCK.set(CLOCK.get() + 1);
    Timestamp(CLOCK.get())
}

pub struct Office {
    pub engine: Engine,
    pub stop: AtomicBool,
    mails: AtomicI64,
}

impl Office {
    pub async fn new() -> Office {
        Office::on(Store::in_memory().unwrap()).await
    }

    pub async fn on(store: Store) -> Office {
        Office::at(store, "support@example.org").await
    }

    /// A desk of that address.
    pub async fn at(store: Store, address: &str) -> Office {
        Office::with(store, address, |_| ()).await
    }

    /// A desk of that address, changed.
    pub async fn with(store: Store, address: &str, change: impl FnOnce(&mut Setup)) -> Office {
        let mut setup = config::builtin().setup;
        setup.mailboxes[0].addresses = vec![EmailAddress::parse(address).unwrap()];
        setup.users.push(UserSetup {
            name: "alice".into(),
            display_name: "Alice".into(),
            addresses: vec![EmailAddress::parse("alice@example.org").unwrap()],
            roles: vec![Role::Agent],
            disabled: false,
        });
        change(&mut setup);
        let engine = Engine::start(store, Origin::Live, &setup, now()).await.unwrap();
        Office { engine, stop: AtomicBool::new(false), mails: AtomicI64::new(0) }
    }

    /// A customer writes: a ticket, and an acknowledgement in the outbox.
    pub async fn customer_writes(&self, from: &str) -> RecordId {
        let number = self.mails.fetch_add(1, Ordering::SeqCst);
        let mail = format!(
            "From: {from}\r\nTo: support@example.org\r\nSubject: Question {number}\r\nMessage-ID: <{number}@example.com>\r\n\
             \r\nHow does it work?\r\n"
        );
        self.takes(mail).await.decision.ticket.unwrap()
    }

    /// A mail arrives in the team mailbox.
    pub async fn takes(&self, mail: impl Into<Vec<u8>>) -> Outcome {
        let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
        let mail = self.engine.read(RawMail::new(mail.into(), place)).await.unwrap();
        self.engine.deliver(std::sync::Arc::new(mail), now()).await.unwrap().get().await.unwrap()
    }

    /// The bytes of what was queued by an outcome.
    pub fn bytes_of(&self, outcome: &Outcome) -> Vec<Vec<u8>> {
        let raw = |message| {
            self.engine.store().read(|tx| {
                let row = ticketd::store::views::message(tx, message)?.unwrap();
                ticketd::store::content::raw(tx, row.content)
            })
        };
        outcome.queued.iter().map(|queued| raw(queued.message).unwrap()).collect()
    }

    pub async fn alice_answers(&self, ticket: RecordId, text: &str, cc: &[&str]) -> SendId {
        let cc = cc.iter().map(|cc| Participant { name: String::new(), address: EmailAddress::parse(cc).unwrap() });
        let draft = Draft { text: text.into(), cc: cc.collect(), ..Draft::default() };
        let reply = Reply { letter: draft.into(), ..Reply::default() };
        self.engine.reply(now(), "alice", ticket, reply).await.unwrap().queued[0].send
    }

    /// One pass over what is due.
    pub async fn deliver(&self, relays: &[Relay]) -> Delivered {
        self.deliver_as(relays, false).await
    }

    pub async fn deliver_as(&self, relays: &[Relay], ignore_pauses: bool) -> Delivered {
        let access = Access::new(Vec::new(), self.engine.store().clone(), now);
        let outlet = |relay: &Relay| Outlet { relay: relay.clone(), signer: None, access: access.clone() };
        let outlets: Vec<_> = relays.iter().map(outlet).collect();
        let way = Way { outlets: &outlets, limits: limits(), clock: now, stop: &self.stop, ignore_pauses };
        deliver(&self.engine, &way, &mut |_: Step| ()).await.unwrap()
    }

    pub fn entry(&self, send: SendId) -> OutboxEntry {
        self.engine.store().read(|tx| outbox::find(tx, send.0)).unwrap().unwrap()
    }

    /// Everything in the outbox, oldest first.
    pub fn entries(&self) -> Vec<OutboxEntry> {
        let mut all = self.engine.store().read(|tx| outbox::list(tx, SendState::ALL, 1000)).unwrap();
        all.reverse();
        all
    }

    pub fn states(&self) -> Vec<SendState> {
        self.entries().iter().map(|entry| entry.send.state).collect()
    }

    pub fn pass(&self, time: Millis) {
        CLOCK.set(CLOCK.get() + time);
    }

    /// The journal, folded again, gives all of this.
    pub fn folds(&self) {
        let refolded = refold(self.engine.store(), |_| ()).unwrap();
        assert!(refolded.differences.is_empty(), "{:?}", refolded.differences);
    }
}

/// Enough for a server on this machine that answers at all.
fn limits() -> Limits {
    let limit = Duration::from_secs(5);
    Limits { connecting: limit, greeting: limit, command: limit, data: limit, block: limit, end: limit, goodbye: limit }
}
