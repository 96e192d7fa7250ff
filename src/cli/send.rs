//! `ticketd send`: a user writes from a contact's record.

use super::database::{AuthorArgs, Database, DatabaseArgs, wait_for};
use super::letter::{self, LetterArgs};
use super::review::person;
use super::times::now;
use super::{Code, Failure};
use crate::domain::*;

/// Write to a contact, outside of any ticket
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd send --contact ann@example.com --subject Offer --file offer.txt --attach offer.pdf --mailbox sales --as bob
  echo 'We moved.' | ticketd send --contact 'Ann Lee <ann@example.com>' --subject 'Our new address' --as alice

Who is no contact yet becomes one. It belongs to no ticket and sets no status.
Exit codes: 0 queued; 1 refused; 64 wrong arguments, no such user or mailbox; 65 the text is empty or no text, the
attachments are too large; 66 no such file or database; 75 the database is in use.")]
pub(super) struct Args {
    /// The contact
    #[arg(long, value_name = "ADDRESS", value_parser = person)]
    contact: Participant,
    #[command(flatten)]
    author: AuthorArgs,
    #[arg(long)]
    subject: String,
    /// Who gets a copy
    #[arg(long, value_name = "ADDRESS", num_args = 1.., value_parser = person)]
    cc: Vec<Participant>,
    #[command(flatten)]
    letter: LetterArgs,
    /// The team mailbox that it comes from; without it, the first
    #[arg(long, value_name = "NAME")]
    mailbox: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Queues the mail.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let user = database.author(&args.author)?;
    args.mailbox.as_deref().map_or(Ok(()), |name| check_mailbox(&database, name))?;
    let (to, cc, subject) = (vec![args.contact], args.cc, Some(args.subject));
    let letter = args.letter.letter(Draft { to, cc, subject, ..Draft::default() })?;
    let attached = letter.draft.attachments.clone();
    let engine = database.engine()?;
    let outcome = wait_for(engine.send_from_record(now(), user, args.mailbox, letter))??;
    drop(engine);
    letter::tell(&mut database, &outcome, &attached, args.json)
}

/// Refuses what is no team mailbox.
fn check_mailbox(database: &Database, wanted: &str) -> Result<(), Failure> {
    let team = || database.setup.mailboxes.iter().filter(|mailbox| mailbox.kind == MailboxKind::Team);
    if team().any(|mailbox| mailbox.name == wanted) {
        return Ok(());
    }
    let known: Vec<_> = team().map(|mailbox| mailbox.name.as_str()).collect();
    let message = format!("there is no team mailbox `{}`", super::screen::line(wanted));
    Err(Failure::new(Code::Usage, message, format!("known: {}", known.join(", "))))
}
