//! `ticketd backup`: the database as one file, taken while others use it.

use std::io::Write;
use std::path::PathBuf;

use super::database::DatabaseArgs;
use super::{Code, Failure};
use crate::store::Location;
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
A database on a server is kept with its own program, pg_dump (docs/postgresql.md).
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
    let from = match args.database.existing_location()? {
        Location::File(path) => path,
        Location::Server(address) => {
            let way_out = format!(
                "`pg_dump -Fc -f {0} '{address}'` keeps it while others use it, `ticketd db copy '{address}' {0}` makes a file of it",
                args.file.display()
            );
            return Err(Failure::new(Code::Usage, format!("{address} is on a server"), way_out).into());
        }
    };
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
