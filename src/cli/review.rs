//! `ticketd review`: what waits for a person, and what the person decides.

use std::io::Write;

use serde_json::{Value, json};

use super::Code;
use super::config_file::counted;
use super::database::{Database, DatabaseArgs, UserArgs, wait_for};
use super::message_json::queued;
use super::review_show;
use super::screen::{line, wrap};
use super::times::now;
use super::transcript::Arrow;
use crate::domain::*;
use crate::engine::{Judgement, Outcome};
use crate::explain;
use crate::store::{views, waiting};

/// See what waits for a person, and decide it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd review list --db mail.db           what waits, oldest first
  ticketd review show 31                     why, the text, and what each verdict would do
  ticketd review attach 31 1001 --as alice   it belongs to ticket 1001, and so does its author
  ticketd review new 31 --for tom@example.net
                                             a ticket for the original sender of a forward
  ticketd review drop 31                     it stays where it is

docs/rules.md says what waits and what each verdict does.
Exit codes: 0 done; 1 refused (it does not wait, it has opened a ticket …); 64 wrong arguments;
66 no such message, ticket or database; 75 the database is in use.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    Attach(AttachArgs),
    New(NewArgs),
    Drop(DropArgs),
}

/// List what waits, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd review list --db mail.db\n  ticketd review list --all --json")]
struct ListArgs {
    /// What was settled too, the latest first: by whom and when
    #[arg(long)]
    all: bool,
    /// How many of each at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and message
    #[arg(long)]
    json: bool,
}

/// Show why a message waits, what it says, and what each verdict would do
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd review show 31 --db mail.db\n  ticketd review show '<abc@example.org>' --json"
)]
struct ShowArgs {
    #[command(flatten)]
    of: Which,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// The message belongs to that ticket, and so does its author
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd review attach 31 1001 --as alice\n  ticketd review attach 31 1001 --contact"
)]
struct AttachArgs {
    #[command(flatten)]
    of: Which,
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(value_parser = super::numbers::ticket)]
    ticket: i64,
    /// The author becomes a contact of the ticket, not only a participant
    #[arg(long)]
    contact: bool,
    #[command(flatten)]
    order: OrderArgs,
}

/// The message opens a ticket
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd review new 31\n  ticketd review new 31 --for 'Tom Reed <tom@example.net>'"
)]
struct NewArgs {
    #[command(flatten)]
    of: Which,
    /// Of a user's forward: the original sender, for whom the ticket is; without it, the author
    #[arg(long = "for", value_name = "ADDRESS", value_parser = person)]
    original: Option<Participant>,
    #[command(flatten)]
    order: OrderArgs,
}

/// The message stays where it is
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd review drop 31 --as alice")]
struct DropArgs {
    #[command(flatten)]
    of: Which,
    #[command(flatten)]
    order: OrderArgs,
}

#[derive(Debug, clap::Args)]
struct Which {
    /// Message-ID or row
    #[arg(value_name = "MESSAGE-ID|#ROW")]
    message: String,
}

#[derive(Debug, clap::Args)]
struct OrderArgs {
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Lists, shows or decides.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
        Command::Attach(AttachArgs { of, ticket, contact, order }) => decide(&of, &order, |database| {
            Ok(Judgement::Attach { ticket: database.ticket(ticket)?.record.id, contact })
        }),
        Command::New(NewArgs { of, original, order }) => decide(&of, &order, |_| Ok(Judgement::New { original })),
        Command::Drop(DropArgs { of, order }) => decide(&of, &order, |_| Ok(Judgement::Drop)),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    // One more than is shown tells whether there are more.
    let (limit, one_more) = (usize::try_from(args.limit).unwrap_or(usize::MAX), args.limit.saturating_add(1));
    let (mut waits, mut settled) = database.store.read(|tx| {
        let settled = if args.all { waiting::settled(tx, one_more)? } else { Vec::new() };
        Ok((waiting::in_review(tx, one_more)?, settled))
    })?;
    let more = waits.len() > limit || settled.len() > limit;
    waits.truncate(limit);
    settled.truncate(limit);
    let mut out = std::io::stdout().lock();
    for found in waits.iter().chain(&settled) {
        match args.json {
            true => writeln!(out, "{}", review_show::as_json(&database, found))?,
            false => writeln!(out, "{}", review_show::as_line(&database, found))?,
        }
    }
    drop(out);
    let mut err = std::io::stderr().lock();
    if more {
        writeln!(err, "there are more: --limit {}", args.limit.saturating_mul(2))?;
    } else if waits.is_empty() && !args.json {
        writeln!(err, "nothing waits for review")?;
    }
    Ok(Code::Success)
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let message = database.message(&args.of.message)?;
    let output = review_show::show(&mut database, message, args.json)?;
    std::io::stdout().lock().write_all(output.as_bytes())?;
    Ok(Code::Success)
}

/// Has a verdict carried out, and says what came of it.
fn decide(
    of: &Which,
    order: &OrderArgs,
    judgement: impl FnOnce(&Database) -> anyhow::Result<Judgement>,
) -> anyhow::Result<Code> {
    let mut database = order.database.open()?;
    let message = database.message(&of.message)?;
    let (judgement, user) = (judgement(&database)?, database.user(&order.user)?);
    let engine = database.engine()?;
    let outcome = wait_for(engine.review(now(), user, message.id, judgement))??;
    drop(engine);
    let names = database.naming.of_outcome(&outcome)?;
    let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
    let reason = explain::reason(None, &outcome.decision.explanation, before, after, names);
    let mut out = std::io::stdout().lock();
    match order.json {
        true => writeln!(out, "{}", outcome_json(&message, &outcome, &reason))?,
        false => write!(out, "{}", outcome_text(&message, &outcome, &reason))?,
    }
    Ok(Code::Success)
}

fn outcome_text(message: &MessageRow, outcome: &Outcome, reason: &str) -> String {
    let ticket = outcome.ticket_number.map(|number| format!("  ticket {number}")).unwrap_or_default();
    let status = Arrow(outcome.status_before.as_deref(), outcome.status_after.as_deref());
    let mut text = format!("{}{ticket}  {status}", message.id).trim_end().to_owned();
    for part in wrap(&line(reason), 2) {
        text.push_str(&format!("\n  {part}"));
    }
    for send in &outcome.queued {
        let to: Vec<_> = send.to.iter().map(|address| line(address.as_str())).collect();
        let what = send.template.as_deref().unwrap_or(send.purpose.as_str());
        match &send.failure {
            None => text.push_str(&format!("\n  queued {what} → {}", to.join(", "))),
            Some(why) => text.push_str(&format!("\n  not sent: {what} → {}: {}", to.join(", "), line(why))),
        }
    }
    text.push('\n');
    text
}

fn outcome_json(message: &MessageRow, outcome: &Outcome, reason: &str) -> Value {
    let reviewed = outcome.decision.explanation.evidence.iter().find_map(|sign| match sign {
        Evidence::Reviewed { verdict, kind, .. } => Some((*verdict, *kind)),
        _ => None,
    });
    json!({
        "row": message.id,
        "verdict": reviewed.map(|(verdict, _)| verdict),
        "kind": reviewed.map(|(_, kind)| kind),
        "ticket": outcome.ticket_number,
        "thread": outcome.decision.thread,
        "status_before": outcome.status_before,
        "status_after": outcome.status_after,
        "rule": explain::fired(&outcome.decision.explanation),
        "reason": reason,
        "queued": outcome.queued.iter().map(queued).collect::<Vec<_>>(),
        "event": outcome.seq,
    })
}

/// `Name <address>` or an address.
pub(super) fn person(text: &str) -> Result<Participant, String> {
    Participant::parse(text).ok_or_else(|| "write ADDRESS or 'Name <ADDRESS>'".to_owned())
}

/// What a replay says where its database keeps what waits.
pub(super) fn hint(totals: &views::Totals, db: &crate::store::Location) -> String {
    let line = |count: i64, one: &str, many: &str, command: &str| match usize::try_from(count).unwrap_or_default() {
        0 => String::new(),
        count => format!("{}: ticketd {command} list --db {db}\n", counted(count, one, many)),
    };
    line(totals.to_review, "message waits for review", "messages wait for review", "review")
        + &line(totals.quarantined, "mail is in quarantine", "mails are in quarantine", "quarantine")
}
