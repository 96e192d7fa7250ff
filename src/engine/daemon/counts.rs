//! What was taken since the start: how many mails of each kind, and how long each was on its way.

use std::collections::BTreeMap;

use crate::domain::*;

/// Up to so many milliseconds, from a mail's arrival on its server until it was stored. A server says when to the second
/// (RFC 9051 2.3.3), so less than that is chance.
pub const DELAYS: [Millis; 12] = [
    SECOND,
    2 * SECOND,
    3 * SECOND,
    5 * SECOND,
    10 * SECOND,
    30 * SECOND,
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    HOUR,
    6 * HOUR,
    DAY,
];

/// The mails that were taken.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts {
    /// Those that could not be read count as quarantined, or not at all while they are to be tried again.
    pub kinds: BTreeMap<Kind, u64>,
    /// How many took no longer than each of [`DELAYS`], and longer than the one before it.
    pub delays: [u64; DELAYS.len()],
    /// Mails whose delay is known, those that took longer than all of [`DELAYS`] among them.
    pub delayed: u64,
    /// Their delays together.
    pub delay: Millis,
}

impl Counts {
    /// A mail is stored. `arrived`: when the server had it, where it says so.
    pub fn taken(&mut self, kind: Option<Kind>, arrived: Option<Timestamp>, stored: Timestamp) {
        if let Some(kind) = kind {
            *self.kinds.entry(kind).or_default() += 1;
        }
        let Some(arrived) = arrived else { return };
        // A clock of the server that is ahead of ours.
        let delay = stored.since(arrived).max(0);
        self.delayed += 1;
        self.delay = self.delay.saturating_add(delay);
        if let Some(count) = DELAYS.iter().position(|most| delay <= *most).and_then(|at| self.delays.get_mut(at)) {
            *count += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delay_counts_where_it_belongs_and_one_that_nobody_knows_does_not() {
        let mut counts = Counts::default();
        let at = Timestamp(DAY);
        counts.taken(Some(Kind::Bounce), Some(at), at.plus(2 * SECOND));
        counts.taken(Some(Kind::Bounce), Some(at), at.plus(-HOUR));
        counts.taken(None, Some(at), at.plus(2 * DAY));
        counts.taken(Some(Kind::Echo), None, at);
        assert_eq!(counts.kinds, BTreeMap::from([(Kind::Bounce, 2), (Kind::Echo, 1)]));
        assert_eq!((counts.delays[0], counts.delays[1], counts.delays.iter().sum::<u64>()), (1, 1, 2));
        assert_eq!((counts.delayed, counts.delay), (3, 2 * SECOND + 2 * DAY));
    }
}
