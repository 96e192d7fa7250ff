//! `ticketd completions`: what a shell needs to know to complete our commands.

use std::io::Write;

use clap_complete::Shell;

use super::{Code, help};

/// Write what a shell needs to complete commands and options
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd completions bash > ~/.local/share/bash-completion/completions/ticketd
  ticketd completions zsh > ~/.zfunc/_ticketd
  ticketd completions fish > ~/.config/fish/completions/ticketd.fish

The Debian package brings those of bash, zsh and fish.
Exit codes: 0 written, 64 no such shell.")]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Writes them to standard output.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    // The generator panics where it cannot write: it gets memory to write to.
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut help::visible(), "ticketd", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Code::Success)
}
