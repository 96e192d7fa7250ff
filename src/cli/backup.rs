//! `ticketd backup`: the database as one file, taken while others use it.

use std::io::Write;
use std::path::PathBuf;

use super::database::DatabaseArgs;
use super::{Code, Failure};
use crate::store::backup::{self, CopyError};

/// Copy the database into a new file while others go on using it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd backup desk.bak --db desk.db                   what is committed at this moment
  ticketd backup /backup/desk-$(date +%F).db --config /etc/ticketd.toml
  ticketd restore desk.bak --db desk.db                  put it back

Mail, decisions, journal and signing keys are in it: keep it as safe as the database. The file gets
its name only once it is complete, on the disk and checked; a name that is taken is refused.
Exit codes: 0 done; 65 the database is damaged or none; 66 there is none; 73 the file is there
already, or the disk is full; 74 it cannot be written while at it; 75 the database is in use.")]
pub(super) struct Args {
    /// The new file
    #[arg(value_name = "FILE")]
    file: PathBuf,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Copies, and says what is in the copy.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let from = args.database.existing_path()?;
    let copied = backup::write(&from, &args.file).map_err(|error| match error {
        CopyError::Exists(_) => {
            anyhow::Error::new(Failure::new(Code::CantCreate, error.to_string(), "give the backup another name"))
        }
        error => error.into(),
    })?;
    let (file, events, bytes) = (args.file.display(), copied.events, copied.bytes);
    writeln!(std::io::stdout().lock(), "{file}: {events} events, {bytes} bytes, checked")?;
    Ok(Code::Success)
}
