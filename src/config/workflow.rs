//! `[[workflow]]`: what happens to records by itself. What stands in the table is in force; `[workflow.draft]` is what
//! somebody works on.

use super::condition::read_filter;
use super::hours::{read_hours, read_zone};
use super::names::{Names, label_from};
use super::problem::Report;
use super::scope::{Known, Scope};
use super::steps::read_steps;
use super::table::{Placed, Table};
use super::trigger::read_trigger;
use crate::domain::{Definition, TICKET, Trigger, Workflow};
use crate::workflow::numbered;

/// What a definition has.
const KEYS: [&str; 8] = ["trigger", "when", "chat", "reenrol", "goal", "time_zone", "hours", "actions"];

/// Reads every `[[workflow]]`.
pub(super) fn read_workflows(root: &mut Table, known: &Known, report: &mut Report) -> Vec<Workflow> {
    let mut names = Names::of("workflow", "chase_customer");
    let mut workflows = Vec::new();
    for mut table in root.tables("workflow", report) {
        let name = names.claim(&mut table, report);
        let label = table.text("label", report).map_or_else(|| label_from(&name), |label| label.get_ref().to_string());
        let object = table.text("object", report).unwrap_or_else(|| Placed::new(table.place(), TICKET));
        let scope = Scope { known, object: known.objects.resolve(&object, report), pipeline: None };
        let on = table.flag("on", report).unwrap_or(true);
        let is_published = KEYS.iter().any(|key| table.has(key));
        let draft = table.table("draft", report).and_then(|mut draft| {
            let definition = read_definition(&mut draft, scope, report);
            draft.close(report);
            definition
        });
        let mut published = None;
        if is_published || !table.has("draft") {
            published = read_definition(&mut table, scope, report);
        }
        // Not asked for where there is a draft only, and known all the same.
        table.pass_over(KEYS);
        table.close(report);
        let object = object.get_ref().to_string();
        workflows.push(Workflow { name, label, object, on, published, draft });
    }
    workflows
}

fn read_definition(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Definition> {
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
    let steps = numbered(&read_steps(table, "actions", scope, report));
    Some(Definition { trigger: trigger?, filter, chat, reenrol, goal, time_zone, hours, steps })
}
