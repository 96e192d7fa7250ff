//! `ticketd contact`: what is known of people outside, and what can be said about them.

use std::io::Write;

use serde_json::json;

use super::Code;
use super::database::{DatabaseArgs, UserArgs, wait_for};
use super::review::person;
use super::screen::line;
use super::times::now;
use crate::domain::Participant;

/// Say something about a contact
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd contact clear ann@example.com --as alice    automatic mail goes there again, although mail bounced

Exit codes: 0 done, 1 the address has not given mail back, 64 wrong arguments, 66 no such address or database,
75 the database is in use.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Clear(ClearArgs),
}

/// An address that gave mail back takes it again: automatic mail may go there
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd contact clear ann@example.com --as alice --db mail.db")]
struct ClearArgs {
    #[arg(value_name = "ADDRESS", value_parser = person)]
    address: Participant,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let Command::Clear(args) = args.command;
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let engine = database.engine()?;
    let address = args.address.address;
    let outcome = wait_for(engine.clear_bounce(now(), user, address.clone()))??;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", json!({ "address": address, "event": outcome.seq }))?,
        false => writeln!(out, "{}  takes mail again: automatic mail goes there", line(address.as_str()))?,
    }
    Ok(Code::Success)
}
