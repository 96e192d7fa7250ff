//! `[[object]]`: sorts of record beside tickets, deals and projects, or these called and shaped otherwise.

use std::collections::BTreeSet;

use super::names::{Names, known_instead, label_from};
use super::problem::Report;
use super::table::{Placed, Table, word_of};
use crate::domain::{BUILT_IN_OBJECTS, CommonProperty, ObjectSetup, PropertyKind, PropertySetup};

/// The words for kinds of value.
const KINDS: [&str; 7] = ["text", "number", "flag", "date", "time", "choice", "user"];

/// Every object that there is.
pub(super) struct Objects {
    /// The built-in ones first, as the file describes them; then its own.
    all: Vec<ObjectSetup>,
    names: Names,
}

impl Objects {
    /// The object that `reference` means. Reports it when there is none.
    pub(super) fn resolve(&self, reference: &Placed<&str>, report: &mut Report) -> Option<&ObjectSetup> {
        let name = self.names.resolve(reference, report);
        self.all.iter().find(|object| object.name == name)
    }

    /// The object of that name.
    pub(super) fn get(&self, name: &str) -> Option<&ObjectSetup> {
        self.all.iter().find(|object| object.name == name)
    }

    /// Those that are not as they are built in.
    pub(super) fn into_described(self) -> Vec<ObjectSetup> {
        self.all.into_iter().filter(|object| !BUILT_IN_OBJECTS.contains(object)).collect()
    }
}

/// Reads every `[[object]]`.
pub(super) fn read_objects(root: &mut Table, report: &mut Report) -> Objects {
    let mut names = Names::of("object", "subscription");
    let mut all = BUILT_IN_OBJECTS.clone();
    all.iter().for_each(|object| names.add_builtin(&object.name));
    for mut table in root.tables("object", report) {
        let name = names.claim(&mut table, report);
        let object = read_object(name, &mut table, report);
        table.close(report);
        match all.iter_mut().find(|other| other.name == object.name) {
            Some(replaced) => *replaced = object,
            None => all.push(object),
        }
    }
    Objects { all, names }
}

/// What a built-in object does not say stays as it is.
fn read_object(name: String, table: &mut Table, report: &mut Report) -> ObjectSetup {
    let built_in = BUILT_IN_OBJECTS.iter().find(|object| object.name == name);
    let singular = table.text("singular", report).map(|text| text.get_ref().to_string());
    let plural = table.text("plural", report).map(|text| text.get_ref().to_string());
    let stated = table.has("property").then(|| read_properties(table, report));
    let properties = stated.or_else(|| built_in.map(|object| object.properties.clone())).unwrap_or_default();
    let singular = singular.or_else(|| built_in.map(|object| object.singular.clone()));
    let singular = singular.unwrap_or_else(|| label_from(&name));
    let plural = plural.or_else(|| built_in.map(|object| object.plural.clone()));
    let plural = plural.unwrap_or_else(|| format!("{singular}s"));
    ObjectSetup { name, singular, plural, properties }
}

fn read_properties(object: &mut Table, report: &mut Report) -> Vec<PropertySetup> {
    let mut names = Names::of("property", "renewal_date");
    let mut properties = Vec::new();
    for mut table in object.tables("property", report) {
        let name = names.claim(&mut table, report);
        if name.parse::<CommonProperty>().is_ok() {
            let place = table.place_of("name").map_or_else(|| table.place(), |(_, place)| place);
            let message = format!("every record has `{name}` by itself");
            report.error(place, message, "leave it out, or name this property otherwise");
        }
        let label = table.text("label", report).map_or_else(|| label_from(&name), |label| label.get_ref().to_string());
        let kind = read_kind(&mut table, report);
        table.close(report);
        properties.push(PropertySetup { name, label, kind });
    }
    properties
}

fn read_kind(table: &mut Table, report: &mut Report) -> PropertyKind {
    let word = table.text("type", report).and_then(|text| {
        // Of the kinds that have nothing more to say; a choice has.
        word_of::<Word>(&text, "type", &KINDS, report)
    });
    let options = table.texts("options", report);
    let place = table.place_of("options").map(|(_, place)| place);
    match (word.unwrap_or(Word("text")).0, place) {
        ("choice", Some(_)) => PropertyKind::Choice { options: distinct(&options.unwrap_or_default(), report) },
        ("choice", None) => {
            table.require("options", "options = [\"low\", \"high\"]", report);
            PropertyKind::Choice { options: Vec::new() }
        }
        (_, Some(place)) => {
            report.error(place, "only a choice has `options`", "say type = \"choice\", or leave them out");
            PropertyKind::Text
        }
        ("number", None) => PropertyKind::Number,
        ("flag", None) => PropertyKind::Flag,
        ("date", None) => PropertyKind::Date,
        ("time", None) => PropertyKind::Time,
        ("user", None) => PropertyKind::User,
        (_, None) => PropertyKind::Text,
    }
}

/// One of [`KINDS`].
struct Word(&'static str);

impl std::str::FromStr for Word {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        KINDS.into_iter().find(|kind| *kind == text).map(Word).ok_or(())
    }
}

fn distinct(options: &[Placed<&str>], report: &mut Report) -> Vec<String> {
    let mut seen = BTreeSet::new();
    for option in options {
        if !seen.insert(option.get_ref().trim()) {
            report.error(option.span(), format!("`{}` is an option already", option.get_ref()), "name each once");
        }
    }
    options.iter().map(|option| option.get_ref().trim().to_owned()).collect()
}

/// The property of that name, which must be there. `None` with a report where it is not, and silently where the object
/// itself is unknown: that was said.
pub(super) fn resolve_property(
    object: Option<&ObjectSetup>,
    name: &Placed<&str>,
    report: &mut Report,
) -> Option<PropertyKind> {
    let object = object?;
    let found = object.property(name.get_ref());
    if found.is_none() {
        let known: Vec<&str> = object.property_names().collect();
        let message = format!("object `{}` has no property `{}`", object.name, name.get_ref());
        report.error(name.span(), message, known_instead(name.get_ref(), &known));
    }
    found
}
