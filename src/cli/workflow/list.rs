//! `ticketd workflow list`: what happens by itself, and to whom.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use super::super::Code;
use super::super::database::DatabaseArgs;
use super::super::screen::line;
use crate::domain::*;
use crate::store::workflow_log;
use crate::workflow::trigger_words;

/// List workflows and stage automations
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd workflow list --db desk.db\n  ticketd workflow list --json")]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// What is told of one.
struct Listed<'s> {
    name: String,
    label: &'s str,
    object: &'s str,
    on: bool,
    published: bool,
    draft: bool,
    trigger: String,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let waiting: BTreeMap<String, i64> = database.store.read(workflow_log::waiting)?.into_iter().collect();
    let mut out = std::io::stdout().lock();
    for one in listed(&database.setup) {
        let Listed { name, label, object, on, published, draft, trigger } = one;
        let waits = waiting.get(&name).copied().unwrap_or_default();
        if args.json {
            let object = json!({
                "workflow": name, "label": label, "object": object, "on": on, "published": published, "draft": draft,
                "trigger": trigger, "waiting": waits,
            });
            writeln!(out, "{object}")?;
            continue;
        }
        let state = match (on, published) {
            (_, false) => "draft",
            (true, true) => "on",
            (false, true) => "off",
        };
        let draft = if draft && published { ", with a draft" } else { "" };
        let waits = if waits > 0 { format!(", {waits} on their way") } else { String::new() };
        writeln!(out, "{:<28}  {state:<5}  {object}: {}{waits}{draft}", line(&name), line(&trigger))?;
    }
    Ok(Code::Success)
}

/// The workflows, then the stage automations, each in the order of the setup.
fn listed(setup: &Setup) -> Vec<Listed<'_>> {
    let workflows = setup.workflows.iter().map(|workflow| Listed {
        name: workflow.name.clone(),
        label: &workflow.label,
        object: &workflow.object,
        on: workflow.on,
        published: workflow.published.is_some(),
        draft: workflow.draft.is_some(),
        trigger: workflow
            .published
            .as_ref()
            .or(workflow.draft.as_ref())
            .map_or_else(String::new, |definition| trigger_words(&definition.trigger)),
    });
    let automations = setup.pipelines.iter().flat_map(|pipeline| {
        pipeline.automations.iter().map(move |automation| Listed {
            name: pipeline.flow_name(automation),
            label: &automation.name,
            object: &pipeline.object,
            on: automation.on,
            published: true,
            draft: false,
            trigger: trigger_words(&Trigger::StageEntered {
                pipeline: pipeline.name.clone(),
                stage: automation.stage.clone(),
            }),
        })
    });
    workflows.chain(automations).collect()
}
