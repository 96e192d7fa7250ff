//! `ticketd read-apart`: not for people. The program calls itself so, to learn whether a mail ends whoever reads it.

use std::io::{Read, Write};

use super::Code;
use crate::engine::apart;

/// Reads a mail from standard input, and says that it survived.
pub(super) fn run() -> anyhow::Result<Code> {
    let mut raw = Vec::new();
    std::io::stdin().lock().read_to_end(&mut raw)?;
    apart::read(raw);
    std::io::stdout().lock().write_all(apart::SURVIVED.as_bytes())?;
    Ok(Code::Success)
}
