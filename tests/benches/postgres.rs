//! Replaying a history into PostgreSQL, against replaying it into a SQLite file: what the way to a server costs. Both are
//! durable: the server does what it does by default.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use ticketd::archive;
use ticketd::config;
use ticketd::domain::{Origin, Timestamp};
use ticketd::engine::{self, Engine, FoundIn, Source};
use ticketd::store::{Location, Store};

use crate::mails;
use crate::measure::Goal;
use crate::server::Server;

const DESK: &str = include_str!("../../fixtures/desk/ticketd.toml");
const ROUNDS: usize = 5;

/// The rate is at least 0.4 times SQLite's: a mail takes at most 2.5 times as long.
pub fn goals() -> Vec<Goal> {
    let Some(server) = Server::start("postgres", "") else { return Vec::new() };
    let folder = tempfile::tempdir().unwrap();
    let sources = sources(&folder.path().join("mail"));
    let ours = || replay(&Location::from(server.place().as_str()), &sources);
    let peer = || {
        let folder = tempfile::tempdir().unwrap();
        replay(&Location::from(&folder.path().join("desk.db")), &sources)
    };
    vec![Goal::timed("postgres", 2.5, ROUNDS, sources.len(), ours, peer)]
}

/// The time that it takes to read, decide and store them all in a new database.
fn replay(location: &Location, sources: &[Source]) -> Duration {
    let store = Store::open(location).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let setup = config::parse(DESK).ok().unwrap().setup;
        let engine = Engine::start(store, Origin::Replay, &setup, Timestamp(0)).await.unwrap();
        let now = Timestamp::from_seconds(4_000_000_000);
        let start = Instant::now();
        engine::replay(&engine, sources.to_vec(), now, &AtomicBool::new(false), |replayed| {
            replayed.result.as_ref().unwrap();
            Ok(())
        })
        .await
        .unwrap();
        start.elapsed()
    })
}

/// The mails as files, in order of arrival.
fn sources(folder: &Path) -> Vec<Source> {
    let mut sources = Vec::new();
    for (n, mail) in mails::desk().into_iter().enumerate() {
        let path = folder.join(&mail.mailbox).join(&mail.folder);
        std::fs::create_dir_all(&path).unwrap();
        let path = path.join(format!("{n:05}.eml"));
        std::fs::write(&path, &mail.raw).unwrap();
        let items = archive::list(&path).items;
        let found_in = Arc::new(FoundIn { mailbox: mail.mailbox, folder: mail.folder });
        sources.extend(items.into_iter().map(|item| Source { item, found_in: found_in.clone() }));
    }
    sources.sort_by(|a, b| (a.item.arrived_at, &a.item.path).cmp(&(b.item.arrived_at, &b.item.path)));
    sources
}
