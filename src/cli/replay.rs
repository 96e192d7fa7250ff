//! `ticketd replay`: mail in files, through the same steps as mail from a server. Never sends, never opens a connection.

use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use indicatif::ProgressBar;

use super::config_file::counted;
use super::database::{existing, location, wait_for};
use super::exit::is_broken_pipe;
use super::message_json::message;
use super::naming::Naming;
use super::progress::progress;
use super::screen::Paint;
#[cfg(unix)]
use super::signals::stop_when_told;
use super::sources::{Gathered, Placed, gather};
use super::stories::{self, Telling};
use super::transcript::{Counts, Entry, Look, Transcript, What};
use super::{Code, Failure, review, setup, times};
use crate::config::Config;
use crate::domain::*;
use crate::engine::{self, Ended, Engine, Replayed};
use crate::store::{Location, Store, StoreError, journal, keys, views};

/// Run mail from files through the program and print what becomes of it
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd replay mail/                          .eml files, Maildirs and mbox files under a folder
  ticketd replay mail/ --explain                all evidence, and what did not happen and why
  ticketd replay --mail support=in/ --mail support:Sent=sent/
                                                several mailboxes and folders, merged by arrival
  ticketd replay mail/ --json | jq .kind        one JSON object a message (docs/json.md)
  ticketd replay mail/ --db mail.db             keep the result: then `ticketd why`, `ticketd ticket`
  ticketd replay --from-db --db mail.db         fold the journal again; nothing may differ
  ticketd replay fixtures/stories               stories: mail, and what people do in between (docs/stories.md)

A plain PATH is the INBOX of the first team mailbox. Nothing is ever sent.
Exit codes: 0 done; 1 something was quarantined (--strict) or differs (--from-db); 64 wrong arguments;
66 a path holds no mail or a file cannot be read (the rest was processed), or a path is not there (nothing was); 73 or 74 the database cannot be
written; 78 the configuration is wrong; 130 stopped by Ctrl-C, what was in work is finished
(a second one ends it at once).")]
pub(super) struct Args {
    /// Mail in the first team mailbox's INBOX: .eml, mbox, Maildir or a folder of these
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Mail in that mailbox and folder (INBOX unless named); may be repeated
    #[arg(long, value_name = "MAILBOX[:FOLDER]=PATH")]
    mail: Vec<Placed>,
    /// Configuration, which comes into force in the database; without it: what is in force in the database of --db, else
    /// ./ticketd.toml where there is one, else one team mailbox `support` and the built-in pipeline
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Keep the result in this database, made when it is missing; without it: in memory
    #[arg(long, value_name = "FILE|postgres://…", value_parser = location())]
    db: Option<Location>,
    /// One JSON object a line and message instead of text
    #[arg(long)]
    json: bool,
    /// Print all evidence, losing candidates, rules that did not fire, effects that were skipped
    #[arg(long, conflicts_with = "json")]
    explain: bool,
    /// Exit with 1 when a mail was quarantined
    #[arg(long)]
    strict: bool,
    /// Fold the journal of --db again and compare
    #[arg(long, requires = "db", conflicts_with_all = ["paths", "mail", "config", "json", "explain", "strict"])]
    from_db: bool,
}

/// Replays, or folds a journal again.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    if let Some(db) = args.db.as_ref().filter(|_| args.from_db) {
        return refold(db);
    }
    if args.paths.is_empty() && args.mail.is_empty() {
        let way_out = "for example: ticketd replay mail/ (or --mail MAILBOX:FOLDER=PATH, or --from-db --db FILE)";
        return Err(Failure::new(Code::Usage, "no mail to replay: name a file or folder", way_out).into());
    }
    if let Some(folders) = stories::find(&args.paths)? {
        return tell_stories(&args, &folders);
    }
    let chosen = setup::choose(args.config.as_deref(), args.db.as_ref())?;
    chosen.tell()?;
    let config = chosen.config;
    let gathered = gather(&config.setup, &args.paths, &args.mail)?;
    let complete = tell_missing(&gathered)?;
    let passed = gathered.passed.lines();
    if gathered.sources.is_empty() {
        tell_passed(&passed)?;
        return Ok(Code::NoInput);
    }
    let (found, unlisted) = (gathered.sources.len(), gathered.unreadable.len());
    let done = wait_for(replay(&args, &config, gathered))??;
    tell_passed(&passed)?;
    tell_unreadable(unlisted + done.unreadable)?;
    if let Ended::Stopped { decided } = done.ended {
        let rest = match args.db {
            Some(_) => "are kept; run the same command again to go on",
            None => "were decided; nothing is kept without --db",
        };
        writeln!(std::io::stderr().lock(), "ticketd: stopped: {decided} of {found} mails {rest}")?;
        return Ok(Code::Stopped);
    }
    Ok(match complete && done.unreadable == 0 {
        false => Code::NoInput,
        true if args.strict && done.counts.quarantined() > 0 => Code::Negative,
        true => Code::Success,
    })
}

/// Stories have mailboxes and a configuration of their own.
fn tell_stories(args: &Args, folders: &[PathBuf]) -> anyhow::Result<Code> {
    if !args.mail.is_empty() || args.config.is_some() {
        let message = "a story says itself where its mail is found, and has its own configuration";
        return Err(Failure::new(Code::Usage, message, "leave out --mail and --config").into());
    }
    let bar = progress(folders.len() as u64, true);
    let telling = Telling { db: args.db.as_ref(), json: args.json, explain: args.explain };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let counts = runtime.block_on(stories::tell(&telling, folders, &bar));
    bar.finish_and_clear();
    let counts = counts?;
    Ok(if args.strict && counts.quarantined() > 0 { Code::Negative } else { Code::Success })
}

/// Says which paths hold no mail or cannot be read; whether there are none.
fn tell_missing(gathered: &Gathered) -> anyhow::Result<bool> {
    let mut err = std::io::stderr().lock();
    for path in &gathered.empty {
        writeln!(
            err,
            "ticketd: no mail under {}: name an .eml or mbox file, a Maildir or a folder of these",
            path.display()
        )?;
    }
    for unreadable in &gathered.unreadable {
        writeln!(err, "ticketd: cannot read {unreadable}")?;
    }
    Ok(gathered.empty.is_empty() && gathered.unreadable.is_empty())
}

/// Says what was not taken for mail: at the end, where it is seen.
fn tell_passed(lines: &[String]) -> std::io::Result<()> {
    let mut err = std::io::stderr().lock();
    lines.iter().try_for_each(|line| writeln!(err, "ticketd: {line}"))
}

/// How many could not be read: each was named where it came, which may be far above by now.
fn tell_unreadable(count: usize) -> std::io::Result<()> {
    match count {
        0 => Ok(()),
        count => {
            let count = counted(count, "file or folder", "files and folders");
            writeln!(std::io::stderr().lock(), "ticketd: {count} could not be read, named above")
        }
    }
}

/// What a replay came to.
struct Done {
    ended: Ended,
    counts: Counts,
    /// Files that were there and could not be read after all.
    unreadable: usize,
}

async fn replay(args: &Args, config: &Config, gathered: Gathered) -> anyhow::Result<Done> {
    let store = open(args.db.as_ref())?;
    let first = gathered.sources.first().map(|source| source.item.arrived_at).unwrap_or_default().min(times::now());
    let engine = Engine::start(store.clone(), Origin::Replay, &config.setup, first).await?;
    let bar = progress(gathered.sources.len() as u64, true);
    let naming = Naming::new(store.clone(), &config.setup)?;
    let listener = Listener { keeps: args.db.is_some(), gone: false };
    let stop = stop_when_told()?;
    let out = BufWriter::new(std::io::stdout().lock());
    let done = match args.json {
        true => as_json(&engine, (gathered, &stop), naming, (out, listener), &bar).await,
        false => {
            let zone = times::zone(config.time_zone.as_deref())?;
            let look = Look { zone, paint: Paint::for_stdout(), explain: args.explain };
            let transcript = Transcript::new(out, look, naming, &config.setup);
            as_text(&engine, (gathered, &stop), (transcript, listener), args.db.as_ref(), &bar).await
        }
    };
    bar.finish_and_clear();
    done
}

/// Nothing stops it but the system's own way.
#[cfg(not(unix))]
fn stop_when_told() -> std::io::Result<AtomicBool> {
    Ok(AtomicBool::new(false))
}

async fn as_json(
    engine: &Engine,
    (gathered, stop): (Gathered, &AtomicBool),
    mut naming: Naming,
    (mut out, mut listener): (impl Write, Listener),
    bar: &ProgressBar,
) -> anyhow::Result<Done> {
    let (mut counts, mut unreadable) = (Counts::default(), 0);
    let ended = engine::replay(engine, gathered.sources, times::now(), stop, |Replayed { source, result }| {
        bar.inc(1);
        match result {
            Ok((mail, outcome)) => {
                let names = naming.of_outcome(&outcome)?;
                counts.add(&outcome);
                listener.hear(|| {
                    serde_json::to_writer(&mut out, &message(&source, &mail, &outcome, names))?;
                    Ok(out.write_all(b"\n")?)
                })?;
            }
            Err(error) => unreadable += bar.suspend(|| tell(&error))?,
        }
        Ok(())
    })
    .await?;
    listener.hear(|| Ok(out.flush()?))?;
    Ok(Done { ended, counts, unreadable })
}

async fn as_text(
    engine: &Engine,
    (gathered, stop): (Gathered, &AtomicBool),
    (mut transcript, mut listener): (Transcript<impl Write>, Listener),
    db: Option<&Location>,
    bar: &ProgressBar,
) -> anyhow::Result<Done> {
    let mut unreadable = 0;
    let ended = engine::replay(engine, gathered.sources, times::now(), stop, |Replayed { source, result }| {
        bar.inc(1);
        match result {
            Ok((mail, outcome)) => {
                let what = What::Mail { mail: &mail, outcome: &outcome };
                listener.hear(|| transcript.entry(&Entry { at: source.item.arrived_at, what }))
            }
            Err(error) => {
                unreadable += bar.suspend(|| tell(&error))?;
                Ok(())
            }
        }
    })
    .await?;
    let totals = engine.store().read(views::totals)?;
    listener.hear(|| transcript.totals(&totals))?;
    if let Some(db) = db {
        listener.hear(|| transcript.after(&review::hint(&totals, db)))?;
    }
    Ok(Done { ended, counts: transcript.counts, unreadable })
}

/// Who reads what we print. Where a database keeps the result, mail is decided whether or not anyone is still reading.
struct Listener {
    keeps: bool,
    gone: bool,
}

impl Listener {
    fn hear(&mut self, say: impl FnOnce() -> anyhow::Result<()>) -> anyhow::Result<()> {
        if self.gone {
            return Ok(());
        }
        match say() {
            Err(error) if self.keeps && is_broken_pipe(&error) => {
                self.gone = true;
                Ok(())
            }
            said => said,
        }
    }
}

fn tell(error: &str) -> std::io::Result<usize> {
    writeln!(std::io::stderr().lock(), "ticketd: cannot read {error}")?;
    Ok(1)
}

/// The database of `--db`, or one in memory.
fn open(db: Option<&Location>) -> anyhow::Result<Store> {
    let Some(db) = db else { return Ok(in_memory()?) };
    let store = Store::open(db)?;
    if store.read(journal::origin)? == Some(Origin::Live) {
        let message = format!("{db} is the database of a running desk: a replay would add to its tickets");
        return Err(Failure::new(Code::Usage, message, "name a new file").into());
    }
    Ok(store)
}

/// A database that nobody sees again. Its key is known, so that the same mail gives the same output; it signs nothing
/// that leaves.
fn in_memory() -> Result<Store, StoreError> {
    let store = Store::in_memory()?;
    let created_at = Timestamp::default();
    let key = keys::SigningKey { kid: "1".to_owned(), secret: [1; 32], created_at, retired_at: None };
    store.write(|tx| keys::set(tx, std::slice::from_ref(&key), &keys::Seeds::of([2; 32])))?;
    Ok(store)
}

fn refold(db: &Location) -> anyhow::Result<Code> {
    let store = existing(db)?;
    let events = store.read(views::totals)?.events;
    let bar = progress(u64::try_from(events).unwrap_or_default(), false);
    let refolded = engine::refold(&store, |done| bar.set_position(done))?;
    bar.finish_and_clear();
    let mut out = std::io::stdout().lock();
    if refolded.differences.is_empty() {
        writeln!(out, "{} events folded, nothing differs", refolded.events)?;
        return Ok(Code::Success);
    }
    writeln!(
        out,
        "{} events folded; the state differs from the database (first), folded again (second):",
        refolded.events
    )?;
    for difference in &refolded.differences {
        writeln!(out, "  {difference}")?;
    }
    Ok(Code::Negative)
}
