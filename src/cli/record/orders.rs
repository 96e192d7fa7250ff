//! What people do with records.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Read, Write};

use serde_json::json;

use crate::cli::database::{Database, DatabaseArgs, UserArgs, stage_named, wait_for};
use crate::cli::message_json::queued;
use crate::cli::numbers::{RecordName, word};
use crate::cli::review::person;
use crate::cli::screen::line;
use crate::cli::times::now;
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::engine::Outcome;
use crate::store::record_views;

/// As whom, on which database, and how it is told.
#[derive(Debug, clap::Args)]
struct OrderArgs {
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    json: bool,
}

/// Make a record; it enters its stage
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record create deal 'Website for Acme' --set amount=1200 --company Acme --as alice\n  ticketd record create ticket 'Printer on fire' --contact 'Ann Lee <ann@example.com>' --source phone --as alice"
)]
pub(super) struct CreateArgs {
    /// Of which object it is
    object: String,
    title: String,
    /// Its pipeline; without it, the first of the object
    #[arg(long, value_name = "NAME")]
    pipeline: Option<String>,
    /// The stage that it enters (name or label); without it, the first
    #[arg(long, value_name = "NAME")]
    stage: Option<String>,
    #[arg(long, value_name = "SOURCE", default_value = "manual", value_parser = word(Source::ALL, Source::as_str))]
    source: Source,
    /// Values of its properties
    #[arg(long = "set", value_name = "NAME=VALUE", value_parser = super::assignment)]
    values: Vec<(String, String)>,
    /// Whom it is about; who is not known yet becomes a contact
    #[arg(long = "contact", value_name = "ADDRESS", value_parser = person)]
    contacts: Vec<Participant>,
    /// Companies that it is about, by name
    #[arg(long = "company", value_name = "NAME")]
    companies: Vec<String>,
    #[command(flatten)]
    order: OrderArgs,
}

/// Move a record to another stage of its pipeline
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record move 41 won --as alice\n  ticketd record move TICKET-12 Closed --json"
)]
pub(super) struct MoveArgs {
    /// Its row, or a ticket's number (TICKET-12)
    #[arg(value_parser = crate::cli::numbers::record)]
    record: RecordName,
    /// Name or label
    stage: String,
    #[command(flatten)]
    order: OrderArgs,
}

/// Set properties of a record; NAME= takes a value away
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record set 41 amount=1500 owner=alice --as alice\n  ticketd record set TICKET-12 priority="
)]
pub(super) struct SetArgs {
    /// Its row, or a ticket's number (TICKET-12)
    #[arg(value_parser = crate::cli::numbers::record)]
    record: RecordName,
    #[arg(value_name = "NAME=VALUE", required = true, value_parser = super::assignment)]
    values: Vec<(String, String)>,
    #[command(flatten)]
    order: OrderArgs,
}

/// Write something down about a record
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record note 41 'Called back' --as alice\n  ticketd record note TICKET-12 --as alice < minutes.txt"
)]
pub(super) struct NoteArgs {
    /// Its row, or a ticket's number (TICKET-12)
    #[arg(value_parser = crate::cli::numbers::record)]
    record: RecordName,
    /// What to write; without it, standard input
    text: Option<String>,
    #[command(flatten)]
    order: OrderArgs,
}

/// Connect a record with contacts and companies, or take them off
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd record associate 41 --contact ann@example.com --company Acme --as alice\n  ticketd record associate 41 --company Acme --remove"
)]
pub(super) struct AssociateArgs {
    /// Its row, or a ticket's number (TICKET-12)
    #[arg(value_parser = crate::cli::numbers::record)]
    record: RecordName,
    #[arg(long = "contact", value_name = "ADDRESS", value_parser = person, required_unless_present = "companies")]
    contacts: Vec<Participant>,
    #[arg(long = "company", value_name = "NAME")]
    companies: Vec<String>,
    /// Take them off
    #[arg(long)]
    remove: bool,
    #[command(flatten)]
    order: OrderArgs,
}

pub(super) fn create(args: CreateArgs) -> anyhow::Result<Code> {
    let database = args.order.database.open()?;
    let user = database.user(&args.order.user)?;
    let object = database.object(&args.object)?.name.clone();
    let pipeline = match &args.pipeline {
        Some(name) => Some(database.pipeline(name)?),
        None => database.setup.pipeline_for(&object),
    };
    let what = format!("stage `{{}}` in the pipeline of `{object}`");
    let stage = args.stage.as_deref().map(|wanted| stage_named(pipeline, wanted, &what)).transpose()?;
    let request = CreateRequest {
        object,
        pipeline: args.pipeline,
        stage,
        source: args.source,
        properties: args.values.into_iter().collect(),
        companies: named(args.companies)?,
    };
    let draft = Draft { to: args.contacts, subject: Some(args.title), ..Draft::default() };
    let engine = database.engine()?;
    let outcome = wait_for(engine.create_record(now(), user, request, draft))??;
    drop(engine);
    tell(&args.order, &database, &outcome, "made")
}

pub(super) fn move_to(args: &MoveArgs) -> anyhow::Result<Code> {
    let database = args.order.database.open()?;
    let user = database.user(&args.order.user)?;
    let record = database.record(args.record)?;
    let stage = database.stage_of_record(&record, &args.stage)?;
    let engine = database.engine()?;
    let outcome = wait_for(engine.move_record(now(), user, record.id, &stage))??;
    drop(engine);
    tell(&args.order, &database, &outcome, "moved")
}

pub(super) fn set(args: &SetArgs) -> anyhow::Result<Code> {
    let database = args.order.database.open()?;
    let user = database.user(&args.order.user)?;
    let record = database.record(args.record)?;
    let values = args.values.iter().cloned();
    let values: BTreeMap<_, _> =
        values.map(|(name, value)| (name, Some(value).filter(|value| !value.is_empty()))).collect();
    let engine = database.engine()?;
    let outcome = wait_for(engine.set_properties(now(), user, record.id, values))??;
    drop(engine);
    let said = if outcome.decision.explanation.set.is_empty() { "had these values already" } else { "changed" };
    tell(&args.order, &database, &outcome, said)
}

pub(super) fn note(args: NoteArgs) -> anyhow::Result<Code> {
    let database = args.order.database.open()?;
    let user = database.user(&args.order.user)?;
    let record = database.record(args.record)?;
    let text = args.text.map_or_else(standard_input, Ok)?;
    if text.trim().is_empty() {
        return Err(
            Failure::new(Code::Data, "the note is empty", "nothing was kept; write what you have to say").into()
        );
    }
    let engine = database.engine()?;
    let outcome = wait_for(engine.add_note(now(), user, record.id, text))??;
    drop(engine);
    tell(&args.order, &database, &outcome, "noted")
}

pub(super) fn associate(args: AssociateArgs) -> anyhow::Result<Code> {
    let database = args.order.database.open()?;
    let user = database.user(&args.order.user)?;
    let record = database.record(args.record)?;
    let companies = named(args.companies)?;
    let request = AssociateRequest { record: record.id, companies, remove: args.remove };
    let draft = Draft { to: args.contacts, ..Draft::default() };
    let engine = database.engine()?;
    let outcome = wait_for(engine.associate(now(), user, request, draft))??;
    drop(engine);
    tell(&args.order, &database, &outcome, if args.remove { "taken off" } else { "connected" })
}

/// The names of companies, none of them empty.
fn named(companies: Vec<String>) -> Result<Vec<String>, Failure> {
    let companies: Vec<String> =
        companies.iter().map(|name| name.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    match companies.iter().any(String::is_empty) {
        true => Err(Failure::new(Code::Usage, "a company has a name", "write --company Acme")),
        false => Ok(companies),
    }
}

/// Longer notes are nobody's to read.
const MOST_TEXT: u64 = 1_000_000;

fn standard_input() -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let way_out = "write it behind the record, or pipe it in";
        return Err(Failure::new(Code::Usage, "there is no text", way_out).into());
    }
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(MOST_TEXT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MOST_TEXT {
        let message = format!("the note has more than {MOST_TEXT} bytes");
        return Err(Failure::new(Code::Data, message, "write what matters").into());
    }
    let text = String::from_utf8(bytes);
    Ok(text.map_err(|_| Failure::new(Code::Data, "the note is not UTF-8", "save it as UTF-8"))?)
}

/// Says what came of an order.
fn tell(args: &OrderArgs, database: &Database, outcome: &Outcome, said: &str) -> anyhow::Result<Code> {
    let Some(id) = outcome.decision.ticket else { anyhow::bail!("an order about no record") };
    let record = database.store.read(|tx| record_views::record(tx, id))?;
    let object = record.as_ref().map_or("record", |record| record.object.as_str());
    let mut out = std::io::stdout().lock();
    let set = &outcome.decision.explanation.set;
    if args.json {
        let set = set.iter().map(
            |set| json!({ "record": set.record, "property": set.property, "before": set.before, "after": set.after }),
        );
        let object = json!({
            "record": id,
            "object": object,
            "ticket": outcome.ticket_number,
            "status_before": outcome.status_before,
            "status_after": outcome.status_after,
            "set": set.collect::<Vec<_>>(),
            "queued": outcome.queued.iter().map(queued).collect::<Vec<_>>(),
            "event": outcome.seq,
        });
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    let number = outcome.ticket_number.map(|number| format!(" (ticket {number})")).unwrap_or_default();
    let stage = match (&outcome.status_before, &outcome.status_after) {
        (Some(before), Some(after)) if before != after => format!(": {} → {}", line(before), line(after)),
        (None, Some(after)) => format!(", in {}", line(after)),
        _ => String::new(),
    };
    writeln!(out, "{object} {id}{number}  {said}{stage}")?;
    for set in set {
        let shown = |value: &Option<String>| value.as_deref().map_or("–".to_owned(), line);
        writeln!(out, "  {}: {} → {}", set.property, shown(&set.before), shown(&set.after))?;
    }
    for send in &outcome.queued {
        let to: Vec<_> = send.to.iter().map(EmailAddress::as_str).collect();
        let what = send.template.as_deref().unwrap_or(send.purpose.as_str());
        match &send.failure {
            None => writeln!(out, "  queued {what} → {}", line(&to.join(", ")))?,
            Some(why) => writeln!(out, "  not sent: {what} → {}: {}", line(&to.join(", ")), line(why))?,
        }
    }
    Ok(Code::Success)
}
