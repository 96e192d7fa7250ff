//! Generations of work, one after the other: begun, watched over, told to end, and begun anew when one has failed.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Daemon, notify, plan, saying};
use crate::cli::signals::{Signals, Told};
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::engine::daemon::{self, Ground, Pauses, Plan, Stopper};
use crate::engine::{Engine, EngineError};
use crate::store::{self, StoreError, instance};

/// While nothing can be stored: how long nothing is tried.
const RESTS: Pauses =
    Pauses { first: Duration::from_secs(2), longest: Duration::from_secs(60), for_care: Duration::from_secs(60) };
/// How long what is at work may take to end once it is told to.
const ENDING: Duration = Duration::from_secs(6);
/// What fails after so long has not failed again for the same reason.
const LONG: Duration = Duration::from_secs(60);

/// Why a generation ended.
enum End {
    Stop,
    Reload,
    Failed(EngineError),
}

/// What was told while something was waited for.
#[derive(Default)]
struct Heard {
    stop: bool,
    /// Another configuration, to be worked by.
    plan: Option<Plan>,
}

impl Daemon {
    /// One after the other, until it is told to stop or something fails that does not pass.
    pub(super) async fn generations(&mut self, signals: &mut Signals) -> anyhow::Result<()> {
        let mut rests = 0;
        loop {
            let begin = Instant::now();
            match self.generation(signals).await {
                End::Stop => return Ok(()),
                End::Reload => {}
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
        let mut heard = Heard::default();
        let ground = match self.ground(signals, &mut heard).await {
            _ if heard.stop => return End::Stop,
            Ok(ground) => ground,
            Err(error) => {
                self.take_over(heard.plan);
                return End::Failed(error);
            }
        };
        if heard.plan.is_some() {
            self.take_over(heard.plan);
            return End::Reload;
        }
        self.board.state(DaemonState::Running);
        let stopper = Arc::new(Stopper::default());
        let mut work = self.work.spawn(daemon::run(ground, self.plan.clone(), stopper.clone()));
        let mut until = None;
        let ended = loop {
            let late = async {
                match until {
                    Some(until) => sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                ended = &mut work => break ended.unwrap_or_else(|panic| Err(EngineError::NoThread(panic.to_string()))),
                () = late => {
                    tracing::warn!("not everything ended in time: it is dropped");
                    work.abort();
                    break Ok(());
                }
                told = signals.next() => self.hear(told, &mut heard),
            }
            if until.is_none() && (heard.stop || heard.plan.is_some()) {
                until = Some(Instant::now() + ENDING);
                stopper.stop();
            }
        };
        self.take_over(heard.plan);
        match ended {
            // Whatever is wrong with it, the next start finds.
            _ if heard.stop => End::Stop,
            Ok(()) => End::Reload,
            Err(error) => {
                if matches!(error, EngineError::Store(StoreError::Unreachable { .. })) {
                    self.lock = None;
                }
                End::Failed(error)
            }
        }
    }

    /// Sees to it that the lock is ours, that something can be written, and that there is an engine: on a thread of its own,
    /// for the database may not answer. By a configuration that was just read all relays are tried, as all mailboxes are.
    async fn ground(&mut self, signals: &mut Signals, heard: &mut Heard) -> Result<Ground, EngineError> {
        let (lock, database, store, board) =
            (self.lock.clone(), self.database.clone(), self.store.clone(), self.board.clone());
        let (is_new, no_relay) = (self.is_new, self.plan.outlets.is_empty());
        let mut preparing = self.work.spawn_blocking(move || {
            let lock = lock.map_or_else(|| instance::lock(&database).map(Arc::new), Ok)?;
            let status = board.read();
            store.write(|tx| {
                if is_new {
                    store::outbox::resume_all(tx)?;
                }
                store::daemon::say(tx, &status, board.now())
            })?;
            if is_new && no_relay {
                saying::warn_of_no_relay(&store)?;
            }
            let engine = Arc::new(Engine::resume(store, Origin::Live)?);
            Ok(Ground { engine, lock, board })
        });
        loop {
            self.board.beat();
            tokio::select! {
                ground = &mut preparing => {
                    let ground = ground.unwrap_or_else(|panic| Err(EngineError::NoThread(panic.to_string())));
                    // Kept while nothing can be stored: nobody else is to fetch meanwhile.
                    if let Ok(ground) = &ground {
                        (self.lock, self.is_new) = (Some(ground.lock.clone()), false);
                    }
                    return ground;
                }
                told = signals.next() => self.hear(told, heard),
                () = sleep(daemon::BEAT) => {}
            }
            if heard.stop {
                return Err(StoreError::Closed.into());
            }
        }
    }

    /// Does what a signal says that can be done at once; `heard` says what is left to do.
    fn hear(&mut self, told: Told, heard: &mut Heard) {
        match told {
            Told::Stop => {
                tracing::info!("stopping; again ends it at once");
                notify::stopping();
                self.board.state(DaemonState::Stopping);
                heard.stop = true;
            }
            Told::Reload => heard.plan = self.reload().or(heard.plan.take()),
        }
    }

    /// The next generation works by it. It was said that it is being read: now it is in force.
    fn take_over(&mut self, plan: Option<Plan>) {
        let Some(plan) = plan else { return };
        (self.plan, self.is_new) = (plan, true);
        tracing::info!(mailboxes = self.plan.mailboxes.len(), "the configuration was read again");
        notify::ready();
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
            let plan = read.plan(&self.access)?;
            self.listening.move_to(read.config.daemon.listen)?;
            self.access.replace_clients(read.config.oauth.clone());
            Ok(plan)
        });
        match read {
            Ok(plan) => {
                self.board.config_read();
                Some(plan)
            }
            Err(error) => {
                let way_out = error.downcast_ref().and_then(|failure: &Failure| failure.way_out.clone());
                let what_to_do = way_out.as_ref().map(|way_out| format!("\n  {way_out}")).unwrap_or_default();
                tracing::error!("the configuration stays as it was: {error:#}{what_to_do}");
                self.board.config_refused(format!("{error:#}"), way_out);
                notify::ready();
                None
            }
        }
    }

    /// Nothing can be stored: waits. `false`: it was told to stop meanwhile.
    async fn rest(&mut self, error: &EngineError, rests: u32, signals: &mut Signals) -> bool {
        let pause = RESTS.after(rests, false, None, u8::MAX);
        tracing::error!(%error, ?pause, "no mail is taken for a while");
        self.board.in_trouble(DaemonState::AtRest, error.to_string());
        let until = Instant::now() + pause;
        let mut heard = Heard::default();
        while Instant::now() < until && !heard.stop {
            self.board.beat();
            if let Ok(told) = timeout(daemon::BEAT.min(until - Instant::now()), signals.next()).await {
                self.hear(told, &mut heard);
                self.take_over(heard.plan.take());
            }
        }
        !heard.stop
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
