//! The program: sets up logging and hands over to the command line.

mod logging;

use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use ticketd::cli::{self, Code};
use tracing_subscriber::filter::LevelFilter;

/// Mail is many short texts that are taken by one thread and freed by another, of which the system's allocator makes a sixth
/// of the work of a replay.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    // Who starts a command reads what it prints; who looks after a daemon reads its log.
    let told = if cli::is_daemon(&args) { LevelFilter::INFO } else { LevelFilter::WARN };
    if let Err(message) = logging::begin(told) {
        // Nobody is left to tell when standard error is gone.
        let _ = writeln!(std::io::stderr().lock(), "{message}");
        return Code::Usage.into();
    }
    cli::run(args).into()
}
