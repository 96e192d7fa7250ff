//! A carrier: one connection to a relay at a time, and the mails that go over it, one after the other.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::envelope::envelope_of;
use super::{Outlet, Way, answers};
use crate::config::Relay;
use crate::domain::*;
use crate::engine::access::Access;
use crate::smtp::{Cause, Connection, Delivery, Envelope, Limits, Signer, SmtpError};
use crate::store::outbox::DueSend;
use crate::store::{Store, StoreError, content};

/// Mails over one connection. Some relays end longer ones.
const MAILS_PER_CONNECTION: u32 = 500;

/// What a carrier has to say.
pub(super) struct Carried {
    pub carrier: usize,
    pub due: DueSend,
    pub result: Result<Answers, Trouble>,
}

/// What a relay answered about a mail.
pub(super) struct Answers {
    pub answers: Vec<RelayAnswer>,
    /// A fresh connection ended at this mail, before the relay had it.
    pub cut_short: Option<SmtpError>,
}

/// Why a mail was not offered.
pub(super) enum Trouble {
    /// The relay cannot be used, for this mail or any other. Nothing counts against the mail.
    Relay(SmtpError),
    Store(StoreError),
}

/// One connection to a relay.
pub(super) struct Carrier {
    index: usize,
    relay: Relay,
    signer: Option<Arc<Signer>>,
    access: Access,
    limits: Limits,
    clock: fn() -> Timestamp,
    store: Store,
    open: Option<Connection>,
    carried: u32,
}

impl Carrier {
    pub fn new(index: usize, outlet: &Outlet, way: &Way<'_>, store: Store) -> Carrier {
        let Outlet { relay, signer, access } = outlet.clone();
        Carrier { index, relay, signer, access, limits: way.limits, clock: way.clock, store, open: None, carried: 0 }
    }

    /// Carries what it is given until there is nothing more, then says goodbye.
    pub async fn run(mut self, mut mails: mpsc::Receiver<DueSend>, done: mpsc::Sender<Carried>) {
        while let Some(due) = mails.recv().await {
            let result = self.carry(&due).await;
            let carried = Carried { carrier: self.index, due, result };
            if done.send(carried).await.is_err() {
                break;
            }
        }
        if let Some(connection) = self.open.take() {
            connection.quit().await;
        }
    }

    async fn carry(&mut self, due: &DueSend) -> Result<Answers, Trouble> {
        let content = due.content;
        let mail = self.store.read(|tx| content::raw(tx, content)).map_err(Trouble::Store)?;
        let signed = self.signer.as_ref().and_then(|signer| signer.sign(&mail, (self.clock)()));
        let mail = signed.unwrap_or(mail);
        let envelope = envelope_of(due, self.relay.return_path);
        let is_fresh = self.connection().await?;
        let mut sent = self.send(&envelope, &mail).await;
        // A connection that lay open may have ended meanwhile: that says nothing about the mail.
        if !is_fresh && sent.as_ref().is_err_and(|error| error.cause == Cause::Temporary) {
            self.connection().await?;
            sent = self.send(&envelope, &mail).await;
        }
        let ids = due.recipients.iter().map(|(id, _)| *id);
        match sent {
            Ok(deliveries) => {
                let answers = ids.zip(&deliveries).map(|(id, delivery)| answers::answer(id, delivery)).collect();
                Ok(Answers { answers, cut_short: None })
            }
            // Others may pass.
            Err(error) if error.cause == Cause::Temporary => {
                let answers = ids.map(|id| answers::cut_short(id, &error)).collect();
                Ok(Answers { answers, cut_short: Some(error) })
            }
            Err(error) => Err(Trouble::Relay(error)),
        }
    }

    /// Sees to it that there is a connection; whether it is a new one.
    async fn connection(&mut self) -> Result<bool, Trouble> {
        if self.carried >= MAILS_PER_CONNECTION
            && let Some(connection) = self.open.take()
        {
            connection.quit().await;
        }
        if self.open.as_ref().is_some_and(Connection::is_open) {
            return Ok(false);
        }
        let connected = self.access.relay(&self.relay, &self.limits).await.map_err(Trouble::Relay)?;
        tracing::debug!(relay = self.relay.name, "connected");
        self.open = Some(connected);
        self.carried = 0;
        Ok(true)
    }

    async fn send(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<Vec<Delivery>, SmtpError> {
        // Out of reach while it is at work: a send that is not waited for takes its connection with it.
        let Some(mut connection) = self.open.take() else { return Ok(Vec::new()) };
        let sent = connection.send(envelope, mail).await;
        self.carried += 1;
        self.open = Some(connection).filter(Connection::is_open);
        sent
    }
}
