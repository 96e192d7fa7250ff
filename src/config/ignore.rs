//! `[[ignore]]`: mail that is kept and does nothing.

use super::names::Names;
use super::owners::{is_domain, read_address};
use super::problem::Report;
use super::table::Table;
use crate::domain::IgnoreRule;

/// Reads every `[[ignore]]`.
pub(super) fn read_ignore_rules(root: &mut Table, report: &mut Report) -> Vec<IgnoreRule> {
    let mut names = Names::of("ignore rule", "newsletters");
    let mut rules = Vec::new();
    for mut table in root.tables("ignore", report) {
        let name = names.claim(&mut table, report);
        let sender = table.text("sender", report).and_then(|text| read_address(&text, report));
        let domain = read_domain(&mut table, report);
        let header = read_header(&mut table, report);
        if !["sender", "domain", "header"].iter().any(|key| table.has(key)) {
            let hint = "say what it matches: sender, domain or header";
            report.error(table.place(), "this ignore rule has no condition: it would match every mail", hint);
        }
        table.close(report);
        rules.push(IgnoreRule { name, sender: sender.map(|address| address.into_inner()), domain, header });
    }
    rules
}

fn read_domain(table: &mut Table, report: &mut Report) -> Option<String> {
    let domain = table.text("domain", report)?;
    if !is_domain(domain.get_ref()) {
        let hint = "only the domain, for example: \"example.com\"; its subdomains are meant as well";
        report.error(domain.span(), format!("`{}` is no domain", domain.get_ref()), hint);
    }
    Some(domain.get_ref().to_lowercase())
}

fn read_header(table: &mut Table, report: &mut Report) -> Option<(String, String)> {
    let part = table.text("header_contains", report);
    let Some(name) = table.text("header", report) else {
        if let Some(part) = part.filter(|_| !table.has("header")) {
            report.error(part.span(), "`header_contains` needs `header`", "for example: header = \"X-Campaign\"");
        }
        return None;
    };
    // RFC 5322 2.2: a field name is of printable US-ASCII characters except the colon.
    if !name.get_ref().chars().all(|c| c.is_ascii_graphic() && c != ':') {
        let hint = "only the field's name, for example: \"X-Campaign\"; its value goes into header_contains";
        report.error(name.span(), format!("`{}` is no name of a header field", name.get_ref()), hint);
    }
    let part = part.map(|part| part.get_ref().to_string()).unwrap_or_default();
    Some((name.get_ref().to_ascii_lowercase(), part))
}
