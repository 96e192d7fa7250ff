//! The names that explanations need, learnt as they come up.

use crate::domain::*;
use crate::engine::Outcome;
use crate::explain::{Names, tickets_named};
use crate::store::{Store, StoreError, views};

/// Names of one database.
pub struct Naming {
    store: Store,
    names: Names,
    /// Mailboxes and users are to be read again: a setup has come into force since.
    stale: bool,
}

impl Naming {
    /// The names of mailboxes and users in `store`, the labels of the stages of `setup`.
    pub fn new(store: Store, setup: &Setup) -> Result<Self, StoreError> {
        let mut naming = Naming { store, names: Names::default(), stale: true };
        naming.learn(setup);
        Ok(naming)
    }

    /// A setup came into force.
    pub fn learn(&mut self, setup: &Setup) {
        self.names.learn_stages(setup);
        self.stale = true;
    }

    fn read_directory(&mut self) -> Result<(), StoreError> {
        let names = &mut self.names;
        self.store.read(|tx| {
            names.mailboxes = views::mailboxes(tx)?.into_iter().map(|row| (row.id, row.name)).collect();
            names.users = views::users(tx)?.into_iter().map(|row| (row.id, row.name)).collect();
            Ok(())
        })?;
        self.stale = false;
        Ok(())
    }

    /// Names all that an outcome mentions.
    pub fn of_outcome(&mut self, outcome: &Outcome) -> Result<&Names, StoreError> {
        let known = outcome.decision.ticket.zip(outcome.ticket_number);
        self.names.tickets.extend(known);
        self.of(&outcome.decision.explanation)
    }

    /// Names all that an explanation mentions.
    pub fn of(&mut self, explanation: &Explanation) -> Result<&Names, StoreError> {
        if self.stale {
            self.read_directory()?;
        }
        let unknown: Vec<RecordId> =
            tickets_named(explanation).filter(|ticket| !self.names.tickets.contains_key(ticket)).collect();
        for record in unknown {
            let found = self.store.read(|tx| views::ticket(tx, record))?;
            self.names.tickets.extend(found.map(|found| (record, found.ticket.number)));
        }
        Ok(&self.names)
    }

    /// The names learnt so far.
    pub fn known(&self) -> &Names {
        &self.names
    }
}
