//! What somebody wrote of a workflow, read as a part of a configuration file: every mistake of it is told with its place.

use std::io::Write;
use std::path::Path;

use super::changing::Changing;
use crate::cli::config_file::{parse_numbering, render};
use crate::cli::screen::line;
use crate::cli::{Code, Failure};
use crate::config::{Problem, Severity, Splice, Used, Written, splice};
use crate::domain::*;
use crate::workflow;

/// The workflow with what was written in it, as its draft; of a stage automation what is in force.
pub(super) struct Read {
    pub definition: Definition,
    pub label: Option<String>,
}

/// Reads what is `written`, which problems call `source`.
pub(super) fn read(changing: &Changing, written: Written<'_>, source: &Path) -> anyhow::Result<Read> {
    let text = match written {
        Written::Whole(text) => text,
        Written::Action(text) | Written::Key { value: text, .. } => text.trim(),
    };
    let name = changing.name.as_str();
    let before = alone(changing);
    let Some(splice) = splice(&before, name, written) else { anyhow::bail!("`{name}` is in no file") };
    let used = Used::from([(name.to_owned(), changing.free().0 - 1)]);
    let config = parse_numbering(&splice.text, &used).map_err(|problems| wrong(&splice, text, source, &problems))?;
    let read = found_in(&config.setup, changing);
    let Some(read) = read.filter(|_| others(&config.setup, name) == others(&before, name)) else {
        let message = format!("{}: what is written there goes on beyond it", source.display());
        return Err(Failure::new(Code::Usage, message, "write that part alone, and no other tables").into());
    };
    let warnings: Vec<Problem> = config.warnings.iter().filter_map(|warning| splice.in_written(warning)).collect();
    if !warnings.is_empty() {
        write!(std::io::stderr().lock(), "{}", render(source, text, &warnings))?;
    }
    Ok(read)
}

/// The one action that is written.
pub(super) fn read_action(changing: &Changing, text: &str) -> anyhow::Result<Action> {
    let read = read(changing, Written::Action(text), Path::new("action"))?;
    match <[Step; 1]>::try_from(read.definition.steps) {
        Ok([step]) => Ok(step.action),
        Err(steps) => {
            let message = format!("`{}` is {} actions", line(text), steps.len());
            Err(Failure::new(Code::Usage, message, "write one at a time: 'delay = \"3 days\"'").into())
        }
    }
}

/// The setup in which the workflow has a draft alone, as what is in force has no part in it, and the actions of a stage
/// automation have numbers.
fn alone(changing: &Changing) -> Setup {
    let mut setup = changing.setup.clone();
    if let Some(workflow) = setup.workflows.iter_mut().find(|workflow| workflow.name == changing.name) {
        (workflow.published, workflow.draft) = (None, Some(changing.definition.clone()));
    } else if let Some(automation) = setup.automation_mut(&changing.name) {
        automation.actions.clone_from(&changing.definition.steps);
    }
    setup
}

fn found_in(setup: &Setup, changing: &Changing) -> Option<Read> {
    if let Some(workflow) = setup.workflow(&changing.name) {
        return Some(Read { definition: workflow.draft.clone()?, label: Some(workflow.label.clone()) });
    }
    let (pipeline, automation) = setup.automation(&changing.name)?;
    let steps = workflow::numbered_above(&automation.actions, changing.free().0 - 1);
    Some(Read { definition: Definition { steps, ..workflow::of_automation(pipeline, automation) }, label: None })
}

/// All but that one, whatever the order in which a file has them.
fn others(setup: &Setup, flow: &str) -> Setup {
    let mut setup = setup.clone();
    setup.workflows.retain(|workflow| workflow.name != flow);
    for pipeline in &mut setup.pipelines {
        let pipeline_name = pipeline.name.clone();
        pipeline.automations.retain(|automation| format!("{pipeline_name}/{}", automation.name) != flow);
    }
    setup.pipelines.sort_by(|one, other| one.name.cmp(&other.name));
    setup
}

/// The mistakes of what was written; where there are none in it, those that the setup has with it.
fn wrong(splice: &Splice, text: &str, source: &Path, problems: &[Problem]) -> Failure {
    let is_error = |problem: &&Problem| problem.severity == Severity::Error;
    let inside: Vec<Problem> = problems.iter().filter_map(|problem| splice.in_written(problem)).collect();
    let shown = match inside.iter().any(|problem| is_error(&problem)) {
        true => render(source, text, &inside),
        false => {
            let errors: Vec<Problem> = problems.iter().filter(is_error).cloned().collect();
            render(Path::new("the setup with it"), &splice.text, &errors)
        }
    };
    let message = format!("nothing was changed\n\n{}", shown.trim_end());
    Failure { code: Code::Config, message, way_out: None }
}
