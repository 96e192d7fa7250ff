//! Exit codes, those of sysexits.h, and the one place that maps errors to them.

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use crate::decide::Refusal;
use crate::engine::EngineError;
use crate::store::StoreError;
use crate::store::backup::CopyError;

/// What the program says to the one that called it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    Success = 0,
    /// The answer is no: mail was quarantined, a journal gives another state, an order was refused.
    Negative = 1,
    /// EX_USAGE: wrong arguments.
    Usage = 64,
    /// EX_DATAERR: a database that is damaged, too new, or none.
    Data = 65,
    /// EX_NOINPUT: an input file is missing or cannot be read.
    NoInput = 66,
    /// EX_SOFTWARE: an error that nobody foresaw.
    Software = 70,
    /// EX_CANTCREAT: an output file cannot be made.
    CantCreate = 73,
    /// EX_IOERR: reading or writing failed while at it.
    Io = 74,
    /// EX_TEMPFAIL: trying again later may help.
    TryLater = 75,
    /// EX_NOPERM: the user has no role for it.
    NoPermission = 77,
    /// EX_CONFIG: the configuration is wrong.
    Config = 78,
    /// Told to stop by a signal: what shells say of a program that SIGINT ended.
    Stopped = 130,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> ExitCode {
        ExitCode::from(code as u8)
    }
}

/// An error that says how the program ends and what the operator can do.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    pub code: Code,
    pub message: String,
    pub way_out: Option<String>,
}

impl Failure {
    /// A failure and what to do about it.
    pub fn new(code: Code, message: impl Into<String>, way_out: impl Into<String>) -> Self {
        Failure { code, message: message.into(), way_out: Some(way_out.into()) }
    }
}

/// Prints clap's answer: help and version are no errors.
pub(super) fn usage(answer: &clap::Error) -> Code {
    // Nobody is left to tell when standard output or error is gone.
    let _ = answer.print();
    if answer.use_stderr() { Code::Usage } else { Code::Success }
}

/// Whether the reader of our output has gone.
pub(super) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        io.or_else(json) == Some(ErrorKind::BrokenPipe)
    })
}

/// What kept standard output from being written, where that is what failed: commands write nothing else without a
/// failure of their own.
fn of_output(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let io = cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind);
        let json = || cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
        let kind = io.or_else(json)?;
        let cannot = matches!(kind, ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge);
        cannot.then(|| format!("standard output cannot be written: {kind}"))
    })
}

/// Prints an error with its causes and the way out, and says which code it means. A reader that has gone
/// (`ticketd … | head`) is no error.
pub(super) fn failed(error: &anyhow::Error) -> Code {
    if is_broken_pipe(error) {
        return Code::Success;
    }
    let output = of_output(error).map(|message| {
        let way_out = "give it a place with room; a replay with --db may be run again and goes on";
        anyhow::Error::from(Failure::new(Code::Io, message, way_out))
    });
    let error = output.as_ref().unwrap_or(error);
    let failure = error.downcast_ref::<Failure>();
    let mut text = format!("ticketd: {error:#}\n");
    if let Some(way_out) = failure.and_then(|failure| failure.way_out.as_ref()) {
        text.push_str(&format!("  {way_out}\n"));
    }
    // As above.
    let _ = std::io::stderr().lock().write_all(text.as_bytes());
    failure.map(|failure| failure.code).or_else(|| error.chain().find_map(code_of)).unwrap_or(Code::Software)
}

/// What an error of the engine or its database means for the one that called.
fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<Code> {
    let store = match cause.downcast_ref() {
        Some(EngineError::Store(error)) => Some(error),
        Some(EngineError::Refused(refusal)) => return code_of(refusal),
        Some(EngineError::NoMessage(_)) => return Some(Code::NoInput),
        Some(EngineError::Unreadable(..)) => return Some(Code::Negative),
        Some(EngineError::ReadersHang { .. } | EngineError::NoThread(_)) => return Some(Code::TryLater),
        Some(EngineError::NoKey) | None => cause.downcast_ref(),
    };
    let store = match cause.downcast_ref() {
        Some(CopyError::Store(error)) => Some(error),
        Some(CopyError::Exists(_) | CopyError::File { .. }) => return Some(Code::CantCreate),
        Some(CopyError::InUse(_)) => return Some(Code::TryLater),
        None => store,
    };
    match cause.downcast_ref() {
        Some(Refusal::NoAddress | Refusal::NoRecord | Refusal::NoTask | Refusal::NoAction) => {
            return Some(Code::NoInput);
        }
        Some(Refusal::Role { .. } | Refusal::NoUser(_) | Refusal::Disabled(_)) => return Some(Code::NoPermission),
        Some(Refusal::SetupChanged { .. }) => return Some(Code::TryLater),
        Some(
            Refusal::NoValue { .. }
            | Refusal::NoProperty { .. }
            | Refusal::NotSettable(_)
            | Refusal::PipelineOfOther { .. },
        ) => return Some(Code::Usage),
        Some(_) => return Some(Code::Negative),
        None => {}
    }
    Some(match store? {
        StoreError::Busy { .. } | StoreError::Fetching { .. } | StoreError::Unreachable { .. } => Code::TryLater,
        StoreError::Full { .. } | StoreError::ReadOnly { .. } | StoreError::CannotOpen { .. } => Code::CantCreate,
        StoreError::CannotWrite { .. } => Code::Io,
        StoreError::CannotRead { .. } | StoreError::Missing { .. } => Code::NoInput,
        StoreError::Corrupt { .. } | StoreError::NewerDatabase { .. } | StoreError::NotADatabase { .. } => Code::Data,
        StoreError::NotEmpty { .. } => Code::Usage,
        StoreError::Panicked(_) | StoreError::Closed | StoreError::Other { .. } => Code::Software,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::Operation;

    #[test]
    fn what_is_refused_to_a_user_and_what_may_be_tried_again_have_codes_of_their_own() {
        let changed = Refusal::SetupChanged { based_on: "a".to_owned(), revision: "b".to_owned() };
        let role = Refusal::Role { user: "alice".to_owned(), operation: Operation::EditUser };
        let cases = [
            (changed, Code::TryLater),
            (role, Code::NoPermission),
            (Refusal::Disabled("alice".to_owned()), Code::NoPermission),
            (Refusal::NoUser("alice".to_owned()), Code::NoPermission),
            (Refusal::NoTask, Code::NoInput),
            (Refusal::NotSettable("stage".to_owned()), Code::Usage),
            (Refusal::AlreadyThere, Code::Negative),
        ];
        for (refusal, expected) in cases {
            assert_eq!(code_of(&EngineError::Refused(refusal.clone())), Some(expected), "{refusal}");
        }
    }
}
