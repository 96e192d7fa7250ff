//! `ticketd log`: the audit log. Every change, by whom and when, what was before and what is since, as the journal has it.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use super::database::{Database, DatabaseArgs};
use super::numbers::RecordName;
use super::screen::{Paint, cut, line};
use super::task::user_row;
use super::timeline::draft_of;
use super::times::{exact, rfc3339};
use super::{Code, Failure, difference};
use crate::config::{Difference, differences};
use crate::domain::*;
use crate::store::record_views::{self, LogFilter, Logged};
use crate::store::{StoreError, Tx, journal};

/// Show every change: by whom, when, what was before and what is since
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd log                              the newest changes
  ticketd log --user alice --since 2026-03-01
  ticketd log --record TICKET-12           what changed one record
  ticketd log --json --limit 1000

All that people changed is there, records and the setup alike, and where mail or a workflow changed a record. It is read from
the journal, which nothing is ever taken out of.
Exit codes: 0 done; 64 wrong arguments, no such user; 66 no such record or database.")]
pub(super) struct Args {
    /// Only what this user did
    #[arg(long, value_name = "NAME")]
    user: Option<String>,
    /// Only what was changed since that day or time (2026-03-01, 2026-03-01T09:00:00Z)
    #[arg(long, value_name = "TIME")]
    since: Option<String>,
    /// Only what changed this record: its row, or a ticket's number (TICKET-12)
    #[arg(long, value_name = "RECORD", value_parser = super::numbers::record)]
    record: Option<RecordName>,
    /// How many at most
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = super::numbers::limit, allow_negative_numbers = true)]
    limit: i64,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object a line and change
    #[arg(long)]
    json: bool,
}

/// Changes read at once.
const PAGE: i64 = 200;

/// A change with all that is told of it.
struct Entry {
    logged: Logged,
    deed: String,
    explanation: Explanation,
    stages: Vec<StageChangeRow>,
    differences: Vec<Difference>,
    /// What people call the records that it names.
    records: BTreeMap<RecordId, String>,
}

/// Reads the journal backwards, and shows what fits.
pub(super) fn run(args: &Args) -> anyhow::Result<Code> {
    let database = args.database.open()?;
    let user = args.user.as_deref().map(|name| user_row(&database, name)).transpose()?;
    let record = args.record.map(|record| database.record(record)).transpose()?.map(|record| record.id);
    let since = args.since.as_deref().map(|text| time(&database, text)).transpose()?;
    let filter = LogFilter { user, since, record };
    let (mut before, mut left) = (EventSeq(i64::MAX), args.limit);
    let mut out = std::io::stdout().lock();
    let mut any = false;
    while left > 0 {
        let wanted = left.min(PAGE);
        let entries = database.store.read(|tx| {
            let found = record_views::changes(tx, &filter, before, wanted)?;
            found.into_iter().map(|logged| entry(tx, &database, logged)).collect::<Result<Vec<_>, StoreError>>()
        })?;
        for entry in &entries {
            match args.json {
                true => writeln!(out, "{}", entry.as_json(&database))?,
                false => write!(out, "{}", entry.as_text(&database))?,
            }
        }
        any |= !entries.is_empty();
        let found = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        left -= found;
        match entries.last() {
            Some(last) if found == wanted => before = last.logged.event.seq,
            _ => break,
        }
    }
    drop(out);
    if !any && !args.json {
        writeln!(std::io::stderr().lock(), "no such changes")?;
    } else if any && left == 0 && !args.json {
        let more = database.store.read(|tx| record_views::changes(tx, &filter, before, 1))?;
        if !more.is_empty() {
            writeln!(std::io::stderr().lock(), "there are more: --limit {}", args.limit.saturating_mul(2))?;
        }
    }
    Ok(Code::Success)
}

/// A day in the zone of the configuration, or a point in time.
fn time(database: &Database, text: &str) -> anyhow::Result<Timestamp> {
    let midnight = || text.parse::<jiff::civil::Date>().ok().map(|day| day.at(0, 0, 0, 0));
    let day = || database.zone.to_timestamp(midnight()?).ok();
    let at = text.parse::<jiff::Timestamp>().ok().or_else(day);
    let at = at.ok_or_else(|| {
        let way_out = "write a day, 2026-03-01, or a time with its zone, 2026-03-01T09:00:00Z";
        Failure::new(Code::Usage, format!("`{}` is no day or time", line(text)), way_out)
    })?;
    Ok(Timestamp(at.as_millisecond()))
}

fn entry(tx: &mut Tx<'_>, database: &Database, logged: Logged) -> Result<Entry, StoreError> {
    let event = &logged.event;
    let payload: Payload =
        serde_json::from_str(&event.payload).map_err(|error| tx.damaged(format!("event {}: {error}", event.seq)))?;
    let explanation = record_views::explanation_of(tx, &logged.decision)?;
    let stages = record_views::stage_changes_of(tx, event.seq)?;
    let mut named: Vec<RecordId> = logged.decision.ticket.into_iter().collect();
    named.extend(stages.iter().map(|change| change.record));
    named.extend(explanation.set.iter().map(|set| set.record));
    let records = called(tx, database, &named)?;
    let differences = match &payload {
        Payload::Setup { .. } => setup_differences(tx, &logged)?,
        _ => Vec::new(),
    };
    let about = logged.decision.ticket.and_then(|record| records.get(&record)).cloned();
    let deed = deed(tx, database, &logged, payload, about.as_deref().unwrap_or("a record"))?;
    Ok(Entry { logged, deed, explanation, stages, differences, records })
}

/// What records are called: `ticket 12`, `deal #41`.
fn called(
    tx: &mut Tx<'_>,
    database: &Database,
    records: &[RecordId],
) -> Result<BTreeMap<RecordId, String>, StoreError> {
    let numbers = record_views::ticket_numbers(tx, records)?;
    let mut found = BTreeMap::new();
    for id in records {
        let Some(record) = record_views::record(tx, *id)? else { continue };
        let object = database.setup.object(&record.object).map(|object| object.singular.to_lowercase());
        let object = object.unwrap_or(record.object);
        let name = numbers.get(id).map_or_else(|| format!("{object} {id}"), |number| format!("{object} {number}"));
        found.insert(*id, line(&name));
    }
    Ok(found)
}

/// What another setup changed. The first one changed nothing that was there.
fn setup_differences(tx: &mut Tx<'_>, logged: &Logged) -> Result<Vec<Difference>, StoreError> {
    let Some(before) = &logged.before else { return Ok(Vec::new()) };
    let (Some(was), Some(is)) = (journal::revision(tx, before)?, journal::revision(tx, &logged.event.revision)?) else {
        return Ok(Vec::new());
    };
    Ok(differences(&journal::setup_of(tx, &was)?, &journal::setup_of(tx, &is)?))
}

/// What somebody did, or what happened.
fn deed(
    tx: &mut Tx<'_>,
    database: &Database,
    logged: &Logged,
    payload: Payload,
    about: &str,
) -> Result<String, StoreError> {
    let mut text_of = |draft: ContentId| draft_of(tx, draft).map(|draft| line(&draft.text));
    Ok(match payload {
        Payload::Setup { .. } if logged.before.is_none() => "puts the first setup into force".to_owned(),
        Payload::Setup { .. } => "changes the setup".to_owned(),
        Payload::Send { request, draft } => {
            let draft = draft_of(tx, draft)?;
            let to: Vec<_> = draft.to.iter().map(|who| line(who.address.as_str())).collect();
            let to = if to.is_empty() { String::new() } else { format!(" to {}", to.join(", ")) };
            let verb = if request.purpose == SendPurpose::Forward { "forwards" } else { "writes" };
            let from = if request.ticket.is_some() { format!(" from {about}") } else { String::new() };
            format!("{verb}{from}{to}")
        }
        Payload::Move { .. } => format!("moves {about}"),
        Payload::Open { source, .. } => format!("opens {about} (source {source})"),
        Payload::Merge { from, into } => {
            let names = called(tx, database, &[from, into])?;
            let name = |id: RecordId| names.get(&id).cloned().unwrap_or_else(|| id.to_string());
            format!("merges {} into {}", name(from), name(into))
        }
        Payload::Review { request, .. } => {
            format!("settles message {} in review: {}", request.message, request.verdict)
        }
        Payload::QuarantineRetry { delivery, .. } => format!("has mail {delivery} read again"),
        Payload::QuarantineDrop { delivery } => format!("gives mail {delivery} up"),
        Payload::ClearBounce { address } => format!("says that address {address} takes mail again"),
        Payload::Outbox { send, order } => format!("orders {order} for send {send}"),
        Payload::Create { request, .. } => format!("makes {about} (source {})", request.source),
        Payload::Set { .. } => format!("sets properties of {about}"),
        Payload::Associate { request, draft } => {
            let draft = draft_of(tx, draft)?;
            let people = draft.to.iter().map(|who| line(who.address.as_str()));
            let with: Vec<_> = people.chain(request.companies.iter().map(|name| line(name))).collect();
            let verb = if request.remove { "takes off" } else { "connects with" };
            format!("{about}: {verb} {}", with.join(", "))
        }
        Payload::Note { draft, .. } => format!("notes about {about}: {}", text_of(draft)?),
        Payload::FinishTask { task } => {
            let title = record_views::task(tx, task)?.map(|row| line(&row.title)).unwrap_or_default();
            format!("has done task {task} of {about}: {title}")
        }
        Payload::Enrol { workflow, .. } => format!("enrols {about} in {workflow}"),
        Payload::Unenrol { workflow, .. } => format!("takes {about} out of {workflow}"),
        Payload::Comment { workflow, step, draft } => {
            format!("remarks about {workflow}, step {step}: {}", text_of(draft)?)
        }
        Payload::RetryAction { of, n } => format!("has action {of}.{n} carried out again"),
        Payload::WebhookLease { .. } | Payload::WebhookAnswer(_) => "sends a webhook".to_owned(),
        Payload::Arrival(_) | Payload::Retry { .. } => {
            let kind = logged.decision.kind.map_or("mail".to_owned(), |kind| kind.to_string());
            format!("takes a mail ({kind}) for {about}")
        }
        Payload::Run { .. } => format!("goes on with a workflow of {about}"),
        Payload::Digest { .. } => "tells what was beyond the cap of notifications".to_owned(),
        Payload::Lease { .. } | Payload::Release { .. } | Payload::Lapse { .. } | Payload::Dispatch(_) => {
            "hands mail to a relay".to_owned()
        }
    })
}

impl Entry {
    /// Whether nobody ordered it: mail came, or something was due.
    fn is_of_program(&self) -> bool {
        record_views::OF_PROGRAM.contains(&self.logged.event.kind.as_str())
    }

    fn as_text(&self, database: &Database) -> String {
        let paint = Paint::for_stdout();
        let event = &self.logged.event;
        let who = match self.is_of_program() {
            true => "the program".to_owned(),
            false => database.naming.known().person(event.actor),
        };
        let deed = cut(&self.deed, 400);
        let mut text = format!("{}  {} {deed}\n", exact(event.at, &database.zone), paint.bold(&line(&who)));
        let names = database.naming.known();
        for change in &self.stages {
            let from = change.from_stage.as_deref().map_or("–".to_owned(), |stage| names.stage(stage));
            let to = names.stage(&change.to_stage);
            text.push_str(&format!("    {}: {} → {}\n", self.called(change.record), line(&from), line(&to)));
        }
        for set in &self.explanation.set {
            let shown = |value: &Option<String>| value.as_deref().map_or("–".to_owned(), line);
            let (before, after) = (shown(&set.before), shown(&set.after));
            text.push_str(&format!("    {} {}: {before} → {after}\n", self.called(set.record), set.property));
        }
        for shown in difference::as_text(&self.differences, paint).lines() {
            text.push_str(format!("    {shown}").trim_end());
            text.push('\n');
        }
        text
    }

    fn called(&self, record: RecordId) -> String {
        self.records.get(&record).cloned().unwrap_or_else(|| format!("record {record}"))
    }

    fn as_json(&self, database: &Database) -> Value {
        let event = &self.logged.event;
        let stages = self.stages.iter().map(|change| {
            json!({ "record": change.record, "before": change.from_stage, "after": change.to_stage, "cause": change.cause })
        });
        let set = self.explanation.set.iter().map(
            |set| json!({ "record": set.record, "property": set.property, "before": set.before, "after": set.after }),
        );
        json!({
            "event": event.seq,
            "at": rfc3339(event.at),
            "by": event.actor.and_then(|user| database.naming.known().users.get(&user)),
            "program": self.is_of_program(),
            "kind": event.kind,
            "what": self.deed,
            "record": self.logged.decision.ticket,
            "stages": stages.collect::<Vec<_>>(),
            "properties": set.collect::<Vec<_>>(),
            "revision_before": self.logged.before,
            "revision_after": if event.kind == Payload::SETUP { Some(&event.revision) } else { None },
            "differences": self.differences.iter().map(difference::as_json).collect::<Vec<_>>(),
        })
    }
}
