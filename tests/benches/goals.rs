//! Goals with figures. Each is measured against a peer on the same input, both sides taking turns within one run, and
//! printed as one line: `NAME ours peer ratio goal pass|short`. `tests/bench` runs this; names as arguments choose.

#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a bench prints its figures and fails loudly"
)]

mod daemon;
#[path = "../it/imap/dovecot.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod dovecot;
mod histories;
mod imap;
mod mails;
mod measure;
mod padding;
mod parse;
mod postgres;
mod replay;
#[path = "../it/postgres/server.rs"]
#[expect(dead_code, reason = "the tests use the rest of it")]
mod server;
mod smtp;
mod workflows;

use std::process::ExitCode;

/// Measures what belongs to one name.
type Bench = fn() -> Vec<measure::Goal>;

/// The names that can be asked for.
const BENCHES: [(&str, Bench); 8] = [
    ("daemon", daemon::goals),
    ("imap", imap::goals),
    ("parse", parse::goals),
    ("postgres", postgres::goals),
    ("replay", replay::goals),
    ("scale", replay::scale),
    ("smtp", smtp::goals),
    ("workflows", workflows::goals),
];

/// sysexits: wrong usage.
const USAGE: u8 = 64;

/// The program's own: its time is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // cargo puts a --bench of its own among the arguments.
    let names: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let Some(name) = names.iter().find(|name| BENCHES.iter().all(|(known, _)| known != name)) {
        let known: Vec<&str> = BENCHES.iter().map(|(known, _)| *known).collect();
        println!("no bench \"{name}\"; there is: {}", known.join(" "));
        return ExitCode::from(USAGE);
    }
    let mut short = false;
    for (name, goals) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            for goal in goals() {
                println!("{goal}");
                short |= !goal.is_met();
            }
        }
    }
    ExitCode::from(u8::from(short))
}
