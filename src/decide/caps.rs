//! The loop guard: caps of automatic mail (semantics 6.5).

use super::deciding::Deciding;
use crate::domain::*;

const WINDOW: Millis = 3 * HOUR;
const PER_ADDRESS: usize = 10;
const PER_SUBJECT: usize = 2;

/// Automatic mail sent since then counts at `now`.
pub fn counts_since(now: Timestamp) -> Timestamp {
    now.plus(-WINDOW)
}

impl Deciding<'_> {
    /// Why an automatic mail to the address must not go out now, if so.
    pub(super) fn cap(&self, address: AddressId, subject: LookupKey) -> Option<EffectResult> {
        let row = self.ws.addresses.get(&address)?;
        if self.ws.setup.team_mailbox_at(&row.address).is_some() {
            return Some(EffectResult::OwnAddress);
        }
        if row.bounced == Some(BounceClass::Hard) {
            return Some(EffectResult::HardBounced);
        }
        let since = counts_since(self.context.at);
        let recent = self.ws.sent_to(address).filter(|sent| sent.automatic_at.is_some_and(|at| at > since));
        let subjects: Vec<_> = recent.map(|sent| sent.subject_key).collect();
        if subjects.len() >= PER_ADDRESS {
            return Some(EffectResult::AddressCap);
        }
        let same = subjects.iter().filter(|key| **key == Some(subject)).count();
        (same >= PER_SUBJECT).then_some(EffectResult::SubjectCap)
    }
}

/// What counts as the same subject: the template and the ticket's subject without prefixes and tags, in any case.
pub(super) fn subject_key(template: &str, title: &str) -> LookupKey {
    LookupKey::of(&format!("{template}\n{}", title.to_lowercase()))
}
