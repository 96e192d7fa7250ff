//! `ticketd automation`: the two templated rules of ticket pipelines, as switches.

use std::io::Write;

use serde_json::json;

use super::Code;
use super::database::{DatabaseArgs, stage_named};
use super::edit::{EditArgs, edit_codes};
use super::screen::line;
use crate::domain::*;

/// See and set the two status rules of ticket pipelines
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd automation show
  ticketd automation set support on_send --off --as alice
  ticketd automation set support on_reply --on --target 'Waiting on us'

Reopening (rule 3.3 in docs/rules.md) has no switch.", edit_codes!()))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(ShowArgs),
    Set(SetArgs),
}

/// Show the rules of all ticket pipelines, or of one
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd automation show --db desk.db\n  ticketd automation show support --json")]
struct ShowArgs {
    pipeline: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and rule
    #[arg(long)]
    json: bool,
}

/// Switch a rule on or off, or give it another target
#[derive(Debug, clap::Args)]
#[command(
    after_help = concat!("Examples:\n  ticketd automation set support on_send --target waiting_on_contact --as alice", edit_codes!())
)]
struct SetArgs {
    pipeline: String,
    /// on_send: an e-mail is sent to a customer (3.1); on_reply: a customer replies to one (3.2)
    #[arg(value_parser = ["on_send", "on_reply"])]
    rule: String,
    #[arg(long, conflicts_with = "off", required_unless_present_any = ["off", "target"])]
    on: bool,
    #[arg(long)]
    off: bool,
    /// The status that it sets (name or label)
    #[arg(long, value_name = "STATUS")]
    target: Option<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::Show(args) => show(&args),
        Command::Set(args) => set(&args),
    }
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    if let Some(name) = &args.pipeline {
        database.pipeline(name)?;
    }
    let mut out = std::io::stdout().lock();
    let is_wanted = |one: &&Pipeline| args.pipeline.as_ref().is_none_or(|name| one.name == *name);
    for pipeline in database.setup.pipelines.iter().filter(is_wanted).filter(|one| one.object == TICKET) {
        for (key, what, rule) in [
            ("on_send", "an e-mail is sent to a customer", &pipeline.on_send),
            ("on_reply", "a customer replies to an e-mail", &pipeline.on_reply),
        ] {
            let label = pipeline.stage(&rule.target).map_or(rule.target.as_str(), |stage| &stage.label);
            if args.json {
                let object = json!({ "pipeline": pipeline.name, "rule": key, "on": rule.on, "target": rule.target, "label": label });
                writeln!(out, "{object}")?;
                continue;
            }
            let on = if rule.on { "on " } else { "off" };
            writeln!(out, "{:<16}  {key:<8}  {on}  {what} → {}", pipeline.name, line(label))?;
        }
    }
    Ok(Code::Success)
}

fn set(args: &SetArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let pipeline = database.pipeline(&args.pipeline)?;
    if pipeline.object != TICKET {
        let message = format!(
            "pipeline `{}` is for `{}`: the two rules are about mail, which only tickets have",
            pipeline.name, pipeline.object
        );
        return Err(
            super::Failure::new(Code::Usage, message, "`ticketd automation show` lists those with rules").into()
        );
    }
    let what = format!("status `{{}}` in pipeline `{}`", pipeline.name);
    let target = args.target.as_deref().map(|wanted| stage_named(Some(pipeline), wanted, &what)).transpose()?;
    let mut after = database.setup.clone();
    if let Some(pipeline) = after.pipelines.iter_mut().find(|one| one.name == args.pipeline) {
        let rule = if args.rule == "on_send" { &mut pipeline.on_send } else { &mut pipeline.on_reply };
        rule.on = (rule.on || args.on) && !args.off;
        rule.target = target.unwrap_or_else(|| rule.target.clone());
    }
    args.edit.save(database, after)
}
