//! A setup as the text of a configuration file, for people who review it: every value, defaults too, in a fixed order.
//! [`parse`](super::parse) reads it back as the same setup.

use std::fmt::Write;

use super::outline::{self, Thing, outline};
use super::text::quoted;
use crate::domain::{Setup, Template};

const HEAD: &str = "\
# The setup of ticketd, as `ticketd export` writes it: every value, defaults too. The keys are those of ticketd.toml.
#
#   ticketd apply FILE --dry-run   shows how the setup in force differs from this file
#   ticketd apply FILE             puts this file into force
#
# Where the database is, and the time zone, are no part of it: they stay in ticketd.toml.

# Subjects of our mail carry it before the ticket's number: [TICKET-123].
";

/// What stands above the first table of a sort.
const SECTIONS: [(&str, &str, &str); 7] = [
    ("mailbox", "Mailboxes", "The accounts that are read. What arrives in a team mailbox becomes tickets."),
    ("user", "Users", "The people of the team."),
    ("ignore", "Mail to be ignored", "Kept, and nothing else happens. All conditions of a rule must hold."),
    (
        "object",
        "Objects",
        "The sorts of record, and the properties that theirs have beside those that every record has.",
    ),
    (
        "pipeline",
        "Pipelines",
        "The stages in order, new records enter the first; the two status rules; what is done on entering a stage.",
    ),
    (
        "workflow",
        "Workflows",
        "What happens to records by itself: what makes one enrol, and the actions in their order.",
    ),
    (
        "template",
        "Templates",
        "Texts of automatic mail. The first text of a template stands in for a language that is missing.",
    ),
];

/// The text of a file with this setup in it.
pub fn export(setup: &Setup) -> String {
    let root = outline(setup);
    let mut out = HEAD.to_owned();
    write_keys(&mut out, &root);
    let mut above = "";
    for thing in &root.parts {
        if thing.sort != above {
            write_section(&mut out, thing.sort);
            above = thing.sort;
        }
        out.push('\n');
        write_table(&mut out, thing, &[]);
    }
    out
}

/// The template's table alone.
pub fn export_template(template: &Template) -> String {
    let mut out = String::new();
    write_table(&mut out, &outline::template(template), &[]);
    out
}

/// The same file in two parts, without the template of that name: what has to stand above it, and what may stand below.
pub fn export_around(setup: &Setup, template: &str) -> (String, String) {
    let root = outline(setup);
    let (mut above, mut below) = (String::new(), String::new());
    write_keys(&mut above, &root);
    let is_it = |thing: &Thing| thing.sort == "template" && thing.name.as_deref() == Some(template);
    for thing in root.parts.iter().filter(|thing| !is_it(thing)) {
        below.push('\n');
        write_table(&mut below, thing, &[]);
    }
    (above, below)
}

fn write_section(out: &mut String, sort: &str) {
    let Some((_, title, about)) = SECTIONS.iter().find(|(key, _, _)| *key == sort) else { return };
    let rule = "-".repeat(110_usize.saturating_sub(title.len()));
    // Writing into a String cannot fail.
    let _ = write!(out, "\n\n# ---- {title} {rule}\n# {about}\n");
}

/// A table with all that is inside of it. `outside`: the tables that it is inside of.
pub(super) fn write_table(out: &mut String, thing: &Thing, outside: &[&str]) {
    let path = [outside, &[thing.sort]].concat();
    let header = path.join(".");
    // As above.
    let _ = match thing.name {
        Some(_) => writeln!(out, "[[{header}]]"),
        None => writeln!(out, "[{header}]"),
    };
    write_keys(out, thing);
    for part in &thing.parts {
        out.push('\n');
        write_table(out, part, &path);
    }
}

pub(super) fn write_keys(out: &mut String, thing: &Thing) {
    if let Some(name) = &thing.name {
        // As above.
        let _ = writeln!(out, "{} = {}", thing.name_key(), quoted(name));
    }
    for (key, value) in &thing.keys {
        let _ = writeln!(out, "{key} = {value}");
    }
}
