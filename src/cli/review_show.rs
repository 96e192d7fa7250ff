//! What waits for a person, and what was decided about it: for people and for programs.

use serde_json::{Value, json};

use super::database::Database;
use super::message_json;
use super::screen::{self, Paint, columns, cut, line, wrap};
use super::times::{local, rfc3339};
use super::transcript::person;
use super::why::author;
use super::{Code, Failure};
use crate::domain::*;
use crate::explain;
use crate::parse;
use crate::store::waiting::{InReview, Settled};
use crate::store::{StoreError, content, journal, waiting};

/// One message that waits, or that was settled, in two lines.
pub(super) fn as_line(database: &Database, found: &InReview) -> String {
    let paint = Paint::for_stdout();
    let message = &found.message;
    let who = found.author.as_ref().map_or("(nobody)".to_owned(), author);
    let ticket = found.ticket.map_or("no ticket".to_owned(), |number| format!("ticket {number}"));
    let head = format!("{:>6}  {}", message.id.to_string(), local(message.arrived_at, &database.zone));
    let subject = cut(&format!("{who}: {}", line(&message.subject)), columns() - 8);
    let below = match (&found.settled, message.review) {
        (Some(settled), _) => {
            format!("{} {}", local(settled.review.at, &database.zone), settled_words(database, settled))
        }
        (None, Some(reason)) => paint.red(explain::review(reason)),
        (None, None) => String::new(),
    };
    format!("{head}  {}  {ticket}\n{:8}{subject}\n{:8}{below}", paint.bold(message.kind.as_str()), "", "")
}

/// The same as an object of `docs/json.md`.
pub(super) fn as_json(database: &Database, found: &InReview) -> Value {
    let message = &found.message;
    json!({
        "row": message.id,
        "message_id": message.message_id,
        "arrived_at": rfc3339(message.arrived_at),
        "from": found.author.as_ref().map(|row| row.address.as_str()),
        "subject": message.subject,
        "kind": message.kind,
        "ticket": found.ticket,
        "review": message.review,
        "text": message.review.map(explain::review),
        "settled": found.settled.as_ref().map(|settled| verdict_json(database, settled)),
    })
}

/// What was decided, in words: `alice attached it to ticket 1 as participant_reply`.
pub(super) fn settled_words(database: &Database, settled: &Settled) -> String {
    let review = &settled.review;
    let who = database.naming.known().person(review.reviewer);
    let ticket = settled.to_ticket.map(|number| format!("ticket {number}"));
    let done = match (review.verdict, ticket) {
        (Verdict::Attach, Some(ticket)) => format!("attached it to {ticket} as {}", review.to_kind),
        (Verdict::New, Some(ticket)) => format!("opened {ticket} from it"),
        (Verdict::Attach | Verdict::New, None) => "settled it".to_owned(),
        (Verdict::Drop, _) => "left it where it is".to_owned(),
    };
    let from = settled.from_ticket.filter(|from| Some(*from) != settled.to_ticket);
    let from = from.map(|from| format!(" (from ticket {from})")).unwrap_or_default();
    format!("{who} {done}{from}")
}

fn verdict_json(database: &Database, settled: &Settled) -> Value {
    let review = &settled.review;
    json!({
        "verdict": review.verdict,
        "at": rfc3339(review.at),
        "by": review.reviewer.and_then(|user| database.naming.known().users.get(&user)),
        "reason": review.reason,
        "from_kind": review.from_kind,
        "kind": review.to_kind,
        "from_ticket": settled.from_ticket,
        "ticket": settled.to_ticket,
        "event": review.event,
    })
}

/// What was decided and what followed from it: the reason, then each rule.
pub(super) fn settled_lines(database: &mut Database, settled: &Settled) -> anyhow::Result<Vec<String>> {
    let (explanation, names, before, after) = followed(database, settled)?;
    let at = local(settled.review.at, &database.zone);
    let mut lines = vec![format!("{at}  {}", settled_words(database, settled))];
    lines.push(format!("it waited: {}", explain::review(settled.review.reason)));
    let status = before.zip(after).filter(|(before, after)| before != after);
    lines.extend(status.map(|(before, after)| format!("{before} → {after}")));
    lines.extend(explain::rule_lines(&explanation, &names));
    lines.extend(explain::effect_lines(&explanation));
    Ok(lines)
}

/// The same as an object of `docs/json.md`.
pub(super) fn settled_json(database: &mut Database, settled: &Settled) -> anyhow::Result<Value> {
    let (explanation, _, before, after) = followed(database, settled)?;
    let mut object = verdict_json(database, settled);
    if let Value::Object(fields) = &mut object {
        fields.insert("status_before".to_owned(), json!(before));
        fields.insert("status_after".to_owned(), json!(after));
        fields.insert("rule".to_owned(), json!(explain::fired(&explanation)));
    }
    Ok(object)
}

type Followed = (Explanation, explain::Names, Option<String>, Option<String>);

fn followed(database: &mut Database, settled: &Settled) -> anyhow::Result<Followed> {
    let decision = settled.decision.as_ref();
    let explanation: Explanation =
        decision.map(|decision| serde_json::from_str(&decision.explanation)).transpose()?.unwrap_or_default();
    let names = database.naming.of(&explanation)?.clone();
    let label = |stage: Option<&String>| stage.map(|stage| names.stage(stage));
    let before = label(decision.and_then(|decision| decision.status_before.as_ref()));
    let after = label(decision.and_then(|decision| decision.status_after.as_ref()));
    Ok((explanation, names, before, after))
}

/// Why a message waits, what it says, and what each verdict would do.
pub(super) fn show(database: &mut Database, message: MessageRow, json: bool) -> anyhow::Result<String> {
    let (found, reviews, decision, raw) = database.store.read(|tx| {
        let reviews = waiting::reviews_of(tx, &[message.id])?;
        let (decision, raw) = (journal::decision(tx, message.event)?, content::raw(tx, message.content)?);
        Ok::<_, StoreError>((waiting::with_names(tx, message.clone(), None)?, reviews, decision, raw))
    })?;
    let message = &found.message;
    if message.review.is_none() && reviews.is_empty() {
        let way_out = "`ticketd review list` shows what waits; `ticketd why` what was decided about any message";
        return Err(Failure::new(Code::NoInput, format!("{} was never in review", message.id), way_out).into());
    }
    let explanation: Explanation =
        decision.map(|decision| serde_json::from_str(&decision.explanation)).transpose()?.unwrap_or_default();
    let facts = parse::read(&raw);
    let text = facts.body.reply();
    let forwarded = facts.forwarded.as_ref().filter(|_| message.kind == Kind::Forward);
    let verdicts: Vec<(Verdict, &str)> = match message.review {
        Some(reason) => Verdict::ALL
            .iter()
            .map(|verdict| (*verdict, explain::verdict(*verdict, message.kind, reason, found.ticket.is_some())))
            .collect(),
        None => Vec::new(),
    };
    let names = database.naming.of(&explanation)?.clone();
    if json {
        let mut object = as_json(database, &found);
        let settled = reviews.iter().map(|settled| settled_json(database, settled)).collect::<Result<Vec<_>, _>>()?;
        if let Value::Object(fields) = &mut object {
            fields.remove("settled");
            fields.insert("evidence".to_owned(), json!(message_json::evidence(&explanation, &names)));
            fields.insert("reply_text".to_owned(), json!(text));
            fields.insert("forwarded".to_owned(), json!(forwarded.map(message_json::forwarded)));
            let verdicts = verdicts.iter().map(|(verdict, text)| json!({ "verdict": verdict, "text": text }));
            fields.insert("verdicts".to_owned(), json!(verdicts.collect::<Vec<_>>()));
            fields.insert("reviews".to_owned(), json!(settled));
        }
        return Ok(format!("{object}\n"));
    }
    let mut out = head(database, &found);
    section(&mut out, "Evidence", explain::evidence_lines(&explanation, &names));
    section(&mut out, "Thread candidates, strongest first", explain::candidate_lines(&explanation, &names));
    let mut settled = Vec::new();
    for review in &reviews {
        settled.extend(settled_lines(database, review)?);
    }
    section(&mut out, "Settled", settled);
    let would = verdicts.iter().map(|(verdict, text)| format!("{:<8}{text}", verdict.as_str()));
    section(&mut out, "What each verdict would do", would.collect());
    let text = screen::text(text.trim_end());
    if !text.is_empty() {
        out.push_str(&format!("\n{text}\n"));
    }
    out.push_str(&forwarded.map(original).unwrap_or_default());
    out.push_str(&format!("\nThe whole message: ticketd message show {}\n", message.id.0));
    Ok(out)
}

/// The mail that was forwarded, as the forward shows it: for whom a ticket is may have to be seen from it.
fn original(forwarded: &Forwarded) -> String {
    let from = match forwarded.from.as_slice() {
        [] => line(&forwarded.from_name),
        people => people.iter().map(person).collect::<Vec<_>>().join(", "),
    };
    let fields = [
        ("From", from),
        ("To", line(&forwarded.to)),
        ("Cc", line(&forwarded.cc)),
        ("Date", line(&forwarded.date)),
        ("Subject", line(&forwarded.subject)),
    ];
    let shown = fields.into_iter().filter(|(_, value)| !value.is_empty());
    let head: String = shown.map(|(name, value)| format!("  {name:<8}{value}\n")).collect();
    let body = screen::text(forwarded.body.trim_end());
    let body: String = body.lines().map(|text| format!("  {text}").trim_end().to_owned() + "\n").collect();
    format!("\nForwarded:\n{head}\n{body}")
}

fn head(database: &Database, found: &InReview) -> String {
    let (paint, message) = (Paint::for_stdout(), &found.message);
    let who = found.author.as_ref().map_or("(nobody)".to_owned(), author);
    let ticket = found.ticket.map(|number| format!("  ticket {number}")).unwrap_or_default();
    let mut out = format!(
        "{}\n  {}  {who}: {}\n  {}{ticket}\n",
        paint.bold(&format!("message {}", message.id)),
        local(message.arrived_at, &database.zone),
        line(&message.subject),
        paint.bold(message.kind.as_str()),
    );
    let waits = message.review.map(|reason| format!("  to review: {}", explain::review(reason)));
    if let Some(waits) = waits {
        out.push_str(&format!("{}\n", paint.red(&waits)));
    }
    out
}

fn section(out: &mut String, title: &str, lines: Vec<String>) {
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("{title}:\n"));
    for text in lines {
        // What stands in columns stays in them.
        let indent = if text.contains("  ") { 10 } else { 4 };
        let (word, rest) = text.split_at_checked(8).filter(|_| indent == 10).unwrap_or(("", text.as_str()));
        for (n, part) in wrap(&line(rest), indent).into_iter().enumerate() {
            let before = if n == 0 { format!("  {word}") } else { " ".repeat(indent) };
            out.push_str(&format!("{before}{part}\n"));
        }
    }
}
