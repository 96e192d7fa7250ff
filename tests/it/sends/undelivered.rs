//! What did not arrive: the ticket shows it, the user who wrote it is told, and the address is believed again one day.

use ticketd::config;
use ticketd::decide::{self, Refusal};
use ticketd::domain::*;

use super::live::{Desk as Live, date, question};
use crate::desk::{ALICE, CLEO, DORA, Desk, SUPPORT, Sent, address, answer, mail, report, with};
use crate::replay::{documented, fields};

const MAILER: &str = "mailer-daemon@mx.example.com";

/// A report about a send.
fn bounce(sent: &Sent, recipient: &str, class: BounceClass, id: &str) -> Facts {
    with(mail(MAILER, SUPPORT, id), |facts| facts.report = report(&sent.id, recipient, class))
}

/// Whom a decision tells that a mail did not arrive: who is told, who did not get it, why.
fn told(desk: &Desk, decision: &Decision) -> Vec<(String, String, String)> {
    let text = |id: &AddressId| desk.ws.addresses.get(id).unwrap().address.to_string();
    let one = |plan: &SendPlan| match &plan.text {
        SendText::Template { name, failure: Some(failure), .. } => {
            assert_eq!((name.as_str(), plan.purpose), ("send_not_delivered", SendPurpose::Notification));
            (text(&plan.to[0]), text(&failure.address), failure.reason.clone())
        }
        other => panic!("{other:?}"),
    };
    decision.sends.iter().map(one).collect()
}

fn tells_alice(address: &str, reason: &str) -> Vec<(String, String, String)> {
    vec![(ALICE.to_owned(), address.to_owned(), reason.to_owned())]
}

fn flag(desk: &Desk, ticket: RecordId) -> Option<Flag> {
    desk.ws.tickets.get(&ticket).unwrap().flag
}

/// A relay answers about a send.
fn relay_says(desk: &mut Desk, sent: &Sent, answers: &[(&str, RelayVerdict, &str)]) -> Decision {
    let send = sent.decision.sends[0].send;
    let until = desk.now.plus(MINUTE);
    desk.decide(|d| decide::lease(d, &[send], until));
    let answers = answers.iter().map(|(to, verdict, words)| RelayAnswer {
        address: desk.address(to).id,
        verdict: *verdict,
        status: words.split(' ').nth(1).map(str::to_owned),
        words: (*words).to_owned(),
    });
    let fence = desk.ws.sends.get(&send).unwrap().fence;
    let dispatch = Dispatch { send, fence, relay: "out".into(), answers: answers.collect(), hold_unknown: false };
    let (done, decision) = desk.decide(|d| decide::dispatched(d, &dispatch));
    done.unwrap();
    decision
}

#[test]
fn the_author_is_told_which_recipient_a_relay_refused_and_why() {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO, DORA]);
    let refused = (DORA, RelayVerdict::Refused, "550 5.1.1 no such user");
    let decision = relay_says(&mut desk, &sent, &[(CLEO, RelayVerdict::Accepted, "250 2.0.0 ok"), refused]);
    assert_eq!(told(&desk, &decision), tells_alice(DORA, "550 5.1.1 no such user"));
    assert_eq!(flag(&desk, ticket), Some(Flag::SendFailed));
}

#[test]
fn nobody_is_told_of_what_is_tried_again_and_nobody_twice() {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO]);
    let deferred = relay_says(&mut desk, &sent, &[(CLEO, RelayVerdict::Deferred, "451 4.7.1 later")]);
    assert_eq!(told(&desk, &deferred), []);
    desk.pass(HOUR);
    let refused = [(CLEO, RelayVerdict::Refused, "550 5.1.1 no")];
    let first = relay_says(&mut desk, &sent, &refused);
    assert_eq!(told(&desk, &first).len(), 1);
    // A person tries once more; it fails once more, and a report comes on top of that.
    let send = sent.decision.sends[0].send;
    desk.decide(|d| decide::order(d, send, OutboxOrder::Retry)).0.unwrap();
    let again = relay_says(&mut desk, &sent, &refused);
    assert_eq!(told(&desk, &again), []);
    let late = desk.take("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Hard, "late@mx"));
    assert_eq!((late.kind, told(&desk, &late)), (Some(Kind::Bounce), vec![]));
}

#[test]
fn a_hard_bounce_flags_the_ticket_and_tells_the_author_once_and_a_soft_one_does_neither() {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO]);
    let delayed = desk.take("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Soft, "soft@mx"));
    assert_eq!((told(&desk, &delayed), flag(&desk, ticket)), (vec![], None));
    let hard = desk.take("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Hard, "hard@mx"));
    assert_eq!(told(&desk, &hard), tells_alice(CLEO, "5.1.1, there is no such mailbox"));
    assert_eq!((flag(&desk, ticket), desk.status(ticket)), (Some(Flag::SendFailed), "waiting_on_contact"));
    let again = desk.take("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Hard, "again@mx"));
    assert_eq!(told(&desk, &again), []);
}

#[test]
fn forwards_and_mail_from_the_contact_record_count_too() {
    let (mut desk, ticket) = Desk::with_ticket();
    let forward = desk.alice_sends(Some(ticket), SendPurpose::Forward, &[DORA]);
    let decision = desk.take("support", "INBOX", &bounce(&forward, DORA, BounceClass::Hard, "one@mx"));
    assert_eq!(told(&desk, &decision).len(), 1);
    assert_eq!(flag(&desk, ticket), Some(Flag::SendFailed));
    let record = desk.alice_sends(None, SendPurpose::Record, &["eve@example.net"]);
    let decision = desk.take("support", "INBOX", &bounce(&record, "eve@example.net", BounceClass::Hard, "two@mx"));
    assert_eq!(told(&desk, &decision), tells_alice("eve@example.net", "5.1.1, there is no such mailbox"));
}

#[test]
fn what_nobody_wrote_tells_nobody_and_history_and_old_reports_neither() {
    let mut desk = Desk::new();
    let opened = desk.take("support", "INBOX", &mail(CLEO, SUPPORT, "first@example.com"));
    let (ticket, plan) = (opened.ticket.unwrap(), opened.sends[0].clone());
    let row = desk.ws.messages.get(&plan.message).unwrap();
    let id = row.message_id.clone().unwrap();
    let received = Sent { decision: opened, token: String::new(), id };
    let decision = desk.take("support", "INBOX", &bounce(&received, CLEO, BounceClass::Hard, "auto@mx"));
    assert_eq!((decision.kind, told(&desk, &decision), flag(&desk, ticket)), (Some(Kind::Bounce), vec![], None));

    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO]);
    let at = desk.now;
    let history = desk.take_at("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Hard, "old@mx"), at, true);
    assert_eq!((told(&desk, &history), flag(&desk, ticket)), (vec![], None));

    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[DORA]);
    desk.pass(2 * DAY);
    let old = desk.take_at("support", "INBOX", &bounce(&sent, DORA, BounceClass::Hard, "late@mx"), at, false);
    assert_eq!((told(&desk, &old), flag(&desk, ticket)), (vec![], Some(Flag::SendFailed)));
    assert_eq!(old.explanation.effects[0].outcome, EffectResult::Stale);
}

/// A desk where mail to cleo bounced.
fn bounced() -> (Desk, RecordId) {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO]);
    desk.take("support", "INBOX", &bounce(&sent, CLEO, BounceClass::Hard, "hard@mx"));
    assert_eq!(desk.address(CLEO).bounced, Some(BounceClass::Hard));
    (desk, ticket)
}

#[test]
fn whoever_writes_in_a_thread_of_ours_takes_mail_again() {
    let (mut desk, ticket) = bounced();
    desk.move_to(ticket, "waiting_on_us");
    desk.take("support", "INBOX", &answer(CLEO, SUPPORT, "again@example.com", "first@example.com"));
    assert_eq!(desk.address(CLEO).bounced, None);
    let closed = desk.move_to(ticket, "closed");
    assert_eq!(closed.sends.len(), 1, "Ticket closed goes out again");
}

#[test]
fn what_proves_nothing_leaves_the_mark() {
    let failed = AuthenticationResults {
        authserv_id: "mx.example.org".into(),
        results: vec![("dmarc".into(), "fail".into(), "example.com".into())],
        received_by: Vec::new(),
    };
    let (mut desk, _) = bounced();
    let own = answer(CLEO, SUPPORT, "b@example.com", "first@example.com");
    let at = desk.now;
    for (facts, history) in [
        (mail(CLEO, SUPPORT, "a@example.com"), false),
        (with(own.clone(), |facts| facts.authentication = vec![failed]), false),
        (with(own.clone(), |facts| facts.automatic = vec![AutomaticSign::AutoReplied]), false),
        (own.clone(), true),
    ] {
        let facts = with(facts, |facts| facts.message_id = Some(format!("{:?}@example.com", facts.message_id)));
        desk.take_at("support", "INBOX", &facts, at, history);
        assert_eq!(desk.address(CLEO).bounced, Some(BounceClass::Hard), "{facts:?}");
    }
    desk.pass(2 * DAY);
    desk.take_at("support", "INBOX", &with(own, |facts| facts.message_id = Some("late@x".into())), at, false);
    assert_eq!(desk.address(CLEO).bounced, Some(BounceClass::Hard), "it may be older than the bounce");
}

#[test]
fn a_person_clears_the_mark_and_only_where_there_is_one() {
    let (mut desk, _) = bounced();
    let clear = |desk: &mut Desk, text: &str| desk.decide(|d| decide::clear_bounce(d, &address(text))).0;
    assert!(clear(&mut desk, CLEO).is_ok());
    assert_eq!(desk.address(CLEO).bounced, None);
    assert_eq!(clear(&mut desk, CLEO), Err(Refusal::NotBounced));
    assert_eq!(clear(&mut desk, "nobody@example.net"), Err(Refusal::NoAddress));
}

/// A report of the receiver's server about a mail of ours, as it arrives.
fn dsn(about: &str, recipient: &str) -> Vec<u8> {
    let date = date();
    format!(
        "From: MAILER-DAEMON@mx.example.com\r\nTo: support@example.org\r\nSubject: Undelivered Mail\r\nDate: {date}\r\n\
         Message-ID: <report@mx.example.com>\r\nReturn-Path: <>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n\r\nSorry.\r\n--b\r\n\
         Content-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n\
         Final-Recipient: rfc822; {recipient}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\n\
         Content-Type: text/rfc822-headers\r\n\r\nMessage-ID: <{about}>\r\nFrom: support@example.org\r\n\r\n--b--\r\n"
    )
    .into_bytes()
}

#[test]
fn the_notification_says_who_did_not_get_what_and_why_in_the_mailboxs_language() {
    let desk = Live::with_ticket();
    let sent = desk.object(&["reply", "1", "--as", "alice"], "It left.");
    let outcome = desk.takes("support", &dsn(sent["message_id"].as_str().unwrap(), "grace@example.com"));
    let [notice] = outcome.queued.as_slice() else { panic!("{:?}", outcome.queued) };
    assert_eq!((notice.to[0].as_str(), notice.failure.as_deref()), ("alice@example.org", None));
    assert_eq!(notice.subject, "[TICKET-1] Your mail did not arrive: Printer");
    let text = desk.facts(&serde_json::json!(notice.message.0)).body.text;
    let expected = "Hello Alice Moss,\n\nYour mail about ticket 1 (Printer) did NOT reach grace@example.com.\n\
                    The reason given: 5.1.1, there is no such mailbox\n\nNothing is tried again by itself. The ticket is \
                    flagged. Its status now: Waiting on contact.\n";
    assert!(text.starts_with(expected), "{text}");

    let args = ["send", "--contact", "ann@example.com", "--subject", "Verhuizing", "--mailbox", "sales", "--as", "bob"];
    let sent = desk.object(&args, "Wij zijn verhuisd.");
    let report = String::from_utf8(dsn(sent["message_id"].as_str().unwrap(), "ann@example.com")).unwrap();
    let outcome = desk.takes("sales", report.replace("report@", "another@").replace("support@", "sales@").as_bytes());
    let [notice] = outcome.queued.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(notice.subject, "Uw bericht is niet aangekomen: Verhuizing");
    let text = desk.facts(&serde_json::json!(notice.message.0)).body.text;
    let expected = "Hallo Bob Jansen,\n\nUw bericht (Verhuizing) is NIET aangekomen bij ann@example.com.\n";
    assert!(text.starts_with(expected), "{text}");
    desk.folds();
}

#[test]
fn an_address_is_cleared_from_the_command_line() {
    let desk = Live::with_ticket();
    let sent = desk.object(&["reply", "1", "--as", "alice"], "It left.");
    desk.takes("support", &dsn(sent["message_id"].as_str().unwrap(), "grace@example.com"));
    assert_eq!(
        desk.printed(&["contact", "clear", "Grace@example.com", "--as", "alice"], ""),
        "grace@example.com  takes mail again: automatic mail goes there\n"
    );
    let again = desk.run(&["contact", "clear", "grace@example.com", "--as", "alice"], "");
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert!(again.stderr.contains("nothing to clear"), "{}", again.stderr);
    let sent = desk.object(&["reply", "1", "--as", "alice"], "It left.");
    let report = String::from_utf8(dsn(sent["message_id"].as_str().unwrap(), "grace@example.com")).unwrap();
    desk.takes("support", report.replace("report@", "another@").as_bytes());
    let cleared = desk.object(&["contact", "clear", "grace@example.com"], "");
    assert_eq!(fields(&cleared, &[]), documented("ticketd contact clear"));
    let unknown = desk.run(&["contact", "clear", "nobody@example.com"], "");
    assert_eq!(unknown.code, 66, "{}", unknown.stderr);
    desk.takes("support", &question("grace@example.com", "next", "And now?\n"));
    assert!(desk.printed(&["outbox", "list"], "").contains("ticket 2"), "it is acknowledged");
    desk.folds();
}

#[test]
fn no_action_can_use_the_template_that_tells_an_author() {
    for action in ["send_email = \"send_not_delivered\"", "notify = \"send_not_delivered\", users = [\"alice\"]"] {
        let text = format!(
            "[[user]]\nname = \"alice\"\naddress = \"alice@example.org\"\n[[pipeline]]\nname = \"support\"\n\
             stage = [{{ name = \"new\" }}]\non_send = {{ on = false }}\non_reply = {{ on = false }}\n\
             [[pipeline.automation]]\nname = \"a\"\nstage = \"new\"\nactions = [{{ {action} }}]\n"
        );
        let problems = config::parse(&text).unwrap_err();
        assert!(problems.iter().any(|one| one.message.contains("no action can use it")), "{problems:?}");
    }
}
