//! Two sides taking turns, so that whatever else the machine does falls on both.

use std::fmt;
use std::time::{Duration, Instant};

const ROUNDS: usize = 15;
/// A round is made of so many passes over the input that it takes at least this long.
const ROUND: Duration = Duration::from_millis(100);

/// What was measured, and whether that is enough. Times are medians for one item; the ratio is the median of the ratios
/// of the rounds.
pub struct Goal {
    pub name: &'static str,
    pub ours: Figure,
    pub peer: Figure,
    pub ratio: f64,
    /// The ratio that may not be exceeded.
    pub at_most: f64,
}

/// One side of a goal.
pub enum Figure {
    Time(Duration),
    Bytes(u64),
}

impl Goal {
    /// Two times that were measured elsewhere.
    pub fn times(name: &'static str, at_most: f64, ours: Duration, peer: Duration) -> Goal {
        let ratio = ours.as_secs_f64() / peer.as_secs_f64();
        Goal { name, ours: Figure::Time(ours), peer: Figure::Time(peer), ratio, at_most }
    }

    /// Bytes that were held, and how many may be.
    pub fn memory(name: &'static str, held: u64, bound: u64) -> Goal {
        let ratio = held as f64 / bound as f64;
        Goal { name, ours: Figure::Bytes(held), peer: Figure::Bytes(bound), ratio, at_most: 1.0 }
    }

    /// Measures both sides, each of which goes once over all `items` when called.
    pub fn measure(name: &'static str, at_most: f64, items: usize, ours: impl Fn(), peer: impl Fn()) -> Goal {
        let passes = passes(&ours).max(passes(&peer));
        let (mut own_times, mut peer_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            // Who goes first changes too.
            let (own, other) = if round % 2 == 0 {
                let own = time(&ours, passes);
                (own, time(&peer, passes))
            } else {
                let other = time(&peer, passes);
                (time(&ours, passes), other)
            };
            own_times.push(own);
            peer_times.push(other);
            ratios.push(own / other);
        }
        let one = |times| Figure::Time(Duration::from_secs_f64(median(times) / (passes * items) as f64));
        Goal { name, ours: one(own_times), peer: one(peer_times), ratio: median(ratios), at_most }
    }

    /// Measures sides that take long, each of which gives the time that it took: what it needs made before is none of it.
    pub fn timed(
        name: &'static str,
        at_most: f64,
        rounds: usize,
        items: usize,
        ours: impl Fn() -> Duration,
        peer: impl Fn() -> Duration,
    ) -> Goal {
        let (mut own_times, mut peer_times, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..rounds {
            let (own, other) = if round % 2 == 0 {
                let own = ours();
                (own, peer())
            } else {
                let other = peer();
                (ours(), other)
            };
            own_times.push(own.as_secs_f64());
            peer_times.push(other.as_secs_f64());
            ratios.push(own.as_secs_f64() / other.as_secs_f64());
        }
        let one = |times| Figure::Time(Duration::from_secs_f64(median(times) / items as f64));
        Goal { name, ours: one(own_times), peer: one(peer_times), ratio: median(ratios), at_most }
    }

    pub fn is_met(&self) -> bool {
        self.ratio <= self.at_most
    }
}

impl fmt::Display for Goal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_met() { "pass" } else { "short" };
        let Goal { name, ours, peer, ratio, at_most } = self;
        write!(f, "{name} {ours} {peer} {ratio:.2} {at_most:.2} {verdict}")
    }
}

impl fmt::Display for Figure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Figure::Time(time) => write!(f, "{:.2}us", time.as_secs_f64() * 1e6),
            Figure::Bytes(bytes) => write!(f, "{:.1}MB", *bytes as f64 / 1e6),
        }
    }
}

fn passes(side: &impl Fn()) -> usize {
    side();
    let once = time(side, 1).max(1e-9);
    (ROUND.as_secs_f64() / once).ceil() as usize
}

fn time(side: &impl Fn(), passes: usize) -> f64 {
    let start = Instant::now();
    for _ in 0..passes {
        side();
    }
    start.elapsed().as_secs_f64()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
