//! Conditions on a record's properties: `{ property = "priority", is = "high" }`, and `all` or `any` of several.

use super::problem::Report;
use super::scope::Scope;
use super::table::{Placed, Table};
use crate::domain::{Condition, Filter, PropertyKind, Test};

const EXAMPLE: &str = "{ property = \"priority\", is = \"high\" }, or { all = [ … ] } or { any = [ … ] } of several";

/// The key of each test. Whether something is set is one key with two values.
const TESTS: [(&str, Test); 6] = [
    ("is", Test::Is),
    ("is_not", Test::IsNot),
    ("contains", Test::Contains),
    ("above", Test::Above),
    ("below", Test::Below),
    ("is_set", Test::IsSet),
];

/// The condition at `key`, if it is there and can be read.
pub(super) fn read_filter(
    table: &mut Table,
    key: &'static str,
    scope: Scope<'_>,
    report: &mut Report,
) -> Option<Filter> {
    read_condition(table.table(key, report)?, scope, report)
}

fn read_condition(mut table: Table, scope: Scope<'_>, report: &mut Report) -> Option<Filter> {
    let sorts = ["all", "any", "property"];
    let stated: Vec<&str> = sorts.into_iter().filter(|sort| table.has(sort)).collect();
    let found = match stated.as_slice() {
        ["all"] => Some(Filter::All(read_parts(&mut table, "all", scope, report))),
        ["any"] => Some(Filter::Any(read_parts(&mut table, "any", scope, report))),
        ["property"] => read_test(&mut table, scope, report).map(Filter::Is),
        _ => {
            report.error(
                table.place(),
                "a condition is one of `property`, `all` and `any`",
                format!("for example: {EXAMPLE}"),
            );
            // What else stands in it may be right.
            return None;
        }
    };
    table.close(report);
    found
}

fn read_parts(table: &mut Table, key: &'static str, scope: Scope<'_>, report: &mut Report) -> Vec<Filter> {
    let parts = table.needed_tables(key, "{ property = \"priority\", is = \"high\" }", report);
    parts.into_iter().filter_map(|part| read_condition(part, scope, report)).collect()
}

fn read_test(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Condition> {
    let property = table.text("property", report)?;
    let kind = scope.resolve_property(&property, report);
    let stated: Vec<(&'static str, Test)> = TESTS.into_iter().filter(|(key, _)| table.has(key)).collect();
    let [(key, test)] = stated.as_slice() else {
        let message = format!("this condition says nothing, or several things, about `{}`", property.get_ref());
        let hint = "one of: `is`, `is_not`, `contains`, `above`, `below`, `is_set`";
        report.error(table.place(), message, hint);
        table.pass_over(TESTS.iter().map(|(key, _)| *key));
        return None;
    };
    let (test, values) = match test {
        Test::IsSet => match table.flag(key, report)? {
            true => (Test::IsSet, Vec::new()),
            false => (Test::IsNotSet, Vec::new()),
        },
        Test::Above | Test::Below => (*test, table.scalar(key, report).into_iter().collect()),
        _ => (*test, table.scalars(key, report)),
    };
    let property = (*property.get_ref()).to_owned();
    let Some(kind) = kind else { return Some(Condition { property, test, values: Vec::new() }) };
    let place = table.place_of(key).map_or_else(|| table.place(), |(_, place)| place);
    if !fits(test, &kind) {
        let message = format!("`{property}` is a {}, which cannot be compared by `{key}`", kind.word());
        let hint = match test {
            Test::Contains => "`contains` is for texts; use `is` or `is_not`",
            _ => "`above` and `below` are for numbers, dates and times; use `is` or `is_not`",
        };
        report.error(place, message, hint);
        return Some(Condition { property, test, values: Vec::new() });
    }
    let values = values.iter().map(|value: &Placed<String>| scope_value(test, scope, &property, &kind, value, report));
    let values = values.collect();
    Some(Condition { property, test, values })
}

/// A part of a text is no name of anything.
fn scope_value(
    test: Test,
    scope: Scope<'_>,
    property: &str,
    kind: &PropertyKind,
    value: &Placed<String>,
    report: &mut Report,
) -> String {
    match test {
        Test::Contains => value.get_ref().trim().to_owned(),
        _ => scope.value(property, kind, value, report),
    }
}

fn fits(test: Test, kind: &PropertyKind) -> bool {
    match test {
        Test::Above | Test::Below => matches!(kind, PropertyKind::Number | PropertyKind::Date | PropertyKind::Time),
        Test::Contains => *kind == PropertyKind::Text,
        Test::Is | Test::IsNot | Test::IsSet | Test::IsNotSet => true,
    }
}
