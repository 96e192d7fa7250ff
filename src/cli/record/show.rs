//! Records, and what is known of one.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Map, Value, json};

use crate::cli::database::{Database, DatabaseArgs, stage_named};
use crate::cli::numbers::RecordName;
use crate::cli::screen::{Paint, columns, cut, line};
use crate::cli::timeline::History;
use crate::cli::times::{local, rfc3339};
use crate::cli::why::author;
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::store::record_views::{self, RecordDetails, RecordFilter};
use crate::store::views;

/// List records, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record list deal --stage talks\n  ticketd record list machine --where owner=alice --json"
)]
pub(super) struct ListArgs {
    /// Only those of this object
    object: Option<String>,
    /// Only those in this pipeline
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// Only those in this stage (name or label)
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    /// Only those whose property has that value
    #[arg(long = "where", value_name = "NAME=VALUE", value_parser = super::assignment, requires = "object")]
    values: Vec<(String, String)>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = crate::cli::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and record
    #[arg(long)]
    json: bool,
}

/// Show a record with its timeline
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd record show 41 --db desk.db\n  ticketd record show TICKET-12 --json")]
pub(super) struct ShowArgs {
    /// Its row, or a ticket's number (TICKET-12)
    #[arg(value_parser = crate::cli::numbers::record)]
    record: RecordName,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

pub(super) fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let filter = filter(&database, args)?;
    let (records, numbers) = database.store.read(|tx| {
        // One more than is shown tells whether there are more.
        let records = record_views::records(tx, &filter, args.limit.saturating_add(1))?;
        let ids: Vec<RecordId> = records.iter().map(|record| record.id).collect();
        Ok((records, record_views::ticket_numbers(tx, &ids)?))
    })?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let mut out = std::io::stdout().lock();
    for record in records.iter().take(limit) {
        let number = numbers.get(&record.id).copied();
        match args.json {
            true => writeln!(out, "{}", Value::Object(record_json(&database, record, number)))?,
            false => writeln!(out, "{}", record_line(&database, record, number))?,
        }
    }
    drop(out);
    if records.is_empty() && !args.json {
        writeln!(std::io::stderr().lock(), "no such records")?;
    } else if records.len() > limit {
        writeln!(std::io::stderr().lock(), "there are more: --limit {}", args.limit.saturating_mul(2))?;
    }
    Ok(Code::Success)
}

fn filter(database: &Database, args: &ListArgs) -> anyhow::Result<RecordFilter> {
    let object = args.object.as_deref().map(|name| database.object(name)).transpose()?;
    let pipeline = args.pipeline.as_deref().map(|name| database.pipeline(name)).transpose()?;
    let is_meant = |one: &&Pipeline| {
        pipeline.is_none_or(|pipeline| pipeline.name == one.name)
            && object.is_none_or(|object| object.name == one.object)
    };
    let stage = args.stage.as_deref().map(|wanted| {
        let meant: Vec<&Pipeline> = database.setup.pipelines.iter().filter(is_meant).collect();
        let has = |one: &&&Pipeline| stage_in(one, wanted).is_some();
        match meant.iter().find(has).and_then(|one| stage_in(one, wanted)) {
            Some(stage) => Ok(stage),
            // An archived stage is none that something goes to; it may be looked into all the same.
            None => stage_named(meant.first().copied(), wanted, "stage `{}` in any of these pipelines"),
        }
    });
    let mut values = BTreeMap::new();
    for (name, value) in &args.values {
        let Some(object) = object else { continue };
        let known = || object.properties.iter().map(|property| property.name.as_str()).chain([OWNER_PROPERTY]);
        let kind = object.property(name).filter(|_| known().any(|known| known == name)).ok_or_else(|| {
            let message = format!("`{}` cannot be asked for property `{}`", object.name, line(name));
            Failure::new(Code::Usage, message, format!("it has: {}", known().collect::<Vec<_>>().join(", ")))
        })?;
        let value = kind.canonical(value).map_err(|expected| {
            Failure::new(Code::Usage, format!("`{}` is no value of `{name}`", line(value)), expected)
        })?;
        values.insert(name.clone(), value);
    }
    let (object, pipeline) = (object.map(|object| object.name.clone()), pipeline.map(|one| one.name.clone()));
    Ok(RecordFilter { object, pipeline, stage: stage.transpose()?, values })
}

fn stage_in(pipeline: &Pipeline, wanted: &str) -> Option<String> {
    let is_it = |stage: &&Stage| stage.name == wanted || stage.label.to_lowercase() == wanted.to_lowercase();
    pipeline.stages.iter().find(is_it).map(|stage| stage.name.clone())
}

/// The label of the stage that a record is in, and whether it is closed.
fn stage_of(database: &Database, record: &RecordRow) -> (String, bool) {
    let pipeline = database.setup.pipeline(&record.pipeline);
    let stage = pipeline.and_then(|pipeline| pipeline.stage(&record.stage));
    (
        stage.map_or_else(|| record.stage.clone(), |stage| line(&stage.label)),
        stage.is_some_and(|stage| stage.state.is_closed()),
    )
}

fn record_line(database: &Database, record: &RecordRow, number: Option<i64>) -> String {
    let (label, closed) = stage_of(database, record);
    let paint = Paint::for_stdout();
    let stage = format!("{label:<18}");
    let stage = if closed { paint.green(&stage) } else { paint.yellow(&stage) };
    let created = local(record.created_at, &database.zone);
    let ticket = number.map(|number| format!("{}-{number}  ", database.setup.ticket_prefix)).unwrap_or_default();
    let title = cut(&format!("{ticket}{}", line(&record.title)), columns().saturating_sub(60));
    format!("{:>6}  {:<10}  {stage}  {created}  {title}", record.id.0, record.object)
}

fn record_json(database: &Database, record: &RecordRow, number: Option<i64>) -> Map<String, Value> {
    let (label, closed) = stage_of(database, record);
    let fields = [
        ("record", json!(record.id)),
        ("object", json!(record.object)),
        ("ticket", json!(number)),
        ("title", json!(record.title)),
        ("pipeline", json!(record.pipeline)),
        ("stage", json!(record.stage)),
        ("status", json!(label)),
        ("open", json!(!closed)),
        ("source", json!(record.source)),
        ("created_at", json!(rfc3339(record.created_at))),
    ];
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

pub(super) fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let record = database.record(args.record)?;
    let (number, contacts, links) = database.store.read(|tx| {
        let number = record_views::ticket_numbers(tx, &[record.id])?.remove(&record.id);
        Ok((number, views::contacts_of(tx, record.id)?, record_views::links_of(tx, record.id)?))
    })?;
    let history = History::of(&database, record.id)?;
    let addresses: Vec<&AddressRow> = contacts.iter().flat_map(|(_, rows)| rows).collect();
    let mut out = std::io::stdout().lock();
    if args.json {
        let mut fields = record_json(&database, &record, number);
        let values = history.details.properties.iter().map(|row| (row.name.clone(), json!(row.value)));
        fields.insert("properties".to_owned(), Value::Object(values.collect()));
        let addresses: Vec<_> = addresses.iter().map(|row| row.address.as_str()).collect();
        fields.insert("contacts".to_owned(), json!(addresses));
        let companies: Vec<_> = history.details.companies.iter().map(|company| company.name.as_str()).collect();
        fields.insert("companies".to_owned(), json!(companies));
        fields.insert("links".to_owned(), json!(links.iter().map(|link| link.id).collect::<Vec<_>>()));
        fields.extend(history.fields(&database));
        writeln!(out, "{}", Value::Object(fields))?;
        return Ok(Code::Success);
    }
    for text in head(&database, &record, number, &history.details) {
        writeln!(out, "{text}")?;
    }
    for row in addresses {
        writeln!(out, "  contact  {}", author(row))?;
    }
    for link in &links {
        writeln!(out, "  linked   to {} {}: {}", link.object, link.id, line(&link.title))?;
    }
    writeln!(out)?;
    write!(out, "{}", history.text(&database))?;
    Ok(Code::Success)
}

fn head(database: &Database, record: &RecordRow, number: Option<i64>, details: &RecordDetails) -> Vec<String> {
    let paint = Paint::for_stdout();
    let (stage, _) = stage_of(database, record);
    let ticket = number.map(|number| format!(" (ticket {number})")).unwrap_or_default();
    let mut lines = vec![
        paint.bold(&format!("{} {}{ticket}  {stage}", record.object, record.id)),
        line(&record.title),
        format!("  pipeline {}", record.pipeline),
        format!("  made     {}, source {}", local(record.created_at, &database.zone), record.source),
    ];
    let object = database.setup.object(&record.object);
    let label = |name: &str| {
        let property = object.and_then(|object| object.properties.iter().find(|property| property.name == name));
        property.map_or_else(|| name.to_owned(), |property| line(&property.label))
    };
    let values = details.properties.iter();
    lines.extend(values.map(|row| format!("  {:<8} {}", label(&row.name), line(&row.value))));
    lines.extend(details.companies.iter().map(|company| format!("  company  {}", line(&company.name))));
    lines
}
