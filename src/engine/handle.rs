//! The engine as the faces hold it: a store with its writer, and the way to read mail.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::apart;
use super::intake::{Intake, MOST_ATTEMPTS, MOST_ATTEMPTS_OF_SOUND};
use super::mail::{Mail, Place, RawMail, Reader};
use super::readers::Readers;
use super::step::Step;
use super::unit::{Input, Outcome, Unit, Work, Written};
use crate::compose::{Keyring, SigningKey};
use crate::decide::Refusal;
use crate::domain::*;
use crate::parse;
use crate::store::content::{self, pack};
use crate::store::{self, Answer, GroupWriter, Limits, Store, StoreError, attempts, keys};

/// How long reading a mail may take.
pub const READING_LIMIT: Duration = Duration::from_secs(30);

/// Why the engine could not do something.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Refused(#[from] Refusal),
    #[error("there is no message {0}")]
    NoMessage(MessageId),
    #[error("the database has no usable signing key; restore it from a backup")]
    NoKey,
    #[error(
        "{left} mails are still being read after {limit:?} each, and hold their threads; start the program again: each is \
         kept, tried again, and quarantined in the end"
    )]
    ReadersHang { left: usize, limit: Duration },
    #[error("no thread could be started to read mail on: {0}")]
    NoThread(String),
    #[error("message {0} could not be read again: {1}")]
    Unreadable(MessageId, String),
}

/// The engine at work on one database.
pub struct Engine {
    store: Store,
    writer: GroupWriter<Work, Outcome>,
    readers: Readers,
    origin: Origin,
    /// The program that reads a mail in a process of its own.
    apart: Option<PathBuf>,
}

impl Engine {
    /// Starts on a database. `setup` comes into force at `at` where it is not in force already.
    pub async fn start(store: Store, origin: Origin, setup: &Setup, at: Timestamp) -> Result<Engine, EngineError> {
        let engine = Engine::resume(store, origin)?;
        engine.install(setup, at, None).await?;
        Ok(engine)
    }

    /// The same with another way to read bytes, and another time that it may take; no process of its own reads that way.
    pub async fn start_reading(
        store: Store,
        origin: Origin,
        setup: &Setup,
        at: Timestamp,
        read: fn(&[u8]) -> Facts,
        limit: Duration,
    ) -> Result<Engine, EngineError> {
        let engine = Engine::begin(store, origin, read, limit)?;
        engine.install(setup, at, None).await?;
        Ok(engine)
    }

    /// Starts on a database with the setup that is in force in it.
    pub fn resume(store: Store, origin: Origin) -> Result<Engine, EngineError> {
        let engine = Engine::begin(store, origin, parse::read, READING_LIMIT)?;
        Ok(Engine { apart: std::env::current_exe().ok(), ..engine })
    }

    /// With another program to read a mail apart ([`super::apart`]).
    pub fn reading_apart(self, program: PathBuf) -> Engine {
        Engine { apart: Some(program), ..self }
    }

    fn begin(store: Store, origin: Origin, read: fn(&[u8]) -> Facts, limit: Duration) -> Result<Engine, EngineError> {
        let reader = store.reader();
        let (keys, seeds, has_noted) =
            store.read(|tx| Ok((keys::signing_keys(tx)?, keys::seeds(tx)?, attempts::has_noted(tx, reader)?)))?;
        if has_noted {
            // By an engine of this process that failed: nothing of that is being read any more, and we live.
            store.write(|tx| attempts::take_back(tx, reader))?;
        }
        let keyring = keyring(&keys)?;
        let mut step = Step::new(keyring.clone(), seeds);
        let carry_out = move |tx: &mut store::Tx<'_>, work: &[Work]| step.carry_out(tx, work);
        let writer = GroupWriter::start(store.clone(), Limits::default(), Work::weight, carry_out)?;
        let readers = Readers::new(Reader::new(keyring, read), limit);
        Ok(Engine { store, writer, readers, origin, apart: None })
    }

    /// Brings a setup into force, unless it is. Refused where it would take something from under tickets.
    pub async fn install(&self, setup: &Setup, at: Timestamp, actor: Option<&str>) -> Result<(), EngineError> {
        if self.store.read(store::journal::current_setup)?.as_ref() != Some(setup) {
            tracing::debug!(mailboxes = setup.mailboxes.len(), actor, "a setup comes into force");
            self.command(at, actor, Input::Setup(Arc::new(setup.clone().into()))).await?;
        }
        Ok(())
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn readers(&self) -> &Readers {
        &self.readers
    }

    /// The way in for mail that is found somewhere.
    pub fn intake<T>(&self) -> Result<Intake<'_, T>, EngineError> {
        Intake::new(self)
    }

    /// Reads a mail, without noting that it is about to.
    pub async fn read(&self, raw: RawMail) -> Result<Mail, EngineError> {
        Ok(self.readers.start(raw, None)?.get().await)
    }

    /// Reads a mail after noting one more attempt to. After too many that did not end it is given up unread. The note
    /// outlives the program; it does not wait for the disk, for a program that is killed meanwhile would count against this
    /// mail.
    pub(super) async fn read_alone(&self, raw: RawMail) -> Result<Mail, EngineError> {
        let digest = raw.digest;
        let ended = self.store.read(|tx| attempts::count_of(tx, digest))?;
        if ended >= MOST_ATTEMPTS && (ended >= MOST_ATTEMPTS_OF_SOUND || !self.survived_apart(&raw).await?) {
            let failure = format!("reading it ended the program {ended} times");
            return Ok(Mail { attempt: Some(digest), ..self.readers.unread(&raw, failure, true) });
        }
        tracing::debug!(bytes = raw.bytes.len(), ended, "a mail is read alone");
        self.store.write_unsynced(|tx| attempts::begin(tx, self.store.reader(), digest))?;
        Ok(self.readers.start(raw, Some(digest))?.get().await)
    }

    /// Whether a process of its own survives reading it. `false` where there is none to be had.
    async fn survived_apart(&self, raw: &RawMail) -> Result<bool, EngineError> {
        let (Some(program), bytes) = (self.apart.clone(), raw.bytes.clone()) else { return Ok(false) };
        let tried = tokio::task::spawn_blocking(move || apart::survives(&program, &bytes)).await;
        tried.map_err(|error| EngineError::NoThread(error.to_string()))
    }

    /// Has it noted that these mails are about to be read.
    pub(super) async fn note(&self, digests: Vec<ContentDigest>) -> Result<Answer<Outcome>, EngineError> {
        if !digests.is_empty() {
            tracing::debug!(mails = digests.len(), "mails are about to be read");
        }
        Ok(self.writer.submit(Work::Note { reader: self.store.reader(), digests }).await?)
    }

    /// Ends once the writer has done all that it was given: it is at work, and can write.
    pub async fn pulse(&self) -> Result<(), EngineError> {
        self.note(Vec::new()).await?.get().await?;
        Ok(())
    }

    /// Hands a mail over; the answer comes when it is decided and durable. `at`: when we got it.
    pub async fn deliver(&self, mail: Arc<Mail>, at: Timestamp) -> Result<Answer<Outcome>, EngineError> {
        Ok(self.writer.submit(Work::Unit(self.unit(at, None, Input::Mail(mail)))).await?)
    }

    /// Hands over mails that came together, each with the time when we got it. One answer each.
    pub async fn deliver_all(
        &self,
        mails: impl IntoIterator<Item = (Arc<Mail>, Timestamp)>,
    ) -> Result<Vec<Answer<Outcome>>, EngineError> {
        let units = mails.into_iter().map(|(mail, at)| Work::Unit(self.unit(at, None, Input::Mail(mail))));
        Ok(self.writer.submit_all(units.collect()).await?)
    }

    /// Hands units over together. One answer each.
    pub(super) async fn hand_in_all(&self, units: Vec<Unit>) -> Result<Vec<Answer<Outcome>>, EngineError> {
        Ok(self.writer.submit_all(units.into_iter().map(Work::Unit).collect()).await?)
    }

    /// Hands an input over; the answer comes when it is decided and durable.
    pub(super) async fn hand_in(&self, at: Timestamp, input: Input) -> Result<Answer<Outcome>, EngineError> {
        Ok(self.writer.submit(Work::Unit(self.unit(at, None, input))).await?)
    }

    /// Carries out what a user orders, durably. A refusal changes nothing.
    pub async fn command(&self, at: Timestamp, actor: Option<&str>, input: Input) -> Result<Outcome, EngineError> {
        let outcome = self.writer.write(Work::Unit(self.unit(at, actor, input))).await?;
        match outcome.refused {
            Some(refusal) => Err(refusal.into()),
            None => Ok(outcome),
        }
    }

    /// A user has a quarantined mail read again, now.
    pub async fn retry_quarantined(
        &self,
        at: Timestamp,
        user: Option<&str>,
        delivery: DeliveryId,
    ) -> Result<(Arc<Mail>, Outcome), EngineError> {
        let (raw, _, history) = self.store.read(|tx| pending(tx, delivery))?;
        let mail = Arc::new(self.read(RawMail::new(raw, Place { history, ..Place::default() })).await?);
        let outcome = self.command(at, user, Input::QuarantineRetry { delivery, mail: mail.clone() }).await?;
        Ok((mail, outcome))
    }

    /// A user gives a quarantined mail up.
    pub async fn drop_quarantined(
        &self,
        at: Timestamp,
        user: Option<&str>,
        delivery: DeliveryId,
    ) -> Result<Outcome, EngineError> {
        self.command(at, user, Input::QuarantineDrop { delivery }).await
    }

    pub(super) fn unit(&self, at: Timestamp, actor: Option<&str>, input: Input) -> Unit {
        Unit { at, origin: self.origin, actor: actor.map(str::to_owned), cause: None, input, journaled: None }
    }
}

/// A draft, and its bytes as they are stored.
pub fn written(draft: Draft) -> Written {
    let packed = pack(&draft.to_bytes());
    Written { draft, packed }
}

/// A pending delivery: its raw bytes, the event of its arrival, and whether it came as history.
pub(super) fn pending(tx: &mut store::Tx<'_>, delivery: DeliveryId) -> Result<(Vec<u8>, EventSeq, bool), StoreError> {
    let row = store::views::delivery(tx, delivery)?;
    let row = row.ok_or_else(|| tx.damaged(format!("delivery {delivery} is missing")))?;
    let event = store::journal::event(tx, row.event)?;
    let arrival = event.and_then(|event| serde_json::from_str(&event.payload).ok());
    let history = matches!(arrival, Some(Payload::Arrival(Arrival { history: true, .. })));
    Ok((content::raw(tx, row.content)?, row.event, history))
}

/// The newest key signs; all of them verify.
pub(super) fn keyring(keys: &[keys::SigningKey]) -> Result<Keyring, EngineError> {
    let usable =
        |key: &keys::SigningKey| SigningKey::new(&key.kid, key.secret).ok().map(|usable| usable.since(key.created_at));
    let current = keys.iter().filter(|key| key.retired_at.is_none()).find_map(usable).ok_or(EngineError::NoKey)?;
    Ok(Keyring::new(current, keys.iter().filter_map(usable).collect()))
}
