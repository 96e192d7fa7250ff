//! `ticketd restore`: a backup becomes the database.

use std::io::Write;
use std::path::PathBuf;

use super::database::location;
use super::{Code, Failure};
use crate::store::Location;
use crate::store::backup::{self, CopyError};

/// Put a backup in place as the database
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd restore desk.bak --db desk.db              where there is no database yet
  ticketd restore desk.bak --db desk.db --replace    the one that is there is kept as desk.db.replaced-1
  ticketd db check --db desk.db --fold               and look whether all is well

The backup is copied, the copy is checked, and put in place in one step: there is the old database or
the new one, never half of one. Stop what uses the database before. Mail that came after the backup is
not in it: have it read again, what is known already changes nothing.
Exit codes: 0 done; 65 the backup is damaged, too new, or none; 66 there is none; 73 there is a
database already, or the disk is full; 74 it cannot be written while at it; 75 it is in use.")]
pub(super) struct Args {
    /// What `ticketd backup` wrote
    #[arg(value_name = "BACKUP")]
    backup: PathBuf,
    /// Where the database is to be
    #[arg(long, value_name = "FILE", value_parser = location())]
    db: Location,
    /// Put it in the place of the database that is there, which is kept under another name
    #[arg(long)]
    replace: bool,
}

/// Restores, and says what became of the old one.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    if !args.backup.exists() {
        let message = format!("there is no backup {}", args.backup.display());
        return Err(Failure::new(Code::NoInput, message, "name a file that `ticketd backup` wrote").into());
    }
    let db = match &args.db {
        Location::File(path) => path,
        Location::Server(address) => {
            let way_out = format!(
                "pg_restore puts back what pg_dump kept; `ticketd db copy {} '{address}'` puts a file into an empty one",
                args.backup.display()
            );
            return Err(Failure::new(Code::Usage, format!("{address} is on a server"), way_out).into());
        }
    };
    let (copied, kept) = backup::restore(&args.backup, db, args.replace).map_err(|error| match error {
        CopyError::Exists(_) => {
            let way_out = "--replace puts the backup in its place, and keeps it under another name";
            anyhow::Error::new(Failure::new(Code::CantCreate, error.to_string(), way_out))
        }
        error => error.into(),
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{}: {} events, {} bytes, checked", db.display(), copied.events, copied.bytes)?;
    if let Some(kept) = kept {
        writeln!(out, "what was there is kept as {}", kept.display())?;
    }
    Ok(Code::Success)
}
