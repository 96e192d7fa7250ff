//! People: whoever took part in what is here, whose addresses these are, and what was sent to them.

use std::collections::BTreeSet;

use super::{Loader, load_all};
use crate::domain::*;
use crate::store::StoreError;
use crate::store::statement::{Question, ask_in};

impl Loader<'_, '_> {
    /// The sends that are named, those whose messages are here, and to whom they went.
    pub(super) fn sends(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let messages: Vec<i64> = self.workspace.messages.iter().map(|message| message.id.0).collect();
        let (sends, named) = (self.ask("message", messages)?, self.ask("id", keys.sends.iter().map(|id| id.0))?);
        let mut sends: Vec<SendRow> = sends.answer(self.tx)?;
        sends.extend(named.answer(self.tx)?);
        let recipients = self.fetch("send", sends.iter().map(|send| send.id.0))?;
        self.take_sends(sends);
        self.take_recipients(recipients);
        Ok(())
    }

    /// Whoever took part: addresses, whose they are, and what was sent to them automatically.
    pub(super) fn people(&mut self, keys: &Keys, participants: Question<ParticipantRow>) -> Result<(), StoreError> {
        load_all(&mut self.workspace.participants, participants.answer(self.tx)?);
        let workspace = &self.workspace;
        let mut taking_part: BTreeSet<AddressId> = workspace.participants.iter().map(|row| row.address).collect();
        taking_part.extend(workspace.messages.iter().filter_map(|message| message.author));
        taking_part.extend(workspace.recipients.iter().map(|recipient| recipient.address));
        self.addresses(taking_part)?;

        let workspace = &self.workspace;
        let mut contacts: BTreeSet<i64> = workspace.ticket_contacts.iter().map(|row| row.contact.0).collect();
        contacts.extend(workspace.addresses.iter().filter_map(|address| address.contact).map(|id| id.0));
        contacts.extend(workspace.messages.iter().filter_map(|message| message.contact).map(|id| id.0));
        let of_contacts = self.ask("contact", contacts.iter().copied())?;
        let contacts = self.ask::<ContactRow>("id", contacts)?;
        let of_contacts = of_contacts.answer(self.tx)?;
        self.take_addresses(of_contacts);
        let contacts = contacts.answer(self.tx)?;
        self.addresses(contacts.iter().map(|contact| contact.address).collect())?;
        load_all(&mut self.workspace.contacts, contacts);

        let Some(since) = keys.automatic_since else { return Ok(()) };
        let addresses: Vec<i64> = self.workspace.addresses.iter().map(|address| address.id.0).collect();
        let sent = ask_in(self.tx, "address", addresses, Some(("automatic_at >=", since.0)))?;
        let sent: Vec<RecipientRow> = sent.answer(self.tx)?;
        let is_users = |row: &&RecipientRow| {
            self.workspace.addresses.get(&row.address).is_some_and(|address| keys.users.contains(&address.key))
        };
        let sends: BTreeSet<i64> = sent.iter().filter(is_users).map(|row| row.send.0).collect();
        let sends = self.fetch("id", sends)?;
        self.take_sends(sends);
        self.take_recipients(sent);
        Ok(())
    }

    pub(super) fn addresses(&mut self, ids: BTreeSet<AddressId>) -> Result<(), StoreError> {
        let here = &self.workspace.addresses;
        let missing: Vec<i64> = ids.iter().filter(|id| here.get(id).is_none()).map(|id| id.0).collect();
        let addresses = self.fetch("id", missing)?;
        self.take_addresses(addresses);
        Ok(())
    }

    pub(super) fn take_addresses(&mut self, addresses: Vec<AddressRow>) {
        for address in addresses {
            self.workspace.index(IndexedRow::Address(&address));
            self.workspace.addresses.load(address);
        }
    }

    pub(super) fn take_sends(&mut self, sends: Vec<SendRow>) {
        for send in sends {
            self.workspace.index(IndexedRow::Send(&send));
            self.workspace.sends.load(send);
        }
    }

    pub(super) fn take_recipients(&mut self, recipients: Vec<RecipientRow>) {
        for recipient in recipients {
            self.workspace.index(IndexedRow::Recipient(&recipient));
            self.workspace.recipients.load(recipient);
        }
    }
}
