//! `ticketd ticket move`: a user moves a ticket to another status.

use std::io::Write;

use serde_json::json;

use super::Code;
use super::database::{AuthorArgs, DatabaseArgs, wait_for};
use super::message_json::queued;
use super::screen::{line, wrap};
use super::times::now;
use super::transcript::Arrow;
use crate::domain::EmailAddress;
use crate::explain;

/// Move a ticket to another status
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd ticket move 1001 closed --as alice\n  ticketd ticket move 1001 'Waiting on us' --as alice --json"
)]
pub(super) struct Args {
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(value_parser = super::numbers::ticket)]
    number: i64,
    /// The status (name or label)
    stage: String,
    #[command(flatten)]
    author: AuthorArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Moves it, and says what that led to.
pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let user = database.author(&args.author)?;
    let ticket = database.ticket_at_work(args.number)?;
    let stage = database.stage_of(&ticket, &args.stage)?;
    let engine = database.engine()?;
    let outcome = wait_for(engine.move_record(now(), Some(user), ticket.record.id, &stage))??;
    drop(engine);
    let names = database.naming.of_outcome(&outcome)?;
    let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
    let reason = explain::reason(None, &outcome.decision.explanation, before, after, names);
    let mut out = std::io::stdout().lock();
    if args.json {
        let object = json!({
            "ticket": outcome.ticket_number,
            "status_before": before,
            "status_after": after,
            "reason": reason,
            "queued": outcome.queued.iter().map(queued).collect::<Vec<_>>(),
            "event": outcome.seq,
        });
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    writeln!(out, "ticket {}  {}", args.number, Arrow(before, after))?;
    for part in wrap(&line(&reason), 2) {
        writeln!(out, "  {part}")?;
    }
    for send in &outcome.queued {
        let to: Vec<_> = send.to.iter().map(EmailAddress::as_str).collect();
        let what = send.template.as_deref().unwrap_or(send.purpose.as_str());
        let to = line(&to.join(", "));
        match &send.failure {
            None => writeln!(out, "  queued {what} → {to}")?,
            Some(why) => writeln!(out, "  not sent: {what} → {to}: {}", line(why))?,
        }
    }
    Ok(Code::Success)
}
