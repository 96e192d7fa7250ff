//! Reads for people: tickets, timelines, totals. Rows and counts; how they look is the faces' affair.

use std::collections::BTreeMap;

use super::statement::{read, select, select_in};
use super::{StoreError, Tx, journal};
use crate::domain::row::{Column, Row, Value};
use crate::domain::*;

/// Which tickets are wanted; `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct TicketFilter {
    pub pipeline: Option<String>,
    pub stage: Option<String>,
    /// In an open status, or in a closed one.
    pub open: Option<bool>,
}

/// A ticket with its record.
#[derive(Debug, Clone, PartialEq)]
pub struct Ticket {
    pub record: RecordRow,
    pub ticket: TicketRow,
}

/// What happened to a record, each part in the order of the journal.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Timeline {
    pub messages: Vec<TimelineMessage>,
    pub stage_changes: Vec<StageChangeRow>,
    pub sends: Vec<TimelineSend>,
    /// Notifications that were kept for a digest.
    pub notices: Vec<HeldNoticeRow>,
}

/// A message of a record. Its decision is that of its event.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineMessage {
    pub message: MessageRow,
    pub author: Option<AddressRow>,
}

/// A send of a record, with each recipient and the address.
#[derive(Debug, Clone, PartialEq)]
pub struct TimelineSend {
    pub send: SendRow,
    pub recipients: Vec<(RecipientRow, Option<AddressRow>)>,
    /// Why it could not be composed, if it could not.
    pub failure: Option<String>,
}

/// How much there is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Totals {
    pub events: i64,
    pub deliveries: BTreeMap<DeliveryState, i64>,
    pub messages: BTreeMap<Kind, i64>,
    /// By pipeline and stage.
    pub tickets: BTreeMap<(String, String), i64>,
    pub sends: BTreeMap<SendState, i64>,
    /// Messages that wait for a person.
    pub to_review: i64,
    /// Mails in quarantine, each once however often it was found.
    pub quarantined: i64,
}

/// The tickets that `filter` wants, newest first.
pub fn tickets(tx: &mut Tx<'_>, filter: &TicketFilter, limit: i64) -> Result<Vec<Ticket>, StoreError> {
    let (mut conditions, mut parameters) = (Vec::new(), Vec::new());
    for (column, wanted) in [("record.pipeline", &filter.pipeline), ("record.stage", &filter.stage)] {
        if let Some(wanted) = wanted {
            parameters.push(wanted.to_value());
            conditions.push(format!("AND {column} = ${}", parameters.len()));
        }
    }
    conditions.extend(filter.open.map(|open| match open {
        true => "AND ticket.closed_at IS NULL".to_owned(),
        false => "AND ticket.closed_at IS NOT NULL".to_owned(),
    }));
    parameters.push(Value::Integer(limit));
    let tail = format!("{} ORDER BY record.id DESC LIMIT ${}", conditions.join(" "), parameters.len());
    select_tickets(tx, &tail, &parameters)
}

/// The ticket of that number.
pub fn ticket_by_number(tx: &mut Tx<'_>, number: i64) -> Result<Option<Ticket>, StoreError> {
    Ok(select_tickets(tx, "AND ticket.number = $1", &[Value::Integer(number)])?.pop())
}

/// The ticket of that record.
pub fn ticket(tx: &mut Tx<'_>, record: RecordId) -> Result<Option<Ticket>, StoreError> {
    Ok(select_tickets(tx, "AND ticket.record = $1", &[record.to_value()])?.pop())
}

/// The tickets that a ticket is linked to: their numbers, and the message because of which.
pub fn links_of(tx: &mut Tx<'_>, record: RecordId) -> Result<Vec<(i64, Option<MessageId>)>, StoreError> {
    let links: Vec<TicketLinkRow> = select(tx, "WHERE ticket = $1", &[record.to_value()])?;
    let mut found = Vec::new();
    for link in links {
        found.extend(ticket(tx, link.other)?.map(|other| (other.ticket.number, link.message)));
    }
    found.sort();
    Ok(found)
}

/// The contacts of a ticket, with their addresses.
pub fn contacts_of(tx: &mut Tx<'_>, ticket: RecordId) -> Result<Vec<(ContactRow, Vec<AddressRow>)>, StoreError> {
    let tail = "WHERE id IN (SELECT contact FROM ticket_contact WHERE ticket = $1) ORDER BY id";
    let contacts: Vec<ContactRow> = select(tx, tail, &[ticket.to_value()])?;
    let mut addresses: Vec<AddressRow> = select_in(tx, "contact", contacts.iter().map(|contact| contact.id.0), None)?;
    addresses.sort_by_key(|address| address.id);
    let of = |contact: ContactId| addresses.iter().filter(|row| row.contact == Some(contact)).cloned().collect();
    Ok(contacts.into_iter().map(|contact| (contact.clone(), of(contact.id))).collect())
}

/// What happened to a record: its messages and those of its threads, its stage changes, what was sent from it.
pub fn timeline(tx: &mut Tx<'_>, record: RecordId) -> Result<Timeline, StoreError> {
    let id = [record.to_value()];
    let tail = "WHERE ticket = $1 OR thread IN (SELECT id FROM thread WHERE ticket = $1) ORDER BY event, id";
    let messages: Vec<MessageRow> = select(tx, tail, &id)?;
    let stage_changes = select(tx, "WHERE record = $1 ORDER BY event, id", &id)?;
    let mut sends: Vec<SendRow> = select_in(tx, "message", messages.iter().map(|message| message.id.0), None)?;
    sends.sort_by_key(|send| send.id);
    let mut recipients: Vec<RecipientRow> = select_in(tx, "send", sends.iter().map(|send| send.id.0), None)?;
    recipients.sort_by_key(Row::key);

    let authors = messages.iter().filter_map(|message| message.author);
    let addresses = addresses(tx, authors.chain(recipients.iter().map(|recipient| recipient.address)).collect())?;
    let with_author = |message: MessageRow| {
        let author = message.author.and_then(|id| addresses.get(&id)).cloned();
        TimelineMessage { message, author }
    };
    let mut failures = BTreeMap::new();
    for send in sends.iter().filter(|send| send.state == SendState::Failed) {
        failures.insert(send.id, failure_of(tx, send)?);
    }
    let mut with_recipients = |send: SendRow| {
        let of_send = recipients.iter().filter(|recipient| recipient.send == send.id);
        let recipients = of_send.map(|row| (row.clone(), addresses.get(&row.address).cloned())).collect();
        let failure = failures.remove(&send.id).flatten();
        TimelineSend { send, recipients, failure }
    };
    Ok(Timeline {
        messages: messages.into_iter().map(with_author).collect(),
        stage_changes,
        sends: sends.into_iter().map(&mut with_recipients).collect(),
        notices: select(tx, "WHERE ticket = $1 ORDER BY id", &id)?,
    })
}

/// What was said last in the thread of a ticket in which something was said last: by its customers, or to them by a
/// person. What the team says among itself (forwards, answers from inboxes of its own) is none of it, nor is what opened a
/// thread automatically.
pub fn said_last(tx: &mut Tx<'_>, ticket: RecordId) -> Result<Option<MessageRow>, StoreError> {
    let tail = "WHERE ticket = $1 ORDER BY newest DESC, id DESC LIMIT 1";
    let Some(thread) = select::<ThreadRow>(tx, tail, &[ticket.to_value()])?.pop() else { return Ok(None) };
    let kinds = [
        Kind::AutomatedSend,
        Kind::NewConversation,
        Kind::CustomerReply,
        Kind::ParticipantReply,
        Kind::MailboxSend,
        Kind::TicketSend,
    ];
    let mut parameters = vec![thread.id.to_value(), thread.root.to_value()];
    parameters.extend(kinds.map(|kind| kind.to_value()));
    let tail =
        "WHERE thread = $1 AND ((id = $2 AND kind <> $3) OR kind IN ($4, $5, $6, $7, $8)) ORDER BY id DESC LIMIT 1";
    Ok(select(tx, tail, &parameters)?.pop())
}

/// The ticket that a message is on: that of its thread, apart from mail that is only attached to one.
pub fn ticket_of(tx: &mut Tx<'_>, message: &MessageRow) -> Result<Option<RecordId>, StoreError> {
    let thread: Vec<ThreadRow> = select_in(tx, "id", message.thread.iter().map(|id| id.0), None)?;
    Ok(thread.first().and_then(|thread| thread.ticket).or(message.ticket))
}

/// The message of that row id.
pub fn message(tx: &mut Tx<'_>, id: MessageId) -> Result<Option<MessageRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}

/// The message in that row; of a send or a delivery its message.
pub fn message_of_row(tx: &mut Tx<'_>, row: i64) -> Result<Option<MessageRow>, StoreError> {
    let tail =
        "WHERE id IN ($1, (SELECT message FROM send WHERE id = $1), (SELECT message FROM delivery WHERE id = $1))";
    Ok(select(tx, tail, &[Value::Integer(row)])?.pop())
}

/// What a row is that has no message: a word for people.
pub fn word_of_row(tx: &mut Tx<'_>, row: i64) -> Result<Option<&'static str>, StoreError> {
    let words = [
        ("delivery", "a mail that could not be read"),
        ("contact", "a contact"),
        ("record", "a ticket"),
        ("thread", "a thread"),
    ];
    for (table, word) in words {
        let sql = format!("SELECT 1 FROM {table} WHERE id = $1");
        if !tx.query(&sql, &[Value::Integer(row)])?.is_empty() {
            return Ok(Some(word));
        }
    }
    Ok(None)
}

/// The messages with that Message-ID or alias, oldest first. `message_id` as messages have it.
pub fn messages_by_id_text(tx: &mut Tx<'_>, message_id: &str) -> Result<Vec<MessageRow>, StoreError> {
    let aliased = "id IN (SELECT message FROM message_alias WHERE key = $1 AND message_alias.message_id = $2)";
    let tail = format!("WHERE (id_key = $1 AND message_id = $2) OR {aliased} ORDER BY id");
    select(tx, &tail, &[LookupKey::of(message_id).to_value(), message_id.to_owned().to_value()])
}

/// Messages whose Message-ID contains `part` (any case), oldest first.
pub fn messages_near(tx: &mut Tx<'_>, part: &str, limit: i64) -> Result<Vec<MessageRow>, StoreError> {
    if part.is_empty() {
        return Ok(Vec::new());
    }
    let mut pattern = String::from("%");
    for c in part.to_lowercase().chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    let tail = "WHERE lower(message_id) LIKE $1 ESCAPE '\\' ORDER BY id LIMIT $2";
    select(tx, tail, &[pattern.to_value(), Value::Integer(limit)])
}

/// The send that a message is, with its recipients.
pub fn send_of(tx: &mut Tx<'_>, message: MessageId) -> Result<Option<TimelineSend>, StoreError> {
    let Some(send) = select::<SendRow>(tx, "WHERE message = $1", &[message.to_value()])?.pop() else { return Ok(None) };
    let recipients: Vec<RecipientRow> = select(tx, "WHERE send = $1 ORDER BY address", &[send.id.to_value()])?;
    let addresses = addresses(tx, recipients.iter().map(|recipient| recipient.address).collect())?;
    let recipients = recipients.into_iter().map(|row| (row.clone(), addresses.get(&row.address).cloned())).collect();
    let failure = failure_of(tx, &send)?;
    Ok(Some(TimelineSend { send, recipients, failure }))
}

/// Why a send could not be composed: its decision knows.
fn failure_of(tx: &mut Tx<'_>, send: &SendRow) -> Result<Option<String>, StoreError> {
    let Some(message) = message(tx, send.message)?.filter(|_| send.state == SendState::Failed) else { return Ok(None) };
    let Some(decision) = decision_of(tx, &message)? else { return Ok(None) };
    let explanation: Explanation =
        serde_json::from_str(&decision.explanation).map_err(|error| tx.damaged(format!("decision: {error}")))?;
    Ok(explanation.failed.into_iter().find(|failed| failed.send == send.id).map(|failed| failed.why))
}

/// The contents of what we sent among these messages.
pub fn contents_of_sends(tx: &mut Tx<'_>, messages: std::ops::Range<MessageId>) -> Result<Vec<ContentId>, StoreError> {
    let sql = "SELECT message.content FROM message JOIN send ON send.message = message.id \
               WHERE message.id >= $1 AND message.id < $2 ORDER BY message.id";
    let rows = tx.query(sql, &[Value::Integer(messages.start.0), Value::Integer(messages.end.0)])?;
    let ids: Result<_, String> = rows.into_iter().flatten().map(ContentId::from_value).collect();
    ids.map_err(|error| tx.damaged(format!("table message: {error}")))
}

/// The decision that made a message what it is. Each further delivery has its own: [`journal::decision`] of its event.
pub fn decision_of(tx: &mut Tx<'_>, message: &MessageRow) -> Result<Option<DecisionRow>, StoreError> {
    journal::decision(tx, message.event)
}

/// The arrival of that row id.
pub fn delivery(tx: &mut Tx<'_>, id: DeliveryId) -> Result<Option<DeliveryRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[id.to_value()])?.pop())
}

/// How the mail of a message was read when it arrived; `None` for our own sends.
pub fn reading(tx: &mut Tx<'_>, message: &MessageRow) -> Result<Option<Reading>, StoreError> {
    let Some(delivery) = message.delivery.map(|id| delivery(tx, id)).transpose()?.flatten() else { return Ok(None) };
    let arrival =
        super::journal::event(tx, delivery.event)?.and_then(|event| serde_json::from_str(&event.payload).ok());
    Ok(match arrival {
        Some(Payload::Arrival(arrival)) => Some(arrival.reading),
        _ => None,
    })
}

/// All mailboxes that are or were in a setup.
pub fn mailboxes(tx: &mut Tx<'_>) -> Result<Vec<MailboxRow>, StoreError> {
    select(tx, "ORDER BY id", &[])
}

/// All folders.
pub fn folders(tx: &mut Tx<'_>) -> Result<Vec<FolderRow>, StoreError> {
    select(tx, "ORDER BY id", &[])
}

/// All users that are or were in a setup.
pub fn users(tx: &mut Tx<'_>) -> Result<Vec<UserRow>, StoreError> {
    select(tx, "ORDER BY id", &[])
}

/// The arrivals of a message, oldest first.
pub fn deliveries_of(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<DeliveryRow>, StoreError> {
    select(tx, "WHERE message = $1 ORDER BY id", &[message.to_value()])
}

/// The address rows of those ids.
pub fn addresses(tx: &mut Tx<'_>, ids: Vec<AddressId>) -> Result<BTreeMap<AddressId, AddressRow>, StoreError> {
    let ids: std::collections::BTreeSet<i64> = ids.into_iter().map(|id| id.0).collect();
    let rows: Vec<AddressRow> = select_in(tx, "id", ids, None)?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// How much there is of everything.
pub fn totals(tx: &mut Tx<'_>) -> Result<Totals, StoreError> {
    let tickets = "SELECT record.pipeline, record.stage, count(*) FROM record JOIN ticket ON ticket.record = record.id \
                   GROUP BY record.pipeline, record.stage";
    let tickets = tx.query(tickets, &[])?.into_iter().filter_map(|row| match <[Value; 3]>::try_from(row) {
        Ok([Value::Text(pipeline), Value::Text(stage), Value::Integer(count)]) => Some(((pipeline, stage), count)),
        _ => None,
    });
    Ok(Totals {
        tickets: tickets.collect(),
        events: count(tx, "SELECT count(*) FROM event")?,
        deliveries: counts(tx, "SELECT state, count(*) FROM delivery GROUP BY state")?,
        messages: counts(tx, "SELECT kind, count(*) FROM message GROUP BY kind")?,
        sends: counts(tx, "SELECT state, count(*) FROM send GROUP BY state")?,
        quarantined: count(
            tx,
            "SELECT count(DISTINCT content) FROM delivery WHERE state = 'quarantined' AND message IS NULL",
        )?,
        to_review: count(tx, "SELECT count(*) FROM message WHERE review IS NOT NULL")?,
    })
}

fn count(tx: &mut Tx<'_>, sql: &str) -> Result<i64, StoreError> {
    let value = tx.query(sql, &[])?.into_iter().flatten().next().unwrap_or(Value::Null);
    i64::from_value(value).map_err(|error| tx.damaged(format!("{sql}: {error}")))
}

/// Counts by a word column.
pub(super) fn counts<K: Column + Ord>(tx: &mut Tx<'_>, sql: &str) -> Result<BTreeMap<K, i64>, StoreError> {
    let mut found = BTreeMap::new();
    for row in tx.query(sql, &[])? {
        let Ok([word, Value::Integer(count)]) = <[Value; 2]>::try_from(row) else { continue };
        found.insert(K::from_value(word).map_err(|error| tx.damaged(format!("{sql}: {error}")))?, count);
    }
    Ok(found)
}

/// Tickets with their records; `tail` begins with the further conditions.
fn select_tickets(tx: &mut Tx<'_>, tail: &str, parameters: &[Value]) -> Result<Vec<Ticket>, StoreError> {
    let columns = |table: &str, names: &[&str]| {
        let names: Vec<String> = names.iter().map(|name| format!("{table}.{name}")).collect();
        names.join(", ")
    };
    let (record, ticket) = (columns("record", RecordRow::COLUMNS), columns("ticket", TicketRow::COLUMNS));
    let sql = format!("SELECT {record}, {ticket} FROM record, ticket WHERE ticket.record = record.id {tail}");
    let rows = tx.query(&sql, parameters)?;
    rows.into_iter()
        .map(|mut record| {
            let ticket = record.split_off(RecordRow::COLUMNS.len().min(record.len()));
            Ok(Ticket { record: read(tx, record)?, ticket: read(tx, ticket)? })
        })
        .collect()
}
