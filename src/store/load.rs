//! Fetches what a batch of events needs: first what its keys name, then what hangs on that, a few queries each.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::statement::{select, select_in};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Row, Value};
use crate::domain::*;

/// How far the chain of parents is followed. Conversations have longer ones; the rules that look up the chain
/// (a reply to a forward) are about the nearest few.
const ROUNDS: usize = 20;

/// Loads the rows that deciding about `keys` needs.
pub fn load(tx: &mut Tx<'_>, setup: Arc<Setup>, keys: &Keys) -> Result<Workspace, StoreError> {
    // Most setups need nothing of records but their stages.
    let has_flows = setup.has_flows()
        || !keys.timers.is_empty()
        || !keys.tickets.is_empty()
        || !keys.tasks.is_empty()
        || !keys.actions.is_empty();
    let mut loader = Loader { tx, workspace: Workspace::new(setup), asked: Asked::default(), has_flows };
    loader.directory()?;
    loader.named(keys)?;
    loader.connected(keys)?;
    loader.sends(keys)?;
    loader.people(keys)?;
    Ok(loader.workspace)
}

/// Timers that are due at `now` and not done, the longest due first.
pub fn due_timers(tx: &mut Tx<'_>, now: Timestamp, limit: i64) -> Result<Vec<TimerRow>, StoreError> {
    let parameters = [now.to_value(), Value::Integer(limit)];
    select(tx, "WHERE done_at IS NULL AND due_at <= $1 ORDER BY due_at, id LIMIT $2", &parameters)
}

struct Loader<'l, 'c> {
    tx: &'l mut Tx<'c>,
    workspace: Workspace,
    asked: Asked,
    /// Whether what records have beyond their stages is needed.
    has_flows: bool,
}

/// What was asked for already, so that a round asks only for what is new; found or not.
#[derive(Default)]
struct Asked {
    messages: BTreeSet<i64>,
    threads: BTreeSet<i64>,
    tickets: BTreeSet<i64>,
}

impl Loader<'_, '_> {
    /// The few rows that every event may need.
    fn directory(&mut self) -> Result<(), StoreError> {
        load_all(&mut self.workspace.mailboxes, select(self.tx, "", &[])?);
        load_all(&mut self.workspace.folders, select(self.tx, "", &[])?);
        load_all(&mut self.workspace.users, select(self.tx, "", &[])?);
        let digests = select(self.tx, "WHERE done_at IS NULL AND kind = $1", &[TimerKind::Digest.to_value()])?;
        load_all(&mut self.workspace.timers, digests);
        load_all(&mut self.workspace.workflows, select(self.tx, "", &[])?);
        if self.has_flows {
            load_all(&mut self.workspace.rotations, select(self.tx, "", &[])?);
        }
        Ok(())
    }

    /// What the keys name.
    fn named(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let timers: Vec<TimerRow> = self.fetch("id", keys.timers.iter().map(|id| id.0))?;
        let of_kind = |kind| timers.iter().filter(move |timer| timer.kind == kind).map(|timer| timer.subject);
        let subjects = of_kind(TimerKind::RetryMail);
        let fired: Vec<i64> = of_kind(TimerKind::Run).collect();
        let mut notices: Vec<HeldNoticeRow> = Vec::new();
        for user in of_kind(TimerKind::Digest) {
            notices.extend(select(self.tx, "WHERE digest IS NULL AND recipient = $1", &[Value::Integer(user)])?);
        }
        let deliveries: BTreeSet<i64> = keys.deliveries.iter().map(|id| id.0).chain(subjects).collect();
        load_all(&mut self.workspace.timers, timers);
        let runs: Vec<RunRow> = self.fetch("id", fired)?;
        let running: BTreeSet<RecordId> = runs.iter().map(|run| run.record).collect();
        self.runs(runs)?;
        self.tickets(running)?;
        self.named_actions(keys)?;
        let tasks: Vec<TaskRow> = self.fetch("id", keys.tasks.iter().map(|id| id.0))?;
        self.tickets(tasks.iter().map(|task| task.record).collect())?;
        load_all(&mut self.workspace.tasks, tasks);
        if keys.revisions_in_force {
            let rows = self.workspace.workflows.iter();
            let in_force: BTreeSet<i64> =
                rows.flat_map(|row| [row.published, row.draft]).flatten().map(|id| id.0).collect();
            let revisions = self.fetch("id", in_force)?;
            load_all(&mut self.workspace.revisions, revisions);
        }
        for name in &keys.companies {
            load_all(&mut self.workspace.companies, select(self.tx, "WHERE name = $1", &[name.to_value()])?);
        }
        let deliveries: Vec<DeliveryRow> = self.fetch("id", deliveries)?;

        let aliases: Vec<AliasRow> = self.fetch("key", keys.message_ids.iter().map(|key| key.0))?;
        let awaited: Vec<AwaitedRow> = self.fetch("key", keys.message_ids.iter().map(|key| key.0))?;
        let sends: Vec<SendRow> = self.fetch("reference_key", keys.references.iter().map(|key| key.0))?;
        let with_id = self.fetch("id_key", keys.message_ids.iter().map(|key| key.0))?;
        let with_digest = self.fetch("digest_key", keys.digests.iter().map(|key| key.0))?;
        self.take_messages(with_id);
        self.take_messages(with_digest);
        let mut named: BTreeSet<MessageId> = keys.messages.clone();
        named.extend(aliases.iter().map(|alias| alias.message));
        named.extend(awaited.iter().map(|awaited| awaited.message));
        named.extend(sends.iter().map(|send| send.message));
        named.extend(deliveries.iter().filter_map(|delivery| delivery.message));
        self.messages(named)?;
        for alias in aliases {
            self.workspace.index(IndexedRow::Alias(&alias));
            self.workspace.aliases.load(alias);
        }
        for awaited in awaited {
            self.workspace.index(IndexedRow::Awaited(&awaited));
            self.workspace.awaited.load(awaited);
        }

        load_all(&mut self.workspace.deliveries, deliveries);
        // Where a message that somebody decides about was found.
        let named = keys.messages.iter().filter_map(|id| self.workspace.messages.get(id)?.delivery);
        let named: BTreeSet<i64> = named.map(|id| id.0).collect();
        let named = self.fetch("id", named)?;
        load_all(&mut self.workspace.deliveries, named);

        let contents: Vec<ContentRow> = self.fetch("key", keys.contents.iter().map(|key| key.0))?;
        let delivered: BTreeSet<i64> = self.workspace.deliveries.iter().map(|delivery| delivery.content.0).collect();
        let delivered = self.fetch("id", delivered)?;
        for content in contents.into_iter().chain(delivered) {
            self.workspace.index(IndexedRow::Content(&content));
            self.workspace.contents.load(content);
        }
        self.unread_copies()?;
        let indexes: Vec<ThreadIndexRow> = self.fetch("key", keys.thread_indexes.iter().map(|key| key.0))?;
        self.threads(indexes.iter().map(|row| row.thread).collect())?;
        load_all(&mut self.workspace.thread_indexes, indexes);
        let tickets: Vec<TicketRow> = self.fetch("number", keys.ticket_numbers.iter().copied())?;
        let noted = notices.iter().map(|notice| notice.ticket);
        let numbered = tickets.iter().map(|ticket| ticket.record);
        self.tickets(numbered.chain(noted).chain(keys.tickets.iter().copied()).collect())?;
        load_all(&mut self.workspace.held_notices, notices);
        Ok(())
    }

    /// Of the contents that are here, the deliveries that nobody could read: one decision settles them all.
    fn unread_copies(&mut self) -> Result<(), StoreError> {
        for state in [DeliveryState::Quarantined, DeliveryState::Dropped] {
            let here = &self.workspace.contents;
            let copies: Vec<DeliveryRow> =
                select(self.tx, "WHERE message IS NULL AND state = $1", &[state.to_value()])?;
            let copies = copies.into_iter().filter(|copy| here.get(&copy.content).is_some()).collect();
            load_all(&mut self.workspace.deliveries, copies);
        }
        Ok(())
    }

    /// What hangs together: parents, threads, their tickets, all threads of those, and so on until nothing new comes.
    fn connected(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let named: BTreeSet<RecordId> = keys.tickets.clone();
        for _ in 0..ROUNDS {
            let before = self.asked.messages.len() + self.asked.threads.len() + self.asked.tickets.len();
            let messages = &self.workspace.messages;
            let threads: BTreeSet<ThreadId> = messages.iter().filter_map(|message| message.thread).collect();
            self.threads(threads)?;
            let mut tickets = named.clone();
            tickets.extend(self.workspace.messages.iter().filter_map(|message| message.ticket));
            tickets.extend(self.workspace.threads.iter().filter_map(|thread| thread.ticket));
            tickets.extend(self.workspace.tickets.iter().filter_map(|ticket| ticket.merged_into));
            self.tickets(tickets)?;
            let mut messages: BTreeSet<MessageId> = BTreeSet::new();
            messages.extend(self.workspace.messages.iter().filter_map(|message| message.parent));
            messages.extend(self.workspace.threads.iter().flat_map(|thread| [thread.root, thread.newest]));
            messages.extend(self.workspace.tickets.iter().filter_map(|ticket| ticket.newest_firing));
            self.messages(messages)?;
            if before == self.asked.messages.len() + self.asked.threads.len() + self.asked.tickets.len() {
                break;
            }
        }
        Ok(())
    }

    /// The sends that are named, those whose messages are here, and to whom they went.
    fn sends(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let messages: Vec<i64> = self.workspace.messages.iter().map(|message| message.id.0).collect();
        let mut sends: Vec<SendRow> = self.fetch("message", messages)?;
        sends.extend(self.fetch::<SendRow>("id", keys.sends.iter().map(|id| id.0))?);
        let recipients = self.fetch("send", sends.iter().map(|send| send.id.0))?;
        self.take_sends(sends);
        self.take_recipients(recipients);
        Ok(())
    }

    /// Whoever took part: addresses, whose they are, and what was sent to them automatically.
    fn people(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let threads: Vec<i64> = self.workspace.threads.iter().map(|thread| thread.id.0).collect();
        load_all(&mut self.workspace.participants, select_in(self.tx, "thread", threads, None)?);
        let named = self.fetch("key", keys.addresses.iter().map(|key| key.0))?;
        self.take_addresses(named);
        let workspace = &self.workspace;
        let mut taking_part: BTreeSet<AddressId> = workspace.participants.iter().map(|row| row.address).collect();
        taking_part.extend(workspace.messages.iter().filter_map(|message| message.author));
        taking_part.extend(workspace.recipients.iter().map(|recipient| recipient.address));
        self.addresses(taking_part)?;

        let workspace = &self.workspace;
        let mut contacts: BTreeSet<i64> = workspace.ticket_contacts.iter().map(|row| row.contact.0).collect();
        contacts.extend(workspace.addresses.iter().filter_map(|address| address.contact).map(|id| id.0));
        contacts.extend(workspace.messages.iter().filter_map(|message| message.contact).map(|id| id.0));
        let of_contacts = self.fetch("contact", contacts.iter().copied())?;
        self.take_addresses(of_contacts);
        let contacts: Vec<ContactRow> = self.fetch("id", contacts)?;
        self.addresses(contacts.iter().map(|contact| contact.address).collect())?;
        load_all(&mut self.workspace.contacts, contacts);

        let Some(since) = keys.automatic_since else { return Ok(()) };
        let addresses: Vec<i64> = self.workspace.addresses.iter().map(|address| address.id.0).collect();
        let sent = select_in(self.tx, "address", addresses, Some(("automatic_at >=", since.0)))?;
        let is_users = |row: &&RecipientRow| {
            self.workspace.addresses.get(&row.address).is_some_and(|address| keys.users.contains(&address.key))
        };
        let sends: BTreeSet<i64> = sent.iter().filter(is_users).map(|row| row.send.0).collect();
        let sends = self.fetch("id", sends)?;
        self.take_sends(sends);
        self.take_recipients(sent);
        Ok(())
    }

    fn fetch<R: Row>(&mut self, column: &str, keys: impl IntoIterator<Item = i64>) -> Result<Vec<R>, StoreError> {
        select_in(self.tx, column, keys, None)
    }

    fn messages(&mut self, ids: BTreeSet<MessageId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.messages.insert(*id)).collect();
        let messages = self.fetch("id", missing)?;
        self.take_messages(messages);
        Ok(())
    }

    fn take_messages(&mut self, messages: Vec<MessageRow>) {
        for message in messages {
            self.asked.messages.insert(message.id.0);
            self.workspace.index(IndexedRow::Message(&message));
            self.workspace.messages.load(message);
        }
    }

    fn threads(&mut self, ids: BTreeSet<ThreadId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.threads.insert(*id)).collect();
        let threads = self.fetch("id", missing)?;
        self.take_threads(threads);
        Ok(())
    }

    fn take_threads(&mut self, threads: Vec<ThreadRow>) {
        for thread in threads {
            self.asked.threads.insert(thread.id.0);
            self.workspace.index(IndexedRow::Thread(&thread));
            self.workspace.threads.load(thread);
        }
    }

    /// Tickets with all that is theirs alone.
    fn tickets(&mut self, ids: BTreeSet<RecordId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.tickets.insert(*id)).collect();
        load_all(&mut self.workspace.records, select_in(self.tx, "id", missing.iter().copied(), None)?);
        let tickets: Vec<TicketRow> = self.fetch("record", missing.iter().copied())?;
        for ticket in tickets {
            self.workspace.index(IndexedRow::Ticket(&ticket));
            self.workspace.tickets.load(ticket);
        }
        let threads = self.fetch("ticket", missing.iter().copied())?;
        self.take_threads(threads);
        load_all(&mut self.workspace.ticket_contacts, select_in(self.tx, "ticket", missing.iter().copied(), None)?);
        load_all(&mut self.workspace.ticket_links, select_in(self.tx, "ticket", missing.iter().copied(), None)?);
        load_all(&mut self.workspace.enrolments, select_in(self.tx, "record", missing.iter().copied(), None)?);
        if !self.has_flows {
            return Ok(());
        }
        load_all(&mut self.workspace.properties, select_in(self.tx, "record", missing.iter().copied(), None)?);
        load_all(&mut self.workspace.record_companies, select_in(self.tx, "record", missing.iter().copied(), None)?);
        let runs = self.fetch("record", missing)?;
        self.runs(runs)
    }

    /// Actions of the log, and the webhooks that they are, with the records that these are about.
    fn named_actions(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let mut webhooks: Vec<WebhookRow> = self.fetch("id", keys.webhooks.iter().map(|id| id.0))?;
        let mut named = keys.actions.clone();
        named.extend(webhooks.iter().map(|row| (row.event, row.n)));
        for (event, n) in named {
            let here = [event.to_value(), Value::Integer(n)];
            let actions: Vec<ActionRow> = select(self.tx, "WHERE event = $1 AND n = $2", &here)?;
            webhooks.extend(select(self.tx, "WHERE event = $1 AND n = $2", &here)?);
            self.tickets(actions.iter().map(|row| row.record).collect())?;
            let revisions = self.fetch("id", actions.iter().filter_map(|row| row.revision).map(|id| id.0))?;
            load_all(&mut self.workspace.revisions, revisions);
            load_all(&mut self.workspace.actions, actions);
        }
        load_all(&mut self.workspace.webhooks, webhooks);
        Ok(())
    }

    /// Runs, and the revisions that they go on in.
    fn runs(&mut self, runs: Vec<RunRow>) -> Result<(), StoreError> {
        let here = &self.workspace.revisions;
        let missing: BTreeSet<i64> =
            runs.iter().filter(|run| here.get(&run.revision).is_none()).map(|run| run.revision.0).collect();
        let revisions = self.fetch("id", missing)?;
        load_all(&mut self.workspace.revisions, revisions);
        load_all(&mut self.workspace.runs, runs);
        Ok(())
    }

    fn addresses(&mut self, ids: BTreeSet<AddressId>) -> Result<(), StoreError> {
        let here = &self.workspace.addresses;
        let missing: Vec<i64> = ids.iter().filter(|id| here.get(id).is_none()).map(|id| id.0).collect();
        let addresses = self.fetch("id", missing)?;
        self.take_addresses(addresses);
        Ok(())
    }

    fn take_addresses(&mut self, addresses: Vec<AddressRow>) {
        for address in addresses {
            self.workspace.index(IndexedRow::Address(&address));
            self.workspace.addresses.load(address);
        }
    }

    fn take_sends(&mut self, sends: Vec<SendRow>) {
        for send in sends {
            self.workspace.index(IndexedRow::Send(&send));
            self.workspace.sends.load(send);
        }
    }

    fn take_recipients(&mut self, recipients: Vec<RecipientRow>) {
        for recipient in recipients {
            self.workspace.index(IndexedRow::Recipient(&recipient));
            self.workspace.recipients.load(recipient);
        }
    }
}

fn load_all<R: Row>(table: &mut row::Table<R>, rows: Vec<R>) {
    rows.into_iter().for_each(|row| table.load(row));
}
