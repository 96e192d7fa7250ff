//! The program: sets up logging and hands over to the command line.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use ticketd::cli::Code;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::prelude::*;

fn main() -> ExitCode {
    let filter = match filter() {
        Ok(filter) => filter,
        Err(message) => {
            // Nobody is left to tell when standard error is gone.
            let _ = writeln!(std::io::stderr().lock(), "{message}");
            return Code::Usage.into();
        }
    };
    let lines =
        tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(std::io::stderr().is_terminal());
    tracing_subscriber::registry().with(filter).with(lines).init();
    ticketd::cli::run(std::env::args_os()).into()
}

/// What `TICKETD_LOG` asks for: a level, or levels of modules (`ticketd::engine=debug`).
fn filter() -> Result<Targets, String> {
    let wanted = std::env::var("TICKETD_LOG").unwrap_or_default();
    if wanted.is_empty() {
        return Ok(Targets::new().with_default(LevelFilter::WARN));
    }
    let wrong = |why: String| {
        let way_out =
            "for example TICKETD_LOG=debug or ticketd::engine=debug; levels are off, error, warn, info, debug, trace";
        format!("ticketd: TICKETD_LOG={wanted} is no filter: {why}\n  {way_out}")
    };
    let filter: Targets = wanted.parse().map_err(|error: ParseError| wrong(error.to_string()))?;
    // A level that is misspelt counts as a module.
    match filter.iter().find(|(module, _)| !module.starts_with("ticketd")) {
        Some((module, _)) => Err(wrong(format!("`{module}` is no level and no module of ticketd"))),
        None => Ok(filter),
    }
}
