//! What every edit of a workflow or stage automation has in common: what it begins with, that nobody else's is overwritten,
//! and what is said of it.

use std::io::Write;

use serde_json::{Value as Json, json};

use super::found::no_workflow;
use crate::cli::database::Database;
use crate::cli::edit::EditArgs;
use crate::cli::screen::{Paint, line};
use crate::cli::{Code, Failure};
use crate::decide::Operation;
use crate::domain::*;
use crate::store::workflow_log;
use crate::workflow::{self, Edited, Lost, edits};

/// What every edit takes.
#[derive(Debug, clap::Args)]
pub(super) struct ChangeArgs {
    /// Refuse where the newest revision of the workflow is another (`ticketd workflow revisions`)
    #[arg(long, value_name = "NUMBER")]
    revision: Option<usize>,
    #[command(flatten)]
    pub edit: EditArgs,
}

/// A workflow or stage automation that somebody changes.
pub(super) struct Changing {
    pub database: Database,
    pub name: String,
    /// The setup that is changed.
    pub setup: Setup,
    /// What it begins with: the draft, else what is in force.
    pub definition: Definition,
    /// All that it ever was, oldest first.
    pub revisions: Vec<WorkflowRevisionRow>,
}

impl ChangeArgs {
    /// What is edited. Refuses what the user may not do, and an edit of another revision than the newest.
    pub fn open(&self, name: &str) -> anyhow::Result<Changing> {
        let database = self.edit.database.open()?;
        let setup = database.setup.clone();
        let definition = definition_in(&setup, name).ok_or_else(|| no_workflow(name))?;
        self.edit.check(&database, operation(&setup, name))?;
        let revisions = database.store.read(|tx| workflow_log::revisions(tx, name))?;
        if let Some(meant) = self.revision.filter(|meant| *meant != revisions.len()) {
            let name = line(name);
            let message = format!("the newest revision of `{name}` is {}, and not {meant}", revisions.len());
            let way_out = format!("`ticketd workflow diff {name} {meant}` shows what somebody else changed");
            return Err(Failure::new(Code::TryLater, message, way_out).into());
        }
        Ok(Changing { database, name: name.to_owned(), setup, definition, revisions })
    }

    /// Saves another definition, and says how it differs from what there was.
    pub fn save(&self, changing: &Changing, after: &Definition, lost: &[Lost]) -> anyhow::Result<Code> {
        let found = edits(&changing.definition, after);
        self.put(changing, &changing.with(after), &Said { found: &found, lost, done: "Saved" })
    }

    /// Makes that the setup in force, and says what it is for the workflow.
    pub fn put(&self, changing: &Changing, after: &Setup, said: &Said<'_>) -> anyhow::Result<Code> {
        let Changing { database, name, .. } = changing;
        let same = database.setup == *after;
        if !same {
            self.edit.put(database, after, Vec::new())?;
        }
        let (revisions, standing) =
            database.store.read(|tx| Ok((workflow_log::revisions(tx, name)?, workflow_log::standing(tx, name)?)))?;
        let number = |id: Option<RevisionId>| Some(revisions.iter().position(|row| Some(row.id) == id)? + 1);
        let draft = number(standing.as_ref().and_then(|row| row.draft));
        let published = number(standing.as_ref().and_then(|row| row.published));
        let mut out = std::io::stdout().lock();
        if self.edit.json {
            let object = json!({
                "outcome": if same { "same" } else { "saved" },
                "workflow": name,
                "draft": draft,
                "published": published,
                "differences": said.found.iter().map(as_json).collect::<Vec<_>>(),
                "lost": said.lost.iter().map(lost_json).collect::<Vec<_>>(),
            });
            writeln!(out, "{object}")?;
            return Ok(Code::Success);
        }
        if same {
            writeln!(out, "Nothing differs.")?;
            return Ok(Code::Success);
        }
        write!(out, "{}", as_text(said.found))?;
        for lost in said.lost {
            let ids: Vec<_> = Step::all(&lost.steps).iter().map(|step| step.id.to_string()).collect();
            let what = lost.way.as_ref().map_or("what follows".to_owned(), |way| format!("way {}", line(way)));
            writeln!(out, "  lost with it: {what} ({})", ids.join(", "))?;
        }
        let (done, name) = (said.done, line(name));
        match (draft, published) {
            (Some(draft), _) => writeln!(
                out,
                "{done}: revision {draft} of {name}, a draft; `ticketd workflow publish {name}` puts it into force."
            )?,
            (None, Some(published)) => writeln!(out, "{done}: revision {published} of {name} is in force.")?,
            (None, None) => writeln!(out, "{done}: {name} is in force so.")?,
        }
        self.edit.mention(after)
    }
}

/// What is said of an edit that was saved.
pub(super) struct Said<'s> {
    pub found: &'s [Edited],
    pub lost: &'s [Lost],
    /// The word for it.
    pub done: &'static str,
}

impl Changing {
    /// The lowest number that no action of it ever had.
    pub fn free(&self) -> StepId {
        let now = self.setup.flows().filter(|(name, _)| *name == self.name).map(|(_, steps)| workflow::numbered(steps));
        let then = self.revisions.iter().filter_map(definition_of).map(|definition| definition.steps);
        let begun = std::iter::once(self.definition.steps.clone());
        now.chain(then).chain(begun).map(|steps| workflow::next_free(&steps)).max().unwrap_or(StepId(1))
    }

    /// The setup with that definition: as the draft of a workflow; of a stage automation it is in force.
    pub fn with(&self, definition: &Definition) -> Setup {
        let mut after = self.setup.clone();
        if let Some(workflow) = after.workflows.iter_mut().find(|workflow| workflow.name == self.name) {
            // What is the same as it was makes no draft.
            if *definition != self.definition || workflow.draft.is_some() {
                workflow.draft = Some(definition.clone());
            }
        } else if let Some(automation) = after.automation_mut(&self.name)
            && *definition != self.definition
        {
            if let Trigger::StageEntered { stage, .. } = &definition.trigger {
                automation.stage.clone_from(stage);
            }
            (automation.chat, automation.reenrol) = (definition.chat, definition.reenrol);
            automation.actions.clone_from(&definition.steps);
        }
        after
    }

    /// Whether it is a stage automation.
    pub fn is_automation(&self) -> bool {
        self.name.contains('/')
    }

    /// What it was as that revision.
    pub fn revision(&self, number: usize) -> Result<Definition, Failure> {
        numbered(&self.revisions, &self.name, number)
    }
}

/// What a workflow was as the revision of that number.
pub(super) fn numbered(revisions: &[WorkflowRevisionRow], name: &str, number: usize) -> Result<Definition, Failure> {
    let row = number.checked_sub(1).and_then(|at| revisions.get(at));
    row.and_then(definition_of).ok_or_else(|| {
        let message = format!("`{}` has no revision {number}", line(name));
        Failure::new(Code::Usage, message, "`ticketd workflow revisions NAME` lists them")
    })
}

/// What that revision was.
pub(super) fn definition_of(row: &WorkflowRevisionRow) -> Option<Definition> {
    serde_json::from_str(&row.body).ok()
}

/// The draft of the workflow of that name, else what is in force of it, or of the stage automation.
pub(super) fn definition_in(setup: &Setup, name: &str) -> Option<Definition> {
    if let Some(found) = setup.workflow(name) {
        return found.draft.clone().or_else(|| found.published.clone());
    }
    let (pipeline, automation) = setup.automation(name)?;
    Some(workflow::of_automation(pipeline, automation))
}

/// What somebody does who edits that one.
fn operation(setup: &Setup, name: &str) -> Operation {
    match name.split_once('/').and_then(|(pipeline, _)| setup.pipeline(pipeline)) {
        Some(pipeline) if pipeline.object == TICKET => Operation::EditTicketStageAction,
        Some(_) => Operation::EditStageAutomation,
        None => Operation::EditWorkflow,
    }
}

/// Differences for people, a line for each.
pub(super) fn as_text(found: &[Edited]) -> String {
    let paint = Paint::for_stdout();
    let coloured = |edited: &Edited| {
        let said = line(&edited.to_string());
        match said.as_bytes().first() {
            Some(b'+') => paint.green(&said),
            Some(b'-') => paint.red(&said),
            _ => paint.yellow(&said),
        }
    };
    found.iter().map(|edited| format!("{}\n", coloured(edited))).collect()
}

/// One of them for programs: docs/json.md.
pub(super) fn as_json(edited: &Edited) -> Json {
    match edited {
        Edited::Setting { key, before, after } => {
            json!({ "change": "setting", "key": key, "before": before, "after": after })
        }
        Edited::Added { id, what, place } => json!({ "change": "added", "step": id, "what": what, "place": place }),
        Edited::Removed { id, what } => json!({ "change": "removed", "step": id, "what": what }),
        Edited::Changed { id, before, after } => {
            json!({ "change": "changed", "step": id, "before": before, "after": after })
        }
        Edited::Moved { id, what, place } => json!({ "change": "moved", "step": id, "what": what, "place": place }),
    }
}

fn lost_json(lost: &Lost) -> Json {
    let steps: Vec<_> = Step::all(&lost.steps).iter().map(|step| step.id).collect();
    json!({ "way": lost.way, "steps": steps })
}
