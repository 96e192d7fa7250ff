//! How long something is left alone that failed. Pure: the chance comes from outside.

use std::collections::VecDeque;
use std::time::Duration;

use tokio::time::Instant;

/// How long the pauses are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pauses {
    /// The first one; each further one is twice as long.
    pub first: Duration,
    pub longest: Duration,
    /// Where only a person can mend it: asked again and again, a server locks the account.
    pub for_care: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        let minutes = |count: u64| Duration::from_secs(60 * count);
        Pauses { first: Duration::from_secs(2), longest: minutes(5), for_care: minutes(15) }
    }
}

impl Pauses {
    /// The pause after that many failures in a row. `chance`, of all values alike, spreads those who failed together over
    /// the second half of it. `suggested`: what the server asks for; it gets that and some more.
    pub fn after(&self, failures: u32, needs_care: bool, suggested: Option<Duration>, chance: u8) -> Duration {
        let doubled = self.first.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(self.longest);
        let pause = if needs_care { self.for_care } else { doubled };
        let spread = pause / 2 + pause.mul_f64(f64::from(chance) / 512.0);
        spread.max(suggested.map(|asked| asked + self.first.mul_f64(f64::from(chance) / 256.0)).unwrap_or_default())
    }
}

/// How often something may be done at once. What comes every now and then is not kept waiting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Floor {
    /// So often within that time...
    pub times: usize,
    pub within: Duration,
    /// ...and there is a pause before each further time.
    pub pause: Duration,
}

impl Default for Floor {
    fn default() -> Self {
        Floor { times: 20, within: Duration::from_secs(10), pause: Duration::from_secs(1) }
    }
}

impl Floor {
    /// The pause before it is done again `now`. `recent`: when it was done, as far as that counts; filled here.
    pub(super) fn pause(&self, recent: &mut VecDeque<Instant>, now: Instant) -> Duration {
        while recent.front().is_some_and(|at| now.duration_since(*at) > self.within) {
            recent.pop_front();
        }
        let pause = if recent.len() < self.times { Duration::ZERO } else { self.pause };
        recent.push_back(now + pause);
        pause
    }
}

/// One of all values alike. Zero where the system has none to give.
pub(super) fn chance() -> u8 {
    let mut byte = [0];
    let _ = getrandom::fill(&mut byte);
    let [byte] = byte;
    byte
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSES: Pauses =
        Pauses { first: Duration::from_secs(2), longest: Duration::from_secs(300), for_care: Duration::from_secs(900) };

    #[test]
    fn pauses_double_up_to_the_longest_and_are_spread_over_their_second_half() {
        let (least, most) = (|n| PAUSES.after(n, false, None, 0), |n| PAUSES.after(n, false, None, 255));
        assert_eq!([1, 2, 3, 8, 9, 40].map(least), [1, 2, 4, 128, 150, 150].map(Duration::from_secs));
        for failures in [1, 2, 3, 9, u32::MAX] {
            assert!(most(failures) > least(failures).mul_f64(1.9), "{failures}");
            assert!(most(failures) <= PAUSES.longest, "{failures}");
        }
    }

    #[test]
    fn what_is_done_again_and_again_is_done_with_pauses_and_what_is_done_now_and_then_is_not() {
        let floor = Floor { times: 3, within: Duration::from_secs(10), pause: Duration::from_secs(1) };
        let (mut recent, begin) = (VecDeque::new(), Instant::now());
        let mut at = |tenths: u32| floor.pause(&mut recent, begin + Duration::from_millis(100) * tenths).as_secs();
        assert_eq!([0, 1, 2, 3, 14, 25].map(&mut at), [0, 0, 0, 1, 1, 1]);
        assert_eq!(at(200), 0);
        let (mut recent, seldom) = (VecDeque::new(), Duration::from_secs(5));
        assert!((0..50).all(|n| floor.pause(&mut recent, begin + seldom * n).is_zero()));
    }

    #[test]
    fn what_only_a_person_can_mend_is_not_tried_at_once() {
        assert_eq!(PAUSES.after(1, true, None, 0), Duration::from_secs(450));
    }

    #[test]
    fn a_server_gets_at_least_the_pause_that_it_asks_for() {
        let asked = Duration::from_millis(299_817);
        for chance in [0, 255] {
            assert!(PAUSES.after(1, false, Some(asked), chance) >= asked);
        }
        assert_eq!(PAUSES.after(9, false, Some(Duration::from_secs(1)), 0), Duration::from_secs(150));
    }
}
