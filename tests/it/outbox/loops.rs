//! Nobody can make us write to them without end (semantics 6.5): simulations of whoever answers everything.

use ticketd::domain::*;
use ticketd::engine::Outcome;
use ticketd::store::Store;

use super::office::Office;

/// What became of the action that would have sent something.
fn effects(outcome: &Outcome) -> Vec<EffectResult> {
    outcome.decision.explanation.effects.iter().map(|effect| effect.outcome).collect()
}

#[tokio::test]
async fn two_desks_that_answer_each_other_stop_within_two_mails() {
    let here = Office::at(Store::in_memory().unwrap(), "support@a.example").await;
    let there = Office::at(Store::in_memory().unwrap(), "help@b.example").await;
    // Somebody's mail to the one desk claims to be from the other.
    let first =
        "From: help@b.example\r\nTo: support@a.example\r\nSubject: Hello\r\nMessage-ID: <1@b.example>\r\n\r\nHi.\r\n";
    let mut on_their_way = vec![(&here, first.as_bytes().to_vec())];
    let mut sent = 0;
    while let Some((to, mail)) = on_their_way.pop() {
        let outcome = to.takes(mail).await;
        let next = if std::ptr::eq(to, &here) { &there } else { &here };
        on_their_way.extend(to.bytes_of(&outcome).into_iter().map(|mail| (next, mail)));
        sent = here.entries().len() + there.entries().len();
        assert!(sent <= 2, "they go on");
    }
    assert_eq!(sent, 1, "the acknowledgement of the first mail, which is automatic and is not answered");
}

/// A program that answers each of our mails with a new one, which looks as if a person wrote it. How many mails it got out
/// of us, and why it got no more.
async fn hostile(subject: impl Fn(usize) -> String, mails: usize) -> (usize, Vec<EffectResult>) {
    let office = Office::new().await;
    let mut why = Vec::new();
    for number in 0..mails {
        let mail = format!(
            "From: robot@example.com\r\nTo: support@example.org\r\nSubject: {}\r\nMessage-ID: <{number}@example.com>\r\n\
             \r\nNumber {number}.\r\n",
            subject(number)
        );
        why = effects(&office.takes(mail).await);
        office.pass(MINUTE);
    }
    office.folds();
    (office.entries().len(), why)
}

#[tokio::test]
async fn a_hostile_responder_with_one_subject_gets_two_mails_and_the_cap_is_told() {
    let (sent, why) = hostile(|_| "Loop".to_owned(), 30).await;
    assert_eq!((sent, why), (2, vec![EffectResult::SubjectCap]));
}

#[tokio::test]
async fn prefixes_and_tags_make_no_other_subject() {
    let (sent, _) = hostile(|number| format!("{}[TICKET-{number}] Loop", "Re: ".repeat(number % 3)), 30).await;
    assert_eq!(sent, 2);
}

#[tokio::test]
async fn a_hostile_responder_with_changing_subjects_gets_ten_mails_in_three_hours_at_the_most() {
    let (sent, why) = hostile(|number| format!("Loop {number}"), 30).await;
    assert_eq!((sent, why), (10, vec![EffectResult::AddressCap]));
    // For the whole day: the window goes with the time.
    let office = Office::new().await;
    let mut times: Vec<Timestamp> = Vec::new();
    for number in 0..24 * 12 {
        let mail = format!(
            "From: robot@example.com\r\nTo: support@example.org\r\nSubject: Loop {number}\r\n\
             Message-ID: <{number}@example.com>\r\n\r\nNumber {number}.\r\n"
        );
        let outcome = office.takes(mail).await;
        times.extend(outcome.queued.iter().map(|_| outcome.at));
        office.pass(5 * MINUTE);
    }
    let most = times.iter().map(|end| times.iter().filter(|at| (0..3 * HOUR).contains(&end.since(**at))).count()).max();
    assert_eq!(most, Some(10));
}

#[tokio::test]
async fn a_responder_that_answers_within_the_ticket_gets_nothing_at_all_for_it() {
    let office = Office::new().await;
    let first = office.takes("From: robot@example.com\r\nTo: support@example.org\r\nSubject: Loop\r\nMessage-ID: <0@example.com>\r\n\r\nHi.\r\n").await;
    let mut parent = first.queued[0].message_id.clone().unwrap();
    for number in 1..20 {
        let mail = format!(
            "From: robot@example.com\r\nTo: support@example.org\r\nSubject: Re: Loop\r\nMessage-ID: <{number}@example.com>\r\n\
             In-Reply-To: <{parent}>\r\n\r\nNumber {number}.\r\n"
        );
        let outcome = office.takes(mail).await;
        assert!(outcome.queued.is_empty(), "{:?}", outcome.queued);
        parent = format!("{number}@example.com");
    }
}
