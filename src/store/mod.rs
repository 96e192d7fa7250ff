//! Floor 2: the database. SQL, the schema, the driver; loads a [`Workspace`](crate::domain::Workspace) and writes what
//! changed in it. No rules: what a row means is decided below, when it is written is decided above. The drivers' crates
//! are used in this room only.

pub mod attempts;
pub mod backup;
pub mod check;
pub mod consents;
pub mod content;
pub mod copy;
pub mod counter;
pub mod daemon;
pub mod dump;
mod error;
pub mod figures;
pub mod instance;
pub mod journal;
pub mod keys;
mod load;
mod location;
mod migrate;
pub mod outbox;
mod pages;
mod postgres;
mod read_only;
pub mod record_views;
mod save;
pub mod sent_copies;
mod sqlite;
mod statement;
mod tables;
pub mod ties;
mod tx;
pub mod unfetched;
pub mod views;
pub mod waiting;
pub mod watched;
pub mod webhooks;
pub mod workflow_log;
mod writer;

use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use postgres::Postgres;
use sqlite::Sqlite;

pub use error::StoreError;
pub use load::{due_timers, load};
pub use location::{Address, Location};
pub use save::save;
pub use tx::Tx;
pub use writer::{Answer, GroupWriter, Limits};

/// A database. Cheap to clone; all clones share its connections.
#[derive(Clone)]
pub struct Store {
    /// How messages name it: its path, or its address without the password.
    database: Arc<str>,
    /// Who notes here that a mail is about to be read.
    reader: i64,
    driver: Driver,
}

#[derive(Clone)]
enum Driver {
    Sqlite(Sqlite),
    Postgres(Postgres),
}

impl Store {
    /// Opens the database there and brings its schema up to date. A file is made when it is missing.
    pub fn open(location: impl Into<Location>) -> Result<Store, StoreError> {
        Store::open_as(location.into(), Sqlite::open, Postgres::open)
    }

    /// Opens a database that is there already, for a question: a place without one in it is refused and left as it is. A
    /// file that cannot be written is read.
    pub fn open_existing(location: impl Into<Location>) -> Result<Store, StoreError> {
        Store::open_as(location.into(), Sqlite::open_existing, Postgres::open_existing)
    }

    fn open_as(
        location: Location,
        file: fn(&Path, &str) -> Result<Sqlite, StoreError>,
        server: fn(&Address, &str) -> Result<Postgres, StoreError>,
    ) -> Result<Store, StoreError> {
        let database = location.to_string();
        let driver = match &location {
            Location::File(path) => Driver::Sqlite(file(path, &database)?),
            Location::Server(address) => Driver::Postgres(server(address, &database)?),
        };
        Ok(Store { database: database.into(), reader: drawn(), driver })
    }

    /// A database that is gone when its last clone is: in memory, and beyond some size in a temporary file.
    pub fn in_memory() -> Result<Store, StoreError> {
        let database = "the database in memory";
        Ok(Store { database: database.into(), reader: drawn(), driver: Driver::Sqlite(Sqlite::in_memory(database)?) })
    }

    /// Names this store and its clones among all that read mail into that database ([`attempts`]): drawn when it was opened,
    /// and gone with the process.
    pub fn reader(&self) -> i64 {
        self.reader
    }

    /// Reads in one transaction: everything `work` sees is of one moment. Nothing it writes is kept. A database in memory
    /// has one connection only: there, not from within `write`. `work` may be called again where a connection was lost.
    pub fn read<T>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.read(&self.database, work),
            Driver::Postgres(postgres) => postgres.read(&self.database, work),
        }
    }

    /// Writes in one transaction, committed when `work` returns `Ok`; one at a time, whoever else has the database open.
    /// `work` is called again where a connection was lost or another transaction was in the way, after what it did was
    /// rolled back: it has no effect but on the transaction.
    pub fn write<T>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.write(&self.database, work),
            Driver::Postgres(postgres) => postgres.write(&self.database, work),
        }
    }

    /// As [`Store::write`], without waiting for the disk: what is written outlives this process, however it ends, and is
    /// durable with the next `write`. A power cut before that may take it back.
    pub fn write_unsynced<T>(&self, work: impl FnMut(&mut Tx<'_>) -> Result<T, StoreError>) -> Result<T, StoreError> {
        match &self.driver {
            Driver::Sqlite(sqlite) => sqlite.write_unsynced(&self.database, work),
            Driver::Postgres(postgres) => postgres.write_unsynced(&self.database, work),
        }
    }
}

/// A number that nobody else draws. Never 0, which stands for one that is gone.
fn drawn() -> i64 {
    RandomState::new().hash_one(std::process::id()).cast_signed() | 1
}
