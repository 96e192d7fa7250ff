//! One connection: a thread of its own reads and writes the socket, whoever has a question waits for the answer. The
//! waiting needs no runtime, so it may be done in a task of one.

use std::cell::Cell;
use std::collections::HashMap;
use std::pin::pin;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::task::{Context, Poll, Wake, Waker};
use std::thread::Thread;
use std::time::Duration;

use tokio_postgres::{Client, Config, Error, NoTls, Statement};

use super::errors::{Trouble, cannot_connect};
use crate::store::StoreError;

/// What every connection of ours wants. `synchronous_commit`: what was committed survives a power cut (promise 1),
/// whatever the server's default is. Our look-ups never want a whole table, whatever is guessed about one that is new and
/// has no statistics; `jit` would take the price that this puts on whole tables for work. `plan_cache_mode`: so there is one
/// way to carry a statement out, whatever its parameters are, and to plan it anew for each of the first few times is wasted.
/// `lock_timeout`: as long as SQLite waits for another process.
const SETTINGS: &str = "SET synchronous_commit = on; SET enable_seqscan = off; SET jit = off; \
                        SET plan_cache_mode = force_generic_plan; SET lock_timeout = '10s'; \
                        SET standard_conforming_strings = on";

/// How long a server may take to greet us.
const ANSWER: Duration = Duration::from_secs(10);

/// A connection, with the statements that stay prepared on it.
pub(super) struct Connection {
    pub(super) client: Arc<Client>,
    prepared: HashMap<String, Statement>,
}

impl Connection {
    /// Connects. `trouble`: whether it may go better another time.
    pub(super) fn open(
        config: &Config,
        database: &str,
        trouble: &Cell<Option<Trouble>>,
    ) -> Result<Connection, StoreError> {
        let failed = |error: Error| {
            trouble.set(Trouble::of(&error));
            cannot_connect(&error, database)
        };
        let cannot = |what: String| StoreError::CannotOpen { database: database.to_owned(), what };
        let (sender, receiver) = sync_channel(1);
        let config = config.clone();
        let thread = std::thread::Builder::new().name("store-postgres".to_owned());
        thread.spawn(move || serve(&config, &sender)).map_err(|error| cannot(error.to_string()))?;
        let client = receiver.recv_timeout(ANSWER).map_err(|_| {
            trouble.set(Some(Trouble::Lost));
            StoreError::Unreachable { database: database.to_owned(), what: "it does not answer".to_owned() }
        })?;
        let client = client.map_err(failed)?;
        wait(client.batch_execute(SETTINGS)).map_err(failed)?;
        let encoding = wait(client.query_one("SELECT current_setting('server_encoding')", &[])).map_err(failed)?;
        let encoding: String = encoding.try_get(0).map_err(failed)?;
        if encoding != "UTF8" {
            return Err(cannot(format!(
                "its encoding is {encoding}; create it anew with ENCODING 'UTF8' TEMPLATE template0"
            )));
        }
        Ok(Connection { client: Arc::new(client), prepared: HashMap::new() })
    }

    pub(super) fn is_prepared(&self, sql: &str) -> bool {
        self.prepared.contains_key(sql)
    }

    /// A statement, prepared once. There are as many as this room has, so none is ever forgotten.
    pub(super) fn prepare(&mut self, sql: &str) -> Result<Statement, Error> {
        if let Some(statement) = self.prepared.get(sql) {
            return Ok(statement.clone());
        }
        let statement = wait(self.client.prepare(sql))?;
        self.prepared.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

/// The life of a connection, on its thread. It ends when the client is dropped or the connection is lost; whoever waits for
/// an answer then is told.
fn serve(config: &Config, sender: &SyncSender<Result<Client, Error>>) {
    // A system that gives no runtime is told by the sender that goes.
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return };
    runtime.block_on(async {
        match config.connect(NoTls).await {
            Ok((client, connection)) => {
                if sender.send(Ok(client)).is_ok()
                    && let Err(error) = connection.await
                {
                    tracing::debug!(%error, "a connection ended");
                }
            }
            Err(error) => drop(sender.send(Err(error))),
        }
    });
}

/// Waits for an answer on this thread.
pub(super) fn wait<T>(answer: impl Future<Output = T>) -> T {
    struct Unpark(Thread);
    impl Wake for Unpark {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut context, mut answer) = (Context::from_waker(&waker), pin!(answer));
    loop {
        match answer.as_mut().poll(&mut context) {
            Poll::Ready(answer) => return answer,
            Poll::Pending => std::thread::park(),
        }
    }
}
