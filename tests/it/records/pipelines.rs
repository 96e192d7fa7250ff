//! `ticketd pipeline`: stages come, go, and change, and no record is left where it cannot be.

use serde_json::{Value, json};
use ticketd::decide::{StageUse, uses_of_stage};
use ticketd::domain::*;

use super::desk::Desk;

fn stages(desk: &Desk, pipeline: &str) -> Vec<String> {
    let shown = desk.object(&["pipeline", "show", pipeline]);
    let stages = shown["stages"].as_array().unwrap().clone();
    stages.iter().map(|stage| stage["name"].as_str().unwrap().to_owned()).collect()
}

fn stage(desk: &Desk, pipeline: &str, name: &str) -> Value {
    let shown = desk.object(&["pipeline", "show", pipeline]);
    shown["stages"].as_array().unwrap().iter().find(|stage| stage["name"] == name).unwrap().clone()
}

#[test]
fn a_pipeline_of_deals_has_won_and_lost_and_probabilities() {
    let desk = Desk::selling();
    let sales = desk.object(&["pipeline", "show", "sales"]);
    assert_eq!((&sales["object"], &sales["on_send"]), (&json!("deal"), &Value::Null));
    let states: Vec<_> = sales["stages"].as_array().unwrap().iter().map(|stage| stage["state"].clone()).collect();
    assert_eq!(states, ["open", "open", "won", "lost"]);
    assert_eq!(stage(&desk, "sales", "talks")["probability"], 30);
    desk.done(&["pipeline", "set-stage", "sales", "talks", "--probability", "40"]);
    assert_eq!(stage(&desk, "sales", "talks")["probability"], 40);
    desk.refused(64, &["pipeline", "set-stage", "sales", "talks", "--probability", "101"]);
    // Tickets are closed, neither won nor lost.
    desk.refused(78, &["pipeline", "add-stage", "support", "spam", "--state", "lost"]);
    desk.refused(78, &["pipeline", "set-stage", "support", "new", "--probability", "5"]);
    let listed = desk.lines(&["pipeline", "list", "--object", "deal"]);
    assert_eq!(listed.iter().map(|one| one["name"].clone()).collect::<Vec<_>>(), ["sales"]);
}

#[test]
fn a_ticket_pipeline_has_the_two_rules_on_where_their_usual_stages_are() {
    let desk = Desk::new();
    let add = ["pipeline", "add", "returns", "--stage", "new", "--stage", "waiting_on_us", "--stage", "done:closed"];
    desk.done(&add);
    let rules = desk.lines(&["automation", "show", "returns"]);
    let found: Vec<_> =
        rules.iter().map(|rule| (rule["rule"].clone(), rule["on"].clone(), rule["target"].clone())).collect();
    let expected = [("on_send", false, "new"), ("on_reply", true, "waiting_on_us")];
    assert_eq!(found, expected.map(|(rule, on, target)| (json!(rule), json!(on), json!(target))));
    desk.refused(64, &add);
    desk.refused(78, &["pipeline", "add", "odd", "--stage", "done:closed", "--stage", "new"]);
    desk.refused(64, &["pipeline", "add", "odd", "--stage", "new:ajar"]);
}

#[test]
fn stages_are_added_in_their_place_renamed_and_put_in_order() {
    let desk = Desk::new();
    desk.done(&["pipeline", "add-stage", "support", "spam", "--state", "closed", "--after", "Waiting on us"]);
    desk.done(&["pipeline", "add-stage", "support", "triage", "--before", "new", "--label", "To be sorted"]);
    let order = ["triage", "new", "waiting_on_contact", "waiting_on_us", "spam", "closed"];
    assert_eq!(stages(&desk, "support"), order);
    desk.done(&["pipeline", "rename-stage", "support", "New", "Just in"]);
    desk.done(&["pipeline", "rename", "support", "Front desk"]);
    assert_eq!(stage(&desk, "support", "new")["label"], "Just in");
    assert_eq!(desk.object(&["pipeline", "show", "support"])["label"], "Front desk");
    let other = ["new", "triage", "waiting_on_us", "waiting_on_contact", "closed", "spam"];
    desk.done(&[&["pipeline", "reorder", "support"], &other[..]].concat());
    assert_eq!(stages(&desk, "support"), other);
    let missing = desk.refused(64, &["pipeline", "reorder", "support", "new", "closed"]);
    assert!(missing.contains("name these too: triage, waiting_on_us, waiting_on_contact, spam"), "{missing}");
    desk.refused(64, &[&["pipeline", "reorder", "support", "new"], &other[..]].concat());
    let first_closed = ["spam", "new", "triage", "waiting_on_us", "waiting_on_contact", "closed"];
    desk.refused(78, &[&["pipeline", "reorder", "support"], &first_closed[..]].concat());
    desk.folds();
}

#[test]
fn the_records_of_an_archived_stage_move_with_it_and_nothing_begins_because_of_that() {
    let desk = Desk::with(
        "\n[[pipeline]]\nname = \"support\"\nstage = [{ name = \"new\" }, { name = \"odd\" }, { name = \"closed\", state = \"closed\" }]\n\
         on_send = { on = false }\non_reply = { on = false }\n\
         [[pipeline.automation]]\nname = \"bye\"\nstage = \"closed\"\nactions = [{ send_email = \"ticket_closed\" }]\n",
    );
    let ticket = |title| desk.made(&["ticket", title, "--stage", "odd", "--contact", "ann@example.com"]);
    let (one, two) = (ticket("One"), ticket("Two"));
    let elsewhere = desk.made(&["ticket", "Three", "--contact", "ann@example.com"]);
    let asks = desk.refused(1, &["pipeline", "archive-stage", "support", "odd"]);
    let expected =
        "ticketd: 2 records are in stage `odd`\n  say where they go, with --move-to: new (New), closed (Closed)\n";
    assert_eq!(asks, expected);
    let saved = desk.object(&["pipeline", "archive-stage", "support", "odd", "--move-to", "Closed", "--as", "root"]);
    assert_eq!(saved["moved"], 2);
    for row in [&one, &two] {
        let shown = desk.object(&["record", "show", row]);
        assert_eq!((&shown["stage"], &shown["open"]), (&json!("closed"), &json!(false)));
        let moves: Vec<_> = shown["timeline"].as_array().unwrap().iter().filter(|it| it["what"] == "status").collect();
        assert_eq!((&moves[1]["from"], &moves[1]["cause"]), (&json!("Odd"), &json!("archived")));
    }
    assert_eq!(desk.object(&["record", "show", &elsewhere])["stage"], "new");
    assert_eq!(desk.done(&["outbox", "list", "--all", "--json"]), "", "nobody is told");
    let closed = desk.lines(&["ticket", "list", "--closed"]);
    assert!(closed.iter().all(|ticket| ticket["closed_at"].is_string()) && closed.len() == 2, "{closed:?}");
    assert_eq!(stage(&desk, "support", "odd")["archived"], true);
    // No record enters it any more.
    desk.refused(64, &["record", "move", &one, "odd"]);
    desk.refused(64, &["record", "create", "ticket", "Four", "--stage", "odd"]);
    desk.folds();
}

#[test]
fn a_stage_in_use_cannot_be_archived_and_it_is_said_by_what() {
    let desk = Desk::new();
    let refusal = desk.refused(1, &["pipeline", "archive-stage", "support", "waiting_on_us"]);
    assert!(refusal.contains("cannot be archived: rule 3.2 (`on_reply`) leads there"), "{refusal}");
    let refusal = desk.refused(1, &["pipeline", "archive-stage", "support", "closed"]);
    assert!(refusal.contains("stage automation `support/ticket_closed` uses it"), "{refusal}");
    desk.done(&["automation", "set", "support", "on_reply", "--off"]);
    desk.done(&["pipeline", "archive-stage", "support", "waiting_on_us"]);
    let on = desk.refused(78, &["automation", "set", "support", "on_reply", "--on"]);
    assert!(on.contains("waiting_on_us"), "it would lead to an archived stage: {on}");
    let uses = stage(&desk, "support", "closed")["used_by"].clone();
    assert_eq!(uses, json!(["stage automation `support/ticket_closed` uses it"]));
}

/// A setup with that workflow of tickets.
fn with_workflow(definition: Definition) -> Setup {
    let mut setup = ticketd::config::builtin().setup;
    setup.workflows.push(Workflow {
        name: "chase".into(),
        label: "Chase".into(),
        object: TICKET.into(),
        on: false,
        published: None,
        draft: Some(definition),
    });
    setup
}

fn definition(trigger: Trigger, steps: Vec<Action>) -> Definition {
    Definition {
        trigger,
        filter: None,
        chat: false,
        reenrol: false,
        goal: None,
        time_zone: "UTC".into(),
        hours: None,
        steps: steps.into_iter().map(Step::from).collect(),
    }
}

fn stage_is(stage: &str) -> Filter {
    Filter::All(vec![Filter::Is(Condition { property: "stage".into(), test: Test::Is, values: vec![stage.into()] })])
}

#[test]
fn a_workflow_uses_the_stages_that_its_trigger_conditions_and_steps_name_in_a_draft_too() {
    let here = "waiting_on_contact";
    let note = || Action::AddNote { text: "x".into() };
    let by_hand = |steps| definition(Trigger::ByHand, steps);
    let way = Way { label: "a".into(), when: stage_is(here), steps: Vec::new() };
    let inside =
        Way { label: "b".into(), when: stage_is("new"), steps: vec![Action::SetStage { stage: here.into() }.into()] };
    let changed = Trigger::PropertyChanged { property: "stage".into(), to: Some(here.into()) };
    let entered = Trigger::StageEntered { pipeline: "support".into(), stage: here.into() };
    let using = [
        definition(entered, vec![note()]),
        definition(changed, vec![note()]),
        Definition { filter: Some(stage_is(here)), ..by_hand(vec![note()]) },
        Definition { goal: Some(Filter::Any(vec![stage_is(here)])), ..by_hand(vec![note()]) },
        by_hand(vec![Action::SetStage { stage: here.into() }]),
        by_hand(vec![Action::Branch { ways: vec![way], otherwise: Vec::new() }]),
        by_hand(vec![Action::Branch { ways: vec![inside], otherwise: Vec::new() }]),
    ];
    for (number, definition) in using.into_iter().enumerate() {
        let uses = uses_of_stage(&with_workflow(definition), "support", here);
        assert!(uses.contains(&StageUse::Workflow("chase".into())), "case {number}: {uses:?}");
    }
    let elsewhere = Trigger::StageEntered { pipeline: "returns".into(), stage: here.into() };
    let not_using = [
        definition(elsewhere, vec![note()]),
        Definition { filter: Some(stage_is("new")), ..by_hand(vec![Action::SetStage { stage: "new".into() }]) },
    ];
    for (number, definition) in not_using.into_iter().enumerate() {
        let uses = uses_of_stage(&with_workflow(definition), "support", here);
        assert!(!uses.contains(&StageUse::Workflow("chase".into())), "case {number}: {uses:?}");
    }
}

#[test]
fn a_file_cannot_archive_a_stage_from_under_records() {
    let with = |archived: &str| {
        format!(
            "\n[[pipeline]]\nname = \"support\"\nstage = [{{ name = \"new\" }}, {{ name = \"odd\"{archived} }}, \
             {{ name = \"closed\", state = \"closed\" }}]\non_send = {{ on = false }}\non_reply = {{ on = false }}\n"
        )
    };
    let desk = Desk::with(&with(""));
    desk.made(&["ticket", "One", "--stage", "odd", "--contact", "ann@example.com"]);
    let text = std::fs::read_to_string(desk.path().join("desk.toml")).unwrap();
    desk.write("archived.toml", &text.replace("{ name = \"odd\" }", "{ name = \"odd\", archived = true }"));
    let ran = desk.run(&["apply", "archived.toml"]);
    assert_eq!(ran.code, 1);
    let way = "`ticketd pipeline archive-stage support odd --move-to STAGE` moves them, to one of `new`, `closed`";
    assert!(ran.stderr.contains("1 ticket is in stage `odd`") && ran.stderr.contains(way), "{}", ran.stderr);
}

#[test]
fn only_super_admins_change_pipelines() {
    let desk = Desk::new();
    for user in ["wim", "ada", "alice", "gone"] {
        desk.refused(77, &["pipeline", "add", "returns", "--stage", "new", "--as", user]);
        desk.refused(77, &["pipeline", "rename", "support", "Front", "--as", user]);
        desk.refused(77, &["pipeline", "add-stage", "support", "odd", "--as", user]);
        desk.refused(77, &["pipeline", "archive-stage", "support", "new", "--move-to", "closed", "--as", user]);
    }
    assert_eq!(desk.lines(&["pipeline", "list"]).len(), 1);
}
