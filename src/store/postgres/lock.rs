//! The lock that one who fetches mail holds: an advisory one of the server's, on a connection of its own, so that it falls
//! with the process however that ends. It is for the schema, as a desk is: several may be in one database.

use std::cell::Cell;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::address;
use super::connection::{Connection, wait};
use super::errors::store_error;
use crate::store::{Address, StoreError};

/// How long a server may take to notice that whoever held it is gone.
const PATIENCE: Duration = Duration::from_secs(2);
const PAUSE: Duration = Duration::from_millis(50);

/// Upper half of the lock's number: `tktd`, so that it is nobody else's.
const SQL: &str = "SELECT pg_try_advisory_lock((1953199204::bigint << 32) | coalesce( \
                   (SELECT oid::bigint FROM pg_namespace WHERE nspname = current_schema()), 0))";

/// Held while this lives.
pub(in crate::store) struct Lock {
    connection: Connection,
    database: String,
}

impl Lock {
    /// Fails where the connection that holds it is gone.
    pub(in crate::store) fn check(&self) -> Result<(), StoreError> {
        let asked = wait(self.connection.client.query_one("SELECT 1", &[]));
        asked.map(|_| ()).map_err(|error| store_error(&error, &self.database, "the lock of who fetches"))
    }
}

/// Takes it.
pub(in crate::store) fn lock(place: &Address, database: &str) -> Result<Lock, StoreError> {
    let connection = Connection::open(&address::config(place, database)?, database, &Cell::new(None))?;
    let until = Instant::now() + PATIENCE;
    loop {
        let answer = wait(connection.client.query_one(SQL, &[])).and_then(|row| row.try_get(0));
        if answer.map_err(|error| store_error(&error, database, "the lock of who fetches"))? {
            return Ok(Lock { connection, database: database.to_owned() });
        }
        if Instant::now() > until {
            return Err(StoreError::Fetching { database: database.to_owned() });
        }
        sleep(PAUSE);
    }
}
