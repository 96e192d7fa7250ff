//! `ticketd workflow enable|disable`: the switch, and whether records that are there already enrol.

use std::io::{BufRead, IsTerminal, Write};

use super::found::no_workflow;
use crate::cli::database::{Database, wait_for};
use crate::cli::edit::{EditArgs, edit_codes};
use crate::cli::times::now;
use crate::cli::{Code, Failure};
use crate::decide::Refusal;
use crate::domain::*;
use crate::engine::{EngineError, Input, WorkflowOrder};
use crate::store::record_views::{self, RecordFilter};

/// Switch a workflow or stage automation on
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow enable chase --as alice
  ticketd workflow enable chase --enrol-existing --as alice
  ticketd workflow enable support/ticket_received --no-enrol-existing

Where its trigger is a stage, the records that are in it already may enrol, too: on a terminal that is asked.", edit_codes!()))]
pub(super) struct EnableArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    /// Records that are in its stage already enrol now
    #[arg(long, conflicts_with = "no_enrol_existing")]
    enrol_existing: bool,
    /// Only records that enter it from now on
    #[arg(long)]
    no_enrol_existing: bool,
    #[command(flatten)]
    edit: EditArgs,
}

/// Switch a workflow or stage automation off
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow disable chase --as alice

Nobody new enrols; records on their way pass their delays and do nothing more.", edit_codes!()))]
pub(super) struct DisableArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    #[command(flatten)]
    edit: EditArgs,
}

pub(super) fn disable(args: &DisableArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let after = switched(&database.setup, &args.name, false)?;
    args.edit.save(database, after)
}

pub(super) fn enable(args: &EnableArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let after = switched(&database.setup, &args.name, true)?;
    let existing = existing(&database, &args.name)?;
    let enrol = match (args.enrol_existing, args.no_enrol_existing, existing.is_empty()) {
        (true, _, _) => true,
        (false, true, _) | (_, _, true) => false,
        (false, false, false) => asked(&args.name, existing.len())?,
    };
    let code = args.edit.save(database, after)?;
    if enrol && !existing.is_empty() {
        enrol_all(args, &existing)?;
    }
    Ok(code)
}

/// The setup with the switch so.
fn switched(setup: &Setup, name: &str, on: bool) -> Result<Setup, Failure> {
    let mut after = setup.clone();
    if let Some(workflow) = after.workflows.iter_mut().find(|workflow| workflow.name == name) {
        if on && workflow.published.is_none() {
            let way_out = format!("`ticketd workflow publish {name}` puts its draft into force");
            return Err(Failure::new(Code::Negative, format!("`{name}` was never published"), way_out));
        }
        workflow.on = on;
        return Ok(after);
    }
    after.automation_mut(name).ok_or_else(|| no_workflow(name))?.on = on;
    Ok(after)
}

/// The records that are in the stage of a workflow's trigger.
fn existing(database: &Database, name: &str) -> anyhow::Result<Vec<RecordId>> {
    let definition = database.setup.workflow(name).and_then(|workflow| workflow.published.as_ref());
    let Some(Trigger::StageEntered { pipeline, stage }) = definition.map(|definition| &definition.trigger) else {
        return Ok(Vec::new());
    };
    let filter =
        RecordFilter { pipeline: Some(pipeline.clone()), stage: Some(stage.clone()), ..RecordFilter::default() };
    let records = database.store.read(|tx| record_views::records(tx, &filter, i64::MAX))?;
    // The oldest first.
    Ok(records.into_iter().rev().map(|row| row.id).collect())
}

fn asked(name: &str, count: usize) -> anyhow::Result<bool> {
    let records = if count == 1 { "1 record is".to_owned() } else { format!("{count} records are") };
    if !std::io::stdin().is_terminal() {
        let message = format!("{records} in the stage of `{name}` already: do they enrol?");
        return Err(Failure::new(Code::Usage, message, "say --enrol-existing or --no-enrol-existing").into());
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{records} in its stage already. Do they enrol? [y/N] ")?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "y" | "yes" | "j" | "ja"))
}

fn enrol_all(args: &EnableArgs, records: &[RecordId]) -> anyhow::Result<()> {
    let database = args.edit.database.open()?;
    let user = args.edit.user(&database)?;
    let engine = database.engine()?;
    let (mut enrolled, mut others) = (0, 0);
    for record in records {
        let order = WorkflowOrder::Enrol { workflow: args.name.clone(), record: *record };
        match wait_for(engine.command(now(), user, Input::Workflow(order)))? {
            Ok(_) => enrolled += 1,
            Err(EngineError::Refused(Refusal::CannotEnrol { .. })) => others += 1,
            Err(error) => return Err(error.into()),
        }
    }
    writeln!(std::io::stdout().lock(), "{enrolled} enrolled, {others} did not.")?;
    Ok(())
}
