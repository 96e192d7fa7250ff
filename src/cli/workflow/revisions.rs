//! What a workflow was: its revisions, and how two of them differ.

use std::io::Write;

use serde_json::json;

use super::changing::{as_json, as_text, definition_in, definition_of, numbered};
use super::drafts::nothing_yet;
use super::found::no_workflow;
use crate::cli::Code;
use crate::cli::database::{Database, DatabaseArgs};
use crate::cli::screen::line;
use crate::cli::times::{local, rfc3339};
use crate::domain::*;
use crate::store::workflow_log;
use crate::workflow::{Edited, edits};

/// List what a workflow was, oldest first: when, by whom, and what was changed
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow revisions chase
  ticketd workflow revisions chase --json

Of a stage automation that does nothing but send at once none are kept.
Exit codes: 0 listed; 64 there is no such workflow; 66 no such database.")]
pub(super) struct RevisionsArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and revision
    #[arg(long)]
    json: bool,
}

/// Show how two revisions of a workflow differ; without numbers, what is in force and the draft
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow diff chase          what publishing would change
  ticketd workflow diff chase 2        from revision 2 to the draft, or to what is in force
  ticketd workflow diff chase 2 4

Exit codes: 0 shown, or nothing differs; 64 there is no such workflow or revision; 66 no such database.")]
pub(super) struct DiffArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    /// The revision before; without it, what is in force
    from: Option<usize>,
    /// The revision after; without it, the draft, else what is in force
    to: Option<usize>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and difference
    #[arg(long)]
    json: bool,
}

pub(super) fn list(args: &RevisionsArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let revisions = known(&database, &args.name)?;
    let standing = database.store.read(|tx| workflow_log::standing(tx, &args.name))?;
    let mut before: Option<Definition> = None;
    let mut out = std::io::stdout().lock();
    for (row, number) in revisions.iter().zip(1..) {
        let now = definition_of(row);
        let found = before.as_ref().zip(now.as_ref()).map(|(before, now)| edits(before, now));
        let is = |of: fn(&WorkflowRow) -> Option<RevisionId>| standing.as_ref().and_then(of) == Some(row.id);
        let (published, draft) = (is(|row| row.published), is(|row| row.draft));
        let author = row.author.map(|author| database.naming.known().person(Some(author)));
        if args.json {
            let found: Vec<_> = found.iter().flatten().map(as_json).collect();
            let object = json!({
                "revision": number, "row": row.id, "at": rfc3339(row.at), "by": author, "published": published,
                "draft": draft, "differences": found, "event": row.event,
            });
            writeln!(out, "{object}")?;
        } else {
            let state = match (published, draft) {
                (true, true) => "  in force, draft",
                (true, false) => "  in force",
                (false, true) => "  draft",
                (false, false) => "",
            };
            let (at, author) = (local(row.at, &database.zone), database.naming.known().person(row.author));
            let said = line(&in_one_line(found.as_deref()));
            writeln!(out, "{number:>3}  {at}  {}{state}\n     {said}", line(&author))?;
        }
        before = now.or(before);
    }
    Ok(Code::Success)
}

fn in_one_line(found: Option<&[Edited]>) -> String {
    match found {
        None => "the first".to_owned(),
        Some([]) => "the same again".to_owned(),
        Some(found) => found.iter().map(Edited::to_string).collect::<Vec<_>>().join("; "),
    }
}

/// The revisions of a workflow that is there, or was.
fn known(database: &Database, name: &str) -> anyhow::Result<Vec<WorkflowRevisionRow>> {
    let revisions = database.store.read(|tx| workflow_log::revisions(tx, name))?;
    match revisions.is_empty() && definition_in(&database.setup, name).is_none() {
        true => Err(no_workflow(name).into()),
        false => Ok(revisions),
    }
}

pub(super) fn diff(args: &DiffArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let revisions = known(&database, &args.name)?;
    let revision = |number: usize| numbered(&revisions, &args.name, number);
    let after = match args.to {
        Some(number) => revision(number)?,
        None => definition_in(&database.setup, &args.name).ok_or_else(|| no_workflow(&args.name))?,
    };
    let before = match args.from {
        Some(number) => revision(number)?,
        None => in_force(&database, &args.name).unwrap_or_else(|| nothing_yet(&after)),
    };
    let found = edits(&before, &after);
    let mut out = std::io::stdout().lock();
    if args.json {
        for edited in &found {
            writeln!(out, "{}", as_json(edited))?;
        }
        return Ok(Code::Success);
    }
    match found.is_empty() {
        true => writeln!(out, "Nothing differs.")?,
        false => write!(out, "{}", as_text(&found))?,
    }
    Ok(Code::Success)
}

fn in_force(database: &Database, name: &str) -> Option<Definition> {
    match database.setup.workflow(name) {
        Some(workflow) => workflow.published.clone(),
        None => definition_in(&database.setup, name),
    }
}
