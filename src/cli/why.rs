//! `ticketd why`: what was decided about a message, and why.

use std::io::Write;

use serde_json::{Value, json};

use super::Code;
use super::database::{Database, DatabaseArgs, messages};
use super::message_json;
use super::review_show::{settled_json, settled_lines};
use super::screen::{Paint, line, wrap};
use super::times::{local, rfc3339};
use super::transcript::{Arrow, person};
use crate::domain::*;
use crate::explain;
use crate::store::views::{self, TimelineSend};
use crate::store::waiting::{self, Settled};
use crate::store::{StoreError, Tx, journal};

/// Say what was decided about a message, and why
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd why '<abc@example.org>' --db mail.db      by Message-ID, with or without <>
  ticketd why 12 --db mail.db                       by row, as `ticketd ticket show` prints it (#12)
  ticketd why abc@example.org --json                from the database of ./ticketd.toml, for programs

Prints the evidence, every candidate thread and why it lost, every rule and why it did not fire, what was queued
or skipped, the revision in force and further deliveries. Several messages with that id are all shown.
Exit codes: 0 found, 64 no database named, 66 no such message or database.")]
pub(super) struct Args {
    /// Message-ID or row
    #[arg(value_name = "MESSAGE-ID|#ROW")]
    message: String,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and message
    #[arg(long)]
    json: bool,
}

/// Everything about one message.
struct Story {
    message: MessageRow,
    author: Option<AddressRow>,
    ticket: Option<i64>,
    event: Option<EventRow>,
    revision: Option<RevisionRow>,
    decision: Option<DecisionRow>,
    send: Option<TimelineSend>,
    reviews: Vec<Settled>,
    deliveries: Vec<Delivery>,
}

struct Delivery {
    row: DeliveryRow,
    place: String,
    /// What was decided about it, where that is another decision than the message's.
    further: Option<(Option<Kind>, Explanation)>,
}

/// Prints every message of that id.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let mut database = args.database.open()?;
    let mut out = std::io::stdout().lock();
    for (n, message) in messages(&database.store, &args.message)?.into_iter().enumerate() {
        let story = database.store.read(|tx| story(tx, message.clone()))?;
        let explanation = explanation(story.decision.as_ref())?;
        if args.json {
            writeln!(out, "{}", as_json(&mut database, &story, &explanation)?)?;
        } else {
            let blank = if n == 0 { "" } else { "\n" };
            write!(out, "{blank}{}", as_text(&mut database, &story, &explanation)?)?;
        }
    }
    Ok(Code::Success)
}

fn story(tx: &mut Tx<'_>, message: MessageRow) -> Result<Story, StoreError> {
    let folders = views::folders(tx)?;
    let mailboxes = views::mailboxes(tx)?;
    let place = |folder: FolderId| {
        let folder = folders.iter().find(|row| row.id == folder)?;
        let mailbox = mailboxes.iter().find(|row| row.id == folder.mailbox)?;
        Some(format!("{}:{}", mailbox.name, folder.name))
    };
    let mut deliveries = Vec::new();
    for row in views::deliveries_of(tx, message.id)? {
        let decision = if row.event == message.event { None } else { journal::decision(tx, row.event)? };
        let decision = decision.filter(|decision| decision.message == Some(message.id));
        let further = match decision {
            Some(decision) => {
                let explanation = serde_json::from_str(&decision.explanation);
                Some((decision.kind, explanation.map_err(|error| tx.damaged(format!("decision: {error}")))?))
            }
            None => None,
        };
        deliveries.push(Delivery { place: place(row.folder).unwrap_or_default(), row, further });
    }
    let event = journal::event(tx, message.event)?;
    Ok(Story {
        author: match message.author {
            Some(author) => views::addresses(tx, vec![author])?.remove(&author),
            None => None,
        },
        ticket: match message.ticket {
            Some(ticket) => views::ticket(tx, ticket)?.map(|found| found.ticket.number),
            None => None,
        },
        revision: match &event {
            Some(event) => journal::revision(tx, &event.revision)?,
            None => None,
        },
        decision: views::decision_of(tx, &message)?,
        send: views::send_of(tx, message.id)?,
        reviews: waiting::reviews_of(tx, &[message.id])?,
        event,
        deliveries,
        message,
    })
}

fn explanation(decision: Option<&DecisionRow>) -> anyhow::Result<Explanation> {
    Ok(decision.map(|decision| serde_json::from_str(&decision.explanation)).transpose()?.unwrap_or_default())
}

/// Whether the decision is about something else, which led to this send.
fn caused_by(story: &Story) -> Option<&DecisionRow> {
    story.decision.as_ref().filter(|decision| decision.message != Some(story.message.id) && story.send.is_some())
}

fn as_text(database: &mut Database, story: &Story, explanation: &Explanation) -> anyhow::Result<String> {
    let names = database.naming.of(explanation)?.clone();
    let (message, paint) = (&story.message, Paint::for_stdout());
    let mut out = vec![paint.bold(&format!("message {}", message.id))];
    let id = message.message_id.as_deref().map_or("(no Message-ID)".to_owned(), |id| format!("<{}>", line(id)));
    out.push(format!("  {id}"));
    let author = story.author.as_ref().map_or("(nobody)".to_owned(), author);
    out.push(format!("  {}  {author}: {}", local(message.arrived_at, &database.zone), line(&message.subject)));
    let decided = story.decision.as_ref();
    let before = decided.and_then(|row| row.status_before.as_deref()).map(|stage| names.stage(stage));
    let after = decided.and_then(|row| row.status_after.as_deref()).map(|stage| names.stage(stage));
    let ticket = story.ticket.map(|number| format!("  ticket {number}")).unwrap_or_default();
    let status = Arrow(before.as_deref(), after.as_deref());
    out.push(format!("  {}{ticket}  {status}", paint.bold(message.kind.as_str())).trim_end().to_owned());
    // What stands below is about the message that led to this one, not about this one.
    let mut of = String::new();
    if let Some(cause) = caused_by(story) {
        let kind = cause.kind.map_or("an order", Kind::as_str);
        of = cause.message.map(|cause| format!(" of {cause}")).unwrap_or_default();
        let cause = cause.message.map_or("the program".to_owned(), |cause| cause.to_string());
        out.push(format!("  sent because of {cause} ({kind}), decided so:"));
    }
    let kind = decided.and_then(|row| row.kind);
    let reason = explain::reason(kind, explanation, before.as_deref(), after.as_deref(), &names);
    out.extend(wrap(&line(&reason), 2).iter().map(|part| format!("  {part}")));
    if let Some(review) = message.review {
        out.push(paint.red(&format!("  to review: {}", explain::review(review))));
    }
    section(&mut out, &format!("Evidence{of}"), explain::evidence_lines(explanation, &names), "(none)");
    let nothing = "(nothing pointed at a thread)";
    let candidates = format!("Thread candidates{of}, strongest first");
    section(&mut out, &candidates, explain::candidate_lines(explanation, &names), nothing);
    let none = if story.ticket.is_some() { "(none)" } else { "(none: outside tickets)" };
    section(&mut out, &format!("Status rules{of}"), explain::rule_lines(explanation, &names), none);
    section(&mut out, "Stage automations", explain::effect_lines(explanation), "(none)");
    if !story.reviews.is_empty() {
        let mut lines = Vec::new();
        for settled in &story.reviews {
            lines.extend(settled_lines(database, settled)?);
        }
        section(&mut out, "Review", lines, "(none)");
    }
    if let Some(send) = &story.send {
        section(&mut out, "Send", send_lines(send), "(none)");
    }
    let deliveries = story.deliveries.iter().map(|found| delivery_line(database, found)).collect();
    section(&mut out, "Deliveries", deliveries, "(none: we sent it)");
    section(&mut out, "Decided", decided_lines(database, story), "(unknown)");
    out.push(String::new());
    Ok(out.join("\n"))
}

fn section(out: &mut Vec<String>, title: &str, lines: Vec<String>, empty: &str) {
    out.push(format!("{title}:"));
    let lines = if lines.is_empty() { vec![empty.to_owned()] } else { lines };
    for text in lines {
        for (n, part) in wrap(&line(&text), 4).into_iter().enumerate() {
            out.push(format!("{}{part}", if n == 0 { "  " } else { "    " }));
        }
    }
}

fn send_lines(send: &TimelineSend) -> Vec<String> {
    let row = &send.send;
    let what = row.template.as_ref().map(|template| format!(" `{template}`")).unwrap_or_default();
    let by = row.automation.as_ref().map(|automation| format!(" by {automation}")).unwrap_or_default();
    let state = send_state(send);
    let mut lines = vec![format!("send {}: {}{what}{by}, {state}", row.id, row.purpose)];
    lines.extend(recipient_lines(send));
    lines
}

/// `held`; `failed: line 2 of …`.
pub(super) fn send_state(send: &TimelineSend) -> String {
    let why = send.failure.as_ref().map(|why| format!(": {}", line(why))).unwrap_or_default();
    format!("{}{why}", send.send.state)
}

/// `to ann@example.org: pending`, for each.
pub(super) fn recipient_lines(send: &TimelineSend) -> impl Iterator<Item = String> {
    send.recipients.iter().map(|(recipient, address)| {
        let address = address.as_ref().map_or("(erased)", |row| row.address.as_str());
        let status = recipient.status.as_ref().map(|status| format!(" {status}")).unwrap_or_default();
        let state = if send.failure.is_some() { "not sent" } else { recipient.state.as_str() };
        format!("{} {}: {state}{status}", recipient.role, line(address))
    })
}

fn delivery_line(database: &Database, found: &Delivery) -> String {
    let at = local(found.row.arrived_at, &database.zone);
    let shown = format!("{at}  {} uid {}: {}", found.place, found.row.uid, found.row.state);
    match &found.further {
        Some((kind, explanation)) => {
            format!("{shown}. {}", explain::reason(*kind, explanation, None, None, database.naming.known()))
        }
        None => shown,
    }
}

fn decided_lines(database: &Database, story: &Story) -> Vec<String> {
    let Some(event) = &story.event else { return Vec::new() };
    let since = story.revision.as_ref().map(|revision| local(revision.at, &database.zone));
    let since = since.map(|since| format!(", first in force {since}")).unwrap_or_default();
    let at = local(event.at, &database.zone);
    vec![format!("event {} ({}, {}), {at}, revision {}{since}", event.seq, event.kind, event.origin, event.revision)]
}

fn as_json(database: &mut Database, story: &Story, explanation: &Explanation) -> anyhow::Result<Value> {
    let reviews = story.reviews.iter().map(|settled| settled_json(database, settled)).collect::<Result<Vec<_>, _>>()?;
    let names = database.naming.of(explanation)?;
    let (message, decided) = (&story.message, story.decision.as_ref());
    let before = decided.and_then(|row| row.status_before.as_deref()).map(|stage| names.stage(stage));
    let after = decided.and_then(|row| row.status_after.as_deref()).map(|stage| names.stage(stage));
    let kind = decided.and_then(|row| row.kind);
    let rules = explanation.rules.iter().map(|found| {
        let text = explain::rule_result(found.outcome);
        json!({ "rule": found.rule, "outcome": found.outcome, "target": found.target, "text": text })
    });
    let effects = explanation.effects.iter().map(|found| {
        let text = explain::effect_result(found.outcome);
        json!({ "automation": found.automation, "template": found.template, "outcome": found.outcome,
                "send": found.send, "text": text })
    });
    let deliveries = story.deliveries.iter().map(|found| {
        json!({ "place": found.place, "uidvalidity": found.row.uidvalidity, "uid": found.row.uid,
                "state": found.row.state, "arrived_at": rfc3339(found.row.arrived_at), "event": found.row.event,
                "kind": found.further.as_ref().and_then(|(kind, _)| *kind) })
    });
    Ok(json!({
        "row": message.id,
        "message_id": message.message_id,
        "arrived_at": rfc3339(message.arrived_at),
        "from": story.author.as_ref().map(|row| row.address.as_str()),
        "subject": message.subject,
        "kind": message.kind,
        "ticket": story.ticket,
        "thread": message.thread,
        "review": message.review,
        "because_of": caused_by(story).map(|cause| json!({ "row": cause.message, "kind": cause.kind })),
        "status_before": before,
        "status_after": after,
        "rule": explain::fired(explanation),
        "reason": explain::reason(kind, explanation, before.as_deref(), after.as_deref(), names),
        "evidence": message_json::evidence(explanation, names),
        "rules": rules.collect::<Vec<_>>(),
        "effects": effects.collect::<Vec<_>>(),
        "reviews": reviews,
        "event": message.event,
        "decided_at": story.event.as_ref().map(|event| rfc3339(event.at)),
        "revision": story.event.as_ref().map(|event| &event.revision),
        "deliveries": deliveries.collect::<Vec<_>>(),
    }))
}

/// An address as people read it.
pub(super) fn author(row: &AddressRow) -> String {
    person(&Participant { name: row.name.clone(), address: row.address.clone() })
}
