//! What the timeline of a record tells: stages, properties, notes, tasks and what workflows did.

use serde_json::{Value, json};

use super::desk::Desk;

pub const FLOW: &str = "\n[[pipeline]]\nname = \"support\"\nstage = [{ name = \"new\" }, { name = \"closed\", state = \"closed\" }]\n\
    on_send = { on = false }\non_reply = { on = false }\n\
    [[pipeline.automation]]\nname = \"sort\"\nstage = \"new\"\nactions = [\n\
    { set_property = \"priority\", value = \"high\" },\n\
    { create_task = \"Call about {{ title }}\", user = \"alice\", due = \"2 days\" },\n\
    { add_note = \"Sorted\" },\n\
    { delay = \"3 days\" },\n\
    { set_stage = \"closed\" },\n]\n";

fn of(shown: &Value, what: &str) -> Vec<Value> {
    shown["timeline"].as_array().unwrap().iter().filter(|moment| moment["what"] == what).cloned().collect()
}

#[test]
fn a_ticket_shows_what_a_stage_automation_did_and_waits_for() {
    let desk = Desk::with(FLOW);
    desk.made(&["ticket", "Printer", "--contact", "ann@example.com"]);
    for shown in [desk.object(&["record", "show", "TICKET-1"]), desk.object(&["ticket", "show", "1"])] {
        let set = &of(&shown, "property")[0];
        assert_eq!(
            (&set["property"], &set["before"], &set["after"]),
            (&json!("priority"), &Value::Null, &json!("high"))
        );
        let note = &of(&shown, "note")[0];
        assert_eq!(
            (&note["text"], &note["workflow"], &note["by"]),
            (&json!("Sorted"), &json!("support/sort"), &Value::Null)
        );
        let task = &of(&shown, "task")[0];
        assert_eq!((&task["user"], &task["done_at"]), (&json!("alice"), &Value::Null));
        assert_eq!(of(&shown, "enrolled")[0]["workflow"], "support/sort");
        let actions = of(&shown, "action");
        let did: Vec<_> = actions.iter().map(|action| (action["action"].clone(), action["outcome"].clone())).collect();
        let expected = [("set_property", "done"), ("create_task", "done"), ("add_note", "done"), ("delay", "waiting")];
        assert_eq!(did, expected.map(|(action, outcome)| (json!(action), json!(outcome))));
        assert_eq!((&shown["runs"][0]["state"], &shown["runs"][0]["step"]), (&json!("delayed"), &json!(4)));
    }
    let text = desk.done(&["ticket", "show", "1"]);
    for said in [
        "priority: – → high (a workflow)\n",
        "note (support/sort)\n                  Sorted\n",
        "(for alice, until ",
        "enrolled in support/sort\n",
        "delay  support/sort step 4\n                  waiting: ",
        "on its way through support/sort: at step 4 until ",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    assert!(!text.contains("create_task"), "the task stands there itself: {text}");
    desk.folds();
}

#[test]
fn tasks_are_listed_by_whose_they_are_and_done_once() {
    let desk = Desk::with(FLOW);
    desk.made(&["ticket", "Printer", "--contact", "ann@example.com"]);
    desk.made(&["ticket", "Scanner", "--contact", "ann@example.com"]);
    let tasks = desk.lines(&["task", "list", "--user", "alice"]);
    assert_eq!(tasks.len(), 2);
    assert_eq!(desk.run(&["task", "list", "--user", "root"]).stdout, "");
    let of_one = desk.object(&["task", "list", "--record", "TICKET-2"]);
    let row = of_one["task"].to_string();
    let done = desk.object(&["task", "done", &row, "--as", "alice"]);
    assert!(done["done_at"].is_string(), "{done}");
    assert_eq!(desk.lines(&["task", "list"]).len(), 1);
    assert_eq!(desk.lines(&["task", "list", "--all"]).len(), 2);
    let again = desk.refused(1, &["task", "done", &row]);
    assert!(again.contains("that task is done already"), "{again}");
    desk.refused(66, &["task", "done", "99999"]);
    let text = desk.done(&["task", "list"]);
    assert!(text.contains("(for alice, until ") && text.contains("    ticket #"), "{text}");
    desk.folds();
}

#[test]
fn what_people_set_says_who_and_what_was_before() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website", "--set", "amount=10"]);
    desk.done(&["record", "set", &deal, "amount=20", "--as", "alice"]);
    desk.done(&["record", "set", &deal, "amount="]);
    let changes = of(&desk.object(&["record", "show", &deal]), "property");
    let told: Vec<_> = changes.iter().map(|it| (it["before"].clone(), it["after"].clone(), it["by"].clone())).collect();
    assert_eq!(told, [(json!("10"), json!("20"), json!("alice")), (json!("20"), Value::Null, Value::Null)]);
    let text = desk.done(&["record", "show", &deal]);
    assert!(text.contains("amount: 10 → 20 (alice)\n") && text.contains("amount: 20 → – (the operator)\n"), "{text}");
}
