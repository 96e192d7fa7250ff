//! How two setups differ, thing by thing and key by key, in the words of the configuration file.

use super::outline::{Thing, Value, outline};
use crate::domain::Setup;

/// One difference.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// The thing that it is about, from the outside in; empty: the file itself.
    pub place: Vec<Place>,
    pub change: Change,
}

/// A table of the file: its sort and, where there may be several, its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub sort: &'static str,
    pub name: Option<String>,
}

/// What is different.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// The thing is new. `after`: the name of the one that it stands behind; `None`: it is the first of its sort.
    Added { keys: Vec<(&'static str, Value)>, after: Option<String> },
    /// The thing, with all that is inside of it, is no more.
    Removed,
    /// A key has another value, a value, or none.
    Key { key: &'static str, before: Option<Value>, after: Option<Value> },
    /// Things of one sort stand in another order.
    Order { sort: &'static str, before: Vec<String>, after: Vec<String> },
}

/// What is to be done to `before` to make it `after`; nothing when they are the same.
pub fn differences(before: &Setup, after: &Setup) -> Vec<Difference> {
    let mut found = Vec::new();
    compare(&outline(before), &outline(after), &[], &mut found);
    found
}

/// Compares two things of the same name.
fn compare(before: &Thing, after: &Thing, place: &[Place], found: &mut Vec<Difference>) {
    let mut keys: Vec<&'static str> = after.keys.iter().map(|(key, _)| *key).collect();
    keys.extend(before.keys.iter().map(|(key, _)| *key).filter(|key| value(after, key).is_none()));
    for key in keys {
        let (before, after) = (value(before, key), value(after, key));
        if before != after {
            let change = Change::Key { key, before: before.cloned(), after: after.cloned() };
            found.push(Difference { place: place.to_vec(), change });
        }
    }
    let mut sorts: Vec<&'static str> = Vec::new();
    for part in after.parts.iter().chain(&before.parts) {
        if !sorts.contains(&part.sort) {
            sorts.push(part.sort);
        }
    }
    for sort in sorts {
        compare_sort(&of_sort(before, sort), &of_sort(after, sort), place, found);
    }
}

/// Compares the things of one sort.
fn compare_sort(before: &[&Thing], after: &[&Thing], place: &[Place], found: &mut Vec<Difference>) {
    let inside = |thing: &Thing| [place, &[Place { sort: thing.sort, name: thing.name.clone() }]].concat();
    let mut above = None;
    for thing in after {
        match before.iter().find(|other| other.name == thing.name) {
            Some(other) => compare(other, thing, &inside(thing), found),
            None => add(thing, above, inside(thing), found),
        }
        above = thing.name.as_deref();
    }
    for gone in before.iter().filter(|gone| !after.iter().any(|other| other.name == gone.name)) {
        found.push(Difference { place: inside(gone), change: Change::Removed });
    }
    let (was, is) = (in_both(before, after), in_both(after, before));
    if let Some(first) = after.first().filter(|_| was != is) {
        let change = Change::Order { sort: first.sort, before: names(before), after: names(after) };
        found.push(Difference { place: place.to_vec(), change });
    }
}

/// A new thing, then all that is inside of it.
fn add(thing: &Thing, above: Option<&str>, place: Vec<Place>, found: &mut Vec<Difference>) {
    let change = Change::Added { keys: thing.keys.clone(), after: above.map(str::to_owned) };
    found.push(Difference { place: place.clone(), change });
    let mut above: Option<&Thing> = None;
    for part in &thing.parts {
        let behind = above.filter(|above| above.sort == part.sort).and_then(|above| above.name.as_deref());
        let inside = [&place[..], &[Place { sort: part.sort, name: part.name.clone() }]].concat();
        add(part, behind, inside, found);
        above = Some(part);
    }
}

fn value<'t>(thing: &'t Thing, key: &str) -> Option<&'t Value> {
    thing.keys.iter().find(|(other, _)| *other == key).map(|(_, value)| value)
}

fn of_sort<'t>(thing: &'t Thing, sort: &str) -> Vec<&'t Thing> {
    thing.parts.iter().filter(|part| part.sort == sort).collect()
}

/// The names of things that the others have too, in order.
fn in_both<'t>(things: &[&'t Thing], others: &[&Thing]) -> Vec<&'t str> {
    let common = things.iter().filter(|thing| others.iter().any(|other| other.name == thing.name));
    common.filter_map(|thing| thing.name.as_deref()).collect()
}

fn names(things: &[&Thing]) -> Vec<String> {
    things.iter().filter_map(|thing| thing.name.clone()).collect()
}
