//! `ticketd apply`: makes the setup in force equal to a file, and shows first what that changes.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::check::problem_as_json;
use super::config_file::{DEFAULT_PATH, counted, decode, parse, read, render, wrong};
use super::database::{DatabaseArgs, find, wait_for};
use super::screen::Paint;
use super::{Code, Failure, difference, times};
use crate::config::{Difference, Problem, differences};
use crate::decide::{Objection, check_change, doubtful_properties, objections};
use crate::domain::{Occupied, Origin, Setup};
use crate::engine::{Engine, Outcome as Carried, SetupOrder, digest_of};
use crate::store::{Location, Store, journal, record_views};

/// How much of a revision's digest people need to tell it from another.
const SHORT: usize = 12;

/// Make the setup in force equal to a file, showing the difference first
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  ticketd apply desk.toml --db desk.db --dry-run   what would change; changes nothing
  ticketd apply desk.toml --db desk.db             show it, then do it
  ticketd apply --as alice                         ./ticketd.toml, in the database that it names, as that user
  ticketd export --db old.db | ticketd apply - --db new.db

A database that is not there yet is made. The file is a configuration as `ticketd export` and `ticketd init` write it; what it leaves out has
its default. All of it comes into force at once, or nothing: refused is what would take a stage, a
pipeline or a mailbox from under records, and what changes a setup that somebody else changed meanwhile.
Exit codes: 0 done, or nothing differs; 1 refused, records are in the way; 64 wrong arguments;
65 the database is damaged or newer; 66 no such file; 73 the database cannot be made; 75 the database is in use, or the
setup was changed meanwhile;
77 the user of --as has no role for it; 78 the file is wrong (every mistake is shown).")]
pub(super) struct Args {
    /// The configuration; `-` reads standard input; without it that of --config, else ./ticketd.toml
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    /// Show the difference and change nothing
    #[arg(long)]
    dry_run: bool,
    /// The user who does it: the journal says so, and that user's roles must allow it
    #[arg(long = "as", value_name = "USER")]
    user: Option<String>,
    #[command(flatten)]
    database: DatabaseArgs,
    /// One JSON object instead of text
    #[arg(long)]
    json: bool,
}

/// What the database holds, and what stands in the way.
struct InForce {
    /// `None`: nothing is in force yet.
    setup: Option<Setup>,
    revision: Option<String>,
    origin: Origin,
    occupied: Occupied,
}

/// What comes of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Same,
    WouldApply,
    Applied,
    Refused,
}

/// Compares, shows, applies.
pub(super) fn run(args: Args) -> anyhow::Result<Code> {
    let file = args.file.as_deref().or_else(|| args.database.file()).unwrap_or(Path::new(DEFAULT_PATH));
    let is_named = Some(file) != args.database.file();
    let stdin = file == Path::new("-");
    let name = if stdin { Path::new("standard input") } else { file };
    let text = if stdin { standard_input(name)? } else { read(name)? };
    let file = match parse(&text) {
        Ok(file) => file,
        Err(problems) if args.json => return tell_wrong(name, &problems),
        Err(problems) => return Err(wrong(name, &text, &problems).into()),
    };
    if !args.json {
        std::io::stderr().lock().write_all(render(name, &text, &file.warnings).as_bytes())?;
    }
    let named = if is_named { args.database.config()?.database } else { None };
    let location = args.database.location(named.as_deref().or(file.database.as_deref()))?;
    let there = find(&location)?;
    let created = there.is_none();
    // Made when it has something to hold; until then it is as empty as one in memory.
    let store = there.map_or_else(Store::in_memory, Ok)?;
    let in_force = in_force(&store, &file.setup)?;
    let before = in_force.setup.clone().unwrap_or_default();
    check_user(args.user.as_deref(), in_force.setup.as_ref().unwrap_or(&file.setup), &file.setup)?;
    let found = differences(&before, &file.setup);
    let refused = objections(&in_force.occupied, &before, &file.setup, &[]);
    let outcome = match (found.is_empty(), refused.is_empty(), args.dry_run) {
        (true, _, _) => Outcome::Same,
        (_, false, _) => Outcome::Refused,
        (_, _, true) => Outcome::WouldApply,
        (_, _, false) => Outcome::Applied,
    };
    let (in_force, after) = (&in_force, &file.setup);
    let warnings = &file.warnings;
    let told = Told { name, database: &location, created, in_force, after, warnings, found, refused, outcome };
    let mut out = std::io::stdout().lock();
    let shown = if args.json { Ok(()) } else { out.write_all(told.differences().as_bytes()) };
    if outcome == Outcome::Applied {
        let store = if created { Store::open(&location)? } else { store };
        let based_on = Some(in_force.revision.clone().unwrap_or_default());
        let order = SetupOrder { based_on, ..file.setup.clone().into() };
        install(&store, in_force.origin, order, args.user.as_deref())?;
    }
    if outcome == Outcome::Refused && !args.json {
        return Err(told.failure().into());
    }
    // What was ordered is done, whether or not anyone is still reading.
    shown?;
    writeln!(out, "{}", if args.json { told.as_json().to_string() } else { told.summary() })?;
    Ok(if outcome == Outcome::Refused { Code::Negative } else { Code::Success })
}

fn standard_input(name: &Path) -> anyhow::Result<String> {
    let mut bytes = Vec::new();
    std::io::stdin().lock().read_to_end(&mut bytes).map_err(|error| {
        let way_out = "give a file, or write one into the pipe";
        Failure::new(Code::NoInput, format!("cannot read standard input: {error}"), way_out)
    })?;
    Ok(decode(name, bytes)?)
}

fn in_force(store: &Store, after: &Setup) -> anyhow::Result<InForce> {
    Ok(store.read(|tx| {
        let setup = journal::current_setup(tx)?;
        let doubtful = setup.as_ref().map(|before| doubtful_properties(before, after)).unwrap_or_default();
        Ok(InForce {
            setup,
            revision: journal::current_digest(tx)?,
            origin: journal::origin(tx)?.unwrap_or(Origin::Live),
            occupied: record_views::occupied(tx, &doubtful)?,
        })
    })?)
}

/// Whether the user is there and may do it.
pub(super) fn check_user(user: Option<&str>, before: &Setup, after: &Setup) -> anyhow::Result<()> {
    if let Some(user) = user.filter(|user| before.user(user).is_none()) {
        let known: Vec<_> = before.users.iter().map(|user| user.name.as_str()).collect();
        let way_out = match known.is_empty() {
            true => "the setup in force has no users: leave out --as".to_owned(),
            false => format!("known users: {}", known.join(", ")),
        };
        let message = format!("there is no user `{user}` in the setup in force");
        return Err(Failure::new(Code::Usage, message, way_out).into());
    }
    Ok(check_change(before, after, user)?)
}

/// Puts a setup into force.
pub(super) fn install(store: &Store, origin: Origin, order: SetupOrder, user: Option<&str>) -> anyhow::Result<Carried> {
    let engine = Engine::resume(store.clone(), origin)?;
    Ok(wait_for(engine.change_setup(times::now(), user, order))??)
}

fn tell_wrong(name: &Path, problems: &[Problem]) -> anyhow::Result<Code> {
    let object = json!({
        "file": name.display().to_string(),
        "database": null,
        "created": false,
        "outcome": "wrong",
        "revision_before": null,
        "revision_after": null,
        "differences": [],
        "in_the_way": [],
        "problems": problems.iter().map(problem_as_json).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout().lock(), "{object}")?;
    Ok(Code::Config)
}

/// All that is told.
struct Told<'a> {
    name: &'a Path,
    database: &'a Location,
    /// It is made by this.
    created: bool,
    in_force: &'a InForce,
    after: &'a Setup,
    warnings: &'a [Problem],
    found: Vec<Difference>,
    refused: Vec<Objection>,
    outcome: Outcome,
}

impl Told<'_> {
    /// The revision that the file is; of a file in which nothing differs the one in force.
    fn revision_after(&self) -> String {
        let same = self.in_force.revision.clone().filter(|_| self.outcome == Outcome::Same);
        same.unwrap_or_else(|| digest_of(self.after))
    }

    fn differences(&self) -> String {
        if self.found.is_empty() {
            return String::new();
        }
        let (name, database) = (self.name.display(), self.database);
        let shown = difference::as_text(&self.found, Paint::for_stdout());
        format!("What {name} changes in the setup of {database}:\n\n{shown}\n")
    }

    fn summary(&self) -> String {
        let before = self.in_force.revision.as_deref().map_or("(none)".to_owned(), short);
        let (after, count) = (short(&self.revision_after()), counted(self.found.len(), "difference", "differences"));
        match self.outcome {
            Outcome::Same => format!("Nothing differs: revision {before} stays in force."),
            Outcome::WouldApply if self.created => {
                format!("{count}. Nothing was changed: {} would be made, with revision {after}.", self.database)
            }
            Outcome::WouldApply => format!("{count}. Nothing was changed: revision {before} would become {after}."),
            _ if self.created => format!("{count}. Made {} with revision {after}.", self.database),
            _ => format!("{count}. Applied: revision {before} became {after}."),
        }
    }

    fn failure(&self) -> Failure {
        let reasons: String = self.refused.iter().map(|reason| format!("\n  {reason}")).collect();
        let way_out = match self.in_force.origin {
            Origin::Live => "nothing was changed".to_owned(),
            Origin::Replay => format!(
                "nothing was changed; what a replay made can be made again: delete {}, apply the file, replay the mail",
                self.database
            ),
        };
        Failure::new(Code::Negative, format!("refused, records are in the way:{reasons}"), way_out)
    }

    fn as_json(&self) -> Value {
        let outcome = match self.outcome {
            Outcome::Same => "same",
            Outcome::WouldApply => "would_apply",
            Outcome::Applied => "applied",
            Outcome::Refused => "refused",
        };
        json!({
            "file": self.name.display().to_string(),
            "database": self.database.to_string(),
            "created": self.created && self.outcome == Outcome::Applied,
            "outcome": outcome,
            "revision_before": self.in_force.revision,
            "revision_after": self.revision_after(),
            "differences": self.found.iter().map(difference::as_json).collect::<Vec<_>>(),
            "in_the_way": self.refused.iter().map(Objection::to_string).collect::<Vec<_>>(),
            "problems": self.warnings.iter().map(problem_as_json).collect::<Vec<_>>(),
        })
    }
}

pub(super) fn short(digest: &str) -> String {
    digest.chars().take(SHORT).collect()
}
