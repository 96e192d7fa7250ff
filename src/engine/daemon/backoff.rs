//! How long something is left alone that failed. Pure: the chance comes from outside.

use std::time::Duration;

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
