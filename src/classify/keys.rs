//! Which rows must be at hand to classify a mail.

use super::thread::thread_index_key;
use crate::domain::*;

/// The keys of everything that the facts may refer to.
pub fn keys(facts: &Facts) -> Keys {
    let mut keys = Keys::default();
    let cited = facts.in_reply_to.iter().chain(&facts.references).chain(&facts.message_id);
    keys.message_ids.extend(cited.map(|id| LookupKey::of(id)));
    keys.digests.insert(facts.digest.dated_key(facts.date));
    let people = facts.participants().map(|participant| &participant.address);
    keys.addresses.extend(people.map(|address| LookupKey::of(address.as_str())));
    keys.references.extend(facts.tokens.iter().filter_map(reference_key));
    if let Some(forwarded) = &facts.forwarded {
        keys.addresses.extend(forwarded.from.iter().map(|from| LookupKey::of(from.address.as_str())));
    }
    if let Some(report) = &facts.report {
        keys.message_ids.extend(report.original_message_id.iter().map(|id| LookupKey::of(id)));
        keys.references.extend(report.original_token.iter().filter_map(reference_key));
        keys.addresses.extend(report.recipients.iter().map(|r| LookupKey::of(r.address.as_str())));
    }
    keys.thread_indexes.extend(facts.thread_index.as_ref().map(thread_index_key));
    keys.ticket_numbers.extend(facts.subject_tags.iter().map(|tag| tag.number));
    keys
}

fn reference_key(claim: &TokenClaim) -> Option<LookupKey> {
    Some(LookupKey::of(&claim.reference()?.to_string()))
}
