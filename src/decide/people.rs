//! Addresses, contacts and participants: who is known afterwards.

use super::deciding::Deciding;
use crate::domain::*;

impl Deciding<'_> {
    /// The row of an address, made when it is new; a name seen for the first time is kept.
    pub(super) fn address(&mut self, who: &Participant) -> AddressId {
        if let Some(known) = self.ws.address(&who.address).cloned() {
            if known.name.is_empty() && !who.name.is_empty() {
                self.change(Change::Address(AddressRow { name: who.name.clone(), ..known.clone() }));
            }
            return known.id;
        }
        let row = AddressRow {
            id: self.id(),
            key: LookupKey::of(who.address.as_str()),
            address: who.address.clone(),
            name: who.name.clone(),
            contact: None,
            bounced: None,
        };
        let id = row.id;
        self.change(Change::Address(row));
        id
    }

    /// The contact at an address, made when there is none.
    pub(super) fn contact(&mut self, who: &Participant) -> ContactId {
        let address = self.address(who);
        let row = self.ws.addresses.get(&address).cloned();
        if let Some(contact) = row.as_ref().and_then(|row| row.contact) {
            return contact;
        }
        let contact = ContactRow { id: self.id(), name: who.name.clone(), marketing: false, address };
        let id = contact.id;
        self.change(Change::Contact(contact));
        if let Some(row) = row {
            self.change(Change::Address(AddressRow { contact: Some(id), ..row }));
        }
        id
    }

    /// Adds addresses to a thread's participants.
    pub(super) fn participants<'p>(&mut self, thread: ThreadId, people: impl Iterator<Item = &'p Participant>) {
        for who in people {
            let address = self.address(who);
            if self.ws.participants.get(&(thread, address)).is_none() {
                self.change(Change::Participant(ParticipantRow { thread, address }));
            }
        }
    }
}
