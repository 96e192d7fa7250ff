//! `ticketd run`: the daemon. Reads the configuration, watches over generations of work ([`crate::engine::daemon`]), does
//! what signals say, and tells systemd.

mod listening;
mod notify;
mod plan;
mod saying;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, timeout};

use listening::Listening;

use super::database::location;
use super::signals::{Signals, Told};
use super::{Code, Failure, times};
use crate::domain::*;
use crate::engine::daemon::{self, Board, Pauses, Plan, Stopper};
use crate::engine::{Engine, EngineError};
use crate::store::{self, Location, Store, StoreError, instance};
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
75 another ticketd reads mail into that database, or it cannot be reached, or the port of [daemon] is taken;
78 the configuration is wrong.")]
pub(super) struct Args {
    /// The configuration; without it, ./ticketd.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
}

/// While nothing can be stored: how long nothing is tried.
const RESTS: Pauses =
    Pauses { first: Duration::from_secs(2), longest: Duration::from_secs(60), for_care: Duration::from_secs(60) };
/// What fails after so long has not failed again for the same reason.
const LONG: Duration = Duration::from_secs(60);

/// Runs until it is told to stop.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (daemon, setup) = Daemon::start(args)?;
    let ended = runtime.block_on(daemon.run(setup));
    // Reading a mail that hangs keeps nothing alive.
    runtime.shutdown_background();
    ended.map(|()| Code::Success)
}

/// The daemon between two generations.
struct Daemon {
    args: Args,
    plan: Plan,
    database: Location,
    store: Store,
    board: Board,
    /// `None`: it was lost with the connection to the database.
    lock: Option<instance::Lock>,
    listening: Listening,
}

/// Why a generation ended.
enum End {
    Stop,
    Reload(Plan),
    Failed(EngineError),
}

impl Daemon {
    /// Does all that `READY=1` promises: the configuration is valid, the database ours and of this version, and who asks how
    /// it goes is answered. Gives the setup that is to be in force.
    fn start(args: Args) -> anyhow::Result<(Daemon, Setup)> {
        let read = plan::read(&args)?;
        let lock = Some(instance::lock(&read.database)?);
        let store = Store::open(&read.database)?;
        let setup = plan::in_force(&store, &read)?;
        let plan = read.plan(&store)?;
        let (board, database) = (Board::new(times::now), read.database);
        let faces = Faces { board: board.clone(), store: store.clone() };
        let listening = Listening::start(faces, read.config.daemon.listen)?;
        Ok((Daemon { args, plan, database, store, board, lock, listening }, setup))
    }

    async fn run(mut self, setup: Setup) -> anyhow::Result<()> {
        let mut signals = Signals::new()?;
        drop(Engine::start(self.store.clone(), Origin::Live, &setup, times::now()).await?);
        notify::ready();
        tracing::info!(mailboxes = self.plan.mailboxes.len(), database = %self.database, "running");
        let silence = Arc::new(Stopper::default());
        let saying = tokio::spawn(saying::say_on(self.store.clone(), self.board.clone(), silence.clone()));
        saying::be_alive(self.board.clone())?;
        let ended = self.generations(&mut signals).await;
        match &ended {
            Ok(()) => self.board.state(DaemonState::Stopped),
            Err(error) => self.board.in_trouble(DaemonState::Stopped, format!("{error:#}")),
        }
        silence.stop();
        // It is waited for, so that nothing older is said after it.
        let _ = saying.await;
        tracing::info!("stopped");
        ended
    }

    /// One after the other, until it is told to stop or something fails that does not pass.
    async fn generations(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        let mut rests = 0;
        loop {
            let begin = Instant::now();
            match self.generation(signals).await {
                End::Stop => return Ok(()),
                End::Reload(plan) => {
                    self.plan = plan;
                    self.board.config_read(None);
                    tracing::info!(mailboxes = self.plan.mailboxes.len(), "the configuration was read again");
                    notify::ready();
                }
                End::Failed(error) if !may_pass(&error) => return Err(error.into()),
                End::Failed(error) => {
                    rests = if begin.elapsed() > LONG { 1 } else { rests + 1 };
                    if !self.rest(&error, rests, signals).await {
                        return Ok(());
                    }
                }
            }
        }
    }

    async fn generation(&mut self, signals: &mut Signals) -> End {
        let engine = match self.engine() {
            Ok(engine) => engine,
            Err(error) => return End::Failed(error),
        };
        let Some(lock) = self.lock.take() else { return End::Stop };
        self.board.state(DaemonState::Running);
        let (stopper, plan, board) = (Arc::new(Stopper::default()), self.plan.clone(), self.board.clone());
        let (mut next, mut stop) = (None, false);
        let ended = {
            let work = daemon::run(&engine, &plan, &lock, &board, &stopper);
            tokio::pin!(work);
            loop {
                let told = tokio::select! {
                    ended = &mut work => break ended,
                    told = signals.next() => told,
                };
                match told {
                    Told::Stop => {
                        notify::stopping();
                        self.board.state(DaemonState::Stopping);
                        stop = true;
                    }
                    Told::Reload => next = self.reload().or(next),
                }
                if stop || next.is_some() {
                    stopper.stop();
                }
            }
        };
        match (ended, next) {
            // Whatever is wrong with it, the next start finds.
            _ if stop => End::Stop,
            (Ok(()), Some(plan)) => {
                self.lock = Some(lock);
                End::Reload(plan)
            }
            (Ok(()), None) => End::Stop,
            (Err(error), next) => {
                self.plan = next.unwrap_or(plan);
                End::Failed(error)
            }
        }
    }

    /// Sees to it that the lock is ours and that something can be written.
    fn engine(&mut self) -> Result<Engine, EngineError> {
        if self.lock.is_none() {
            self.lock = Some(instance::lock(&self.database)?);
        }
        let status = self.board.read();
        self.store.write(|tx| store::daemon::say(tx, &status, self.board.now()))?;
        Engine::resume(self.store.clone(), Origin::Live)
    }

    /// Reads the configuration again. `None`: it is wrong, and the one before stays in force.
    fn reload(&mut self) -> Option<Plan> {
        notify::reloading();
        let read = plan::read(&self.args).and_then(|read| {
            if read.database != self.database {
                let message = format!("the database cannot be changed to {} while it runs", read.database);
                return Err(Failure::new(Code::Config, message, "start the daemon again").into());
            }
            plan::in_force(&self.store, &read)?;
            let plan = read.plan(&self.store)?;
            self.listening.move_to(read.config.daemon.listen)?;
            Ok(plan)
        });
        match read {
            Ok(plan) => Some(plan),
            Err(error) => {
                tracing::error!("the configuration stays as it was: {error:#}");
                self.board.config_read(Some(format!("{error:#}")));
                notify::ready();
                None
            }
        }
    }

    /// Nothing can be stored: waits. `false`: it was told to stop meanwhile.
    async fn rest(&mut self, error: &EngineError, rests: u32, signals: &mut Signals) -> bool {
        let pause = RESTS.after(rests, false, None, 0);
        tracing::error!(%error, ?pause, "no mail is taken for a while");
        self.board.in_trouble(DaemonState::AtRest, error.to_string());
        let until = Instant::now() + pause;
        while Instant::now() < until {
            self.board.beat();
            match timeout(daemon::BEAT.min(until - Instant::now()), signals.next()).await {
                Err(_) => {}
                Ok(Told::Stop) => return false,
                Ok(Told::Reload) => {
                    if let Some(plan) = self.reload() {
                        self.plan = plan;
                        self.board.config_read(None);
                        notify::ready();
                    }
                }
            }
        }
        true
    }
}

/// Whether it may be otherwise after a while, without anybody starting the program again.
fn may_pass(error: &EngineError) -> bool {
    match error {
        EngineError::Store(error) => !matches!(
            error,
            StoreError::Corrupt { .. }
                | StoreError::NewerDatabase { .. }
                | StoreError::NotADatabase { .. }
                | StoreError::Missing { .. }
        ),
        // Threads that hang stay so until the end of the process.
        EngineError::ReadersHang { .. } | EngineError::NoThread(_) | EngineError::NoKey => false,
        EngineError::Refused(_) | EngineError::NoMessage(_) | EngineError::Unreadable(..) => true,
    }
}
