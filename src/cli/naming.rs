//! The names that explanations need, learnt as they come up.

use crate::domain::*;
use crate::engine::Outcome;
use crate::explain::{Names, tickets_named};
use crate::store::{Store, StoreError, views};

/// Names of one database.
pub struct Naming {
    store: Store,
    names: Names,
}

impl Naming {
    /// The names of mailboxes and users in `store`, the labels of the stages of `setup`.
    pub fn new(store: Store, setup: &Setup) -> Result<Self, StoreError> {
        let mut names = Names::default();
        names.learn_stages(setup);
        store.read(|tx| {
            names.mailboxes = views::mailboxes(tx)?.into_iter().map(|row| (row.id, row.name)).collect();
            names.users = views::users(tx)?.into_iter().map(|row| (row.id, row.name)).collect();
            Ok(())
        })?;
        Ok(Naming { store, names })
    }

    /// Names all that an outcome mentions.
    pub fn of_outcome(&mut self, outcome: &Outcome) -> Result<&Names, StoreError> {
        let known = outcome.decision.ticket.zip(outcome.ticket_number);
        self.names.tickets.extend(known);
        self.of(&outcome.decision.explanation)
    }

    /// Names all that an explanation mentions.
    pub fn of(&mut self, explanation: &Explanation) -> Result<&Names, StoreError> {
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
