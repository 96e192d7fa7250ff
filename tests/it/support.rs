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

/// What a run said on standard error, without the line that says which setup a replay goes by.
pub fn but_the_setup(stderr: &str) -> String {
    stderr.split_inclusive('\n').filter(|line| !line.starts_with("ticketd: setup: ")).collect()
}
