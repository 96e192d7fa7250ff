//! `ticketd workflow log`: every action, and what became of it. `ticketd workflow retry`: what failed, once more.

use std::io::Write;

use serde_json::json;

use crate::cli::database::{DatabaseArgs, UserArgs, wait_for};
use crate::cli::numbers::{self, RecordName};
use crate::cli::screen::line;
use crate::cli::times::{exact, now, rfc3339};
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::engine::{Input, WorkflowOrder};
use crate::explain;
use crate::store::workflow_log::{self, LogFilter};

/// Show what workflows did, newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow log
  ticketd workflow log chase --failed
  ticketd workflow log --record TICKET-12 --json

Each action is called EVENT.N: `ticketd workflow retry EVENT.N` carries one that failed out again.")]
pub(super) struct LogArgs {
    /// Of this workflow or stage automation (PIPELINE/NAME) only
    name: Option<String>,
    /// Of this record only: its row, or a ticket as TICKET-12
    #[arg(long, value_parser = numbers::record)]
    record: Option<RecordName>,
    /// What failed only
    #[arg(long)]
    failed: bool,
    /// At most so many
    #[arg(long, default_value = "50", value_parser = numbers::limit)]
    limit: i64,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) fn log(args: &LogArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let record = args.record.map(|record| database.record(record)).transpose()?.map(|row| row.id);
    let outcome = args.failed.then_some(ActionOutcome::Failed);
    let filter = LogFilter { workflow: args.name.clone(), record, outcome };
    let rows = database.store.read(|tx| workflow_log::actions(tx, &filter, args.limit))?;
    let names = database.record_names(&rows.iter().map(|row| row.record).collect())?;
    let mut out = std::io::stdout().lock();
    for row in rows {
        if args.json {
            writeln!(out, "{}", as_json(&row))?;
            continue;
        }
        let name = format!("{}.{}", row.event.0, row.n);
        let said = line(&explain::action_line(&row, &database.zone));
        let record = names.get(&row.record).map_or("", String::as_str);
        writeln!(out, "{}  {name:<8}  {record:<13}  {said}", exact(row.at, &database.zone))?;
    }
    Ok(Code::Success)
}

fn as_json(row: &ActionRow) -> serde_json::Value {
    json!({
        "event": row.event, "n": row.n, "at": rfc3339(row.at), "record": row.record, "workflow": row.workflow,
        "revision": row.revision, "step": row.step, "action": row.action, "outcome": row.outcome, "reason": row.reason,
        "cause": row.cause, "send": row.send,
    })
}

/// Carry out once more what failed, for the record as it is now
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow log --failed
  ticketd workflow retry 412.2 --as alice

What comes after the action has happened, or has not, and stays so.
Exit codes: 0 it was carried out; 1 it failed again, or has not failed; 64 wrong arguments; 66 no such database;
77 the user of --as has no role for it.")]
pub(super) struct RetryArgs {
    /// The action, as `ticketd workflow log` prints it
    #[arg(value_name = "EVENT.N", value_parser = action)]
    action: (EventSeq, i64),
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

fn action(text: &str) -> Result<(EventSeq, i64), String> {
    let parts = text.split_once('.').and_then(|(event, n)| Some((event.parse().ok()?, n.parse().ok()?)));
    let (event, n) = parts.ok_or_else(|| "write an action as `ticketd workflow log` prints it: 412.2".to_owned())?;
    Ok((EventSeq(event), n))
}

pub(super) fn retry(args: &RetryArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let (event, n) = args.action;
    let engine = database.engine()?;
    let outcome = wait_for(engine.command(now(), user, Input::Workflow(WorkflowOrder::Retry { event, n })))??;
    let mut out = std::io::stdout().lock();
    let mut failed = false;
    for row in outcome.decision.changes.iter().filter_map(action_of) {
        failed |= row.outcome == ActionOutcome::Failed;
        writeln!(out, "{}", line(&explain::action_line(row, &database.zone)))?;
    }
    match failed {
        false => Ok(Code::Success),
        true => Err(Failure { code: Code::Negative, message: "it failed again".to_owned(), way_out: None }.into()),
    }
}

/// The row of the action log that a change is.
pub(super) fn action_of(change: &Change) -> Option<&ActionRow> {
    match change {
        Change::Action(row) => Some(row),
        _ => None,
    }
}
