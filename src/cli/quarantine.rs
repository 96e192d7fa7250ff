//! `ticketd quarantine`: mails that could not be read.

use std::io::{IsTerminal, Write};

use serde_json::{Value, json};

use super::database::{Database, DatabaseArgs, UserArgs, wait_for};
use super::quarantine_parked::{self as parked, Named};
use super::screen::{self, Paint, columns, cut, line, wrap};
use super::times::{local, now, rfc3339};
use super::{Code, Failure};
use crate::domain::*;
use crate::explain;
use crate::store::waiting::{self, Unread};
use crate::store::{content, views};

/// Lines of a mail that are shown before anybody has read it.
const SHOWN_LINES: usize = 20;

/// See what could not be read, and try again or give it up
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd quarantine list --db mail.db        what is there, oldest first
  ticketd quarantine show 12                  each attempt to read it, and how it begins
  ticketd quarantine retry 12 14 --as alice   read again; what can be read is decided
  ticketd quarantine retry support/INBOX/7    what the server did not give: the next sync asks for it again
  ticketd quarantine export 12 mail.eml       the bytes as they arrived; `-`: standard output
  ticketd quarantine drop 12                  kept, and no more asked about

Rows are those of deliveries, as `list` prints them (#12). Mail that a server does not give has none: it is named
by mailbox, folder and UID.
Exit codes: 0 done; 1 it still cannot be read; 64 wrong arguments; 66 it is not in quarantine;
73 the file cannot be written; 75 the database is in use.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    /// Read mails again; what can be read now is decided like any mail
    Retry(OrderArgs),
    /// Give mails up: kept, and no more asked about
    Drop(OrderArgs),
    Export(ExportArgs),
}

/// List what is in quarantine, oldest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd quarantine list --db mail.db\n  ticketd quarantine list --all --json")]
struct ListArgs {
    /// What was given up, too
    #[arg(long)]
    all: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and mail
    #[arg(long)]
    json: bool,
}

/// Show each attempt to read a mail, and how it begins
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd quarantine show 12 --db mail.db\n  ticketd quarantine show 12 --json")]
struct ShowArgs {
    /// Row of the delivery
    #[arg(value_name = "#ROW", value_parser = row)]
    delivery: DeliveryId,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ticketd quarantine retry 12 14 --as alice\n  ticketd quarantine retry support/INBOX/7\n  ticketd quarantine drop 12"
)]
struct OrderArgs {
    /// Rows of deliveries, or places of what a server does not give
    #[arg(value_name = "#ROW|MAILBOX/FOLDER/UID", value_parser = parked::named, required = true)]
    named: Vec<Named>,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and mail
    #[arg(long)]
    json: bool,
}

/// Write the bytes of a mail as they arrived
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd quarantine export 12 mail.eml\n  ticketd quarantine export 12 - | less")]
struct ExportArgs {
    /// Row of the delivery
    #[arg(value_name = "#ROW", value_parser = row)]
    delivery: DeliveryId,
    /// Where to write them; `-` is standard output. A file that is there is never replaced
    #[arg(value_name = "FILE")]
    to: String,
    #[command(flatten)]
    database: DatabaseArgs,
}

/// `12` or `#12`.
fn row(text: &str) -> Result<DeliveryId, String> {
    let number = text.strip_prefix('#').unwrap_or(text).parse();
    number.map(DeliveryId).map_err(|_| "write a row as `ticketd quarantine list` prints it: 12 or #12".to_owned())
}

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
        Command::Retry(args) => retry(&args),
        Command::Drop(args) => drop_all(&args),
        Command::Export(args) => export(&args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let states = [DeliveryState::Quarantined, DeliveryState::Dropped];
    let states = if args.all { &states[..] } else { &states[..1] };
    // One more than is shown tells whether there are more.
    let mut found = database.store.read(|tx| waiting::unread(tx, states, args.limit.saturating_add(1)))?;
    let mut not_given = parked::all(&database)?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = found.len() + not_given.len() > limit;
    found.truncate(limit);
    not_given.truncate(limit - found.len());
    let mut out = std::io::stdout().lock();
    for unread in &found {
        match args.json {
            true => writeln!(out, "{}", as_json(&database, unread))?,
            false => writeln!(out, "{}", as_line(&database, unread))?,
        }
    }
    for one in &not_given {
        match args.json {
            true => writeln!(out, "{}", parked::as_json(one, "parked"))?,
            false => writeln!(out, "{}", parked::as_line(&database, one))?,
        }
    }
    drop(out);
    if more {
        writeln!(std::io::stderr().lock(), "there are more: --limit {}", args.limit.saturating_mul(2))?;
    } else if found.is_empty() && not_given.is_empty() && !args.json {
        writeln!(std::io::stderr().lock(), "nothing is in quarantine")?;
    }
    Ok(Code::Success)
}

/// The mails of those rows, each once, before anything is done about one of them.
fn all_unread(database: &Database, args: &OrderArgs) -> anyhow::Result<Vec<Unread>> {
    let mut all: Vec<Unread> = Vec::new();
    for named in &args.named {
        let Named::Row(id) = named else { continue };
        let found = unread(database, *id)?;
        if found.delivery.state == DeliveryState::Dropped {
            let way_out = format!("`ticketd quarantine export {} FILE` writes its bytes", id.0);
            return Err(Failure::new(Code::Negative, format!("{id} was given up: it is settled"), way_out).into());
        }
        if !all.iter().any(|other| other.delivery.id == found.delivery.id) {
            all.push(found);
        }
    }
    Ok(all)
}

/// The mail of that row, which is in quarantine or was given up.
fn unread(database: &Database, id: DeliveryId) -> anyhow::Result<Unread> {
    let row = database.store.read(|tx| views::delivery(tx, id))?;
    if let Some(row) = row.clone().filter(|row| row.message.is_none() && row.state != DeliveryState::Pending) {
        return Ok(database.store.read(|tx| waiting::with_past(tx, row.clone()))?);
    }
    let (message, way_out) = match row.and_then(|row| row.message) {
        Some(message) => (
            format!("{id} is not in quarantine: it was read, and is message {message}"),
            format!("`ticketd message show {0}` shows it, `ticketd why {0}` what was decided", message.0),
        ),
        None => (format!("{id} is not in quarantine"), "`ticketd quarantine list` shows what is".to_owned()),
    };
    Err(Failure::new(Code::NoInput, message, way_out).into())
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let found = unread(&database, args.delivery)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        writeln!(out, "{}", as_json(&database, &found))?;
        return Ok(Code::Success);
    }
    writeln!(out, "{}\n", as_line(&database, &found))?;
    for (event, text) in past(&database, &found) {
        let lines = wrap(&line(&text), 18).join(&format!("\n{:18}", ""));
        writeln!(out, "{}  {lines}", local(event.at, &database.zone))?;
    }
    let raw = database.store.read(|tx| content::raw(tx, found.delivery.content))?;
    writeln!(out, "\n{}", Paint::for_stdout().dim("It begins:"))?;
    // Nothing of it is decoded: reading is what it cannot bear.
    for shown in raw.split(|byte| *byte == b'\n').take(SHOWN_LINES) {
        let shown = String::from_utf8_lossy(shown.get(..4 * columns()).unwrap_or(shown)).into_owned();
        writeln!(out, "  {}", cut(&screen::text(shown.trim_end_matches('\r')), columns() - 2))?;
    }
    Ok(Code::Success)
}

fn retry(args: &OrderArgs) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let user = database.user(&args.user)?;
    let engine = database.engine()?;
    let mut code = Code::Success;
    let not_given = args.named.iter().map(|named| parked::find(&database, named)).collect::<Result<Vec<_>, _>>()?;
    let found = all_unread(&database, args)?;
    for one in not_given.iter().flatten() {
        parked::ask_again(&database, one)?;
        let mut out = std::io::stdout().lock();
        match args.json {
            true => writeln!(out, "{}", parked::as_json(one, "asked_again"))?,
            false => writeln!(out, "{}  the next sync asks for it again", parked::name(one))?,
        }
    }
    for found in found {
        let id = found.delivery.id;
        let (mail, outcome) = wait_for(engine.retry_quarantined(now(), user, id))??;
        let mut out = std::io::stdout().lock();
        if let Some(failure) = &mail.reading.failure {
            code = Code::Negative;
            match args.json {
                true => writeln!(out, "{}", as_json(&database, &unread(&database, id)?))?,
                false => writeln!(out, "{id}  still cannot be read: {}", line(failure))?,
            }
            continue;
        }
        let names = database.naming.of_outcome(&outcome)?;
        let (before, after) = (outcome.status_before.as_deref(), outcome.status_after.as_deref());
        let kind = outcome.decision.kind;
        let reason = explain::reason(kind, &outcome.decision.explanation, before, after, names);
        let message = outcome.decision.message;
        if args.json {
            let ticket = outcome.ticket_number;
            writeln!(
                out,
                "{}",
                json!({ "row": id, "state": "decided", "message": message, "kind": kind, "ticket": ticket,
                        "reason": reason })
            )?;
        } else {
            let message = message.map(|message| format!("message {message}, ")).unwrap_or_default();
            writeln!(out, "{id}  {message}{}", kind.map_or("decided", Kind::as_str))?;
            for part in wrap(&line(&reason), 2) {
                writeln!(out, "  {part}")?;
            }
        }
    }
    Ok(code)
}

fn drop_all(args: &OrderArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let engine = database.engine()?;
    if args.named.iter().any(|named| matches!(named, Named::Parked { .. })) {
        let message = "nothing is here of what a server does not give: it cannot be dropped";
        let way_out = "delete it on the server, or ask for it again: `ticketd quarantine retry MAILBOX/FOLDER/UID`";
        return Err(Failure::new(Code::Usage, message, way_out).into());
    }
    for found in all_unread(&database, args)? {
        let id = found.delivery.id;
        wait_for(engine.drop_quarantined(now(), user, id))??;
        let mut out = std::io::stdout().lock();
        match args.json {
            true => writeln!(out, "{}", as_json(&database, &unread(&database, id)?))?,
            false => writeln!(out, "{id}  given up; its bytes are kept")?,
        }
    }
    Ok(Code::Success)
}

fn export(args: &ExportArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let found = unread(&database, args.delivery)?;
    let raw = database.store.read(|tx| content::raw(tx, found.delivery.content))?;
    if args.to == "-" {
        let mut out = std::io::stdout().lock();
        match out.is_terminal() {
            true => out.write_all(screen::text(&String::from_utf8_lossy(&raw)).as_bytes())?,
            false => out.write_all(&raw)?,
        }
        return Ok(Code::Success);
    }
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(&args.to);
    file.and_then(|mut file| file.write_all(&raw)).map_err(|error| {
        let way_out = "name a new file in a folder that may be written to, or `-` for standard output";
        Failure::new(Code::CantCreate, format!("cannot write {}: {error}", args.to), way_out)
    })?;
    writeln!(std::io::stderr().lock(), "{} bytes written to {}", raw.len(), args.to)?;
    Ok(Code::Success)
}

/// Where, when, how large and how often; from whom and about what, as far as that can be seen; what failed last.
fn as_line(database: &Database, found: &Unread) -> String {
    let row = &found.delivery;
    let reason = last_failure(found).unwrap_or_default();
    let given_up = if row.state == DeliveryState::Dropped { "  given up" } else { "" };
    let times = if found.times > 1 { format!("  found {} times", found.times) } else { String::new() };
    let head = ["From", "Subject"].map(|name| raw_field(&found.beginning, name).unwrap_or_else(|| "–".to_owned()));
    format!(
        "{:>6}  {}  {}  {} bytes{times}{given_up}\n{:8}{}\n{:8}{}",
        row.id.to_string(),
        local(row.arrived_at, &database.zone),
        line(&found.place),
        found.size,
        "",
        cut(&head.join(": "), columns() - 8),
        "",
        Paint::for_stdout().red(&cut(&line(&reason), columns() - 8)),
    )
}

/// The first line of a header field as its bytes are: nothing is decoded, for reading is what the mail cannot bear.
fn raw_field(beginning: &[u8], name: &str) -> Option<String> {
    let lines = beginning.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let value = lines.take_while(|line| !line.is_empty()).find_map(|line| {
        let (before, after) = line.split_at_checked(name.len())?;
        after.strip_prefix(b":").filter(|_| before.eq_ignore_ascii_case(name.as_bytes()))
    })?;
    let value = value.get(..4 * columns()).unwrap_or(value);
    Some(line(&String::from_utf8_lossy(value)))
}

fn as_json(database: &Database, found: &Unread) -> Value {
    let row = &found.delivery;
    let past = past(database, found).into_iter().map(|(event, text)| {
        let by = event.actor.and_then(|user| database.naming.known().users.get(&user));
        json!({ "at": rfc3339(event.at), "what": event.kind, "by": by, "failure": failure(event), "text": text,
                "event": event.seq })
    });
    json!({
        "row": row.id,
        "place": found.place,
        "arrived_at": rfc3339(row.arrived_at),
        "times": found.times,
        "from": raw_field(&found.beginning, "From"),
        "subject": raw_field(&found.beginning, "Subject"),
        "size": found.size,
        "state": row.state,
        "failure": last_failure(found),
        "past": past.collect::<Vec<_>>(),
    })
}

/// Each thing that happened to it, in words.
fn past<'a>(database: &Database, found: &'a Unread) -> Vec<(&'a EventRow, String)> {
    let words = |(event, decision): &'a (EventRow, DecisionRow)| {
        let explanation: Explanation = serde_json::from_str(&decision.explanation).unwrap_or_default();
        let mut text = explain::evidence_lines(&explanation, database.naming.known()).join("; ");
        if let Some(failure) = failure(event) {
            text.push_str(&format!(": {failure}"));
        }
        (event, text)
    };
    found.past.iter().map(words).collect()
}

fn last_failure(found: &Unread) -> Option<String> {
    found.past.iter().rev().find_map(|(event, _)| failure(event))
}

/// Why reading failed in that event.
fn failure(event: &EventRow) -> Option<String> {
    match serde_json::from_str(&event.payload).ok()? {
        Payload::Arrival(arrival) => arrival.reading.failure,
        Payload::Retry { reading, .. } | Payload::QuarantineRetry { reading, .. } => reading.failure,
        _ => None,
    }
}
