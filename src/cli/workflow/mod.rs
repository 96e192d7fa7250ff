//! `ticketd workflow`: workflows and stage automations, as people see and change them.

mod list;

use super::Code;

/// See, change, try and switch workflows and stage automations
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd workflow list
  ticketd workflow show chase
  ticketd workflow test chase 1001
  ticketd workflow log chase --failed
  ticketd workflow disable chase --as alice

A stage automation is called PIPELINE/NAME here: support/ticket_received. docs/workflows.md says what all of it means.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list::run(&args),
    }
}
