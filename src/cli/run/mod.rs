//! `ticketd run`: the daemon. Reads the configuration, watches over generations of work ([`crate::engine::daemon`]), does
//! what signals say, and tells systemd.

mod generation;
mod listening;
mod notify;
mod plan;
mod saying;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::time::timeout;

use listening::Listening;

use super::database::{location, open_or_make};
use super::signals::Signals;
use super::{Code, times};
use crate::domain::*;
use crate::engine::Engine;
use crate::engine::access::Access;
use crate::engine::daemon::{Board, Plan, Stopper};
use crate::store::{Location, Store, instance};
use crate::web::Faces;

/// Watch the mailboxes: take mail as it comes, send what is due, until told to stop
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd run                                    every mailbox of ./ticketd.toml that has an [mailbox.imap]
  ticketd run --config /etc/ticketd/ticketd.toml as the systemd unit does it (docs/installing.md)
  ticketd status                                 what it is at, from another terminal

SIGHUP reads the configuration again: where that is wrong, the one before stays in force. SIGTERM and Ctrl-C end it
within 10 seconds with nothing half done; a second one ends it at once. What the system ends in any other way goes on
where it was.
Exit codes: 0 told to stop; 64 wrong arguments; 65 the database is damaged or of a newer ticketd; 66 no such file;
73 the database cannot be made or written, its disk is full; 74 reading or writing it fails; 75 another ticketd reads
mail into that database, or it cannot be reached, or the port of [daemon] is taken; 78 the configuration is wrong;
130 told to stop a second time.")]
pub(super) struct Args {
    /// The configuration; without it, ./ticketd.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
}

/// Threads that work. Each may wait for the database.
const WORKERS: usize = 4;
/// How long writing the last status may take, and keeping the last token.
const LAST_WORD: Duration = Duration::from_millis(1500);

/// Runs until it is told to stop. Signals are heard and time is kept on this thread, by a runtime that does nothing else:
/// whatever the work waits for, a database that does not answer before all, keeps it from neither.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let work = tokio::runtime::Builder::new_multi_thread().worker_threads(WORKERS).enable_all().build()?;
    let own = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (daemon, setup) = Daemon::start(args, work.handle().clone())?;
    let ended = own.block_on(daemon.run(setup));
    // What hangs keeps nothing alive.
    own.shutdown_background();
    work.shutdown_background();
    ended.map(|()| Code::Success)
}

/// The daemon between two generations.
struct Daemon {
    args: Args,
    /// Where the work is done.
    work: Handle,
    plan: Plan,
    database: Location,
    store: Store,
    board: Board,
    /// `None`: it was lost with the connection to the database.
    lock: Option<Arc<instance::Lock>>,
    listening: Listening,
    /// Of all configurations, one after the other.
    access: Access,
    /// The configuration was read, and no generation has worked by it yet.
    is_new: bool,
}

impl Daemon {
    /// Does all that `READY=1` promises: the configuration is valid, the database ours and of this version, and who asks how
    /// it goes is answered. Gives the setup that is to be in force.
    fn start(args: Args, work: Handle) -> anyhow::Result<(Daemon, Setup)> {
        let read = plan::read(&args)?;
        let lock = Some(Arc::new(instance::lock(&read.database)?));
        let store = open_or_make(&read.database)?;
        let setup = plan::in_force(&store, &read)?;
        let access = Access::new(read.config.oauth.clone(), store.clone(), times::now);
        let plan = read.plan(&access)?;
        let (board, database) = (Board::new(times::now), read.database);
        let faces = Faces { board: board.clone(), store: store.clone() };
        let listening = Listening::start(faces, read.config.daemon.listen)?;
        Ok((Daemon { args, work, plan, database, store, board, lock, listening, access, is_new: true }, setup))
    }

    async fn run(mut self, setup: Setup) -> anyhow::Result<()> {
        let mut signals = Signals::new()?;
        drop(Engine::start(self.store.clone(), Origin::Live, &setup, times::now()).await?);
        notify::ready();
        tracing::info!(mailboxes = self.plan.mailboxes.len(), database = %self.database, "running");
        let silence = Arc::new(Stopper::default());
        let saying = self.work.spawn(saying::say_on(self.store.clone(), self.board.clone(), silence.clone()));
        saying::be_alive(self.board.clone())?;
        let ended = self.generations(&mut signals).await;
        match &ended {
            Ok(()) => self.board.state(DaemonState::Stopped),
            Err(error) => self.board.in_trouble(DaemonState::Stopped, format!("{error:#}")),
        }
        silence.stop();
        // It is waited for, so that nothing older is said after it; but not for a database that does not answer.
        let _ = timeout(LAST_WORD, saying).await;
        // A token that a server has given and that is not written down would be lost.
        let _ = timeout(LAST_WORD, self.access.idle()).await;
        tracing::info!("stopped");
        ended
    }
}
