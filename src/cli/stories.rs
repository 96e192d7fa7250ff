//! `ticketd replay` of stories: folders with a `story.toml`, each told on a database of its own.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use indicatif::ProgressBar;

use super::exit::is_broken_pipe;
use super::message_json::message;
use super::naming::Naming;
use super::review::hint;
use super::screen::{Paint, columns, cut, line, wrap};
use super::transcript::{Counts, Entry, INDENT, Look, Transcript, What, person};
use super::{Code, Failure, times};
use crate::archive::Item;
use crate::domain::{RecordId, ReviewRequest, SendPurpose, Verdict};
use crate::engine::{self, FoundIn, Input, RecordOrder, Source, Story, Told, WorkflowOrder, stories_in};
use crate::explain::Names;
use crate::store::{Location, Store, views};

/// How stories are told.
pub(super) struct Telling<'a> {
    /// Keeps the one story that is told.
    pub db: Option<&'a Location>,
    pub json: bool,
    pub explain: bool,
}

/// The story folders at or directly below the paths. `None`: there are none, the paths are mail.
pub(super) fn find(paths: &[PathBuf]) -> Result<Option<Vec<PathBuf>>, Failure> {
    let found: Vec<_> = paths.iter().map(|path| stories_in(path)).collect();
    if found.iter().all(Vec::is_empty) {
        return Ok(None);
    }
    match paths.iter().zip(&found).find(|(_, stories)| stories.is_empty()) {
        None => Ok(Some(found.concat())),
        Some((path, _)) => Err(Failure::new(
            Code::Usage,
            format!("{} is no story, and the other paths are", path.display()),
            "replay stories and mail one after the other",
        )),
    }
}

/// Tells stories, one after the other. Gives what they came to.
pub(super) async fn tell(telling: &Telling<'_>, folders: &[PathBuf], bar: &ProgressBar) -> anyhow::Result<Counts> {
    if telling.db.is_some() && folders.len() > 1 {
        let message =
            format!("--db keeps one story, and there are {}: each begins on an empty database", folders.len());
        return Err(Failure::new(Code::Usage, message, "name one story folder").into());
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    let mut counts = Counts::default();
    let mut kept = None;
    for folder in folders {
        let store = database(telling.db)?;
        kept = telling.db.map(|db| (store.clone(), db));
        let story = Story::read(folder).map_err(|error| unusable(folder, &error.into()))?;
        let told = match telling.json {
            true => as_json(&story, store, &mut out).await,
            false => as_text(&story, store, telling.explain, &mut out).await,
        };
        counts.merge(told.map_err(|error| unusable(folder, &error))?);
        bar.inc(1);
    }
    if !telling.json {
        if folders.len() > 1 {
            writeln!(out, "{}\n{} stories", "─".repeat(columns()), folders.len())?;
        }
        counts.print(&mut out)?;
        if let Some((store, db)) = kept {
            out.write_all(hint(&store.read(views::totals)?, db).as_bytes())?;
        }
    }
    out.flush()?;
    Ok(counts)
}

fn database(db: Option<&Location>) -> anyhow::Result<Store> {
    let Some(db) = db else { return Ok(Store::in_memory()?) };
    let store = Store::open(db)?;
    if store.read(views::totals)?.events > 0 {
        let message = format!("{db} has something in it: a story begins on an empty database");
        return Err(Failure::new(Code::Usage, message, "name a new file").into());
    }
    Ok(store)
}

/// A story with a mistake in it; what has a code of its own keeps it.
fn unusable(folder: &Path, error: &anyhow::Error) -> anyhow::Error {
    if is_broken_pipe(error) {
        return std::io::Error::from(std::io::ErrorKind::BrokenPipe).into();
    }
    let way_out = "its script is story.toml; steps are counted from 1";
    Failure::new(Code::Config, format!("the story {} cannot be told: {error:#}", folder.display()), way_out).into()
}

async fn as_text(story: &Story, store: Store, explain: bool, out: &mut impl Write) -> anyhow::Result<Counts> {
    let paint = Paint::for_stdout();
    heading(story, paint, out)?;
    let look = Look { zone: times::zone(None)?, paint, explain };
    let naming = Naming::new(store.clone(), &story.setup)?;
    let mut transcript = Transcript::new(out, look, naming, &story.setup);
    story.tell(store.clone(), |told| print(&mut transcript, &told)).await?;
    transcript.count_tickets(&store.read(views::totals)?);
    Ok(transcript.counts)
}

/// Name, what it shows, the sentence of the rules that it tells.
fn heading(story: &Story, paint: Paint, out: &mut impl Write) -> std::io::Result<()> {
    let name = story.folder.file_name().map(|name| line(&name.to_string_lossy())).unwrap_or_default();
    let rest = columns().saturating_sub(name.chars().count() + 4);
    writeln!(out, "── {} {}", paint.bold(&name), "─".repeat(rest))?;
    for text in wrap(&line(&story.script.title), 0) {
        writeln!(out, "{text}")?;
    }
    let rule = story.script.rule.as_deref().map(|rule| format!("Rule {}", line(rule)));
    for text in rule.iter().flat_map(|rule| wrap(rule, 0)) {
        writeln!(out, "{}", paint.dim(&text))?;
    }
    writeln!(out)
}

fn print(transcript: &mut Transcript<impl Write>, told: &Told) -> anyhow::Result<()> {
    let (at, outcome) = (told.at, told.outcome.as_ref());
    let what = match (&told.what, outcome) {
        (engine::What::Wait { text, fired }, _) => {
            fired.iter().try_for_each(|outcome| {
                let what = What::Did { word: "timer", deed: "what is due is done", result: Ok(outcome) };
                transcript.entry(&Entry { at: outcome.at, what })
            })?;
            return transcript.entry(&Entry { at, what: What::Passed { span: text } });
        }
        (engine::What::Mail { mail, .. }, Some(Ok(outcome))) => What::Mail { mail, outcome },
        (engine::What::Mail { file, .. }, Some(Err(refusal))) => anyhow::bail!("{file}: {refusal}"),
        (engine::What::Ordered { user, order }, Some(result)) => {
            if let (Input::Setup(order), Ok(_)) = (order, result) {
                transcript.learn(&order.setup);
            }
            let who = user.as_deref().unwrap_or("the operator");
            let deed = line(&format!("{who} {}", deed(order, transcript.names())));
            let refusal = result.as_ref().map_err(|refusal| format!("refused: {refusal}"));
            let result = refusal.as_ref().map(|outcome| *outcome).map_err(String::as_str);
            // One line of what somebody wrote is enough.
            let what = What::Did { word: word(order), deed: &cut(&deed, columns() - INDENT), result };
            return transcript.entry(&Entry { at, what });
        }
        (_, None) => return Ok(()),
    };
    transcript.entry(&Entry { at, what })
}

fn word(order: &Input) -> &'static str {
    match order {
        Input::Setup(_) => "setup",
        Input::Mail(_) | Input::Retry { .. } => "mail",
        Input::Send(_) => "send",
        Input::Move { .. } => "move",
        Input::Open { .. } => "open",
        Input::Merge { .. } => "merge",
        Input::Review(_) => "review",
        Input::QuarantineRetry { .. } | Input::QuarantineDrop { .. } => "quarantine",
        Input::Digest { .. } | Input::Workflow(WorkflowOrder::Run { .. }) => "timer",
        Input::Record(_) => "record",
        Input::Workflow(_) | Input::Webhook(_) => "workflow",
        Input::Lease { .. }
        | Input::Release { .. }
        | Input::Lapse { .. }
        | Input::Dispatch { .. }
        | Input::Outbox { .. } => "outbox",
        Input::ClearBounce { .. } => "clear",
    }
}

/// What someone did.
fn deed(order: &Input, names: &Names) -> String {
    let ticket = |id: &RecordId| {
        names.tickets.get(id).map_or_else(|| format!("record {id}"), |number| format!("ticket {number}"))
    };
    match order {
        Input::Record(order) => record_deed(order, ticket),
        Input::Workflow(order) => workflow_deed(order, ticket),
        Input::Webhook(_) => "sends a webhook".to_owned(),
        Input::Setup(_) => "puts another setup into force".to_owned(),
        Input::Mail(_) => "delivers a mail".to_owned(),
        Input::Retry { .. } => "reads a pending mail again".to_owned(),
        Input::Send(order) => {
            let from = order.ticket.as_ref().map_or("the contact record".to_owned(), ticket);
            let verb = if order.purpose == SendPurpose::Forward { "forwards" } else { "writes" };
            format!("{verb} from {from}: {}", order.draft.draft.text)
        }
        Input::Move { ticket: id, to } => format!("moves {} to {}", ticket(id), names.stage(to)),
        Input::Open { source, draft, .. } => {
            let contact = draft.draft.from.as_ref().map(|who| format!(" for {}", person(who))).unwrap_or_default();
            let subject = draft.draft.subject.as_deref().unwrap_or_default();
            format!("opens a ticket{contact} (source {source}): {subject}")
        }
        Input::Merge { from, into } => format!("merges {} into {}", ticket(from), ticket(into)),
        Input::Review(order) => {
            let ReviewRequest { message, verdict, ticket: to, contact, .. } = &order.request;
            let original = order.original.as_ref().and_then(|original| original.draft.from.as_ref());
            match (verdict, to) {
                (Verdict::Attach, Some(to)) => {
                    let contact = if *contact { ", its author as a contact" } else { "" };
                    format!("attaches {message} to {}{contact}", ticket(to))
                }
                (Verdict::New, _) => {
                    let original = original.map(|who| format!(" for {}", person(who))).unwrap_or_default();
                    format!("opens a ticket from {message}{original}")
                }
                _ => format!("drops {message} from review"),
            }
        }
        Input::QuarantineRetry { delivery, .. } => format!("has {delivery} read again"),
        Input::QuarantineDrop { delivery } => format!("gives {delivery} up"),
        Input::Lease { .. } | Input::Release { .. } | Input::Lapse { .. } | Input::Dispatch { .. } => {
            "hands mail to a relay".to_owned()
        }
        Input::Digest { .. } => "tells what was beyond the cap of notifications".to_owned(),
        Input::ClearBounce { address } => format!("says that {address} takes mail again"),
        Input::Outbox { send, order } => format!("orders {order} for send {send}"),
    }
}

/// The mails of a story only: the objects of `docs/json.md`.
async fn as_json(story: &Story, store: Store, out: &mut impl Write) -> anyhow::Result<Counts> {
    let mut naming = Naming::new(store.clone(), &story.setup)?;
    let mut counts = Counts::default();
    let tell = story.tell(store, |told| {
        let (engine::What::Mail { file, mail }, Some(Ok(outcome))) = (&told.what, &told.outcome) else { return Ok(()) };
        let item = Item {
            path: story.folder.join(file).as_path().into(),
            span: None,
            arrived_at: mail.arrived_at().unwrap_or(told.at).min(told.at),
        };
        let found_in = FoundIn { mailbox: mail.place.mailbox.clone(), folder: mail.place.folder.clone() };
        let source = Source { item, found_in: found_in.into() };
        serde_json::to_writer(&mut *out, &message(&source, mail, outcome, naming.of_outcome(outcome)?))?;
        out.write_all(b"\n")?;
        counts.add(outcome);
        Ok(())
    });
    tell.await?;
    Ok(counts)
}

/// What someone did with a record.
fn record_deed(order: &RecordOrder, record: impl Fn(&RecordId) -> String) -> String {
    match order {
        RecordOrder::Create { request, draft } => {
            format!("makes a {}: {}", request.object, draft.draft.subject.as_deref().unwrap_or_default())
        }
        RecordOrder::Set { record: id, values } => {
            let values = values.iter().map(|(name, value)| match value {
                Some(value) => format!("{name} = {value}"),
                None => format!("no {name}"),
            });
            format!("sets {}: {}", record(id), values.collect::<Vec<_>>().join(", "))
        }
        RecordOrder::Associate { request, .. } => {
            let verb = if request.remove { "takes people off" } else { "connects people with" };
            format!("{verb} {}", record(&request.record))
        }
        RecordOrder::Note { record: id, draft } => format!("notes about {}: {}", record(id), draft.draft.text),
        RecordOrder::FinishTask { task } => format!("has done task {task}"),
    }
}

/// What happened in a workflow.
fn workflow_deed(order: &WorkflowOrder, record: impl Fn(&RecordId) -> String) -> String {
    match order {
        WorkflowOrder::Run { .. } => "goes on with a workflow".to_owned(),
        WorkflowOrder::Enrol { workflow, record: id } => format!("enrols {} in {workflow}", record(id)),
        WorkflowOrder::Unenrol { workflow, record: id } => format!("takes {} out of {workflow}", record(id)),
        WorkflowOrder::Retry { event, n } => format!("has action {event}.{n} carried out again"),
        WorkflowOrder::Comment { workflow, step, draft } => {
            format!("remarks about {workflow}, step {step}: {}", draft.draft.text)
        }
    }
}
