//! How two definitions of a workflow differ, step by step: steps are known by their numbers.

use super::words::{action_words, filter_words, hours_words, trigger_words};
use crate::domain::{Action, Definition, Step, StepId};

/// One difference, in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edited {
    /// A setting of the whole: `trigger`, `when`, `chat`, `reenrol`, `goal`, `time_zone`, `hours`.
    Setting {
        key: &'static str,
        before: Option<String>,
        after: Option<String>,
    },
    Added {
        id: StepId,
        what: String,
        place: String,
    },
    Removed {
        id: StepId,
        what: String,
    },
    Changed {
        id: StepId,
        before: String,
        after: String,
    },
    Moved {
        id: StepId,
        what: String,
        place: String,
    },
}

impl std::fmt::Display for Edited {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Edited::Setting { key, before: None, after } => {
                write!(f, "+ {key}: {}", after.as_deref().unwrap_or_default())
            }
            Edited::Setting { key, before: Some(before), after: None } => write!(f, "- {key}: {before}"),
            Edited::Setting { key, before: Some(before), after: Some(after) } => {
                write!(f, "~ {key}: {before} → {after}")
            }
            Edited::Added { id, what, place } => write!(f, "+ {id} {what} ({place})"),
            Edited::Removed { id, what } => write!(f, "- {id} {what}"),
            Edited::Changed { id, before, after } => write!(f, "~ {id} {before} → {after}"),
            Edited::Moved { id, what, place } => write!(f, "~ {id} {what}: now {place}"),
        }
    }
}

/// What is to be done to `before` to make it `after`: nothing where they are the same.
pub fn edits(before: &Definition, after: &Definition) -> Vec<Edited> {
    let mut found = settings(before, after);
    let (was, is) = (placed(&before.steps), placed(&after.steps));
    let find = |steps: &[Placed<'_>], id| steps.iter().position(|placed| placed.step.id == id);
    for now in &is {
        let (id, place) = (now.step.id, now.place.clone());
        let Some(then) = find(&was, id).and_then(|at| was.get(at)) else {
            found.push(Edited::Added { id, what: step_words(now.step), place });
            continue;
        };
        let (old, new) = (step_words(then.step), step_words(now.step));
        if is_moved(then, now, &was, &is) {
            found.push(Edited::Moved { id, what: new.clone(), place });
        }
        if !is_same(&then.step.action, &now.step.action) {
            found.push(Edited::Changed { id, before: old, after: new });
        }
    }
    let gone = was.iter().filter(|then| find(&is, then.step.id).is_none());
    found.extend(gone.map(|then| Edited::Removed { id: then.step.id, what: step_words(then.step) }));
    found
}

fn settings(before: &Definition, after: &Definition) -> Vec<Edited> {
    let flag = |flag: bool| Some(flag.to_string());
    let of = |found: &Definition| {
        [
            ("trigger", Some(trigger_words(&found.trigger))),
            ("when", found.filter.as_ref().map(filter_words)),
            ("chat", flag(found.chat)),
            ("reenrol", flag(found.reenrol)),
            ("goal", found.goal.as_ref().map(filter_words)),
            ("time_zone", Some(found.time_zone.clone())),
            ("hours", found.hours.as_ref().map(hours_words)),
        ]
    };
    let both = of(before).into_iter().zip(of(after)).filter(|(before, after)| before != after);
    both.map(|((key, before), (_, after))| Edited::Setting { key, before, after }).collect()
}

/// A step in its list.
struct Placed<'s> {
    step: &'s Step,
    /// The branch and the way that it is on.
    list: Option<(StepId, Option<String>)>,
    place: String,
}

fn placed(steps: &[Step]) -> Vec<Placed<'_>> {
    let mut found = Vec::new();
    place_all(steps, None, &mut found);
    found
}

fn place_all<'s>(steps: &'s [Step], list: Option<(StepId, Option<String>)>, found: &mut Vec<Placed<'s>>) {
    let mut above = None;
    for step in steps {
        let place = match (above, &list) {
            (Some(id), _) => format!("after {id}"),
            (None, None) => "first".to_owned(),
            (None, Some((branch, Some(way)))) => format!("first on way {way} of {branch}"),
            (None, Some((branch, None))) => format!("first on the default way of {branch}"),
        };
        found.push(Placed { step, list: list.clone(), place });
        above = Some(step.id);
        if let Action::Branch { ways, otherwise } = &step.action {
            for way in ways {
                place_all(&way.steps, Some((step.id, Some(way.label.clone()))), found);
            }
            place_all(otherwise, Some((step.id, None)), found);
        }
    }
}

/// Whether it stands elsewhere than what stayed: in another list, or before one that it stood behind.
fn is_moved(then: &Placed<'_>, now: &Placed<'_>, was: &[Placed<'_>], is: &[Placed<'_>]) -> bool {
    let ids = |steps: &[Placed<'_>], list: &Option<(StepId, Option<String>)>| -> Vec<StepId> {
        steps.iter().filter(|placed| placed.list == *list).map(|placed| placed.step.id).collect()
    };
    if then.list != now.list {
        return true;
    }
    let (old, new) = (ids(was, &then.list), ids(is, &now.list));
    let old: Vec<StepId> = old.into_iter().filter(|id| new.contains(id)).collect();
    let new: Vec<StepId> = new.into_iter().filter(|id| old.contains(id)).collect();
    !longest_in_order(&old, &new).contains(&now.step.id)
}

/// The most of them that stand in the same order in both.
fn longest_in_order(old: &[StepId], new: &[StepId]) -> Vec<StepId> {
    let mut best: Vec<Vec<(usize, StepId)>> = Vec::new();
    for id in new {
        let Some(place) = old.iter().position(|other| other == id) else { continue };
        let ends = best.iter().filter(|kept| kept.last().is_some_and(|(last, _)| *last < place));
        let mut kept = ends.max_by_key(|kept| kept.len()).cloned().unwrap_or_default();
        kept.push((place, *id));
        best.push(kept);
    }
    let longest = best.into_iter().rev().max_by_key(Vec::len).unwrap_or_default();
    longest.into_iter().map(|(_, id)| id).collect()
}

/// Whether the settings are the same; what is on the ways of a branch is compared by itself.
fn is_same(one: &Action, other: &Action) -> bool {
    match (one, other) {
        (Action::Branch { ways: one, .. }, Action::Branch { ways: other, .. }) => {
            one.len() == other.len()
                && one.iter().zip(other).all(|(one, other)| one.label == other.label && one.when == other.when)
        }
        (one, other) => one == other,
    }
}

fn step_words(step: &Step) -> String {
    match &step.action {
        Action::Branch { ways, .. } => {
            let ways: Vec<String> =
                ways.iter().map(|way| format!("{}: {}", way.label, filter_words(&way.when))).collect();
            format!("branch ({})", ways.join("; "))
        }
        action => action_words(action),
    }
}
