//! From what a relay said to what the journal keeps of it.

use crate::domain::*;
use crate::smtp::{Delivery, Reply, SmtpError};

/// Characters of a reply that are kept.
const LONGEST_WORDS: usize = 200;

/// What a relay said about one recipient.
pub(super) fn answer(address: AddressId, delivery: &Delivery) -> RelayAnswer {
    let replied = |verdict, reply: &Reply| RelayAnswer {
        address,
        verdict,
        status: reply.enhanced.clone(),
        words: without_addresses(&reply.to_string()),
    };
    match delivery {
        Delivery::Sent(reply) => replied(RelayVerdict::Accepted, reply),
        Delivery::Deferred(reply) => replied(RelayVerdict::Deferred, reply),
        Delivery::Refused(reply) => replied(RelayVerdict::Refused, reply),
        Delivery::Unsendable(why) => in_words(address, RelayVerdict::Refused, why),
        Delivery::Unknown(error) => in_words(address, RelayVerdict::Unknown, &error.to_string()),
    }
}

/// The connection ended before the relay had the mail.
pub(super) fn cut_short(address: AddressId, error: &SmtpError) -> RelayAnswer {
    in_words(address, RelayVerdict::Deferred, &error.to_string())
}

fn in_words(address: AddressId, verdict: RelayVerdict, words: &str) -> RelayAnswer {
    RelayAnswer { address, verdict, status: None, words: without_addresses(words) }
}

/// The words, with `…` in the place of what looks like an address: the journal has none, so that a person can be forgotten.
fn without_addresses(words: &str) -> String {
    let words = words.split_whitespace().map(|word| if word.contains('@') { "…" } else { word });
    words.collect::<Vec<_>>().join(" ").chars().take(LONGEST_WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::without_addresses;

    #[test]
    fn what_is_kept_of_a_reply_has_no_address_in_it() {
        let said = "550 5.1.1 <cleo@example.com>: Recipient address rejected: User unknown";
        assert_eq!(without_addresses(said), "550 5.1.1 … Recipient address rejected: User unknown");
        assert_eq!(without_addresses(&"x ".repeat(500)).chars().count(), 200);
    }
}
