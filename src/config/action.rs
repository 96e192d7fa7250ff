//! One action of a list: what it does, and that everything that it names is there.

use std::collections::{BTreeMap, BTreeSet};

use super::hours::{read_date, read_time};
use super::problem::Report;
use super::scope::Scope;
use super::table::{Placed, Table};
use crate::domain::{
    Action, CommonProperty, DIGEST_TEMPLATE, Delay, OWNER_PROPERTY, PropertyKind, SEND_NOT_DELIVERED, Span,
};

/// The key that says what an action does; there is one in each.
pub(super) const VERBS: [&str; 14] = [
    "send_email",
    "notify",
    "create_task",
    "delay",
    "delay_until",
    "delay_until_property",
    "branch",
    "set_property",
    "clear_property",
    "set_stage",
    "create_record",
    "rotate_owner",
    "add_note",
    "webhook",
];

/// An action that is no branch. `None`: it cannot be made out, which was reported.
pub(super) fn read_action(table: &mut Table, verb: &str, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    match verb {
        "send_email" => {
            let template = table.text("send_email", report)?;
            Some(Action::SendEmail { template: resolve_template(&template, scope, report) })
        }
        "notify" => read_notify(table, scope, report),
        "create_task" => read_task(table, scope, report),
        "delay" => {
            let span = read_span(table, "delay", report)?;
            Some(Action::Delay { until: Delay::For { span } })
        }
        "delay_until" => {
            let date = table.scalar("delay_until", report).map(|date| read_date(&date, report));
            let time = read_time(table, report);
            Some(Action::Delay { until: Delay::UntilDate { date: date??, time } })
        }
        "delay_until_property" => read_delay_until_property(table, scope, report),
        "set_property" => read_set_property(table, scope, report),
        "clear_property" => read_clear_property(table, scope, report),
        "set_stage" => {
            let stage = table.text("set_stage", report)?;
            Some(Action::SetStage { stage: scope.resolve_stage(&stage, report) })
        }
        "create_record" => read_create_record(table, scope, report),
        "rotate_owner" => read_rotation(table, scope, report),
        "add_note" => {
            let text = table.text("add_note", report)?;
            Some(Action::AddNote { text: scope.filled(&text, report) })
        }
        _ => read_webhook(table, report),
    }
}

fn read_notify(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let template = table.text("notify", report).map(|template| resolve_template(&template, scope, report));
    table.require("users", "users = [\"alice\"]; \"@owner\" is whoever owns the record", report);
    let users = table.texts("users", report).unwrap_or_default();
    let users = users.iter().map(|user| scope.user_or_owner(user, report)).collect();
    Some(Action::Notify { template: template?, users })
}

fn read_task(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let title = table.text("create_task", report).map(|title| scope.filled(&title, report));
    let user = table.text("user", report).map(|user| scope.user_or_owner(&user, report));
    let due = read_span(table, "due", report);
    Some(Action::CreateTask { title: title?, user, due })
}

/// A span that lies ahead.
fn read_span(table: &mut Table, key: &'static str, report: &mut Report) -> Option<Span> {
    let text = table.text(key, report)?;
    let span = any_span(&text, report)?;
    if span.count < 1 {
        report.error(text.span(), format!("`{key}` of {span} lies behind"), "for example: \"3 days\"");
    }
    Some(span)
}

fn any_span(text: &Placed<&str>, report: &mut Report) -> Option<Span> {
    let span = text.get_ref().parse::<Span>();
    if span.is_err() {
        let hint = "a number of minutes, hours, days or weeks, for example: \"3 days\", \"90 minutes\"";
        report.error(text.span(), format!("`{}` is no span of time", text.get_ref()), hint);
    }
    span.ok()
}

fn read_delay_until_property(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let property = table.text("delay_until_property", report);
    let offset = table.text("offset", report).and_then(|offset| any_span(&offset, report));
    let time = read_time(table, report);
    let property = property?;
    let kind = scope.resolve_property(&property, report);
    let name = (*property.get_ref()).to_owned();
    if let Some(kind) = kind.filter(|kind| !matches!(kind, PropertyKind::Date | PropertyKind::Time)) {
        let message = format!("`{name}` is a {}: nothing can wait for it", kind.word());
        report.error(property.span(), message, "name a property of type date or time");
    }
    Some(Action::Delay { until: Delay::UntilProperty { property: name, offset, time } })
}

fn read_set_property(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let property = table.text("set_property", report);
    table.require("value", "value = \"high\"; { clear_property = \"…\" } takes a value away", report);
    let value = table.scalar("value", report);
    let property = property?;
    let kind = scope.resolve_settable(&property, report);
    let name = (*property.get_ref()).to_owned();
    let value = value?;
    let value = kind.map(|kind| scope.value(&name, &kind, &value, report)).unwrap_or_default();
    Some(Action::SetProperty { property: name, value: Some(value) })
}

fn read_clear_property(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let property = table.text("clear_property", report)?;
    scope.resolve_settable(&property, report);
    if *property.get_ref() == CommonProperty::Title.as_str() {
        report.error(
            property.span(),
            "every record has a title",
            "set it instead: { set_property = \"title\", value = \"…\" }",
        );
    }
    Some(Action::SetProperty { property: (*property.get_ref()).to_owned(), value: None })
}

fn read_create_record(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let object = table.text("create_record", report);
    let title = table.needed_text("title", "title = \"{{ title }}\"", report);
    let pipeline = table.text("pipeline", report);
    let properties = table.table("properties", report);
    let object = object?;
    // What is made is another sort of record.
    let made = Scope { known: scope.known, object: scope.known.objects.resolve(&object, report), pipeline: None };
    if let Some(found) = made.object.filter(|_| made.pipelines().next().is_none()) {
        let message = format!("object `{}` has no pipeline: its records would be nowhere", found.name);
        report.error(object.span(), message, format!("add a [[pipeline]] with object = \"{}\"", found.name));
    }
    let pipeline = pipeline.map(|pipeline| {
        made.resolve_pipeline(&pipeline, report);
        (*pipeline.get_ref()).to_owned()
    });
    let properties = properties.map(|table| read_values(table, made, report)).unwrap_or_default();
    // The text is about the record that is there already.
    let title = scope.filled(&title?, report);
    Some(Action::CreateRecord { object: (*object.get_ref()).to_owned(), pipeline, title, properties })
}

fn read_values(table: Table, made: Scope<'_>, report: &mut Report) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for (name, value) in table.into_scalars(report) {
        if *name.get_ref() == CommonProperty::Title.as_str() {
            report.error(name.span(), "`title` stands beside `properties`", "leave it out here");
        } else if let Some(kind) = made.resolve_settable(&name, report) {
            let value = made.value(name.get_ref(), &kind, &value, report);
            values.insert((*name.get_ref()).to_owned(), value);
        }
    }
    values
}

fn read_rotation(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Action> {
    let users = table.texts("rotate_owner", report)?;
    let mut seen = BTreeSet::new();
    for user in &users {
        if !seen.insert(*user.get_ref()) {
            let message = format!("`{}` is named twice", user.get_ref());
            report.error(user.span(), message, format!("the users take turns as {OWNER_PROPERTY}: name each once"));
        }
    }
    let users = users.iter().map(|user| scope.known.users.resolve(user, report)).collect();
    Some(Action::RotateOwner { users })
}

fn read_webhook(table: &mut Table, report: &mut Report) -> Option<Action> {
    let url = table.text("webhook", report);
    let secret = table.text("secret", report);
    if let Some(name) = secret.as_ref().filter(|name| !name.get_ref().chars().all(is_plain)) {
        let hint = "the name of a secret of this machine, of a-z, 0-9, `_` and `-`; never the secret itself";
        report.error(name.span(), format!("`{}` is no short name", name.get_ref()), hint);
    }
    let url = url?;
    if !is_web_address(url.get_ref()) {
        let message = format!("`{}` is no address of the web", url.get_ref());
        report.error(
            url.span(),
            message,
            "it begins with https:// (or http://) and a host: \"https://example.com/hook\"",
        );
    }
    let secret = secret.map(|name| name.get_ref().to_string());
    Some(Action::Webhook { url: (*url.get_ref()).to_owned(), secret })
}

fn is_plain(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '-'
}

/// `https://HOST…` (RFC 3986 3): no login, no fragment, nothing that would have to be escaped.
fn is_web_address(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?']).next()).unwrap_or_default();
    let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}#".contains(c);
    host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && !host.contains('@')
        && url.chars().all(is_plain)
}

fn resolve_template(template: &Placed<&str>, scope: Scope<'_>, report: &mut Report) -> String {
    let about = match *template.get_ref() {
        SEND_NOT_DELIVERED => Some("tells a user of a mail that did not arrive"),
        DIGEST_TEMPLATE => Some("tells a user of more than 10 notifications in an hour"),
        _ => None,
    };
    if let Some(about) = about {
        let message = format!("`{}` {about}: no action can use it", template.get_ref());
        report.error(template.span(), message, "name another template, or add one with [[template]]");
    }
    scope.known.templates.resolve(template, report)
}
