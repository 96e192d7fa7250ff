//! What is due goes out over relays, once as far as SMTP can promise it.

use std::sync::atomic::Ordering;

use ticketd::config::{OnUnknown, Relay};
use ticketd::domain::*;
use ticketd::smtp::Cause;

use super::office::Office;
use crate::smtp::scripted::{Do, END, GREETING, Scripted};

/// The Message-IDs of the mails that it took, in order.
fn ids(server: &Scripted) -> Vec<String> {
    let mails = server.mails();
    let id = |mail: &String| mail.lines().find_map(|line| line.strip_prefix("Message-ID: ")).unwrap().to_owned();
    mails.iter().map(id).collect()
}

fn texts(server: &Scripted) -> Vec<String> {
    server
        .mails()
        .iter()
        .map(|mail| mail.split("\r\n\r\n").nth(1).unwrap().lines().next().unwrap().to_owned())
        .collect()
}

/// A relay that nobody answers for.
fn nobody() -> Relay {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    crate::smtp::scripted::relay("127.0.0.1", port, ticketd::config::Security::None)
}

#[tokio::test]
async fn what_is_due_leaves_once_and_is_sent() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    for customer in ["cleo@example.com", "dora@example.net", "erik@example.com"] {
        office.customer_writes(customer).await;
    }
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!((delivered.sent, delivered.failed, delivered.troubles.len()), (3, 0, 0));
    assert_eq!(office.states(), [SendState::Sent; 3]);
    assert_eq!(server.mails().len(), 3);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 0, "nothing is left");
    assert_eq!(server.mails().len(), 3);
    office.folds();
}

#[tokio::test]
async fn a_report_comes_back_to_an_address_that_names_the_send_and_a_person_still_sees_the_mailbox() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    office.customer_writes("cleo@example.com").await;
    office.deliver(&[server.relay()]).await;
    let id = ids(&server).remove(0);
    let token = id.trim_matches(['<', '>']).split('@').next().unwrap();
    let said = server.lines(0);
    let mail = said.iter().find(|line| line.starts_with("MAIL")).unwrap();
    assert!(mail.contains(&format!("<support+{token}@example.org>")), "{mail}");
    assert!(server.mails()[0].contains("From: \"Support\" <support@example.org>"), "{}", server.mails()[0]);
}

#[tokio::test]
async fn one_connection_carries_many_mails() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    for number in 0..20 {
        office.customer_writes(&format!("cleo{number}@example.com")).await;
    }
    office.deliver(&[server.relay()]).await;
    assert_eq!(server.mails().len(), 20);
    assert!(server.lines(0).last().is_some_and(|line| line == "QUIT") && server.lines(1).is_empty());
}

#[tokio::test]
async fn mails_of_one_ticket_leave_in_their_order_over_however_many_connections() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    let ticket = office.customer_writes("cleo@example.com").await;
    for number in 1..=6 {
        office.alice_answers(ticket, &format!("Answer {number}"), &[]).await;
    }
    let relay = Relay { connections: 4, ..server.relay() };
    assert_eq!(office.deliver(&[relay]).await.sent, 7);
    let texts = texts(&server);
    assert_eq!(texts[1..], (1..=6).map(|number| format!("Answer {number}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_refused_recipient_is_shown_and_the_others_get_theirs() {
    let rule = (0, "RCPT TO:<dora@example.net>", Do::Say("550 5.1.1 <dora@example.net> is nobody here"));
    let (office, server) = (Office::new().await, Scripted::new(&[rule]));
    let ticket = office.customer_writes("cleo@example.com").await;
    let send = office.alice_answers(ticket, "Like this.", &["dora@example.net"]).await;
    let delivered = office.deliver(&[server.relay()]).await;
    // Alice, who wrote it, is told in the same pass.
    assert_eq!((delivered.sent, delivered.failed), (2, 1));
    let last = office.entries().pop().unwrap();
    assert_eq!(last.send.template.as_deref(), Some("send_not_delivered"));
    assert_eq!((last.send.state, last.recipients[0].1.as_str()), (SendState::Sent, "alice@example.org"));
    let entry = office.entry(send);
    assert_eq!(entry.send.state, SendState::Sent);
    let said: Vec<_> = entry.recipients.iter().map(|(row, address)| (address.as_str(), row.state)).collect();
    assert!(said.contains(&("cleo@example.com", RecipientState::Accepted)), "{said:?}");
    assert!(said.contains(&("dora@example.net", RecipientState::Failed)), "{said:?}");
    let answer = entry.recipients.iter().find_map(|(row, _)| row.answer.clone().filter(|text| text.starts_with("550")));
    assert_eq!(answer.as_deref(), Some("550 5.1.1 … is nobody here"), "an address has no place in the journal");
    let ticket = office.engine.store().read(|tx| ticketd::store::views::ticket(tx, ticket)).unwrap().unwrap();
    assert_eq!(ticket.ticket.flag, Some(Flag::SendFailed));
    office.folds();
}

#[tokio::test]
async fn a_deferred_mail_keeps_no_other_and_goes_when_its_pause_is_over() {
    let rule = (0, "RCPT TO:<cleo@example.com>", Do::Say("451 4.7.1 greylisted"));
    let (office, server) = (Office::new().await, Scripted::new(&[rule]));
    office.customer_writes("cleo@example.com").await;
    office.customer_writes("dora@example.net").await;
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!((delivered.sent, delivered.deferred), (1, 1));
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 0, "not before its time");
    office.pass(2 * MINUTE);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 1);
    assert_eq!(office.states(), [SendState::Sent; 2]);
    office.folds();
}

#[tokio::test]
async fn a_connection_that_is_lost_after_the_last_dot_leaves_it_open_and_the_same_mail_goes_again() {
    let (office, server) = (Office::new().await, Scripted::new(&[(0, END, Do::Close)]));
    office.customer_writes("cleo@example.com").await;
    assert_eq!(office.deliver(&[server.relay()]).await.unknown, 1);
    assert_eq!(office.states(), [SendState::Unknown]);
    office.pass(2 * MINUTE);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 1);
    let ids = ids(&server);
    assert_eq!((ids.len(), &ids[0]), (2, &ids[1]), "a repeat is recognised by its Message-ID");
}

#[tokio::test]
async fn where_the_relay_says_so_an_open_end_waits_for_a_person() {
    let (office, server) = (Office::new().await, Scripted::new(&[(0, END, Do::Close)]));
    let relay = Relay { on_unknown: OnUnknown::Hold, ..server.relay() };
    office.customer_writes("cleo@example.com").await;
    assert_eq!(office.deliver(std::slice::from_ref(&relay)).await.unknown, 1);
    office.pass(10 * DAY);
    assert_eq!(office.deliver(std::slice::from_ref(&relay)).await.sent, 0);
    let send = office.entries()[0].send.id;
    office.engine.order_outbox(super::office::now(), None, send, OutboxOrder::Retry).await.unwrap();
    assert_eq!(office.deliver(&[relay]).await.sent, 1);
    office.folds();
}

#[tokio::test]
async fn what_the_first_relay_cannot_take_the_next_one_takes() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    office.customer_writes("cleo@example.com").await;
    let second = Relay { name: "second".into(), ..server.relay() };
    let delivered = office.deliver(&[nobody(), second]).await;
    assert_eq!(delivered.sent, 1);
    assert_eq!(delivered.troubles[0].0, "main");
    assert_eq!(delivered.troubles[0].1.cause, Cause::Temporary);
}

#[tokio::test]
async fn without_a_relay_that_answers_everything_stays_and_no_attempt_is_counted() {
    let office = Office::new().await;
    office.customer_writes("cleo@example.com").await;
    for _ in 0..20 {
        assert_eq!(office.deliver(&[nobody()]).await.troubles.len(), 1);
        office.pass(DAY);
    }
    assert_eq!(office.states(), [SendState::Queued]);
    assert_eq!(office.entries()[0].send.attempt, 0);
    office.folds();
}

#[tokio::test]
async fn a_relay_that_refuses_us_is_left_alone_for_a_while_and_nothing_is_held_against_the_mail() {
    let (office, server) = (Office::new().await, Scripted::new(&[(0, "MAIL", Do::Say("550 5.7.1 not for you"))]));
    office.customer_writes("cleo@example.com").await;
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!(delivered.troubles[0].1.cause, Cause::Relay);
    assert_eq!((office.states(), office.entries()[0].send.attempt), (vec![SendState::Queued], 0));
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!((delivered.sent, delivered.paused.len()), (0, 1), "it is not asked again at once");
    assert_eq!(office.deliver_as(&[server.relay()], true).await.sent, 1, "but when somebody wants it");
    office.customer_writes("dora@example.net").await;
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 1, "a relay that took something is trusted again");
}

#[tokio::test]
async fn a_mail_at_which_the_connection_ends_waits_and_keeps_no_other() {
    // Whatever connection it is: this recipient ends it.
    let rules: Vec<_> = (0..8).map(|at| (at, "RCPT TO:<cleo@example.com>", Do::Close)).collect();
    let (office, server) = (Office::new().await, Scripted::new(&rules));
    office.customer_writes("cleo@example.com").await;
    office.customer_writes("dora@example.net").await;
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!((delivered.sent, delivered.deferred, delivered.troubles.len()), (1, 1, 0));
}

#[tokio::test]
async fn a_relay_that_ends_one_connection_after_the_other_is_at_fault_itself() {
    let rules: Vec<_> = (0..40).map(|at| (at, "RCPT", Do::Close)).collect();
    let (office, server) = (Office::new().await, Scripted::new(&rules));
    for number in 0..10 {
        office.customer_writes(&format!("cleo{number}@example.com")).await;
    }
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!(delivered.troubles.len(), 1);
    let untouched = office.states().iter().filter(|state| **state == SendState::Queued).count();
    assert!(untouched >= 6, "{:?}", office.states());
}

#[tokio::test]
async fn a_full_relay_is_asked_again_later_for_everything() {
    let (office, server) = (Office::new().await, Scripted::new(&[(0, GREETING, Do::Say("421 4.3.2 too busy"))]));
    office.customer_writes("cleo@example.com").await;
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!(delivered.troubles[0].1.cause, Cause::Temporary);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 1, "a relay that is busy is not left alone for long");
}

#[tokio::test]
async fn once_told_to_stop_it_begins_nothing_more_and_gives_back_what_it_leased() {
    let (office, server) = (Office::new().await, Scripted::new(&[]));
    office.customer_writes("cleo@example.com").await;
    office.stop.store(true, Ordering::SeqCst);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 0);
    assert_eq!(office.states(), [SendState::Queued]);
}
