//! `ticketd template`: what is in force is seen, edited with the checks of `apply`, and tried on a ticket.

use std::path::Path;

use ticketd::domain::Language;
use ticketd::engine;
use ticketd::store::{Store, journal};

use crate::place::{Place, Ran, ran};

const CONFIG: &str = r#"database = "desk.db"

[[mailbox]]
name = "support"
address = "support@example.org"
display_name = "Example Support"

[[user]]
name = "alice"
address = "alice@example.org"

[[user]]
name = "root"
display_name = "Rudi Oot"
address = "root@example.org"
roles = ["super_admin"]
"#;

/// A desk with one ticket of Cleo.
fn desk() -> Place {
    let place = Place::new();
    place.write("ticketd.toml", CONFIG);
    place.write(
        "mail/1.eml",
        "From: Cleo Dunn <cleo@example.com>\nTo: support@example.org\nSubject: Broken <lamp>\nMessage-ID: <1@example.com>\n\
         Date: Mon, 3 Mar 2025 09:00:00 +0000\n\nIt is broken.\n",
    );
    assert_eq!(place.run(&["replay", "mail", "--db", "desk.db", "--config", "ticketd.toml"]).code, Some(0));
    place
}

fn edit(place: &Place, name: &str, text: &str, more: &[&str]) -> Ran {
    place.write("edited.toml", text);
    place.run(&[&["template", "edit", name, "--file", "edited.toml"], more].concat())
}

fn events(place: &Place) -> i64 {
    let store = Store::open(&place.path("desk.db")).unwrap();
    store.read(ticketd::store::views::totals).unwrap().events
}

const CLOSED: &str = "[[template]]
name = \"ticket_closed\"
transactional = true

[[template.text]]
language = \"en\"
subject = \"{{ ticket.tag }} Done\"
text = \"\"\"
Dear {{ contact.name }},

{{ ticket.subject }} is done.
\"\"\"
html = \"<p>{{ ticket.subject }} is done.</p>\"
";

#[test]
fn templates_are_listed_with_what_uses_them_and_shown_as_a_file_has_them() {
    let place = desk();
    let listed = place.run(&["template", "list"]);
    assert!(
        listed.stdout.contains("ticket_closed            en nl: to contacts  (support/ticket_closed)"),
        "{}",
        listed.stdout
    );
    assert!(
        listed.stdout.contains("notification_digest      en nl: to users  (goes out by itself)"),
        "{}",
        listed.stdout
    );
    let shown = place.run(&["template", "show", "ticket_closed"]);
    assert!(shown.stdout.starts_with("[[template]]\nname = \"ticket_closed\"\n"), "{}", shown.stdout);
    // What is shown can be saved: nothing differs.
    let saved = edit(&place, "ticket_closed", &shown.stdout, &[]);
    assert_eq!(
        (saved.code, saved.stdout.as_str()),
        (Some(0), "Nothing differs from what is in force.\n"),
        "{}",
        saved.stderr
    );
    let missing = place.run(&["template", "show", "ticket_closd"]);
    assert_eq!(missing.code, Some(66));
    assert!(missing.stderr.contains("there is: ticket_received, ticket_closed"), "{}", missing.stderr);
}

#[test]
fn an_edited_template_is_saved_as_one_journaled_change_and_a_file_that_says_otherwise_is_mentioned() {
    let place = desk();
    let before = events(&place);
    let saved = edit(&place, "ticket_closed", CLOSED, &["--as", "root"]);
    assert_eq!(saved.code, Some(0), "{}", saved.stderr);
    assert!(
        saved.stdout.contains("template \"ticket_closed\"") && saved.stdout.contains("Saved: revision "),
        "{}",
        saved.stdout
    );
    assert!(saved.stderr.contains("`ticketd apply ticketd.toml` would take this back"), "{}", saved.stderr);
    assert_eq!(events(&place), before + 1);
    let store = Store::open(&place.path("desk.db")).unwrap();
    let setup = store.read(journal::current_setup).unwrap().unwrap();
    let text = setup.template("ticket_closed").unwrap().text(Language::English).unwrap().clone();
    assert_eq!(text.subject, "{{ ticket.tag }} Done");
    assert!(engine::refold(&store, |_| ()).unwrap().differences.is_empty());
    drop(store);
    // The file says the same now.
    place.write("ticketd.toml", format!("{CONFIG}\n{CLOSED}"));
    let again = edit(&place, "ticket_closed", &CLOSED.replace("Done", "Ready"), &[]);
    assert!(again.stderr.contains("would take this back"), "{}", again.stderr);
    let back = edit(&place, "ticket_closed", CLOSED, &[]);
    assert_eq!((back.code, back.stderr.as_str()), (Some(0), ""));
}

#[test]
fn what_is_wrong_is_refused_with_the_place_in_the_text_that_was_edited() {
    let place = desk();
    let wrong = [
        (
            CLOSED.replace("contact.name", "contact.nme"),
            "edited.toml:9:9: template `ticket_closed`, en text: unknown variable `contact.nme`",
        ),
        (CLOSED.replace("{{ contact.name }}", "{% if contact.name %}"), "edited.toml:"),
        (CLOSED.replace("subject = \"{{ ticket.tag }} Done\"\n", ""), "edited.toml:5:1: `subject` is missing"),
        (
            CLOSED.replace("transactional = true", "transactional = false"),
            "edited.toml:3:17: `ticket_closed` goes to contacts",
        ),
        (CLOSED.replace("name = \"ticket_closed\"", "name = \"closed\""), "edited.toml:2:8: this is template `closed`"),
        (format!("{CLOSED}\n[[user]]\nname = \"bob\"\n"), "edited.toml:15:3: unknown key `user`"),
        (format!("{CLOSED}{}", CLOSED.replace("ticket_closed", "other")), "edited.toml:15:8: a second template"),
        (CLOSED.replace("text = \"\"\"", "text = \"\""), "edited.toml:"),
        ("# nothing\n".to_owned(), "edited.toml:1:1: there is no [[template]] here"),
    ];
    let before = events(&place);
    for (text, said) in wrong {
        let ran = edit(&place, "ticket_closed", &text, &[]);
        assert_eq!(ran.code, Some(78), "{text}\n{}", ran.stderr);
        assert!(ran.stderr.contains(said), "{said}\n{}", ran.stderr);
        assert!(ran.stderr.contains("the text is in edited.toml"), "{}", ran.stderr);
        assert_eq!(std::fs::read_to_string(place.path("edited.toml")).unwrap(), text, "it is left as it was");
    }
    assert_eq!(events(&place), before, "nothing was saved");
}

#[test]
fn a_user_without_the_role_is_refused_before_anything_is_written() {
    let place = desk();
    let ran = edit(&place, "ticket_closed", CLOSED, &["--as", "alice"]);
    assert_eq!(ran.code, Some(77), "{}", ran.stderr);
    assert!(ran.stderr.contains("it takes the role `super_admin`"), "{}", ran.stderr);
}

#[test]
fn a_new_name_begins_with_a_skeleton_in_the_editor_and_refused_text_is_kept() {
    let place = desk();
    let edit_with = |name: &str, script: &str| {
        place.write("editor.sh", format!("#!/bin/sh\n{script}\n"));
        place.set_mode("editor.sh", 0o755);
        let mut command = place.command(Path::new(env!("CARGO_BIN_EXE_ticketd")), &["template", "edit", name]);
        command.env_remove("VISUAL").env("EDITOR", "sh ./editor.sh").env("TMPDIR", place.path("tmp"));
        ran(command)
    };
    std::fs::create_dir(place.path("tmp")).unwrap();
    let kept = || std::fs::read_dir(place.path("tmp")).unwrap().count();
    let made = edit_with("thank_you", "cp \"$1\" seen.toml; sed -i 's/This is about/Thank you for/' \"$1\"");
    assert_eq!(made.code, Some(0), "{}", made.stderr);
    let seen = std::fs::read_to_string(place.path("seen.toml")).unwrap();
    assert!(seen.starts_with("# Template `thank_you`.") && seen.contains("# ticket.number, ticket.tag,"), "{seen}");
    assert!(place.run(&["template", "show", "thank_you"]).stdout.contains("Thank you for ticket"), "{}", made.stdout);
    assert_eq!(kept(), 0, "nothing is left of it");
    assert_eq!(edit_with("thank_you", "true").stdout, "Nothing was changed.\n");
    let refused = edit_with("thank_you", "sed -i 's/ticket.subject/ticket.sub/' \"$1\"");
    assert_eq!(refused.code, Some(78), "{}", refused.stderr);
    // The subject's line, below three lines of comment and an empty one.
    assert!(refused.stderr.contains(".toml:11:"), "{}", refused.stderr);
    assert_eq!(kept(), 1, "the text is kept");
    assert!(refused.stderr.contains("ticketd template edit thank_you --file"), "{}", refused.stderr);
    let failed = edit_with("thank_you", "exit 3");
    assert!(failed.code == Some(64) && failed.stderr.contains("failed"), "{}", failed.stderr);
    let without = place.run(&["template", "edit", "../x"]);
    assert!(without.code == Some(64) && without.stderr.contains("is no short name"), "{}", without.stderr);
}

#[test]
fn a_preview_is_filled_with_the_tickets_values_and_sends_nothing() {
    let place = desk();
    edit(&place, "ticket_closed", CLOSED, &[]);
    let before = events(&place);
    let seen = place.run(&["template", "preview", "ticket_closed", "--ticket", "1"]);
    assert_eq!(
        seen.stdout,
        "From: Example Support <support@example.org>\nTo: Cleo Dunn <cleo@example.com>\nSubject: [TICKET-1] Done\n\n\
         Dear Cleo Dunn,\n\nBroken <lamp> is done.\n",
        "{}",
        seen.stderr
    );
    let page = place.run(&["template", "preview", "ticket_closed", "--ticket", "TICKET-1", "--html"]);
    assert_eq!(page.stdout, "<p>Broken &lt;lamp&gt; is done.</p>");
    let dutch = place.run(&["template", "preview", "ticket_received", "--ticket", "1", "--language", "nl", "--json"]);
    let object: serde_json::Value = serde_json::from_str(&dutch.stdout).unwrap();
    assert_eq!(
        (object["language"].as_str(), object["to"][0].as_str()),
        (Some("nl"), Some("Cleo Dunn <cleo@example.com>"))
    );
    assert_eq!(object["subject"], "[TICKET-1] Wij hebben uw bericht ontvangen: Broken <lamp>");
    let told = place.run(&["template", "preview", "notification_digest", "--ticket", "1"]);
    assert!(told.stdout.contains("To: Alice <alice@example.org>"), "{}{}", told.stdout, told.stderr);
    assert!(told.stdout.contains("* [TICKET-1] Broken <lamp> (New): "), "{}", told.stdout);
    let failed = place.run(&["template", "preview", "send_not_delivered", "--ticket", "1"]);
    assert!(
        failed.stdout.contains("cleo@example.com") && failed.stdout.contains("550 5.1.1"),
        "{}{}",
        failed.stdout,
        failed.stderr
    );
    let told = place.run(&["template", "preview", "reply_not_delivered", "--ticket", "1"]);
    assert!(told.stdout.contains("Hello Alice,"), "{}{}", told.stdout, told.stderr);
    for (args, said) in [
        (["ticket_closed", "--ticket", "9"], "there is no ticket 9"),
        (["nothing", "--ticket", "1"], "there is no template `nothing`"),
    ] {
        let ran = place.run(&[&["template", "preview"], args.as_slice()].concat());
        assert!(ran.code == Some(66) && ran.stderr.contains(said), "{}", ran.stderr);
    }
    assert_eq!(events(&place), before);
}
