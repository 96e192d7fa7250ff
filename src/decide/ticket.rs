//! Tickets and threads: opening, joining, finding one's way.

use std::collections::BTreeMap;

use super::deciding::Deciding;
use super::refusal::Refusal;
use super::rules::ThreadStanding;
use super::stage::Because;
use crate::domain::*;

/// A ticket to be opened.
pub(super) struct NewTicket {
    pub pipeline: String,
    /// `None`: the pipeline's first.
    pub stage: Option<String>,
    pub title: String,
    pub source: Source,
    pub mailbox: Option<MailboxId>,
    pub contacts: Vec<ContactId>,
    pub companies: Vec<CompanyId>,
    pub properties: BTreeMap<String, String>,
    /// The thread that it begins with; none when made by hand.
    pub thread: Option<ThreadId>,
    /// A ticket that it follows, and the message because of which.
    pub linked_to: Option<RecordId>,
}

impl Deciding<'_> {
    /// Opens a ticket: it enters its pipeline's first status.
    pub(super) fn open_ticket(&mut self, new: NewTicket, because: Because) -> Option<RecordId> {
        let setup = self.ws.setup.clone();
        let pipeline = setup.pipeline(&new.pipeline).or_else(|| setup.pipeline_for(TICKET))?;
        let first = new.stage.or_else(|| pipeline.first().map(|stage| stage.name.clone()))?;
        let id: RecordId = self.id();
        let number = self.context.numbers.take::<i64>();
        let record = RecordRow {
            id,
            object: TICKET.to_owned(),
            pipeline: pipeline.name.clone(),
            stage: first.clone(),
            title: if new.title.is_empty() { "(no subject)".to_owned() } else { new.title },
            source: new.source,
            created_at: self.context.at,
            event: self.context.seq,
        };
        let ticket = TicketRow {
            record: id,
            number,
            mailbox: new.mailbox,
            closed_at: None,
            closed_by_hand: false,
            reopened: false,
            newest_firing: None,
            newest_firing_at: None,
            flag: None,
            merged_into: None,
        };
        self.change(Change::OpenTicket { record, ticket });
        for contact in new.contacts {
            self.change(Change::TicketContact(TicketContactRow { ticket: id, contact }));
        }
        if let Some(thread) = new.thread.and_then(|thread| self.ws.threads.get(&thread)).cloned() {
            self.change(Change::Thread(ThreadRow { ticket: Some(id), origin: true, ..thread }));
        }
        self.link(id, new.linked_to, because.message);
        self.furnish(id, new.companies, new.properties);
        self.enter_first_stage(id, &first, because);
        Some(id)
    }

    /// Links two tickets, both ways.
    pub(super) fn link(
        &mut self,
        ticket: RecordId,
        others: impl IntoIterator<Item = RecordId>,
        message: Option<MessageId>,
    ) {
        for other in others.into_iter().filter(|other| *other != ticket) {
            self.change(Change::TicketLink(TicketLinkRow { ticket, other, message }));
            self.change(Change::TicketLink(TicketLinkRow { ticket: other, other: ticket, message }));
        }
    }

    /// Makes a thread. The first that is started from a ticket without origin thread is its origin thread.
    pub(super) fn new_thread(&mut self, ticket: Option<RecordId>, root: MessageId, from_ticket: bool) -> ThreadId {
        let id = self.id();
        let origin =
            from_ticket && ticket.is_some_and(|ticket| !self.ws.threads_of(ticket).any(|thread| thread.origin));
        self.change(Change::Thread(ThreadRow { id, ticket, origin, root, newest: root }));
        id
    }

    /// The thread in which mail about a ticket goes out: that of the message it answers, else the one in which something
    /// was last said. `None`: there is no thread yet.
    pub(super) fn thread_for_mail(&self, ticket: RecordId, answers: Option<MessageId>) -> Option<ThreadId> {
        let of_message = answers.and_then(|message| self.ws.messages.get(&message)?.thread);
        let latest = || self.ws.threads_of(ticket).max_by_key(|thread| (thread.newest, thread.id)).map(|row| row.id);
        of_message.or_else(latest)
    }

    /// The newest message of a thread, if it exists already.
    pub(super) fn newest_of(&self, thread: ThreadId) -> Option<MessageId> {
        let newest = self.ws.threads.get(&thread)?.newest;
        self.ws.messages.get(&newest).map(|message| message.id)
    }

    /// The thread as its ticket sees it.
    pub(super) fn thread_standing(&self, thread: ThreadId) -> ThreadStanding {
        match self.ws.threads.get(&thread) {
            Some(row) if row.origin => ThreadStanding::Origin,
            _ => ThreadStanding::Later,
        }
    }

    /// The team mailbox from which mail about a ticket goes out.
    pub(super) fn mailbox_of(&self, ticket: RecordId) -> Option<MailboxId> {
        let own = self.ws.tickets.get(&ticket).and_then(|ticket| ticket.mailbox);
        own.filter(|mailbox| self.ws.mailbox(*mailbox).is_some()).or_else(|| self.first_team_mailbox())
    }

    /// The first team mailbox of the setup.
    pub(super) fn first_team_mailbox(&self) -> Option<MailboxId> {
        let first = self.ws.setup.mailboxes.iter().find(|mailbox| mailbox.kind == MailboxKind::Team)?;
        self.ws.mailbox_named(&first.name).map(|row| row.id)
    }

    /// Where the contacts of a ticket are written to.
    pub(super) fn addresses_of_contacts(&self, ticket: RecordId) -> Vec<AddressId> {
        self.ws.contacts_of(ticket).filter_map(|contact| Some(self.ws.contacts.get(&contact)?.address)).collect()
    }

    /// Whether any of the addresses is a contact's of the ticket.
    pub(super) fn reaches_contact(&self, ticket: RecordId, mut addresses: impl Iterator<Item = AddressId>) -> bool {
        addresses.any(|address| {
            let contact = self.ws.addresses.get(&address).and_then(|row| row.contact);
            contact.is_some_and(|contact| self.ws.ticket_contacts.get(&(ticket, contact)).is_some())
        })
    }

    /// Refuses a stage that the record's pipeline does not have.
    pub(super) fn check_stage(&self, record: RecordId, stage: Option<&str>) -> Result<(), Refusal> {
        let pipeline = self.ws.pipeline_of(record).ok_or(Refusal::NoTicket)?;
        match stage.filter(|stage| pipeline.stage(stage).is_none_or(|found| found.archived)) {
            None => Ok(()),
            Some(stage) => Err(Refusal::no_stage(pipeline, stage)),
        }
    }
}
