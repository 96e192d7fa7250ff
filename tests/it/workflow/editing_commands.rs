//! `ticketd workflow new|edit|publish|discard|restore|revisions|diff|comment|comments`.

use std::io::Write;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::records::desk::Desk;

const BRANCH: &str = r#"branch = [
    { label = "big", when = { property = "amount", above = 1000 }, actions = [{ add_note = "big" }, { rotate_owner = ["alice"] }] },
    { label = "none", when = { property = "amount", is_set = false }, actions = [{ create_task = "Ask" }] },
], otherwise = [{ add_note = "small" }]"#;

/// A desk that sells, with a workflow `nurture` in draft: 1 a delay, 2 a note, 3 a branch with 4 and 5 on way big, 6 on way
/// none, 7 otherwise.
fn nurturing() -> Desk {
    let desk = Desk::selling();
    desk.done(&["workflow", "new", "nurture", "--object", "deal", "--trigger", "{ created = true }", "--as", "wim"]);
    for action in ["delay = \"3 days\"", "add_note = \"hello\"", BRANCH] {
        desk.done(&["workflow", "edit", "nurture", "add", action, "--as", "wim"]);
    }
    desk
}

/// The tree of steps of the draft, else of what is in force: each by its number, ways by their labels.
fn tree(desk: &Desk, name: &str) -> String {
    let draft = desk.run(&["workflow", "show", name, "--draft", "--json"]);
    let shown = match draft.code {
        0 => serde_json::from_str(&draft.stdout).unwrap(),
        _ => desk.object(&["workflow", "show", name]),
    };
    steps(&shown["definition"]["steps"])
}

fn steps(list: &Value) -> String {
    let step = |step: &Value| match step["action"] == "branch" {
        false => step["id"].to_string(),
        true => {
            let ways = step["ways"].as_array().unwrap().iter();
            let ways: Vec<_> =
                ways.map(|way| format!("{} {}", way["label"].as_str().unwrap(), steps(&way["steps"]))).collect();
            format!("{} ({}; else {})", step["id"], ways.join("; "), steps(&step["otherwise"]))
        }
    };
    list.as_array().unwrap().iter().map(step).collect::<Vec<_>>().join(" ")
}

#[test]
fn a_new_workflow_is_a_draft_by_which_nothing_happens_before_it_is_published() {
    let desk = Desk::selling();
    let new = ["workflow", "new", "nurture", "--object", "deal", "--trigger", "{ created = true }", "--as", "wim"];
    let said = desk.done(&new);
    let expected = "Made: revision 1 of nurture, a draft; `ticketd workflow publish nurture` puts it into force.\n";
    assert_eq!(said, expected);
    let said = desk.done(&["workflow", "edit", "nurture", "add", "add_note = \"hello\"", "--as", "wim"]);
    assert!(said.starts_with("+ 1 add note \"hello\" (first)\nSaved: revision 2 of nurture, a draft; "), "{said}");
    let log = || desk.lines(&["workflow", "log"]).len();
    desk.made(&["deal", "First"]);
    assert_eq!(log(), 0, "it is a draft");
    let said = desk.done(&["workflow", "publish", "nurture", "--as", "wim"]);
    assert_eq!(said, "+ 1 add note \"hello\" (first)\nPublished: revision 2 of nurture is in force.\n");
    desk.made(&["deal", "Second"]);
    assert_eq!(log(), 1);
    desk.refused(64, &new);
    desk.folds();
}

#[test]
fn a_new_workflow_of_no_object_or_with_a_wrong_trigger_is_not_made() {
    let desk = Desk::selling();
    desk.refused(64, &["workflow", "new", "w", "--object", "boat", "--trigger", "{ created = true }"]);
    let said = desk.refused(78, &["workflow", "new", "w", "--object", "deal", "--trigger", "{ stage = \"wonn\" }"]);
    assert!(said.contains("trigger:1:"), "{said}");
    assert!(said.contains("wonn"), "{said}");
    desk.refused(77, &["workflow", "new", "w", "--trigger", "{ by_hand = true }", "--as", "alice"]);
    assert!(desk.lines(&["workflow", "list"]).iter().all(|one| one["workflow"] != "w"));
}

#[test]
fn an_action_is_added_behind_all_others_first_after_another_or_on_a_way() {
    let desk = nurturing();
    assert_eq!(tree(&desk, "nurture"), "1 2 3 (big 4 5; none 6; else 7)");
    let add =
        |place: &[&str]| desk.done(&[&["workflow", "edit", "nurture", "add", "{ delay = \"1 day\" }"], place].concat());
    assert!(add(&["--first"]).starts_with("+ 8 wait 1 day (first)\n"));
    assert!(add(&["--after", "1"]).starts_with("+ 9 wait 1 day (after 1)\n"));
    assert!(add(&["--in", "3:none"]).starts_with("+ 10 wait 1 day (first on way none of 3)\n"));
    assert!(add(&["--in", "3:otherwise"]).starts_with("+ 11 wait 1 day (first on the default way of 3)\n"));
    assert_eq!(tree(&desk, "nurture"), "8 1 9 2 3 (big 4 5; none 10 6; else 11 7)");
    let edit = ["workflow", "edit", "nurture", "add", "delay = \"1 day\""];
    let said = desk.refused(64, &edit);
    assert!(
        said.contains("nothing comes after branch 3: each of its ways goes on by itself; name a way of it"),
        "{said}"
    );
    assert!(desk.refused(64, &[&edit[..], &["--in", "3:huge"]].concat()).contains("branch 3 has no way `huge`"));
    desk.refused(64, &[&edit[..], &["--after", "1", "--first"]].concat());
    assert_eq!(tree(&desk, "nurture"), "8 1 9 2 3 (big 4 5; none 10 6; else 11 7)");
}

#[test]
fn a_mistake_in_what_is_written_is_told_with_its_place_and_changes_nothing() {
    let desk = nurturing();
    let before = desk.done(&["export"]);
    let edit = |args: &[&str]| desk.refused(78, &[&["workflow", "edit", "nurture"], args].concat());
    let said = edit(&["add", "delay = \"3 dayz\"", "--first"]);
    let shown = "action:1:9: `3 dayz` is no span of time\n    delay = \"3 dayz\"\n            ^^^^^^^^\n    hint: ";
    assert!(said.contains(shown), "{said}");
    assert!(said.starts_with("ticketd: nothing was changed\n"), "{said}");
    let said = edit(&["set", "1", " { set_stage = \"wonn\" }"]);
    assert!(said.contains("action:1:15: ") && said.contains("did you mean `won`?"), "{said}");
    let said = edit(&["add", "dellay = \"3 days\"", "--first"]);
    assert!(said.contains("action:1:1: this action does not say what it does"), "{said}");
    let said = edit(&["option", "goal", "{ property = \"colour\", is = \"red\" }"]);
    assert!(said.contains("goal:1:14: "), "{said}");
    let said = edit(&["add", "{ delay = \"3 days\"", "--first"]);
    assert!(said.contains("action:1:19: no valid TOML"), "what has no end is told at its end: {said}");
    let said = edit(&["option", "trigger", "{ created = true"]);
    assert!(said.contains("trigger:1:17: no valid TOML"), "{said}");
    let said = edit(&["option", "chat", "maybe"]);
    assert!(said.contains("chat:1:1: this value needs quotes"), "{said}");
    desk.write(
        "draft.toml",
        "trigger = { created = true }\n\nactions = [\n  { delay = \"x\" },\n  { add_note = 1 },\n]\n",
    );
    let said = edit(&["--file", "draft.toml"]);
    assert!(said.contains("draft.toml:4:13: `x` is no span of time"), "{said}");
    assert!(said.contains("draft.toml:5:16: "), "every mistake: {said}");
    assert_eq!(desk.done(&["export"]), before);
}

#[test]
fn what_is_written_cannot_bring_other_tables_or_several_actions() {
    let desk = nurturing();
    let before = desk.done(&["export"]);
    let edit = |args: &[&str]| desk.refused(64, &[&["workflow", "edit", "nurture"], args].concat());
    let two = edit(&["add", "delay = \"1 day\" }, { delay = \"2 days\"", "--first"]);
    assert!(two.contains("is 2 actions"), "{two}");
    let more = "\n[[user]]\nname = \"eve\"\naddress = \"eve@example.org\"\nroles = [\"super_admin\"]\n";
    let said = edit(&["option", "chat", &format!("true{more}")]);
    assert!(said.contains("chat: what is written there goes on beyond it"), "{said}");
    desk.write("draft.toml", &format!("trigger = {{ created = true }}\nactions = []\n{more}"));
    edit(&["--file", "draft.toml"]);
    assert_eq!(desk.done(&["export"]), before);
}

#[test]
fn what_would_be_wrong_elsewhere_is_shown_within_the_setup() {
    let desk = nurturing();
    desk.done(&["workflow", "edit", "nurture", "add", "set_stage = \"won\"", "--first"]);
    desk.done(&["pipeline", "add", "other", "--object", "deal", "--stage", "asked"]);
    let trigger = "{ stage = \"asked\", pipeline = \"other\" }";
    let said = desk.refused(78, &["workflow", "edit", "nurture", "option", "trigger", trigger]);
    assert!(said.contains("the setup with it:") && said.contains("`won`"), "{said}");
}

#[test]
fn deleting_this_action_only_moves_what_follows_up() {
    let desk = nurturing();
    let said = desk.done(&["workflow", "edit", "nurture", "delete", "1", "--as", "wim"]);
    assert!(said.starts_with("- 1 wait 3 days\nSaved: "), "{said}");
    assert_eq!(tree(&desk, "nurture"), "2 3 (big 4 5; none 6; else 7)");
}

#[test]
fn deleting_a_branch_alone_leaves_its_default_way_and_tells_what_the_others_lose() {
    let desk = nurturing();
    let said = desk.done(&["workflow", "edit", "nurture", "delete", "3"]);
    assert!(said.contains("\n  lost with it: way big (4, 5)\n  lost with it: way none (6)\nSaved: "), "{said}");
    assert!(said.contains("- 5 rotate owner among alice\n"), "{said}");
    assert_eq!(tree(&desk, "nurture"), "1 2 7");
    desk.folds();
}

#[test]
fn deleting_an_action_and_all_that_follow_tells_them_too() {
    let desk = nurturing();
    let told = desk.object(&["workflow", "edit", "nurture", "delete", "2", "--following"]);
    assert_eq!(told["lost"], json!([{ "way": null, "steps": [3, 4, 5, 6, 7] }]));
    let gone: Vec<_> = told["differences"].as_array().unwrap().iter().map(|one| one["step"].clone()).collect();
    assert_eq!(gone, [2, 3, 4, 5, 6, 7]);
    assert_eq!(tree(&desk, "nurture"), "1");
    let said = desk.refused(64, &["workflow", "edit", "nurture", "delete", "2"]);
    assert!(said.contains("there is no action 2"), "{said}");
}

#[test]
fn the_number_of_an_action_is_never_used_again() {
    let desk = nurturing();
    desk.done(&["workflow", "edit", "nurture", "delete", "2", "--following"]);
    desk.done(&["workflow", "edit", "nurture", "add", "add_note = \"new\""]);
    assert_eq!(tree(&desk, "nurture"), "1 8", "2 to 7 were others");
    desk.done(&["workflow", "publish", "nurture"]);
    desk.write(
        "draft.toml",
        "trigger = { created = true }\nactions = [{ id = 8, add_note = \"new\" }, { delay = \"1 day\" }]\n",
    );
    let said = desk.done(&["workflow", "edit", "nurture", "--file", "draft.toml"]);
    assert!(said.contains("+ 9 wait 1 day (after 8)\n- 1 wait 3 days\n"), "{said}");
    assert_eq!(tree(&desk, "nurture"), "8 9");
}

#[test]
fn other_settings_of_a_branch_keep_the_numbers_that_are_written_and_number_what_is_new() {
    let desk = nurturing();
    let branch = r#"branch = [{ label = "big", when = { property = "amount", above = 5000 }, actions = [{ id = 5, rotate_owner = ["alice"] }, { add_note = "new" }] }]"#;
    let said = desk.done(&["workflow", "edit", "nurture", "set", "3", branch]);
    assert!(said.contains("+ 8 add note \"new\" (after 5)\n"), "{said}");
    assert_eq!(tree(&desk, "nurture"), "1 2 3 (big 5 8; else )");
    let said = desk.done(&["workflow", "edit", "nurture", "set", "1", "delay = \"1 week\""]);
    assert!(said.starts_with("~ 1 wait 3 days → wait 1 week\n"), "{said}");
    let said = desk.refused(64, &["workflow", "edit", "nurture", "set", "3", "delay = \"1 day\""]);
    assert!(said.contains("a branch is not edited into another action"), "{said}");
}

#[test]
fn an_action_is_moved_a_branch_with_all_that_is_on_its_ways() {
    let desk = nurturing();
    let edit = ["workflow", "edit", "nurture", "move"];
    let said = desk.done(&[&edit[..], &["1", "--in", "3:big"]].concat());
    assert!(said.starts_with("~ 1 wait 3 days: now first on way big of 3\n"), "{said}");
    desk.done(&[&edit[..], &["3", "--first"]].concat());
    assert_eq!(tree(&desk, "nurture"), "3 (big 1 4 5; none 6; else 7 2)");
    desk.refused(64, &[&edit[..], &["3", "--after", "4"]].concat());
    desk.refused(64, &[&edit[..], &["2"]].concat());
    let same = desk.object(&[&edit[..], &["3", "--first"]].concat());
    assert_eq!(same["outcome"], "same");
}

#[test]
fn options_are_set_and_taken_away() {
    let desk = nurturing();
    let option = |key: &str, value: &str| desk.done(&["workflow", "edit", "nurture", "option", key, value]);
    assert!(option("reenrol", "true").starts_with("~ reenrol: false → true\n"));
    assert!(option("goal", "{ property = \"stage\", is = \"won\" }").starts_with("+ goal: stage is won\n"));
    assert!(option("goal", "").starts_with("- goal: stage is won\n"));
    assert!(option("time_zone", "\"Europe/Amsterdam\"").starts_with("~ time_zone: UTC → Europe/Amsterdam\n"));
    let said = option("label", "\"Keep them warm\"");
    assert!(said.starts_with("workflow \"nurture\"\n  ~ label: \"Nurture\" → \"Keep them warm\"\n"), "{said}");
    assert_eq!(desk.lines(&["workflow", "list"])[0]["label"], "Keep them warm");
    assert_eq!(tree(&desk, "nurture"), "1 2 3 (big 4 5; none 6; else 7)");
    desk.refused(78, &["workflow", "edit", "nurture", "option", "trigger", ""]);
    desk.refused(64, &["workflow", "edit", "nurture", "option", "stage", "\"won\""]);
    desk.refused(64, &["workflow", "edit", "nurture", "option", "colour", "1"]);
    desk.folds();
}

#[test]
fn a_whole_draft_is_taken_from_standard_input() {
    let desk = nurturing();
    desk.done(&["workflow", "edit", "nurture", "option", "time_zone", "\"Europe/Amsterdam\""]);
    let text = "trigger = { property = \"amount\" }\nactions = [{ id = 2, add_note = \"hello\" }]\n";
    let ran = desk.run_with(&["workflow", "edit", "nurture", "--file", "-", "--as", "wim"], text);
    assert_eq!(ran.code, 0, "{}", ran.stderr);
    let kept = "~ trigger: a record is created → amount changes\n- 1 wait 3 days\n";
    assert!(ran.stdout.starts_with(kept), "the zone stays what it was: {}", ran.stdout);
    assert_eq!(tree(&desk, "nurture"), "2");
    let both = ["workflow", "edit", "nurture", "--file", "-", "delete", "2"];
    desk.refused(64, &both);
    desk.refused(64, &["workflow", "edit", "nurture", "--as", "wim", "delete", "2"]);
    assert_eq!(tree(&desk, "nurture"), "2");
    assert!(desk.refused(64, &["workflow", "edit", "nurture"]).contains("--file"));
}

#[test]
fn an_edit_of_another_revision_than_the_newest_is_refused() {
    let desk = nurturing();
    let newest = desk.lines(&["workflow", "revisions", "nurture"]).len();
    assert_eq!(newest, 4);
    let mut edit = vec!["workflow", "edit", "nurture", "delete", "1", "--revision", "3"];
    let said = desk.refused(75, &edit);
    assert!(said.contains("the newest revision of `nurture` is 4, and not 3"), "{said}");
    assert!(said.contains("`ticketd workflow diff nurture 3`"), "{said}");
    *edit.last_mut().unwrap() = "4";
    desk.done(&edit);
    desk.refused(75, &["workflow", "publish", "nurture", "--revision", "4"]);
    assert_eq!(tree(&desk, "nurture"), "2 3 (big 4 5; none 6; else 7)");
}

/// The one writes a file while the other adds an action. The file is a pipe: it is opened by who reads it once the workflow
/// was looked at.
#[test]
fn of_two_who_edit_at_once_the_second_is_refused_and_the_edit_of_the_first_stays() {
    let desk = nurturing();
    let pipe = desk.path().join("draft.toml");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let mut slow = Command::new(env!("CARGO_BIN_EXE_ticketd"));
    slow.current_dir(desk.path()).args(["workflow", "edit", "nurture", "--file", "draft.toml", "--db", "desk.db"]);
    let slow = slow.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut writer = std::fs::File::options().write(true).open(&pipe).unwrap();
    desk.done(&["workflow", "edit", "nurture", "add", "add_note = \"quick\"", "--first"]);
    writer.write_all(b"trigger = { created = true }\nactions = []\n").unwrap();
    drop(writer);
    let ended = slow.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(75), "{}", String::from_utf8_lossy(&ended.stderr));
    assert_eq!(tree(&desk, "nurture"), "8 1 2 3 (big 4 5; none 6; else 7)");
    desk.folds();
}

#[test]
fn edits_go_to_the_draft_which_is_published_or_discarded() {
    let desk = nurturing();
    desk.done(&["workflow", "publish", "nurture", "--as", "wim"]);
    desk.refused(1, &["workflow", "publish", "nurture", "--as", "wim"]);
    desk.refused(1, &["workflow", "discard", "nurture", "--as", "wim"]);
    desk.done(&["workflow", "edit", "nurture", "delete", "1", "--as", "wim"]);
    assert_eq!(
        steps(&desk.object(&["workflow", "show", "nurture"])["definition"]["steps"]),
        "1 2 3 (big 4 5; none 6; else 7)"
    );
    assert_eq!(desk.done(&["workflow", "diff", "nurture"]), "- 1 wait 3 days\n");
    assert_eq!(
        desk.lines(&["workflow", "diff", "nurture"]),
        [json!({ "change": "removed", "step": 1, "what": "wait 3 days" })]
    );
    let said = desk.done(&["workflow", "discard", "nurture", "--as", "wim"]);
    assert!(said.ends_with("Discarded: revision 4 of nurture is in force.\n"), "{said}");
    assert_eq!(desk.done(&["workflow", "diff", "nurture"]), "Nothing differs.\n");
    desk.refused(77, &["workflow", "edit", "nurture", "delete", "1", "--as", "alice"]);
    desk.refused(77, &["workflow", "edit", "nurture", "delete", "1", "--as", "ada"]);
    desk.folds();
}

#[test]
fn a_workflow_that_was_never_published_keeps_its_draft() {
    let desk = nurturing();
    let said = desk.refused(1, &["workflow", "discard", "nurture"]);
    assert!(said.contains("`nurture` was never published"), "{said}");
    assert_eq!(tree(&desk, "nurture"), "1 2 3 (big 4 5; none 6; else 7)");
}

#[test]
fn revisions_say_when_by_whom_and_what_and_any_of_them_becomes_the_draft_again() {
    let desk = nurturing();
    desk.done(&["workflow", "publish", "nurture", "--as", "wim"]);
    desk.done(&["workflow", "edit", "nurture", "delete", "2", "--following"]);
    let revisions = desk.lines(&["workflow", "revisions", "nurture"]);
    let of = |n: usize| {
        (
            revisions[n]["revision"].clone(),
            revisions[n]["by"].clone(),
            revisions[n]["published"].clone(),
            revisions[n]["draft"].clone(),
        )
    };
    assert_eq!(of(0), (json!(1), json!("wim"), json!(false), json!(false)));
    assert_eq!(of(3), (json!(4), json!("wim"), json!(true), json!(false)));
    assert_eq!(of(4), (json!(5), json!(null), json!(false), json!(true)));
    assert_eq!(revisions[1]["differences"][0]["what"], "wait 3 days");
    let text = desk.done(&["workflow", "revisions", "nurture"]);
    assert!(text.contains("  wim\n     + 2 add note \"hello\" (after 1)\n"), "{text}");
    assert!(text.contains("  wim  in force\n     + 3 branch"), "{text}");
    assert!(text.contains("  the operator  draft\n     - 2 add note"), "{text}");
    assert_eq!(desk.done(&["workflow", "diff", "nurture", "2", "3"]), "+ 2 add note \"hello\" (after 1)\n");
    assert_eq!(desk.done(&["workflow", "diff", "nurture", "2"]), "Nothing differs.\n", "from it to the draft");
    let said = desk.done(&["workflow", "restore", "nurture", "3", "--as", "wim"]);
    assert!(said.starts_with("+ 2 add note \"hello\" (after 1)\nSaved: revision 6 of nurture, a draft; "), "{said}");
    assert_eq!(tree(&desk, "nurture"), "1 2");
    desk.refused(64, &["workflow", "restore", "nurture", "9"]);
    desk.refused(64, &["workflow", "diff", "nurture", "0"]);
    desk.refused(64, &["workflow", "revisions", "other"]);
    desk.folds();
}

#[test]
fn remarks_about_an_action_are_shown_with_who_made_them_and_when() {
    let desk = nurturing();
    desk.done(&["workflow", "comment", "nurture", "1", "Too few\nin December", "--as", "alice"]);
    desk.done(&["workflow", "comment", "nurture", "7", "Why?"]);
    desk.done(&["workflow", "edit", "nurture", "delete", "1"]);
    let remarks = desk.lines(&["workflow", "comments", "nurture"]);
    let first = &remarks[0];
    let said = (&first["step"], &first["by"], &first["text"], &first["action"]);
    assert_eq!(said, (&json!(1), &json!("alice"), &json!("Too few\nin December"), &json!(null)));
    assert!(first["at"].as_str().unwrap().ends_with('Z'), "{first}");
    assert_eq!((&remarks[1]["by"], &remarks[1]["action"]), (&json!(null), &json!("add note \"small\"")));
    let text = desk.done(&["workflow", "comments", "nurture"]);
    assert!(
        text.contains("  1 no longer there  ") && text.contains("  alice\n    Too few\n    in December\n"),
        "{text}"
    );
    assert!(desk.refused(1, &["workflow", "comment", "nurture", "1", "gone"]).contains("1"));
    desk.refused(64, &["workflow", "comment", "nurture", "2", " "]);
    desk.refused(64, &["workflow", "comments", "other"]);
    desk.folds();
}

#[test]
fn what_is_edited_of_a_stage_automation_is_in_force_at_once() {
    let desk = Desk::with(
        "[[pipeline]]\nname = \"sales\"\nobject = \"deal\"\n[[pipeline.stage]]\nname = \"talks\"\n\
         [[pipeline.stage]]\nname = \"won\"\nstate = \"won\"\n\
         [[pipeline.automation]]\nname = \"handover\"\nstage = \"won\"\nactions = [{ add_note = \"won\" }]\n\
         [[pipeline]]\nname = \"later\"\nobject = \"deal\"\n[[pipeline.stage]]\nname = \"odd\"\n",
    );
    let edit = ["workflow", "edit", "sales/handover"];
    let said = desk.done(&[&edit[..], &["add", "clear_property = \"owner\"", "--as", "wim"]].concat());
    assert_eq!(said, "+ 2 clear owner (after 1)\nSaved: revision 2 of sales/handover is in force.\n");
    desk.done(&[&edit[..], &["delete", "1", "--as", "wim"]].concat());
    desk.done(&[&edit[..], &["add", "delay = \"1 day\"", "--first"]].concat());
    assert_eq!(tree(&desk, "sales/handover"), "3 2");
    let said = desk.refused(78, &[&edit[..], &["option", "stage", "\"wonn\""]].concat());
    assert!(said.contains("stage:1:1: ") && said.contains("did you mean `won`?"), "{said}");
    desk.done(&[&edit[..], &["option", "stage", "\"talks\""]].concat());
    desk.refused(64, &[&edit[..], &["option", "goal", "{ property = \"stage\", is = \"won\" }"]].concat());
    desk.refused(64, &["workflow", "publish", "sales/handover"]);
    desk.refused(77, &[&edit[..], &["delete", "3", "--as", "alice"]].concat());
    desk.done(&["workflow", "restore", "sales/handover", "2", "--as", "wim"]);
    assert_eq!(tree(&desk, "sales/handover"), "1 2");
    desk.write("all.toml", "stage = \"won\"\nreenrol = false\nactions = [{ add_note = \"again\" }]\n");
    desk.done(&[&edit[..], &["--file", "all.toml"]].concat());
    assert_eq!(tree(&desk, "sales/handover"), "4");
    desk.folds();
}

#[test]
fn what_is_done_when_a_ticket_enters_a_status_takes_account_access() {
    let desk = Desk::new();
    let add = ["workflow", "edit", "support/ticket_received", "add", "add_note = \"new\""];
    desk.refused(77, &[&add[..], &["--as", "wim"]].concat());
    desk.done(&[&add[..], &["--as", "ada"]].concat());
    let exported = desk.done(&["export"]);
    assert!(exported.contains("add_note = \"new\""), "{exported}");
    let option = ["workflow", "edit", "support/ticket_closed", "option", "chat", "true", "--as", "ada"];
    assert!(desk.done(&option).starts_with("~ chat: false → true\nSaved: "), "its actions stay the same");
}
