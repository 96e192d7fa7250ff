//! The whole text: its top-level keys, and the order in which its parts are read so that references can be checked.

use std::borrow::Cow;

use toml::de::DeTable;

use super::daemon::read_daemon;
use super::ignore::read_ignore_rules;
use super::mailbox::read_mailboxes;
use super::oauth::read_clients;
use super::object::read_objects;
use super::pipeline::{finish_pipelines, read_pipelines};
use super::problem::{Report, Severity};
use super::relay::read_relays;
use super::scope::Known;
use super::table::Table;
use super::template::{read_only, read_templates};
use super::user::read_users;
use super::webhooks::read_webhooks;
use super::workflow::{Used, read_workflows};
use super::{Config, Problem, builtin};
use crate::domain::{MailboxKind, Setup};

/// Reads a configuration. Takes the text of the file; gives the configuration with its warnings, or, when anything is
/// wrong, every problem of the text by place, warnings among them. Line ends of Windows mean the same as others, also
/// inside of texts of several lines.
pub fn parse(text: &str) -> Result<Config, Vec<Problem>> {
    let (mut config, problems) = read(text);
    if problems.iter().any(|problem| problem.severity == Severity::Error) {
        return Err(problems);
    }
    config.warnings = problems;
    Ok(config)
}

/// The same for whoever has more to say about it: gives what could be made out, stand-ins for what is wrong in it, and
/// every problem of the text by place.
pub fn read(text: &str) -> (Config, Vec<Problem>) {
    read_numbering(text, &Used::new())
}

/// The same, and actions without a number get none that is used.
pub fn read_numbering(text: &str, used: &Used) -> (Config, Vec<Problem>) {
    let text = &text.replace("\r\n", "\n");
    let mut report = Report::new(text);
    let readable = without_lone_keys(text);
    for source in [text, readable.as_ref()] {
        report_syntax(source, &mut report);
    }
    let (root, _) = DeTable::parse_recoverable(&readable);
    let config = read_root(Table::root(root.get_ref()), used, &mut report);
    (config, report.into_problems())
}

/// What is wrong with a text that is to hold the template of that name and nothing else, by place. What it says of the rest
/// of a setup is not known here.
pub fn problems_of_template(text: &str, name: &str) -> Vec<Problem> {
    let text = &text.replace("\r\n", "\n");
    let mut report = Report::new(text);
    let readable = without_lone_keys(text);
    for source in [text, readable.as_ref()] {
        report_syntax(source, &mut report);
    }
    let (root, _) = DeTable::parse_recoverable(&readable);
    read_only(Table::root(root.get_ref()), name, &mut report);
    report.into_problems()
}

/// The text with every line blanked that begins with a key and has no `=`: behind such a line the TOML reader gives up.
/// Every other byte keeps its place.
pub(super) fn without_lone_keys(text: &str) -> Cow<'_, str> {
    let (_, errors) = DeTable::parse_recoverable(text);
    let lone_keys = errors.iter().filter(|error| error.message().starts_with("key with no value"));
    let places: Vec<_> = lone_keys.filter_map(|error| error.span()).map(|span| span.start).collect();
    if places.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut blanked = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bytes = blanked.len()..blanked.len() + line.len();
        match places.iter().any(|place| bytes.contains(place)) {
            true => blanked.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' })),
            false => blanked.push_str(line),
        }
    }
    Cow::Owned(blanked)
}

/// Reports what is no TOML in `text`, with words for the mistake that is made most.
fn report_syntax(text: &str, report: &mut Report) {
    for error in DeTable::parse_recoverable(text).1 {
        let at = error.span().unwrap_or(text.len()..text.len());
        let message = error.message();
        if message.starts_with("string values must be quoted") || message.starts_with("invalid boolean") {
            let hint = "write a text as \"text\", and true or false in lower case";
            report.syntax(at, "this value needs quotes", Some(hint));
        } else {
            report.syntax(at, format!("no valid TOML: {message}"), None);
        }
    }
}

fn read_root(mut root: Table, used: &Used, report: &mut Report) -> Config {
    let database = root.text("database", report).map(|path| path.get_ref().to_string());
    let time_zone = read_time_zone(&mut root, report);
    let ticket_prefix = read_ticket_prefix(&mut root, report);
    let public_url = read_public_url(&mut root, report);
    // What is referred to comes before what refers to it.
    let templates = read_templates(&mut root, report);
    let people = read_users(&mut root, report);
    let objects = read_objects(&mut root, report);
    let (stated, tables) = read_pipelines(&mut root, &objects, report).into_parts();
    let known = Known {
        templates: &templates.names,
        users: &people.names,
        objects: &objects,
        pipelines: &stated,
        time_zone: time_zone.as_deref().unwrap_or("UTC"),
        used,
    };
    let pipelines = finish_pipelines(tables, &known, report);
    let workflows = read_workflows(&mut root, &known, report);
    let (oauth, clients) = read_clients(&mut root, report);
    let (mailboxes, accounts) = read_mailboxes(&mut root, &people, &pipelines, &clients, report);
    let relays = read_relays(&mut root, &clients, report);
    let daemon = read_daemon(&mut root, report);
    let webhooks = read_webhooks(&mut root, report);
    let ignore = read_ignore_rules(&mut root, report);
    // Where a mailbox was meant and could not be read, that was said.
    let is_told = report.has_broken_lines() || (root.has("mailbox") && mailboxes.is_empty());
    if !is_told && !mailboxes.iter().any(|mailbox| mailbox.kind == MailboxKind::Team) {
        let hint = "add a [[mailbox]] with name and address";
        report.warning(root.place(), "there is no team mailbox: no mail can open a ticket", hint);
    }
    root.close(report);
    let all = templates.all.clone();
    let mut setup = Setup {
        ticket_prefix,
        public_url: None,
        mailboxes,
        users: people.users,
        ignore,
        pipelines,
        templates: all,
        objects: objects.into_described(),
        workflows,
    };
    match public_url {
        PublicUrl::Missing => templates.require_unsubscribing(&setup, report),
        PublicUrl::Wrong => {}
        PublicUrl::Given(url) => setup.public_url = Some(url),
    }
    Config { database, time_zone, setup, accounts, relays, oauth, daemon, webhooks, warnings: Vec::new() }
}

/// `Area/Location` and the like, as in the IANA time zone database; whether the zone exists is not known here.
fn read_time_zone(root: &mut Table, report: &mut Report) -> Option<String> {
    let zone = root.text("time_zone", report)?;
    let name = *zone.get_ref();
    let is_part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || "_+-".contains(c))
    };
    if !name.split('/').all(is_part) {
        report.error(
            zone.span(),
            format!("`{name}` is no time zone name"),
            "for example: \"Europe/Amsterdam\" or \"UTC\"",
        );
        return None;
    }
    Some(name.to_owned())
}

/// What the file says of our pages.
enum PublicUrl {
    Missing,
    Wrong,
    Given(String),
}

/// `https://HOST[:PORT][/PATH]` (RFC 3986 3): a token is put behind it, in a header field (RFC 2369 2).
fn read_public_url(root: &mut Table, report: &mut Report) -> PublicUrl {
    if !root.has("public_url") {
        return PublicUrl::Missing;
    }
    let Some(url) = root.text("public_url", report) else { return PublicUrl::Wrong };
    let text = url.get_ref().trim_end_matches('/');
    let host = text.strip_prefix("https://").and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._~/:[]%".contains(c);
    if host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && text.chars().all(is_plain)
        && text.len() <= 200
    {
        return PublicUrl::Given(text.to_owned());
    }
    let hint = "an address that begins with https:// and has no query, for example: \"https://desk.example.org\"";
    report.error(url.span(), format!("`{}` is no public address of pages", url.get_ref()), hint);
    PublicUrl::Wrong
}

fn read_ticket_prefix(root: &mut Table, report: &mut Report) -> String {
    let Some(prefix) = root.text("ticket_prefix", report) else { return builtin::TICKET_PREFIX.to_owned() };
    let text = *prefix.get_ref();
    let fits = text.len() <= 10
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if !fits {
        let hint = "1 to 10 characters of A-Z and 0-9, the first a letter, for example: \"TICKET\"";
        report.error(prefix.span(), format!("`{text}` is no ticket prefix"), hint);
    }
    text.to_owned()
}
