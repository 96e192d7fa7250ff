//! By which setup a replay goes, and the line that says so: mail that is decided by the wrong one is noticed late.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Failure;
use super::config_file::{DEFAULT_PATH, load};
use crate::config::{self, Config};
use crate::store::{Location, Store, journal};

/// The configuration of a replay, with the setup that it goes by.
pub(super) struct Chosen {
    pub config: Config,
    from: From,
    /// What looks wrong in the file whose setup it is.
    warnings: String,
}

enum From {
    /// The file of --config.
    Named(PathBuf),
    /// What is in force in that database. `differs`: the file in the current folder says something else.
    InForce {
        database: Location,
        differs: bool,
    },
    /// The file in the current folder.
    Found,
    BuiltIn,
}

/// The configuration that is named, else the setup in force in the database, else the file in the current folder, else
/// what is built in. The time zone is that of the file in any case: a setup has none.
pub(super) fn choose(named: Option<&Path>, database: Option<&Location>) -> anyhow::Result<Chosen> {
    if let Some(named) = named {
        let (config, warnings) = load(named)?;
        return Ok(Chosen { config, from: From::Named(named.to_owned()), warnings });
    }
    let found = found();
    let (mut config, mut warnings) =
        found.map_or_else(|| Ok((config::builtin(), String::new())), load).map_err(why_read)?;
    let in_force = match database.filter(|db| db.exists()) {
        Some(db) => Store::open(db)?.read(journal::current_setup)?.map(|setup| (db, setup)),
        None => None,
    };
    let from = match in_force {
        Some((db, setup)) => {
            let differs = found.is_some() && setup != config.setup;
            config.setup = setup;
            warnings.clear();
            From::InForce { database: db.clone(), differs }
        }
        None if found.is_some() => From::Found,
        None => From::BuiltIn,
    };
    Ok(Chosen { config, from, warnings })
}

/// The configuration in the current folder, where there is one.
pub(super) fn found() -> Option<&'static Path> {
    Some(Path::new(DEFAULT_PATH)).filter(|path| path.exists())
}

/// Says why that file was read at all: nobody named it.
pub(super) fn why_read(failure: Failure) -> Failure {
    match failure.way_out {
        None => Failure {
            way_out: Some("it is read because it lies in the current folder; --config FILE names another".to_owned()),
            ..failure
        },
        Some(_) => failure,
    }
}

impl Chosen {
    /// Says on standard error which setup that is, and what looks wrong in it.
    pub fn tell(&self) -> std::io::Result<()> {
        let which = match &self.from {
            From::Named(path) => path.display().to_string(),
            From::InForce { database, differs: false } => format!("in force in {database}"),
            From::InForce { database, differs: true } => {
                format!(
                    "in force in {database}, not ./{DEFAULT_PATH} (see `ticketd apply {DEFAULT_PATH} --db {database} --dry-run`)"
                )
            }
            From::Found => format!("./{DEFAULT_PATH}"),
            From::BuiltIn => {
                "built in, one mailbox support@example.org (`ticketd init` writes a file for your own)".to_owned()
            }
        };
        write!(std::io::stderr().lock(), "ticketd: setup: {which}\n{}", self.warnings)
    }
}
