//! What pipelines there are, and what one is.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use crate::cli::Code;
use crate::cli::config_file::counted;
use crate::cli::database::DatabaseArgs;
use crate::cli::screen::{Paint, line};
use crate::decide::uses_of_stage;
use crate::domain::*;
use crate::store::record_views;

/// List pipelines
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd pipeline list --db desk.db\n  ticketd pipeline list --object deal --json")]
pub(super) struct ListArgs {
    /// Only those of this object
    #[arg(long, value_name = "NAME")]
    object: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and pipeline
    #[arg(long)]
    json: bool,
}

/// Show a pipeline: its stages with what uses them, its rules and stage automations
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd pipeline show support --db desk.db\n  ticketd pipeline show sales --json")]
pub(super) struct ShowArgs {
    name: String,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// How many records are in each stage.
type InStages = BTreeMap<String, i64>;

pub(super) fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    if let Some(object) = &args.object {
        database.object(object)?;
    }
    let occupied = database.store.read(|tx| record_views::occupied(tx, &[]))?;
    let mut out = std::io::stdout().lock();
    let is_wanted = |pipeline: &&Pipeline| args.object.as_ref().is_none_or(|object| pipeline.object == *object);
    for pipeline in database.setup.pipelines.iter().filter(is_wanted) {
        let here = occupied.pipelines.get(&pipeline.name).cloned().unwrap_or_default();
        if args.json {
            writeln!(out, "{}", pipeline_json(&database.setup, pipeline, &here))?;
            continue;
        }
        let stages = pipeline.stages.iter().filter(|stage| !stage.archived).count();
        writeln!(
            out,
            "{:<16}  {}  ({}, {}, {} there)",
            pipeline.name,
            line(&pipeline.label),
            pipeline.object,
            counted(stages, "stage", "stages"),
            here.values().sum::<i64>()
        )?;
    }
    Ok(Code::Success)
}

pub(super) fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let pipeline = database.pipeline(&args.name)?;
    let occupied = database.store.read(|tx| record_views::occupied(tx, &[]))?;
    let here = occupied.pipelines.get(&pipeline.name).cloned().unwrap_or_default();
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", pipeline_json(&database.setup, pipeline, &here))?;
        return Ok(Code::Success);
    }
    let paint = Paint::for_stdout();
    writeln!(out, "{}  {} ({})", paint.bold(&pipeline.name), line(&pipeline.label), pipeline.object)?;
    for stage in &pipeline.stages {
        writeln!(out, "{}", stage_line(&database.setup, pipeline, stage, &here, paint))?;
    }
    if pipeline.object == TICKET {
        for (key, rule) in [("on_send", &pipeline.on_send), ("on_reply", &pipeline.on_reply)] {
            let on = if rule.on { "on" } else { "off" };
            writeln!(out, "  {key}: {on}, leads to `{}`", rule.target)?;
        }
    }
    for automation in &pipeline.automations {
        let on = if automation.on { "on" } else { "off" };
        let steps = counted(Step::all(&automation.actions).len(), "action", "actions");
        writeln!(out, "  {}: {on}, in `{}`, {steps}", pipeline.flow_name(automation), automation.stage)?;
    }
    Ok(Code::Success)
}

fn stage_line(setup: &Setup, pipeline: &Pipeline, stage: &Stage, here: &InStages, paint: Paint) -> String {
    let probability = stage.probability.map(|percent| format!(", {percent} %")).unwrap_or_default();
    let archived = if stage.archived { ", archived" } else { "" };
    let count = here.get(&stage.name).copied().unwrap_or_default();
    let uses: Vec<_> = uses_of_stage(setup, &pipeline.name, &stage.name).iter().map(ToString::to_string).collect();
    let uses = if uses.is_empty() { String::new() } else { format!("; {}", uses.join("; ")) };
    let text = format!(
        "    {:<20}  {} ({}{probability}{archived}): {count} there{uses}",
        stage.name,
        line(&stage.label),
        stage.state
    );
    if stage.archived { paint.dim(&text) } else { text }
}

fn pipeline_json(setup: &Setup, pipeline: &Pipeline, here: &InStages) -> Value {
    let stages = pipeline.stages.iter().map(|stage| {
        let used_by = uses_of_stage(setup, &pipeline.name, &stage.name);
        json!({
            "name": stage.name,
            "label": stage.label,
            "state": stage.state,
            "probability": stage.probability,
            "archived": stage.archived,
            "records": here.get(&stage.name).copied().unwrap_or_default(),
            "used_by": used_by.iter().map(ToString::to_string).collect::<Vec<_>>(),
        })
    });
    let automations = pipeline.automations.iter().map(|automation| {
        json!({
            "name": pipeline.flow_name(automation),
            "stage": automation.stage,
            "on": automation.on,
            "actions": Step::all(&automation.actions).iter().map(|step| step.action.kind()).collect::<Vec<_>>(),
        })
    });
    let rule = |rule: &TemplatedAutomation| match pipeline.object == TICKET {
        true => json!({ "on": rule.on, "target": rule.target }),
        false => Value::Null,
    };
    json!({
        "name": pipeline.name,
        "label": pipeline.label,
        "object": pipeline.object,
        "stages": stages.collect::<Vec<_>>(),
        "on_send": rule(&pipeline.on_send),
        "on_reply": rule(&pipeline.on_reply),
        "automations": automations.collect::<Vec<_>>(),
        "records": here.values().sum::<i64>(),
    })
}
