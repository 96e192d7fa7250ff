//! `ticketd workflow edit`: a workflow action by action.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::changing::{ChangeArgs, Changing};
use super::written::{read, read_action};
use crate::cli::config_file::{decode, read as read_file};
use crate::cli::edit::edit_codes;
use crate::cli::screen::line;
use crate::cli::{Code, Failure};
use crate::config::Written;
use crate::domain::*;
use crate::workflow::{self, At, Deletion, EditError};

/// Change what a workflow or stage automation does, action by action
#[derive(Debug, clap::Args)]
#[command(mut_args(for_file), after_help = concat!("\
Examples:
  ticketd workflow edit chase add 'delay = \"3 days\"' --after 2 --as alice
  ticketd workflow edit chase set 3 'add_note = \"Called {{ title }}\"'
  ticketd workflow edit chase move 3 --in 5:urgent
  ticketd workflow edit chase delete 5 --following
  ticketd workflow edit chase option reenrol true
  ticketd workflow edit chase --file chase.toml --as alice

Actions and options are written as in a configuration file, docs/workflows.md says how. Edits of a workflow go to its
draft, which is made of what is in force; `ticketd workflow publish` puts it into force. Those of a stage automation
(PIPELINE/NAME) are in force at once. Records on their way go on in the revision that they started in.", edit_codes!()))]
pub(super) struct Args {
    /// A workflow, or a stage automation as PIPELINE/NAME
    name: String,
    #[command(subcommand)]
    one: Option<Change>,
    /// All of it, from that file: the keys of a draft, or of a stage automation; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    change: ChangeArgs,
}

/// What concerns one change stands behind its name, where alone it is heeded.
fn for_file(arg: clap::Arg) -> clap::Arg {
    if ["name", "file"].contains(&arg.get_id().as_str()) { arg } else { arg.requires("file") }
}

#[derive(Debug, clap::Subcommand)]
enum Change {
    Add(AddArgs),
    Set(SetArgs),
    Move(MoveArgs),
    Delete(DeleteArgs),
    Option(OptionArgs),
}

/// Add an action; without a place, behind all others
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow edit chase add 'send_email = \"reminder\"'
  ticketd workflow edit chase add '{ delay = \"3 days\" }' --first --as alice
  ticketd workflow edit chase add 'create_task = \"Call\", user = \"@owner\"' --in 5:urgent

It gets the next number that is free. What follows a new branch goes on on its default way.", edit_codes!()))]
struct AddArgs {
    /// What it does, as in a configuration file
    action: String,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Give an action other settings
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow edit chase set 3 'delay = \"1 week\"' --as alice

All of it is written anew. Of a branch: the actions on its ways that keep their `id` are the same as before.", edit_codes!()))]
struct SetArgs {
    /// The number of the action
    #[arg(value_name = "ACTION", value_parser = step)]
    step: StepId,
    /// What it does, as in a configuration file
    action: String,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Move an action, a branch with all that is on its ways; what followed it moves up
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow edit chase move 3 --first --as alice
  ticketd workflow edit chase move 3 --in 5:otherwise", edit_codes!()))]
struct MoveArgs {
    /// The number of the action
    #[arg(value_name = "ACTION", value_parser = step)]
    step: StepId,
    #[command(flatten)]
    place: PlaceArgs,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Delete an action; what follows moves up, and a branch leaves its default way in its place
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow edit chase delete 3 --as alice
  ticketd workflow edit chase delete 3 --following

What is lost with it is told: the other ways of a branch, or what follows.", edit_codes!()))]
struct DeleteArgs {
    /// The number of the action
    #[arg(value_name = "ACTION", value_parser = step)]
    step: StepId,
    /// And all that follow it on its way
    #[arg(long)]
    following: bool,
    #[command(flatten)]
    change: ChangeArgs,
}

/// Set what is no action: trigger, when, goal, hours, reenrol, chat, time_zone, label
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd workflow edit chase option trigger '{ property = \"priority\", to = \"high\" }' --as alice
  ticketd workflow edit chase option hours '{ days = [\"mon\", \"fri\"], from = \"09:00\", until = \"17:30\" }'
  ticketd workflow edit chase option goal ''                    takes it away
  ticketd workflow edit chase option label '\"Chase them\"'
  ticketd workflow edit sales/handover option stage '\"won\"'

A stage automation has stage, reenrol and chat. A label is in force at once.", edit_codes!()))]
struct OptionArgs {
    /// As in a configuration file
    #[arg(value_parser = ["trigger", "when", "goal", "hours", "reenrol", "chat", "time_zone", "label", "stage"])]
    key: String,
    /// As in a configuration file (TOML); '' takes it away
    #[arg(allow_hyphen_values = true)]
    value: String,
    #[command(flatten)]
    change: ChangeArgs,
}

#[derive(Debug, clap::Args)]
#[group(multiple = false)]
struct PlaceArgs {
    /// Behind the action of that number
    #[arg(long, value_name = "ACTION", value_parser = step)]
    after: Option<StepId>,
    /// Before all others
    #[arg(long)]
    first: bool,
    /// First on a way of a branch, by the way's label; its default way is `otherwise`
    #[arg(long = "in", value_name = "BRANCH:WAY", value_parser = way)]
    way: Option<(StepId, String)>,
}

/// What the default way of a branch is called.
const OTHERWISE: &str = "otherwise";

/// The number of an action.
pub(super) fn step(text: &str) -> Result<StepId, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.map(StepId).ok_or_else(|| "write its number, as `ticketd workflow show` prints it: 3".to_owned())
}

fn way(text: &str) -> Result<(StepId, String), String> {
    let parts = text.split_once(':').and_then(|(branch, way)| Some((step(branch).ok()?, way.to_owned())));
    parts.ok_or_else(|| "write the number of the branch and the label of the way: 5:urgent, 5:otherwise".to_owned())
}

impl PlaceArgs {
    fn at(&self) -> Option<At> {
        let way = self
            .way
            .as_ref()
            .map(|(branch, way)| At::Way { branch: *branch, way: Some(way.clone()).filter(|way| way != OTHERWISE) });
        self.after.map(At::After).or(self.first.then_some(At::First)).or(way)
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let name = args.name.as_str();
    match (&args.file, &args.one) {
        (Some(file), None) => from_file(name, file, &args.change),
        (None, Some(Change::Add(change))) => add(name, change),
        (None, Some(Change::Set(change))) => set(name, change),
        (None, Some(Change::Move(change))) => move_to(name, change),
        (None, Some(Change::Delete(change))) => delete(name, change),
        (None, Some(Change::Option(change))) => option(name, change),
        (Some(_), Some(_)) => {
            let way_out = "give the one or the other";
            Err(Failure::new(Code::Usage, "--file is all of it, and not one change", way_out).into())
        }
        (None, None) => {
            let way_out = "name one of add, set, move, delete, option, or a file with --file";
            Err(Failure::new(Code::Usage, "what is to be changed?", way_out).into())
        }
    }
}

fn add(name: &str, args: &AddArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(name)?;
    let action = read_action(&changing, &args.action)?;
    let steps = &changing.definition.steps;
    let behind = || steps.last().map_or(At::First, |last| At::After(last.id));
    let at = args.place.at().unwrap_or_else(behind);
    let edited = workflow::add(steps, &at, action, changing.free());
    save(&args.change, &changing, edited)
}

fn set(name: &str, args: &SetArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(name)?;
    let action = read_action(&changing, &args.action)?;
    let edited = workflow::set(&changing.definition.steps, args.step, action, changing.free());
    save(&args.change, &changing, edited)
}

fn move_to(name: &str, args: &MoveArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(name)?;
    let Some(at) = args.place.at() else {
        return Err(Failure::new(Code::Usage, "where to?", "say --after ACTION, --first or --in BRANCH:WAY").into());
    };
    let edited = workflow::move_to(&changing.definition.steps, args.step, &at);
    save(&args.change, &changing, edited)
}

fn delete(name: &str, args: &DeleteArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(name)?;
    let how = if args.following { Deletion::AndFollowing } else { Deletion::ThisOnly };
    let steps = &changing.definition.steps;
    let lost = workflow::lost(steps, args.step, how).map_err(|error| refused(name, &error))?;
    let steps = workflow::delete(steps, args.step, how).map_err(|error| refused(name, &error))?;
    let after = Definition { steps, ..changing.definition.clone() };
    args.change.save(&changing, &after, &lost)
}

fn option(name: &str, args: &OptionArgs) -> anyhow::Result<Code> {
    let changing = args.change.open(name)?;
    let is_of_automation = matches!(args.key.as_str(), "stage" | "reenrol" | "chat");
    let is_of_workflow = args.key != "stage";
    if !(if changing.is_automation() { is_of_automation } else { is_of_workflow }) {
        let (what, way_out) = match changing.is_automation() {
            true => ("a stage automation", "it has stage, reenrol and chat"),
            false => ("a workflow", "its trigger may be a stage: option trigger '{ stage = \"closed\" }'"),
        };
        return Err(Failure::new(Code::Usage, format!("{what} has no `{}`", args.key), way_out).into());
    }
    let written = Written::Key { key: &args.key, value: &args.value };
    let read = read(&changing, written, Path::new(&args.key))?;
    if args.key != "label" {
        return args.change.save(&changing, &read.definition, &[]);
    }
    // What a workflow is called is no part of what it does: it has no revisions.
    let mut after = changing.setup.clone();
    if let Some((workflow, label)) = after.workflows.iter_mut().find(|workflow| workflow.name == name).zip(read.label) {
        workflow.label = label;
    }
    args.change.edit.save(changing.database, after)
}

fn from_file(name: &str, file: &Path, args: &ChangeArgs) -> anyhow::Result<Code> {
    let changing = args.open(name)?;
    let is_input = file == Path::new("-");
    let source = if is_input { Path::new("standard input") } else { file };
    let text = if is_input { decode(source, standard_input()?)? } else { read_file(source)? };
    let read = read(&changing, Written::Whole(&text), source)?;
    args.save(&changing, &read.definition, &[])
}

fn standard_input() -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn save(args: &ChangeArgs, changing: &Changing, edited: Result<Vec<Step>, EditError>) -> anyhow::Result<Code> {
    let steps = edited.map_err(|error| refused(&changing.name, &error))?;
    args.save(changing, &Definition { steps, ..changing.definition.clone() }, &[])
}

fn refused(name: &str, error: &EditError) -> Failure {
    let way_out = format!("`ticketd workflow show {}` shows the actions", line(name));
    Failure::new(Code::Usage, error.to_string(), way_out)
}
