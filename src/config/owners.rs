//! Addresses of users and mailboxes: their form, and whose address is whose.

use std::collections::HashMap;

use super::problem::Report;
use super::table::{Placed, Table};
use crate::domain::EmailAddress;

/// An address and where it stands.
pub(super) type PlacedAddress = Placed<EmailAddress>;

/// Who has which address, with the line where that stands.
#[derive(Default)]
pub(super) struct Owners(HashMap<EmailAddress, (String, usize)>);

impl Owners {
    /// Gives the address to `owner` (``user `alice` ``). Reports it when someone has it already.
    pub(super) fn claim(&mut self, address: &PlacedAddress, owner: &str, report: &mut Report) {
        if self.refuse_taken(address, report) {
            return;
        }
        let line = report.line_of(address.span().start);
        self.0.insert(address.get_ref().clone(), (owner.to_owned(), line));
    }

    /// Reports the address when someone here has it already. Says whether someone has.
    pub(super) fn refuse_taken(&self, address: &PlacedAddress, report: &mut Report) -> bool {
        let Some((owner, line)) = self.0.get(address.get_ref()) else { return false };
        let message = format!("{} is already an address of {owner}", address.get_ref());
        report.error(
            address.span(),
            message,
            format!("see line {line}; an address belongs to one mailbox or one user"),
        );
        true
    }
}

/// The well-formed ones of the addresses at the key `address`, one or a list of them. `None` when the key is not there.
pub(super) fn read_addresses(table: &mut Table, report: &mut Report) -> Option<Vec<PlacedAddress>> {
    let texts = table.texts("address", report)?;
    Some(texts.iter().filter_map(|text| read_address(text, report)).collect())
}

/// The address that `text` is. Stricter than what is accepted from mail: no display name, no space, no list.
pub(super) fn read_address(text: &Placed<&str>, report: &mut Report) -> Option<PlacedAddress> {
    let plain = |text: &str| {
        !text.contains([' ', '\t', ',', ';', '<', '>', '"', '\\', '(', ')']) && text.matches('@').count() == 1
    };
    let address = Some(*text.get_ref()).filter(|text| plain(text)).and_then(EmailAddress::parse);
    match address.filter(|address| is_domain(address.domain())) {
        Some(address) => Some(Placed::new(text.span(), address)),
        None => {
            let hint = "only the address, without a name: \"alice@example.org\"";
            report.error(text.span(), format!("`{}` is no e-mail address", text.get_ref()), hint);
            None
        }
    }
}

/// Whether `text` has the form of a domain name, in Unicode or ASCII (RFC 5321 2.3.5, RFC 6531 3.3).
pub(super) fn is_domain(text: &str) -> bool {
    let is_label = |label: &str| {
        let inside = label.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_' || !c.is_ascii());
        !label.is_empty() && inside && !label.starts_with('-') && !label.ends_with('-')
    };
    text.split('.').all(is_label)
}

/// The addresses without their places.
pub(super) fn without_places(addresses: Vec<PlacedAddress>) -> Vec<EmailAddress> {
    addresses.into_iter().map(Placed::into_inner).collect()
}
