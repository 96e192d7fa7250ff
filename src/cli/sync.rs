//! `ticketd sync`: reads every mailbox once, and ends.

use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::atomic::Ordering;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget};
use serde_json::json;

use super::config_file::{DEFAULT_PATH, load};
use super::database::{find, location, wait_for};
use super::progress::styled;
#[cfg(unix)]
use super::signals::stop_when_told;
use super::{Code, Failure, accounts, times};
use crate::config::read_date;
use crate::domain::*;
use crate::engine::Engine;
use crate::engine::sync::{self, Mailbox, Order, Progress, Read, Summary};
use crate::imap::{Cause, ImapError, Limits};
use crate::store::{Location, Store, backup, copy, instance, journal};

/// Read the mailboxes once: what is new in them is taken, stored and decided
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd sync                          every mailbox of ./ticketd.toml that has an [mailbox.imap]
  ticketd sync support                  that one only
  ticketd sync --dry-run                decide about what is new, keep nothing, change nothing anywhere
  ticketd sync --history 2026-01-01     also what arrived before `start`, since then: threads and contacts, no tickets
  ticketd sync --json                   one JSON object a mailbox (docs/json.md)

Run again it takes what came since; run again after it was ended in any way, it goes on (docs/mailboxes.md).
Exit codes: 0 all mailboxes were read; 64 wrong arguments; 66 no such file; 75 a mailbox could not be read for
now (the others were), or another sync is at work; 77 a login was refused; 78 the configuration is wrong;
130 stopped by Ctrl-C, what was fetched is finished. Of several the highest.")]
pub(super) struct Args {
    /// Mailboxes to read, by name; without any: all that can be
    #[arg(value_name = "MAILBOX")]
    mailboxes: Vec<String>,
    /// The configuration; without it, ./ticketd.toml
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// The database; without it, that of the configuration
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
    /// Decide, and keep and change nothing
    #[arg(long)]
    dry_run: bool,
    /// Also import what arrived before the mailbox's `start`, since SINCE (a date) or all of it, as history
    #[arg(long, value_name = "SINCE", num_args = 0..=1, default_missing_value = "all", require_equals = false, value_parser = since)]
    history: Option<Timestamp>,
    /// One JSON object a line and mailbox instead of text
    #[arg(long)]
    json: bool,
}

fn since(text: &str) -> Result<Timestamp, String> {
    match text {
        "all" => Ok(Timestamp(0)),
        date => read_date(date).ok_or_else(|| "write a date: 2026-01-31".to_owned()),
    }
}

/// What became of the mails of a mailbox.
#[derive(Default)]
struct Taken {
    mails: u64,
    kinds: BTreeMap<Kind, u64>,
    /// Not read yet: they will be tried again.
    waiting: u64,
}

/// Reads, and says how it went.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let path = args.config.clone().unwrap_or_else(|| DEFAULT_PATH.into());
    let (config, warnings) = load(&path)?;
    std::io::stderr().lock().write_all(warnings.as_bytes())?;
    let mailboxes = accounts::chosen(&config, &path, &args.mailboxes)?;
    let database = args.db.clone().or_else(|| config.database.as_deref().map(Location::from)).ok_or_else(|| {
        let way_out = "name it with --db FILE, or set `database` in the configuration";
        Failure::new(Code::Usage, "which database?", way_out)
    })?;
    let _lock = if args.dry_run { None } else { instance::lock(&database)? };
    let desk = Desk::open(&database, args.dry_run)?;
    if desk.store.read(journal::origin)? == Some(Origin::Replay) {
        let message = format!("{database} holds a replay of files: what it decided to send would be sent");
        return Err(Failure::new(Code::Usage, message, "name another file for the desk").into());
    }
    let in_force = desk.store.read(journal::current_setup)?;
    let setup = in_force.as_ref().unwrap_or(&config.setup);
    accounts::must_be_in_force(&mailboxes, setup, &path, &database)?;
    if *setup != config.setup {
        let file = path.display();
        let way_out = format!("`ticketd apply {file} --db {database} --dry-run` shows the difference");
        writeln!(std::io::stderr().lock(), "ticketd: the setup in force in {database} is not {file}: {way_out}")?;
    }
    let names: Vec<String> = mailboxes.iter().map(|mailbox| mailbox.account.mailbox.clone()).collect();
    let order = Order { history: args.history, leave_server: args.dry_run, limits: Limits::default() };
    let (read, taken, stopped) = wait_for(read(&desk.store, setup, mailboxes, order))??;
    tell(&args, &names, &read, &taken)?;
    let worst = read.iter().filter_map(|read| read.result.as_ref().err()).map(code_of).max_by_key(|code| *code as u8);
    Ok(if stopped { Code::Stopped } else { worst.unwrap_or(Code::Success) })
}

type Done = (Vec<Read>, BTreeMap<usize, Taken>, bool);

async fn read(store: &Store, setup: &Setup, mailboxes: Vec<Mailbox>, order: Order) -> anyhow::Result<Done> {
    let engine = Engine::start(store.clone(), Origin::Live, setup, times::now()).await?;
    let bars = Bars::of(&mailboxes);
    let stop = stop_when_told()?;
    let mut taken: BTreeMap<usize, Taken> = BTreeMap::new();
    let read = sync::sync(&engine, mailboxes, order, times::now, &stop, &mut |progress| {
        match progress {
            Progress::Found { mailbox, mails } => bars.found(mailbox, mails),
            Progress::Taken { mailbox, outcome, .. } => {
                bars.taken(mailbox);
                let taken = taken.entry(mailbox).or_default();
                taken.mails += 1;
                match outcome.decision.kind {
                    Some(kind) => *taken.kinds.entry(kind).or_default() += 1,
                    None => taken.waiting += 1,
                }
            }
        }
        Ok(())
    })
    .await?;
    bars.clear();
    Ok((read, taken, stop.load(Ordering::Relaxed)))
}

/// Nothing stops it but the system's own way.
#[cfg(not(unix))]
fn stop_when_told() -> std::io::Result<std::sync::Arc<std::sync::atomic::AtomicBool>> {
    Ok(std::sync::Arc::default())
}

/// The database that is worked on: a copy where nothing is to be kept.
struct Desk {
    store: Store,
    _copy: Option<Copy>,
}

/// A file that is gone in the end, with what SQLite keeps beside it.
struct Copy(PathBuf);

impl Desk {
    fn open(database: &Location, dry_run: bool) -> anyhow::Result<Desk> {
        if !dry_run {
            return Ok(Desk { store: Store::open(database)?, _copy: None });
        }
        let Some(original) = find(database)? else {
            return Ok(Desk { store: Store::in_memory()?, _copy: None });
        };
        let kept = Copy(std::env::temp_dir().join(format!("ticketd-dry-run-{}.db", std::process::id())));
        match database {
            Location::File(path) => {
                backup::write(path, &kept.0)?;
            }
            Location::Server(_) => {
                copy::copy(&original, &Store::open(&kept.0)?)?;
            }
        }
        Ok(Desk { store: Store::open(&kept.0)?, _copy: Some(kept) })
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        for end in ["", "-wal", "-shm"] {
            let mut name = self.0.clone().into_os_string();
            name.push(end);
            // One that is not there is gone as well.
            let _ = std::fs::remove_file(name);
        }
    }
}

/// What an error means for the one that called.
fn code_of(error: &ImapError) -> Code {
    match error.cause {
        Cause::Temporary => Code::TryLater,
        Cause::Refused => Code::NoPermission,
        Cause::Configuration => Code::Config,
    }
}

fn tell(args: &Args, names: &[String], read: &[Read], taken: &BTreeMap<usize, Taken>) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    let nothing = Taken::default();
    for Read { mailbox, result } in read {
        let name = names.get(*mailbox).map_or("", String::as_str);
        let taken = taken.get(mailbox).unwrap_or(&nothing);
        if args.json {
            writeln!(out, "{}", as_json(name, taken, result))?;
            continue;
        }
        match result {
            Ok(summary) => writeln!(out, "{name}: {}", in_words(taken, summary, args.dry_run))?,
            Err(error) => {
                writeln!(out, "{name}: {}, then it failed", in_words(taken, &Summary::default(), args.dry_run))?;
                writeln!(std::io::stderr().lock(), "ticketd: {name}: {error}")?;
            }
        }
    }
    Ok(())
}

fn in_words(taken: &Taken, summary: &Summary, dry_run: bool) -> String {
    let mut parts = Vec::new();
    if taken.mails > 0 {
        let kinds = taken.kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
        let waiting = Some(taken.waiting).filter(|count| *count > 0).map(|count| format!("{count} to be tried again"));
        let list = kinds.chain(waiting).collect::<Vec<_>>().join(", ");
        parts.push(format!("{} {}: {list}", taken.mails, if dry_run { "would be taken" } else { "taken" }));
    }
    if summary.withheld > 0 {
        parts.push(format!("{} left alone, they tie to nothing here", summary.withheld));
    }
    if summary.finished > 0 {
        parts.push(format!("{} finished on the server", summary.finished));
    }
    if parts.is_empty() { "nothing new".to_owned() } else { parts.join("; ") }
}

fn as_json(name: &str, taken: &Taken, result: &Result<Summary, ImapError>) -> serde_json::Value {
    let kinds: BTreeMap<&str, u64> = taken.kinds.iter().map(|(kind, count)| (kind.as_str(), *count)).collect();
    let summary = result.as_ref().ok();
    json!({
        "mailbox": name,
        "ok": result.is_ok(),
        "taken": taken.mails,
        "kinds": kinds,
        "waiting": taken.waiting,
        "withheld": summary.map(|summary| summary.withheld),
        "finished": summary.map(|summary| summary.finished),
        "error": result.as_ref().err().map(|error| json!({
            "code": code_of(error) as u8,
            "message": error.to_string(),
        })),
    })
}

/// A bar for each mailbox, on a terminal.
struct Bars {
    all: MultiProgress,
    bars: Vec<ProgressBar>,
}

impl Bars {
    fn of(mailboxes: &[Mailbox]) -> Bars {
        let seen = std::io::stderr().is_terminal();
        let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
        let all = MultiProgress::with_draw_target(target);
        let width = mailboxes.iter().map(|mailbox| mailbox.account.mailbox.chars().count()).max().unwrap_or_default();
        let bar = |mailbox: &Mailbox| {
            let bar = all.add(ProgressBar::no_length());
            bar.set_prefix(format!("{:width$} ", mailbox.account.mailbox));
            styled(bar)
        };
        Bars { bars: mailboxes.iter().map(bar).collect(), all }
    }

    fn found(&self, mailbox: usize, mails: u64) {
        if let Some(bar) = self.bars.get(mailbox) {
            bar.set_length(bar.length().unwrap_or_default() + mails);
        }
    }

    fn taken(&self, mailbox: usize) {
        if let Some(bar) = self.bars.get(mailbox) {
            bar.inc(1);
        }
    }

    fn clear(&self) {
        self.bars.iter().for_each(ProgressBar::finish_and_clear);
        // A terminal that is gone needs no clearing.
        let _ = self.all.clear();
    }
}
