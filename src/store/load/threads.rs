//! Conversations: messages and the threads that they are in, and what leads from one to the next.

use std::collections::BTreeSet;

use super::Loader;
use crate::domain::*;
use crate::store::StoreError;

/// How far the chain of parents is followed. Conversations have longer ones; the rules that look up the chain
/// (a reply to a forward) are about the nearest few.
const ROUNDS: usize = 20;

impl Loader<'_, '_> {
    /// What hangs together: parents, threads, their tickets, all threads of those, and so on until nothing new comes.
    pub(super) fn connected(&mut self, keys: &Keys) -> Result<(), StoreError> {
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

    pub(super) fn messages(&mut self, ids: BTreeSet<MessageId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.messages.insert(*id)).collect();
        let messages = self.fetch("id", missing)?;
        self.take_messages(messages);
        Ok(())
    }

    pub(super) fn take_messages(&mut self, messages: Vec<MessageRow>) {
        for message in messages {
            self.asked.messages.insert(message.id.0);
            self.workspace.index(IndexedRow::Message(&message));
            self.workspace.messages.load(message);
        }
    }

    pub(super) fn threads(&mut self, ids: BTreeSet<ThreadId>) -> Result<(), StoreError> {
        let missing: Vec<i64> = ids.iter().map(|id| id.0).filter(|id| self.asked.threads.insert(*id)).collect();
        let threads = self.fetch("id", missing)?;
        self.take_threads(threads);
        Ok(())
    }

    pub(super) fn take_threads(&mut self, threads: Vec<ThreadRow>) {
        for thread in threads {
            self.asked.threads.insert(thread.id.0);
            self.workspace.index(IndexedRow::Thread(&thread));
            self.workspace.threads.load(thread);
        }
    }
}
