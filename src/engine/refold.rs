//! Folding the journal again, from its first event, into an empty database: the proof that decisions are pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::handle::{EngineError, keyring, pending};
use super::mail::{Mail, Place, Reader};
use super::step::Step;
use super::unit::{Input, Journaled, RecordOrder, ReviewOrder, SendOrder, Unit, WebhookOrder, WorkflowOrder, Written};
use crate::domain::*;
use crate::parse;
use crate::store::content::{self, pack};
use crate::store::dump::{self, Difference};
use crate::store::{Store, StoreError, Tx, journal, keys, outbox, views};

/// Events folded in one transaction.
const BATCH: i64 = 64;

/// What folding again gave.
#[derive(Debug)]
pub struct Refolded {
    pub events: u64,
    /// Empty when nothing differs.
    pub differences: Vec<Difference>,
}

/// Folds the journal of `source` into an empty database in memory, and compares everything. `progress` is told how many
/// events are done.
pub fn refold(source: &Store, mut progress: impl FnMut(u64)) -> Result<Refolded, EngineError> {
    let (signing, seeds) = source.read(|tx| Ok((keys::signing_keys(tx)?, keys::seeds(tx)?)))?;
    let keyring = keyring(&signing)?;
    // In one transaction: what others write meanwhile is no difference. From the beginning where it is run again.
    Ok(source.read(|ours| {
        let copy = Store::in_memory()?;
        copy.write(|tx| keys::set(tx, &signing, &seeds))?;
        let reader = Reader::new(keyring.clone(), parse::read);
        let mut step = Step::new(keyring.clone(), seeds.clone());
        let (mut after, mut events) = (EventSeq(0), 0);
        loop {
            let units = units(ours, &reader, after)?;
            let Some((last, _)) = units.last() else { break };
            after = *last;
            events += units.len() as u64;
            step.composed = composed(ours, &units)?;
            let units: Vec<&Unit> = units.iter().map(|(_, unit)| unit).collect();
            copy.write(|tx| step.run(tx, &units))?;
            progress(events);
        }
        let differences = copy.read(|again| dump::differences(ours, again))?;
        Ok(Refolded { events, differences })
    })?)
}

/// The next events as units.
fn units(tx: &mut Tx<'_>, reader: &Reader, after: EventSeq) -> Result<Vec<(EventSeq, Unit)>, StoreError> {
    let rows = journal::events(tx, after, BATCH)?;
    let names = Names::load(tx)?;
    rows.into_iter()
        .map(|row| {
            let payload: Payload = serde_json::from_str(&row.payload)
                .map_err(|error| tx.damaged(format!("event {}: {error}", row.seq)))?;
            let input = names.input(tx, reader, &row, payload)?;
            let unit = Unit {
                at: row.at,
                origin: row.origin,
                actor: row.actor.and_then(|actor| names.user(actor)),
                cause: row.cause,
                input,
                journaled: Some(Journaled { first_id: row.first_id, first_number: row.first_number }),
            };
            Ok((row.seq, unit))
        })
        .collect()
}

/// The bytes of what these units sent. Ids grow with the journal: their messages are between the first id of the first
/// event and that of the event behind the last.
fn composed(tx: &mut Tx<'_>, units: &[(EventSeq, Unit)]) -> Result<BTreeMap<ContentId, Vec<u8>>, StoreError> {
    let first = units.first().and_then(|(_, unit)| unit.journaled).map_or(0, |journaled| journaled.first_id);
    let last = units.last().map_or(EventSeq(0), |(seq, _)| *seq);
    let behind = journal::events(tx, last, 1)?.pop().map_or(i64::MAX, |event| event.first_id);
    let contents = views::contents_of_sends(tx, MessageId(first)..MessageId(behind))?;
    contents.into_iter().map(|id| Ok((id, content::raw(tx, id)?))).collect()
}

/// Names of mailboxes and users by their ids.
struct Names {
    mailboxes: Vec<MailboxRow>,
    users: Vec<UserRow>,
}

impl Names {
    fn load(tx: &mut Tx<'_>) -> Result<Self, StoreError> {
        Ok(Names { mailboxes: views::mailboxes(tx)?, users: views::users(tx)? })
    }

    fn mailbox(&self, id: MailboxId) -> Option<String> {
        self.mailboxes.iter().find(|row| row.id == id).map(|row| row.name.clone())
    }

    fn user(&self, id: UserId) -> Option<String> {
        self.users.iter().find(|row| row.id == id).map(|row| row.name.clone())
    }

    fn input(&self, tx: &mut Tx<'_>, reader: &Reader, row: &EventRow, payload: Payload) -> Result<Input, StoreError> {
        Ok(match payload {
            Payload::Setup => Input::Setup(setup(tx, row)?),
            Payload::Arrival(arrival) => Input::Mail(self.mail(tx, reader, &arrival)?),
            Payload::Retry { timer, fence, delivery, reading } => {
                Input::Retry { timer, fence, delivery, mail: again(tx, reader, delivery, &reading)? }
            }
            Payload::Send { request, draft } => Input::Send(Arc::new(SendOrder {
                purpose: request.purpose,
                ticket: request.ticket,
                mailbox: request.mailbox.and_then(|id| self.mailbox(id)),
                forwards: request.forwards,
                status: request.status,
                new_thread: request.new_thread,
                answers: request.answers,
                draft: written(tx, draft)?,
                files: Vec::new(),
            })),
            Payload::Move { record, to } => Input::Move { ticket: record, to },
            Payload::Open { pipeline, source, mailbox, draft } => Input::Open {
                pipeline,
                source,
                mailbox: mailbox.and_then(|id| self.mailbox(id)),
                draft: Arc::new(written(tx, draft)?),
            },
            Payload::Merge { from, into } => Input::Merge { from, into },
            Payload::Review { request, original } => {
                let raw = content::raw(tx, request.content)?;
                let original = original.map(|original| written(tx, original)).transpose()?;
                Input::Review(Arc::new(ReviewOrder { request, facts: parse::read(&raw), original }))
            }
            Payload::QuarantineRetry { delivery, reading } => {
                Input::QuarantineRetry { delivery, mail: again(tx, reader, delivery, &reading)? }
            }
            Payload::QuarantineDrop { delivery } => Input::QuarantineDrop { delivery },
            Payload::Lease { sends, until } => Input::Lease { sends, until },
            Payload::Release { leases, due_at } => Input::Release { leases, due_at },
            Payload::Lapse { sends, hold } => Input::Lapse { sends, hold },
            Payload::Dispatch(dispatch) => {
                let send = outbox::send(tx, dispatch.send)?;
                let message = send.as_ref().map(|send| send.message);
                Input::Dispatch { dispatch, ticket: send.and_then(|send| send.ticket), message }
            }
            Payload::ClearBounce { address } => {
                let found = views::addresses(tx, vec![address])?.remove(&address);
                let row = found.ok_or_else(|| tx.damaged(format!("address {address} is missing")))?;
                Input::ClearBounce { address: row.address }
            }
            Payload::Outbox { send, order } => Input::Outbox { send, order },
            Payload::Digest { timer, fence } => Input::Digest { timer, fence },
            Payload::Create { request, draft } => record(RecordOrder::Create { request, draft: written(tx, draft)? }),
            Payload::Set { record: id, values } => record(RecordOrder::Set { record: id, values }),
            Payload::Associate { request, draft } => {
                record(RecordOrder::Associate { request, draft: written(tx, draft)? })
            }
            Payload::Note { record: id, draft } => record(RecordOrder::Note { record: id, draft: written(tx, draft)? }),
            Payload::FinishTask { task } => record(RecordOrder::FinishTask { task }),
            Payload::Run { timer, fence } => Input::Workflow(WorkflowOrder::Run { timer, fence }),
            Payload::Enrol { workflow, record } => Input::Workflow(WorkflowOrder::Enrol { workflow, record }),
            Payload::Unenrol { workflow, record } => Input::Workflow(WorkflowOrder::Unenrol { workflow, record }),
            Payload::WebhookLease { webhooks, until } => Input::Webhook(WebhookOrder::Lease { webhooks, until }),
            Payload::WebhookAnswer(answer) => Input::Webhook(WebhookOrder::Answer(answer)),
            Payload::RetryAction { of: event, n } => Input::Workflow(WorkflowOrder::Retry { event, n }),
            Payload::Comment { workflow, step, draft } => {
                Input::Workflow(WorkflowOrder::Comment { workflow, step, draft: Arc::new(written(tx, draft)?) })
            }
        })
    }

    fn mail(&self, tx: &mut Tx<'_>, reader: &Reader, arrival: &Arrival) -> Result<Arc<Mail>, StoreError> {
        let place = Place {
            mailbox: self.mailbox(arrival.mailbox).unwrap_or_default(),
            folder: arrival.folder.clone(),
            role: arrival.role,
            position: arrival.position,
            arrived_at: Some(arrival.arrived_at),
            history: arrival.history,
        };
        let raw = content::raw(tx, arrival.content)?;
        Ok(Arc::new(reader.journaled(&raw, place, &arrival.reading)))
    }
}

fn record(order: RecordOrder) -> Input {
    Input::Record(Arc::new(order))
}

/// A delivery that was read again.
fn again(tx: &mut Tx<'_>, reader: &Reader, delivery: DeliveryId, reading: &Reading) -> Result<Arc<Mail>, StoreError> {
    let (raw, _, history) = pending(tx, delivery)?;
    let place = Place { history, ..Place::default() };
    Ok(Arc::new(reader.journaled(&raw, place, reading)))
}

fn setup(tx: &mut Tx<'_>, row: &EventRow) -> Result<Arc<Setup>, StoreError> {
    let revision = journal::revision(tx, &row.revision)?;
    let revision = revision.ok_or_else(|| tx.damaged(format!("revision {} is missing", row.revision)))?;
    journal::setup_of(tx, &revision).map(Arc::new)
}

fn written(tx: &mut Tx<'_>, draft: ContentId) -> Result<Written, StoreError> {
    let raw = content::raw(tx, draft)?;
    let parsed = Draft::from_bytes(&raw).map_err(|error| tx.damaged(format!("draft {draft}: {error}")))?;
    Ok(Written { draft: parsed, packed: pack(&raw) })
}
