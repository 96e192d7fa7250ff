//! `ticketd db`: the database as a whole.

use super::{Code, db_check, db_copy};

/// Look after the database as a whole
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd db check --db desk.db           whether everything in it is whole
  ticketd db check --db desk.db --fold    and whether its journal gives its state
  ticketd db copy desk.db postgres://ann@localhost/desk     move from a file to a server")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Check(db_check::Args),
    Copy(db_copy::Args),
}

pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::Check(args) => db_check::run(args),
        Command::Copy(args) => db_copy::run(args),
    }
}
