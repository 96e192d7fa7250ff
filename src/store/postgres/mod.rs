//! The driver for PostgreSQL: two connections, one that writes and one that reads. What SQLite cannot have happens here:
//! connections get lost, and transactions of others are in the way. Both are met by running the work again.

mod address;
pub(super) mod check;
mod connection;
mod errors;
pub(super) mod lock;
mod migrate;
mod pipeline;
mod transaction;
mod values;

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::sleep;
use std::time::{Duration, Instant};

use tokio_postgres::Config;

use connection::Connection;
use errors::Trouble;
use transaction::Mode;
pub(super) use transaction::PgTransaction;

use super::tx::Tx;
use super::{Address, StoreError};

/// How long work is run again that others are in the way of.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a lost connection is tried to be made again, counted from when it was lost: whoever comes later, while it is
/// away, tries once, and does not wait as long as those before did.
const AWAY: Duration = Duration::from_secs(20);
/// Pauses between two tries: from the first, doubled each time, to the last.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(1));

/// The connections to one database.
#[derive(Clone)]
pub(super) struct Postgres {
    config: Arc<Config>,
    /// `None` after a connection was lost.
    reading: Arc<Mutex<Option<Connection>>>,
    writing: Arc<Mutex<Option<Connection>>>,
    /// Since when there is no connection to be had.
    lost: Arc<Mutex<Option<Instant>>>,
}

impl Postgres {
    /// Opens the database and brings its schema up to date.
    pub(super) fn open(address: &Address, database: &str) -> Result<Self, StoreError> {
        Postgres::open_checked(address, database, true)
    }

    /// Opens a database in which the schema is already.
    pub(super) fn open_existing(address: &Address, database: &str) -> Result<Self, StoreError> {
        Postgres::open_checked(address, database, false)
    }

    fn open_checked(address: &Address, database: &str, may_be_empty: bool) -> Result<Self, StoreError> {
        let config = address::config(address, database)?;
        // At the start nothing is tried twice: a server that is not there is told at once.
        let trouble = Cell::new(None);
        let mut writing = Connection::open(&config, database, &trouble)?;
        migrate::migrate(&mut writing, database, may_be_empty)?;
        let reading = Connection::open(&config, database, &trouble)?;
        Ok(Postgres {
            config: Arc::new(config),
            reading: Arc::new(Mutex::new(Some(reading))),
            writing: Arc::new(Mutex::new(Some(writing))),
            lost: Arc::default(),
        })
    }

    pub(super) fn read<T>(
        &self,
        database: &str,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(&self.reading, database, Mode::Read, &mut work)
    }

    pub(super) fn write<T>(
        &self,
        database: &str,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(&self.writing, database, Mode::Write, &mut work)
    }

    pub(super) fn write_unsynced<T>(
        &self,
        database: &str,
        mut work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.run(&self.writing, database, Mode::WriteUnsynced, &mut work)
    }

    /// Runs the work in a transaction, again and again where it was not the work's fault that it failed.
    fn run<T>(
        &self,
        connection: &Mutex<Option<Connection>>,
        database: &str,
        mode: Mode,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut connection = connection.lock().unwrap_or_else(PoisonError::into_inner);
        let mut patience = Patience::new();
        loop {
            let trouble = Cell::new(None);
            let error = match self.attempt(&mut connection, database, mode, &trouble, work) {
                Ok(result) => {
                    self.found();
                    return Ok(result);
                }
                Err(error) => error,
            };
            match trouble.get() {
                None => return Err(error),
                Some(Trouble::InTheWay) => tracing::debug!(database, %error, "run again"),
                Some(Trouble::Lost) => {
                    tracing::warn!(database, %error, "connecting again");
                    *connection = None;
                    if self.is_away() {
                        return Err(error);
                    }
                }
            }
            if !patience.pause() {
                return Err(error);
            }
        }
    }

    /// There is a connection.
    fn found(&self) {
        *self.lost.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// There is none; whether that has been so for so long that nobody is to wait for it any more.
    fn is_away(&self) -> bool {
        let mut lost = self.lost.lock().unwrap_or_else(PoisonError::into_inner);
        lost.get_or_insert_with(Instant::now).elapsed() > AWAY
    }

    /// One transaction. `trouble` tells afterwards whether an error is worth another.
    fn attempt<T>(
        &self,
        connection: &mut Option<Connection>,
        database: &str,
        mode: Mode,
        trouble: &Cell<Option<Trouble>>,
        work: &mut impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let open = match connection {
            Some(open) => open,
            None => connection.insert(Connection::open(&self.config, database, trouble)?),
        };
        let transaction = PgTransaction::begin(open, database, mode, trouble)?;
        let id = transaction.id().map(str::to_owned);
        let mut tx = Tx::postgres(transaction, database);
        let result = work(&mut tx)?;
        // A reader has nothing to commit: its transaction ends here.
        let Some(id) = id else { return Ok(result) };
        let Err(error) = tx.commit() else { return Ok(result) };
        if trouble.get() == Some(Trouble::Lost) {
            *connection = None;
            // Until that is known it is worth no other run.
            trouble.set(None);
            if self.was_committed(connection, database, &id)? {
                return Ok(result);
            }
            trouble.set(Some(Trouble::Lost));
        }
        Err(error)
    }

    /// What became of a transaction whose commit was not answered: asked over a new connection, for to run its work again
    /// might carry it out twice.
    fn was_committed(&self, connection: &mut Option<Connection>, database: &str, id: &str) -> Result<bool, StoreError> {
        let mut patience = Patience::new();
        loop {
            let trouble = Cell::new(None);
            let asked = Connection::open(&self.config, database, &trouble).and_then(|mut open| {
                let status = PgTransaction::begin(&mut open, database, Mode::Read, &trouble)?.status_of(id)?;
                *connection = Some(open);
                Ok(status)
            });
            match asked.as_ref().map(Option::as_deref) {
                Ok(Some("committed")) => return Ok(true),
                Ok(Some("aborted")) => return Ok(false),
                // The server has not noticed yet that nobody is there any more, or is not there itself.
                Ok(Some(_)) => {}
                Err(_) if trouble.get().is_some() => {}
                Ok(None) | Err(_) => return Err(in_doubt(database)),
            }
            if !patience.pause() {
                return Err(in_doubt(database));
            }
        }
    }
}

fn in_doubt(database: &str) -> StoreError {
    let what = "the connection was lost during a commit, and whether it happened could not be found out".to_owned();
    StoreError::Unreachable { database: database.to_owned(), what }
}

/// The time that is left for trying again.
struct Patience {
    until: Instant,
    pause: Duration,
}

impl Patience {
    fn new() -> Self {
        Patience { until: Instant::now() + PATIENCE, pause: PAUSES.0 }
    }

    /// Waits before the next try. `false`: there has been enough of it.
    fn pause(&mut self) -> bool {
        sleep(self.pause);
        self.pause = (self.pause * 2).min(PAUSES.1);
        Instant::now() < self.until
    }
}
