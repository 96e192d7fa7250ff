//! What somebody writes of one workflow, or of one stage automation, within the text of the rest of the setup: read as a
//! file, every mistake of it is told as in one, and with its place.

use super::export::{write_keys, write_table};
use super::outline::{Thing, outline};
use super::problem::Problem;
use crate::domain::Setup;

/// What somebody wrote.
#[derive(Debug, Clone, Copy)]
pub enum Written<'t> {
    /// All keys: those of a draft, or those of a stage automation but its name.
    Whole(&'t str),
    /// The value of one key; none: the key is left out.
    Key { key: &'t str, value: &'t str },
    /// One action, with its braces or without.
    Action(&'t str),
}

/// A text of a whole file, a part of which somebody wrote.
#[derive(Debug, Clone)]
pub struct Splice {
    pub text: String,
    /// Lines above that part.
    above: usize,
    /// Characters before it in its first line.
    before: usize,
    /// Its lines.
    lines: usize,
    /// The column behind its last character.
    end: usize,
}

impl Splice {
    /// The problem with its place in the part that was written; `None`: it is elsewhere.
    pub fn in_written(&self, problem: &Problem) -> Option<Problem> {
        let line = problem.line.checked_sub(self.above).filter(|line| *line > 0)?;
        if line > self.lines {
            // What was written has no end: nothing is behind it that could be wrong.
            return Some(Problem { line: self.lines, column: self.end, width: 1, ..problem.clone() });
        }
        let column = if line == 1 { problem.column.saturating_sub(self.before).max(1) } else { problem.column };
        Some(Problem { line, column, ..problem.clone() })
    }
}

/// The text of a file with this setup in it and, last of all, the draft of the workflow, or the stage automation
/// (`pipeline/name`), as it is written. `None`: there is none. A workflow has a draft alone then.
pub fn splice(setup: &Setup, flow: &str, written: Written<'_>) -> Option<Splice> {
    let mut root = outline(setup);
    let (mut outside, mut inside) = taken_out(&mut root, flow)?;
    if let Written::Whole(_) = written {
        // A draft that does not say in which zone it means its times means the one that it had.
        root.keys.extend(inside.keys.iter().filter(|(key, _)| *key == "time_zone").cloned());
    }
    let mut out = String::new();
    write_keys(&mut out, &root);
    for thing in &root.parts {
        out.push('\n');
        write_table(&mut out, thing, &[]);
    }
    out.push('\n');
    if outside.sort == "workflow" {
        // What is in force has no part in it.
        outside.keys.retain(|(key, _)| ["label", "object", "on"].contains(key));
        if let Written::Key { key: "label", value } = written {
            outside.keys.retain(|(key, _)| *key != "label");
            write_table(&mut out, &outside, &[]);
            let splice = spliced(out, "label = ", value.trim(), "\n\n");
            return Some(followed(splice, &inside));
        }
    }
    write_table(&mut out, &outside, &[]);
    out.push('\n');
    match written {
        Written::Whole(text) => {
            inside.keys.clear();
            write_table(&mut out, &inside, &[outside.sort]);
            Some(spliced(out, "", text, "\n"))
        }
        Written::Key { key, value } => {
            inside.keys.retain(|(other, _)| *other != key);
            write_table(&mut out, &inside, &[outside.sort]);
            match value.trim().is_empty() {
                true => Some(spliced(out, "", "", "")),
                false => Some(spliced(out, &format!("{key} = "), value.trim(), "\n")),
            }
        }
        Written::Action(text) => {
            inside.keys.retain(|(other, _)| *other != "actions");
            write_table(&mut out, &inside, &[outside.sort]);
            let (open, close) = if text.trim_start().starts_with('{') { ("", "") } else { ("{ ", " }") };
            Some(spliced(out, &format!("actions = [\n{open}"), text.trim(), &format!("{close}\n]\n")))
        }
    }
}

/// The table that a flow is inside of, without it, and its own.
fn taken_out(root: &mut Thing, flow: &str) -> Option<(Thing, Thing)> {
    let (sort, outside, part, name) = match flow.split_once('/') {
        Some((pipeline, name)) => ("pipeline", pipeline, "automation", Some(name)),
        None => ("workflow", flow, "draft", None),
    };
    let at = root.parts.iter().position(|thing| thing.sort == sort && thing.name.as_deref() == Some(outside))?;
    let mut outside = root.parts.remove(at);
    let at = outside.parts.iter().position(|thing| thing.sort == part && thing.name.as_deref() == name)?;
    let inside = outside.parts.remove(at);
    Some((outside, inside))
}

/// The text with what was written behind it.
fn spliced(mut text: String, before: &str, written: &str, behind: &str) -> Splice {
    text.push_str(before);
    let above = text.matches('\n').count();
    let before = text.rsplit('\n').next().unwrap_or_default().chars().count();
    text.push_str(written);
    text.push_str(behind);
    let end = written.lines().last().unwrap_or_default().chars().count() + 1;
    Splice { text, above, before, lines: written.lines().count().max(1), end }
}

/// The same with a draft behind it.
fn followed(mut splice: Splice, draft: &Thing) -> Splice {
    write_table(&mut splice.text, draft, &["workflow"]);
    splice
}
