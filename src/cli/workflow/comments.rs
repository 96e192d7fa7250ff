//! Remarks about the actions of a workflow: who said what, and when.

use std::io::Write;
use std::sync::Arc;

use serde_json::json;

use super::edit::step;
use super::found::no_workflow;
use crate::cli::database::{DatabaseArgs, UserArgs, wait_for};
use crate::cli::screen::{line, text};
use crate::cli::times::{local, now, rfc3339};
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::engine::{Input, WorkflowOrder, written};
use crate::store::{content, workflow_log};
use crate::workflow::{self, action_words};

/// Remark something about an action
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow comment chase 3 'Three days are too few in December' --as alice

Exit codes: 0 kept; 1 there is no such workflow or action; 64 wrong arguments; 66 no such database;
77 the user of --as has no role for it.")]
pub(super) struct CommentArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    /// The number of the action
    #[arg(value_name = "ACTION", value_parser = step)]
    step: StepId,
    /// What there is to say
    text: String,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Show what was remarked about the actions of a workflow, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow comments chase
  ticketd workflow comments chase --json

Exit codes: 0 shown; 64 there is no such workflow; 66 no such database.")]
pub(super) struct CommentsArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

pub(super) fn comment(args: &CommentArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    if args.text.trim().is_empty() {
        return Err(Failure::new(Code::Usage, "the remark is empty", "write what there is to say").into());
    }
    let draft = Arc::new(written(Draft { text: args.text.clone(), ..Draft::default() }));
    let order = WorkflowOrder::Comment { workflow: args.name.clone(), step: args.step, draft };
    let engine = database.engine()?;
    let outcome = wait_for(engine.command(now(), user, Input::Workflow(order)))??;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => {
            let object = json!({ "workflow": args.name, "step": args.step, "event": outcome.seq });
            writeln!(out, "{object}")?;
        }
        false => writeln!(out, "Kept, about action {} of {}.", args.step, line(&args.name))?,
    }
    Ok(Code::Success)
}

pub(super) fn list(args: &CommentsArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let steps: Vec<Step> = database
        .setup
        .flows()
        .filter(|(name, _)| *name == args.name)
        .flat_map(|(_, steps)| workflow::numbered(steps))
        .collect();
    let remarks = database.store.read(|tx| {
        let rows = workflow_log::comments(tx, &args.name)?;
        let bodies = rows.iter().map(|row| content::raw(tx, row.draft)).collect::<Result<Vec<_>, _>>()?;
        Ok(rows.into_iter().zip(bodies).collect::<Vec<_>>())
    })?;
    if remarks.is_empty() && !database.setup.flows().any(|(name, _)| name == args.name) {
        return Err(no_workflow(&args.name).into());
    }
    let mut out = std::io::stdout().lock();
    for (row, body) in remarks {
        let said = Draft::from_bytes(&body)?.text;
        let words = workflow::locate(&steps, row.step).map(|place| action_words(&place.step.action));
        let author = row.author.map(|author| database.naming.known().person(Some(author)));
        if args.json {
            let object = json!({
                "step": row.step, "action": words, "at": rfc3339(row.at), "by": author, "text": said, "event": row.event,
            });
            writeln!(out, "{object}")?;
            continue;
        }
        let words = words.unwrap_or_else(|| "no longer there".to_owned());
        let (at, author) = (local(row.at, &database.zone), database.naming.known().person(row.author));
        writeln!(out, "{:>3} {}  {at}  {}", row.step.to_string(), line(&words), line(&author))?;
        for said in said.lines() {
            writeln!(out, "    {}", text(said))?;
        }
    }
    Ok(Code::Success)
}
