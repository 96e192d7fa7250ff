//! Edits of the setup in force, as every command makes them: what the user may not do is refused, the whole is checked as
//! `apply` checks a file, and it is saved as one change of the journal.

use std::io::Write;

use serde_json::json;

use super::apply::{install, short};
use super::config_file::parse;
use super::database::{Database, DatabaseArgs, UserArgs};
use super::screen::{Paint, line};
use super::{Code, Failure, difference};
use crate::config::{self, Severity, differences};
use crate::decide::{self, Operation, check_change};
use crate::domain::{Origin, Setup, StageMove};
use crate::engine::{SetupOrder, digest_of};
use crate::store::journal;

/// What every edit takes.
#[derive(Debug, clap::Args)]
pub(super) struct EditArgs {
    #[command(flatten)]
    user: UserArgs,
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// One JSON object: what came of it
    #[arg(long)]
    pub json: bool,
}

/// The exit codes of every edit, for `--help`.
macro_rules! edit_codes {
    () => {
        "\nExit codes: 0 done, or nothing differs; 1 refused, something is in the way; 64 wrong arguments; \
         66 no such database;\n75 the database is in use, or somebody else changed the setup meanwhile; 77 the user of --as \
         has no role for it;\n78 the setup would be wrong."
    };
}
pub(super) use edit_codes;

impl EditArgs {
    /// The user who does it.
    pub fn user<'a>(&'a self, database: &Database) -> Result<Option<&'a str>, Failure> {
        database.user(&self.user)
    }

    /// Refuses what the user may not do, before anything is asked.
    pub fn check(&self, database: &Database, operation: Operation) -> anyhow::Result<()> {
        Ok(decide::check(&database.setup, database.user(&self.user)?, operation)?)
    }

    /// Makes `after` the setup in force.
    pub fn save(&self, database: Database, after: Setup) -> anyhow::Result<Code> {
        self.save_moving(database, after, Vec::new())
    }

    /// The same, and the records of stages that it archives go elsewhere.
    pub fn save_moving(&self, database: Database, after: Setup, moves: Vec<StageMove>) -> anyhow::Result<Code> {
        let found = differences(&database.setup, &after);
        if database.setup == after {
            check_change(&database.setup, &after, self.user(&database)?)?;
            return self.tell(&database, &after, &[], 0);
        }
        let moved = self.put(&database, &after, moves)?;
        self.tell(&database, &after, &found, moved)?;
        self.mention(&after)
    }

    /// Makes `after` the setup in force where nobody else changed it meanwhile, and says nothing; gives how many records it
    /// moved.
    pub fn put(&self, database: &Database, after: &Setup, moves: Vec<StageMove>) -> anyhow::Result<usize> {
        let user = self.user(database)?;
        check_change(&database.setup, after, user)?;
        check_whole(after)?;
        let origin = database.store.read(journal::origin)?.unwrap_or(Origin::Live);
        let order = SetupOrder { based_on: Some(database.revision.clone()), moves, ..after.clone().into() };
        let outcome = install(&database.store, origin, order, user)?;
        let is_move = |change: &&crate::domain::Change| matches!(change, crate::domain::Change::SetStage(_));
        Ok(outcome.decision.changes.iter().filter(is_move).count())
    }

    fn tell(
        &self,
        database: &Database,
        after: &Setup,
        found: &[config::Difference],
        moved: usize,
    ) -> anyhow::Result<Code> {
        let same = database.setup == *after;
        let is = if same { database.revision.clone() } else { digest_of(after) };
        let was = if database.revision.is_empty() { None } else { Some(&database.revision) };
        let mut out = std::io::stdout().lock();
        if self.json {
            let object = json!({
                "outcome": if same { "same" } else { "saved" },
                "revision_before": was,
                "revision_after": is,
                "differences": found.iter().map(difference::as_json).collect::<Vec<_>>(),
                "moved": moved,
            });
            writeln!(out, "{object}")?;
            return Ok(Code::Success);
        }
        if same {
            writeln!(out, "Nothing differs from what is in force.")?;
            return Ok(Code::Success);
        }
        write!(out, "{}", difference::as_text(found, Paint::for_stdout()))?;
        if moved > 0 {
            writeln!(out, "{moved} moved.")?;
        }
        writeln!(out, "Saved: revision {} became {}.", was.map_or("(none)".to_owned(), |was| short(was)), short(&is))?;
        Ok(Code::Success)
    }

    /// A file that says otherwise would take it back.
    pub fn mention(&self, after: &Setup) -> anyhow::Result<Code> {
        if let Ok(Some(file)) = self.database.file_beside(after) {
            let file = file.display();
            let mut err = std::io::stderr().lock();
            writeln!(err, "ticketd: {file} has another setup: `ticketd apply {file}` would take this back")?;
            writeln!(err, "  `ticketd export` prints what belongs there")?;
        }
        Ok(Code::Success)
    }
}

/// Refuses a setup that `apply` would refuse as a file.
fn check_whole(after: &Setup) -> Result<(), Failure> {
    let Err(problems) = parse(&config::export(after)) else { return Ok(()) };
    let errors = problems.iter().filter(|problem| problem.severity == Severity::Error);
    let said: Vec<String> = errors
        .map(|problem| {
            let hint = problem.hint.as_ref().map(|hint| format!(" ({})", line(hint))).unwrap_or_default();
            format!("\n  {}{hint}", line(&problem.message))
        })
        .collect();
    let message = format!("nothing was changed, the setup would be wrong:{}", said.concat());
    Err(Failure { code: Code::Config, message, way_out: None })
}
