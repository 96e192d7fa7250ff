//! `ticketd sync`: reads every mailbox once, sends what is due, and ends.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::database::{find, open_or_make, wait_for};
use super::fetching::{Chosen, Done, MailArgs, Taken, in_force, read};
use super::{Code, accounts, delivery, times};
use crate::config::{Config, read_date};
use crate::domain::*;
use crate::engine::Engine;
use crate::engine::access::Access;
use crate::engine::sync::{Copied, Order, Read, Summary, copy_sent};
use crate::engine::webhooks::{Way, send_due};
use crate::imap::{ImapError, Limits};
use crate::store::{Location, Store, backup, copy, instance, webhooks};

/// Read the mailboxes once: take, store and decide what is new; send what is due
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd sync                          every mailbox of ./ticketd.toml that has an [mailbox.imap]
  ticketd sync support                  that one only
  ticketd sync --dry-run                decide about what is new, keep nothing, change nothing anywhere
  ticketd sync --history 2026-01-01     also what arrived before `start`, since then: threads and contacts, no tickets
  ticketd sync --json                   one JSON object a mailbox (docs/json.md)

Run again it takes what came since; run again after it was ended in any way, it goes on (docs/mailboxes.md).
Exit codes: 0 all mailboxes were read; 64 wrong arguments; 66 no such file; 75 a mailbox could not be read or a
relay not be reached for now (the others were), or another sync is at work; 77 a login was refused, or a relay
refuses us; 78 the configuration is wrong; 130 stopped by Ctrl-C, what was fetched is finished. Of several the
highest.")]
pub(super) struct Args {
    #[command(flatten)]
    mail: MailArgs,
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

/// Reads, and says how it went.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let Chosen { path, config, accounts, database } = args.mail.chosen()?;
    let _lock = if args.dry_run { None } else { Some(instance::lock(&database)?) };
    let desk = Desk::open(&database, args.dry_run)?;
    let setup = in_force(&desk.store, &path, &config, &accounts, &database)?;
    let access = Access::new(config.oauth.clone(), desk.consents.clone(), times::now);
    let mailboxes = accounts::mailboxes(accounts, &access);
    let names: Vec<String> = mailboxes.iter().map(|mailbox| mailbox.account.mailbox.clone()).collect();
    let wanting = mailboxes.iter().filter(|mailbox| mailbox.account.sent_copy).cloned().collect::<Vec<_>>();
    let order = Order { history: args.history, leave_server: args.dry_run, repair: false, limits: Limits::default() };
    // Before anything is read: what is wrong here is said while nothing has happened yet.
    let outlets = delivery::outlets(&config, &access)?;
    let Done { read, taken, stop } = wait_for(read(&desk.store, &setup, mailboxes, order))??;
    tell(&args, &names, &read, &taken)?;
    let mut codes: Vec<Code> =
        read.iter().filter_map(|read| read.result.as_ref().err()).map(accounts::code_of).collect();
    if !args.dry_run && !stop.load(Ordering::Relaxed) {
        let zone = times::zone(config.time_zone.as_deref())?;
        codes.push(delivery::deliver_due(&desk.store, &outlets, &stop, args.json, &zone)?);
        tell_others(&desk.store, &config, &stop)?;
        let copied = copy_sent(&desk.store, &setup, &config.accounts, &wanting, times::now, &stop);
        codes.extend(tell_copied(&wait_for(copied)??, args.json)?);
    }
    if stop.load(Ordering::Relaxed) {
        return Ok(Code::Stopped);
    }
    Ok(codes.into_iter().max_by_key(|code| *code as u8).unwrap_or(Code::Success))
}

/// Tells other programs what workflows have for them. What they answer is in the log of the workflow.
fn tell_others(store: &Store, config: &Config, stop: &AtomicBool) -> anyhow::Result<()> {
    if store.read(|tx| webhooks::due(tx, times::now(), 1))?.is_empty() {
        return Ok(());
    }
    let engine = Engine::resume(store.clone(), Origin::Live)?;
    let way = Way::new(config.webhooks.clone(), times::now);
    let (accepted, others) = wait_for(send_due(&engine, &way, stop))??;
    tracing::info!(accepted, others, "webhooks were sent");
    Ok(())
}

/// The database that is worked on: a copy where nothing is to be kept.
struct Desk {
    store: Store,
    /// Where consents are kept, also those that are used meanwhile: what they are afterwards holds for good.
    consents: Store,
    _copy: Option<Copy>,
}

/// A file that is gone in the end, with what SQLite keeps beside it.
struct Copy(PathBuf);

impl Desk {
    fn open(database: &Location, dry_run: bool) -> anyhow::Result<Desk> {
        if !dry_run {
            return Ok(Desk::of(open_or_make(database)?));
        }
        let Some(original) = find(database)? else {
            return Ok(Desk::of(Store::in_memory()?));
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
        Ok(Desk { store: Store::open(&kept.0)?, consents: original, _copy: Some(kept) })
    }

    fn of(store: Store) -> Desk {
        Desk { consents: store.clone(), store, _copy: None }
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

/// Says what came of the copies for Sent folders. Gives the codes of what failed.
fn tell_copied(copied: &[Copied], json: bool) -> anyhow::Result<Vec<Code>> {
    let (mut out, mut err) = (std::io::stdout().lock(), std::io::stderr().lock());
    for Copied { mailbox, appended, found, error } in copied {
        if json {
            let error = error.as_ref().map(ToString::to_string);
            let counts = json!({ "mailbox": mailbox, "appended": appended, "found": found, "error": error });
            writeln!(out, "{}", json!({ "sent_copies": counts }))?;
            continue;
        }
        let there = if *found > 0 { format!(", {found} there already") } else { String::new() };
        writeln!(out, "{mailbox}: {appended} put into its Sent folder{there}")?;
        if let Some(error) = error {
            writeln!(err, "ticketd: {mailbox}: copies for its Sent folder are tried again the next time: {error}")?;
        }
    }
    Ok(copied.iter().filter_map(|copied| copied.error.as_ref()).map(accounts::code_of).collect())
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
    if summary.parked > 0 {
        parts.push(format!("{} that the server does not give (`ticketd quarantine list`)", summary.parked));
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
        "parked": summary.map(|summary| summary.parked),
        "finished": summary.map(|summary| summary.finished),
        "error": result.as_ref().err().map(|error| json!({
            "code": accounts::code_of(error) as u8,
            "message": error.to_string(),
        })),
    })
}
