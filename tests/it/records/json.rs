//! JSON has the fields that docs/json.md names, and no others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::desk::Desk;
use super::history::FLOW;
use crate::replay::{documented, fields};

/// The names of a section, each of a cell that has several.
fn stated(heading: &str) -> BTreeSet<String> {
    let path = crate::support::root().join("docs/json.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let section = docs.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let cells = section.lines().filter_map(|line| line.strip_prefix("| `")?.split(" |").next().map(str::to_owned));
    cells.flat_map(|cell| cell.replace('`', "").split(", ").map(str::to_owned).collect::<Vec<_>>()).collect()
}

fn of(objects: &[Value]) -> BTreeSet<String> {
    let found = fields(&objects[0], &[]);
    assert!(objects.iter().all(|object| fields(object, &[]) == found), "a field is missing somewhere");
    found
}

#[test]
fn every_command_about_records_and_the_setup_prints_the_documented_fields() {
    let desk = Desk::selling();
    let made = desk.object(&["record", "create", "deal", "Website", "--set", "amount=10", "--as", "alice"]);
    assert_eq!(fields(&made, &[]), stated("record create --json"));
    let row = made["record"].to_string();
    let set = desk.object(&["record", "set", &row, "amount=20"]);
    assert_eq!(fields(&set, &[]), stated("record create --json"));
    assert_eq!(of(&desk.lines(&["record", "list"])), stated("record list --json"));
    let shown = desk.object(&["record", "show", &row]);
    let both: BTreeSet<_> = &stated("record list --json") | &stated("record show --json");
    assert_eq!(fields(&shown, &[]), both);
    assert_eq!(of(&desk.lines(&["object", "list"])), stated("object list --json"));
    assert_eq!(of(&desk.lines(&["pipeline", "list"])), stated("pipeline list --json"));
    assert_eq!(of(&desk.lines(&["automation", "show"])), stated("automation show --json"));
    assert_eq!(of(&desk.lines(&["user", "list"])), stated("user list --json"));
    assert_eq!(of(&desk.lines(&["log"])), stated("log --json"));
    let edited = desk.object(&["pipeline", "rename", "sales", "Deals"]);
    assert_eq!(fields(&edited, &[]), stated("Edits of the setup"));
    let ticket = ["record", "create", "ticket", "Printer", "--contact", "ann@example.com"];
    assert_eq!(fields(&desk.object(&ticket), &[]), stated("record create --json"));
    let listed = documented("ticket list --json");
    let further = ["contacts", "links", "merged_into", "runs", "timeline"].map(str::to_owned);
    assert_eq!(fields(&desk.object(&["ticket", "show", "1"]), &[]), listed.into_iter().chain(further).collect());
}

#[test]
fn tasks_and_moments_of_workflows_have_the_documented_fields() {
    let desk = Desk::with(FLOW);
    desk.done(&["record", "create", "ticket", "Printer", "--contact", "ann@example.com"]);
    let mut tasks = stated("task list --json");
    let task = desk.object(&["task", "list"]);
    assert_eq!(fields(&task, &[]), tasks);
    tasks.insert("event".to_owned());
    assert_eq!(fields(&desk.object(&["task", "done", &task["task"].to_string()]), &[]), tasks);
    let shown = desk.object(&["record", "show", "TICKET-1"]);
    let docs = std::fs::read_to_string(crate::support::root().join("docs/json.md")).unwrap();
    for moment in shown["timeline"].as_array().unwrap() {
        let what = moment["what"].as_str().unwrap();
        let row =
            docs.lines().find(|line| line.strip_prefix("| ").is_some_and(|row| row.starts_with(&format!("{what} |"))));
        let row = row.unwrap_or_else(|| panic!("{what} is not documented"));
        let names = fields(moment, &[]).into_iter().filter(|name| name != "what" && name != "at");
        let missing: Vec<_> = names.filter(|name| what != "task" && !row.contains(&format!("`{name}`"))).collect();
        assert!(missing.is_empty(), "{what}: {missing:?}");
    }
}
