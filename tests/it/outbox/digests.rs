//! Internal notifications have a cap of their own, and become a digest beyond it (semantics 6.5).

use ticketd::decide;
use ticketd::domain::*;
use ticketd::engine::Outcome;
use ticketd::store::{Store, views};

use super::office::{Office, now};
use crate::desk::{CLEO, Desk};

/// A desk that tells its users of every new ticket.
async fn telling(users: &[&str]) -> Office {
    Office::with(Store::in_memory().unwrap(), "support@example.org", |setup| {
        setup.users.push(UserSetup {
            name: "bob".into(),
            display_name: "Bob".into(),
            addresses: vec![EmailAddress::parse("bob@example.org").unwrap()],
            roles: vec![Role::Agent],
            disabled: false,
        });
        let text = TemplateText {
            language: Language::English,
            subject: "{{ ticket.tag }} new".into(),
            text: "New.".into(),
            html: None,
        };
        setup.templates.push(Template { name: "new_work".into(), transactional: true, texts: vec![text] });
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        let automation = &mut setup.pipelines[0].automations[0];
        automation.actions = vec![Action::Notify { template: "new_work".into(), users }.into()];
    })
    .await
}

async fn question(office: &Office, number: usize) -> Outcome {
    office
        .takes(format!(
            "From: cleo.{number}@example.com\r\nTo: support@example.org\r\nSubject: Question {number}\r\n\
             Message-ID: <q{number}@example.com>\r\n\r\nHow?\r\n"
        ))
        .await
}

fn results(outcome: &Outcome) -> Vec<EffectResult> {
    outcome.decision.explanation.effects.iter().map(|effect| effect.outcome).collect()
}

async fn fired(office: &Office) -> Vec<Outcome> {
    office.engine.fire_timers(now()).await.unwrap()
}

/// What the digest says, as text.
fn text_of(office: &Office, digest: &Outcome) -> (String, String) {
    let bytes = office.bytes_of(digest).pop().unwrap();
    let facts = ticketd::parse::read(&bytes);
    (facts.subject.text, facts.body.text)
}

#[tokio::test]
async fn of_a_burst_of_200_a_user_gets_ten_mails_and_one_that_tells_the_rest() {
    let office = telling(&["alice"]).await;
    let mut all = Vec::new();
    for number in 0..200 {
        all.extend(results(&question(&office, number).await));
    }
    let count = |result| all.iter().filter(|found| **found == result).count();
    assert_eq!((count(EffectResult::Queued), count(EffectResult::Digested), all.len()), (10, 190, 200));
    assert_eq!(fired(&office).await.len(), 0, "the hour is not over");
    office.pass(HOUR);
    let digests = fired(&office).await;
    assert_eq!(digests.len(), 1);
    assert_eq!(results(&digests[0]), [EffectResult::Queued]);
    let queued = &digests[0].queued[0];
    assert_eq!(queued.to, [EmailAddress::parse("alice@example.org").unwrap()]);
    let (subject, text) = text_of(&office, &digests[0]);
    assert_eq!(subject, "190 more notifications");
    assert!(text.contains("Question 10 (New): new_work") && !text.contains("Question 9 "), "{text}");
    assert_eq!(text.matches("): new_work").count(), 100, "{text}");
    assert!(text.contains("... and 90 more."), "{text}");
    assert_eq!(office.entries().len(), 11);
    assert!(fired(&office).await.is_empty(), "it is told once");
    // The next hour is a new one, and what was told is not told again.
    assert_eq!(results(&question(&office, 200).await), [EffectResult::Queued]);
    office.pass(DAY);
    assert!(fired(&office).await.is_empty());
    office.folds();
}

#[tokio::test]
async fn each_user_has_a_cap_of_their_own() {
    let office = telling(&["alice"]).await;
    for number in 0..12 {
        question(&office, number).await;
    }
    let other = telling(&["alice", "bob"]).await;
    for number in 0..12 {
        question(&other, number).await;
    }
    assert_eq!((office.entries().len(), other.entries().len()), (10, 20));
    other.pass(HOUR);
    let digests = fired(&other).await;
    let to: Vec<String> = digests.iter().map(|digest| digest.queued[0].to[0].to_string()).collect();
    assert_eq!(to, ["alice@example.org", "bob@example.org"]);
    other.folds();
}

#[tokio::test]
async fn ten_in_an_hour_are_no_reason_for_a_digest() {
    let office = telling(&["alice"]).await;
    for number in 0..30 {
        assert_eq!(results(&question(&office, number).await), [EffectResult::Queued], "{number}");
        office.pass(6 * MINUTE + SECOND);
    }
    office.pass(DAY);
    assert!(fired(&office).await.is_empty());
}

#[tokio::test]
async fn the_same_told_twice_about_a_ticket_is_one_entry() {
    let office = telling(&["alice"]).await;
    for number in 0..10 {
        question(&office, number).await;
    }
    let ticket = question(&office, 10).await.decision.ticket.unwrap();
    office.engine.move_record(now(), Some("alice"), ticket, "closed").await.unwrap();
    let reopened = office.engine.move_record(now(), Some("alice"), ticket, "new").await.unwrap();
    // It is told of each entry into the stage only where the automation says so.
    assert_eq!(results(&reopened), [EffectResult::AlreadyEnrolled]);
    let found = office.engine.store().read(|tx| views::timeline(tx, ticket)).unwrap();
    assert_eq!((found.notices.len(), found.notices[0].digest), (1, None), "the timeline has it");
    office.pass(HOUR);
    let digest = fired(&office).await.pop().unwrap();
    let told = office.engine.store().read(|tx| views::timeline(tx, ticket)).unwrap().notices[0].digest;
    assert_eq!(told, Some(digest.queued[0].send), "and says which mail told it");
    office.folds();
}

#[tokio::test]
async fn an_answer_to_a_digest_reaches_no_customer() {
    let office = telling(&["alice"]).await;
    for number in 0..11 {
        question(&office, number).await;
    }
    office.pass(HOUR);
    let digest = fired(&office).await.pop().unwrap();
    let id = digest.queued[0].message_id.clone().unwrap();
    let answer = office
        .takes(format!(
            "From: alice@example.org\r\nTo: support@example.org\r\nSubject: Re: digest\r\nMessage-ID: <a@example.org>\r\n\
             In-Reply-To: <{id}>\r\n\r\nThanks.\r\n"
        ))
        .await;
    assert!(answer.queued.iter().all(|queued| queued.purpose == SendPurpose::Notification), "{:?}", answer.queued);
    office.folds();
}

#[test]
fn a_relay_that_refuses_everything_does_not_flood_who_wrote_it() {
    let (mut desk, ticket) = Desk::with_ticket();
    let mut all = Vec::new();
    for _ in 0..12 {
        let send = desk.alice_sends(Some(ticket), SendPurpose::Ticket, &[CLEO]).decision.sends[0].send;
        let until = desk.now.plus(HOUR);
        desk.decide(|d| decide::lease(d, &[send], until));
        let answers = vec![RelayAnswer {
            address: desk.address(CLEO).id,
            verdict: RelayVerdict::Refused,
            status: Some("5.7.1".into()),
            words: "550 5.7.1 no".into(),
        }];
        let fence = desk.ws.sends.get(&send).unwrap().fence;
        let dispatch = Dispatch { send, fence, relay: "main".into(), answers, hold_unknown: false };
        let (result, decision) = desk.decide(|d| decide::dispatched(d, &dispatch));
        result.unwrap();
        all.extend(decision.explanation.effects.iter().map(|effect| effect.outcome));
    }
    let count = |result| all.iter().filter(|found| **found == result).count();
    assert_eq!((count(EffectResult::Queued), count(EffectResult::Digested)), (10, 2), "{all:?}");
    assert_eq!(desk.ws.timers.iter().filter(|timer| timer.kind == TimerKind::Digest).count(), 1);
}
