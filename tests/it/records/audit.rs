//! `ticketd log`: every change, by whom, and what was before and after.

use serde_json::{Value, json};

use super::desk::Desk;

#[test]
fn a_change_of_a_record_says_who_and_what_was_before_and_after() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website", "--set", "amount=10", "--as", "alice"]);
    desk.done(&["record", "set", &deal, "amount=20", "--as", "root"]);
    desk.done(&["record", "move", &deal, "offer", "--as", "alice"]);
    desk.done(&["record", "note", &deal, "Sent it", "--as", "alice"]);
    desk.done(&["record", "associate", &deal, "--company", "Acme", "--contact", "ann@example.com"]);
    let log = desk.lines(&["log", "--record", &deal]);
    let told: Vec<_> = log.iter().map(|one| (one["kind"].as_str().unwrap(), one["by"].clone())).collect();
    let (alice, root) = (json!("alice"), json!("root"));
    let expected = [
        ("associate", Value::Null),
        ("note", alice.clone()),
        ("move", alice.clone()),
        ("set", root),
        ("create", alice),
    ];
    assert_eq!(told, expected);
    assert_eq!(log[3]["properties"][0]["before"], "10");
    assert_eq!(log[3]["properties"][0]["after"], "20");
    assert_eq!((&log[2]["stages"][0]["before"], &log[2]["stages"][0]["after"]), (&json!("talks"), &json!("offer")));
    let text = desk.done(&["log", "--record", &deal]);
    for said in [
        format!("the operator deal #{deal}: connects with ann@example.com, Acme\n"),
        format!("alice notes about deal #{deal}: Sent it\n"),
        format!("alice moves deal #{deal}\n    deal #{deal}: Talks → Offer\n"),
        format!("root sets properties of deal #{deal}\n    deal #{deal} amount: 10 → 20\n"),
        format!("alice makes deal #{deal} (source manual)\n    deal #{deal}: – → Talks\n"),
    ] {
        assert!(text.contains(&said), "{said}: {text}");
    }
}

#[test]
fn a_change_of_the_setup_says_what_differs() {
    let desk = Desk::new();
    desk.done(&["automation", "set", "support", "on_send", "--off", "--as", "wim"]);
    desk.done(&["user", "role", "alice", "agent", "super_admin", "--as", "root"]);
    let log = desk.lines(&["log"]);
    assert_eq!(log.len(), 3);
    let role = &log[0]["differences"][0];
    assert_eq!((&log[0]["by"], &role["name"], &role["key"]), (&json!("root"), &json!("alice"), &json!("roles")));
    assert_eq!((&role["before"], &role["after"]), (&json!(["agent"]), &json!(["super_admin", "agent"])));
    assert_eq!((&log[1]["by"], &log[1]["differences"][0]["part"]), (&json!("wim"), &json!("on_send")));
    assert_eq!(log[0]["revision_before"], log[1]["revision_after"]);
    assert_eq!(
        (&log[2]["revision_before"], &log[2]["what"]),
        (&Value::Null, &json!("puts the first setup into force"))
    );
    let text = desk.done(&["log"]);
    assert!(
        text.contains("wim changes the setup\n    pipeline \"support\"\n      ~ on_send on: true → false\n"),
        "{text}"
    );
}

#[test]
fn the_log_is_asked_for_one_user_a_time_and_so_many() {
    let desk = Desk::new();
    desk.done(&["pipeline", "rename", "support", "One", "--as", "root"]);
    desk.done(&["pipeline", "rename", "support", "Two"]);
    assert_eq!(desk.lines(&["log", "--user", "root"]).len(), 1);
    assert_eq!(desk.lines(&["log", "--since", "2020-01-01"]).len(), 3);
    assert_eq!(desk.lines(&["log", "--since", "2099-01-01T00:00:00Z"]).len(), 0);
    let some = desk.run(&["log", "--limit", "2"]);
    assert!(some.stderr.contains("there are more: --limit 4"), "{}", some.stderr);
    assert_eq!(some.stdout.matches("changes the setup").count(), 2);
    desk.refused(64, &["log", "--since", "yesterday"]);
    desk.refused(64, &["log", "--user", "zoe"]);
    desk.refused(66, &["log", "--record", "99999"]);
}

#[test]
fn records_that_moved_with_an_archived_stage_are_in_the_log_of_each() {
    let desk = Desk::selling();
    let deal = desk.made(&["deal", "Website"]);
    desk.done(&["pipeline", "archive-stage", "sales", "talks", "--move-to", "offer", "--as", "root"]);
    let log = desk.lines(&["log", "--record", &deal]);
    assert_eq!((&log[0]["kind"], &log[0]["by"]), (&json!("setup"), &json!("root")));
    assert_eq!((&log[0]["stages"][0]["after"], &log[0]["stages"][0]["cause"]), (&json!("offer"), &json!("archived")));
}

#[test]
fn what_is_refused_is_in_no_log() {
    let desk = Desk::new();
    let before = desk.lines(&["log"]).len();
    desk.refused(77, &["pipeline", "rename", "support", "Front", "--as", "alice"]);
    assert_eq!(desk.lines(&["log"]).len(), before);
}
