//! The outbox as a program that delivers it, and as people, see it: what is due, what a send says and to whom, which relays
//! are left alone.

use super::statement::{select, select_in};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::*;

/// Something to be handed to a relay: everything that takes.
#[derive(Debug, Clone, PartialEq)]
pub struct DueSend {
    pub send: SendRow,
    /// The header's From: the address of a mailbox of ours.
    pub from: EmailAddress,
    /// Without angle brackets.
    pub message_id: Option<String>,
    /// Those who do not have it yet, as far as anybody knows.
    pub recipients: Vec<(AddressId, EmailAddress)>,
    /// The mail (RFC 5322).
    pub content: ContentId,
}

/// A send with what people want to know of it.
#[derive(Debug, Clone, PartialEq)]
pub struct OutboxEntry {
    pub send: SendRow,
    pub subject: String,
    pub message_id: Option<String>,
    /// Number of the ticket that it is of.
    pub ticket: Option<i64>,
    pub recipients: Vec<(RecipientRow, EmailAddress)>,
}

/// A relay that refused us as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelayPause {
    pub relay: String,
    pub since: Timestamp,
    pub until: Timestamp,
    pub why: String,
}

/// Later sends of a ticket wait for an earlier one that is deferred; after this long they go without it.
const ORDER_KEPT: Millis = HOUR;

/// Sends that are due at `now`, the longest due first. A send waits for the earlier ones of its ticket that are on their
/// way; what is held, failed or deferred for long keeps nobody.
pub fn due(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<SendId>, StoreError> {
    let sql = "SELECT id FROM send WHERE state IN ('queued', 'deferred', 'unknown') AND due_at <= $1 \
               AND NOT EXISTS (SELECT 1 FROM send AS earlier WHERE earlier.ticket = send.ticket \
               AND earlier.id < send.id AND earlier.state IN ('queued', 'sending', 'deferred') \
               AND (earlier.state <> 'deferred' OR earlier.queued_at > $2)) ORDER BY due_at, id LIMIT $3";
    let parameters = [now.to_value(), now.plus(-ORDER_KEPT).to_value(), Value::Integer(limit)];
    ids(tx, sql, &parameters)
}

/// Sends that some program was handing to a relay.
pub fn sending(tx: &mut Tx<'_>) -> Result<Vec<SendId>, StoreError> {
    ids(tx, "SELECT id FROM send WHERE state = 'sending' ORDER BY id", &[])
}

fn ids(tx: &mut Tx<'_>, sql: &str, parameters: &[Value]) -> Result<Vec<SendId>, StoreError> {
    let rows = tx.query(sql, parameters)?;
    let ids = rows.into_iter().flatten();
    ids.map(|id| SendId::from_value(id).map_err(|error| tx.damaged(format!("table send: {error}")))).collect()
}

/// What is to be sent, of these sends.
pub fn load(tx: &mut Tx<'_>, sends: &[SendId]) -> Result<Vec<DueSend>, StoreError> {
    let mut rows: Vec<SendRow> = select_in(tx, "id", sends.iter().map(|id| id.0), None)?;
    rows.sort_by_key(|row| row.id);
    let messages: Vec<MessageRow> = select_in(tx, "id", rows.iter().map(|row| row.message.0), None)?;
    let recipients: Vec<RecipientRow> = select_in(tx, "send", rows.iter().map(|row| row.id.0), None)?;
    let authors = messages.iter().filter_map(|message| message.author);
    let people: Vec<AddressId> = recipients.iter().map(|recipient| recipient.address).chain(authors).collect();
    let addresses = super::views::addresses(tx, people)?;
    let address = |id: &AddressId| addresses.get(id).map(|row| row.address.clone());
    let mut due = Vec::with_capacity(rows.len());
    for send in rows {
        let message = messages.iter().find(|message| message.id == send.message);
        let message = message.ok_or_else(|| tx.damaged(format!("the message of send {} is missing", send.id)))?;
        let open = |row: &&RecipientRow| {
            let open =
                matches!(row.state, RecipientState::Pending | RecipientState::Deferred | RecipientState::Unknown);
            row.send == send.id && open
        };
        due.push(DueSend {
            from: message.author.as_ref().and_then(address).unwrap_or_default(),
            message_id: message.message_id.clone(),
            recipients: recipients
                .iter()
                .filter(open)
                .filter_map(|row| Some((row.address, address(&row.address)?)))
                .collect(),
            content: message.content,
            send,
        });
    }
    Ok(due)
}

/// The row of a send.
pub fn send(tx: &mut Tx<'_>, send: SendId) -> Result<Option<SendRow>, StoreError> {
    Ok(select(tx, "WHERE id = $1", &[send.to_value()])?.pop())
}

/// What is in the outbox in one of these states, the newest first.
pub fn list(tx: &mut Tx<'_>, states: &[SendState], limit: i64) -> Result<Vec<OutboxEntry>, StoreError> {
    let names: Vec<String> = (1..=states.len()).map(|n| format!("${n}")).collect();
    let tail = format!("WHERE state IN ({}) ORDER BY id DESC LIMIT ${}", names.join(", "), states.len() + 1);
    let mut parameters: Vec<Value> = states.iter().map(Column::to_value).collect();
    parameters.push(Value::Integer(limit));
    let rows: Vec<SendRow> = select(tx, &tail, &parameters)?;
    rows.into_iter().map(|row| entry(tx, row)).collect()
}

/// The send in that row; of a message its send.
pub fn find(tx: &mut Tx<'_>, row: i64) -> Result<Option<OutboxEntry>, StoreError> {
    let mut rows: Vec<SendRow> =
        select(tx, "WHERE id = $1 OR message = $2", &[Value::Integer(row), Value::Integer(row)])?;
    rows.pop().map(|row| entry(tx, row)).transpose()
}

fn entry(tx: &mut Tx<'_>, send: SendRow) -> Result<OutboxEntry, StoreError> {
    let message = super::views::message(tx, send.message)?;
    let recipients: Vec<RecipientRow> = select(tx, "WHERE send = $1 ORDER BY address", &[send.id.to_value()])?;
    let addresses = super::views::addresses(tx, recipients.iter().map(|row| row.address).collect())?;
    let ticket = match send.ticket {
        Some(ticket) => super::views::ticket(tx, ticket)?.map(|found| found.ticket.number),
        None => None,
    };
    let named = |row: RecipientRow| {
        let address = addresses.get(&row.address).map(|found| found.address.clone()).unwrap_or_default();
        (row, address)
    };
    Ok(OutboxEntry {
        subject: message.as_ref().map(|message| message.subject.clone()).unwrap_or_default(),
        message_id: message.and_then(|message| message.message_id),
        ticket,
        recipients: recipients.into_iter().map(named).collect(),
        send,
    })
}

/// What was decided about the send of that message since it was queued, oldest first.
pub fn past(tx: &mut Tx<'_>, message: MessageId) -> Result<Vec<(EventRow, DecisionRow)>, StoreError> {
    let decisions: Vec<DecisionRow> = select(
        tx,
        "WHERE kind IS NULL AND message IS NOT NULL AND message = $1 ORDER BY event",
        &[message.to_value()],
    )?;
    let mut past = Vec::with_capacity(decisions.len());
    for decision in decisions {
        past.extend(super::journal::event(tx, decision.event)?.map(|event| (event, decision)));
    }
    Ok(past)
}

/// How many sends are not over: queued, deferred, being sent, or unknown.
pub fn waiting(tx: &mut Tx<'_>) -> Result<u64, StoreError> {
    // In two parts, each with an index of its own (0005.sql): all sends that there ever were are not looked at.
    let sql = "SELECT (SELECT count(*) FROM send WHERE state IN ('queued', 'deferred', 'unknown')) + \
               (SELECT count(*) FROM send WHERE state = 'sending')";
    match tx.query(sql, &[])?.into_iter().flatten().next() {
        Some(Value::Integer(count)) => Ok(u64::try_from(count).unwrap_or_default()),
        _ => Err(tx.damaged("table send")),
    }
}

/// The relays that are left alone at `now`.
pub fn pauses(tx: &mut Tx<'_>, now: Timestamp) -> Result<Vec<RelayPause>, StoreError> {
    let sql = "SELECT relay, since, until, why FROM relay_pause WHERE until > $1 ORDER BY relay";
    let rows = tx.query(sql, &[now.to_value()])?;
    rows.into_iter()
        .map(|row| match <[Value; 4]>::try_from(row) {
            Ok([Value::Text(relay), Value::Integer(since), Value::Integer(until), Value::Text(why)]) => {
                Ok(RelayPause { relay, since: Timestamp(since), until: Timestamp(until), why })
            }
            _ => Err(tx.damaged("table relay_pause")),
        })
        .collect()
}

/// Leaves a relay alone for a while.
pub fn pause(tx: &mut Tx<'_>, pause: &RelayPause) -> Result<(), StoreError> {
    let sql = "INSERT INTO relay_pause (relay, since, until, why) VALUES ($1, $2, $3, $4) \
               ON CONFLICT (relay) DO UPDATE SET until = excluded.until, why = excluded.why";
    let text = |text: &str| Value::Text(text.replace('\0', ""));
    let values = [text(&pause.relay), pause.since.to_value(), pause.until.to_value(), text(&pause.why)];
    tx.execute(sql, &values).map(|_| ())
}

/// No relay is left alone any more: what each is, and how it is logged in to, may be otherwise now.
pub fn resume_all(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    tx.execute("DELETE FROM relay_pause", &[]).map(|_| ())
}

/// A relay works again.
pub fn resume(tx: &mut Tx<'_>, relay: &str) -> Result<(), StoreError> {
    tx.execute("DELETE FROM relay_pause WHERE relay = $1", &[Value::Text(relay.to_owned())]).map(|_| ())
}
