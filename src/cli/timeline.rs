//! What happened to a record, in order: mail, stages, properties, notes, tasks, workflows.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::database::Database;
use super::review_show::settled_words;
use super::screen::{Paint, columns, cut, line, wrap};
use super::times::{local, rfc3339};
use super::why::{author, recipient_lines, send_state};
use crate::domain::*;
use crate::explain;
use crate::store::record_views::{self, PropertyChange, RecordDetails};
use crate::store::views::{self, Timeline, TimelineMessage, TimelineSend};
use crate::store::waiting::{self, Settled};
use crate::store::{StoreError, Tx, content};

/// Everything that happened to a record.
pub(super) struct History {
    timeline: Timeline,
    reviews: Vec<Settled>,
    pub details: RecordDetails,
    /// What notes say.
    notes: BTreeMap<NoteId, String>,
}

impl History {
    /// Reads it.
    pub fn of(database: &Database, record: RecordId) -> anyhow::Result<History> {
        Ok(database.store.read(|tx| {
            let details = record_views::details(tx, record)?;
            let notes = details.notes.iter().map(|note| Ok((note.id, note_text(tx, note)?)));
            let notes = notes.collect::<Result<_, StoreError>>()?;
            let reviews = waiting::reviews_about(tx, record)?;
            Ok(History { timeline: views::timeline(tx, record)?, reviews, details, notes })
        })?)
    }

    /// For people; what another line says is left out.
    pub fn text(&self, database: &Database) -> String {
        let moments = self.moments();
        let shown = moments.iter().filter(|moment| !self.is_said_otherwise(moment));
        let mut text: String = shown.map(|moment| self.moment_text(database, moment) + "\n").collect();
        for run in self.details.runs.iter().filter(|run| run.state.is_waiting()) {
            let until = local(run.due_at, &database.zone);
            text.push_str(&format!("on its way through {}: at step {} until {until}\n", run.workflow, run.step));
        }
        text
    }

    /// For programs: docs/json.md.
    pub fn fields(&self, database: &Database) -> serde_json::Map<String, Value> {
        let timeline: Vec<_> = self.moments().iter().map(|moment| self.moment_json(database, moment)).collect();
        let runs = self.details.runs.iter().map(|run| {
            json!({
                "workflow": run.workflow,
                "revision": run.revision,
                "state": run.state,
                "step": run.step,
                "due_at": if run.state.is_waiting() { Some(rfc3339(run.due_at)) } else { None },
                "ended_at": run.ended_at.map(rfc3339),
            })
        });
        let mut fields = serde_json::Map::new();
        fields.insert("runs".to_owned(), json!(runs.collect::<Vec<_>>()));
        fields.insert("timeline".to_owned(), json!(timeline));
        fields
    }

    /// All of it in order: a mail, what it did to the status, what was sent because of that.
    fn moments(&self) -> Vec<Moment<'_>> {
        let (timeline, details) = (&self.timeline, &self.details);
        let send_of = |message: MessageId| timeline.sends.iter().find(|send| send.send.message == message);
        let run_of = |row: &EnrolmentRow| {
            details.runs.iter().find(|run| run.enrolled == row.event && run.workflow == row.automation)
        };
        let mut moments: Vec<((EventSeq, i64, i64), Moment<'_>)> = Vec::new();
        moments.extend(timeline.messages.iter().map(|found| match send_of(found.message.id) {
            Some(send) => {
                let rank = if send.send.purpose.is_automated() { 3 } else { 0 };
                ((found.message.event, rank, found.message.id.0), Moment::Sent(found, send))
            }
            None => ((found.message.event, 0, found.message.id.0), Moment::Message(found)),
        }));
        let stages = timeline.stage_changes.iter();
        moments.extend(stages.map(|change| ((change.event, 1, change.id.0), Moment::Stage(change))));
        moments.extend(self.reviews.iter().map(|settled| ((settled.review.event, 0, 0), Moment::Review(settled))));
        let notices = timeline.notices.iter();
        moments.extend(notices.map(|notice| ((notice.event, 3, notice.id.0), Moment::Digested(notice))));
        moments.extend(details.changes.iter().map(|change| ((change.event, 1, 0), Moment::Property(change))));
        moments.extend(details.notes.iter().map(|note| ((note.event, 1, note.id.0), Moment::Note(note))));
        moments.extend(details.tasks.iter().map(|task| ((task.event, 2, task.id.0), Moment::Task(task))));
        moments.extend(details.enrolments.iter().map(|row| ((row.event, 2, 0), Moment::Enrolled(row, run_of(row)))));
        moments.extend(details.actions.iter().map(|action| ((action.event, 2, action.n), Moment::Action(action))));
        moments.sort_by_key(|(order, _)| *order);
        moments.into_iter().map(|(_, moment)| moment).collect()
    }

    /// Whether people learn it from another line: what was sent, made or set stands there itself.
    fn is_said_otherwise(&self, moment: &Moment<'_>) -> bool {
        match moment {
            Moment::Enrolled(_, run) => run.is_none(),
            Moment::Action(action) => {
                let shown = match action.action {
                    ActionKind::SendEmail | ActionKind::Notify => action.send.is_some(),
                    ActionKind::CreateTask | ActionKind::AddNote | ActionKind::SetProperty | ActionKind::SetStage => {
                        true
                    }
                    _ => false,
                };
                // Of a preset that was not carried out, `why` says more; here it is only in the JSON.
                let of_preset = action.revision.is_none() && action.outcome == ActionOutcome::Skipped;
                of_preset || (shown && action.outcome == ActionOutcome::Done && action.reason.is_none())
            }
            _ => false,
        }
    }

    fn moment_text(&self, database: &Database, moment: &Moment<'_>) -> String {
        let paint = Paint::for_stdout();
        match moment {
            Moment::Message(found) => {
                let text = message_text(database, found);
                let review = found.message.review.map(|why| format!("\n{:18}to review: {}", "", explain::review(why)));
                format!("{text}{}", paint.red(&review.unwrap_or_default()))
            }
            Moment::Sent(found, send) => {
                let recipients: String = recipient_lines(send).map(|text| format!("\n{:18}{text}", "")).collect();
                let text = message_text(database, found);
                let state = format!("send {}: {}", send.send.id, send_state(send));
                let state = wrap(&state, 18).join(&format!("\n{:18}", ""));
                let state = if send.failure.is_some() { paint.red(&state) } else { state };
                format!("{text}{recipients}\n{:18}{state}", "")
            }
            Moment::Stage(change) => {
                let names = database.naming.known();
                let from = change.from_stage.as_deref().map_or("–".to_owned(), |stage| names.stage(stage));
                let to = paint.yellow(&names.stage(&change.to_stage));
                let cause = explain::stage_cause(change.cause);
                format!("{}  {from} → {to} ({cause})", local(change.at, &database.zone))
            }
            Moment::Review(settled) => {
                let (at, done) = (local(settled.review.at, &database.zone), settled_words(database, settled));
                format!("{at}  {}  {}\n{:18}{done}", paint.bold("review"), settled.review.message, "")
            }
            Moment::Digested(notice) => {
                let (at, who) =
                    (local(notice.at, &database.zone), database.naming.known().person(Some(notice.recipient)));
                let told =
                    notice.digest.map_or("waits for a digest".to_owned(), |send| format!("told in digest {send}"));
                let kept = format!("{} to {who}: beyond 10 notifications in an hour, {told}", notice.template);
                format!("{at}  {}\n{:18}{kept}", paint.bold("digested"), "")
            }
            Moment::Property(change) => {
                let at = local(change.at, &database.zone);
                let who = match change.by_workflow {
                    true => "a workflow".to_owned(),
                    false => database.naming.known().person(change.actor),
                };
                let shown = |value: &Option<String>| value.as_deref().map_or("–".to_owned(), line);
                let (before, after) = (shown(&change.set.before), paint.yellow(&shown(&change.set.after)));
                format!("{at}  {}: {before} → {after} ({who})", change.set.property)
            }
            Moment::Note(note) => {
                let by = note.automation.clone().unwrap_or_else(|| database.naming.known().person(note.author));
                let text = wrap(&line(self.notes.get(&note.id).map_or("", String::as_str)), 18);
                let text = text.join(&format!("\n{:18}", ""));
                format!("{}  {} ({by})\n{:18}{text}", local(note.at, &database.zone), paint.bold("note"), "")
            }
            Moment::Task(task) => format!("{}  {}", local(task.created_at, &database.zone), task_text(database, task)),
            Moment::Enrolled(row, run) => {
                let (at, bold) = (local(row.at, &database.zone), paint.bold("enrolled"));
                let ended = run.and_then(|run| Some((run.ended_at?, run.state)));
                let ended = ended.map(|(at, state)| format!(", ended {} ({state})", local(at, &database.zone)));
                format!("{at}  {bold} in {}{}", row.automation, ended.unwrap_or_default())
            }
            Moment::Action(action) => {
                let reason = explain::action_reason(action, &database.zone);
                let reason = reason.map(|reason| format!(": {}", line(&reason))).unwrap_or_default();
                let outcome = format!("{}{reason}", action.outcome);
                let outcome = if action.outcome == ActionOutcome::Failed { paint.red(&outcome) } else { outcome };
                let (at, kind) = (local(action.at, &database.zone), paint.bold(action.action.as_str()));
                format!("{at}  {kind}  {} step {}\n{:18}{outcome}", action.workflow, action.step, "")
            }
        }
    }

    fn moment_json(&self, database: &Database, moment: &Moment<'_>) -> Value {
        let user = |id: Option<UserId>| id.and_then(|id| database.naming.known().users.get(&id));
        let message = |found: &TimelineMessage| {
            json!({
                "what": "message",
                "at": rfc3339(found.message.arrived_at),
                "row": found.message.id,
                "message_id": found.message.message_id,
                "kind": found.message.kind,
                "from": found.author.as_ref().map(|row| row.address.as_str()),
                "subject": found.message.subject,
                "review": found.message.review,
            })
        };
        match moment {
            Moment::Message(found) => message(found),
            Moment::Sent(found, send) => {
                let mut object = message(found);
                let recipients = send.recipients.iter().map(|(row, address)| {
                    let address = address.as_ref().map(|row| row.address.as_str());
                    json!({ "role": row.role, "address": address, "state": row.state, "status": row.status })
                });
                if let Value::Object(fields) = &mut object {
                    fields.insert("what".to_owned(), json!("send"));
                    fields.insert("state".to_owned(), json!(send.send.state));
                    fields.insert("failure".to_owned(), json!(send.failure));
                    fields.insert("template".to_owned(), json!(send.send.template));
                    fields.insert("recipients".to_owned(), json!(recipients.collect::<Vec<_>>()));
                }
                object
            }
            Moment::Stage(change) => {
                let names = database.naming.known();
                json!({
                    "what": "status",
                    "at": rfc3339(change.at),
                    "from": change.from_stage.as_deref().map(|stage| names.stage(stage)),
                    "to": names.stage(&change.to_stage),
                    "cause": change.cause,
                })
            }
            Moment::Review(settled) => json!({
                "what": "review",
                "at": rfc3339(settled.review.at),
                "row": settled.review.message,
                "verdict": settled.review.verdict,
                "by": settled.review.reviewer.and_then(|user| database.naming.known().users.get(&user)),
                "reason": settled.review.reason,
                "kind": settled.review.to_kind,
                "from_ticket": settled.from_ticket,
                "ticket": settled.to_ticket,
            }),
            Moment::Digested(notice) => json!({
                "what": "digested",
                "at": rfc3339(notice.at),
                "template": notice.template,
                "user": database.naming.known().users.get(&notice.recipient),
                "digest": notice.digest,
            }),
            Moment::Property(change) => json!({
                "what": "property",
                "at": rfc3339(change.at),
                "property": change.set.property,
                "before": change.set.before,
                "after": change.set.after,
                "by": user(change.actor.filter(|_| !change.by_workflow)),
            }),
            Moment::Note(note) => json!({
                "what": "note",
                "at": rfc3339(note.at),
                "row": note.id,
                "text": self.notes.get(&note.id),
                "by": user(note.author),
                "workflow": note.automation,
            }),
            Moment::Task(task) => {
                let mut object = task_json(database, task);
                if let Value::Object(fields) = &mut object {
                    fields.insert("what".to_owned(), json!("task"));
                    fields.insert("at".to_owned(), json!(rfc3339(task.created_at)));
                }
                object
            }
            Moment::Enrolled(row, _) => json!({
                "what": "enrolled",
                "at": rfc3339(row.at),
                "workflow": row.automation,
            }),
            Moment::Action(action) => json!({
                "what": "action",
                "at": rfc3339(action.at),
                "workflow": action.workflow,
                "revision": action.revision,
                "step": action.step,
                "action": action.action,
                "outcome": action.outcome,
                "reason": action.reason,
                "cause": action.cause,
            }),
        }
    }
}

/// One thing that happened to a record.
enum Moment<'a> {
    Message(&'a TimelineMessage),
    Sent(&'a TimelineMessage, &'a TimelineSend),
    Stage(&'a StageChangeRow),
    Review(&'a Settled),
    /// A notification that was beyond its user's cap.
    Digested(&'a HeldNoticeRow),
    Property(&'a PropertyChange),
    Note(&'a NoteRow),
    Task(&'a TaskRow),
    /// It enrolled; with its way through, where it had to wait.
    Enrolled(&'a EnrolmentRow, Option<&'a RunRow>),
    Action(&'a ActionRow),
}

fn message_text(database: &Database, found: &TimelineMessage) -> String {
    let row = &found.message;
    let who = found.author.as_ref().map_or("(nobody)".to_owned(), author);
    let subject = cut(&format!("{who}: {}", line(&row.subject)), columns() - 18);
    let kind = Paint::for_stdout().bold(row.kind.as_str());
    format!("{}  {kind}  {}\n{:18}{subject}", local(row.arrived_at, &database.zone), row.id, "")
}

/// What a note says: a workflow's text, or the draft of a user.
fn note_text(tx: &mut Tx<'_>, note: &NoteRow) -> Result<String, StoreError> {
    match (&note.text, note.draft) {
        (Some(text), _) => Ok(text.clone()),
        (None, Some(draft)) => Ok(draft_of(tx, draft)?.text),
        (None, None) => Ok(String::new()),
    }
}

/// What somebody wrote down before it became something.
pub(super) fn draft_of(tx: &mut Tx<'_>, draft: ContentId) -> Result<Draft, StoreError> {
    let raw = content::raw(tx, draft)?;
    Draft::from_bytes(&raw).map_err(|error| tx.damaged(format!("draft {draft}: {error}")))
}

/// A task in one line.
pub(super) fn task_text(database: &Database, task: &TaskRow) -> String {
    let paint = Paint::for_stdout();
    let whose = task
        .assignee
        .map_or("nobody's".to_owned(), |user| format!("for {}", database.naming.known().person(Some(user))));
    let due = task.due_at.map(|at| format!(", until {}", local(at, &database.zone))).unwrap_or_default();
    let done = task.done_at.map(|at| paint.green(&format!(", done {}", local(at, &database.zone)))).unwrap_or_default();
    format!("{} {}  {} ({whose}{due}{done})", paint.bold("task"), task.id, line(&task.title))
}

/// The same for programs.
pub(super) fn task_json(database: &Database, task: &TaskRow) -> Value {
    json!({
        "task": task.id,
        "record": task.record,
        "title": task.title,
        "user": task.assignee.and_then(|user| database.naming.known().users.get(&user)),
        "due_at": task.due_at.map(rfc3339),
        "created_at": rfc3339(task.created_at),
        "done_at": task.done_at.map(rfc3339),
    })
}
