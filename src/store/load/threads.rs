//! Conversations: messages and the threads that they are in, and what leads from one to the next.

use std::collections::BTreeSet;

use super::Loader;
use crate::domain::*;
use crate::store::StoreError;

/// How far the chain of our own sends is followed. Conversations may have longer ones; the rules that look up the chain
/// (a reply to a forward) are about the nearest few.
const ROUNDS: usize = 20;

impl Loader<'_, '_> {
    /// What hangs together: parents, threads, their tickets, all threads of those, and so on until nothing new comes.
    pub(super) fn connected(&mut self, keys: &Keys) -> Result<(), StoreError> {
        self.leads.tickets.extend(&keys.tickets);
        for _ in 0..ROUNDS {
            if self.leads.are_none() {
                break;
            }
            let threads = std::mem::take(&mut self.leads.threads);
            self.threads(threads)?;
            let tickets = std::mem::take(&mut self.leads.tickets);
            self.tickets(tickets)?;
            let messages = std::mem::take(&mut self.leads.messages);
            self.messages(messages)?;
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
            self.leads.threads.extend(message.thread);
            self.leads.tickets.extend(message.ticket);
            // What a mail of ours answers is asked for (classify::forward); of what others wrote what a mail names itself.
            self.leads.messages.extend(message.parent.filter(|_| message.kind.is_own_send()));
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
            self.leads.tickets.extend(thread.ticket);
            self.leads.messages.extend([thread.root, thread.newest]);
            self.workspace.index(IndexedRow::Thread(&thread));
            self.workspace.threads.load(thread);
        }
    }
}
