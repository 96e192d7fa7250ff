//! What several tests need.

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Whether the long forms of tests are asked for (`tests/run --full`).
pub fn full() -> bool {
    std::env::var_os("TICKETD_TESTS").is_some_and(|value| value == "full")
}

/// The folder of shared test data. `None`, said aloud, where there is none.
pub fn shared(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("TICKETD_SHARED").map_or_else(|| root().join("../shared"), PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: {name}: no shared test data at {}", folder.display());
    None
}

/// A mail with LF ends.
pub fn with_lf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len());
    for (at, &byte) in raw.iter().enumerate() {
        if byte != b'\r' || raw.get(at + 1) != Some(&b'\n') {
            out.push(byte);
        }
    }
    out
}

/// A mail with CRLF ends, as it travels.
pub fn with_crlf(raw: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(raw.len() + raw.len() / 20);
    for byte in with_lf(raw) {
        if byte == b'\n' {
            out.push(b'\r');
        }
        out.push(byte);
    }
    out
}

/// Numbers that look random (xorshift, Marsaglia 2003) and can be had again.
pub struct Random {
    /// What they came from: printed, and taken from `TICKETD_SEED` where that is set.
    pub seed: u64,
    state: u64,
}

impl Random {
    /// Begins anew, or as `TICKETD_SEED` says.
    pub fn seeded() -> Self {
        let given = std::env::var("TICKETD_SEED").ok().and_then(|seed| seed.parse().ok());
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let seed = given.unwrap_or(u64::from(now.subsec_nanos()));
        println!("TICKETD_SEED={seed}");
        Random { seed, state: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1 }
    }

    fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        self.state
    }

    /// From 0 to `bound`, without it.
    pub fn below(&mut self, bound: u64) -> u64 {
        (self.next() >> 11) % bound
    }

    /// From 0 to 1, without it.
    pub fn share(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// What a run said on standard error, without the lines that say that nobody takes what is in the outbox.
pub fn but_the_outbox(stderr: &str) -> String {
    let about =
        |line: &str| line.contains(" waiting in the outbox, and no relay") || line.starts_with("  add a [[relay]]");
    stderr.split_inclusive('\n').filter(|line| !about(line)).collect()
}

/// What a run said on standard error, without the line that says which setup a replay goes by.
pub fn but_the_setup(stderr: &str) -> String {
    stderr.split_inclusive('\n').filter(|line| !line.starts_with("ticketd: setup: ")).collect()
}
