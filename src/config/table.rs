//! A small typed reader over a TOML table with places. It stops at nothing: what is wrong goes into the [`Report`], and
//! the caller gets a stand-in and goes on.

use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Report;
use super::suggest::{closest, listed};

/// A value that is needed again to say where something else is wrong.
pub(super) type Placed<T> = Spanned<T>;

/// One table being read. Every key that is asked for counts as known; [`Table::close`] reports the others.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    /// The table's header or braces.
    place: Range<usize>,
    /// How the operator knows it: `[[mailbox]]`.
    title: String,
    known: Vec<&'static str>,
}

impl<'t> Table<'t> {
    /// The whole text.
    pub(super) fn root(entries: &'t DeTable<'t>) -> Self {
        Table { entries, place: 0..0, title: "the file".to_owned(), known: Vec::new() }
    }

    /// Where the table begins.
    pub(super) fn place(&self) -> Range<usize> {
        self.place.clone()
    }

    /// Whether `key` is there, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// The key and its place, if it is there. It counts as known.
    pub(super) fn place_of(&mut self, key: &'static str) -> Option<(&'static str, Range<usize>)> {
        self.value(key).map(|value| (key, value.span()))
    }

    /// Reports every key that nobody asked for.
    pub(super) fn close(self, report: &mut Report) {
        for key in self.entries.keys().filter(|key| !self.known.contains(&key.get_ref().as_ref())) {
            let hint = match closest(key.get_ref(), self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known here: {}", listed(self.known.iter().copied())),
            };
            report.error(key.span(), format!("unknown key `{}` in {}", key.get_ref(), self.title), hint);
        }
    }

    /// The text at `key`; an empty one counts as wrong.
    pub(super) fn text(&mut self, key: &'static str, report: &mut Report) -> Option<Placed<&'t str>> {
        let value = self.value(key)?;
        let text = text_of(value, key, report)?;
        if text.get_ref().trim().is_empty() {
            report.error(text.span(), format!("`{key}` is empty"), "give it a text, or leave the key out");
            return None;
        }
        Some(text)
    }

    /// The text at `key`, which must be there.
    pub(super) fn needed_text(
        &mut self,
        key: &'static str,
        example: &str,
        report: &mut Report,
    ) -> Option<Placed<&'t str>> {
        if !self.require(key, example, report) {
            return None;
        }
        self.text(key, report)
    }

    /// Reports that `key` is missing unless it is there. Says whether it is.
    pub(super) fn require(&mut self, key: &'static str, example: &str, report: &mut Report) -> bool {
        self.known.push(key);
        if !self.has(key) && !report.is_on_broken_line(key) {
            report.error(
                self.place(),
                format!("`{key}` is missing in {}", self.title),
                format!("for example: {key} = {example}"),
            );
        }
        self.has(key)
    }

    /// The truth value at `key`.
    pub(super) fn flag(&mut self, key: &'static str, report: &mut Report) -> Option<bool> {
        let value = self.value(key)?;
        if let DeValue::Boolean(flag) = value.get_ref() {
            return Some(*flag);
        }
        wrong_type(value, key, "true or false", report);
        None
    }

    /// One of a few words at `key`.
    pub(super) fn word<W: FromStr>(&mut self, key: &'static str, words: &[&str], report: &mut Report) -> Option<W> {
        let text = self.text(key, report)?;
        word_of(&text, key, words, report)
    }

    /// The texts at `key`: a list, or one text alone. An empty list counts as wrong.
    pub(super) fn texts(&mut self, key: &'static str, report: &mut Report) -> Option<Vec<Placed<&'t str>>> {
        let value = self.value(key)?;
        let items: Vec<_> = match value.get_ref() {
            DeValue::Array(items) => items.iter().filter_map(|item| text_of(item, key, report)).collect(),
            DeValue::String(_) => text_of(value, key, report).into_iter().collect(),
            _ => {
                wrong_type(value, key, "a text or a list of texts", report);
                return None;
            }
        };
        if matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()) {
            report.error(value.span(), format!("`{key}` is an empty list"), "name at least one, or leave the key out");
            return None;
        }
        Some(items)
    }

    /// The table at `key`.
    pub(super) fn table(&mut self, key: &'static str, report: &mut Report) -> Option<Table<'t>> {
        let value = self.value(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            return Some(Table { entries, place: value.span(), title: format!("`{key}`"), known: Vec::new() });
        }
        wrong_type(value, key, "a table", report);
        None
    }

    /// The tables at `key`, a list of them: `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str, report: &mut Report) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let items = match value.get_ref() {
            DeValue::Array(items) => items,
            DeValue::Table(_) => {
                let message = format!("`{key}` is one table, but a list of them is expected");
                report.error(value.span(), message, format!("write its header with two brackets: [[{key}]]"));
                return Vec::new();
            }
            _ => {
                wrong_type(value, key, "a list of tables", report);
                return Vec::new();
            }
        };
        let mut tables = Vec::new();
        for item in items.iter() {
            match item.get_ref() {
                DeValue::Table(entries) => {
                    tables.push(Table {
                        entries,
                        place: item.span(),
                        title: format!("this `{key}`"),
                        known: Vec::new(),
                    });
                }
                _ => wrong_type(item, key, "a table", report),
            }
        }
        tables
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.push(key);
        self.entries.get(key)
    }
}

/// The word that `text` stands for, one of `words`.
pub(super) fn word_of<W: FromStr>(text: &Placed<&str>, key: &str, words: &[&str], report: &mut Report) -> Option<W> {
    let word = W::from_str(text.get_ref()).ok();
    if word.is_none() {
        let message = format!("`{}` is no value of `{key}`", text.get_ref());
        let hint = match closest(text.get_ref(), words.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("one of: {}", listed(words.iter().copied())),
        };
        report.error(text.span(), message, hint);
    }
    word
}

fn text_of<'t>(value: &'t Spanned<DeValue<'t>>, key: &str, report: &mut Report) -> Option<Placed<&'t str>> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(Spanned::new(value.span(), text.as_ref()));
    }
    wrong_type(value, key, "a text in quotes", report);
    None
}

fn wrong_type(value: &Spanned<DeValue>, key: &str, expected: &str, report: &mut Report) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) | DeValue::Float(_) => "a number",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    report.error(value.span(), format!("`{key}` is {found}"), format!("expected {expected}"));
}
