//! `ticketd message`: a message as it is stored.

use std::io::{IsTerminal, Write};

use serde_json::json;

use super::database::{DatabaseArgs, messages};
use super::screen::{self, Paint, line};
use super::times::{local, rfc3339};
use super::transcript::person;
use super::{Code, Failure};
use crate::domain::*;
use crate::parse;
use crate::store::{content, views};

/// Show a message
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd message show '<abc@example.org>' --db mail.db     headers and text
  ticketd message show 12 --reply                           what is new in it: no quote, no signature
  ticketd message show 12 --raw > mail.eml                  the bytes as they arrived

Exit codes: 0 done, 64 no database named, or --raw of several messages, 66 no such message or database.")]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    Show(ShowArgs),
}

/// Show a message
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  ticketd message show 12 --db mail.db\n  ticketd message show 12 --raw > mail.eml")]
struct ShowArgs {
    /// Message-ID or row
    #[arg(value_name = "MESSAGE-ID|#ROW")]
    message: String,
    /// The bytes as they arrived
    #[arg(long, conflicts_with_all = ["text", "reply", "json"])]
    raw: bool,
    /// The whole text
    #[arg(long, conflicts_with_all = ["reply", "json"])]
    text: bool,
    /// The newly written text, without quote and signature
    #[arg(long, conflicts_with = "json")]
    reply: bool,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and message
    #[arg(long)]
    json: bool,
}

/// Prints every message of that id.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let Command::Show(args) = args.command;
    let database = args.database.open()?;
    let found = messages(&database.store, &args.message)?;
    if args.raw && found.len() > 1 {
        let rows: Vec<_> = found.iter().map(|message| message.id.0.to_string()).collect();
        let way_out = format!("name one by its row: {}", rows.join(", "));
        return Err(Failure::new(Code::Usage, "several messages have that Message-ID", way_out).into());
    }
    let mut out = std::io::stdout().lock();
    for (n, message) in found.iter().enumerate() {
        let (raw, reading, send) = database.store.read(|tx| {
            let send = views::send_of(tx, message.id)?;
            Ok((content::raw(tx, message.content)?, views::reading(tx, message)?, send))
        })?;
        let failure = send.and_then(|send| send.failure);
        let header_only = reading.is_some_and(|reading| reading.header_only);
        if args.raw {
            if header_only {
                let what = "was over the size limit: this is its header, the body was not stored";
                writeln!(std::io::stderr().lock(), "ticketd: message {} {what}", message.id)?;
            }
            match out.is_terminal() {
                true => out.write_all(screen::text(&String::from_utf8_lossy(&raw)).as_bytes())?,
                false => out.write_all(&raw)?,
            }
            continue;
        }
        // What stands there for a send that could not be composed is no mail.
        let mut facts = if failure.is_some() { Facts::default() } else { parse::read(&raw) };
        if header_only {
            facts.defects.push(Defect::BodyNotStored);
        }
        if args.json {
            writeln!(out, "{}", as_json(message, &facts, failure.as_deref()))?;
            continue;
        }
        if n > 0 {
            writeln!(out)?;
        }
        match (args.text, args.reply) {
            (true, _) => writeln!(out, "{}", screen::text(facts.body.text.trim_end()))?,
            (_, true) => writeln!(out, "{}", screen::text(&facts.body.reply()))?,
            _ => write!(
                out,
                "{}\n{}\n",
                head(message, &facts, failure.as_deref(), &database.zone),
                screen::text(facts.body.text.trim_end())
            )?,
        }
    }
    Ok(Code::Success)
}

fn head(message: &MessageRow, facts: &Facts, failure: Option<&str>, zone: &jiff::tz::TimeZone) -> String {
    let paint = Paint::for_stdout();
    let people = |list: &[Participant]| list.iter().map(person).collect::<Vec<_>>().join(", ");
    let row = format!("{}  {}", message.id, message.kind);
    let fields = [
        ("Message", row),
        ("From", people(&facts.from)),
        ("To", people(&facts.to)),
        ("Cc", people(&facts.cc)),
        ("Date", facts.date.map(|date| local(date, zone)).unwrap_or_default()),
        ("Arrived", local(message.arrived_at, zone)),
        ("Subject", line(&facts.subject.text)),
        ("Message-ID", message.message_id.as_deref().map(line).unwrap_or_default()),
        ("Not sent", failure.map(line).unwrap_or_default()),
        ("Attached", attached(facts)),
        ("Defects", facts.defects.iter().map(|defect| defect.as_str()).collect::<Vec<_>>().join(", ")),
    ];
    let shown = fields.into_iter().filter(|(_, value)| !value.is_empty());
    shown.map(|(name, value)| format!("{} {value}\n", paint.dim(&format!("{name:<11}")))).collect()
}

fn attached(facts: &Facts) -> String {
    let name = |part: &Attachment| match part.name.is_empty() {
        true => format!("({}, {} bytes)", line(&part.content_type), part.size),
        false => format!("{} ({}, {} bytes)", line(&part.name), line(&part.content_type), part.size),
    };
    facts.attachments.iter().map(name).collect::<Vec<_>>().join(", ")
}

fn as_json(message: &MessageRow, facts: &Facts, failure: Option<&str>) -> serde_json::Value {
    let people = |list: &[Participant]| {
        list.iter().map(|who| json!({ "name": who.name, "address": who.address })).collect::<Vec<_>>()
    };
    let attachments = facts.attachments.iter().map(|part| {
        json!({ "name": part.name, "content_type": part.content_type, "size": part.size, "inline": part.inline })
    });
    json!({
        "row": message.id,
        "message_id": message.message_id,
        "kind": message.kind,
        "thread": message.thread,
        "date": facts.date.map(rfc3339),
        "arrived_at": rfc3339(message.arrived_at),
        "from": people(&facts.from),
        "to": people(&facts.to),
        "cc": people(&facts.cc),
        "subject": facts.subject.text,
        "text": facts.body.text,
        "reply_text": facts.body.reply(),
        "quoted_text": facts.body.quoted(),
        "attachments": attachments.collect::<Vec<_>>(),
        "defects": facts.defects,
        "review": message.review,
        "failure": failure,
        "size": facts.size,
    })
}
