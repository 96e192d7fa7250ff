//! The one way in which a change becomes state.

use crate::domain::*;

/// Folds a change into the workspace.
pub fn fold(ws: &mut Workspace, change: &Change) {
    match change {
        Change::Mailbox(row) => ws.mailboxes.put(row.clone()),
        Change::Folder(row) => ws.folders.put(row.clone()),
        Change::User(row) => ws.users.put(row.clone()),
        Change::Content(row) => {
            ws.index(IndexedRow::Content(row));
            ws.contents.put(row.clone());
        }
        Change::Delivery(row) => ws.deliveries.put(row.clone()),
        Change::Message(row) => {
            ws.index(IndexedRow::Message(row));
            ws.messages.put(row.clone());
        }
        Change::Review(row) => ws.reviews.put(row.clone()),
        Change::Alias(row) => {
            ws.index(IndexedRow::Alias(row));
            ws.aliases.put(row.clone());
        }
        Change::Await(row) => {
            ws.index(IndexedRow::Awaited(row));
            ws.awaited.put(row.clone());
        }
        Change::Arrived { key, message } => ws.awaited.remove(&(*key, *message)),
        Change::Thread(row) => {
            ws.index(IndexedRow::Thread(row));
            ws.threads.put(row.clone());
        }
        Change::ThreadIndex(row) => ws.thread_indexes.put(row.clone()),
        Change::Participant(row) => ws.participants.put(row.clone()),
        Change::Address(row) => {
            ws.index(IndexedRow::Address(row));
            ws.addresses.put(row.clone());
        }
        Change::Contact(row) => ws.contacts.put(row.clone()),
        Change::OpenTicket { record, ticket } => {
            ws.records.put(record.clone());
            put_ticket(ws, ticket);
        }
        Change::Ticket(row) => put_ticket(ws, row),
        Change::TicketContact(row) => ws.ticket_contacts.put(row.clone()),
        Change::TicketLink(row) => ws.ticket_links.put(row.clone()),
        Change::SetStage(row) => set_stage(ws, row),
        Change::Enrolment(row) => ws.enrolments.put(row.clone()),
        Change::Send(row) => {
            ws.index(IndexedRow::Send(row));
            ws.sends.put(row.clone());
        }
        Change::Recipient(row) => {
            ws.index(IndexedRow::Recipient(row));
            ws.recipients.put(row.clone());
        }
        Change::Timer(row) => ws.timers.put(row.clone()),
        Change::HeldNotice(row) => ws.held_notices.put(row.clone()),
        Change::Record(row) => ws.records.put(row.clone()),
        Change::NoProperty { record, name } => ws.properties.remove(&(*record, name.clone())),
        Change::NoRecordCompany(row) => ws.record_companies.remove(&(row.record, row.company)),
        Change::NoTicketContact(row) => ws.ticket_contacts.remove(&(row.ticket, row.contact)),
        Change::Property(row) => ws.properties.put(row.clone()),
        Change::Company(row) => ws.companies.put(row.clone()),
        Change::RecordCompany(row) => ws.record_companies.put(row.clone()),
        Change::Task(row) => ws.tasks.put(row.clone()),
        Change::Note(row) => ws.notes.put(row.clone()),
        Change::Workflow(row) => ws.workflows.put(row.clone()),
        Change::WorkflowRevision(row) => ws.revisions.put(row.clone()),
        Change::Comment(row) => ws.comments.put(row.clone()),
        Change::Run(row) => ws.runs.put(row.clone()),
        Change::Action(row) => ws.actions.put(row.clone()),
        Change::Rotation(row) => ws.rotations.put(row.clone()),
        Change::Webhook(row) => ws.webhooks.put(row.clone()),
    }
}

fn put_ticket(ws: &mut Workspace, row: &TicketRow) {
    ws.index(IndexedRow::Ticket(row));
    ws.tickets.put(row.clone());
}

/// Moving to a closed status sets `closed_at`; leaving it clears it, and the ticket has been reopened.
fn set_stage(ws: &mut Workspace, change: &StageChangeRow) {
    let closed = |stage: &str| ws.pipeline_of(change.record).is_some_and(|pipeline| pipeline.is_closed(stage));
    let was_closed = change.from_stage.as_deref().is_some_and(closed);
    let is_closed = closed(&change.to_stage);
    ws.records.edit(&change.record, |record| record.stage.clone_from(&change.to_stage));
    ws.tickets.edit(&change.record, |ticket| {
        ticket.closed_at = match (was_closed, is_closed) {
            (true, true) => ticket.closed_at,
            (false, true) => Some(change.at),
            (_, false) => None,
        };
        ticket.closed_by_hand = is_closed && change.cause == StageCause::Hand;
        ticket.reopened |= was_closed && !is_closed;
    });
    ws.stage_changes.put(change.clone());
}
