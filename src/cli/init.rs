//! `ticketd init`: a file to begin with.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write};
use std::path::PathBuf;

use super::config_file::DEFAULT_PATH;
use super::{Code, Failure};
use crate::config::STARTER;

/// Write a commented configuration file to begin with
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd init                          write ./ticketd.toml
  ticketd init /etc/ticketd/ticketd.toml
  ticketd init --force                  begin anew, replacing the file that is there")]
pub(super) struct Args {
    /// Where to write it
    #[arg(default_value = DEFAULT_PATH)]
    path: PathBuf,
    /// Replace a file that is there
    #[arg(long)]
    force: bool,
}

/// Writes the file; never over another one unless told to.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let path = args.path.display();
    let mut options = OpenOptions::new();
    options.write(true).truncate(true);
    if args.force {
        options.create(true)
    } else {
        options.create_new(true)
    };
    if args.path.is_dir() {
        let way_out = format!("name a file in it: ticketd init {}", args.path.join(DEFAULT_PATH).display());
        return Err(Failure::new(Code::CantCreate, format!("{path} is a folder"), way_out).into());
    }
    let written = options.open(&args.path).and_then(|mut file| file.write_all(STARTER.as_bytes()));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            let way_out = "name another file, or replace this one with --force";
            Failure::new(Code::CantCreate, format!("{path} exists already"), way_out)
        }
        _ => Failure::new(
            Code::CantCreate,
            format!("cannot write {path}: {error}"),
            "name a file in a folder that is there and may be written to",
        ),
    })?;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Wrote {path}. Put your own mailbox and users in, then: ticketd check{}", config_option(&args.path))?;
    Ok(Code::Success)
}

fn config_option(path: &std::path::Path) -> String {
    if path == std::path::Path::new(DEFAULT_PATH) { String::new() } else { format!(" --config {}", path.display()) }
}
