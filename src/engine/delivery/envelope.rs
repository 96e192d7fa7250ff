//! Who a send is from and to, as far as relays are concerned.

use crate::compose::Token;
use crate::config::ReturnPath;
use crate::domain::{AddressId, EmailAddress};
use crate::smtp::Envelope;
use crate::store::outbox::DueSend;

/// The envelope of a send (RFC 5321 2.3.1). With `Verp` reports come back to an address that names the send: the mailbox's
/// own, with the send's token as its detail. Where that would be too long they come back to the mailbox.
pub(super) fn envelope_of(due: &DueSend, return_path: ReturnPath) -> Envelope {
    let named = match return_path {
        ReturnPath::Verp => due.message_id.as_deref().and_then(Token::of_message_id),
        ReturnPath::Mailbox => None,
    };
    let from = named.and_then(|token| token.plus_address(&due.from)).unwrap_or_else(|| due.from.clone());
    Envelope { from: Some(from), to: due.recipients.iter().map(|(_, address)| address.clone()).collect() }
}

/// The domains that a send goes to, each once, in lower case.
pub(super) fn domains_of(recipients: &[(AddressId, EmailAddress)]) -> Vec<String> {
    let mut domains: Vec<String> = recipients.iter().map(|(_, address)| address.domain().to_lowercase()).collect();
    domains.sort();
    domains.dedup();
    domains
}
