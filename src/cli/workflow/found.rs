//! A workflow or stage automation, by the name that people call it.

use std::borrow::Cow;

use crate::cli::screen::line;
use crate::cli::{Code, Failure};
use crate::domain::*;
use crate::workflow;

/// One of them, as far as commands look at it.
pub(super) struct Found<'s> {
    pub name: String,
    pub label: String,
    pub object: String,
    pub on: bool,
    published: Option<Cow<'s, Definition>>,
    draft: Option<&'s Definition>,
}

impl<'s> Found<'s> {
    /// The workflow of that name, or the stage automation `PIPELINE/NAME`.
    pub fn named(setup: &'s Setup, name: &str) -> Result<Self, Failure> {
        if let Some(workflow) = setup.workflow(name) {
            return Ok(Found {
                name: workflow.name.clone(),
                label: workflow.label.clone(),
                object: workflow.object.clone(),
                on: workflow.on,
                published: workflow.published.as_ref().map(Cow::Borrowed),
                draft: workflow.draft.as_ref(),
            });
        }
        let (pipeline, automation) = setup.automation(name).ok_or_else(|| no_workflow(name))?;
        Ok(Found {
            name: name.to_owned(),
            label: automation.name.clone(),
            object: pipeline.object.clone(),
            on: automation.on,
            published: Some(Cow::Owned(workflow::of_automation(pipeline, automation))),
            draft: None,
        })
    }

    /// What is in force; with `draft`, or where nothing was published, what somebody works on.
    pub fn definition(&self, draft: bool) -> Result<Cow<'_, Definition>, Failure> {
        let in_force = self.published.as_deref().filter(|_| !draft);
        in_force.or(self.draft).map(Cow::Borrowed).ok_or_else(|| {
            let message = format!("`{}` has no draft", line(&self.name));
            Failure::new(Code::Usage, message, "leave out --draft to see what is in force")
        })
    }

    /// Whether `definition` gives a draft.
    pub fn is_draft(&self, draft: bool) -> bool {
        draft || self.published.is_none()
    }
}

/// There is none of that name.
pub(super) fn no_workflow(name: &str) -> Failure {
    let message = format!("there is no workflow `{}`", line(name));
    Failure::new(Code::Usage, message, "`ticketd workflow list` shows those that there are")
}
