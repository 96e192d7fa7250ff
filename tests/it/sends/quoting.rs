//! What an answer quotes.

use super::live::Desk;

#[test]
fn a_reply_quotes_what_the_customer_said_and_answers_it() {
    let desk = Desk::with_ticket();
    let queued = desk.object(&["reply", "1", "--as", "alice", "--quote"], "Use water.\n\n-- \nAlice Moss\n");
    let facts = desk.facts(&queued["message"]);
    assert_eq!(facts.in_reply_to, ["first@example.com"]);
    let text = facts.body.text.trim_end();
    assert!(text.starts_with("Use water.\n\nref:td1-"), "{text}");
    assert!(text.contains("\n\n-- \nAlice Moss\n\nOn "), "{text}");
    assert!(text.ends_with(" UTC, Grace Hill <grace@example.com> wrote:\n> It is\n> on fire."), "{text}");
    assert!(facts.body.reply().starts_with("Use water.\n\nref:td1-"), "{}", facts.body.reply());
    assert!(!facts.body.reply().contains("fire"), "{}", facts.body.reply());
    assert!(facts.body.quoted().starts_with("On ") && facts.body.quoted().ends_with("> on fire."));
    desk.folds();
}

#[test]
fn the_attribution_is_in_the_mailboxs_language_and_taken_off_again() {
    let desk = Desk::new();
    let question = super::live::question("grace@example.com", "dutch", "Waar blijft het?\n");
    let question = String::from_utf8(question).unwrap().replace("support@", "sales@");
    desk.takes("sales", question.as_bytes());
    let queued = desk.object(&["reply", "1", "--as", "bob", "--quote"], "Onderweg.\n");
    let body = desk.facts(&queued["message"]).body;
    assert!(body.text.contains("\nOp ") && body.text.contains(" UTC schreef Grace Hill <grace@example.com>:\n> Waar"));
    assert!(body.quoted().starts_with("Op "), "{}", body.quoted());
    assert!(!body.reply().contains("schreef"), "{}", body.reply());
}

#[test]
fn what_the_team_said_among_itself_is_quoted_only_when_chosen() {
    let desk = Desk::with_ticket();
    let note = format!(
        "From: bob@example.org\r\nTo: support@example.org\r\nSubject: Re: Printer\r\nDate: {}\r\n\
         Message-ID: <note@example.org>\r\nIn-Reply-To: <first@example.com>\r\n\r\nShe always says that.\r\n",
        super::live::date()
    );
    desk.takes("support", note.as_bytes());
    let args = ["forward", "1", "first@example.com", "--to", "bo@example.net", "--as", "alice"];
    desk.object(&args, "Look at this one, will you?");
    let quoted = |args: &[&str]| {
        let queued = desk.object(&[&["reply", "1", "--as", "alice", "--quote"], args].concat(), "Hello.");
        desk.facts(&queued["message"]).body.quoted()
    };
    assert!(quoted(&[]).ends_with("> on fire."));
    let chosen = quoted(&["--answer", "note@example.org", "--to", "bob@example.org"]);
    assert!(chosen.ends_with("> She always says that."), "{chosen}");
}

#[test]
fn what_was_quoted_is_quoted_once_more() {
    let desk = Desk::with_ticket();
    desk.object(&["reply", "1", "--as", "alice", "--quote"], "Use water.");
    let queued = desk.object(&["reply", "1", "--as", "bob", "--quote"], "Or sand.");
    let body = desk.facts(&queued["message"]).body;
    assert!(body.text.contains("\n> Use water.\n") && body.text.contains("\n>> on fire."), "{}", body.text);
    assert!(body.reply().starts_with("Or sand.") && !body.reply().contains("water"), "{}", body.reply());
}
