//! `ticketd workflow show`: a workflow as text, as a Mermaid flowchart, or for programs.

use std::io::Write;

use serde_json::json;

use super::found::Found;
use crate::cli::Code;
use crate::cli::database::DatabaseArgs;
use crate::workflow::{as_mermaid, as_text};

/// Show what a workflow or stage automation does
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  ticketd workflow show chase
  ticketd workflow show chase --draft
  ticketd workflow show support/ticket_received --mermaid > received.mmd

Exit codes: 0 shown; 64 there is no such workflow, or no draft; 66 no such database.")]
pub(super) struct Args {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    /// What somebody works on, instead of what is in force
    #[arg(long)]
    draft: bool,
    /// A flowchart (mermaid.js.org)
    #[arg(long, conflicts_with = "json")]
    mermaid: bool,
    /// One JSON object
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    database: DatabaseArgs,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let found = Found::named(&database.setup, &args.name)?;
    let definition = found.definition(args.draft)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let object = json!({
            "workflow": found.name, "label": found.label, "object": found.object, "on": found.on,
            "draft": found.is_draft(args.draft), "definition": &*definition,
        });
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    if args.mermaid {
        write!(out, "{}", as_mermaid(&definition, &found.object))?;
        return Ok(Code::Success);
    }
    let state = match (found.is_draft(args.draft), found.on) {
        (true, _) => "draft",
        (false, true) => "on",
        (false, false) => "off",
    };
    writeln!(out, "{} ({}), {state}", found.name, found.object)?;
    write!(out, "{}", as_text(&definition, &found.object))?;
    Ok(Code::Success)
}
