//! The command line: one file per command, each with its `Args` and a `run` that gives the exit code.
//!
//! Results go to standard output, everything else to standard error. A command writes with `writeln!(…)?` and never with
//! `println!`, which would panic when the reader of a pipe has gone.

mod accounts;
mod apply;
mod audit;
mod automation;
mod backup;
mod check;
mod check_connect;
mod completions;
mod config_file;
mod contact;
mod database;
mod db;
mod db_check;
mod db_copy;
mod delivery;
mod difference;
mod edit;
mod exit;
mod export;
mod fetching;
mod forward;
mod help;
mod init;
mod letter;
mod log;
mod login;
mod man_pages;
mod message;
mod message_json;
pub mod naming;
mod numbers;
mod object;
mod outbox;
mod pipeline;
mod progress;
mod quarantine;
mod quarantine_parked;
mod read_apart;
mod record;
mod replay;
mod reply;
mod restore;
mod review;
mod review_show;
#[cfg(unix)]
mod run;
pub mod screen;
mod send;
mod setup;
#[cfg(unix)]
mod signals;
mod sources;
mod status;
mod stories;
mod sync;
mod task;
mod template;
mod template_edit;
mod ticket;
mod ticket_move;
mod timeline;
mod times;
pub mod transcript;
mod user;
mod why;
mod workflow;

use std::ffi::OsString;
use std::io::Write;

use clap::{FromArgMatches, Parser, Subcommand};

use crate::engine::apart;

pub use config_file::load_config;
pub use exit::{Code, Failure};

/// Reads inbound mail for ticket pipelines, tells mail apart, moves tickets, and can say why.
#[derive(Debug, Parser)]
#[command(name = "ticketd", version, after_help = HELP, disable_help_subcommand = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Init(init::Args),
    Check(check::Args),
    Login(login::Args),
    #[cfg(unix)]
    Run(run::Args),
    Status(status::Args),
    Sync(sync::Args),
    Audit(audit::Args),
    Replay(replay::Args),
    Why(why::Args),
    Export(export::Args),
    Apply(apply::Args),
    Template(template::Args),
    Object(object::Args),
    Pipeline(pipeline::Args),
    Automation(automation::Args),
    User(user::Args),
    Workflow(workflow::Args),
    Ticket(ticket::Args),
    Record(record::Args),
    Task(task::Args),
    Reply(reply::Args),
    Forward(forward::Args),
    Send(send::Args),
    Message(message::Args),
    Contact(contact::Args),
    Review(review::Args),
    Quarantine(quarantine::Args),
    Log(log::Args),
    Outbox(outbox::Args),
    Backup(backup::Args),
    Restore(restore::Args),
    Db(db::Args),
    Completions(completions::Args),
    #[command(hide = true)]
    ManPages(man_pages::Args),
    #[command(name = apart::COMMAND, hide = true)]
    ReadApart,
}

const HELP: &str = "\
Begin with:
  ticketd replay mail/ --db mail.db    what would become of the mail in that folder
  ticketd why MESSAGE-ID --db mail.db  and why
  ticketd init                         write a commented ticketd.toml
  ticketd check                        find every mistake in it
  ticketd apply ticketd.toml           put it into force in a database
  ticketd sync                         read the mailboxes that it names, send what is due
  ticketd run                          the same without end, as soon as mail comes
  ticketd status                       what that is at, and what needs somebody
  ticketd reply 1001 --as alice        answer from a ticket, with the text on standard input
  ticketd audit                        see that nothing on their servers is missing
  ticketd outbox list                  what is to leave, and what could not
  ticketd template list                what automatic mail says
  ticketd backup desk.bak              copy the database, whatever else uses it

`ticketd COMMAND --help` shows examples. Set TICKETD_LOG=debug to see more on standard error.";

/// Whether `args` (the program's name first) start the daemon.
pub fn is_daemon(args: &[OsString]) -> bool {
    args.get(1).is_some_and(|command| command == "run")
}

/// Runs the command that `args` (the program's name first) ask for. Prints what went wrong; gives the exit code.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Code {
    let parsed = help::command().try_get_matches_from(args).and_then(|found| Cli::from_arg_matches(&found));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(answer) => return exit::usage(&answer),
    };
    // Where it cannot be caught, the system's own way remains.
    #[cfg(unix)]
    let _ = signals::report_file_limit();
    let result = match cli.command {
        Command::Init(args) => init::run(args),
        Command::Check(args) => check::run(args),
        Command::Login(args) => login::run(args),
        #[cfg(unix)]
        Command::Run(args) => run::run(args),
        Command::Status(args) => status::run(args),
        Command::Sync(args) => sync::run(args),
        Command::Audit(args) => audit::run(args),
        Command::Replay(args) => replay::run(args),
        Command::Why(args) => why::run(args),
        Command::Export(args) => export::run(args),
        Command::Apply(args) => apply::run(args),
        Command::Template(args) => template::run(args),
        Command::Object(args) => object::run(args),
        Command::Pipeline(args) => pipeline::run(args),
        Command::Automation(args) => automation::run(args),
        Command::User(args) => user::run(args),
        Command::Workflow(args) => workflow::run(args),
        Command::Ticket(args) => ticket::run(args),
        Command::Record(args) => record::run(args),
        Command::Task(args) => task::run(args),
        Command::Reply(args) => reply::run(args),
        Command::Forward(args) => forward::run(args),
        Command::Send(args) => send::run(args),
        Command::Message(args) => message::run(args),
        Command::Contact(args) => contact::run(args),
        Command::Review(args) => review::run(args),
        Command::Quarantine(args) => quarantine::run(args),
        Command::Log(args) => log::run(&args),
        Command::Outbox(args) => outbox::run(args),
        Command::Backup(args) => backup::run(args),
        Command::Restore(args) => restore::run(args),
        Command::Db(args) => db::run(args),
        Command::Completions(args) => completions::run(args),
        Command::ManPages(args) => man_pages::run(args),
        Command::ReadApart => read_apart::run(),
    };
    // What does not end with a line's end is still waiting to be written.
    let written = |code| Ok(std::io::stdout().flush().map(|()| code)?);
    result.and_then(written).unwrap_or_else(|error| exit::failed(&error))
}
