//! `ticketd db check`: whether a database is whole.

use std::io::{IsTerminal, Write};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::json;

use super::Code;
use super::database::{DatabaseArgs, existing};
use super::screen::{Paint, line};
use crate::engine;
use crate::store::check::{self, Check, Problem, WayOut};
use crate::store::{Location, Store, StoreError, views};

/// Look whether everything in the database is whole
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd db check --db desk.db           each check, and every problem with its way out
  ticketd db check --db desk.db --fold    fold the journal again, too: as long as deciding it took
  ticketd db check --json | jq .problems  for programs (docs/json.md)

Nothing is changed. The database may be in use: what is committed at this moment is checked.
Exit codes: 0 all is well; 1 there are problems; 64 no database named; 65 it is none, or newer;
66 there is none; 75 it is in use.")]
pub(super) struct Args {
    #[command(flatten)]
    database: DatabaseArgs,
    /// Fold the journal again and compare, as `ticketd replay --from-db`
    #[arg(long)]
    fold: bool,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// The checks that were made, each with what it found.
type Found = Vec<(&'static str, Vec<Problem>)>;

/// Checks, and prints what is wrong.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let database = args.database.existing_location()?;
    let bar = progress();
    let found = checked(&database, args.fold, &bar);
    bar.finish_and_clear();
    let found = found?;
    match args.json {
        true => print_json(&database, &found)?,
        false => print_text(&database, &found)?,
    }
    let clean = found.iter().all(|(_, problems)| problems.is_empty());
    Ok(if clean { Code::Success } else { Code::Negative })
}

fn checked(database: &Location, fold: bool, bar: &ProgressBar) -> anyhow::Result<Found> {
    let store = match existing(database) {
        Ok(store) => store,
        Err(error) => {
            // So damaged that it cannot be opened.
            let Some(StoreError::Corrupt { what, .. }) = error.downcast_ref() else { return Err(error) };
            let problem = Problem { what: what.clone(), way_out: WayOut::Restore };
            return Ok(vec![(Check::Integrity.as_str(), vec![problem])]);
        }
    };
    let mut found = store.read(|tx| {
        let mut found = Found::new();
        for check in Check::ALL {
            bar.set_message(check.as_str());
            bar.set_length(match check {
                Check::Contents => u64::try_from(check::contents_to_read(tx)?).unwrap_or_default(),
                _ => 0,
            });
            let problems = check.run(tx, &mut |done| bar.set_position(done))?;
            // Where pages are wrong, whatever is read next may be: it would only tell the same again.
            let broken = check == Check::Integrity && !problems.is_empty();
            found.push((check.as_str(), problems));
            if broken {
                break;
            }
        }
        Ok(found)
    })?;
    if fold && found.iter().all(|(_, problems)| problems.is_empty()) {
        found.push(("fold", folded(&store, bar)?));
    }
    Ok(found)
}

fn folded(store: &Store, bar: &ProgressBar) -> anyhow::Result<Vec<Problem>> {
    bar.set_message("fold");
    bar.set_length(u64::try_from(store.read(views::totals)?.events).unwrap_or_default());
    let refolded = engine::refold(store, |done| bar.set_position(done))?;
    let problem = |difference: &crate::store::dump::Difference| Problem {
        what: format!("folding the journal again gives another state (second): {difference}"),
        way_out: WayOut::Restore,
    };
    Ok(refolded.differences.iter().map(problem).collect())
}

fn print_text(database: &Location, found: &Found) -> std::io::Result<()> {
    let (mut out, paint) = (std::io::stdout().lock(), Paint::for_stdout());
    for (name, problems) in found {
        let verdict = match problems.len() {
            0 => paint.green("fine"),
            1 => paint.red("1 problem"),
            more => paint.red(&format!("{more} problems")),
        };
        writeln!(out, "{name:<12}{verdict}")?;
        for alike in problems.chunk_by(|one, other| one.way_out == other.way_out) {
            for problem in alike {
                writeln!(out, "  {}", line(&problem.what))?;
            }
            if let Some(problem) = alike.first() {
                writeln!(out, "    {}", way_out(&problem.way_out, database))?;
            }
        }
    }
    Ok(())
}

fn print_json(database: &Location, found: &Found) -> std::io::Result<()> {
    let checks: Vec<_> =
        found.iter().map(|(name, problems)| json!({ "check": name, "fine": problems.is_empty() })).collect();
    let problems = found.iter().flat_map(|(name, problems)| problems.iter().map(move |problem| (name, problem)));
    let problems: Vec<_> = problems
        .map(|(name, problem)| {
            json!({ "check": name, "what": problem.what, "way_out": way_out(&problem.way_out, database) })
        })
        .collect();
    writeln!(
        std::io::stdout().lock(),
        "{}",
        json!({ "database": database.to_string(), "checks": checks, "problems": problems })
    )
}

fn way_out(way_out: &WayOut, database: &Location) -> String {
    match (way_out, database) {
        (WayOut::Restore, Location::File(_)) => format!(
            "ticketd restore BACKUP --db {database} --replace; without a backup that is whole: `sqlite3 FILE .recover` on a copy"
        ),
        (WayOut::Restore, Location::Server(_)) => "pg_restore what pg_dump kept of it".to_owned(),
        (WayOut::Statement(sql), Location::File(_)) => format!("while nothing uses it: sqlite3 {database} \"{sql}\""),
        (WayOut::Statement(sql), Location::Server(_)) => {
            format!("while nothing uses it: psql '{database}' -c \"{sql}\"")
        }
    }
}

/// A bar on standard error, where a person sees it.
fn progress() -> ProgressBar {
    let seen = std::io::stderr().is_terminal();
    let target = if seen { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(0), target);
    match ProgressStyle::with_template("{msg:<12}{bar:40} {pos}/{len}  {eta} left") {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
