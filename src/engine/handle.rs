//! The engine as the faces hold it: a store with its writer, and the way to read mail.

use std::sync::Arc;

use super::mail::{Mail, Place, Reader};
use super::step::Step;
use super::unit::{Input, Outcome, Unit, Written};
use crate::compose::{Keyring, SigningKey};
use crate::decide::Refusal;
use crate::domain::*;
use crate::parse;
use crate::store::content::{self, pack};
use crate::store::{self, Answer, GroupWriter, Limits, Store, StoreError, keys};

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
}

/// The engine at work on one database.
pub struct Engine {
    store: Store,
    writer: GroupWriter<Unit, Outcome>,
    reader: Reader,
    origin: Origin,
}

impl Engine {
    /// Starts on a database. `setup` comes into force at `at` where it is not in force already.
    pub async fn start(store: Store, origin: Origin, setup: &Setup, at: Timestamp) -> Result<Engine, EngineError> {
        Engine::start_reading(store, origin, setup, at, parse::read).await
    }

    /// The same with another way to read bytes.
    pub async fn start_reading(
        store: Store,
        origin: Origin,
        setup: &Setup,
        at: Timestamp,
        read: fn(&[u8]) -> Facts,
    ) -> Result<Engine, EngineError> {
        let engine = Engine::begin(store, origin, read)?;
        engine.install(setup, at, None).await?;
        Ok(engine)
    }

    /// Starts on a database with the setup that is in force in it.
    pub fn resume(store: Store, origin: Origin) -> Result<Engine, EngineError> {
        Engine::begin(store, origin, parse::read)
    }

    fn begin(store: Store, origin: Origin, read: fn(&[u8]) -> Facts) -> Result<Engine, EngineError> {
        let (keys, seed) = store.read(|tx| Ok((keys::signing_keys(tx)?, keys::seed(tx)?)))?;
        let keyring = keyring(&keys)?;
        let mut step = Step::new(keyring.clone(), seed);
        let writer =
            GroupWriter::start(store.clone(), Limits::default(), Unit::weight, move |tx, units| step.run(tx, units))?;
        Ok(Engine { store, writer, reader: Reader::new(keyring, read), origin })
    }

    /// Brings a setup into force, unless it is. Refused where it would take something from under tickets.
    pub async fn install(&self, setup: &Setup, at: Timestamp, actor: Option<&str>) -> Result<(), EngineError> {
        if self.store.read(store::journal::current_setup)?.as_ref() != Some(setup) {
            self.command(at, actor, Input::Setup(Arc::new(setup.clone()))).await?;
        }
        Ok(())
    }

    /// The database.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Reads mail, on any thread.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// Hands a mail over; the answer comes when it is decided and durable. `at`: when we got it.
    pub async fn deliver(&self, mail: Arc<Mail>, at: Timestamp) -> Result<Answer<Outcome>, EngineError> {
        Ok(self.writer.submit(self.unit(at, None, Input::Mail(mail))).await?)
    }

    /// Carries out what a user orders, durably. A refusal changes nothing.
    pub async fn command(&self, at: Timestamp, actor: Option<&str>, input: Input) -> Result<Outcome, EngineError> {
        let outcome = self.writer.write(self.unit(at, actor, input)).await?;
        match outcome.refused {
            Some(refusal) => Err(refusal.into()),
            None => Ok(outcome),
        }
    }

    /// Fires the timers that are due at `now`, each at its own time. Gives what became of them.
    pub async fn fire_timers(&self, now: Timestamp) -> Result<Vec<Outcome>, EngineError> {
        let mut outcomes = Vec::new();
        loop {
            let due = self.store.read(|tx| store::due_timers(tx, now, 64))?;
            if due.is_empty() {
                return Ok(outcomes);
            }
            for timer in due {
                outcomes.extend(self.fire(&timer).await?);
            }
        }
    }

    async fn fire(&self, timer: &TimerRow) -> Result<Option<Outcome>, EngineError> {
        let delivery = DeliveryId(timer.subject);
        let (raw, cause, history) = self.store.read(|tx| pending(tx, delivery))?;
        let mail = Arc::new(self.reader.mail(&raw, Place { history, ..Place::default() }));
        let input = Input::Retry { timer: timer.id, fence: timer.fence, delivery, mail };
        let unit = Unit { cause: Some(cause), ..self.unit(timer.due_at, None, input) };
        let outcome = self.writer.write(unit).await?;
        match outcome.refused {
            None => Ok(Some(outcome)),
            // Somebody else was faster.
            Some(Refusal::StaleFence) => Ok(None),
            Some(refusal) => Err(refusal.into()),
        }
    }

    fn unit(&self, at: Timestamp, actor: Option<&str>, input: Input) -> Unit {
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
    let usable = |key: &keys::SigningKey| SigningKey::new(&key.kid, key.secret).ok();
    let current = keys.iter().filter(|key| key.retired_at.is_none()).find_map(usable).ok_or(EngineError::NoKey)?;
    Ok(Keyring::new(current, keys.iter().filter_map(usable).collect()))
}
