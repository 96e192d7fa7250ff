//! Short names: their form, that each is given once, and that every reference means one of them.

use super::problem::Report;
use super::suggest::{closest, listed};
use super::table::{Placed, Table};

/// The names of one sort of thing (`pipeline`), in the order in which they were given.
pub(super) struct Names {
    what: &'static str,
    /// For hints.
    example: &'static str,
    /// With the line of those that stand in the file.
    given: Vec<(String, Option<usize>)>,
}

impl Names {
    /// No names yet of `what`; `example` is how one may look.
    pub(super) fn of(what: &'static str, example: &'static str) -> Self {
        Names { what, example, given: Vec::new() }
    }

    /// A name that is there without the file saying so.
    pub(super) fn add_builtin(&mut self, name: &str) {
        self.given.push((name.to_owned(), None));
    }

    /// Reads the key `name` of `table`, which must be there, well formed and new. Gives a stand-in when it is not.
    pub(super) fn claim(&mut self, table: &mut Table, report: &mut Report) -> String {
        let Some(name) = table.needed_text("name", &format!("name = \"{}\"", self.example), report) else {
            return String::new();
        };
        let text = name.get_ref().to_string();
        let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-';
        if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) || !text.chars().all(is_plain) {
            let hint = "use a-z, 0-9, `_` and `-`; what people read has a key of its own";
            report.error(name.span(), format!("`{text}` is no short name"), hint);
        }
        let line = report.line_of(name.span().start);
        match self.given.iter_mut().find(|(given, _)| *given == text) {
            None => self.given.push((text.clone(), Some(line))),
            Some((_, Some(first))) => {
                let message = format!("a second {} is named `{text}`", self.what);
                report.error(
                    name.span(),
                    message,
                    format!("the first is at line {first}; give one of them another name"),
                );
            }
            Some((_, replaced)) => *replaced = Some(line),
        }
        text
    }

    /// The name that `reference` means. Reports it when there is none.
    pub(super) fn resolve(&self, reference: &Placed<&str>, report: &mut Report) -> String {
        let name = *reference.get_ref();
        if !self.contains(name) {
            let known: Vec<&str> = self.all().collect();
            report.error(reference.span(), format!("there is no {} `{name}`", self.what), known_instead(name, &known));
        }
        name.to_owned()
    }

    /// Whether there is a thing of that name.
    pub(super) fn contains(&self, name: &str) -> bool {
        self.all().any(|given| given == name)
    }

    /// The name that was given first.
    pub(super) fn first(&self) -> Option<&str> {
        self.all().next()
    }

    /// All names.
    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.given.iter().map(|(name, _)| name.as_str())
    }
}

/// A hint for a name that means nothing.
pub(super) fn known_instead(name: &str, known: &[&str]) -> String {
    match closest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`? Known: {}", listed(known.iter().copied())),
        None => format!("known: {}", listed(known.iter().copied())),
    }
}

/// A label for people made of a short name: `waiting_on_us` -> `Waiting on us`.
pub(super) fn label_from(name: &str) -> String {
    let spaced = name.replace(['_', '-'], " ");
    let mut chars = spaced.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}
