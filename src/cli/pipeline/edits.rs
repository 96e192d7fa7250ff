//! What is changed in pipelines.

use std::io::{BufRead, IsTerminal, Write};

use crate::cli::config_file::counted;
use crate::cli::database::{Database, stage_named};
use crate::cli::edit::EditArgs;
use crate::cli::numbers::{short_name, word};
use crate::cli::object::label_from;
use crate::cli::screen::line;
use crate::cli::{Code, Failure};
use crate::decide::{Operation, StageUse, uses_of_stage};
use crate::domain::*;
use crate::store::record_views;

/// Add a pipeline for an object's records
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd pipeline add sales --object deal --stage talks:open:30 --stage won:won --stage lost:lost
  ticketd pipeline add returns --stage new --stage checking --stage done:closed --label Returns

A stage is NAME, NAME:STATE or NAME:STATE:PERCENT. New records enter the first, which is open.")]
pub(super) struct AddArgs {
    /// Its short name, which stays
    #[arg(value_parser = short_name)]
    name: String,
    /// Whose records go through it
    #[arg(long, value_name = "NAME", default_value = TICKET)]
    object: String,
    /// What people read; without it, the name
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// Its stages in their order, each once
    #[arg(long = "stage", value_name = "STAGE", required = true, value_parser = stage)]
    stages: Vec<Stage>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Change what a pipeline is called; its short name stays
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd pipeline rename support 'Front desk' --as alice")]
pub(super) struct RenameArgs {
    pipeline: String,
    label: String,
    #[command(flatten)]
    edit: EditArgs,
}

/// Add a stage to a pipeline; it is the last unless something else is said
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd pipeline add-stage support spam --state closed --after waiting_on_us\n  ticketd pipeline add-stage sales offer --probability 60 --before won"
)]
pub(super) struct AddStageArgs {
    pipeline: String,
    /// Its short name, which stays
    #[arg(value_parser = short_name)]
    name: String,
    /// What people read; without it, the name
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    #[arg(long, value_name = "STATE", default_value = "open", value_parser = word(StageState::ALL, StageState::as_str))]
    state: StageState,
    /// Of deals: how likely one in this stage is won
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(0..=100))]
    probability: Option<i64>,
    /// Put it before that stage
    #[arg(long, value_name = "STAGE", conflicts_with = "after")]
    before: Option<String>,
    /// Put it behind that stage
    #[arg(long, value_name = "STAGE")]
    after: Option<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Change what a stage is called; its short name stays
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd pipeline rename-stage support new 'Just in' --as alice")]
pub(super) struct RenameStageArgs {
    pipeline: String,
    /// Name or label
    stage: String,
    label: String,
    #[command(flatten)]
    edit: EditArgs,
}

/// Change a stage's state or probability; its state only while nothing is in it
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd pipeline set-stage sales talks --probability 40 --as alice")]
pub(super) struct SetStageArgs {
    pipeline: String,
    /// Name or label
    stage: String,
    #[arg(long, value_name = "STATE", value_parser = word(StageState::ALL, StageState::as_str), required_unless_present = "probability")]
    state: Option<StageState>,
    /// Of deals: how likely one in this stage is won
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(i64).range(0..=100))]
    probability: Option<i64>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Put the stages of a pipeline in another order
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd pipeline reorder support new waiting_on_us waiting_on_contact closed --as alice"
)]
pub(super) struct ReorderArgs {
    pipeline: String,
    /// All stages that are not archived (names or labels), in the order that they are to have
    #[arg(required = true)]
    stages: Vec<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Archive a stage: no record enters it any more, and what was in it stays in the timelines
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd pipeline archive-stage support spam --move-to closed --as alice

Where records are in it, a terminal is asked where they go. They are moved together with the change, and nothing begins
because of it.")]
pub(super) struct ArchiveArgs {
    pipeline: String,
    /// Name or label
    stage: String,
    /// Where the records go that are in it (name or label)
    #[arg(long, value_name = "STAGE")]
    move_to: Option<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// `NAME`, `NAME:STATE` or `NAME:STATE:PERCENT`.
fn stage(text: &str) -> Result<Stage, String> {
    let mut parts = text.split(':');
    let name = short_name(parts.next().unwrap_or_default())?;
    let known: Vec<_> = StageState::ALL.iter().map(|state| state.as_str()).collect();
    let state = parts.next().map(|word| word.parse().map_err(|_| format!("a stage is {}", known.join(", "))));
    let percent = parts.next().map(|percent| match percent.parse() {
        Ok(percent @ 0..=100) => Ok(percent),
        _ => Err("a probability is a number from 0 to 100".to_owned()),
    });
    if parts.next().is_some() {
        return Err("write NAME, NAME:STATE or NAME:STATE:PERCENT".to_owned());
    }
    let (state, probability) = (state.transpose()?.unwrap_or(StageState::Open), percent.transpose()?);
    Ok(Stage { label: label_from(&name), name, state, probability, archived: false })
}

pub(super) fn add(args: AddArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let object = database.object(&args.object)?.name.clone();
    if database.setup.pipeline(&args.name).is_some() {
        let way_out = format!("`ticketd pipeline add-stage {}` adds to it", args.name);
        let message = format!("there is a pipeline `{}` already", args.name);
        return Err(Failure::new(Code::Usage, message, way_out).into());
    }
    // The two rules are about mail, which only tickets have. On where the usual stage is there.
    let leads = |usual: &str| {
        let target = args.stages.iter().find(|stage| stage.name == usual && object == TICKET);
        let first = args.stages.first().filter(|_| object == TICKET);
        let name = target.or(first).map(|stage| stage.name.clone()).unwrap_or_default();
        TemplatedAutomation { on: target.is_some(), target: name }
    };
    let (on_send, on_reply) = (leads("waiting_on_contact"), leads("waiting_on_us"));
    let mut after = database.setup.clone();
    after.pipelines.push(Pipeline {
        label: args.label.unwrap_or_else(|| label_from(&args.name)),
        name: args.name,
        object,
        stages: args.stages,
        on_send,
        on_reply,
        reopen_within: None,
        automations: Vec::new(),
    });
    args.edit.save(database, after)
}

pub(super) fn rename(args: RenameArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    database.pipeline(&args.pipeline)?;
    let after = changed(&database, &args.pipeline, |pipeline| pipeline.label = args.label);
    args.edit.save(database, after)
}

pub(super) fn add_stage(args: AddStageArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let pipeline = database.pipeline(&args.pipeline)?;
    if let Some(there) = pipeline.stage(&args.name) {
        let archived = if there.archived { ", archived" } else { "" };
        let message = format!("pipeline `{}` has a stage `{}` already{archived}", args.pipeline, args.name);
        return Err(Failure::new(Code::Usage, message, "give this one another name").into());
    }
    let place = |wanted: &str| {
        let name = in_pipeline(pipeline, wanted)?;
        Ok::<_, Failure>(pipeline.stages.iter().position(|stage| stage.name == name).unwrap_or_default())
    };
    let at = match (&args.before, &args.after) {
        (Some(before), _) => place(before)?,
        (None, Some(after)) => place(after)? + 1,
        (None, None) => pipeline.stages.len(),
    };
    let label = args.label.unwrap_or_else(|| label_from(&args.name));
    let new = Stage { name: args.name, label, state: args.state, probability: args.probability, archived: false };
    let after = changed(&database, &args.pipeline, |pipeline| pipeline.stages.insert(at, new));
    args.edit.save(database, after)
}

pub(super) fn rename_stage(args: RenameStageArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let name = in_pipeline(database.pipeline(&args.pipeline)?, &args.stage)?;
    let after = changed_stage(&database, &args.pipeline, &name, |stage| stage.label = args.label);
    args.edit.save(database, after)
}

pub(super) fn set_stage(args: &SetStageArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let name = in_pipeline(database.pipeline(&args.pipeline)?, &args.stage)?;
    let after = changed_stage(&database, &args.pipeline, &name, |stage| {
        stage.state = args.state.unwrap_or(stage.state);
        stage.probability = args.probability.or(stage.probability);
    });
    args.edit.save(database, after)
}

pub(super) fn reorder(args: &ReorderArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let pipeline = database.pipeline(&args.pipeline)?;
    let names = args.stages.iter().map(|wanted| in_pipeline(pipeline, wanted)).collect::<Result<Vec<_>, _>>()?;
    let missing = pipeline.stages.iter().filter(|stage| !stage.archived && !names.contains(&stage.name));
    let missing: Vec<_> = missing.map(|stage| stage.name.as_str()).collect();
    let mut distinct = names.clone();
    distinct.sort();
    distinct.dedup();
    if !missing.is_empty() || distinct.len() != names.len() {
        let way_out = match missing.is_empty() {
            true => "name each once".to_owned(),
            false => format!("name these too: {}", missing.join(", ")),
        };
        return Err(Failure::new(Code::Usage, "an order has every stage once", way_out).into());
    }
    let after = changed(&database, &args.pipeline, |pipeline| {
        // Archived ones are behind those in use.
        let place = |stage: &Stage| names.iter().position(|name| *name == stage.name).unwrap_or(usize::MAX);
        pipeline.stages.sort_by_key(place);
    });
    args.edit.save(database, after)
}

pub(super) fn archive(args: &ArchiveArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    args.edit.check(&database, Operation::EditPipeline)?;
    let pipeline = database.pipeline(&args.pipeline)?;
    let name = in_pipeline(pipeline, &args.stage)?;
    let uses = uses_of_stage(&database.setup, &pipeline.name, &name);
    if !uses.is_empty() {
        let uses: Vec<_> = uses.iter().map(StageUse::to_string).collect();
        let message = format!("stage `{name}` of pipeline `{}` cannot be archived: {}", pipeline.name, uses.join("; "));
        return Err(Failure::new(Code::Negative, message, "let these lead somewhere else first").into());
    }
    let here = database.store.read(|tx| record_views::in_stage(tx, &pipeline.name, &name))?.len();
    let to = match (&args.move_to, here) {
        (Some(wanted), _) => Some(in_pipeline(pipeline, wanted)?),
        (None, 0) => None,
        (None, _) => Some(asked(pipeline, &name, here)?),
    };
    if to.as_ref() == Some(&name) {
        let message = format!("`{name}` is the stage that is archived");
        return Err(Failure::new(Code::Usage, message, "name another one with --move-to").into());
    }
    let after = changed_stage(&database, &args.pipeline, &name, |stage| stage.archived = true);
    let moves = to.map(|to| StageMove { pipeline: args.pipeline.clone(), from: name, to });
    args.edit.save_moving(database, after, moves.into_iter().collect())
}

/// Asks where the records of a stage go; who cannot be asked names it.
fn asked(pipeline: &Pipeline, stage: &str, here: usize) -> anyhow::Result<String> {
    let left = pipeline.stages.iter().filter(|left| !left.archived && left.name != stage);
    let left: Vec<_> = left.map(|left| format!("{} ({})", left.name, line(&left.label))).collect();
    let are = format!("{} in stage `{stage}`", counted(here, "record is", "records are"));
    if !std::io::stdin().is_terminal() {
        let way_out = format!("say where they go, with --move-to: {}", left.join(", "));
        return Err(Failure::new(Code::Negative, are, way_out).into());
    }
    let mut err = std::io::stderr().lock();
    write!(err, "{are}. Where do they go: {}? ", left.join(", "))?;
    err.flush()?;
    let mut answer = String::new();
    std::io::stdin().lock().read_line(&mut answer)?;
    Ok(in_pipeline(pipeline, answer.trim())?)
}

/// The stage that a name or label means, archived ones left out.
fn in_pipeline(pipeline: &Pipeline, wanted: &str) -> Result<String, Failure> {
    stage_named(Some(pipeline), wanted, &format!("stage `{{}}` in pipeline `{}`", pipeline.name))
}

/// The setup with that pipeline changed.
fn changed(database: &Database, name: &str, change: impl FnOnce(&mut Pipeline)) -> Setup {
    let mut after = database.setup.clone();
    after.pipelines.iter_mut().find(|pipeline| pipeline.name == name).map(change);
    after
}

fn changed_stage(database: &Database, pipeline: &str, name: &str, change: impl FnOnce(&mut Stage)) -> Setup {
    changed(database, pipeline, |pipeline| {
        pipeline.stages.iter_mut().find(|stage| stage.name == name).map(change);
    })
}
