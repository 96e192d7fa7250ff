//! Fetches what a batch of events needs: first what its keys name, then what hangs on that, a few queries each. Whatever
//! does not wait for an answer is asked together: each time that one is waited for costs a way to the server.

mod flows;
mod people;
mod threads;

use std::collections::BTreeSet;
use std::sync::Arc;

use super::statement::{Question, ask, ask_in, select};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Row, Value};
use crate::domain::*;

/// Loads the rows that deciding about `keys` needs.
pub fn load(tx: &mut Tx<'_>, setup: Arc<Setup>, keys: &Keys) -> Result<Workspace, StoreError> {
    // Most setups need nothing of records but their stages.
    let has_flows = setup.has_flows()
        || !keys.timers.is_empty()
        || !keys.tickets.is_empty()
        || !keys.tasks.is_empty()
        || !keys.actions.is_empty();
    let mut loader =
        Loader { tx, workspace: Workspace::new(setup), asked: Asked::default(), leads: Leads::default(), has_flows };
    let (directory, named) = (loader.ask_directory()?, loader.ask_named(keys)?);
    loader.directory(directory)?;
    loader.named(keys, named)?;
    loader.connected(keys)?;
    let threads: Vec<i64> = loader.workspace.threads.iter().map(|thread| thread.id.0).collect();
    let participants = loader.ask("thread", threads)?;
    loader.sends(keys)?;
    loader.people(keys, participants)?;
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
    leads: Leads,
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

/// What rows name that came since they were followed last.
#[derive(Default)]
struct Leads {
    messages: BTreeSet<MessageId>,
    threads: BTreeSet<ThreadId>,
    tickets: BTreeSet<RecordId>,
}

impl Leads {
    fn are_none(&self) -> bool {
        self.messages.is_empty() && self.threads.is_empty() && self.tickets.is_empty()
    }
}

/// The few rows that every event may need.
struct Directory {
    mailboxes: Question<MailboxRow>,
    folders: Question<FolderRow>,
    users: Question<UserRow>,
    digests: Question<TimerRow>,
    workflows: Question<WorkflowRow>,
}

/// What is found by the keys alone.
struct Named {
    aliases: Question<AliasRow>,
    awaited: Question<AwaitedRow>,
    sends: Question<SendRow>,
    with_id: Question<MessageRow>,
    with_digest: Question<MessageRow>,
    contents: Question<ContentRow>,
    /// Deliveries that nobody could read.
    unread: [Question<DeliveryRow>; 2],
    indexes: Question<ThreadIndexRow>,
    tickets: Question<TicketRow>,
    addresses: Question<AddressRow>,
}

impl Loader<'_, '_> {
    fn ask_directory(&mut self) -> Result<Directory, StoreError> {
        let digests = "WHERE done_at IS NULL AND kind = $1";
        Ok(Directory {
            mailboxes: ask(self.tx, "", &[])?,
            folders: ask(self.tx, "", &[])?,
            users: ask(self.tx, "", &[])?,
            digests: ask(self.tx, digests, &[TimerKind::Digest.to_value()])?,
            workflows: ask(self.tx, "", &[])?,
        })
    }

    fn directory(&mut self, asked: Directory) -> Result<(), StoreError> {
        load_all(&mut self.workspace.mailboxes, asked.mailboxes.answer(self.tx)?);
        load_all(&mut self.workspace.folders, asked.folders.answer(self.tx)?);
        load_all(&mut self.workspace.users, asked.users.answer(self.tx)?);
        load_all(&mut self.workspace.timers, asked.digests.answer(self.tx)?);
        load_all(&mut self.workspace.workflows, asked.workflows.answer(self.tx)?);
        Ok(())
    }

    fn ask_named(&mut self, keys: &Keys) -> Result<Named, StoreError> {
        let ids = || keys.message_ids.iter().map(|key| key.0);
        let unread = "WHERE message IS NULL AND state = $1";
        Ok(Named {
            aliases: self.ask("key", ids())?,
            awaited: self.ask("key", ids())?,
            sends: self.ask("reference_key", keys.references.iter().map(|key| key.0))?,
            with_id: self.ask("id_key", ids())?,
            with_digest: self.ask("digest_key", keys.digests.iter().map(|key| key.0))?,
            contents: self.ask("key", keys.contents.iter().map(|key| key.0))?,
            unread: [
                ask(self.tx, unread, &[DeliveryState::Quarantined.to_value()])?,
                ask(self.tx, unread, &[DeliveryState::Dropped.to_value()])?,
            ],
            indexes: self.ask("key", keys.thread_indexes.iter().map(|key| key.0))?,
            tickets: self.ask("number", keys.ticket_numbers.iter().copied())?,
            addresses: self.ask("key", keys.addresses.iter().map(|key| key.0))?,
        })
    }

    /// What the keys name.
    fn named(&mut self, keys: &Keys, asked: Named) -> Result<(), StoreError> {
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
        self.flows(keys, fired)?;
        let deliveries: Vec<DeliveryRow> = self.fetch("id", deliveries)?;

        let aliases = asked.aliases.answer(self.tx)?;
        let awaited = asked.awaited.answer(self.tx)?;
        let sends = asked.sends.answer(self.tx)?;
        let with_id = asked.with_id.answer(self.tx)?;
        let with_digest = asked.with_digest.answer(self.tx)?;
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

        let contents = asked.contents.answer(self.tx)?;
        let delivered: BTreeSet<i64> = self.workspace.deliveries.iter().map(|delivery| delivery.content.0).collect();
        let delivered = self.fetch("id", delivered)?;
        for content in contents.into_iter().chain(delivered) {
            self.workspace.index(IndexedRow::Content(&content));
            self.workspace.contents.load(content);
        }
        self.unread_copies(asked.unread)?;
        let indexes = asked.indexes.answer(self.tx)?;
        self.threads(indexes.iter().map(|row| row.thread).collect())?;
        load_all(&mut self.workspace.thread_indexes, indexes);
        let tickets = asked.tickets.answer(self.tx)?;
        let noted = notices.iter().map(|notice| notice.ticket);
        let numbered = tickets.iter().map(|ticket| ticket.record);
        self.tickets(numbered.chain(noted).chain(keys.tickets.iter().copied()).collect())?;
        load_all(&mut self.workspace.held_notices, notices);
        let addresses = asked.addresses.answer(self.tx)?;
        self.take_addresses(addresses);
        Ok(())
    }

    /// Of the contents that are here, the deliveries that nobody could read: one decision settles them all.
    fn unread_copies(&mut self, asked: [Question<DeliveryRow>; 2]) -> Result<(), StoreError> {
        for asked in asked {
            let copies = asked.answer(self.tx)?;
            let here = &self.workspace.contents;
            let copies = copies.into_iter().filter(|copy| here.get(&copy.content).is_some()).collect();
            load_all(&mut self.workspace.deliveries, copies);
        }
        Ok(())
    }

    fn ask<R: Row>(&mut self, column: &str, keys: impl IntoIterator<Item = i64>) -> Result<Question<R>, StoreError> {
        ask_in(self.tx, column, keys, None)
    }

    fn fetch<R: Row>(&mut self, column: &str, keys: impl IntoIterator<Item = i64>) -> Result<Vec<R>, StoreError> {
        self.ask(column, keys)?.answer(self.tx)
    }

    /// Tickets with all that is theirs alone.
    fn tickets(&mut self, ids: BTreeSet<RecordId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.tickets.insert(*id)).collect();
        let missing = || missing.iter().copied();
        let records = self.ask("id", missing())?;
        let tickets = self.ask::<TicketRow>("record", missing())?;
        let threads = self.ask("ticket", missing())?;
        let contacts = self.ask("ticket", missing())?;
        let links = self.ask("ticket", missing())?;
        let enrolments = self.ask("record", missing())?;
        load_all(&mut self.workspace.records, records.answer(self.tx)?);
        for ticket in tickets.answer(self.tx)? {
            self.leads.tickets.extend(ticket.merged_into);
            self.leads.messages.extend(ticket.newest_firing);
            self.workspace.index(IndexedRow::Ticket(&ticket));
            self.workspace.tickets.load(ticket);
        }
        let threads = threads.answer(self.tx)?;
        self.take_threads(threads);
        load_all(&mut self.workspace.ticket_contacts, contacts.answer(self.tx)?);
        load_all(&mut self.workspace.ticket_links, links.answer(self.tx)?);
        load_all(&mut self.workspace.enrolments, enrolments.answer(self.tx)?);
        if self.has_flows {
            self.furniture(&missing().collect::<Vec<_>>())?;
        }
        Ok(())
    }
}

fn load_all<R: Row>(table: &mut row::Table<R>, rows: Vec<R>) {
    rows.into_iter().for_each(|row| table.load(row));
}
