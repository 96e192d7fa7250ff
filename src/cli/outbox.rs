//! `ticketd outbox`: what is to leave, what left, and what could not.

use std::io::Write;

use serde_json::{Value, json};

use super::database::{Database, DatabaseArgs, UserArgs, wait_for};
use super::screen::{Paint, columns, cut, line, wrap};
use super::times::{local, now, rfc3339};
use super::{Code, Failure, delivery};
use crate::domain::*;
use crate::engine::access::Access;
use crate::engine::delivery::{Delivered, Outlet};
use crate::engine::{Engine, EngineError};
use crate::explain;
use crate::store::outbox::{self, OutboxEntry};
use crate::store::{StoreError, instance, journal};

/// See what is to leave and what could not, and try again, cancel or send it now
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd outbox list                      what is waiting, on its way, unknown or failed; the newest first
  ticketd outbox list --all                what was sent, cancelled or held, too
  ticketd outbox show 41                   each recipient with the relay's answer, each try
  ticketd outbox retry 41 --as alice       what failed, or is unknown and held, waits to be sent again
  ticketd outbox cancel 41                 it does not leave
  ticketd outbox flush                     send everything that waits now, whatever its pause

While the daemon runs, it sends: `flush` makes all of it due.
Rows are those of sends or of their messages, as `list` prints them (#41).
Exit codes: 0 done; 1 it cannot be done with that send; 64 wrong arguments; 66 there is no such send;
75 a relay could not be reached for now; 77 a relay refuses us;
78 the configuration is wrong.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    List(ListArgs),
    Show(ShowArgs),
    /// Send again what failed, is unknown or was cancelled, to those who do not have it
    Retry(OrderArgs),
    /// Keep sends from leaving, for those who do not have them yet
    Cancel(OrderArgs),
    Flush(FlushArgs),
}

/// List what is waiting, on its way, unknown or failed, the newest first
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd outbox list --db mail.db\n  ticketd outbox list --all --json")]
struct ListArgs {
    /// What was sent, cancelled or held, too
    #[arg(long)]
    all: bool,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and send
    #[arg(long)]
    json: bool,
}

/// Show a send: each recipient with the relay's answer, each try
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd outbox show 41 --db mail.db\n  ticketd outbox show 41 --json")]
struct ShowArgs {
    /// Row of the send or its message
    #[arg(value_name = "#ROW", value_parser = row)]
    send: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd outbox retry 41 42 --as alice\n  ticketd outbox cancel 41")]
struct OrderArgs {
    /// Rows of sends or their messages
    #[arg(value_name = "#ROW", value_parser = row, required = true)]
    sends: Vec<i64>,
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and send
    #[arg(long)]
    json: bool,
}

/// Send everything that waits now, whatever its pause; relays that refused us are tried again
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd outbox flush\n  ticketd outbox flush --config /etc/ticketd.toml --json")]
struct FlushArgs {
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object
    #[arg(long)]
    json: bool,
}

/// `41` or `#41`.
fn row(text: &str) -> Result<i64, String> {
    let number = text.strip_prefix('#').unwrap_or(text).parse();
    number.map_err(|_| "write a row as `ticketd outbox list` prints it: 41 or #41".to_owned())
}

/// States in which somebody may want to do something.
const OPEN: [SendState; 5] =
    [SendState::Queued, SendState::Sending, SendState::Deferred, SendState::Unknown, SendState::Failed];

/// Does what was asked for.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    match args.command {
        Command::List(args) => list(&args),
        Command::Show(args) => show(&args),
        Command::Retry(args) => order_all(&args, OutboxOrder::Retry),
        Command::Cancel(args) => order_all(&args, OutboxOrder::Cancel),
        Command::Flush(args) => flush(&args),
    }
}

fn list(args: &ListArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let states = if args.all { SendState::ALL } else { &OPEN[..] };
    // One more than is shown tells whether there are more.
    let mut found = database.store.read(|tx| outbox::list(tx, states, args.limit.saturating_add(1)))?;
    let limit = usize::try_from(args.limit).unwrap_or(usize::MAX);
    let more = found.len() > limit;
    found.truncate(limit);
    let mut out = std::io::stdout().lock();
    for entry in &found {
        match args.json {
            true => writeln!(out, "{}", as_json(entry))?,
            false => writeln!(out, "{}", as_line(&database, entry))?,
        }
    }
    drop(out);
    let mut err = std::io::stderr().lock();
    if more {
        writeln!(err, "there are more: --limit {}", args.limit.saturating_mul(2))?;
    } else if found.is_empty() && !args.json {
        writeln!(err, "nothing waits, and nothing failed")?;
    }
    for pause in database.store.read(|tx| outbox::pauses(tx, now()))? {
        let until = local(pause.until, &database.zone);
        writeln!(err, "relay {} refuses us and is left alone until {until}: {}", pause.relay, line(&pause.why))?;
    }
    Ok(Code::Success)
}

/// The send of that row.
fn find(database: &Database, row: i64) -> anyhow::Result<OutboxEntry> {
    let found = database.store.read(|tx| outbox::find(tx, row))?;
    Ok(found.ok_or_else(|| {
        Failure::new(Code::NoInput, format!("#{row} is no send"), "`ticketd outbox list --all` shows what there is")
    })?)
}

fn show(args: &ShowArgs) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let entry = find(&database, args.send)?;
    let tries = tries(&database, &entry)?;
    let mut out = std::io::stdout().lock();
    if args.json {
        let past: Vec<_> = tries.iter().map(|(at, text)| json!({ "at": rfc3339(*at), "text": text })).collect();
        let mut object = as_json(&entry);
        if let Some(fields) = object.as_object_mut() {
            fields.insert("past".to_owned(), past.into());
        }
        writeln!(out, "{object}")?;
        return Ok(Code::Success);
    }
    writeln!(out, "{}", as_line(&database, &entry))?;
    if let Some(id) = &entry.message_id {
        writeln!(out, "{:8}<{}>", "", line(id))?;
    }
    writeln!(out)?;
    for (recipient, address) in &entry.recipients {
        let answer = recipient.answer.as_deref().map(|answer| format!(": {}", line(answer))).unwrap_or_default();
        let text = format!("{} {} {}{answer}", recipient.role, line(address.as_str()), recipient.state);
        writeln!(out, "  {}", wrap(&text, 4).join("\n    "))?;
    }
    if !tries.is_empty() {
        writeln!(out)?;
    }
    for (at, text) in tries {
        let lines = wrap(&line(&text), 18).join(&format!("\n{:18}", ""));
        writeln!(out, "{}  {lines}", local(at, &database.zone))?;
    }
    Ok(Code::Success)
}

/// What happened to it, oldest first, in words.
fn tries(database: &Database, entry: &OutboxEntry) -> anyhow::Result<Vec<(Timestamp, String)>> {
    let decisions = database.store.read(|tx| outbox::past(tx, entry.send.message))?;
    let mut past = Vec::new();
    for (event, decision) in decisions {
        let explanation: Explanation = serde_json::from_str(&decision.explanation)?;
        let text = explain::evidence_lines(&explanation, database.naming.known()).join("; ");
        past.push((event.at, text));
    }
    Ok(past)
}

fn order_all(args: &OrderArgs, order: OutboxOrder) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = database.user(&args.user)?;
    let engine = database.engine()?;
    // All of them are looked for before anything is done about one.
    let found = args.sends.iter().map(|row| find(&database, *row)).collect::<anyhow::Result<Vec<_>>>()?;
    for entry in found {
        wait_for(engine.order_outbox(now(), user, entry.send.id, order))??;
        let entry = find(&database, entry.send.id.0)?;
        let mut out = std::io::stdout().lock();
        match (args.json, order) {
            (true, _) => writeln!(out, "{}", as_json(&entry))?,
            (false, OutboxOrder::Cancel) => writeln!(out, "{}  cancelled", entry.send.id)?,
            (false, _) => {
                writeln!(
                    out,
                    "{}  waits to be sent: the daemon does it, `ticketd sync` or `outbox flush`",
                    entry.send.id
                )?;
            }
        }
    }
    Ok(Code::Success)
}

fn flush(args: &FlushArgs) -> anyhow::Result<Code> {
    let config = args.database.config()?;
    let database = args.database.open()?;
    if database.store.read(journal::origin)? == Some(Origin::Replay) {
        let message = "this database holds a replay of files: what it decided to send is held";
        return Err(Failure::new(Code::Usage, message, "name the database of the desk").into());
    }
    let access = Access::new(config.oauth.clone(), database.store.clone(), now);
    let outlets = delivery::outlets(&config, &access)?;
    if outlets.is_empty() {
        let way_out = "add a [[relay]] with its host (docs/sending.md)";
        return Err(Failure::new(Code::Config, "no relay is configured that could take our mail", way_out).into());
    }
    let engine = database.engine()?;
    let due = wait_for(make_due(&engine))??;
    let _lock = match instance::lock(&args.database.location(config.database.as_deref())?) {
        Ok(lock) => lock,
        Err(StoreError::Fetching { .. }) => return leave_to_daemon(args, &database, &outlets, due),
        Err(error) => return Err(error.into()),
    };
    #[cfg(unix)]
    let stop = super::signals::stop_when_told()?;
    // Nothing stops it but the system's own way.
    #[cfg(not(unix))]
    let stop = std::sync::Arc::default();
    let delivered: Delivered = wait_for(delivery::deliver(&engine, &outlets, true, &stop))??;
    let waiting = database.store.read(outbox::waiting)?;
    delivery::tell(&delivered, waiting, args.json, &database.zone)?;
    Ok(delivery::code_of(&delivered))
}

/// What waits for its next try is due now; how many those are.
async fn make_due(engine: &Engine) -> Result<u64, EngineError> {
    let (mut due, waiting) = (0, [SendState::Deferred, SendState::Unknown]);
    for entry in engine.store().read(|tx| outbox::list(tx, &waiting, i64::MAX))? {
        if entry.send.due_at > now() && entry.send.due_at < Timestamp::NEVER {
            engine.order_outbox(now(), None, entry.send.id, OutboxOrder::Now).await?;
            due += 1;
        }
    }
    Ok(due)
}

/// The daemon is at work, or a `sync`: it finds what is due by itself, and relays that are not left alone any more.
fn leave_to_daemon(args: &FlushArgs, database: &Database, outlets: &[Outlet], due: u64) -> anyhow::Result<Code> {
    let relays = outlets.iter().map(|outlet| outlet.relay.name.as_str());
    database.store.write(|tx| relays.clone().try_for_each(|relay| outbox::resume(tx, relay)))?;
    let waiting = database.store.read(outbox::waiting)?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", json!({ "outbox": { "left_to_daemon": true, "due": due, "waiting": waiting } }))?,
        false => {
            writeln!(out, "outbox: {waiting} waiting; all of it is due, and the ticketd that is at work sends it")?;
        }
    }
    Ok(Code::Success)
}

/// Which, since when, its state and when it is due, of which ticket, to whom and about what.
fn as_line(database: &Database, entry: &OutboxEntry) -> String {
    let send = &entry.send;
    let people: Vec<&str> = entry.recipients.iter().map(|(_, address)| address.as_str()).collect();
    let ticket = entry.ticket.map(|number| format!("  ticket {number}")).unwrap_or_default();
    let waits = matches!(send.state, SendState::Queued | SendState::Deferred | SendState::Unknown);
    let due = match send.due_at {
        Timestamp::NEVER if waits => "  held: somebody must decide (retry, cancel)".to_owned(),
        at if waits && at > now() => format!("  next try {}", local(at, &database.zone)),
        _ => String::new(),
    };
    let what = send.template.as_deref().unwrap_or(send.purpose.as_str());
    format!(
        "{:>6}  {}  {}{ticket}  {what}{due}\n{:8}{}",
        send.id.to_string(),
        local(send.queued_at, &database.zone),
        coloured(send.state),
        "",
        cut(&line(&format!("to {}: {}", people.join(", "), entry.subject)), columns() - 8),
    )
}

/// The state, red where somebody should look.
fn coloured(state: SendState) -> String {
    let paint = Paint::for_stdout();
    match state {
        SendState::Failed | SendState::Unknown => paint.red(state.as_str()),
        SendState::Deferred => paint.yellow(state.as_str()),
        SendState::Sent => paint.green(state.as_str()),
        SendState::Queued | SendState::Sending | SendState::Cancelled | SendState::Held => state.as_str().to_owned(),
    }
}

fn as_json(entry: &OutboxEntry) -> Value {
    let send = &entry.send;
    let recipients = entry.recipients.iter().map(|(row, address)| {
        json!({ "address": address, "role": row.role, "state": row.state, "status": row.status, "answer": row.answer })
    });
    json!({
        "row": send.id,
        "message": send.message,
        "message_id": entry.message_id,
        "state": send.state,
        "purpose": send.purpose,
        "template": send.template,
        "ticket": entry.ticket,
        "subject": entry.subject,
        "queued_at": rfc3339(send.queued_at),
        "due_at": Some(send.due_at).filter(|at| *at < Timestamp::NEVER).map(rfc3339),
        "attempts": send.attempt,
        "recipients": recipients.collect::<Vec<_>>(),
    })
}
