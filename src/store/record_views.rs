//! Reads for people about records of every object: lists, what a record has, what happened to it, the audit log.

use std::collections::BTreeMap;

use super::statement::{read, select, select_in};
use super::views::counts;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Row, Value};
use crate::domain::*;

/// Which records are wanted; `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct RecordFilter {
    pub object: Option<String>,
    pub pipeline: Option<String>,
    pub stage: Option<String>,
    /// Values of properties, in canonical form; the title is none.
    pub values: BTreeMap<String, String>,
}

/// What a record has, beside its row, and what happened to it, each part in the order of the journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RecordDetails {
    /// Of properties that are not common to all records.
    pub properties: Vec<PropertyRow>,
    pub companies: Vec<CompanyRow>,
    pub tasks: Vec<TaskRow>,
    pub notes: Vec<NoteRow>,
    pub enrolments: Vec<EnrolmentRow>,
    /// Its ways through workflows that waited.
    pub runs: Vec<RunRow>,
    /// The action log.
    pub actions: Vec<ActionRow>,
    pub changes: Vec<PropertyChange>,
}

/// A property got another value at that time.
#[derive(Debug, Clone, PartialEq)]
pub struct PropertyChange {
    pub event: EventSeq,
    pub at: Timestamp,
    /// Who set it, or did what had a workflow set it; `None` for the operator and the program.
    pub actor: Option<UserId>,
    pub by_workflow: bool,
    pub set: PropertySet,
}

/// The records that `filter` wants, newest first.
pub fn records(tx: &mut Tx<'_>, filter: &RecordFilter, limit: i64) -> Result<Vec<RecordRow>, StoreError> {
    let (mut conditions, mut parameters) = (vec!["1 = 1".to_owned()], Vec::new());
    for (column, wanted) in [("object", &filter.object), ("pipeline", &filter.pipeline), ("stage", &filter.stage)] {
        if let Some(wanted) = wanted {
            parameters.push(wanted.to_value());
            conditions.push(format!("{column} = ${}", parameters.len()));
        }
    }
    for (name, value) in &filter.values {
        parameters.extend([name.to_value(), value.to_value()]);
        let (name, value) = (parameters.len() - 1, parameters.len());
        conditions
            .push(format!("id IN (SELECT record FROM record_property WHERE name = ${name} AND value = ${value})"));
    }
    parameters.push(Value::Integer(limit));
    let tail = format!("WHERE {} ORDER BY id DESC LIMIT ${}", conditions.join(" AND "), parameters.len());
    select(tx, &tail, &parameters)
}

/// The record of that row.
pub fn record(tx: &mut Tx<'_>, id: RecordId) -> Result<Option<RecordRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}

/// The records with that title, oldest first.
pub fn titled(tx: &mut Tx<'_>, title: &str) -> Result<Vec<RecordRow>, StoreError> {
    select(tx, "WHERE title = $1 ORDER BY id", &[Value::Text(title.to_owned())])
}

/// The numbers of those of the records that are tickets.
pub fn ticket_numbers(tx: &mut Tx<'_>, records: &[RecordId]) -> Result<BTreeMap<RecordId, i64>, StoreError> {
    let tickets: Vec<TicketRow> = select_in(tx, "record", records.iter().map(|record| record.0), None)?;
    Ok(tickets.into_iter().map(|ticket| (ticket.record, ticket.number)).collect())
}

/// The records that a record is linked to.
pub fn links_of(tx: &mut Tx<'_>, record: RecordId) -> Result<Vec<RecordRow>, StoreError> {
    select(tx, "WHERE id IN (SELECT other FROM ticket_link WHERE ticket = $1) ORDER BY id", &[record.to_value()])
}

/// The records in a stage.
pub fn in_stage(tx: &mut Tx<'_>, pipeline: &str, stage: &str) -> Result<Vec<RecordId>, StoreError> {
    let parameters = [pipeline.to_owned().to_value(), stage.to_owned().to_value()];
    let rows = tx.query("SELECT id FROM record WHERE pipeline = $1 AND stage = $2 ORDER BY id", &parameters)?;
    let ids: Result<_, String> = rows.into_iter().flatten().map(RecordId::from_value).collect();
    ids.map_err(|error| tx.damaged(format!("table record: {error}")))
}

/// What a record has and what happened to it.
pub fn details(tx: &mut Tx<'_>, record: RecordId) -> Result<RecordDetails, StoreError> {
    let id = [record.to_value()];
    Ok(RecordDetails {
        properties: select(tx, "WHERE record = $1 ORDER BY name", &id)?,
        companies: select(tx, "WHERE id IN (SELECT company FROM record_company WHERE record = $1) ORDER BY name", &id)?,
        tasks: select(tx, "WHERE record = $1 ORDER BY id", &id)?,
        notes: select(tx, "WHERE record = $1 ORDER BY id", &id)?,
        enrolments: select(tx, "WHERE record = $1 ORDER BY event, automation", &id)?,
        runs: select(tx, "WHERE record = $1 ORDER BY id", &id)?,
        actions: select(tx, "WHERE record = $1 ORDER BY event, n", &id)?,
        changes: property_changes(tx, record)?,
    })
}

/// Which of a record's properties changed, and when: where somebody set them, or a workflow acted on it.
fn property_changes(tx: &mut Tx<'_>, record: RecordId) -> Result<Vec<PropertyChange>, StoreError> {
    let tail = "WHERE event IN (SELECT event FROM action_log WHERE record = $1) \
                OR (ticket = $1 AND event IN (SELECT seq FROM event WHERE kind = 'set')) ORDER BY event";
    let decisions: Vec<DecisionRow> = select(tx, tail, &[record.to_value()])?;
    let mut found = Vec::new();
    for decision in decisions {
        let sets = explanation_of(tx, &decision)?.set.into_iter().filter(|set| set.record == record);
        for set in sets {
            let event: Option<EventRow> = select(tx, "WHERE seq = $1", &[decision.event.to_value()])?.pop();
            let event = event.ok_or_else(|| tx.damaged(format!("event {} is missing", decision.event)))?;
            let by_workflow = event.kind != "set";
            found.push(PropertyChange { event: event.seq, at: event.at, actor: event.actor, by_workflow, set });
        }
    }
    Ok(found)
}

/// The whole reason of a decision.
pub fn explanation_of(tx: &Tx<'_>, decision: &DecisionRow) -> Result<Explanation, StoreError> {
    serde_json::from_str(&decision.explanation)
        .map_err(|error| tx.damaged(format!("decision of event {}: {error}", decision.event)))
}

/// Tasks of everybody or of one user, those that are done too or not, the ones due first on top.
pub fn tasks(
    tx: &mut Tx<'_>,
    assignee: Option<UserId>,
    record: Option<RecordId>,
    done: bool,
    limit: i64,
) -> Result<Vec<TaskRow>, StoreError> {
    let (mut conditions, mut parameters) = (vec!["1 = 1".to_owned()], Vec::new());
    if !done {
        conditions.push("done_at IS NULL".to_owned());
    }
    let wanted = [("assignee", assignee.map(|id| id.0)), ("record", record.map(|id| id.0))];
    for (column, id) in wanted.into_iter().filter_map(|(column, id)| Some((column, id?))) {
        parameters.push(Value::Integer(id));
        conditions.push(format!("{column} = ${}", parameters.len()));
    }
    parameters.push(Value::Integer(limit));
    // Without a time last; the two databases do not agree on where nothing stands.
    let order = "done_at IS NOT NULL, due_at IS NULL, due_at, id";
    let tail = format!("WHERE {} ORDER BY {order} LIMIT ${}", conditions.join(" AND "), parameters.len());
    select(tx, &tail, &parameters)
}

/// The task of that row.
pub fn task(tx: &mut Tx<'_>, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}

/// How many records there are of each object.
pub fn counts_by_object(tx: &mut Tx<'_>) -> Result<BTreeMap<String, i64>, StoreError> {
    counts(tx, "SELECT object, count(*) FROM record GROUP BY object")
}

/// How many records are where. `properties`, by object and name: of those, who has which value, too.
pub fn occupied(tx: &mut Tx<'_>, properties: &[(String, String)]) -> Result<Occupied, StoreError> {
    let mut occupied = Occupied::default();
    for row in tx.query("SELECT pipeline, stage, count(*) FROM record GROUP BY pipeline, stage", &[])? {
        if let Ok([Value::Text(pipeline), Value::Text(stage), Value::Integer(count)]) = <[Value; 3]>::try_from(row) {
            occupied.pipelines.entry(pipeline).or_default().insert(stage, count);
        }
    }
    let open = "SELECT mailbox.name, count(*) FROM ticket JOIN mailbox ON mailbox.id = ticket.mailbox \
                WHERE ticket.closed_at IS NULL AND ticket.merged_into IS NULL GROUP BY mailbox.name";
    occupied.mailboxes = counts(tx, open)?;
    for (object, name) in properties {
        let sql = "SELECT record_property.value, count(*) FROM record_property \
                   JOIN record ON record.id = record_property.record \
                   WHERE record.object = $1 AND record_property.name = $2 GROUP BY record_property.value";
        let mut values = BTreeMap::new();
        for row in tx.query(sql, &[object.to_value(), name.to_value()])? {
            if let Ok([Value::Text(value), Value::Integer(count)]) = <[Value; 2]>::try_from(row) {
                values.insert(value, count);
            }
        }
        occupied.values.insert((object.clone(), name.clone()), values);
    }
    Ok(occupied)
}

/// Which changes the audit log is asked for; `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    pub user: Option<UserId>,
    pub since: Option<Timestamp>,
    pub record: Option<RecordId>,
}

/// A change, with what was decided about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Logged {
    pub event: EventRow,
    pub decision: DecisionRow,
    /// Of a setup: the revision that was in force before; `None`: there was none.
    pub before: Option<String>,
}

/// What the program notes for itself on the way out, of which no record changes.
const ON_THE_WAY_OUT: [&str; 6] = ["lease", "release", "lapse", "dispatch", "webhook_lease", "webhook_answer"];

/// What nobody orders: mail came, or something was due. A change only where it changed a record.
pub const OF_PROGRAM: [&str; 4] = ["arrival", "retry", "digest", "run"];

/// Changes before `before`, newest first: all that people ordered, and what else changed a record.
pub fn changes(tx: &mut Tx<'_>, filter: &LogFilter, before: EventSeq, limit: i64) -> Result<Vec<Logged>, StoreError> {
    let mut parameters = vec![before.to_value()];
    let mut conditions = vec!["event.seq < $1".to_owned()];
    let mut placed = |conditions: &mut Vec<String>, condition: &str, value: Value| {
        parameters.push(value);
        conditions.push(condition.replace('?', &format!("${}", parameters.len())));
    };
    let listed = |kinds: &[&str]| kinds.iter().map(|kind| format!("'{kind}'")).collect::<Vec<_>>().join(", ");
    conditions.push(format!("event.kind NOT IN ({})", listed(&ON_THE_WAY_OUT)));
    if let Some(user) = filter.user {
        placed(&mut conditions, "event.actor = ?", user.to_value());
    }
    if let Some(since) = filter.since {
        placed(&mut conditions, "event.at >= ?", since.to_value());
    }
    if let Some(record) = filter.record {
        let of_record = "(decision.ticket = ? OR event.seq IN (SELECT event FROM stage_change WHERE record = ?) \
                         OR event.seq IN (SELECT event FROM action_log WHERE record = ?))";
        placed(&mut conditions, of_record, record.to_value());
    }
    conditions.push(format!(
        "(event.kind NOT IN ({}) OR coalesce(decision.status_before, '') <> coalesce(decision.status_after, '') \
         OR decision.explanation LIKE '%\"set\":[{{%')",
        listed(&OF_PROGRAM)
    ));
    placed(&mut conditions, "1 = 1 ORDER BY event.seq DESC LIMIT ?", Value::Integer(limit));
    let names = |table: &str, columns: &[&str]| {
        columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>().join(", ")
    };
    let sql = format!(
        "SELECT {}, {} FROM event JOIN decision ON decision.event = event.seq WHERE {}",
        names("event", EventRow::COLUMNS),
        names("decision", DecisionRow::COLUMNS),
        conditions.join(" AND ")
    );
    let rows = tx.query(&sql, &parameters)?;
    let mut found = Vec::with_capacity(rows.len());
    for mut event in rows {
        let decision = event.split_off(EventRow::COLUMNS.len().min(event.len()));
        let (event, decision): (EventRow, DecisionRow) = (read(tx, event)?, read(tx, decision)?);
        let before = match event.kind == Payload::SETUP {
            true => revision_before(tx, event.seq)?,
            false => None,
        };
        found.push(Logged { event, decision, before });
    }
    Ok(found)
}

/// The revision that was in force before an event.
fn revision_before(tx: &mut Tx<'_>, event: EventSeq) -> Result<Option<String>, StoreError> {
    let tail = "WHERE seq < $1 ORDER BY seq DESC LIMIT 1";
    let before: Option<EventRow> = select(tx, tail, &[event.to_value()])?.pop();
    Ok(before.map(|event| event.revision))
}

/// The stage changes of an event.
pub fn stage_changes_of(tx: &mut Tx<'_>, event: EventSeq) -> Result<Vec<StageChangeRow>, StoreError> {
    select(tx, "WHERE event = $1 ORDER BY id", &[event.to_value()])
}
