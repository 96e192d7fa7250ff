//! Which rows deciding a unit needs.

use super::unit::{Input, RecordOrder, Unit, WebhookOrder, WorkflowOrder, Written};
use crate::decide;
use crate::domain::*;

/// Adds the rows that deciding a unit needs.
pub(super) fn add_keys(keys: &mut Keys, unit: &Unit) {
    match &unit.input {
        Input::Setup(order) => {
            keys.addresses.extend(own_addresses(&order.setup));
            keys.users.extend(addresses_of_users(&order.setup));
            keys.revisions_in_force = true;
        }
        Input::Mail(mail) => keys.merge(&mail.keys),
        Input::Retry { timer, delivery, mail, .. } => {
            keys.merge(&mail.keys);
            keys.timers.insert(*timer);
            keys.deliveries.insert(*delivery);
        }
        Input::Send(order) => {
            keys.tickets.extend(order.ticket);
            keys.messages.extend(order.forwards);
            keys.messages.extend(order.answers);
            draft_keys(keys, &order.draft);
        }
        Input::Move { ticket, .. } => {
            keys.tickets.insert(*ticket);
        }
        Input::Open { draft, .. } => draft_keys(keys, draft),
        Input::Merge { from, into } => keys.tickets.extend([*from, *into]),
        Input::Review(order) => {
            keys.merge(&crate::classify::keys(&order.facts));
            keys.messages.insert(order.request.message);
            keys.tickets.extend(order.request.ticket);
            order.original.iter().for_each(|original| draft_keys(keys, original));
        }
        Input::QuarantineRetry { delivery, mail } => {
            keys.merge(&mail.keys);
            keys.deliveries.insert(*delivery);
        }
        Input::QuarantineDrop { delivery } => {
            keys.deliveries.insert(*delivery);
        }
        Input::Lease { sends, .. } | Input::Lapse { sends, .. } => keys.sends.extend(sends),
        Input::Release { leases, .. } => keys.sends.extend(leases.iter().map(|(send, _)| send)),
        Input::Dispatch { dispatch, ticket, message } => {
            keys.sends.insert(dispatch.send);
            // What went well concerns nothing but the send.
            let well = dispatch.answers.iter().all(|answer| answer.verdict == RelayVerdict::Accepted);
            keys.tickets.extend(ticket.filter(|_| !well));
            keys.messages.extend(message.filter(|_| !well));
        }
        Input::ClearBounce { address } => {
            keys.addresses.insert(LookupKey::of(address.as_str()));
        }
        Input::Outbox { send, .. } => {
            keys.sends.insert(*send);
        }
        Input::Digest { timer, .. } | Input::Workflow(WorkflowOrder::Run { timer, .. }) => {
            keys.timers.insert(*timer);
        }
        Input::Record(order) => record_keys(keys, order),
        Input::Workflow(WorkflowOrder::Enrol { record, .. } | WorkflowOrder::Unenrol { record, .. }) => {
            keys.tickets.insert(*record);
        }
        Input::Workflow(WorkflowOrder::Comment { draft, .. }) => draft_keys(keys, draft),
        Input::Workflow(WorkflowOrder::Retry { event, n }) => {
            keys.actions.insert((*event, *n));
        }
        Input::Webhook(WebhookOrder::Lease { webhooks, .. }) => keys.webhooks.extend(webhooks),
        Input::Webhook(WebhookOrder::Answer(answer)) => {
            keys.webhooks.insert(answer.webhook);
        }
    }
    keys.count_since(decide::automatic_since(unit.at));
}

/// Whatever is decided may be sent from a mailbox or to a user: an address that was not at hand would be made twice.
pub(super) fn own_addresses(setup: &Setup) -> impl Iterator<Item = LookupKey> {
    let mailboxes = setup.mailboxes.iter().flat_map(|mailbox| &mailbox.addresses);
    mailboxes.map(|address| LookupKey::of(address.as_str())).chain(addresses_of_users(setup))
}

/// How many notifications a user had counts for the cap.
pub(super) fn addresses_of_users(setup: &Setup) -> impl Iterator<Item = LookupKey> {
    setup.users.iter().flat_map(|user| &user.addresses).map(|address| LookupKey::of(address.as_str()))
}

fn record_keys(keys: &mut Keys, order: &RecordOrder) {
    order.draft().into_iter().for_each(|draft| draft_keys(keys, draft));
    match order {
        RecordOrder::Create { request, .. } => keys.companies.extend(request.companies.iter().cloned()),
        RecordOrder::Associate { request, .. } => {
            keys.companies.extend(request.companies.iter().cloned());
            keys.tickets.insert(request.record);
        }
        RecordOrder::Set { record, .. } | RecordOrder::Note { record, .. } => {
            keys.tickets.insert(*record);
        }
        RecordOrder::FinishTask { task } => {
            keys.tasks.insert(*task);
        }
    }
}

fn draft_keys(keys: &mut Keys, written: &Written) {
    keys.contents.insert(written.packed.digest.dated_key(None));
    let draft = &written.draft;
    let people = draft.to.iter().chain(&draft.cc).chain(&draft.from);
    keys.addresses.extend(people.map(|who| LookupKey::of(who.address.as_str())));
}
