//! `[[workflow]]`: what happens to records by itself. What stands in the table is in force; `[workflow.draft]` is what
//! somebody works on.

use std::collections::BTreeMap;

use super::condition::read_filter;
use super::hours::{read_hours, read_zone};
use super::names::{Names, label_from};
use super::problem::Report;
use super::scope::{Known, Scope};
use super::steps::read_steps;
use super::table::{Placed, Table};
use super::trigger::read_trigger;
use crate::domain::{Definition, TICKET, Trigger, Workflow};
use crate::workflow::numbered_above;

/// What a definition has.
const KEYS: [&str; 8] = ["trigger", "when", "chat", "reenrol", "goal", "time_zone", "hours", "actions"];

/// The highest number that an action of a workflow ever had, by the workflow's name: what is not in the file any more is
/// for others to know.
pub type Used = BTreeMap<String, i64>;

/// Reads every `[[workflow]]`.
pub(super) fn read_workflows(root: &mut Table, known: &Known, report: &mut Report) -> Vec<Workflow> {
    let mut names = Names::of("workflow", "chase_customer");
    let mut workflows = Vec::new();
    for mut table in root.tables("workflow", report) {
        let name = names.claim(&mut table, report);
        let label = table.text("label", report).map_or_else(|| label_from(&name), |label| label.get_ref().to_string());
        let object = table.text("object", report).unwrap_or_else(|| Placed::new(table.place(), TICKET));
        let scope = Scope { known, object: known.objects.resolve(&object, report), pipeline: None };
        let used = known.used.get(&name).copied().unwrap_or_default();
        let on = table.flag("on", report).unwrap_or(true);
        let is_published = KEYS.iter().any(|key| table.has(key));
        let draft = table.table("draft", report).and_then(|mut draft| {
            let definition = read_definition(&mut draft, scope, used, report);
            draft.close(report);
            definition
        });
        let mut published = None;
        if is_published || !table.has("draft") {
            published = read_definition(&mut table, scope, used, report);
        }
        // Not asked for where there is a draft only, and known all the same.
        table.pass_over(KEYS);
        table.close(report);
        let object = object.get_ref().to_string();
        workflows.push(Workflow { name, label, object, on, published, draft });
    }
    workflows
}

fn read_definition(table: &mut Table, scope: Scope<'_>, used: i64, report: &mut Report) -> Option<Definition> {
    let trigger = read_trigger(table, scope, report);
    // A record that a stage made enrol is in that pipeline.
    let pipeline = match &trigger {
        Some(Trigger::StageEntered { pipeline, .. }) => scope.pipelines().find(|found| found.name == *pipeline),
        _ => None,
    };
    let scope = Scope { pipeline, ..scope };
    let filter = read_filter(table, "when", scope, report);
    let chat = table.flag("chat", report).unwrap_or(false);
    let reenrol = table.flag("reenrol", report).unwrap_or(false);
    let goal = read_filter(table, "goal", scope, report);
    let time_zone = read_zone(table, scope.known.time_zone, report);
    let hours = read_hours(table, report);
    table.require("actions", "actions = [{ send_email = \"ticket_received\" }]", report);
    let steps = numbered_above(&read_steps(table, "actions", scope, report), used);
    Some(Definition { trigger: trigger?, filter, chat, reenrol, goal, time_zone, hours, steps })
}
