//! Places of what is found wrong in a configuration only after it was read: in a template's text, in the time zone's name.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::document::without_lone_keys;
use super::problem::{Problem, Report};
use crate::domain::Language;

/// A place in a configuration, by what stands there.
#[derive(Debug, Clone)]
pub enum Spot<'s> {
    TimeZone,
    /// Bytes of a template's text; `key`: `subject`, `text` or `html`.
    Template {
        name: &'s str,
        language: Language,
        key: &'s str,
        at: Range<usize>,
    },
    /// The first action that sends that template to contacts.
    SendEmail {
        template: &'s str,
    },
}

/// An error at that place of `text`. `None` where the text has no such place: what is built in stands in no file.
pub fn problem_at(text: &str, spot: &Spot<'_>, message: String, hint: String) -> Option<Problem> {
    let text = text.replace("\r\n", "\n");
    let readable = without_lone_keys(&text);
    let (root, _) = DeTable::parse_recoverable(&readable);
    let at = find(root.get_ref(), &readable, spot)?;
    let mut report = Report::new(&text);
    report.error(at, message, hint);
    report.into_problems().pop()
}

fn find(root: &DeTable<'_>, text: &str, spot: &Spot<'_>) -> Option<Range<usize>> {
    match spot {
        Spot::TimeZone => Some(root.get("time_zone")?.span()),
        Spot::Template { name, language, key, at } => {
            let template = tables(root, "template").find(|table| is(table, "name", name))?;
            let part = tables(template, "text").find(|table| is(table, "language", language.as_str()))?;
            let span = part.get(*key)?.span();
            let source = text.get(span.clone())?;
            let start = span.start + source_offset(source, at.start);
            let end = span.start + source_offset(source, at.end);
            Some(start..end.max(start))
        }
        Spot::SendEmail { template } => {
            let automations = tables(root, "pipeline").flat_map(|pipeline| tables(pipeline, "automation"));
            let drafts = tables(root, "workflow").filter_map(|workflow| match workflow.get("draft")?.get_ref() {
                DeValue::Table(draft) => Some(draft),
                _ => None,
            });
            let mut flows = automations.chain(tables(root, "workflow")).chain(drafts);
            flows.find_map(|flow| sends(flow, "actions", template))
        }
    }
}

/// Where one of these actions, or of those on the ways of a branch, sends the template.
fn sends(list: &DeTable<'_>, key: &str, template: &str) -> Option<Range<usize>> {
    tables(list, key).find_map(|action| match is(action, "send_email", template) {
        true => Some(action.get("send_email")?.span()),
        false => tables(action, "branch")
            .find_map(|way| sends(way, "actions", template))
            .or_else(|| sends(action, "otherwise", template)),
    })
}

fn tables<'t>(table: &'t DeTable<'t>, key: &str) -> impl Iterator<Item = &'t DeTable<'t>> {
    let items = match table.get(key).map(Spanned::get_ref) {
        Some(DeValue::Array(items)) => Some(items.iter()),
        _ => None,
    };
    items.into_iter().flatten().filter_map(|item| match item.get_ref() {
        DeValue::Table(table) => Some(table),
        _ => None,
    })
}

fn is(table: &DeTable<'_>, key: &str, wanted: &str) -> bool {
    matches!(table.get(key).map(Spanned::get_ref), Some(DeValue::String(text)) if text.as_ref() == wanted)
}

/// Where byte `at` of a text stands in its source, quotes and all (toml.io, v1.0.0, "String").
fn source_offset(source: &str, at: usize) -> usize {
    let (open, literal) = match source {
        source if source.starts_with("\"\"\"") => (3, false),
        source if source.starts_with("'''") => (3, true),
        source => (1, source.starts_with('\'')),
    };
    // The newline behind three opening quotes is no part of the text.
    let start = open + usize::from(open == 3 && source.get(open..).is_some_and(|rest| rest.starts_with('\n')));
    let mut chars = source.get(start..).unwrap_or_default().char_indices().peekable();
    let mut said = 0;
    while let Some((offset, c)) = chars.next() {
        let bytes = match c {
            '\\' if !literal => escaped(&mut chars),
            c => c.len_utf8(),
        };
        if said + bytes > at {
            return start + offset;
        }
        said += bytes;
    }
    source.len()
}

/// Bytes of what stands behind a backslash.
fn escaped(chars: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> usize {
    let digits = match chars.next() {
        Some((_, 'x')) => 2,
        Some((_, 'u')) => 4,
        Some((_, 'U')) => 8,
        // A line that goes on in the next one: nothing up to its first character.
        Some((_, c)) if c.is_whitespace() => {
            while chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
            return 0;
        }
        _ => return 1,
    };
    let number = (0..digits).filter_map(|_| chars.next()?.1.to_digit(16)).fold(0, |number, digit| number << 4 | digit);
    char::from_u32(number).map_or(1, char::len_utf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::text::{block, quoted};
    use super::source_offset;

    #[test]
    fn every_way_to_write_a_text_keeps_its_places() {
        for (source, at, found) in [
            ("\"ab\"", 1, "b\""),
            ("'a\\b'", 2, "b'"),
            ("\"a\\u00e9b\"", 3, "b\""),
            ("\"a\\U0001F600b\"", 5, "b\""),
            ("\"\"\"\na\\\n   b\"\"\"", 1, "b\"\"\""),
            ("'''\na\nb'''", 2, "b'''"),
            ("\"ab\"", 7, ""),
        ] {
            assert_eq!(&source[source_offset(source, at)..], found, "{source} {at}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// A letter that nothing else contains is found wherever it stands.
        #[test]
        fn a_mark_is_found_in_whatever_stands_before_it(before in "[ab\"\\\\\n\t\u{e9}\u{feff}{}]{0,30}", after in "[ab\"\\\\\n]{0,9}") {
            let text = format!("{before}z{after}");
            for source in [quoted(&text), block(&text)] {
                prop_assert!(source[source_offset(&source, before.len())..].starts_with('z'), "{}", source);
            }
        }
    }
}
