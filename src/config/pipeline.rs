//! `[[pipeline]]`: its stages, the two templated automations and what is done on entering a stage.

use super::builtin;
use super::duration;
use super::names::{Names, label_from};
use super::problem::Report;
use super::table::{Placed, Table};
use crate::domain::{
    Action, DIGEST_TEMPLATE, Millis, Pipeline, SEND_NOT_DELIVERED, Stage, StageAutomation, StageState, Step, TICKET,
    TemplatedAutomation,
};

/// Names that a pipeline may refer to.
pub(super) struct Known<'n> {
    pub(super) templates: &'n Names,
    pub(super) users: &'n Names,
}

/// Reads every `[[pipeline]]`; without any there is the built-in one. Gives them and their names.
pub(super) fn read_pipelines(root: &mut Table, known: &Known, report: &mut Report) -> (Vec<Pipeline>, Names) {
    let mut names = Names::of("pipeline", "support");
    let tables = root.tables("pipeline", report);
    if tables.is_empty() {
        let pipeline = builtin::support_pipeline();
        names.add_builtin(&pipeline.name);
        return (vec![pipeline], names);
    }
    let pipelines = tables.into_iter().map(|table| read_pipeline(table, &mut names, known, report)).collect();
    (pipelines, names)
}

fn read_pipeline(mut table: Table, names: &mut Names, known: &Known, report: &mut Report) -> Pipeline {
    let name = names.claim(&mut table, report);
    let label = read_label(&mut table, &name, report);
    let reopen_within = read_reopen_within(&mut table, report);
    let (stages, stage_names) = read_stages(&mut table, report);
    let on_send = read_templated(&mut table, "on_send", builtin::ON_SEND_TARGET, &stage_names, report);
    let on_reply = read_templated(&mut table, "on_reply", builtin::ON_REPLY_TARGET, &stage_names, report);
    let automations = read_automations(&mut table, &stage_names, known, report);
    table.close(report);
    Pipeline { name, label, object: TICKET.to_owned(), stages, on_send, on_reply, reopen_within, automations }
}

fn read_label(table: &mut Table, name: &str, report: &mut Report) -> String {
    table.text("label", report).map_or_else(|| label_from(name), |label| label.get_ref().to_string())
}

fn read_reopen_within(table: &mut Table, report: &mut Report) -> Option<Millis> {
    let text = table.text("reopen_within", report)?;
    let span = duration::parse(text.get_ref());
    if span.is_none() {
        let hint = format!("for example: {}; leave the key out to reopen always", duration::EXAMPLE);
        report.error(text.span(), format!("`{}` is no span of time", text.get_ref()), hint);
    }
    span
}

fn read_stages(pipeline: &mut Table, report: &mut Report) -> (Vec<Stage>, Names) {
    let states: Vec<_> = StageState::ALL.iter().map(|state| state.as_str()).collect();
    let mut names = Names::of("stage", "waiting_on_us");
    let mut stages = Vec::new();
    let mut first_place = pipeline.place();
    let mut misread = false;
    for mut table in pipeline.needed_tables("stage", "[[pipeline.stage]] with name = \"new\"", report) {
        if stages.is_empty() {
            first_place = table.place();
        }
        let name = names.claim(&mut table, report);
        let label = read_label(&mut table, &name, report);
        let state = table.word("state", &states, report);
        misread |= state.is_none() && table.has("state");
        let state = state.unwrap_or(StageState::Open);
        table.close(report);
        stages.push(Stage { name, label, state, probability: None, archived: false });
    }
    let is_open = |stage: &Stage| stage.state == StageState::Open;
    if stages.len() > 1 && !misread && stages.iter().all(is_open) {
        let hint = "give the stage of tickets that are done state = \"closed\"";
        let message = "this pipeline has no closed stage: none of its tickets is ever closed";
        report.warning(first_place.clone(), message, hint);
    }
    if !stages.is_empty() && !stages.iter().any(is_open) {
        let hint = "give one stage state = \"open\"";
        report.warning(first_place, "this pipeline has no open stage: its tickets cannot be reopened", hint);
    } else if stages.first().is_some_and(|first| !is_open(first)) {
        let hint = "put an open stage first: new tickets enter there";
        report.error(first_place, "the first stage is closed: new tickets would be closed at once", hint);
    }
    (stages, names)
}

/// `[pipeline.on_send]` or `[pipeline.on_reply]`. On and leading to `usual` where the operator says nothing.
fn read_templated(
    pipeline: &mut Table,
    key: &'static str,
    usual: &str,
    stages: &Names,
    report: &mut Report,
) -> TemplatedAutomation {
    let usual = Some(usual).filter(|usual| stages.contains(usual));
    // Where to say that no stage is named; nowhere when a value is there, even a wrong one, which was reported itself.
    let mut silent = Some(pipeline.place()).filter(|_| !pipeline.has(key));
    let (mut on, mut target) = (true, None);
    if let Some(mut table) = pipeline.table(key, report) {
        on = table.flag("on", report).unwrap_or(true);
        target = table.text("target", report).map(|target| stages.resolve(&target, report));
        silent = Some(table.place()).filter(|_| !table.has("target") && !report.is_on_broken_line("target"));
        table.close(report);
    }
    if let Some(place) = silent.filter(|_| on && usual.is_none() && stages.first().is_some()) {
        let message = format!("`{key}` is on and does not say which stage it sets");
        report.error(place, message, format!("add {key} = {{ target = \"…\" }}, or {key} = {{ on = false }}"));
    }
    let target = target.or(usual.map(str::to_owned)).or_else(|| stages.first().map(str::to_owned));
    TemplatedAutomation { on, target: target.unwrap_or_default() }
}

fn read_automations(pipeline: &mut Table, stages: &Names, known: &Known, report: &mut Report) -> Vec<StageAutomation> {
    let mut names = Names::of("automation", "ticket_received");
    let mut automations = Vec::new();
    for mut table in pipeline.tables("automation", report) {
        let name = names.claim(&mut table, report);
        let stage = table.needed_text("stage", "stage = \"new\"", report).map(|stage| stages.resolve(&stage, report));
        let on = table.flag("on", report).unwrap_or(true);
        let reenrol = table.flag("reenrol", report).unwrap_or(true);
        let chat = table.flag("chat", report).unwrap_or(false);
        table.require("actions", "actions = [{ send_email = \"ticket_received\" }]", report);
        let actions = table.tables("actions", report);
        let actions = actions.into_iter().filter_map(|action| read_action(action, known, report));
        let actions = actions.map(Step::from).collect();
        table.close(report);
        automations.push(StageAutomation { name, stage: stage.unwrap_or_default(), on, reenrol, chat, actions });
    }
    automations
}

/// `{ send_email = "template" }` or `{ notify = "template", users = ["alice"] }`.
fn read_action(mut table: Table, known: &Known, report: &mut Report) -> Option<Action> {
    let mail = table.text("send_email", report).map(|template| resolve_template(&template, known, report));
    let notice = table.text("notify", report).map(|template| resolve_template(&template, known, report));
    if table.has("send_email") == table.has("notify") {
        let hint = "for example: { send_email = \"ticket_received\" } or { notify = \"…\", users = [\"alice\"] }";
        report.error(table.place(), "an action is either `send_email` or `notify`", hint);
    }
    let mut users = Vec::new();
    if table.has("notify") {
        table.require("users", "users = [\"alice\"]", report);
        users = table.texts("users", report).unwrap_or_default();
    }
    table.close(report);
    let users = users.iter().map(|user| known.users.resolve(user, report)).collect();
    match (mail, notice) {
        (Some(template), None) => Some(Action::SendEmail { template }),
        (None, Some(template)) => Some(Action::Notify { template, users }),
        _ => None,
    }
}

fn resolve_template(template: &Placed<&str>, known: &Known, report: &mut Report) -> String {
    let about = match *template.get_ref() {
        SEND_NOT_DELIVERED => Some("tells a user of a mail that did not arrive"),
        DIGEST_TEMPLATE => Some("tells a user of more than 10 notifications in an hour"),
        _ => None,
    };
    if let Some(about) = about {
        let message = format!("`{}` {about}: no action can use it", template.get_ref());
        report.error(template.span(), message, "name another template, or add one with [[template]]");
    }
    known.templates.resolve(template, report)
}
