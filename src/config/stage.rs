//! `[[pipeline.stage]]`: the stages of a pipeline in their order.

use super::names::Names;
use super::pipeline::read_label;
use super::problem::Report;
use super::table::Table;
use crate::domain::{DEAL, Stage, StageState, TICKET};

/// The stages of a pipeline, and their names. `object`: whose records go through it; `None`: something that was reported.
pub(super) fn read_stages(pipeline: &mut Table, object: Option<&str>, report: &mut Report) -> (Vec<Stage>, Names) {
    let mut names = Names::of("stage", "waiting_on_us");
    let mut stages = Vec::new();
    let mut place = pipeline.place();
    let mut misread = false;
    for mut table in pipeline.needed_tables("stage", "[[pipeline.stage]] with name = \"new\"", report) {
        if stages.is_empty() {
            place = table.place();
        }
        let name = names.claim(&mut table, report);
        let label = read_label(&mut table, &name, report);
        let state = read_state(&mut table, object, report);
        misread |= state.is_none() && table.has("state");
        let state = state.unwrap_or(StageState::Open);
        let probability = read_probability(&mut table, object, report);
        let archived = table.flag("archived", report).unwrap_or(false);
        table.close(report);
        stages.push(Stage { name, label, state, probability, archived });
    }
    let in_use: Vec<&Stage> = stages.iter().filter(|stage| !stage.archived).collect();
    let what = if object == Some(TICKET) { "tickets" } else { "records" };
    let is_open = |stage: &&Stage| stage.state == StageState::Open;
    if in_use.len() > 1 && !misread && in_use.iter().all(is_open) {
        let hint = format!("give the stage of {what} that are done state = \"closed\"");
        let message = format!("this pipeline has no closed stage: none of its {what} is ever closed");
        report.warning(place.clone(), message, hint);
    }
    if in_use.is_empty() && !stages.is_empty() {
        report.error(place, "every stage is archived: no record could enter", "take `archived` away from one");
    } else if !stages.is_empty() && !in_use.iter().any(is_open) {
        let hint = "give one stage state = \"open\"";
        let message = format!("this pipeline has no open stage: its {what} cannot be reopened");
        report.warning(place, message, hint);
    } else if in_use.first().is_some_and(|first| !is_open(first)) {
        let hint = format!("put an open stage first: new {what} enter there");
        let message = format!("the first stage is closed: new {what} would be closed at once");
        report.error(place, message, hint);
    }
    (stages, names)
}

fn read_state(table: &mut Table, object: Option<&str>, report: &mut Report) -> Option<StageState> {
    let words: Vec<_> = StageState::ALL.iter().map(|state| state.as_str()).collect();
    // Of other objects these two are no states.
    let known = if object == Some(DEAL) { words.as_slice() } else { words.get(..2).unwrap_or_default() };
    let state = table.word("state", known, report)?;
    let is_foreign = matches!(state, StageState::Won | StageState::Lost) && object.is_some_and(|object| object != DEAL);
    if let Some((_, place)) = table.place_of("state").filter(|_| is_foreign) {
        report.error(place, format!("only stages of deals are `{state}`"), "say state = \"closed\"");
    }
    Some(state)
}

fn read_probability(table: &mut Table, object: Option<&str>, report: &mut Report) -> Option<i64> {
    let (percent, place) = table.number("probability", report)?;
    if object.is_some_and(|object| object != DEAL) {
        report.error(place, "only stages of deals have a `probability`", "leave it out");
    } else if !(0..=100).contains(&percent) {
        report.error(place, format!("{percent} is no probability"), "a number of percent, from 0 to 100");
    }
    Some(percent)
}
