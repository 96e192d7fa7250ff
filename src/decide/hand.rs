//! What users do by hand: open a ticket, move a record, merge tickets.

use std::collections::BTreeMap;

use super::deciding::Deciding;
use super::refusal::Refusal;
use super::stage::Because;
use super::ticket::NewTicket;
use crate::domain::*;

/// A user moves a record to another stage.
pub fn move_record(d: &mut Deciding<'_>, record: RecordId, to: &str) -> Result<(), Refusal> {
    let before = d.ws.stage_of(record).map(str::to_owned).ok_or(Refusal::NoTicket)?;
    if d.ws.tickets.get(&record).is_some_and(|ticket| ticket.merged_into.is_some()) {
        return Err(Refusal::Merged);
    }
    d.check_stage(record, Some(to))?;
    if before == to {
        return Err(Refusal::AlreadyThere);
    }
    d.decision.ticket = Some(record);
    d.decision.status_before = Some(before.clone());
    d.enter_stage(record, Some(before), to, StageCause::Hand, Because::default());
    d.decision.status_after = d.ws.stage_of(record).map(str::to_owned);
    Ok(())
}

/// A user makes a ticket by hand: for the contact and with the subject of the draft. It has no thread yet.
pub fn open(
    d: &mut Deciding<'_>,
    pipeline: &str,
    source: Source,
    mailbox: Option<MailboxId>,
    draft: &Draft,
) -> Result<(), Refusal> {
    if d.ws.setup.pipeline(pipeline).is_none() {
        return Err(Refusal::NoPipeline(pipeline.to_owned()));
    }
    let contacts = draft.from.iter().map(|who| d.contact(who)).collect();
    let ticket = d.open_ticket(
        NewTicket {
            pipeline: pipeline.to_owned(),
            title: draft.subject.clone().unwrap_or_default(),
            source,
            mailbox,
            stage: None,
            contacts,
            companies: Vec::new(),
            properties: BTreeMap::new(),
            thread: None,
            linked_to: None,
        },
        Because::default(),
    );
    d.decision.ticket = ticket;
    d.decision.status_after = ticket.and_then(|ticket| d.ws.stage_of(ticket)).map(str::to_owned);
    Ok(())
}

/// A user merges a ticket into another: threads, contacts and links go over, both keep their origin threads.
pub fn merge(d: &mut Deciding<'_>, from: RecordId, into: RecordId) -> Result<(), Refusal> {
    let from_row = d.ws.tickets.get(&from).cloned().ok_or(Refusal::NoTicket)?;
    let into_row = d.ws.tickets.get(&into).cloned().ok_or(Refusal::NoTicket)?;
    if from == into {
        return Err(Refusal::SameTicket);
    }
    if from_row.merged_into.is_some() || into_row.merged_into.is_some() {
        return Err(Refusal::Merged);
    }
    let threads: Vec<ThreadRow> = d.ws.threads_of(from).cloned().collect();
    for thread in threads {
        d.change(Change::Thread(ThreadRow { ticket: Some(into), ..thread }));
    }
    let contacts: Vec<ContactId> = d.ws.contacts_of(from).collect();
    for contact in contacts {
        d.change(Change::TicketContact(TicketContactRow { ticket: into, contact }));
    }
    // What came to the one ticket makes older mail late in the other.
    if from_row.newest_firing_at > into_row.newest_firing_at {
        let (newest_firing, newest_firing_at) = (from_row.newest_firing, from_row.newest_firing_at);
        d.change(Change::Ticket(TicketRow { newest_firing, newest_firing_at, ..into_row }));
    }
    d.link(into, [from], None);
    d.change(Change::Ticket(TicketRow { merged_into: Some(into), ..from_row }));
    close_merged(d, from);
    d.decision.ticket = Some(into);
    d.decision.status_before = d.ws.stage_of(into).map(str::to_owned);
    d.decision.status_after = d.decision.status_before.clone();
    Ok(())
}

/// The merged ticket goes to its pipeline's closed status, and tells nobody.
fn close_merged(d: &mut Deciding<'_>, ticket: RecordId) {
    let closed = d.ws.pipeline_of(ticket).and_then(|pipeline| {
        pipeline.stages.iter().find(|stage| stage.state.is_closed() && !stage.archived).map(|stage| stage.name.clone())
    });
    let before = d.ws.stage_of(ticket).map(str::to_owned);
    let (Some(closed), Some(before)) = (closed, before) else { return };
    if closed != before {
        d.set_stage(ticket, Some(before), &closed, StageCause::Merge);
    }
}
