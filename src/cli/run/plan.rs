//! What the daemon is to work by: the configuration with everything it names.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Args;
use crate::cli::config_file::{DEFAULT_PATH, load};
use crate::cli::{Code, Failure, accounts, delivery, times};
use crate::config::{Account, Config};
use crate::domain::{Origin, Setup};
use crate::engine::access::Access;
use crate::engine::daemon::{Pace, Plan};
use crate::engine::webhooks;
use crate::store::{Location, Store, journal};

/// A configuration, read with the passwords and keys that it names.
pub(super) struct Read {
    pub path: PathBuf,
    pub config: Config,
    pub database: Location,
    accounts: Vec<Account>,
}

impl Read {
    /// What is to be done by it. `access`: of all configurations, one after the other, for it knows of tokens that are under
    /// way or not written yet.
    pub fn plan(&self, access: &Access) -> Result<Plan, Failure> {
        Ok(Plan {
            mailboxes: accounts::mailboxes(self.accounts.clone(), access),
            outlets: delivery::outlets(&self.config, access)?,
            webhooks: webhooks::Way::new(self.config.webhooks.clone(), times::now),
            pace: Pace::default(),
            clock: times::now,
        })
    }
}

/// Reads it. Whatever is wrong with it is said at once.
pub(super) fn read(args: &Args) -> anyhow::Result<Read> {
    let path = args.config.clone().unwrap_or_else(|| DEFAULT_PATH.into());
    let (config, warnings) = load(&path)?;
    std::io::stderr().lock().write_all(warnings.as_bytes())?;
    let database = args.db.clone().or_else(|| config.database.as_deref().map(Location::from)).ok_or_else(|| {
        let way_out = "name it with --db FILE, or set `database` in the configuration";
        Failure::new(Code::Usage, "which database?", way_out)
    })?;
    let accounts = accounts::chosen(&config, &path, &[])?;
    Ok(Read { path, config, database, accounts })
}

/// The setup that mail is decided by: that in force, else the file's. Refuses what cannot be worked by.
pub(super) fn in_force(store: &Store, read: &Read) -> anyhow::Result<Setup> {
    let Read { path, config, database, accounts } = read;
    if store.read(journal::origin)? == Some(Origin::Replay) {
        let message = format!("{database} holds a replay of files: what it decided to send would be sent");
        return Err(Failure::new(Code::Usage, message, "name another file for the desk").into());
    }
    let setup = store.read(journal::current_setup)?.unwrap_or_else(|| config.setup.clone());
    accounts::must_be_in_force(accounts, &setup, path, database)?;
    if setup != config.setup {
        warn_of_difference(path, database);
    }
    Ok(setup)
}

fn warn_of_difference(path: &Path, database: &Location) {
    let file = path.display();
    tracing::warn!(
        "the setup in force in {database} is not {file}: `ticketd apply {file} --dry-run` shows the difference"
    );
}
