//! `ticketd record` and `ticketd task`: making, moving, changing, and listing records of every object.

use serde_json::{Value, json};

use super::desk::Desk;

fn titles(records: &[Value]) -> Vec<&str> {
    records.iter().map(|record| record["title"].as_str().unwrap()).collect()
}

#[test]
fn a_deal_is_made_with_all_that_is_known_of_it_and_enters_its_first_stage() {
    let desk = Desk::selling();
    let made = desk.object(&[
        "record",
        "create",
        "deal",
        "Website",
        "--set",
        "amount=1200.50",
        "--set",
        "owner=alice",
        "--company",
        "Acme",
        "--contact",
        "Ann Lee <ann@example.com>",
        "--as",
        "alice",
    ]);
    assert_eq!((&made["object"], &made["ticket"]), (&json!("deal"), &Value::Null));
    assert_eq!((&made["status_before"], &made["status_after"]), (&Value::Null, &json!("Talks")));
    let shown = desk.object(&["record", "show", &made["record"].to_string()]);
    assert_eq!(shown["properties"], json!({ "amount": "1200.5", "owner": "alice" }));
    assert_eq!((&shown["companies"], &shown["contacts"]), (&json!(["Acme"]), &json!(["ann@example.com"])));
    assert_eq!(
        (&shown["pipeline"], &shown["source"], &shown["open"]),
        (&json!("sales"), &json!("manual"), &json!(true))
    );
    let text = desk.done(&["record", "show", &made["record"].to_string()]);
    for said in [
        "deal #",
        "  Talks\nWebsite\n",
        "  Amount   1200.5\n",
        "  company  Acme\n",
        "  contact  Ann Lee <ann@example.com>\n",
    ] {
        assert!(text.contains(said), "{said}: {text}");
    }
    desk.folds();
}

#[test]
fn a_ticket_is_a_record_as_well_and_has_a_number() {
    let desk = Desk::new();
    let made =
        desk.object(&["record", "create", "ticket", "Printer", "--contact", "ann@example.com", "--source", "phone"]);
    assert_eq!((&made["ticket"], &made["queued"][0]["template"]), (&json!(1), &json!("ticket_received")));
    let by_row = desk.object(&["record", "show", &made["record"].to_string()]);
    assert_eq!(desk.object(&["record", "show", "TICKET-1"]), by_row);
    desk.done(&["record", "move", "TICKET-1", "Closed", "--as", "alice"]);
    assert_eq!(desk.lines(&["ticket", "list"])[0]["status"], "Closed");
    let hint = desk.refused(66, &["record", "show", "1"]);
    assert!(hint.contains("ticket 1 is named `TICKET-1`"), "{hint}");
    desk.folds();
}

#[test]
fn records_of_custom_objects_go_through_pipelines_of_their_own() {
    let desk = Desk::new();
    desk.done(&["object", "define", "machine"]);
    let refusal = desk.refused(1, &["record", "create", "machine", "Crane"]);
    assert!(refusal.contains("no pipeline is for `machine`"), "{refusal}");
    desk.done(&["pipeline", "add", "fleet", "--object", "machine", "--stage", "running", "--stage", "scrapped:closed"]);
    let crane = desk.made(&["machine", "Crane"]);
    let moved = desk.object(&["record", "move", &crane, "scrapped", "--as", "alice"]);
    assert_eq!((&moved["status_before"], &moved["status_after"]), (&json!("Running"), &json!("Scrapped")));
    assert_eq!(desk.object(&["record", "show", &crane])["open"], false);
    let again = desk.refused(1, &["record", "move", &crane, "scrapped"]);
    assert!(again.contains("it is in that stage already"), "{again}");
    desk.refused(64, &["record", "create", "machine", "Crane", "--pipeline", "support"]);
    desk.folds();
}

#[test]
fn properties_have_types_and_a_wrong_value_changes_nothing() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website", "--set", "amount=10"]);
    let set = desk.object(&["record", "set", &deal, "amount=20", "close_date=2026-12-01", "--as", "alice"]);
    let expected = json!([
        { "record": set["record"], "property": "amount", "before": "10", "after": "20" },
        { "record": set["record"], "property": "close_date", "before": null, "after": "2026-12-01" },
    ]);
    assert_eq!(set["set"], expected);
    assert_eq!(desk.object(&["record", "set", &deal, "amount=20.0"])["set"], json!([]), "it had that value");
    for (value, said) in [
        ("amount=much", "a number with 4 decimals at most was expected"),
        ("close_date=2026-02-30", "a date was expected"),
        ("owner=zoe", "there is no user `zoe`"),
        ("stage=won", "`stage` is not set like other properties"),
        ("colour=red", "`deal` has no property `colour`"),
        ("title=", "property `title`: a text was expected"),
    ] {
        let refusal = desk.refused(64, &["record", "set", &deal, "amount=99", value]);
        assert!(refusal.contains(said), "{refusal}");
    }
    desk.done(&["record", "set", &deal, "close_date=", "title=Shop"]);
    let shown = desk.object(&["record", "show", &deal]);
    assert_eq!((&shown["properties"], &shown["title"]), (&json!({ "amount": "20" }), &json!("Shop")));
    desk.folds();
}

#[test]
fn records_are_listed_by_object_stage_and_property() {
    let desk = Desk::selling();
    desk.made(&["deal", "One", "--set", "amount=10", "--set", "owner=alice"]);
    desk.made(&["deal", "Two", "--set", "amount=10", "--stage", "offer"]);
    desk.made(&["ticket", "Three", "--contact", "ann@example.com"]);
    assert_eq!(titles(&desk.lines(&["record", "list"])), ["Three", "Two", "One"]);
    assert_eq!(titles(&desk.lines(&["record", "list", "deal"])), ["Two", "One"]);
    assert_eq!(titles(&desk.lines(&["record", "list", "deal", "--stage", "Talks"])), ["One"]);
    assert_eq!(titles(&desk.lines(&["record", "list", "--pipeline", "support"])), ["Three"]);
    let both = ["record", "list", "deal", "--where", "amount=10.00", "--where", "owner=alice"];
    assert_eq!(titles(&desk.lines(&both)), ["One"]);
    let limited = desk.run(&["record", "list", "--limit", "1", "--json"]);
    assert_eq!((limited.stdout.lines().count(), limited.stderr.as_str()), (1, "there are more: --limit 2\n"));
    desk.refused(64, &["record", "list", "deal", "--where", "colour=red"]);
    desk.refused(64, &["record", "list", "deal", "--stage", "nowhere"]);
    desk.refused(64, &["record", "list", "boat"]);
    let text = desk.done(&["record", "list"]);
    assert!(text.lines().next().unwrap().contains("TICKET-1  Three"), "{text}");
}

#[test]
fn contacts_and_companies_are_connected_and_taken_off() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website"]);
    let associate = ["record", "associate", &deal, "--contact", "ann@example.com", "--company", "Acme  Ltd"];
    desk.done(&associate);
    let shown = || desk.object(&["record", "show", &deal]);
    assert_eq!((&shown()["contacts"], &shown()["companies"]), (&json!(["ann@example.com"]), &json!(["Acme Ltd"])));
    desk.done(&["record", "associate", &deal, "--company", "Acme Ltd", "--remove", "--as", "alice"]);
    assert_eq!((&shown()["contacts"], &shown()["companies"]), (&json!(["ann@example.com"]), &json!([])));
    desk.done(&["record", "associate", &deal, "--contact", "ann@example.com", "--remove"]);
    assert_eq!(shown()["contacts"], json!([]));
    desk.refused(64, &["record", "associate", &deal]);
    desk.folds();
}

#[test]
fn a_note_comes_from_the_arguments_or_from_standard_input() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website"]);
    desk.done(&["record", "note", &deal, "Called back", "--as", "alice"]);
    let ran = desk.run_with(&["record", "note", &deal, "--as", "root"], "Sent the offer.\nTwice.\n");
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let shown = desk.object(&["record", "show", &deal]);
    let notes: Vec<_> = shown["timeline"].as_array().unwrap().iter().filter(|it| it["what"] == "note").collect();
    assert_eq!((&notes[0]["text"], &notes[0]["by"]), (&json!("Called back"), &json!("alice")));
    assert_eq!((&notes[1]["text"], &notes[1]["by"]), (&json!("Sent the offer.\nTwice.\n"), &json!("root")));
    desk.refused(65, &["record", "note", &deal, " "]);
    desk.folds();
}

#[test]
fn who_is_no_agent_does_nothing_with_records() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website"]);
    for user in ["wim", "ada", "gone"] {
        for args in [
            &["record", "create", "deal", "Other"][..],
            &["record", "move", &deal, "won"],
            &["record", "set", &deal, "amount=1"],
            &["record", "note", &deal, "Hello"],
            &["record", "associate", &deal, "--company", "Acme"],
            &["task", "done", "1"],
        ] {
            desk.refused(77, &[args, &["--as", user]].concat());
        }
    }
    assert_eq!(desk.object(&["record", "list"])["stage"], "talks");
}
