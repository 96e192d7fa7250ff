//! `ticketd db copy`: the same desk in another place, a file or a server.

use std::io::Write;

use serde_json::{Value, json};

use super::Code;
use super::config_file::counted;
use super::database::{existing, location};
use crate::store::copy::{Copied, copy};
use crate::store::{Location, Store};

/// Copy a database into a new one, between files and PostgreSQL servers
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd db copy desk.db postgres://ann@localhost/desk     from a file to a server
  ticketd db copy postgres://ann@localhost/desk desk.db     and back
  ticketd db copy desk.db other.db --json | jq .rows

Everything is copied: mail, tickets, journal, keys, counters. The new database goes on where the old one is
at this moment; let one of them alone from then on, for both would give the same numbers. Every table is
read back and compared, count and hash, before anything is kept. How to name a server, and where its
password may stand: docs/postgresql.md.
Exit codes: 0 done; 64 TO has something in it; 65 FROM is damaged or newer; 66 FROM is not there;
73 or 74 TO cannot be written; 75 a server cannot be reached.")]
pub(super) struct Args {
    /// The database that is copied
    #[arg(value_name = "FROM", value_parser = location())]
    from: Location,
    /// Where the copy goes: a new file, or an empty database on a server
    #[arg(value_name = "TO", value_parser = location())]
    to: Location,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Copies, and tells what.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let from = existing(&args.from)?;
    let to = Store::open(&args.to)?;
    let copied = copy(&from, &to)?;
    let mut out = std::io::stdout().lock();
    match args.json {
        true => writeln!(out, "{}", as_json(&args, &copied))?,
        false => out.write_all(as_text(&args, &copied).as_bytes())?,
    }
    Ok(Code::Success)
}

fn as_text(args: &Args, copied: &[Copied]) -> String {
    let filled = copied.iter().filter(|table| table.rows > 0);
    let lines = filled.map(|table| format!("{:<16} {:>10}  {}\n", table.table, table.rows, hex(table, 8)));
    let sum = counted(usize::try_from(rows(copied)).unwrap_or(usize::MAX), "row", "rows");
    format!(
        "{}{sum} copied from {} to {}; counts and hashes are equal\n",
        lines.collect::<String>(),
        args.from,
        args.to
    )
}

fn as_json(args: &Args, copied: &[Copied]) -> Value {
    let table = |table: &Copied| json!({ "table": table.table, "rows": table.rows, "hash": hex(table, 32) });
    json!({
        "from": args.from.to_string(),
        "to": args.to.to_string(),
        "rows": rows(copied),
        "tables": copied.iter().map(table).collect::<Vec<_>>(),
    })
}

fn rows(copied: &[Copied]) -> u64 {
    copied.iter().map(|table| table.rows).sum()
}

/// The first bytes of a table's hash.
fn hex(table: &Copied, bytes: usize) -> String {
    table.digest.0.iter().take(bytes).map(|byte| format!("{byte:02x}")).collect()
}
