//! `ticketd object`: the sorts of record that there are, what they are called, and their properties.

use std::io::Write;

use serde_json::{Value, json};

use super::database::{Database, DatabaseArgs};
use super::edit::{EditArgs, edit_codes};
use super::numbers::short_name;
use super::screen::{Paint, line};
use super::{Code, Failure};
use crate::domain::*;
use crate::store::record_views;

/// See the sorts of record, define others, change their names and properties
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd object list                                             tickets, deals, projects, and your own
  ticketd object define machine --plural Machines                 a custom object
  ticketd pipeline add fleet --object machine --stage running     its records need a pipeline
  ticketd object rename deal --singular Opportunity --plural Opportunities
  ticketd object property machine serial --label 'Serial number'
  ticketd object property deal origin --type choice --option web --option phone
  ticketd object property deal amount --remove
", edit_codes!()))]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Define(DefineArgs),
    Rename(RenameArgs),
    Property(PropertyArgs),
}

/// List the objects with their properties
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd object list --db desk.db\n  ticketd object list --json")]
struct ListArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and object
    #[arg(long)]
    json: bool,
}

/// Define an object of your own
#[derive(Debug, clap::Args)]
#[command(
    after_help = concat!("Examples:\n  ticketd object define machine --singular Machine --plural Machines --as alice", edit_codes!())
)]
struct DefineArgs {
    /// Its short name, which stays: machine
    #[arg(value_parser = short_name)]
    name: String,
    /// What one is called; without it, the name
    #[arg(long, value_name = "TEXT")]
    singular: Option<String>,
    /// What several are called; without it, that with an s
    #[arg(long, value_name = "TEXT")]
    plural: Option<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Change what an object is called; its short name stays
#[derive(Debug, clap::Args)]
#[command(
    after_help = concat!("Examples:\n  ticketd object rename ticket --singular Case --plural Cases --as alice", edit_codes!())
)]
struct RenameArgs {
    name: String,
    /// What one is called
    #[arg(long, value_name = "TEXT", required_unless_present = "plural")]
    singular: Option<String>,
    /// What several are called
    #[arg(long, value_name = "TEXT")]
    plural: Option<String>,
    #[command(flatten)]
    edit: EditArgs,
}

/// Add a property to an object, or change or remove one
#[derive(Debug, clap::Args)]
#[command(after_help = concat!("\
Examples:
  ticketd object property machine serial --label 'Serial number'
  ticketd object property ticket severity --type choice --option minor --option major
  ticketd object property deal amount --remove

Refused is what would leave records with a value that the property does not have.", edit_codes!()))]
struct PropertyArgs {
    object: String,
    /// Its short name
    #[arg(value_parser = short_name)]
    name: String,
    /// What people read; without it, the name
    #[arg(long, value_name = "TEXT")]
    label: Option<String>,
    /// What values it has; without it, what they were, or text
    #[arg(long = "type", value_name = "TYPE", value_parser = ["text", "number", "flag", "date", "time", "choice", "user"])]
    kind: Option<String>,
    /// One of the values of a choice; all of them are named
    #[arg(long = "option", value_name = "VALUE")]
    options: Vec<String>,
    /// Take it away
    #[arg(long, conflicts_with_all = ["label", "kind", "options"])]
    remove: bool,
    #[command(flatten)]
    edit: EditArgs,
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Define(args) => define(args),
        Command::Rename(args) => rename(args),
        Command::Property(args) => property(args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let counts = database.store.read(record_views::counts_by_object)?;
    let mut out = std::io::stdout().lock();
    for object in database.setup.objects() {
        let count = counts.get(&object.name).copied().unwrap_or_default();
        match args.json {
            true => writeln!(out, "{}", object_json(&database, object, count))?,
            false => write!(out, "{}", object_text(&database, object, count))?,
        }
    }
    Ok(Code::Success)
}

fn pipelines_of<'d>(database: &'d Database, object: &ObjectSetup) -> Vec<&'d str> {
    let of = database.setup.pipelines.iter().filter(|pipeline| pipeline.object == object.name);
    of.map(|pipeline| pipeline.name.as_str()).collect()
}

fn object_json(database: &Database, object: &ObjectSetup, records: i64) -> Value {
    let properties = object.properties.iter().map(|property| {
        let options = if let PropertyKind::Choice { options } = &property.kind { options.as_slice() } else { &[] };
        json!({ "name": property.name, "label": property.label, "type": property.kind.word(), "options": options })
    });
    json!({
        "name": object.name,
        "singular": object.singular,
        "plural": object.plural,
        "custom": !BUILT_IN_OBJECTS.iter().any(|known| known.name == object.name),
        "pipelines": pipelines_of(database, object),
        "properties": properties.collect::<Vec<_>>(),
        "records": records,
    })
}

fn object_text(database: &Database, object: &ObjectSetup, records: i64) -> String {
    let name = Paint::for_stdout().bold(&object.name);
    let pipelines = match pipelines_of(database, object).as_slice() {
        [] => "no pipeline".to_owned(),
        pipelines => format!("pipeline {}", pipelines.join(", ")),
    };
    let called = format!("{} / {}", line(&object.singular), line(&object.plural));
    let mut text = format!("{name}  {called}, {records} there, {pipelines}\n");
    for property in &object.properties {
        let options = match &property.kind {
            PropertyKind::Choice { options } => format!(": {}", line(&options.join(", "))),
            _ => String::new(),
        };
        let kind = property.kind.word();
        text.push_str(&format!("    {:<20}  {}  ({kind}{options})\n", property.name, line(&property.label)));
    }
    text
}

/// A label for people made of a short name: `serial_number` → `Serial number`.
pub(super) fn label_from(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn define(args: DefineArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    if database.setup.object(&args.name).is_some() {
        let way_out = format!("`ticketd object rename {}` changes what it is called", args.name);
        return Err(Failure::new(Code::Usage, format!("there is an object `{}` already", args.name), way_out).into());
    }
    let mut after = database.setup.clone();
    let singular = args.singular.unwrap_or_else(|| label_from(&args.name));
    let plural = args.plural.unwrap_or_else(|| format!("{singular}s"));
    after.objects.push(ObjectSetup { name: args.name, singular, plural, properties: Vec::new() });
    args.edit.save(database, after)
}

fn rename(args: RenameArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let mut object = database.object(&args.name)?.clone();
    object.singular = args.singular.unwrap_or(object.singular);
    object.plural = args.plural.unwrap_or(object.plural);
    let after = with_object(&database.setup, object);
    args.edit.save(database, after)
}

fn property(args: PropertyArgs) -> anyhow::Result<Code> {
    let database = args.edit.database.open()?;
    let mut object = database.object(&args.object)?.clone();
    if args.name.parse::<CommonProperty>().is_ok() {
        let message = format!("every record has `{}` by itself", args.name);
        return Err(Failure::new(Code::Usage, message, "name another one").into());
    }
    let place = object.properties.iter().position(|property| property.name == args.name);
    let known = place.and_then(|place| object.properties.get(place)).cloned();
    match (args.remove, place) {
        (true, None) => {
            let message = format!("`{}` has no property `{}`", args.object, args.name);
            return Err(Failure::new(Code::Usage, message, "`ticketd object list` shows which there are").into());
        }
        (true, Some(place)) => {
            object.properties.remove(place);
        }
        (false, _) => {
            let property = described(&args, known)?;
            match place.and_then(|place| object.properties.get_mut(place)) {
                Some(replaced) => *replaced = property,
                None => object.properties.push(property),
            }
        }
    }
    let after = with_object(&database.setup, object);
    args.edit.save(database, after)
}

/// The property as the arguments have it; what they leave out stays as it was.
fn described(args: &PropertyArgs, known: Option<PropertySetup>) -> Result<PropertySetup, Failure> {
    let was = known.as_ref().map(|known| known.kind.clone());
    let word = args.kind.as_deref().or(was.as_ref().map(PropertyKind::word)).unwrap_or("text");
    let kind = match word {
        "number" => PropertyKind::Number,
        "flag" => PropertyKind::Flag,
        "date" => PropertyKind::Date,
        "time" => PropertyKind::Time,
        "user" => PropertyKind::User,
        "choice" => match (args.options.is_empty(), was) {
            (false, _) => PropertyKind::Choice { options: args.options.clone() },
            (true, Some(PropertyKind::Choice { options })) => PropertyKind::Choice { options },
            (true, _) => {
                let way_out = "name each: --option low --option high";
                return Err(Failure::new(Code::Usage, "a choice has values to choose from", way_out));
            }
        },
        _ => PropertyKind::Text,
    };
    if word != "choice" && !args.options.is_empty() {
        return Err(Failure::new(Code::Usage, "only a choice has options", "add --type choice, or leave them out"));
    }
    let label = args.label.clone().or(known.map(|known| known.label)).unwrap_or_else(|| label_from(&args.name));
    Ok(PropertySetup { name: args.name.clone(), label, kind })
}

/// The setup with that object described so. One that is as it is built in need not be described.
fn with_object(setup: &Setup, object: ObjectSetup) -> Setup {
    let mut after = setup.clone();
    let place = after.objects.iter().position(|known| known.name == object.name);
    match (place, BUILT_IN_OBJECTS.contains(&object)) {
        (Some(place), true) => {
            after.objects.remove(place);
        }
        (None, true) => {}
        (Some(place), false) => {
            if let Some(known) = after.objects.get_mut(place) {
                *known = object;
            }
        }
        (None, false) => {
            // In the order in which all are listed, as a file of theirs would be read.
            after.objects.push(object);
            let order: Vec<String> = after.objects().map(|object| object.name.clone()).collect();
            after.objects.sort_by_key(|object| order.iter().position(|name| *name == object.name));
        }
    }
    after
}
