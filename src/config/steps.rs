//! The steps of a stage automation or a workflow: `actions = [{ send_email = "…" }, { branch = [ … ], otherwise = [ … ] }]`.

use std::collections::BTreeMap;
use std::ops::Range;

use super::action::{VERBS, read_action};
use super::condition::read_filter;
use super::problem::Report;
use super::scope::Scope;
use super::suggest::{closest, listed};
use super::table::Table;
use crate::domain::{Action, Filter, Step, StepId, Way};

/// Nobody writes as many actions.
const HIGHEST: i64 = 1_000_000;

/// The numbers given so far, each with its line.
type Given = BTreeMap<i64, usize>;

/// The steps at `key`. Numbers are as the file has them: 0 where it has none.
pub(super) fn read_steps(table: &mut Table, key: &'static str, scope: Scope<'_>, report: &mut Report) -> Vec<Step> {
    read_list(table, key, scope, &mut Given::new(), report)
}

fn read_list(
    table: &mut Table,
    key: &'static str,
    scope: Scope<'_>,
    given: &mut Given,
    report: &mut Report,
) -> Vec<Step> {
    let tables = table.tables(key, report);
    let last = tables.len().saturating_sub(1);
    let mut steps = Vec::new();
    for (at, table) in tables.into_iter().enumerate() {
        let place = table.place();
        let Some(step) = read_step(table, scope, given, report) else { continue };
        if at != last && matches!(step.action, Action::Branch { .. }) {
            let hint = "each of its ways goes on by itself: move what follows into `otherwise`, or into each way";
            report.error(place, "a branch is the last of its actions", hint);
        }
        steps.push(step);
    }
    steps
}

fn read_step(mut table: Table, scope: Scope<'_>, given: &mut Given, report: &mut Report) -> Option<Step> {
    let id = read_id(&mut table, given, report);
    let stated: Vec<&'static str> = VERBS.into_iter().filter(|verb| table.has(verb)).collect();
    let action = match stated.as_slice() {
        ["branch"] => read_branch(&mut table, scope, given, report),
        [verb] => read_action(&mut table, verb, scope, report),
        [] => {
            let meant = table.keys().find_map(|key| closest(key, VERBS));
            let hint =
                meant.map_or_else(|| format!("one of: {}", listed(VERBS)), |verb| format!("did you mean `{verb}`?"));
            report.error(table.place(), "this action does not say what it does", hint);
            return None;
        }
        several => {
            let message = format!("one action does one thing, and not {}", listed(several.iter().copied()));
            report.error(table.place(), message, "write an action for each: [{ … }, { … }]");
            return None;
        }
    };
    table.close(report);
    Some(Step { id, action: action? })
}

fn read_id(table: &mut Table, given: &mut Given, report: &mut Report) -> StepId {
    let Some((id, place)) = table.number("id", report) else { return StepId::default() };
    let line = report.line_of(place.start);
    if !(1..=HIGHEST).contains(&id) {
        let hint = format!("1 to {HIGHEST}; leave `id` out for a new one");
        report.error(place, format!("{id} is no number of an action"), hint);
        return StepId::default();
    }
    if let Some(first) = given.insert(id, line) {
        let hint = format!("the first is at line {first}; leave `id` out of a new action");
        report.error(place, format!("a second action has the number {id}"), hint);
    }
    StepId(id)
}

fn read_branch(table: &mut Table, scope: Scope<'_>, given: &mut Given, report: &mut Report) -> Option<Action> {
    let example = "{ label = \"urgent\", when = { property = \"priority\", is = \"high\" }, actions = [ … ] }";
    let mut ways: Vec<Way> = Vec::new();
    for mut way in table.needed_tables("branch", example, report) {
        let label = way.needed_text("label", "label = \"urgent\"", report);
        if let Some(label) = label.as_ref().filter(|label| ways.iter().any(|way| way.label == *label.get_ref())) {
            let message = format!("a second way of this branch is called `{}`", label.get_ref());
            report.error(label.span(), message, "the log names ways by their labels: name each otherwise");
        }
        way.require("when", "when = { property = \"priority\", is = \"high\" }", report);
        let when = read_filter(&mut way, "when", scope, report);
        way.require("actions", "actions = [{ … }]; [] where nothing is done", report);
        let steps = read_list(&mut way, "actions", scope, given, report);
        way.close(report);
        let label = label.map(|label| label.get_ref().to_string()).unwrap_or_default();
        // A way without a condition was reported; the stand-in never holds.
        ways.push(Way { label, when: when.unwrap_or(Filter::Any(Vec::new())), steps });
    }
    let otherwise = read_list(table, "otherwise", scope, given, report);
    if !ways.is_empty() && otherwise.is_empty() && ways.iter().all(|way| way.steps.is_empty()) {
        report.warning(
            branch_place(table),
            "this branch does nothing on any of its ways",
            "leave it out, or give a way actions",
        );
    }
    Some(Action::Branch { ways, otherwise })
}

fn branch_place(table: &mut Table) -> Range<usize> {
    table.place_of("branch").map_or_else(|| table.place(), |(_, place)| place)
}
