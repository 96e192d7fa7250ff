//! Editing the tree of steps. Every function gives the tree anew or says why it cannot be: numbers stay unique and are
//! never used again, and a branch stays the last of its steps.

use crate::domain::{Action, Step, StepId, Way};

/// A place in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// Before all others.
    First,
    After(StepId),
    /// At the beginning of a way of a branch; `None`: of the one that is gone otherwise.
    Way {
        branch: StepId,
        way: Option<String>,
    },
}

/// How much is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deletion {
    /// What follows moves up; a branch leaves its default way in its place.
    ThisOnly,
    /// The step and all that comes after it.
    AndFollowing,
}

/// Why an edit cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    #[error("there is no action {0}")]
    NoStep(StepId),
    #[error("action {0} is no branch")]
    NoBranch(StepId),
    #[error("branch {branch} has no way `{way}`")]
    NoWay { branch: StepId, way: String },
    #[error("nothing comes after branch {0}: each of its ways goes on by itself; name a way of it")]
    AfterBranch(StepId),
    #[error("action {0} cannot be moved behind itself")]
    IntoItself(StepId),
    #[error(
        "action {0}: a branch is not edited into another action, nor another action into a branch; delete it and add one"
    )]
    OtherSort(StepId),
    #[error("two actions have the number {0}: leave it out of the new one")]
    Repeated(StepId),
}

/// The lowest number that none of these steps has. What was deleted before is for the caller to know.
pub fn next_free(steps: &[Step]) -> StepId {
    StepId(Step::all(steps).into_iter().map(|step| step.id.0).max().unwrap_or(0).max(0) + 1)
}

/// A new step with the number `free`; those on its ways get the numbers behind. What follows a new branch moves to the end
/// of its default way.
pub fn add(steps: &[Step], at: &At, action: Action, free: StepId) -> Result<Vec<Step>, EditError> {
    let mut step = Step::from(action);
    let mut free = free.max(next_free(steps)).0;
    number_anew(&mut step, &mut free);
    let mut steps = steps.to_vec();
    put(&mut steps, at, step)?;
    Ok(steps)
}

/// Other settings for a step. Of a branch: its ways as they are given; steps on them that were not there before get
/// numbers from `free` on.
pub fn set(steps: &[Step], id: StepId, action: Action, free: StepId) -> Result<Vec<Step>, EditError> {
    let mut free = free.max(next_free(steps)).0;
    let mut steps = steps.to_vec();
    let step = step_of(&mut steps, id).ok_or(EditError::NoStep(id))?;
    let is_branch = |action: &Action| matches!(action, Action::Branch { .. });
    if is_branch(&step.action) != is_branch(&action) {
        return Err(EditError::OtherSort(id));
    }
    let known: Vec<StepId> = Step::all(std::slice::from_ref(step)).iter().map(|step| step.id).collect();
    step.action = action;
    inside(step, &mut |step| number_new(step, &known, &mut free));
    match repeated(&steps) {
        Some(id) => Err(EditError::Repeated(id)),
        None => Ok(steps),
    }
}

/// A step in another place, a branch with all that is on its ways. What followed it moves up; what follows a branch where it
/// comes to moves to the end of its default way.
pub fn move_to(steps: &[Step], id: StepId, at: &At) -> Result<Vec<Step>, EditError> {
    let mut steps = steps.to_vec();
    let (list, place) = list_of(&mut steps, id).ok_or(EditError::NoStep(id))?;
    let step = list.remove(place);
    let goal = match at {
        At::First => None,
        At::After(goal) | At::Way { branch: goal, .. } => Some(*goal),
    };
    if Step::all(std::slice::from_ref(&step)).iter().any(|inside| Some(inside.id) == goal) {
        return Err(EditError::IntoItself(id));
    }
    put(&mut steps, at, step)?;
    Ok(steps)
}

/// The tree without a step.
pub fn delete(steps: &[Step], id: StepId, how: Deletion) -> Result<Vec<Step>, EditError> {
    let mut steps = steps.to_vec();
    let (list, place) = list_of(&mut steps, id).ok_or(EditError::NoStep(id))?;
    match how {
        Deletion::AndFollowing => list.truncate(place),
        Deletion::ThisOnly => {
            if let Action::Branch { otherwise, .. } = list.remove(place).action {
                list.extend(otherwise);
            }
        }
    }
    Ok(steps)
}

/// What goes with a deleted step.
#[derive(Debug, Clone, PartialEq)]
pub struct Lost {
    /// The way of the deleted branch that it is on; `None`: it comes after the deleted step.
    pub way: Option<String>,
    pub steps: Vec<Step>,
}

/// What else a deletion takes away, for people to see before: the other ways of a branch, or all that comes after.
pub fn lost(steps: &[Step], id: StepId, how: Deletion) -> Result<Vec<Lost>, EditError> {
    let mut steps = steps.to_vec();
    let (list, place) = list_of(&mut steps, id).ok_or(EditError::NoStep(id))?;
    let mut rest = list.split_off(place).into_iter();
    let mut found = Vec::new();
    if let Some(Action::Branch { ways, otherwise }) = rest.next().map(|step| step.action) {
        found.extend(ways.into_iter().map(|Way { label, steps, .. }| Lost { way: Some(label), steps }));
        if how == Deletion::AndFollowing {
            found.push(Lost { way: Some("otherwise".to_owned()), steps: otherwise });
        }
    }
    if how == Deletion::AndFollowing {
        found.push(Lost { way: None, steps: rest.collect() });
    }
    found.retain(|lost| !lost.steps.is_empty());
    Ok(found)
}

fn put(steps: &mut Vec<Step>, at: &At, mut step: Step) -> Result<(), EditError> {
    let (list, place) = match at {
        At::First => (steps, 0),
        At::After(id) => {
            let (list, place) = list_of(steps, *id).ok_or(EditError::NoStep(*id))?;
            if list.get(place).is_some_and(|found| matches!(found.action, Action::Branch { .. })) {
                return Err(EditError::AfterBranch(*id));
            }
            (list, place + 1)
        }
        At::Way { branch, way } => (way_of(steps, *branch, way.as_deref())?, 0),
    };
    if let Action::Branch { otherwise, .. } = &mut step.action {
        append(otherwise, list.split_off(place));
    }
    list.insert(place, step);
    Ok(())
}

/// At the end of the steps: where they end with a branch, at the end of its default way.
fn append(steps: &mut Vec<Step>, rest: Vec<Step>) {
    match steps.last_mut().map(|step| &mut step.action) {
        Some(Action::Branch { otherwise, .. }) => append(otherwise, rest),
        _ => steps.extend(rest),
    }
}

/// The steps that one of that number is among, and its place there.
fn list_of(steps: &mut Vec<Step>, id: StepId) -> Option<(&mut Vec<Step>, usize)> {
    if let Some(place) = steps.iter().position(|step| step.id == id) {
        return Some((steps, place));
    }
    steps.iter_mut().find_map(|step| match &mut step.action {
        Action::Branch { ways, otherwise } => {
            ways.iter_mut().find_map(|way| list_of(&mut way.steps, id)).or_else(|| list_of(otherwise, id))
        }
        _ => None,
    })
}

fn step_of(steps: &mut Vec<Step>, id: StepId) -> Option<&mut Step> {
    let (list, place) = list_of(steps, id)?;
    list.get_mut(place)
}

fn way_of<'s>(steps: &'s mut Vec<Step>, branch: StepId, way: Option<&str>) -> Result<&'s mut Vec<Step>, EditError> {
    let step = step_of(steps, branch).ok_or(EditError::NoStep(branch))?;
    let Action::Branch { ways, otherwise } = &mut step.action else { return Err(EditError::NoBranch(branch)) };
    match way {
        None => Ok(otherwise),
        Some(label) => {
            let found = ways.iter_mut().find(|way| way.label == label).map(|way| &mut way.steps);
            found.ok_or_else(|| EditError::NoWay { branch, way: label.to_owned() })
        }
    }
}

fn number_anew(step: &mut Step, free: &mut i64) {
    step.id = StepId(*free);
    *free += 1;
    inside(step, &mut |step| number_anew(step, free));
}

/// Numbers only those that are not known.
fn number_new(step: &mut Step, known: &[StepId], free: &mut i64) {
    if !known.contains(&step.id) {
        step.id = StepId(*free);
        *free += 1;
    }
    inside(step, &mut |step| number_new(step, known, free));
}

fn inside(step: &mut Step, each: &mut dyn FnMut(&mut Step)) {
    if let Action::Branch { ways, otherwise } = &mut step.action {
        ways.iter_mut().flat_map(|way| &mut way.steps).chain(otherwise).for_each(each);
    }
}

fn repeated(steps: &[Step]) -> Option<StepId> {
    let mut seen = std::collections::BTreeSet::new();
    Step::all(steps).into_iter().map(|step| step.id).find(|id| !seen.insert(*id))
}
