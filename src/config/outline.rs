//! A setup as the tables of its file: which keys there are, in which order, with which values. What is exported and what
//! is compared is this one outline, so that neither can forget a key.

use serde::Serialize;

use super::text::{block, list, quoted};
use super::{duration, inline};
use crate::domain::{
    BusinessHours, Definition, EmailAddress, Filter, IgnoreRule, MailboxKind, MailboxSetup, ObjectSetup, Pipeline,
    PropertyKind, PropertySetup, Setup, Stage, StageAutomation, Step, TICKET, Template, TemplateText,
    TemplatedAutomation, Trigger, UserSetup, Workflow,
};

/// A table of the file.
pub(super) struct Thing {
    /// Its key: `pipeline`; inside of one `stage`.
    pub(super) sort: &'static str,
    /// What tells it from others of its sort; `None` where there is one only.
    pub(super) name: Option<String>,
    /// Its keys with their values, that of its name left out.
    pub(super) keys: Vec<(&'static str, Value)>,
    pub(super) parts: Vec<Thing>,
}

impl Thing {
    /// The key that its name stands at.
    pub(super) fn name_key(&self) -> &'static str {
        if self.sort == "text" { "language" } else { "name" }
    }
}

/// The value of a key. As JSON: what it is; as text: TOML.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Value {
    Flag(bool),
    Number(i64),
    Text(String),
    /// A text that may have several lines.
    Lines(String),
    List(Vec<String>),
    Actions(Vec<Step>),
    Trigger(Trigger),
    Condition(Filter),
    Hours(BusinessHours),
}

impl Value {
    /// The lines that differences are shown in: those of a text as they are, an action in each.
    pub fn lines(&self) -> String {
        match self {
            Value::Lines(text) => text.clone(),
            Value::Actions(steps) if !steps.is_empty() => {
                steps.iter().map(|step| format!("{}\n", inline::step(step))).collect()
            }
            value => value.to_string(),
        }
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&match self {
            Value::Flag(flag) => flag.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Text(text) => quoted(text),
            Value::Lines(text) => block(text),
            Value::List(items) => list(&items.iter().map(|item| quoted(item)).collect::<Vec<_>>()),
            Value::Actions(steps) => inline::steps(steps),
            Value::Trigger(trigger) => inline::trigger(trigger),
            Value::Condition(filter) => inline::filter(filter),
            Value::Hours(hours) => inline::hours(hours),
        })
    }
}

/// The whole file.
pub(super) fn outline(setup: &Setup) -> Thing {
    let mut parts: Vec<Thing> = setup.mailboxes.iter().map(mailbox).collect();
    parts.extend(setup.users.iter().map(user));
    parts.extend(setup.ignore.iter().map(ignore));
    parts.extend(setup.objects().map(object));
    parts.extend(setup.pipelines.iter().map(pipeline));
    parts.extend(setup.workflows.iter().map(workflow));
    parts.extend(setup.templates.iter().map(template));
    let mut keys = vec![("ticket_prefix", text(&setup.ticket_prefix))];
    keys.extend(setup.public_url.as_ref().map(|url| ("public_url", text(url))));
    Thing { sort: "", name: None, keys, parts }
}

fn mailbox(mailbox: &MailboxSetup) -> Thing {
    let mut keys = vec![("kind", text(mailbox.kind.as_str()))];
    keys.extend(mailbox.user.as_ref().map(|user| ("user", text(user))));
    keys.extend([
        ("address", addresses(&mailbox.addresses)),
        ("display_name", text(&mailbox.display_name)),
        ("language", text(mailbox.language.as_str())),
        ("sent_folders", Value::List(mailbox.sent_folders.clone())),
    ]);
    // Mail of a personal mailbox opens no tickets.
    if mailbox.kind == MailboxKind::Team {
        keys.push(("pipeline", text(&mailbox.pipeline)));
        keys.push(("sent_counts_as_ticket_send", Value::Flag(mailbox.sent_counts_as_ticket_send)));
    }
    if !mailbox.trusted_authserv_ids.is_empty() {
        keys.push(("trusted_authserv_ids", Value::List(mailbox.trusted_authserv_ids.clone())));
    }
    named("mailbox", &mailbox.name, keys, Vec::new())
}

fn user(user: &UserSetup) -> Thing {
    let roles = user.roles.iter().map(|role| role.to_string()).collect();
    let mut keys = vec![
        ("display_name", text(&user.display_name)),
        ("address", addresses(&user.addresses)),
        ("roles", Value::List(roles)),
    ];
    keys.extend(user.disabled.then_some(("disabled", Value::Flag(true))));
    named("user", &user.name, keys, Vec::new())
}

fn ignore(rule: &IgnoreRule) -> Thing {
    let mut keys = Vec::new();
    keys.extend(rule.sender.as_ref().map(|sender| ("sender", text(sender.as_str()))));
    keys.extend(rule.domain.as_ref().map(|domain| ("domain", text(domain))));
    if let Some((header, contains)) = &rule.header {
        keys.push(("header", text(header)));
        keys.extend(Some(contains).filter(|part| !part.is_empty()).map(|part| ("header_contains", text(part))));
    }
    named("ignore", &rule.name, keys, Vec::new())
}

fn object(object: &ObjectSetup) -> Thing {
    let mut keys = vec![("singular", text(&object.singular)), ("plural", text(&object.plural))];
    if object.properties.is_empty() {
        // Without the key a built-in object has those that it is built in with.
        keys.push(("property", Value::List(Vec::new())));
    }
    named("object", &object.name, keys, object.properties.iter().map(property).collect())
}

fn property(property: &PropertySetup) -> Thing {
    let mut keys = vec![("label", text(&property.label)), ("type", text(property.kind.word()))];
    if let PropertyKind::Choice { options } = &property.kind {
        keys.push(("options", Value::List(options.clone())));
    }
    named("property", &property.name, keys, Vec::new())
}

fn pipeline(pipeline: &Pipeline) -> Thing {
    let mut keys = vec![("label", text(&pipeline.label)), ("object", text(&pipeline.object))];
    keys.extend(pipeline.reopen_within.map(|span| ("reopen_within", Value::Text(duration::words(span)))));
    let mut parts: Vec<Thing> = pipeline.stages.iter().map(stage).collect();
    // These are about mail.
    if pipeline.object == TICKET {
        parts.push(templated("on_send", &pipeline.on_send));
        parts.push(templated("on_reply", &pipeline.on_reply));
    }
    parts.extend(pipeline.automations.iter().map(automation));
    named("pipeline", &pipeline.name, keys, parts)
}

fn stage(stage: &Stage) -> Thing {
    let mut keys = vec![("label", text(&stage.label)), ("state", text(stage.state.as_str()))];
    keys.extend(stage.probability.map(|percent| ("probability", Value::Number(percent))));
    keys.extend(stage.archived.then_some(("archived", Value::Flag(true))));
    named("stage", &stage.name, keys, Vec::new())
}

fn templated(sort: &'static str, rule: &TemplatedAutomation) -> Thing {
    let keys = vec![("on", Value::Flag(rule.on)), ("target", text(&rule.target))];
    Thing { sort, name: None, keys, parts: Vec::new() }
}

fn automation(automation: &StageAutomation) -> Thing {
    let keys = vec![
        ("stage", text(&automation.stage)),
        ("on", Value::Flag(automation.on)),
        ("reenrol", Value::Flag(automation.reenrol)),
        ("chat", Value::Flag(automation.chat)),
        ("actions", Value::Actions(automation.actions.clone())),
    ];
    named("automation", &automation.name, keys, Vec::new())
}

fn workflow(workflow: &Workflow) -> Thing {
    let mut keys =
        vec![("label", text(&workflow.label)), ("object", text(&workflow.object)), ("on", Value::Flag(workflow.on))];
    keys.extend(workflow.published.iter().flat_map(definition));
    let draft = |found| Thing { sort: "draft", name: None, keys: definition(found), parts: Vec::new() };
    named("workflow", &workflow.name, keys, workflow.draft.iter().map(draft).collect())
}

fn definition(found: &Definition) -> Vec<(&'static str, Value)> {
    let mut keys = vec![("trigger", Value::Trigger(found.trigger.clone()))];
    keys.extend(found.filter.clone().map(|filter| ("when", Value::Condition(filter))));
    keys.extend([("chat", Value::Flag(found.chat)), ("reenrol", Value::Flag(found.reenrol))]);
    keys.extend(found.goal.clone().map(|goal| ("goal", Value::Condition(goal))));
    keys.push(("time_zone", text(&found.time_zone)));
    keys.extend(found.hours.clone().map(|hours| ("hours", Value::Hours(hours))));
    keys.push(("actions", Value::Actions(found.steps.clone())));
    keys
}

/// A template's table.
pub(super) fn template(template: &Template) -> Thing {
    let keys = vec![("transactional", Value::Flag(template.transactional))];
    named("template", &template.name, keys, template.texts.iter().map(template_text).collect())
}

fn template_text(found: &TemplateText) -> Thing {
    let mut keys = vec![("subject", text(&found.subject)), ("text", Value::Lines(found.text.clone()))];
    keys.extend(found.html.clone().map(|html| ("html", Value::Lines(html))));
    named("text", found.language.as_str(), keys, Vec::new())
}

fn named(sort: &'static str, name: &str, keys: Vec<(&'static str, Value)>, parts: Vec<Thing>) -> Thing {
    Thing { sort, name: Some(name.to_owned()), keys, parts }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn addresses(addresses: &[EmailAddress]) -> Value {
    Value::List(addresses.iter().map(EmailAddress::to_string).collect())
}
