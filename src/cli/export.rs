//! `ticketd export`: the setup in force as a file that can be reviewed, kept and applied.

use std::io::Write;

use super::Code;
use super::database::DatabaseArgs;
use crate::config;

/// Write the setup in force as a configuration file
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd export --db desk.db > desk.toml      mailboxes, users, ignore rules, pipelines, templates
  ticketd export --config /etc/ticketd.toml    from the database that this configuration names
  ticketd export | ticketd check --config /dev/stdin

Every value is written, defaults too, always in the same order, in the syntax of ticketd.toml. Keys
and passwords are no part of the setup. `ticketd apply FILE` makes a database equal to the file again
(docs/configuration.md).
Exit codes: 0 done; 64 no database named; 65 the database is damaged or newer; 66 there is none.")]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
}

/// Prints the file.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    std::io::stdout().lock().write_all(config::export(&database.setup).as_bytes())?;
    Ok(Code::Success)
}
