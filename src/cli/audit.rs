//! `ticketd audit`: what the servers have, against what is stored.

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::{Value, json};

use super::database::{existing, wait_for};
use super::fetching::{Chosen, MailArgs, in_force, read};
use super::screen::line;
use super::times::now;
use super::{Code, accounts};
use crate::domain::FolderRole;
use crate::engine::access::Access;
use crate::engine::sync::{self, Audited, FolderAudit, Order};
use crate::imap::set_text;
use crate::store::{Store, instance};

/// Compare what the servers have with what is stored, mail by mail
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd audit                         every mailbox of ./ticketd.toml that has an [mailbox.imap]
  ticketd audit support                 that one only
  ticketd audit --repair                fetch what is missing, then compare again
  ticketd audit --json                  one JSON object a mailbox (docs/json.md)

Each mail on a server is stored, in quarantine, withheld (a user's own inbox), left alone by `start`, still to be
read by the next sync, parked (the server does not give it), or missing. What was deleted on a server after it was
taken is no fault. Without --repair nothing is fetched, kept or changed (docs/mailboxes.md).
Exit codes: 0 nothing is missing; 1 mails are missing or parked; 64 wrong arguments; 66 no such file; 75 a mailbox
could not be looked through for now, or with --repair another sync is at work; 77 a login was refused; 78 the
configuration is wrong; 130 stopped by Ctrl-C. Of several the highest.")]
pub(super) struct Args {
    #[command(flatten)]
    mail: MailArgs,
    /// Fetch what is missing and what is parked, and compare again
    #[arg(long)]
    repair: bool,
    /// One JSON object a line and mailbox instead of text
    #[arg(long)]
    json: bool,
}

/// Compares, and says what was found.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let Chosen { path, config, accounts, database } = args.mail.chosen()?;
    let names: Vec<String> = accounts.iter().map(|account| account.mailbox.clone()).collect();
    let _lock = if args.repair { Some(instance::lock(&database)?) } else { None };
    let store = if args.repair { Store::open(&database)? } else { existing(&database)? };
    let access = Access::new(config.oauth.clone(), store.clone(), now);
    let mailboxes = accounts::mailboxes(accounts.clone(), &access);
    let mut repaired: Option<BTreeMap<usize, u64>> = None;
    let mut failed = BTreeMap::new();
    if args.repair {
        let setup = in_force(&store, &path, &config, &accounts, &database)?;
        let order = Order { repair: true, ..Order::default() };
        let done = wait_for(read(&store, &setup, mailboxes.clone(), order))??;
        if done.stop.load(std::sync::atomic::Ordering::Relaxed) {
            return Ok(Code::Stopped);
        }
        repaired = Some(done.taken.into_iter().map(|(mailbox, taken)| (mailbox, taken.mails)).collect());
        let ended = done.read.into_iter().filter_map(|read| Some((read.mailbox, read.result.err()?)));
        failed = ended.collect::<BTreeMap<_, _>>();
    }
    let mut audited = wait_for(sync::audit_all(&store, mailboxes, now()))??;
    for audited in &mut audited {
        audited.error = audited.error.take().or_else(|| failed.remove(&audited.mailbox));
    }
    let mut out = std::io::stdout().lock();
    for audited in &audited {
        let name = names.get(audited.mailbox).map_or("", String::as_str);
        let taken = repaired.as_ref().map(|repaired| repaired.get(&audited.mailbox).copied().unwrap_or_default());
        match args.json {
            true => writeln!(out, "{}", as_json(name, audited, taken))?,
            false => tell(&mut out, name, audited, taken)?,
        }
    }
    Ok(code(&audited))
}

fn code(audited: &[Audited]) -> Code {
    let worst = audited.iter().filter_map(|audited| audited.error.as_ref()).map(accounts::code_of);
    let lacks = |folder: &FolderAudit| !folder.missing.is_empty() || !folder.parked.is_empty();
    match worst.max_by_key(|code| *code as u8) {
        Some(code) => code,
        None if audited.iter().flat_map(|audited| &audited.folders).any(lacks) => Code::Negative,
        None => Code::Success,
    }
}

fn tell(out: &mut impl Write, name: &str, audited: &Audited, taken: Option<u64>) -> anyhow::Result<()> {
    for folder in &audited.folders {
        writeln!(out, "{name}: {}", in_words(folder))?;
        if !folder.missing.is_empty() {
            writeln!(out, "  missing: UID {}", set_text(&folder.missing))?;
        }
        if !folder.parked.is_empty() {
            writeln!(out, "  parked, the server does not give it: UID {}", set_text(&folder.parked))?;
        }
    }
    if let Some(taken) = taken.filter(|taken| *taken > 0) {
        writeln!(out, "{name}: {taken} fetched by --repair, and counted above")?;
    }
    if let Some(error) = &audited.error {
        writeln!(std::io::stderr().lock(), "ticketd: {name}: {error}\n  {}", accounts::way_out(error.cause))?;
    }
    Ok(())
}

fn in_words(folder: &FolderAudit) -> String {
    let sent = if folder.role == FolderRole::Sent { " (sent mail)" } else { "" };
    let header_only = match folder.header_only {
        0 => String::new(),
        count => format!(" ({count} by the header only)"),
    };
    let counts = [
        (folder.quarantined, "in quarantine"),
        (folder.withheld, "withheld"),
        (folder.left_alone, "left alone by `start`"),
        (folder.to_read, "to be read by the next sync"),
        (folder.parked.len() as u64, "parked"),
    ];
    let others = counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!(", {count} {what}"));
    format!(
        "{}{sent}: {} there, {} stored{header_only}{}, {} missing",
        line(&folder.name),
        folder.mails,
        folder.stored,
        others.collect::<String>(),
        folder.missing.len(),
    )
}

fn as_json(name: &str, audited: &Audited, taken: Option<u64>) -> Value {
    let folders = audited.folders.iter().map(|folder| {
        json!({
            "name": folder.name,
            "role": folder.role.as_str(),
            "uidvalidity": folder.uidvalidity,
            "mails": folder.mails,
            "stored": folder.stored,
            "header_only": folder.header_only,
            "quarantined": folder.quarantined,
            "withheld": folder.withheld,
            "left_alone": folder.left_alone,
            "to_read": folder.to_read,
            "parked": folder.parked.len(),
            "parked_uids": set_text(&folder.parked),
            "missing": folder.missing.len(),
            "missing_uids": set_text(&folder.missing),
        })
    });
    json!({
        "mailbox": name,
        "ok": audited.error.is_none(),
        "folders": folders.collect::<Vec<_>>(),
        "repaired": taken,
        "error": audited.error.as_ref().map(|error| json!({
            "code": accounts::code_of(error) as u8,
            "message": error.to_string(),
        })),
    })
}
