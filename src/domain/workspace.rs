//! The workspace: the rows that a batch of events needs, fetched once, into which each decision is folded before the
//! next event is decided.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use super::row::Table;
use super::*;

/// What must be fetched to decide an event: filled from its facts, read by the store.
#[derive(Debug, Clone, Default)]
pub struct Keys {
    /// Message-IDs, own and cited.
    pub message_ids: BTreeSet<LookupKey>,
    pub digests: BTreeSet<LookupKey>,
    /// Digests of raw bytes.
    pub contents: BTreeSet<LookupKey>,
    pub addresses: BTreeSet<LookupKey>,
    /// Send references.
    pub references: BTreeSet<LookupKey>,
    pub thread_indexes: BTreeSet<LookupKey>,
    pub ticket_numbers: BTreeSet<i64>,
    pub tickets: BTreeSet<RecordId>,
    pub messages: BTreeSet<MessageId>,
    pub deliveries: BTreeSet<DeliveryId>,
    pub timers: BTreeSet<TimerId>,
    pub sends: BTreeSet<SendId>,
    pub tasks: BTreeSet<TaskId>,
    pub webhooks: BTreeSet<WebhookId>,
    /// Of the action log.
    pub actions: BTreeSet<(EventSeq, i64)>,
    /// What the workflows are is compared with what they become.
    pub revisions_in_force: bool,
    /// Companies, by name.
    pub companies: BTreeSet<String>,
    /// Automatic mail since then counts for the caps.
    pub automatic_since: Option<Timestamp>,
    /// Addresses of users: of what was sent to them automatically the sends are needed too.
    pub users: BTreeSet<LookupKey>,
}

impl Keys {
    /// Adds what another event needs.
    pub fn merge(&mut self, other: &Keys) {
        self.message_ids.extend(&other.message_ids);
        self.digests.extend(&other.digests);
        self.contents.extend(&other.contents);
        self.addresses.extend(&other.addresses);
        self.references.extend(&other.references);
        self.thread_indexes.extend(&other.thread_indexes);
        self.ticket_numbers.extend(&other.ticket_numbers);
        self.tickets.extend(&other.tickets);
        self.messages.extend(&other.messages);
        self.deliveries.extend(&other.deliveries);
        self.timers.extend(&other.timers);
        self.sends.extend(&other.sends);
        self.tasks.extend(&other.tasks);
        self.webhooks.extend(&other.webhooks);
        self.actions.extend(&other.actions);
        self.companies.extend(other.companies.iter().cloned());
        self.revisions_in_force |= other.revisions_in_force;
        self.users.extend(&other.users);
        other.automatic_since.into_iter().for_each(|since| self.count_since(since));
    }

    /// Automatic mail since then counts, too.
    pub fn count_since(&mut self, since: Timestamp) {
        self.automatic_since = Some(self.automatic_since.map_or(since, |others| others.min(since)));
    }
}

/// The state, as far as a batch needs it.
#[derive(Debug, Clone)]
pub struct Workspace {
    pub setup: Arc<Setup>,
    pub mailboxes: Table<MailboxRow>,
    pub folders: Table<FolderRow>,
    pub users: Table<UserRow>,
    pub contents: Table<ContentRow>,
    pub deliveries: Table<DeliveryRow>,
    pub messages: Table<MessageRow>,
    /// Only what is settled now: nothing that is decided looks back at older ones.
    pub reviews: Table<ReviewRow>,
    pub aliases: Table<AliasRow>,
    pub awaited: Table<AwaitedRow>,
    pub threads: Table<ThreadRow>,
    pub thread_indexes: Table<ThreadIndexRow>,
    pub participants: Table<ParticipantRow>,
    pub addresses: Table<AddressRow>,
    pub contacts: Table<ContactRow>,
    pub records: Table<RecordRow>,
    pub tickets: Table<TicketRow>,
    pub ticket_contacts: Table<TicketContactRow>,
    pub ticket_links: Table<TicketLinkRow>,
    pub stage_changes: Table<StageChangeRow>,
    pub enrolments: Table<EnrolmentRow>,
    pub sends: Table<SendRow>,
    pub recipients: Table<RecipientRow>,
    /// Those that are named, and the digests that wait.
    pub timers: Table<TimerRow>,
    /// Of the users whose digest is due, what waits for it.
    pub held_notices: Table<HeldNoticeRow>,
    pub properties: Table<PropertyRow>,
    pub companies: Table<CompanyRow>,
    pub record_companies: Table<RecordCompanyRow>,
    pub tasks: Table<TaskRow>,
    pub notes: Table<NoteRow>,
    /// All of them.
    pub workflows: Table<WorkflowRow>,
    /// Those that runs go on in.
    pub revisions: Table<WorkflowRevisionRow>,
    pub comments: Table<CommentRow>,
    /// Of the records that are here, those that wait; and those whose timer fired.
    pub runs: Table<RunRow>,
    /// Only those of now, and those that are named.
    pub actions: Table<ActionRow>,
    pub rotations: Table<RotationRow>,
    pub webhooks: Table<WebhookRow>,
    index: Index,
}

/// Ways to find a row by something other than its key.
#[derive(Debug, Clone, Default)]
struct Index {
    /// By the id itself: what is in memory needs no second digest of it.
    message_by_id: HashMap<String, BTreeSet<MessageId>>,
    awaited_by_id: HashMap<String, BTreeSet<(LookupKey, MessageId)>>,
    message_by_digest: BTreeSet<(LookupKey, MessageId)>,
    content_by_digest: BTreeMap<LookupKey, Vec<ContentId>>,
    address_by_text: BTreeMap<EmailAddress, AddressId>,
    thread_by_ticket: BTreeSet<(RecordId, ThreadId)>,
    ticket_by_number: BTreeMap<i64, RecordId>,
    send_by_reference: BTreeMap<LookupKey, SendId>,
    send_by_message: BTreeMap<MessageId, SendId>,
    recipient_by_address: BTreeSet<(AddressId, SendId)>,
}

impl Workspace {
    /// Nothing loaded yet.
    pub fn new(setup: Arc<Setup>) -> Self {
        Workspace {
            setup,
            mailboxes: Table::default(),
            folders: Table::default(),
            users: Table::default(),
            contents: Table::default(),
            deliveries: Table::default(),
            messages: Table::default(),
            reviews: Table::default(),
            aliases: Table::default(),
            awaited: Table::default(),
            threads: Table::default(),
            thread_indexes: Table::default(),
            participants: Table::default(),
            addresses: Table::default(),
            contacts: Table::default(),
            records: Table::default(),
            tickets: Table::default(),
            ticket_contacts: Table::default(),
            ticket_links: Table::default(),
            stage_changes: Table::default(),
            enrolments: Table::default(),
            sends: Table::default(),
            recipients: Table::default(),
            timers: Table::default(),
            held_notices: Table::default(),
            properties: Table::default(),
            companies: Table::default(),
            record_companies: Table::default(),
            tasks: Table::default(),
            notes: Table::default(),
            workflows: Table::default(),
            revisions: Table::default(),
            comments: Table::default(),
            runs: Table::default(),
            actions: Table::default(),
            rotations: Table::default(),
            webhooks: Table::default(),
            index: Index::default(),
        }
    }

    /// The messages with that Message-ID (or alias), oldest first. Usually one; strangers may reuse an id.
    pub fn messages_with_id(&self, message_id: &str) -> Vec<&MessageRow> {
        let ids = self.index.message_by_id.get(message_id);
        ids.into_iter().flatten().filter_map(|id| self.messages.get(id)).collect()
    }

    /// The messages with that content digest, oldest first.
    pub fn messages_with_digest(&self, digest: &ContentDigest) -> impl Iterator<Item = &MessageRow> {
        let key = digest.key();
        self.index
            .message_by_digest
            .range((key, MessageId(i64::MIN))..=(key, MessageId(i64::MAX)))
            .filter_map(|(_, id)| self.messages.get(id))
            .filter(move |message| message.digest == *digest)
    }

    /// The messages that cite an id as one that they await.
    pub fn awaiting(&self, message_id: &str) -> Vec<&AwaitedRow> {
        let keys = self.index.awaited_by_id.get(message_id);
        keys.into_iter().flatten().filter_map(|key| self.awaited.get(key)).collect()
    }

    /// The raw bytes with that digest, kept for a mail of that date or without one. What is kept under another date is not
    /// looked up, and must not be found because another unit of the batch needed it: the journal is folded in other batches.
    pub fn content_with_digest(&self, digest: &ContentDigest, date: Option<Timestamp>) -> Option<&ContentRow> {
        let ids = self.index.content_by_digest.get(&digest.key())?;
        let keys = [digest.dated_key(date), digest.dated_key(None)];
        let is_it = |content: &&ContentRow| content.digest == *digest && keys.contains(&content.key);
        ids.iter().filter_map(|id| self.contents.get(id)).find(is_it)
    }

    /// The address row of an address.
    pub fn address(&self, address: &EmailAddress) -> Option<&AddressRow> {
        self.addresses.get(self.index.address_by_text.get(address)?)
    }

    /// The threads of an Outlook conversation, oldest first.
    pub fn threads_with_index(&self, key: LookupKey) -> impl Iterator<Item = &ThreadRow> {
        self.thread_indexes
            .range((key, ThreadId(i64::MIN))..=(key, ThreadId(i64::MAX)))
            .filter_map(|row| self.threads.get(&row.thread))
    }

    /// The threads of a ticket, oldest first.
    pub fn threads_of(&self, ticket: RecordId) -> impl Iterator<Item = &ThreadRow> {
        self.index
            .thread_by_ticket
            .range((ticket, ThreadId(i64::MIN))..=(ticket, ThreadId(i64::MAX)))
            .filter_map(|(_, id)| self.threads.get(id))
            .filter(move |thread| thread.ticket == Some(ticket))
    }

    /// The ticket of that number.
    pub fn ticket_numbered(&self, number: i64) -> Option<&TicketRow> {
        self.tickets.get(self.index.ticket_by_number.get(&number)?)
    }

    /// The send that a token names.
    pub fn send_with_reference(&self, reference: &SendReference) -> Option<&SendRow> {
        let hex = reference.to_string();
        let send = self.sends.get(self.index.send_by_reference.get(&LookupKey::of(&hex))?)?;
        (send.reference == hex).then_some(send)
    }

    /// The send whose message this is.
    pub fn send_of(&self, message: MessageId) -> Option<&SendRow> {
        self.sends.get(self.index.send_by_message.get(&message)?)
    }

    /// The recipients of a send.
    pub fn recipients_of(&self, send: SendId) -> impl Iterator<Item = &RecipientRow> {
        self.recipients.range((send, AddressId(i64::MIN))..=(send, AddressId(i64::MAX)))
    }

    /// What was sent to an address, as far as loaded: enough for the caps of automatic mail.
    pub fn sent_to(&self, address: AddressId) -> impl Iterator<Item = &RecipientRow> {
        self.index
            .recipient_by_address
            .range((address, SendId(i64::MIN))..=(address, SendId(i64::MAX)))
            .filter_map(|(address, send)| self.recipients.get(&(*send, *address)))
    }

    /// The participants of a thread.
    pub fn participants_of(&self, thread: ThreadId) -> impl Iterator<Item = &ParticipantRow> {
        self.participants.range((thread, AddressId(i64::MIN))..=(thread, AddressId(i64::MAX)))
    }

    /// The contacts of a ticket.
    pub fn contacts_of(&self, ticket: RecordId) -> impl Iterator<Item = ContactId> {
        self.ticket_contacts.range((ticket, ContactId(i64::MIN))..=(ticket, ContactId(i64::MAX))).map(|row| row.contact)
    }

    /// The companies of a record.
    pub fn companies_of(&self, record: RecordId) -> impl Iterator<Item = CompanyId> {
        let all = (record, CompanyId(i64::MIN))..=(record, CompanyId(i64::MAX));
        self.record_companies.range(all).map(|row| row.company)
    }

    /// The values that were set for a record, those of properties that every record has left out.
    pub fn properties_of(&self, record: RecordId) -> impl Iterator<Item = &PropertyRow> {
        self.properties.from((record, String::new())).take_while(move |row| row.record == record)
    }

    /// What a record enrolled in.
    pub fn enrolments_of(&self, record: RecordId) -> impl Iterator<Item = &EnrolmentRow> {
        let first = (record, String::new(), EventSeq(i64::MIN));
        self.enrolments.from(first).take_while(move |row| row.record == record)
    }

    /// Its ways through workflows that wait.
    pub fn waiting_runs_of(&self, record: RecordId) -> impl Iterator<Item = &RunRow> {
        self.runs.iter().filter(move |run| run.record == record && run.state.is_waiting())
    }

    /// The mailbox row and its setup.
    pub fn mailbox(&self, id: MailboxId) -> Option<(&MailboxRow, &MailboxSetup)> {
        let row = self.mailboxes.get(&id)?;
        Some((row, self.setup.mailbox(&row.name)?))
    }

    /// The mailbox row of that name.
    pub fn mailbox_named(&self, name: &str) -> Option<&MailboxRow> {
        self.mailboxes.iter().find(|mailbox| mailbox.name == name)
    }

    /// The user row of that name.
    pub fn user_named(&self, name: &str) -> Option<&UserRow> {
        self.users.iter().find(|user| user.name == name)
    }

    /// A folder of a mailbox.
    pub fn folder_named(&self, mailbox: MailboxId, name: &str) -> Option<&FolderRow> {
        self.folders.iter().find(|folder| folder.mailbox == mailbox && folder.name == name)
    }

    /// The pipeline of a record.
    pub fn pipeline_of(&self, record: RecordId) -> Option<&Pipeline> {
        self.setup.pipeline(&self.records.get(&record)?.pipeline)
    }

    /// The stage name of a record.
    pub fn stage_of(&self, record: RecordId) -> Option<&str> {
        Some(self.records.get(&record)?.stage.as_str())
    }

    /// Enters a row into the indexes. Whoever puts or loads a row calls this with it.
    pub fn index(&mut self, row: IndexedRow<'_>) {
        let index = &mut self.index;
        match row {
            IndexedRow::Message(message) => {
                if let Some(id) = &message.message_id {
                    index.message_by_id.entry(id.clone()).or_default().insert(message.id);
                }
                index.message_by_digest.insert((message.digest.key(), message.id));
            }
            IndexedRow::Alias(alias) => {
                index.message_by_id.entry(alias.message_id.clone()).or_default().insert(alias.message);
            }
            IndexedRow::Awaited(awaited) => {
                let key = (awaited.key, awaited.message);
                index.awaited_by_id.entry(awaited.awaited_id.clone()).or_default().insert(key);
            }
            IndexedRow::Content(content) => {
                let ids = index.content_by_digest.entry(content.digest.key()).or_default();
                if !ids.contains(&content.id) {
                    ids.push(content.id);
                }
            }
            IndexedRow::Address(address) => {
                index.address_by_text.insert(address.address.clone(), address.id);
            }
            IndexedRow::Thread(thread) => {
                if let Some(ticket) = thread.ticket {
                    index.thread_by_ticket.insert((ticket, thread.id));
                }
            }
            IndexedRow::Ticket(ticket) => {
                index.ticket_by_number.insert(ticket.number, ticket.record);
            }
            IndexedRow::Send(send) => {
                index.send_by_reference.insert(send.reference_key, send.id);
                index.send_by_message.insert(send.message, send.id);
            }
            IndexedRow::Recipient(recipient) => {
                index.recipient_by_address.insert((recipient.address, recipient.send));
            }
        }
    }
}

/// A row that can be found by something other than its key.
pub enum IndexedRow<'a> {
    Message(&'a MessageRow),
    Alias(&'a AliasRow),
    Awaited(&'a AwaitedRow),
    Content(&'a ContentRow),
    Address(&'a AddressRow),
    Thread(&'a ThreadRow),
    Ticket(&'a TicketRow),
    Send(&'a SendRow),
    Recipient(&'a RecipientRow),
}
