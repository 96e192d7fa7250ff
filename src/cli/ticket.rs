//! `ticketd ticket`: tickets, and what happened to one.

use std::io::Write;

use serde_json::{Value, json};

use super::database::{Database, DatabaseArgs};
use super::screen::{Paint, columns, cut, line};
use super::timeline::History;
use super::times::{local, rfc3339};
use super::why::author;
use super::{Code, Failure, ticket_move};
use crate::domain::*;
use crate::explain;
use crate::store::views::{self, Ticket, TicketFilter};

/// List tickets, show one with all that happened to it, move one
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd ticket list --db mail.db                 the newest tickets
  ticketd ticket list --status 'Waiting on us'     in that status (name or label)
  ticketd ticket show 1001 --db mail.db            messages, status changes and sends in order
  ticketd ticket move 1001 closed --as alice       to that status (name or label)

Exit codes: 0 done, 1 it is in that status already or merged, 64 no such status, user or database named,
66 no such ticket or database, 75 the database is in use.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    Move(ticket_move::Args),
}

/// List tickets, newest first
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd ticket list --open --db mail.db\n  ticketd ticket list --json --limit 1000"
)]
struct ListArgs {
    /// Only those in an open status
    #[arg(long, conflicts_with = "closed")]
    open: bool,
    /// Only those in a closed status
    #[arg(long)]
    closed: bool,
    /// Only those in this status (name or label)
    #[arg(long, value_name = "NAME")]
    status: Option<String>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and ticket
    #[arg(long)]
    json: bool,
}

/// Show a ticket with its timeline
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd ticket show 1001 --db mail.db\n  ticketd ticket show 1001 --json")]
struct ShowArgs {
    /// The ticket's number, or what stands in subjects (TICKET-12)
    #[arg(value_parser = super::numbers::ticket)]
    number: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// Lists or shows.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
        Command::Move(args) => ticket_move::run(&args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let stage = args.status.as_deref().map(|wanted| stage_named(&database.setup, wanted)).transpose()?;
    let open = if args.open { Some(true) } else { args.closed.then_some(false) };
    let filter = TicketFilter { pipeline: None, stage, open };
    // One more than is shown tells whether there are more.
    let mut tickets = database.store.read(|tx| views::tickets(tx, &filter, args.limit.saturating_add(1)))?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = tickets.len() > limit;
    tickets.truncate(limit);
    let mut out = std::io::stdout().lock();
    for ticket in &tickets {
        match args.json {
            true => writeln!(out, "{}", ticket_json(&database, ticket))?,
            false => writeln!(out, "{}", ticket_line(&database, ticket))?,
        }
    }
    drop(out);
    if tickets.is_empty() && !args.json {
        writeln!(std::io::stderr().lock(), "no such tickets")?;
    } else if more {
        writeln!(std::io::stderr().lock(), "there are more: --limit {}", args.limit.saturating_mul(2))?;
    }
    Ok(Code::Success)
}

/// The stage that a name or label means.
fn stage_named(setup: &Setup, wanted: &str) -> Result<String, Failure> {
    let stages = || setup.pipelines.iter().flat_map(|pipeline| &pipeline.stages);
    let is_it = |stage: &&Stage| stage.name == wanted || stage.label.to_lowercase() == wanted.to_lowercase();
    stages().find(is_it).map(|stage| stage.name.clone()).ok_or_else(|| {
        let known: Vec<_> = stages().map(|stage| stage.label.as_str()).collect();
        let message = format!("there is no status `{}`", line(wanted));
        Failure::new(Code::Usage, message, format!("known: {}", known.join(", ")))
    })
}

fn ticket_line(database: &Database, ticket: &Ticket) -> String {
    let label = database.naming.known().stage(&ticket.record.stage);
    let paint = Paint::for_stdout();
    let status = format!("{label:<18}");
    let status = if ticket.ticket.closed_at.is_some() { paint.green(&status) } else { paint.yellow(&status) };
    let opened = local(ticket.record.created_at, &database.zone);
    let flag = ticket.ticket.flag.map(|flag| paint.red(&format!("  !{flag}"))).unwrap_or_default();
    format!(
        "{:>6}  {status}  {opened}  {}{flag}",
        ticket.ticket.number,
        cut(&line(&ticket.record.title), columns() - 46)
    )
}

fn ticket_json(database: &Database, ticket: &Ticket) -> Value {
    let Ticket { record, ticket: row } = ticket;
    json!({
        "number": row.number,
        "title": record.title,
        "pipeline": record.pipeline,
        "status": database.naming.known().stage(&record.stage),
        "open": row.closed_at.is_none(),
        "source": record.source,
        "opened_at": rfc3339(record.created_at),
        "closed_at": row.closed_at.map(rfc3339),
        "reopened": row.reopened,
        "flag": row.flag,
    })
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let ticket = database.ticket(args.number)?;
    let (contacts, links, into) = database.store.read(|tx| {
        let into = match ticket.ticket.merged_into {
            Some(into) => views::ticket(tx, into)?.map(|found| found.ticket.number),
            None => None,
        };
        let record = ticket.record.id;
        Ok((views::contacts_of(tx, record)?, views::links_of(tx, record)?, into))
    })?;
    let history = History::of(&database, ticket.record.id)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let mut object = ticket_json(&database, &ticket);
        if let Value::Object(fields) = &mut object {
            let addresses = contacts.iter().flat_map(|(_, rows)| rows).map(|row| row.address.as_str());
            fields.insert("contacts".to_owned(), json!(addresses.collect::<Vec<_>>()));
            fields.insert("merged_into".to_owned(), json!(into));
            let links = links.iter().map(|(number, because)| json!({ "ticket": number, "message": because }));
            fields.insert("links".to_owned(), json!(links.collect::<Vec<_>>()));
            fields.extend(history.fields(&database));
        }
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    writeln!(out, "{}", head(&database, &ticket, &contacts, &links, into))?;
    write!(out, "{}", history.text(&database))?;
    Ok(Code::Success)
}

fn head(
    database: &Database,
    ticket: &Ticket,
    contacts: &[(ContactRow, Vec<AddressRow>)],
    links: &[(i64, Option<MessageId>)],
    into: Option<i64>,
) -> String {
    let paint = Paint::for_stdout();
    let Ticket { record, ticket: row } = ticket;
    let status = database.naming.known().stage(&record.stage);
    let mut lines = vec![paint.bold(&format!("ticket {}  {status}", row.number)), line(&record.title)];
    let people = contacts.iter().flat_map(|(_, rows)| rows).map(author);
    lines.extend(people.map(|who| format!("  contact  {who}")));
    lines.push(format!("  opened   {}, source {}", local(record.created_at, &database.zone), record.source));
    lines.extend(row.closed_at.map(|at| format!("  closed   {}", local(at, &database.zone))));
    lines.extend(links.iter().map(|(number, because)| {
        let because = because.map(|message| format!(", because of message {message}")).unwrap_or_default();
        format!("  linked   to ticket {number}{because}")
    }));
    lines.extend(into.map(|into| format!("  merged   into ticket {into}")));
    lines.extend(row.flag.map(|flag| paint.red(&format!("  flag     {}", explain::flag(flag)))));
    lines.push(String::new());
    lines.join("\n")
}
