//! `ticketd workflow test`: the way of a record, without going it. `enrol` and `unenrol`: people put records on the way, and
//! take them off.

use std::io::Write;

use serde_json::json;

use super::log::action_of;
use crate::cli::Code;
use crate::cli::database::{DatabaseArgs, UserArgs, wait_for};
use crate::cli::numbers::{self, RecordName};
use crate::cli::screen::{Paint, line};
use crate::cli::times::{local, now, rfc3339};
use crate::domain::*;
use crate::engine::{Input, WorkflowOrder, rehearse};
use crate::explain;

/// Show the way that a record would take, without doing anything
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow test chase TICKET-12
  ticketd workflow test chase 41 --draft --json

Delays are waited for in the mind: what comes after one is shown as of then, for a record that nobody changes meanwhile.
Exit codes: 0 shown; 1 the workflow is for another object, or was never published; 66 no such database or record.")]
pub(super) struct TestArgs {
    /// A workflow
    name: String,
    /// A record: its row, or a ticket as TICKET-12
    #[arg(value_parser = numbers::record)]
    record: RecordName,
    /// What somebody works on, instead of what is in force
    #[arg(long)]
    draft: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) fn test(args: &TestArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let record = database.record(args.record)?;
    let shown = rehearse(&database.store, now(), &args.name, args.draft, record.id)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let actions = shown.actions.iter().map(|row| {
            json!({
                "at": rfc3339(row.at), "workflow": row.workflow, "record": row.record, "step": row.step,
                "action": row.action, "outcome": row.outcome, "reason": row.reason,
            })
        });
        let object = json!({
            "workflow": args.name, "record": record.id, "passes_filter": shown.passes_filter,
            "hindrance": shown.hindrance, "actions": actions.collect::<Vec<_>>(),
        });
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    if !shown.passes_filter {
        writeln!(out, "its condition does not hold for `{}`: it would not enrol by itself", line(&record.title))?;
    }
    if let Some(hindrance) = shown.hindrance {
        writeln!(out, "it would not enrol now: {}", explain::effect_result(hindrance))?;
    }
    let paint = Paint::for_stdout();
    for row in &shown.actions {
        let at = local(row.at, &database.zone);
        writeln!(out, "{}  {}", paint.dim(&at), line(&explain::action_line(row, &database.zone)))?;
    }
    writeln!(out, "Nothing was done.")?;
    Ok(Code::Success)
}

/// Put a record on its way through a workflow
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow enrol nurture 41 --as alice
  ticketd workflow enrol chase TICKET-12

Exit codes: 0 done; 1 it does not enrol, and why; 66 no such database or record; 77 the user of --as has no role for it.")]
pub(super) struct EnrolArgs {
    #[command(flatten)]
    order: OrderArgs,
}

/// Take a record out of a workflow that it is on its way through
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow unenrol nurture 41 --as alice

Exit codes: 0 done; 1 it is not on its way; 66 no such database or record; 77 the user of --as has no role for it.")]
pub(super) struct UnenrolArgs {
    #[command(flatten)]
    order: OrderArgs,
}

#[derive(Debug, clap::Args)]
struct OrderArgs {
    /// A workflow
    name: String,
    /// A record: its row, or a ticket as TICKET-12
    #[arg(value_parser = numbers::record)]
    record: RecordName,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) fn enrol(args: &EnrolArgs) -> anyhow::Result<Code> {
    carry_out(&args.order, "enrolled", |workflow, record| WorkflowOrder::Enrol { workflow, record })
}

pub(super) fn unenrol(args: &UnenrolArgs) -> anyhow::Result<Code> {
    carry_out(&args.order, "taken out", |workflow, record| WorkflowOrder::Unenrol { workflow, record })
}

fn carry_out(
    args: &OrderArgs,
    said: &str,
    order: impl FnOnce(String, RecordId) -> WorkflowOrder,
) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let record = database.record(args.record)?;
    let engine = database.engine()?;
    let order = Input::Workflow(order(args.name.clone(), record.id));
    let outcome = wait_for(engine.command(now(), user, order))??;
    let mut out = std::io::stdout().lock();
    writeln!(out, "record {} {said}: {}", record.id, line(&record.title))?;
    for row in outcome.decision.changes.iter().filter_map(action_of) {
        writeln!(out, "  {}", line(&explain::action_line(row, &database.zone)))?;
    }
    Ok(Code::Success)
}
