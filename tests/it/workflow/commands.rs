//! `ticketd workflow list|show|test|log|retry|enrol|unenrol|enable|disable`, through the program.

use serde_json::json;

use crate::records::desk::Desk;

const SALES: &str = r#"
[[pipeline]]
name = "sales"
object = "deal"
stage = [{ name = "asked" }, { name = "offered" }, { name = "won", state = "won" }]

[[pipeline]]
name = "support"
stage = [{ name = "new" }, { name = "closed", state = "closed" }]
on_send = { on = false }
on_reply = { on = false }

[[pipeline.automation]]
name = "hello"
stage = "new"
actions = [{ add_note = "new" }]

[[workflow]]
name = "chase"
label = "Chase the customer"
object = "deal"
trigger = { stage = "offered" }
when = { property = "amount", above = 100 }
reenrol = true
actions = [
    { add_note = "offered {{ title }}" },
    { delay = "3 days" },
    { branch = [{ label = "large", when = { property = "amount", above = 1000 }, actions = [{ create_task = "Call" }] }], otherwise = [] },
]

[[workflow]]
name = "by_hand"
object = "deal"
on = false
trigger = { by_hand = true }
actions = [{ rotate_owner = ["gone"] }]
"#;

#[test]
fn what_happens_by_itself_is_listed_with_who_is_on_the_way() {
    let desk = Desk::with(SALES);
    let deal = desk.made(&["deal", "Forty kettles", "--set", "amount=5000"]);
    desk.done(&["record", "move", &deal, "offered"]);
    let listed = desk.lines(&["workflow", "list"]);
    let of = |name: &str| listed.iter().find(|one| one["workflow"] == name).unwrap().clone();
    assert_eq!((&of("chase")["waiting"], &of("chase")["on"]), (&json!(1), &json!(true)));
    assert_eq!((&of("by_hand")["on"], &of("support/hello")["object"]), (&json!(false), &json!("ticket")));
    let text = desk.done(&["workflow", "list"]);
    assert!(
        text.contains(
            "chase                         on     deal: stage offered of pipeline sales is entered, 1 on their way"
        ),
        "{text}"
    );
}

#[test]
fn a_workflow_is_shown_as_a_tree_as_a_flowchart_and_for_programs() {
    let desk = Desk::with(SALES);
    let tree = desk.done(&["workflow", "show", "chase"]);
    for said in
        ["chase (deal), on\n", "only if amount is above 100\n", "2  wait 3 days\n", "├─ large: amount is above 1000\n"]
    {
        assert!(tree.contains(said), "{said}: {tree}");
    }
    let of_tickets = desk.done(&["workflow", "show", "support/hello"]);
    assert!(of_tickets.contains("only if source is not chat or messenger\n"), "the exclusion is seen: {of_tickets}");
    assert!(desk.done(&["workflow", "show", "chase", "--mermaid"]).starts_with("flowchart TD\n"));
    let object = desk.object(&["workflow", "show", "chase"]);
    assert_eq!(object["definition"]["steps"][1]["until"]["span"], "3 days");
    let refused = desk.refused(64, &["workflow", "show", "chese"]);
    assert!(refused.contains("there is no workflow `chese`"), "{refused}");
    assert!(desk.refused(64, &["workflow", "show", "chase", "--draft"]).contains("has no draft"));
}

#[test]
fn a_test_shows_the_way_and_changes_nothing() {
    let desk = Desk::with(SALES);
    let deal = desk.made(&["deal", "Forty kettles", "--set", "amount=50"]);
    let events = desk.lines(&["log"]).len();
    let text = desk.done(&["workflow", "test", "chase", &deal]);
    assert!(text.starts_with("its condition does not hold for `Forty kettles`"), "{text}");
    assert!(text.contains("chase, step 3: branch done (otherwise)") && text.ends_with("Nothing was done.\n"), "{text}");
    let object = desk.object(&["workflow", "test", "by_hand", &deal]);
    assert_eq!((&object["hindrance"], &object["actions"][0]["outcome"]), (&json!("switched_off"), &json!("failed")));
    assert_eq!(desk.lines(&["log"]).len(), events);
    assert!(desk.lines(&["workflow", "log"]).is_empty());
    let ticket = desk.made(&["ticket", "Kettle"]);
    assert!(desk.refused(1, &["workflow", "test", "chase", &ticket]).contains("is for `deal`"));
}

#[test]
fn the_log_tells_every_action_and_what_failed_is_carried_out_again() {
    let desk = Desk::with(SALES);
    let deal = desk.made(&["deal", "Forty kettles", "--set", "amount=50"]);
    desk.done(&["workflow", "enable", "by_hand", "--as", "wim"]);
    desk.done(&["workflow", "enrol", "by_hand", &deal, "--as", "wim"]);
    let failed = desk.object(&["workflow", "log", "--failed"]);
    assert_eq!((&failed["action"], &failed["workflow"]), (&json!("rotate_owner"), &json!("by_hand")));
    assert_eq!(failed["reason"], "none of its users is at work");
    assert!(desk.lines(&["workflow", "log", "chase"]).is_empty());
    let name = format!("{}.{}", failed["event"], failed["n"]);
    let again = desk.run(&["workflow", "retry", &name, "--as", "wim"]);
    assert_eq!((again.code, again.stderr.as_str()), (1, "ticketd: it failed again\n"), "{}", again.stdout);
    desk.done(&["user", "enable", "gone", "--as", "root"]);
    let done = desk.done(&["workflow", "retry", &name, "--as", "wim"]);
    assert_eq!(done, "by_hand, step 1: rotate_owner done (gone)\n");
    assert!(desk.lines(&["workflow", "log", "--failed"]).is_empty(), "it is done now");
    assert!(desk.refused(1, &["workflow", "retry", &name, "--as", "wim"]).contains("the action is done"), "once");
    assert!(desk.refused(77, &["workflow", "retry", &name, "--as", "alice"]).contains("workflow_editor"));
    assert!(desk.refused(64, &["workflow", "retry", "x"]).contains("412.2"));
    desk.folds();
}

#[test]
fn people_read_tickets_by_their_numbers_and_times_of_their_clock() {
    let desk = Desk::with(SALES);
    let deal = desk.made(&["deal", "Forty kettles", "--set", "amount=500"]);
    desk.done(&["workflow", "enrol", "chase", &deal, "--as", "wim"]);
    desk.made(&["ticket", "Kettle", "--source", "email"]);
    let log = desk.done(&["workflow", "log"]);
    assert!(log.contains(&format!("  record #{deal} ")) && log.contains("  TICKET-1 "), "{log}");
    let shown = desk.done(&["record", "show", &deal]);
    let until = shown.split_once("waiting: until ").map(|(_, until)| &until[..16]);
    let is_local = |until: &str| jiff::civil::DateTime::strptime("%Y-%m-%d %H:%M", until).is_ok();
    assert!(until.is_some_and(is_local), "{shown}");
}

#[test]
fn people_put_records_on_the_way_and_take_them_off() {
    let desk = Desk::with(SALES);
    let deal = desk.made(&["deal", "Forty kettles", "--set", "amount=50"]);
    let said = desk.done(&["workflow", "enrol", "chase", &deal, "--as", "wim"]);
    assert!(said.contains("chase, step 2: delay waiting"), "whatever its condition: {said}");
    let refused = desk.refused(1, &["workflow", "enrol", "chase", &deal, "--as", "wim"]);
    assert!(refused.contains("the record is on its way through it"), "{refused}");
    desk.done(&["workflow", "unenrol", "chase", &deal, "--as", "wim"]);
    assert!(desk.refused(1, &["workflow", "unenrol", "chase", &deal]).contains("not on its way"));
    desk.folds();
}

#[test]
fn switching_on_asks_whether_records_that_are_there_enrol() {
    let desk = Desk::with(SALES);
    desk.done(&["workflow", "disable", "chase", "--as", "wim"]);
    for title in ["One", "Two"] {
        let deal = desk.made(&["deal", title, "--set", "amount=500"]);
        desk.done(&["record", "move", &deal, "offered"]);
    }
    assert!(desk.lines(&["workflow", "log"]).is_empty(), "off: nobody enrols");
    let asked = desk.refused(64, &["workflow", "enable", "chase", "--as", "wim"]);
    assert!(asked.contains("2 records are in the stage of `chase` already: do they enrol?"), "{asked}");
    let said = desk.done(&["workflow", "enable", "chase", "--enrol-existing", "--as", "wim"]);
    assert!(said.ends_with("2 enrolled, 0 did not.\n"), "{said}");
    assert_eq!(desk.lines(&["workflow", "log", "chase"]).len(), 4);
    assert!(desk.refused(77, &["workflow", "disable", "chase", "--as", "ada"]).contains("workflow_editor"));
    desk.folds();
}
