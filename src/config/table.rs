//! A small typed reader over a TOML table with places. It stops at nothing: what is wrong goes into the [`Report`], and
//! the caller gets a stand-in and goes on.

use std::collections::BTreeSet;
use std::ops::Range;
use std::str::FromStr;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::problem::Report;
use super::suggest::{closest, listed};

/// A value that is needed again to say where something else is wrong.
pub(super) type Placed<T> = Spanned<T>;

/// Keys that stand before every table. In TOML they would otherwise belong to the table above them.
const TOP_KEYS: [&str; 4] = ["database", "time_zone", "ticket_prefix", "public_url"];

/// One table being read. Every key that is asked for counts as known; [`Table::close`] reports the others.
pub(super) struct Table<'t> {
    entries: &'t DeTable<'t>,
    /// The table's header or braces.
    place: Range<usize>,
    /// Its keys from the root: `pipeline.stage`. Empty: the root.
    path: String,
    known: BTreeSet<&'static str>,
}

impl<'t> Table<'t> {
    /// The whole text.
    pub(super) fn root(entries: &'t DeTable<'t>) -> Self {
        Table { entries, place: 0..0, path: String::new(), known: BTreeSet::new() }
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

    /// Has these keys count as known, although nobody reads them.
    pub(super) fn pass_over(&mut self, keys: impl IntoIterator<Item = &'static str>) {
        self.known.extend(keys);
    }

    /// Reports every key that nobody asked for.
    pub(super) fn close(self, report: &mut Report) {
        for key in self.entries.keys().filter(|key| !self.known.contains(key.get_ref().as_ref())) {
            // Under a broken header every key seems to stand at the top.
            if self.path.is_empty() && report.is_below_broken_header(key.span().start) {
                continue;
            }
            let hint = match closest(key.get_ref(), self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if TOP_KEYS.contains(&key.get_ref().as_ref()) => {
                    "this key belongs at the top of the file, before the first [table]".to_owned()
                }
                None => format!("known here: {}", listed(self.known.iter().copied())),
            };
            report.error(key.span(), format!("unknown key `{}` {}", key.get_ref(), self.location()), hint);
        }
    }

    /// The text at `key`; an empty one counts as wrong.
    pub(super) fn text(&mut self, key: &'static str, report: &mut Report) -> Option<Placed<&'t str>> {
        text_of(self.value(key)?, key, report)
    }

    /// The text at `key`, which must be there. `example` is a whole line.
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
        self.known.insert(key);
        if !self.has(key) && !report.is_on_broken_line(key) {
            report.error(
                self.place(),
                format!("`{key}` is missing {}", self.location()),
                format!("for example: {example}"),
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

    /// The whole number at `key`, and its place.
    pub(super) fn number(&mut self, key: &'static str, report: &mut Report) -> Option<(i64, Range<usize>)> {
        let value = self.value(key)?;
        let number = match value.get_ref() {
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok(),
            _ => None,
        };
        if number.is_none() {
            wrong_type(value, key, "a whole number", report);
        }
        number.map(|number| (number, value.span()))
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

    /// The value at `key` as its text, whatever simple value it is: a text, a number, true or false, a date.
    pub(super) fn scalar(&mut self, key: &'static str, report: &mut Report) -> Option<Placed<String>> {
        scalar_of(self.value(key)?, key, report)
    }

    /// The simple values at `key`: a list, or one alone. An empty list counts as wrong.
    pub(super) fn scalars(&mut self, key: &'static str, report: &mut Report) -> Vec<Placed<String>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let DeValue::Array(items) = value.get_ref() else {
            return scalar_of(value, key, report).into_iter().collect();
        };
        if items.is_empty() {
            report.error(value.span(), format!("`{key}` is an empty list"), "name at least one");
        }
        items.iter().filter_map(|item| scalar_of(item, key, report)).collect()
    }

    /// Every key of the table with its simple value, whatever they are called. All count as known.
    pub(super) fn into_scalars(self, report: &mut Report) -> Vec<(Placed<&'t str>, Placed<String>)> {
        let read = |(key, value): (&'t Spanned<std::borrow::Cow<'t, str>>, &'t Spanned<DeValue<'t>>)| {
            let value = scalar_of(value, key.get_ref(), report)?;
            Some((Spanned::new(key.span(), key.get_ref().as_ref()), value))
        };
        self.entries.iter().filter_map(read).collect()
    }

    /// Its keys, known or not.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'t str> {
        self.entries.keys().map(|key| key.get_ref().as_ref())
    }

    /// The table at `key`.
    pub(super) fn table(&mut self, key: &'static str, report: &mut Report) -> Option<Table<'t>> {
        let value = self.value(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            return Some(Table { entries, place: value.span(), path: self.path_to(key), known: BTreeSet::new() });
        }
        wrong_type(value, key, "a table", report);
        None
    }

    /// The tables at `key`, of which there must be one at least. `example` is how one may begin.
    pub(super) fn needed_tables(&mut self, key: &'static str, example: &str, report: &mut Report) -> Vec<Table<'t>> {
        self.require(key, example, report);
        let value = self.value(key);
        if let Some(value) = value.filter(|value| matches!(value.get_ref(), DeValue::Array(items) if items.is_empty()))
        {
            report.error(value.span(), format!("`{key}` is an empty list"), format!("for example: {example}"));
        }
        self.tables(key, report)
    }

    /// The tables at `key`, a list of them: `[[key]]`.
    pub(super) fn tables(&mut self, key: &'static str, report: &mut Report) -> Vec<Table<'t>> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let items = match value.get_ref() {
            DeValue::Array(items) => items,
            DeValue::Table(_) => {
                let message = format!("`{key}` is one table, but a list of them is expected");
                report.error(
                    value.span(),
                    message,
                    format!("write its header with two brackets: [[{}]]", self.path_to(key)),
                );
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
                    tables.push(Table { entries, place: item.span(), path: self.path_to(key), known: BTreeSet::new() });
                }
                _ => wrong_type(item, key, "a table", report),
            }
        }
        tables
    }

    /// Where a key of this table is, in words.
    fn location(&self) -> String {
        if self.path.is_empty() { "at the top of the file".to_owned() } else { format!("in this `{}`", self.path) }
    }

    fn path_to(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    fn value(&mut self, key: &'static str) -> Option<&'t Spanned<DeValue<'t>>> {
        self.known.insert(key);
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
    let DeValue::String(text) = value.get_ref() else {
        wrong_type(value, key, "a text in quotes", report);
        return None;
    };
    if text.trim().is_empty() {
        report.error(value.span(), format!("`{key}` is empty"), "give it a text, or leave it out");
        return None;
    }
    Some(Spanned::new(value.span(), text.as_ref()))
}

fn scalar_of(value: &Spanned<DeValue>, key: &str, report: &mut Report) -> Option<Placed<String>> {
    let text = match value.get_ref() {
        DeValue::String(_) => text_of(value, key, report)?.get_ref().to_string(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok()?.to_string(),
        DeValue::Float(number) => number.as_str().to_owned(),
        DeValue::Boolean(flag) => flag.to_string(),
        DeValue::Datetime(time) => time.to_string(),
        DeValue::Array(_) | DeValue::Table(_) => {
            wrong_type(value, key, "one value", report);
            return None;
        }
    };
    Some(Spanned::new(value.span(), text))
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
