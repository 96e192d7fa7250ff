//! `ticketd forward`: a user forwards a message from a ticket.

use super::Code;
use super::database::{AuthorArgs, DatabaseArgs, wait_for};
use super::letter::{self, LetterArgs};
use super::reply::of_ticket;
use super::review::person;
use super::times::now;
use crate::domain::*;

/// Forward a message from a ticket
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd forward 1001 31 --to bo@example.net --as alice
  echo 'Can you look at this?' | ticketd forward 1001 '#31' --to bo@example.net --as alice

The text of the message stands below yours. A forward sets no status, and neither does the answer to it.
Exit codes: 0 queued; 1 refused (the ticket is merged …); 64 wrong arguments or no such user; 65 no text, or the
attachments are too large; 66 no such ticket, message, file or database; 75 the database is in use.")]
pub(super) struct Args {
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(value_parser = super::numbers::ticket)]
    ticket: i64,
    /// The message of the ticket: Message-ID or row
    #[arg(value_name = "MESSAGE-ID|#ROW")]
    message: String,
    /// To whom
    #[arg(long, value_name = "ADDRESS", num_args = 1.., required = true, value_parser = person)]
    to: Vec<Participant>,
    #[command(flatten)]
    author: AuthorArgs,
    #[command(flatten)]
    letter: LetterArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Queues the forward.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let user = database.author(&args.author)?;
    let ticket = database.ticket_at_work(args.ticket)?;
    let message = of_ticket(&database, &database.message(&args.message)?, &ticket)?;
    let letter = args.letter.comment(Draft { to: args.to, ..Draft::default() })?;
    let attached = letter.draft.attachments.clone();
    let engine = database.engine()?;
    let outcome = wait_for(engine.forward(now(), user, ticket.record.id, message, letter))??;
    drop(engine);
    letter::tell(&mut database, &outcome, &attached, args.json)
}
