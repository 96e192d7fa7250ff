//! JSON has the fields that docs/json.md names, and no others.

use std::collections::BTreeSet;

use serde_json::Value;

use super::*;

/// The names in the first column of the table under a heading of `docs/json.md`.
pub fn documented(heading: &str) -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/json.md");
    let docs = std::fs::read_to_string(path).unwrap();
    let section = docs.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let names = section.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next().map(str::to_owned));
    names.collect()
}

/// The fields of an object, those of objects inside it as `outer.inner`.
pub fn fields(object: &Value, inside: &[&str]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (name, value) in object.as_object().unwrap() {
        found.insert(name.clone());
        let inner = value.as_array().and_then(|list| list.first()).unwrap_or(value);
        if let Some(inner) = inner.as_object().filter(|_| inside.contains(&name.as_str())) {
            found.extend(inner.keys().map(|key| format!("{name}.{key}")));
        }
    }
    found
}

#[test]
fn of_a_report_of_failure_json_names_those_that_it_failed_for() {
    let dir = TempDir::new().expect("a folder");
    let group = |name: &str, action: &str, status: &str| {
        format!("Final-Recipient: rfc822; {name}@example.org\nAction: {action}\nStatus: {status}\n\n")
    };
    for (name, groups, expected) in [
        (
            "failed.eml",
            group("ann", "delivered", "2.0.0") + &group("bea", "failed", "5.1.1"),
            json!(["bea@example.org"]),
        ),
        ("delivered.eml", group("ann", "delivered", "2.0.0"), json!(["ann@example.org"])),
    ] {
        let mail = format!(
            "From: MAILER-DAEMON@mx.example.net\nTo: support@example.org\nSubject: Report\nMIME-Version: 1.0\n\
             Date: Tue, 4 Mar 2025 09:12:00 +0100\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
             --b\nContent-Type: text/plain\n\nReport\n\n--b\nContent-Type: message/delivery-status\n\n\
             Reporting-MTA: dns; mx.example.net\n\n{groups}--b--\n"
        );
        std::fs::write(dir.path().join(name), mail).expect("written");
        let lines = json_lines(&printed(dir.path(), &["replay", "--json", name]));
        assert_eq!(lines.first().map(|mail| &mail["bounce"]["recipients"]), Some(&expected), "{name}");
    }
}

#[test]
fn json_has_the_documented_fields_and_no_others() {
    let inside = ["forwarded", "bounce", "queued"];
    let messages = json_lines(&printed(&fixtures(), &["replay", "mail", "--json"]));
    let printed: BTreeSet<String> = messages.iter().flat_map(|message| fields(message, &inside)).collect();
    assert_eq!(printed, documented("replay --json"));
    let of_first = fields(&messages[0], &[]);
    assert!(messages.iter().all(|message| fields(message, &[]) == of_first), "a field is missing somewhere");
}

#[test]
fn why_json_and_ticket_json_have_the_documented_fields() {
    let folder = replayed();
    let of = |args: &[&str], inside: &[&str]| {
        let lines = json_lines(&printed(folder.path(), args));
        lines.iter().flat_map(|line| fields(line, inside)).collect::<BTreeSet<_>>()
    };
    let db = ["--db", "mail.db", "--json"];
    assert_eq!(
        of(&[&["why", "reply@example.com"], &db[..]].concat(), &["rules", "deliveries"]),
        documented("why --json")
    );
    assert_eq!(of(&[&["ticket", "list"], &db[..]].concat(), &[]), documented("ticket list --json"));
    assert_eq!(
        of(&[&["message", "show", "reply@example.com"], &db[..]].concat(), &[]),
        documented("message show --json")
    );
}

#[test]
fn review_json_has_the_documented_fields() {
    let folder = tempfile::tempdir().unwrap();
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/stories/a-strangers-reply-goes-to-review");
    printed(folder.path(), &["replay", story.to_str().unwrap(), "--db", "mail.db"]);
    let of = |args: &[&str], inside: &[&str]| {
        let line = text(&run(folder.path(), &[args, &["--db", "mail.db", "--json"]].concat()).stdout);
        fields(&json_lines(&line)[0], inside)
    };
    let row =
        json_lines(&printed(folder.path(), &["review", "list", "--json", "--db", "mail.db"]))[0]["row"].to_string();
    let listed = documented("review list --json");
    let own = |fields: &BTreeSet<String>| fields.iter().filter(|name| !name.starts_with("settled")).cloned().collect();
    let own: BTreeSet<String> = own(&listed);
    assert_eq!(of(&["review", "show", &row], &[]), &own | &documented("review show --json"));
    assert_eq!(of(&["review", "attach", &row, "1"], &[]), documented("review attach --json"));
    assert_eq!(of(&["review", "list", "--all"], &["settled"]), listed);
}
