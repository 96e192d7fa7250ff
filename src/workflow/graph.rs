//! The tree of steps: which step comes after which. A branch is the last of its steps; each of its ways goes on by itself
//! and ends by itself.

use crate::domain::{Action, Step, StepId};

/// A step where it stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place<'s> {
    pub step: &'s Step,
    /// What comes after it, unless it is a branch; `None`: nothing.
    pub next: Option<StepId>,
}

/// The step that begins them.
pub fn first(steps: &[Step]) -> Option<StepId> {
    steps.first().map(|step| step.id)
}

/// The step of that number, wherever in the tree it is.
pub fn locate(steps: &[Step], id: StepId) -> Option<Place<'_>> {
    if let Some(at) = steps.iter().position(|step| step.id == id) {
        return Some(Place { step: steps.get(at)?, next: steps.get(at + 1).map(|next| next.id) });
    }
    steps.iter().find_map(|step| match &step.action {
        Action::Branch { ways, otherwise } => {
            ways.iter().find_map(|way| locate(&way.steps, id)).or_else(|| locate(otherwise, id))
        }
        _ => None,
    })
}

/// The same steps, each with a number: those without one get the next that is free, in the order of [`Step::all`].
pub fn numbered(steps: &[Step]) -> Vec<Step> {
    numbered_above(steps, 0)
}

/// The same, and none of the new numbers is `used` or lower.
pub fn numbered_above(steps: &[Step], used: i64) -> Vec<Step> {
    let highest = Step::all(steps).into_iter().map(|step| step.id.0).max().unwrap_or(0);
    let mut free = highest.max(used).max(0) + 1;
    let mut steps = steps.to_vec();
    number(&mut steps, &mut free);
    steps
}

fn number(steps: &mut [Step], free: &mut i64) {
    for step in steps {
        if step.id == StepId::default() {
            step.id = StepId(*free);
            *free += 1;
        }
        if let Action::Branch { ways, otherwise } = &mut step.action {
            ways.iter_mut().for_each(|way| number(&mut way.steps, free));
            number(otherwise, free);
        }
    }
}
