//! A relay's limits: mails a minute, and mails at a time to one domain.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::time::Instant;

/// What is on its way, and when the next may follow.
pub(super) struct Pace {
    /// Between the beginnings of two mails.
    gap: Duration,
    next: Instant,
    per_domain: usize,
    under_way: BTreeMap<String, usize>,
}

impl Pace {
    /// Nothing is on its way yet.
    pub fn new(per_minute: Option<u32>, per_domain: Option<u32>) -> Pace {
        let gap = per_minute.map_or(Duration::ZERO, |mails| Duration::from_secs(60) / mails.max(1));
        let per_domain = per_domain.and_then(|mails| usize::try_from(mails).ok()).unwrap_or(usize::MAX);
        Pace { gap, next: Instant::now(), per_domain, under_way: BTreeMap::new() }
    }

    /// When the next mail may begin.
    pub fn next(&self) -> Instant {
        self.next
    }

    /// Whether a mail to these domains may begin as far as they are concerned.
    pub fn has_room(&self, domains: &[String]) -> bool {
        domains.iter().all(|domain| self.under_way.get(domain).is_none_or(|count| *count < self.per_domain))
    }

    /// A mail begins.
    pub fn begin(&mut self, domains: &[String]) {
        self.next = self.next.max(Instant::now()) + self.gap;
        for domain in domains {
            *self.under_way.entry(domain.clone()).or_default() += 1;
        }
    }

    /// It is over.
    pub fn end(&mut self, domains: &[String]) {
        for domain in domains {
            match self.under_way.get_mut(domain) {
                Some(count) if *count > 1 => *count -= 1,
                _ => {
                    self.under_way.remove(domain);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn to(domain: &str) -> Vec<String> {
        vec![domain.to_owned()]
    }

    #[test]
    fn a_domain_gets_as_many_at_a_time_as_it_may_and_others_are_not_kept() {
        let mut pace = Pace::new(None, Some(2));
        pace.begin(&to("a.example"));
        assert!(pace.has_room(&to("a.example")));
        pace.begin(&to("a.example"));
        assert!(!pace.has_room(&to("a.example")));
        assert!(pace.has_room(&to("b.example")));
        pace.end(&to("a.example"));
        assert!(pace.has_room(&to("a.example")));
    }

    #[tokio::test]
    async fn mails_begin_no_faster_than_so_many_a_minute() {
        let begun = Instant::now();
        let mut pace = Pace::new(Some(60 * 100), None);
        for _ in 0..11 {
            tokio::time::sleep_until(pace.next()).await;
            pace.begin(&[]);
        }
        assert!(begun.elapsed() >= Duration::from_millis(100), "{:?}", begun.elapsed());
    }
}
