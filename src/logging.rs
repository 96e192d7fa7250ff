//! Log lines: which are written (`TICKETD_LOG`), in which form and where to (`TICKETD_LOG_FORMAT`).
//!
//! Only our own modules are heard, whatever level is asked for: what libraries would log at `trace` holds passwords and
//! mail. No room logs what a mail says, and addresses stand at `debug` and below.

mod journal;

use std::fs::File;
use std::io::IsTerminal;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

use journal::Journal;
use tracing_subscriber::filter::{LevelFilter, ParseError, Targets};
use tracing_subscriber::prelude::*;

/// Our modules, all of them.
const OURS: &str = "ticketd";

/// The form of a line, and with it the place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    /// For people, on standard error.
    Text,
    /// One JSON object a line, on standard error.
    Json,
    /// Entries with fields, to the journal of systemd.
    Journald,
}

/// Sets up logging as the environment asks for. `told` is the level where it asks for none. What is wrong there is given
/// back as a text for people.
pub(crate) fn begin(told: LevelFilter) -> Result<(), String> {
    let variable = |name| std::env::var(name).unwrap_or_default();
    let filter = filter(&variable("TICKETD_LOG"), told)?;
    let format = match format(&variable("TICKETD_LOG_FORMAT"))? {
        Some(format) => format,
        None if journal_is_stderr(&variable("JOURNAL_STREAM")) => Format::Journald,
        None => Format::Text,
    };
    let lines = tracing_subscriber::registry().with(filter);
    let stderr = || tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let text = || stderr().with_ansi(std::io::stderr().is_terminal());
    match format {
        Format::Text => lines.with(text()).init(),
        Format::Json => lines.with(stderr().json().flatten_event(true)).init(),
        Format::Journald => match Journal::open() {
            Ok(journal) => lines.with(journal).init(),
            Err(error) => {
                lines.with(text()).init();
                tracing::warn!(%error, "the journal cannot be reached: log lines go to standard error");
            }
        },
    }
    Ok(())
}

/// What `TICKETD_LOG` asks for: a level, or levels of modules (`ticketd::engine=debug`).
fn filter(wanted: &str, told: LevelFilter) -> Result<Targets, String> {
    if wanted.is_empty() {
        return Ok(Targets::new().with_target(OURS, told));
    }
    let wrong = |why: String| {
        let way_out =
            "for example TICKETD_LOG=debug or ticketd::engine=debug; levels are off, error, warn, info, debug, trace";
        format!("ticketd: TICKETD_LOG={wanted} is no filter: {why}\n  {way_out}")
    };
    let asked: Targets = wanted.parse().map_err(|error: ParseError| wrong(error.to_string()))?;
    // A level that is misspelt counts as a module.
    if let Some((module, _)) = asked.iter().find(|(module, _)| !is_ours(module)) {
        return Err(wrong(format!("`{module}` is no level and no module of ticketd")));
    }
    let all = asked.default_level().map(|level| (OURS, level));
    Ok(all.into_iter().chain(asked.iter()).collect())
}

fn is_ours(module: &str) -> bool {
    module.strip_prefix(OURS).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// What `TICKETD_LOG_FORMAT` asks for; `None`: nothing.
fn format(wanted: &str) -> Result<Option<Format>, String> {
    match wanted {
        "" => Ok(None),
        "text" => Ok(Some(Format::Text)),
        "json" => Ok(Some(Format::Json)),
        "journald" => Ok(Some(Format::Journald)),
        _ => Err(format!(
            "ticketd: TICKETD_LOG_FORMAT={wanted} is no format of log lines\n  formats are text, json, journald; without \
             it, journald where systemd has standard error go there, else text"
        )),
    }
}

/// Whether standard error is what systemd connected to the journal (`JOURNAL_STREAM=DEVICE:INODE`, systemd.exec(5)): a
/// child whose standard error was sent elsewhere inherits the variable, and writes where it was sent.
fn journal_is_stderr(stream: &str) -> bool {
    let stderr = std::io::stderr().as_fd().try_clone_to_owned().map(File::from).and_then(|file| file.metadata());
    stderr.is_ok_and(|stderr| stream == format!("{}:{}", stderr.dev(), stderr.ino()))
}

#[cfg(test)]
mod tests {
    use tracing::Level;

    use super::*;

    #[test]
    fn libraries_are_never_heard_and_ours_at_the_level_that_is_asked_for() {
        let heard = |wanted: &str, target: &str, level: Level| {
            filter(wanted, LevelFilter::INFO).unwrap().would_enable(target, &level)
        };
        for wanted in ["", "trace", "ticketd=trace", "ticketd::imap=trace"] {
            for library in ["async_imap", "async_imap::imap_stream", "lettre", "rustls", "tokio_postgres", "hyper"] {
                assert!(!heard(wanted, library, Level::ERROR), "{wanted}: {library}");
            }
        }
        assert!(heard("", "ticketd::cli::run", Level::INFO) && !heard("", "ticketd::cli::run", Level::DEBUG));
        assert!(heard("trace", "ticketd", Level::TRACE));
        assert!(heard("warn,ticketd::imap=debug", "ticketd::imap::connect", Level::DEBUG));
        assert!(!heard("warn,ticketd::imap=debug", "ticketd::engine", Level::INFO));
        assert!(!heard("off", "ticketd::engine", Level::ERROR));
    }

    #[test]
    fn what_is_no_filter_and_no_format_is_told_with_what_would_be_one() {
        for wrong in ["debugg", "ticketdx=debug", "async_imap=trace", "ticketd=loud"] {
            let said = filter(wrong, LevelFilter::WARN).unwrap_err();
            assert!(said.contains(wrong) && said.contains("for example TICKETD_LOG=debug"), "{said}");
        }
        for wrong in ["JSON", "xml", "json "] {
            let said = format(wrong).unwrap_err();
            assert!(said.contains(wrong) && said.contains("text, json, journald"), "{said}");
        }
        assert_eq!(format("json"), Ok(Some(Format::Json)));
    }

    #[test]
    fn standard_error_is_the_journal_only_where_device_and_inode_are_its_own() {
        let stderr = std::fs::metadata("/dev/stderr").unwrap();
        assert!(journal_is_stderr(&format!("{}:{}", stderr.dev(), stderr.ino())));
        for other in [String::new(), "x".to_owned(), format!("{}:{}", stderr.dev(), stderr.ino() + 1)] {
            assert!(!journal_is_stderr(&other), "{other}");
        }
    }
}
