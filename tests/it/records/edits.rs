//! `ticketd automation` and `ticketd user`, and what every edit has in common.

use serde_json::json;

use super::desk::Desk;

#[test]
fn the_two_rules_are_switched_and_led_elsewhere() {
    let desk = Desk::new();
    desk.done(&["automation", "set", "support", "on_send", "--off", "--as", "wim"]);
    desk.done(&["automation", "set", "support", "on_reply", "--target", "New", "--as", "ada"]);
    let rules = desk.lines(&["automation", "show"]);
    let of = |n: usize| (rules[n]["rule"].clone(), rules[n]["on"].clone(), rules[n]["target"].clone());
    assert_eq!(of(0), (json!("on_send"), json!(false), json!("waiting_on_contact")));
    assert_eq!(of(1), (json!("on_reply"), json!(true), json!("new")));
    let text = desk.done(&["automation", "show", "support"]);
    let expected = "support           on_send   off  an e-mail is sent to a customer → Waiting on contact\n\
                    support           on_reply  on   a customer replies to an e-mail → New\n";
    assert_eq!(text, expected);
    desk.done(&["automation", "set", "support", "on_send", "--on"]);
    assert_eq!(desk.lines(&["automation", "show"])[0]["on"], true);
    desk.refused(77, &["automation", "set", "support", "on_send", "--off", "--as", "alice"]);
    desk.refused(64, &["automation", "set", "support", "on_send", "--target", "nowhere"]);
    desk.refused(64, &["automation", "set", "support", "on_send"]);
    desk.refused(64, &["automation", "set", "sales", "on_send", "--on"]);
    desk.folds();
}

#[test]
fn deals_have_no_rules_about_mail() {
    let desk = Desk::selling();
    let refusal = desk.refused(64, &["automation", "set", "sales", "on_send", "--on"]);
    assert!(refusal.contains("pipeline `sales` is for `deal`"), "{refusal}");
    assert_eq!(desk.lines(&["automation", "show"]).len(), 2, "those of the tickets");
}

#[test]
fn a_user_is_added_gets_roles_and_may_be_disabled_for_a_while() {
    let desk = Desk::new();
    desk.done(&["user", "add", "dora", "--address", "dora@example.org", "--as", "root"]);
    let dora = || desk.lines(&["user", "list"]).into_iter().find(|user| user["name"] == "dora").unwrap();
    let expected = json!({
        "name": "dora", "display_name": "Dora", "addresses": ["dora@example.org"], "roles": ["agent"], "disabled": false,
    });
    assert_eq!(dora(), expected);
    let rename = ["pipeline", "rename", "support", "Front", "--as", "dora"];
    desk.refused(77, &rename);
    desk.done(&["user", "role", "dora", "super_admin", "agent", "super_admin"]);
    assert_eq!(dora()["roles"], json!(["super_admin", "agent"]));
    desk.done(&["user", "disable", "dora", "--as", "root"]);
    let refusal = desk.refused(77, &rename);
    assert!(refusal.contains("user `dora` is disabled and may do nothing: `ticketd user enable dora`"), "{refusal}");
    assert!(
        desk.done(&["user", "list"])
            .contains("dora              Dora <dora@example.org>  super_admin, agent  disabled")
    );
    desk.done(&["user", "enable", "dora"]);
    desk.done(&rename);
    desk.refused(64, &["user", "add", "dora", "--address", "other@example.org"]);
    desk.refused(64, &["user", "role", "zoe", "agent"]);
    desk.refused(64, &["user", "role", "dora", "king"]);
    let taken = desk.refused(78, &["user", "add", "zoe", "--address", "dora@example.org"]);
    assert!(taken.contains("dora@example.org"), "an address is one person's: {taken}");
    desk.folds();
}

#[test]
fn only_super_admins_change_users_not_even_their_own_roles() {
    let desk = Desk::new();
    for user in ["wim", "ada", "alice", "gone"] {
        desk.refused(77, &["user", "role", user, "super_admin", "agent", "--as", user]);
        desk.refused(77, &["user", "add", "zoe", "--address", "zoe@example.org", "--as", user]);
        desk.refused(77, &["user", "disable", "root", "--as", user]);
    }
}

#[test]
fn an_edit_shows_what_it_changes_and_one_that_changes_nothing_says_so() {
    let desk = Desk::new();
    let said = desk.done(&["pipeline", "rename", "support", "Front", "--as", "root"]);
    assert!(said.starts_with("pipeline \"support\"\n  ~ label: \"Support\" → \"Front\"\nSaved: revision "), "{said}");
    assert_eq!(desk.done(&["pipeline", "rename", "support", "Front"]), "Nothing differs from what is in force.\n");
    let same = desk.object(&["pipeline", "rename", "support", "Front"]);
    assert_eq!((&same["outcome"], &same["revision_before"]), (&json!("same"), &same["revision_after"]));
    let saved = desk.object(&["pipeline", "rename", "support", "Desk"]);
    assert_eq!((&saved["outcome"], &saved["differences"][0]["after"]), (&json!("saved"), &json!("Desk")));
}

#[test]
fn a_file_beside_the_database_that_would_take_it_back_is_mentioned() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(desk.path().join("desk.toml")).unwrap();
    desk.write("ticketd.toml", &format!("database = \"desk.db\"\n{text}"));
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_ticketd"))
        .current_dir(desk.path())
        .args(["pipeline", "rename", "support", "Front"])
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.starts_with(
            "ticketd: ticketd.toml has another setup: `ticketd apply ticketd.toml` would take this back\n"
        ),
        "{stderr}"
    );
}

#[test]
fn what_is_edited_is_exported_and_applied_elsewhere_the_same() {
    let desk = Desk::selling();
    desk.done(&["object", "define", "machine"]);
    desk.done(&["object", "property", "machine", "serial"]);
    desk.done(&["pipeline", "add", "fleet", "--object", "machine", "--stage", "running", "--stage", "scrapped:closed"]);
    desk.done(&["pipeline", "add-stage", "fleet", "odd", "--after", "running"]);
    desk.done(&["pipeline", "archive-stage", "fleet", "odd"]);
    desk.done(&["user", "disable", "alice"]);
    let exported = desk.done(&["export"]);
    desk.write("again.toml", &exported);
    let said = desk.done(&["apply", "again.toml"]);
    assert!(said.starts_with("Nothing differs: "), "{said}");
}
