//! A mail that cannot be composed: what `check` finds before, and the traces that it leaves when it happens all the same.

use std::path::Path;

use serde_json::Value;
use tempfile::TempDir;

use crate::review::{folds, outcome, printed};

const DESK: &str = "[[mailbox]]\nname = \"support\"\naddress = \"support@example.org\"\n\n\
    [[template]]\nname = \"ticket_received\"\n\n[[template.text]]\nlanguage = \"en\"\n\
    subject = \"[{{ ticket.number }}]\"\n";

/// `int` of a text that is no number fails; what `check` fills the template with never gets there.
const FAILS_FOR_BOOM: &str =
    "text = \"\"\"\nHello,\n{% if ticket.subject == 'Boom' %}{{ ticket.subject|int }}{% endif %}\"\"\"\n";

fn folder_with(template_text: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("desk.toml"), format!("{DESK}{template_text}")).unwrap();
    let mail = "From: Ann <ann@example.com>\nTo: support@example.org\nSubject: Boom\nMessage-ID: <1@example.com>\n\nIt broke.\n";
    std::fs::write(folder.path().join("boom.eml"), mail).unwrap();
    folder
}

/// A database in which the acknowledgement of the one mail could not be composed, and what the replay said.
fn failed() -> (TempDir, String) {
    let folder = folder_with(FAILS_FOR_BOOM);
    printed(folder.path(), &["check", "--config", "desk.toml"]);
    let said = printed(folder.path(), &["replay", "--config", "desk.toml", "--db", "mail.db", "boom.eml"]);
    (folder, said)
}

fn json(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, args)).unwrap()
}

const WHY: &str = "line 2 of the template's text cannot be filled: invalid operation";

#[test]
fn check_and_apply_refuse_a_template_for_contacts_that_names_a_user() {
    for wrong in ["{{ user.name }}", "{{ user.name or 'x' }}", "{% if user.name %}x{% endif %}", "{{ user }}"] {
        let folder = folder_with(&format!("text = \"Hello {wrong}\"\n"));
        for args in [&["check", "--config", "desk.toml"][..], &["apply", "desk.toml", "--db", "mail.db"]] {
            let (code, stdout, stderr) = outcome(folder.path(), args);
            assert_eq!(code, 78, "{wrong}");
            let said = format!("{stdout}{stderr}");
            for part in ["is known in notifications only", "known are ticket.number, ticket.tag, ", "desk.toml:"] {
                assert!(said.contains(part), "{part} is not in:\n{said}");
            }
            assert!(!said.contains("mailbox.address, user"), "{said}");
        }
    }
}

#[test]
fn a_template_of_notifications_may_name_the_user() {
    let folder = folder_with("text = \"Hello\"\n");
    let notice = "[[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\nroles = [\"agent\"]\n\n\
        [[template]]\nname = \"told\"\n[[template.text]]\nlanguage = \"en\"\nsubject = \"New\"\n\
        text = \"Hello {{ user.name }}\"\n\n[[pipeline]]\nname = \"support\"\n\
        stage = [{ name = \"new\" }, { name = \"waiting_on_us\" }, { name = \"waiting_on_contact\" }, \
        { name = \"closed\", state = \"closed\" }]\n\n[[pipeline.automation]]\nname = \"tell\"\nstage = \"new\"\n\
        actions = [{ notify = \"told\", users = [\"alice\"] }]\n";
    let path = folder.path().join("desk.toml");
    std::fs::write(&path, format!("{}\n{notice}", std::fs::read_to_string(&path).unwrap())).unwrap();
    printed(folder.path(), &["check", "--config", "desk.toml"]);
    // The same template for contacts as well: then it may not.
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("actions = [", "actions = [{ send_email = \"told\" }, ")).unwrap();
    assert_eq!(outcome(folder.path(), &["check", "--config", "desk.toml"]).0, 78);
}

#[test]
fn a_template_that_fails_for_one_mail_is_reported_by_replay_with_its_reason() {
    let (folder, said) = failed();
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        &format!("not sent: ticket_received → ann@example.com: {WHY}"),
        "ticket flagged: a mail of it could not be sent",
        "0 mails queued, none sent",
        "1 mail could not be composed: 1 ticket_received",
    ] {
        assert!(said.contains(part), "{part} is not in:\n{said}");
    }
    assert!(!said.contains("queued ticket_received"), "{said}");
    let told = json(folder.path(), &["replay", "--config", "desk.toml", "--json", "boom.eml"]);
    let send = &told["queued"][0];
    assert_eq!((&send["message_id"], send["failure"].as_str()), (&Value::Null, Some(WHY)));
}

#[test]
fn a_failed_send_is_flagged_and_shown_with_its_reason_everywhere() {
    let (folder, _) = failed();
    let folder = folder.path();
    assert_eq!(json(folder, &["ticket", "list", "--json", "--db", "mail.db"])["flag"], "send_failed");
    let shown = printed(folder, &["ticket", "show", "1", "--db", "mail.db"]);
    let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains(&format!(": failed: {WHY}")) && shown.contains("ann@example.com: not sent"), "{shown}");
    let ticket = json(folder, &["ticket", "show", "1", "--json", "--db", "mail.db"]);
    let send = ticket["timeline"].as_array().unwrap().iter().find(|moment| moment["what"] == "send").unwrap();
    assert_eq!((send["state"].as_str(), send["failure"].as_str()), (Some("failed"), Some(WHY)));
    let why = printed(folder, &["why", "1@example.com", "--db", "mail.db"]);
    let why = why.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(why.contains(&format!("No ticket_received: {WHY}.")), "{why}");
    assert!(why.contains(&format!("(ticket_received): failed: {WHY}")), "{why}");
    let row = send["row"].to_string();
    let message = printed(folder, &["message", "show", &row, "--db", "mail.db"]);
    assert!(message.contains(&format!("Not sent    {WHY}")) && !message.contains("Defects"), "{message}");
    assert_eq!(json(folder, &["message", "show", &row, "--json", "--db", "mail.db"])["failure"].as_str(), Some(WHY));
    folds(folder);
}
