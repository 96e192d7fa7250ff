//! What commands that fetch mail have in common: which mailboxes, into which database, and what is shown meanwhile.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};

use super::config_file::{DEFAULT_PATH, load};
use super::database::location;
use super::progress::styled;
#[cfg(unix)]
use super::signals::stop_when_told;
use super::{Code, Failure, accounts, times};
use crate::config::{Account, Config};
use crate::domain::*;
use crate::engine::Engine;
use crate::engine::sync::{self, Mailbox, Order, Progress, Read};
use crate::store::{Location, Store, journal};

/// Which mailboxes, and where what is known of them is.
#[derive(Debug, clap::Args)]
pub(super) struct MailArgs {
    /// Mailboxes, by name; without any: all that can be read
    #[arg(value_name = "MAILBOX")]
    mailboxes: Vec<String>,
    /// The configuration; without it, ./ticketd.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
}

/// What they name.
pub(super) struct Chosen {
    pub path: PathBuf,
    pub config: Config,
    pub accounts: Vec<Account>,
    pub database: Location,
}

impl MailArgs {
    /// Reads the configuration, and the passwords to see that they can be read.
    pub fn chosen(&self) -> anyhow::Result<Chosen> {
        let path = self.config.clone().unwrap_or_else(|| DEFAULT_PATH.into());
        let (config, warnings) = load(&path)?;
        std::io::stderr().lock().write_all(warnings.as_bytes())?;
        let accounts = accounts::chosen(&config, &path, &self.mailboxes)?;
        let database = self.db.clone().or_else(|| config.database.as_deref().map(Location::from)).ok_or_else(|| {
            let way_out = "name it with --db FILE, or set `database` in the configuration";
            Failure::new(Code::Usage, "which database?", way_out)
        })?;
        Ok(Chosen { path, config, accounts, database })
    }
}

/// The setup that mail is decided by: that in force, else the file's. Says where they differ; refuses a replay's database,
/// and mailboxes that are not in force.
pub(super) fn in_force(
    store: &Store,
    path: &Path,
    config: &Config,
    accounts: &[Account],
    database: &Location,
) -> anyhow::Result<Setup> {
    if store.read(journal::origin)? == Some(Origin::Replay) {
        let message = format!("{database} holds a replay of files: what it decided to send would be sent");
        return Err(Failure::new(Code::Usage, message, "name another file for the desk").into());
    }
    let setup = store.read(journal::current_setup)?.unwrap_or_else(|| config.setup.clone());
    accounts::must_be_in_force(accounts, &setup, path, database)?;
    if setup != config.setup {
        let file = path.display();
        let way_out = format!("`ticketd apply {file} --db {database} --dry-run` shows the difference");
        writeln!(std::io::stderr().lock(), "ticketd: the setup in force in {database} is not {file}: {way_out}")?;
    }
    Ok(setup)
}

/// What became of the mails of a mailbox.
#[derive(Default)]
pub(super) struct Taken {
    pub mails: u64,
    pub kinds: BTreeMap<Kind, u64>,
    /// Not read yet: they will be tried again.
    pub waiting: u64,
}

/// How reading mailboxes went.
pub(super) struct Done {
    pub read: Vec<Read>,
    /// By the number of the mailbox.
    pub taken: BTreeMap<usize, Taken>,
    /// Set once somebody told it to stop.
    pub stop: Arc<AtomicBool>,
}

/// Reads these mailboxes, with a bar for each on a terminal.
pub(super) async fn read(store: &Store, setup: &Setup, mailboxes: Vec<Mailbox>, order: Order) -> anyhow::Result<Done> {
    let engine = Engine::start(store.clone(), Origin::Live, setup, times::now()).await?;
    let bars = Bars::of(&mailboxes);
    let stop = stop_when_told()?;
    let mut taken: BTreeMap<usize, Taken> = BTreeMap::new();
    let read = sync::sync(&engine, mailboxes, order, times::now, &stop, &mut |progress| {
        match progress {
            Progress::Found { mailbox, mails, .. } => bars.found(mailbox, mails),
            Progress::Taken { mailbox, outcome, .. } => {
                bars.taken(mailbox);
                let taken = taken.entry(mailbox).or_default();
                taken.mails += 1;
                match outcome.decision.kind {
                    Some(kind) => *taken.kinds.entry(kind).or_default() += 1,
                    None => taken.waiting += 1,
                }
            }
        }
        Ok(())
    })
    .await?;
    bars.clear();
    Ok(Done { read, taken, stop })
}

/// Nothing stops it but the system's own way.
#[cfg(not(unix))]
fn stop_when_told() -> std::io::Result<Arc<AtomicBool>> {
    Ok(Arc::default())
}

/// A bar for each mailbox, on a terminal.
struct Bars {
    all: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Bars {
    fn of(mailboxes: &[Mailbox]) -> Bars {
        let seen = std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        let width = mailboxes.iter().map(|mailbox| mailbox.account.mailbox.chars().count()).max().unwrap_or_default();
        let bar = |mailbox: &Mailbox| {
            let bar = all.add(ProgressBar::no_length());
            bar.set_prefix(format!("{:width$} ", mailbox.account.mailbox));
            styled(bar)
        };
        Bars { bars: mailboxes.iter().map(bar).collect(), all }
    }

    fn found(&self, mailbox: usize, mails: u64) {
        if let Some(bar) = self.bars.get(mailbox) {
            bar.set_length(bar.length().unwrap_or_default() + mails);
        }
    }

    fn taken(&self, mailbox: usize) {
        if let Some(bar) = self.bars.get(mailbox) {
            bar.inc(1);
        }
    }

    fn clear(&self) {
        self.bars.iter().for_each(ProgressBar::finish_and_clear);
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }
}
