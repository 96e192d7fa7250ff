//! `ticketd pipeline`: pipelines and their stages.

mod edits;
mod show;

use super::Code;
use super::edit::edit_codes;

/// See pipelines, add some, change and archive their stages
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd pipeline list
  ticketd pipeline show support
  ticketd pipeline add sales --object deal --stage talks:open:30 --stage won:won --stage lost:lost
  ticketd pipeline add-stage support spam --state closed --after waiting_on_us
  ticketd pipeline rename-stage support new 'Just in'
  ticketd pipeline set-stage sales talks --probability 40
  ticketd pipeline reorder support new waiting_on_us waiting_on_contact closed
  ticketd pipeline archive-stage support spam --move-to closed --as alice

A stage that a rule, automation or workflow uses cannot be archived. The records of one that is go to --move-to, silently:
nobody is told, nothing begins that stands there.", edit_codes!()))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(show::ListArgs),
    Show(show::ShowArgs),
    Add(edits::AddArgs),
    Rename(edits::RenameArgs),
    AddStage(edits::AddStageArgs),
    RenameStage(edits::RenameStageArgs),
    SetStage(edits::SetStageArgs),
    Reorder(edits::ReorderArgs),
    ArchiveStage(edits::ArchiveArgs),
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => show::list(&args),
        Command::Show(args) => show::show(&args),
        Command::Add(args) => edits::add(args),
        Command::Rename(args) => edits::rename(args),
        Command::AddStage(args) => edits::add_stage(args),
        Command::RenameStage(args) => edits::rename_stage(args),
        Command::SetStage(args) => edits::set_stage(&args),
        Command::Reorder(args) => edits::reorder(&args),
        Command::ArchiveStage(args) => edits::archive(&args),
    }
}
