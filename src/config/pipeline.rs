//! `[[pipeline]]`: its stages, the two templated automations of tickets and what is done on entering a stage.

use super::builtin;
use super::duration;
use super::names::{Names, label_from};
use super::object::Objects;
use super::problem::Report;
use super::scope::{Known, Scope, report_archived};
use super::stage::read_stages;
use super::steps::read_steps;
use super::table::Table;
use crate::domain::{Millis, Pipeline, Stage, StageAutomation, TICKET, TemplatedAutomation};

/// The pipelines of the file before it is known what is done in them, which may name any of them.
pub(super) struct Pipelines<'t> {
    pub(super) all: Vec<Pipeline>,
    /// Those of them that stand in the file, in the same order, less the first ones that are built in.
    tables: Vec<Table<'t>>,
}

/// Reads every `[[pipeline]]`, but for its automations; where none is for tickets there is the built-in one.
pub(super) fn read_pipelines<'t>(root: &mut Table<'t>, objects: &Objects, report: &mut Report) -> Pipelines<'t> {
    let mut names = Names::of("pipeline", "support");
    let mut tables = root.tables("pipeline", report);
    let mut all: Vec<Pipeline> =
        tables.iter_mut().map(|table| read_pipeline(table, &mut names, objects, report)).collect();
    // One of an object that there is not may have been meant for tickets.
    let may_be_for_tickets = |one: &Pipeline| one.object == TICKET || objects.get(&one.object).is_none();
    if !all.iter().any(may_be_for_tickets) {
        let built_in = builtin::support_pipeline();
        if let Some(at) = all.iter().position(|pipeline| pipeline.name == built_in.name) {
            let place = tables.get(at).map_or(0..0, Table::place);
            let message = format!("`{}` is the built-in pipeline of tickets", built_in.name);
            report.error(place, message, "name this one otherwise, or add a pipeline for tickets");
        }
        all.insert(0, built_in);
    }
    Pipelines { all, tables }
}

/// Reads what is done on entering their stages.
pub(super) fn finish_pipelines(tables: Vec<Table>, known: &Known, report: &mut Report) -> Vec<Pipeline> {
    let mut pipelines = known.pipelines.to_vec();
    let built_in = pipelines.len().saturating_sub(tables.len());
    for (pipeline, mut table) in pipelines.iter_mut().skip(built_in).zip(tables) {
        let scope = Scope { known, object: known.objects.get(&pipeline.object), pipeline: Some(pipeline) };
        let automations = read_automations(&mut table, scope, report);
        table.close(report);
        pipeline.automations = automations;
    }
    pipelines
}

impl<'t> Pipelines<'t> {
    /// The pipelines, and the tables that are not yet read to their end.
    pub(super) fn into_parts(self) -> (Vec<Pipeline>, Vec<Table<'t>>) {
        (self.all, self.tables)
    }
}

fn read_pipeline(table: &mut Table, names: &mut Names, objects: &Objects, report: &mut Report) -> Pipeline {
    let name = names.claim(table, report);
    let label = read_label(table, &name, report);
    let stated = table.text("object", report);
    let object = stated.as_ref().map_or(TICKET, |object| object.get_ref()).to_owned();
    let is_known = stated.is_none_or(|object| objects.resolve(&object, report).is_some());
    let (stages, stage_names) = read_stages(table, Some(object.as_str()).filter(|_| is_known), report);
    let mut pipeline = Pipeline {
        name,
        label,
        object,
        stages,
        on_send: TemplatedAutomation { on: false, target: String::new() },
        on_reply: TemplatedAutomation { on: false, target: String::new() },
        reopen_within: None,
        automations: Vec::new(),
    };
    if pipeline.object == TICKET {
        pipeline.reopen_within = read_reopen_within(table, report);
        let stages = &pipeline.stages;
        pipeline.on_send = read_templated(table, "on_send", builtin::ON_SEND_TARGET, stages, &stage_names, report);
        pipeline.on_reply = read_templated(table, "on_reply", builtin::ON_REPLY_TARGET, stages, &stage_names, report);
    } else {
        refuse_status_rules(table, is_known, report);
    }
    pipeline
}

/// The status rules are about mail, which belongs to tickets.
fn refuse_status_rules(table: &mut Table, is_known: bool, report: &mut Report) {
    for key in ["on_send", "on_reply", "reopen_within"] {
        if let Some((_, place)) = table.place_of(key).filter(|_| is_known) {
            let hint = "leave it out, or say object = \"ticket\"";
            report.error(place, format!("only a pipeline of tickets has `{key}`"), hint);
        }
    }
}

pub(super) fn read_label(table: &mut Table, name: &str, report: &mut Report) -> String {
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

/// `[pipeline.on_send]` or `[pipeline.on_reply]`. On and leading to `usual` where the operator says nothing.
fn read_templated(
    pipeline: &mut Table,
    key: &'static str,
    usual: &str,
    stages: &[Stage],
    stage_names: &Names,
    report: &mut Report,
) -> TemplatedAutomation {
    let is_archived = |name: &str| stages.iter().any(|stage| stage.name == name && stage.archived);
    let usual = Some(usual).filter(|usual| stage_names.contains(usual) && !is_archived(usual));
    // Where to say that no stage is named; nowhere when a value is there, even a wrong one, which was reported itself.
    let mut silent = Some(pipeline.place()).filter(|_| !pipeline.has(key));
    let (mut on, mut target) = (true, None);
    if let Some(mut table) = pipeline.table(key, report) {
        on = table.flag("on", report).unwrap_or(true);
        let text = table.text("target", report);
        // One that is off uses no stage.
        if let Some(text) = text.as_ref().filter(|text| on && is_archived(text.get_ref())) {
            report_archived(text, report);
        }
        target = text.map(|target| stage_names.resolve(&target, report));
        silent = Some(table.place()).filter(|_| !table.has("target") && !report.is_on_broken_line("target"));
        table.close(report);
    }
    if let Some(place) = silent.filter(|_| on && usual.is_none() && stage_names.first().is_some()) {
        let message = format!("`{key}` is on and does not say which stage it sets");
        report.error(place, message, format!("add {key} = {{ target = \"…\" }}, or {key} = {{ on = false }}"));
    }
    let target = target.or(usual.map(str::to_owned)).or_else(|| stage_names.first().map(str::to_owned));
    TemplatedAutomation { on, target: target.unwrap_or_default() }
}

fn read_automations(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Vec<StageAutomation> {
    let mut names = Names::of("automation", "ticket_received");
    let mut automations = Vec::new();
    for mut table in table.tables("automation", report) {
        let name = names.claim(&mut table, report);
        let stage =
            table.needed_text("stage", "stage = \"new\"", report).map(|stage| scope.resolve_stage(&stage, report));
        let on = table.flag("on", report).unwrap_or(true);
        let reenrol = table.flag("reenrol", report).unwrap_or(true);
        let chat = table.flag("chat", report).unwrap_or(false);
        table.require("actions", "actions = [{ send_email = \"ticket_received\" }]", report);
        let actions = read_steps(&mut table, "actions", scope, report);
        table.close(report);
        automations.push(StageAutomation { name, stage: stage.unwrap_or_default(), on, reenrol, chat, actions });
    }
    automations
}
