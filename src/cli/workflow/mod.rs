//! `ticketd workflow`: workflows and stage automations, as people see and change them.

mod changing;
mod comments;
mod drafts;
mod edit;
mod found;
mod list;
mod log;
mod revisions;
mod show;
mod switch;
mod walk;
mod written;

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
  ticketd workflow edit chase add 'delay = \"3 days\"' --after 2 --as alice
  ticketd workflow publish chase --as alice

A stage automation is called PIPELINE/NAME here: support/ticket_received. docs/workflows.md says what all of it means.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(list::Args),
    Show(show::Args),
    Test(walk::TestArgs),
    Log(log::LogArgs),
    Retry(log::RetryArgs),
    Enrol(walk::EnrolArgs),
    Unenrol(walk::UnenrolArgs),
    Enable(switch::EnableArgs),
    Disable(switch::DisableArgs),
    New(drafts::NewArgs),
    Edit(edit::Args),
    Publish(drafts::PublishArgs),
    Discard(drafts::DiscardArgs),
    Restore(drafts::RestoreArgs),
    Revisions(revisions::RevisionsArgs),
    Diff(revisions::DiffArgs),
    Comment(comments::CommentArgs),
    Comments(comments::CommentsArgs),
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list::run(&args),
        Command::Show(args) => show::run(&args),
        Command::Test(args) => walk::test(&args),
        Command::Log(args) => log::log(&args),
        Command::Retry(args) => log::retry(&args),
        Command::Enrol(args) => walk::enrol(&args),
        Command::Unenrol(args) => walk::unenrol(&args),
        Command::Enable(args) => switch::enable(&args),
        Command::Disable(args) => switch::disable(&args),
        Command::New(args) => drafts::new(&args),
        Command::Edit(args) => edit::run(&args),
        Command::Publish(args) => drafts::publish(&args),
        Command::Discard(args) => drafts::discard(&args),
        Command::Restore(args) => drafts::restore(&args),
        Command::Revisions(args) => revisions::list(&args),
        Command::Diff(args) => revisions::diff(&args),
        Command::Comment(args) => comments::comment(&args),
        Command::Comments(args) => comments::list(&args),
    }
}
