//! Decides about an input, whatever it is: hands it to the rule that it is for, and says what the journal keeps of it.

use super::mail::Mail;
use super::unit::{Input, RecordOrder, SendOrder, WebhookOrder, WorkflowOrder};
use crate::decide::{self, Deciding, MailInput, Refusal};
use crate::domain::*;
use crate::store::content::Packed;

/// Decides about an input; gives what the journal keeps of it.
pub(super) fn decide_input(d: &mut Deciding<'_>, input: &Input) -> Result<Payload, Refusal> {
    match input {
        Input::Setup(order) => {
            decide::setup(d, &order.moves);
            Ok(Payload::Setup { moves: order.moves.clone() })
        }
        Input::Mail(mail) => arrive(d, mail),
        Input::Retry { timer, fence, delivery, mail } => {
            let row = decide::check_fence(d, *timer, *fence)?;
            decide::retried(d, row, *delivery, &mail.reading);
            if let Some(content) = d.ws.deliveries.get(delivery).map(|row| row.content) {
                decide_mail(d, mail, content, *delivery);
            }
            let (timer, fence, delivery, reading) = (*timer, *fence, *delivery, mail.reading.clone());
            Ok(Payload::Retry { timer, fence, delivery, reading })
        }
        Input::Send(order) => send(d, order),
        Input::Move { ticket, to } => {
            decide::move_record(d, *ticket, to)?;
            Ok(Payload::Move { record: *ticket, to: to.clone() })
        }
        Input::Open { pipeline, source, mailbox, draft } => {
            let mailbox = mailbox.as_deref().and_then(|name| d.ws.mailbox_named(name)).map(|row| row.id);
            decide::open(d, pipeline, *source, mailbox, &draft.draft)?;
            let draft = content_of(d, &draft.packed, None);
            Ok(Payload::Open { pipeline: pipeline.clone(), source: *source, mailbox, draft })
        }
        Input::Merge { from, into } => {
            decide::merge(d, *from, *into)?;
            Ok(Payload::Merge { from: *from, into: *into })
        }
        Input::Review(order) => {
            let original = order.original.as_ref();
            decide::review(d, &order.request, &order.facts, original.and_then(|who| who.draft.from.as_ref()))?;
            let original = original.map(|original| content_of(d, &original.packed, None));
            Ok(Payload::Review { request: order.request.clone(), original })
        }
        Input::QuarantineRetry { delivery, mail } => {
            if let Some(content) = decide::retry_quarantined(d, *delivery, &mail.reading)? {
                decide_mail(d, mail, content, *delivery);
                decide::settle_copies(d, *delivery);
            }
            Ok(Payload::QuarantineRetry { delivery: *delivery, reading: mail.reading.clone() })
        }
        Input::QuarantineDrop { delivery } => {
            decide::drop_quarantined(d, *delivery)?;
            Ok(Payload::QuarantineDrop { delivery: *delivery })
        }
        Input::Lease { sends, until } => {
            decide::lease(d, sends, *until);
            Ok(Payload::Lease { sends: sends.clone(), until: *until })
        }
        Input::Release { leases, due_at } => {
            decide::release(d, leases, *due_at);
            Ok(Payload::Release { leases: leases.clone(), due_at: *due_at })
        }
        Input::Lapse { sends, hold } => {
            decide::lapse(d, sends, *hold);
            Ok(Payload::Lapse { sends: sends.clone(), hold: *hold })
        }
        Input::Dispatch { dispatch, .. } => {
            decide::dispatched(d, dispatch)?;
            Ok(Payload::Dispatch(dispatch.clone()))
        }
        Input::ClearBounce { address } => Ok(Payload::ClearBounce { address: decide::clear_bounce(d, address)? }),
        Input::Outbox { send, order } => {
            decide::order(d, *send, *order)?;
            Ok(Payload::Outbox { send: *send, order: *order })
        }
        Input::Digest { timer, fence } => {
            decide::digest(d, *timer, *fence)?;
            Ok(Payload::Digest { timer: *timer, fence: *fence })
        }
        Input::Record(order) => decide_record(d, order),
        Input::Workflow(order) => decide_workflow(d, order),
        Input::Webhook(WebhookOrder::Lease { webhooks, until }) => {
            decide::lease_webhooks(d, webhooks, *until);
            Ok(Payload::WebhookLease { webhooks: webhooks.clone(), until: *until })
        }
        Input::Webhook(WebhookOrder::Answer(answer)) => {
            decide::webhook_answered(d, answer)?;
            Ok(Payload::WebhookAnswer(answer.clone()))
        }
    }
}

/// What people do with records.
fn decide_record(d: &mut Deciding<'_>, order: &RecordOrder) -> Result<Payload, Refusal> {
    match order {
        RecordOrder::Create { request, draft } => {
            decide::create(d, request, &draft.draft)?;
            Ok(Payload::Create { request: request.clone(), draft: content_of(d, &draft.packed, None) })
        }
        RecordOrder::Set { record, values } => {
            decide::set_properties(d, *record, values)?;
            Ok(Payload::Set { record: *record, values: values.clone() })
        }
        RecordOrder::Associate { request, draft } => {
            decide::associate(d, request, &draft.draft)?;
            Ok(Payload::Associate { request: request.clone(), draft: content_of(d, &draft.packed, None) })
        }
        RecordOrder::Note { record, draft } => {
            decide::check_record(d, *record)?;
            let draft = content_of(d, &draft.packed, None);
            decide::note(d, *record, draft);
            Ok(Payload::Note { record: *record, draft })
        }
        RecordOrder::FinishTask { task } => {
            decide::finish_task(d, *task)?;
            Ok(Payload::FinishTask { task: *task })
        }
    }
}

/// What happens in workflows, by timers and by people.
fn decide_workflow(d: &mut Deciding<'_>, order: &WorkflowOrder) -> Result<Payload, Refusal> {
    match order {
        WorkflowOrder::Run { timer, fence, .. } => {
            decide::fire(d, *timer, *fence)?;
            Ok(Payload::Run { timer: *timer, fence: *fence })
        }
        WorkflowOrder::Enrol { workflow, record } => {
            decide::enrol_by_hand(d, workflow, *record)?;
            Ok(Payload::Enrol { workflow: workflow.clone(), record: *record })
        }
        WorkflowOrder::Unenrol { workflow, record } => {
            decide::remove(d, workflow, *record)?;
            Ok(Payload::Unenrol { workflow: workflow.clone(), record: *record })
        }
        WorkflowOrder::Retry { event, n } => {
            decide::retry(d, *event, *n)?;
            Ok(Payload::RetryAction { of: *event, n: *n })
        }
        WorkflowOrder::Comment { workflow, step, draft } => {
            decide::check_step(d, workflow, *step)?;
            let draft = content_of(d, &draft.packed, None);
            decide::comment(d, workflow, *step, draft);
            Ok(Payload::Comment { workflow: workflow.clone(), step: *step, draft })
        }
    }
}

fn arrive(d: &mut Deciding<'_>, mail: &Mail) -> Result<Payload, Refusal> {
    let mailbox = d.ws.mailbox_named(&mail.place.mailbox).map(|row| row.id).ok_or(Refusal::NoMailbox)?;
    let content = content_of(d, &mail.packed, mail.facts.as_ref().and_then(|facts| facts.date));
    let arrival = Arrival {
        mailbox,
        folder: mail.place.folder.clone(),
        role: mail.place.role,
        position: mail.place.position,
        arrived_at: mail.arrived_at().unwrap_or(d.context.at),
        content,
        history: mail.place.history,
        reading: mail.reading.clone(),
    };
    let delivery = decide::receive(d, &arrival);
    if mail.facts.is_none() {
        decide::unreadable(d, delivery, mail.reading.given_up);
    }
    decide_mail(d, mail, content, delivery);
    Ok(Payload::Arrival(arrival))
}

fn decide_mail(d: &mut Deciding<'_>, mail: &Mail, content: ContentId, delivery: DeliveryId) {
    let (Some(facts), Some(row)) = (&mail.facts, d.ws.deliveries.get(&delivery)) else { return };
    let Some(folder) = d.ws.folders.get(&row.folder) else { return };
    let arrived = Arrived { facts, mailbox: folder.mailbox, role: folder.role, at: row.arrived_at };
    let classification = crate::classify::classify(&arrived, d.ws);
    decide::arrival(d, &MailInput { facts, content, history: mail.place.history, arrived, delivery }, classification);
}

fn send(d: &mut Deciding<'_>, order: &SendOrder) -> Result<Payload, Refusal> {
    let request = SendRequest {
        purpose: order.purpose,
        ticket: order.ticket,
        mailbox: order.mailbox.as_deref().and_then(|name| d.ws.mailbox_named(name)).map(|row| row.id),
        forwards: order.forwards,
        status: order.status.clone(),
        new_thread: order.new_thread,
        answers: order.answers,
    };
    decide::send(d, &request, &order.draft.draft)?;
    // After what may be refused: a refusal leaves nothing behind.
    let draft = content_of(d, &order.draft.packed, None);
    Ok(Payload::Send { request, draft })
}

/// The content row of the input's bytes: the one that has them already, or a new one. `date`: that of the mail that they
/// are.
fn content_of(d: &mut Deciding<'_>, packed: &Packed, date: Option<Timestamp>) -> ContentId {
    if let Some(known) = d.ws.content_with_digest(&packed.digest, date) {
        return known.id;
    }
    let key = packed.digest.dated_key(date);
    let row = ContentRow { id: d.id(), key, digest: packed.digest, size: packed.size };
    let id = row.id;
    d.change(Change::Content(row));
    id
}
