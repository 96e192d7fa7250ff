//! Drafts of workflows: a new one begins with one, it is put into force, it is thrown away, it is made of what was before.

use std::path::Path;

use super::changing::{ChangeArgs, Changing, Said};
use super::written::read;
use crate::cli::database::Database;
use crate::cli::edit::edit_codes;
use crate::cli::numbers::short_name;
use crate::cli::object::label_from;
use crate::cli::screen::line;
use crate::cli::{Code, Failure};
use crate::config::Written;
use crate::decide::Operation;
use crate::domain::*;
use crate::workflow::edits;

/// Make a workflow; it begins as a draft without actions
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow new nurture --object deal --trigger '{ created = true }' --as alice
  ticketd workflow edit nurture add 'delay = \"3 days\"' --as alice
  ticketd workflow publish nurture --as alice

Nothing happens by it before it is published.", edit_codes!()))]
pub(super) struct NewArgs {
    /// Its short name, which stays: nurture
    #[arg(value_parser = short_name)]
    name: String,
    /// Whose records it takes; never changes
    #[arg(long, value_name = "OBJECT", default_value = TICKET)]
    object: String,
    /// What makes a record enrol, as in a configuration file
    #[arg(long, value_name = "TOML")]
    trigger: String,
    /// What people read; without it, the name
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Put the draft of a workflow into force
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow diff chase                what that will change
  ticketd workflow publish chase --as alice

Records on their way go on in the revision that they started in.", edit_codes!()))]
pub(super) struct PublishArgs {
    name: String,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Throw the draft of a workflow away
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow discard chase --as alice

What is in force stays. The draft stays among the revisions: `ticketd workflow restore` brings it back.", edit_codes!()))]
pub(super) struct DiscardArgs {
    name: String,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Make a revision the draft of its workflow; of a stage automation it is in force at once
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow revisions chase
  ticketd workflow restore chase 3 --as alice", edit_codes!()))]
pub(super) struct RestoreArgs {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    /// As `ticketd workflow revisions` prints it
    number: usize,
    #[command(flatten)]
    change: ChangeArgs,
}

pub(super) fn new(args: &NewArgs) -> anyhow::Result<Code> {
    let database = args.change.edit.database.open()?;
    args.change.edit.check(&database, Operation::EditWorkflow)?;
    if database.setup.workflow(&args.name).is_some() {
        let message = format!("there is a workflow `{}` already", args.name);
        let way_out = format!("`ticketd workflow edit {}` changes it", args.name);
        return Err(Failure::new(Code::Usage, message, way_out).into());
    }
    database.object(&args.object)?;
    let changing = begun(args, database)?;
    let trigger = Written::Key { key: "trigger", value: &args.trigger };
    let definition = read(&changing, trigger, Path::new("trigger"))?.definition;
    let after = changing.with(&definition);
    args.change.put(&changing, &after, &Said { found: &[], lost: &[], done: "Made" })
}

/// The setup with a workflow in it whose trigger is to be read.
fn begun(args: &NewArgs, database: Database) -> anyhow::Result<Changing> {
    let zone = args.change.edit.database.config()?.time_zone;
    let definition = Definition {
        trigger: Trigger::ByHand,
        filter: None,
        chat: false,
        reenrol: false,
        goal: None,
        time_zone: zone.unwrap_or_else(|| "UTC".to_owned()),
        hours: None,
        steps: Vec::new(),
    };
    let mut setup = database.setup.clone();
    setup.workflows.push(Workflow {
        name: args.name.clone(),
        label: args.label.clone().unwrap_or_else(|| label_from(&args.name)),
        object: args.object.clone(),
        on: true,
        published: None,
        draft: Some(definition.clone()),
    });
    // One of that name may have been there before.
    let revisions = database.store.read(|tx| crate::store::workflow_log::revisions(tx, &args.name))?;
    Ok(Changing { database, name: args.name.clone(), setup, definition, revisions })
}

pub(super) fn publish(args: &PublishArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(&args.name)?;
    let (mut after, draft) = drafted(&changing)?;
    let workflow = after.workflows.iter_mut().find(|workflow| workflow.name == args.name);
    let was = workflow.and_then(|workflow| {
        workflow.draft = None;
        workflow.published.replace(draft.clone())
    });
    let found = edits(&was.unwrap_or_else(|| nothing_yet(&draft)), &draft);
    args.change.put(&changing, &after, &Said { found: &found, lost: &[], done: "Published" })
}

pub(super) fn discard(args: &DiscardArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(&args.name)?;
    let (mut after, draft) = drafted(&changing)?;
    let workflow = after.workflows.iter_mut().find(|workflow| workflow.name == args.name);
    let published = workflow.and_then(|workflow| {
        workflow.draft = None;
        workflow.published.clone()
    });
    let published = published.ok_or_else(|| {
        let message = format!("`{}` was never published: nothing of it would be left", args.name);
        Failure::new(Code::Negative, message, "take it out of what `ticketd export` prints, and `ticketd apply` that")
    })?;
    let found = edits(&draft, &published);
    args.change.put(&changing, &after, &Said { found: &found, lost: &[], done: "Discarded" })
}

pub(super) fn restore(args: &RestoreArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(&args.name)?;
    let after = changing.revision(args.number)?;
    args.change.save(&changing, &after, &[])
}

/// The setup, and the draft of the workflow in it.
fn drafted(changing: &Changing) -> Result<(Setup, Definition), Failure> {
    let name = line(&changing.name);
    if changing.is_automation() {
        let message = format!("`{name}` is a stage automation, which has no draft");
        return Err(Failure::new(Code::Usage, message, "what is edited of it is in force at once"));
    }
    let draft = changing.setup.workflow(&changing.name).and_then(|workflow| workflow.draft.clone());
    draft.map(|draft| (changing.setup.clone(), draft)).ok_or_else(|| {
        let way_out = format!("`ticketd workflow edit {name}` makes one");
        Failure::new(Code::Negative, format!("`{name}` has no draft"), way_out)
    })
}

/// The definition before anybody gave it actions.
pub(super) fn nothing_yet(definition: &Definition) -> Definition {
    Definition { steps: Vec::new(), ..definition.clone() }
}
