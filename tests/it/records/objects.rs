//! `ticketd object`: custom objects, what they are called, and properties of any object.

use serde_json::{Value, json};

use super::desk::Desk;

fn object(desk: &Desk, name: &str) -> Value {
    desk.lines(&["object", "list"]).into_iter().find(|object| object["name"] == name).unwrap()
}

#[test]
fn there_are_tickets_deals_and_projects_and_what_the_operator_defines() {
    let desk = Desk::new();
    let names = |desk: &Desk| desk.lines(&["object", "list"]).iter().map(|one| one["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&desk), ["ticket", "deal", "project"]);
    desk.done(&["object", "define", "machine", "--as", "root"]);
    desk.done(&["object", "define", "person", "--plural", "People"]);
    assert_eq!(names(&desk), ["ticket", "deal", "project", "machine", "person"]);
    let machine = object(&desk, "machine");
    let described = (&machine["singular"], &machine["plural"], &machine["custom"], &machine["records"]);
    assert_eq!(described, (&json!("Machine"), &json!("Machines"), &json!(true), &json!(0)));
    assert_eq!(object(&desk, "person")["plural"], "People");
    let again = desk.refused(64, &["object", "define", "machine"]);
    assert!(again.contains("there is an object `machine` already"), "{again}");
    desk.folds();
}

#[test]
fn every_object_can_be_called_otherwise_and_back() {
    let desk = Desk::new();
    desk.done(&["object", "rename", "ticket", "--singular", "Case", "--plural", "Cases"]);
    let text = desk.done(&["object", "list"]);
    assert!(text.starts_with("ticket  Case / Cases, 0 there, pipeline support\n"), "{text}");
    desk.done(&["object", "rename", "ticket", "--singular", "Ticket", "--plural", "Tickets"]);
    let said = desk.done(&["apply", "desk.toml"]);
    assert!(said.starts_with("Nothing differs: "), "all is as it was, to the revision: {said}");
}

#[test]
fn properties_are_added_changed_and_removed_on_any_object() {
    let desk = Desk::new();
    let add =
        ["object", "property", "ticket", "severity", "--type", "choice", "--option", "minor", "--option", "major"];
    desk.done(&add);
    let severity = object(&desk, "ticket")["properties"][1].clone();
    let expected = json!({ "name": "severity", "label": "Severity", "type": "choice", "options": ["minor", "major"] });
    assert_eq!(severity, expected);
    desk.done(&["object", "property", "ticket", "severity", "--label", "How bad"]);
    let severity = object(&desk, "ticket")["properties"][1].clone();
    assert_eq!((&severity["label"], &severity["options"]), (&json!("How bad"), &json!(["minor", "major"])));
    desk.done(&["object", "property", "ticket", "severity", "--remove"]);
    assert_eq!(object(&desk, "ticket")["properties"].as_array().unwrap().len(), 1);
    for (args, said) in [
        (&["object", "property", "ticket", "stage"][..], "every record has `stage` by itself"),
        (&["object", "property", "ticket", "x", "--type", "choice"], "a choice has values to choose from"),
        (&["object", "property", "ticket", "x", "--option", "a"], "only a choice has options"),
        (&["object", "property", "ticket", "x", "--remove"], "`ticket` has no property `x`"),
        (&["object", "property", "tickets", "x"], "there is no object `tickets`"),
        (&["object", "property", "ticket", "X"], "use a-z, 0-9"),
    ] {
        let refusal = desk.refused(64, args);
        assert!(refusal.contains(said), "{refusal}");
    }
}

#[test]
fn a_property_that_records_have_values_of_keeps_room_for_them() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website", "--set", "amount=1200"]);
    let gone = desk.refused(1, &["object", "property", "deal", "amount", "--remove"]);
    assert!(gone.contains("1 deal has a value of `deal` property `amount`, which would be no more"), "{gone}");
    let date = desk.refused(1, &["object", "property", "deal", "amount", "--type", "date"]);
    assert!(date.contains("none of its values any more, for example `1200`"), "{date}");
    // Every number is a text.
    desk.done(&["object", "property", "deal", "amount", "--type", "text"]);
    desk.done(&["record", "set", &deal, "amount="]);
    desk.done(&["object", "property", "deal", "amount", "--remove"]);
    desk.folds();
}

#[test]
fn a_file_cannot_take_the_values_away_either() {
    let desk = Desk::with("\n[[object]]\nname = \"ticket\"\nproperty = [{ name = \"floor\", type = \"number\" }]\n");
    desk.made(&["ticket", "Printer", "--set", "floor=3", "--contact", "ann@example.com"]);
    desk.write(
        "without.toml",
        &std::fs::read_to_string(desk.path().join("desk.toml")).unwrap().replace("floor", "room"),
    );
    let refusal = desk.run(&["apply", "without.toml"]);
    assert_eq!(refusal.code, 1);
    assert!(refusal.stderr.contains("1 ticket has a value of `ticket` property `floor`"), "{}", refusal.stderr);
}

#[test]
fn who_has_no_role_for_it_changes_no_object() {
    let desk = Desk::new();
    for user in ["wim", "ada", "alice", "gone"] {
        desk.refused(77, &["object", "define", "machine", "--as", user]);
        desk.refused(77, &["object", "property", "deal", "origin", "--as", user]);
        desk.refused(77, &["object", "rename", "deal", "--plural", "Sales", "--as", user]);
    }
    desk.refused(64, &["object", "define", "machine", "--as", "zoe"]);
    assert_eq!(desk.lines(&["object", "list"]).len(), 3);
}
