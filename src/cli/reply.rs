//! `ticketd reply`: a user answers from a ticket.

use super::database::{AuthorArgs, Database, DatabaseArgs, wait_for};
use super::letter::{self, LetterArgs};
use super::review::person;
use super::times::now;
use super::{Code, Failure};
use crate::domain::*;
use crate::engine::Reply;
use crate::store::views::{self, Ticket};

/// Answer from a ticket
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd reply 1001 --as alice --file answer.txt --attach invoice.pdf --quote
  echo 'It left this morning.' | ticketd reply 1001 --as alice
  ticketd reply 1001 --as alice --file answer.txt --status closed
  ticketd reply 1001 --as alice --file - --to 'Tom Reed <tom@example.net>' --new-thread

It goes to the ticket's contacts unless --to says otherwise, waits in the outbox, and sets the status at once
(rule 3.1 in docs/rules.md, or --status). The daemon sends it, `ticketd sync` or
`ticketd outbox flush`.
Exit codes: 0 queued; 1 refused (the ticket is merged, nobody to send it to …); 64 wrong arguments, no such user or
status; 65 the text is empty or no text, the attachments are too large; 66 no such ticket, message, file or database;
75 the database is in use.")]
pub(super) struct Args {
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(value_parser = super::numbers::ticket)]
    ticket: i64,
    #[command(flatten)]
    author: AuthorArgs,
    #[command(flatten)]
    letter: LetterArgs,
    /// To whom, instead of the ticket's contacts
    #[arg(long, value_name = "ADDRESS", num_args = 1.., value_parser = person)]
    to: Vec<Participant>,
    /// Who gets a copy
    #[arg(long, value_name = "ADDRESS", num_args = 1.., value_parser = person)]
    cc: Vec<Participant>,
    /// The subject, instead of the ticket's own
    #[arg(long)]
    subject: Option<String>,
    /// The status to set, instead of what rule 3.1 says (name or label)
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Begin another thread of the ticket
    #[arg(long)]
    new_thread: bool,
    /// The message of the ticket that it answers; without it, the newest of its latest thread
    #[arg(long, value_name = "MESSAGE-ID|#ROW", conflicts_with = "new_thread")]
    answer: Option<String>,
    /// Quote below the text what it answers: that message, or what was said last between us and the customer
    #[arg(long)]
    quote: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Queues the answer.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let user = database.author(&args.author)?;
    let ticket = database.ticket_at_work(args.ticket)?;
    let status = args.status.as_deref().map(|wanted| database.stage_of(&ticket, wanted)).transpose()?;
    let answers = args.answer.as_deref().map(|wanted| database.message(wanted)).transpose()?;
    let answers = answers.map(|message| of_ticket(&database, &message, &ticket)).transpose()?;
    let draft = Draft { to: args.to, cc: args.cc, subject: args.subject, ..Draft::default() };
    let letter = args.letter.letter(draft)?;
    let attached = letter.draft.attachments.clone();
    let engine = database.engine()?;
    let reply = Reply { letter, status, new_thread: args.new_thread, answers, quote: args.quote };
    let outcome = wait_for(engine.reply(now(), user, ticket.record.id, reply))??;
    drop(engine);
    letter::tell(&mut database, &outcome, &attached, args.json)
}

/// The message, which must be the ticket's.
pub(super) fn of_ticket(database: &Database, message: &MessageRow, ticket: &Ticket) -> anyhow::Result<MessageId> {
    if database.store.read(|tx| views::ticket_of(tx, message))? == Some(ticket.record.id) {
        return Ok(message.id);
    }
    let number = ticket.ticket.number;
    let way_out = format!("`ticketd ticket show {number}` lists its messages");
    Err(Failure::new(Code::NoInput, format!("message {} is not of ticket {number}", message.id), way_out).into())
}
