//! What a relay's answers, lost programs and people make of a send.

use ticketd::decide::{self, Refusal};
use ticketd::domain::*;

use crate::desk::{CLEO, DORA, Desk};

/// A desk with a send to two customers, leased.
struct Leased {
    desk: Desk,
    ticket: RecordId,
    send: SendId,
    fence: i64,
}

impl Leased {
    fn new() -> Leased {
        let (mut desk, ticket) = Desk::with_ticket();
        let sent = desk.send(ticket, &[CLEO, DORA]);
        let send = sent.decision.sends[0].send;
        let mut leased = Leased { desk, ticket, send, fence: 0 };
        leased.lease();
        leased
    }

    fn lease(&mut self) {
        let (send, until) = (self.send, self.desk.now.plus(10 * MINUTE));
        self.desk.decide(|d| decide::lease(d, &[send], until));
        self.fence = self.row().fence;
    }

    fn row(&self) -> SendRow {
        self.desk.ws.sends.get(&self.send).unwrap().clone()
    }

    fn recipient(&self, address: &str) -> RecipientRow {
        let address = self.desk.address(address).id;
        self.desk.ws.recipients.get(&(self.send, address)).unwrap().clone()
    }

    fn answered(&mut self, answers: &[(&str, RelayVerdict, &str)]) -> Result<Decision, Refusal> {
        let answers = answers.iter().map(|(address, verdict, words)| RelayAnswer {
            address: self.desk.address(address).id,
            verdict: *verdict,
            status: words.split(' ').nth(1).map(str::to_owned),
            words: (*words).to_owned(),
        });
        let dispatch = Dispatch {
            send: self.send,
            fence: self.fence,
            relay: "out".into(),
            answers: answers.collect(),
            hold_unknown: false,
        };
        let (result, decision) = self.desk.decide(|d| decide::dispatched(d, &dispatch));
        result.map(|()| decision)
    }

    fn flag(&self) -> Option<Flag> {
        self.desk.ws.tickets.get(&self.ticket).unwrap().flag
    }
}

const TAKEN: (&str, RelayVerdict, &str) = (CLEO, RelayVerdict::Accepted, "250 2.0.0 queued");
const NOT_NOW: (&str, RelayVerdict, &str) = (CLEO, RelayVerdict::Deferred, "451 4.7.1 come back later");

#[test]
fn a_send_is_sent_once_a_relay_took_it_for_every_recipient() {
    let mut leased = Leased::new();
    assert_eq!(leased.row().state, SendState::Sending);
    leased.answered(&[TAKEN, (DORA, RelayVerdict::Accepted, "250 2.0.0 queued")]).unwrap();
    assert_eq!((leased.row().state, leased.row().lease_until), (SendState::Sent, None));
    assert_eq!(leased.recipient(CLEO).state, RecipientState::Accepted);
    assert_eq!(leased.flag(), None);
}

#[test]
fn one_refused_recipient_is_shown_on_the_ticket_and_keeps_nothing_from_the_others() {
    let mut leased = Leased::new();
    leased.answered(&[TAKEN, (DORA, RelayVerdict::Refused, "550 5.1.1 no such user")]).unwrap();
    assert_eq!(leased.row().state, SendState::Sent);
    let dora = leased.recipient(DORA);
    assert_eq!((dora.state, dora.answer.as_deref()), (RecipientState::Failed, Some("550 5.1.1 no such user")));
    assert_eq!(leased.flag(), Some(Flag::SendFailed));
}

#[test]
fn an_address_that_is_none_gets_no_automatic_mail_and_a_refused_mail_says_nothing_about_its_address() {
    let mut leased = Leased::new();
    let refused = RelayVerdict::Refused;
    leased.answered(&[(CLEO, refused, "550 5.7.1 spam"), (DORA, refused, "550 5.1.1 no such user")]).unwrap();
    assert_eq!(leased.row().state, SendState::Failed);
    assert_eq!(leased.desk.address(CLEO).bounced, None);
    assert_eq!(leased.desk.address(DORA).bounced, Some(BounceClass::Hard));
}

#[test]
fn a_deferred_recipient_is_tried_again_alone_after_pauses_that_grow() {
    let mut leased = Leased::new();
    let mut last = 0;
    leased.answered(&[NOT_NOW, (DORA, RelayVerdict::Accepted, "250 2.0.0 queued")]).unwrap();
    for _ in 1..10 {
        assert_eq!(leased.row().state, SendState::Deferred);
        assert_eq!(leased.recipient(DORA).state, RecipientState::Accepted);
        let pause = leased.row().due_at.since(leased.desk.now);
        assert!(pause > last, "{pause} after {last}");
        last = pause;
        leased.desk.now = leased.row().due_at;
        leased.lease();
        leased.answered(&[NOT_NOW]).unwrap();
    }
}

#[test]
fn after_about_five_days_a_deferred_send_has_failed() {
    let mut leased = Leased::new();
    let begun = leased.desk.now;
    leased.answered(&[NOT_NOW, (DORA, RelayVerdict::Accepted, "250 2.0.0 queued")]).unwrap();
    while leased.row().state == SendState::Deferred {
        leased.desk.now = leased.row().due_at;
        leased.lease();
        leased.answered(&[NOT_NOW]).unwrap();
    }
    let days = leased.desk.now.since(begun) as f64 / DAY as f64;
    assert!((4.5..6.0).contains(&days), "{days}");
    assert_eq!(leased.recipient(CLEO).state, RecipientState::Failed);
    assert_eq!(leased.row().state, SendState::Sent, "dora has it");
    assert_eq!(leased.flag(), Some(Flag::SendFailed));
}

#[test]
fn an_answer_under_a_lease_that_is_over_changes_nothing() {
    let mut leased = Leased::new();
    let (send, held) = (leased.send, leased.fence);
    leased.desk.decide(|d| decide::lapse(d, &[send], false));
    leased.lease();
    leased.fence = held;
    assert_eq!(leased.answered(&[TAKEN]), Err(Refusal::StaleLease));
    assert_eq!(leased.recipient(CLEO).state, RecipientState::Unknown);
}

#[test]
fn what_a_program_was_sending_when_it_ended_is_unknown_and_goes_out_again() {
    let mut leased = Leased::new();
    let send = leased.send;
    leased.desk.decide(|d| decide::lapse(d, &[send], false));
    assert_eq!((leased.row().state, leased.row().due_at), (SendState::Unknown, leased.desk.now));
    leased.lease();
    assert_eq!(leased.row().state, SendState::Sending);
}

#[test]
fn where_unknown_sends_are_held_a_person_decides() {
    let mut leased = Leased::new();
    let send = leased.send;
    leased.desk.decide(|d| decide::lapse(d, &[send], true));
    assert_eq!((leased.row().state, leased.row().due_at), (SendState::Unknown, Timestamp::NEVER));
    leased.lease();
    assert_eq!(leased.row().state, SendState::Unknown, "nobody takes it by himself");
    leased.desk.decide(|d| decide::order(d, send, OutboxOrder::Retry).unwrap());
    assert_eq!(leased.row().state, SendState::Queued);
}

#[test]
fn a_lease_that_led_to_nothing_counts_as_no_attempt() {
    let mut leased = Leased::new();
    let (lease, due_at) = ((leased.send, leased.fence), leased.desk.now.plus(MINUTE));
    leased.desk.decide(|d| decide::release(d, &[lease], due_at));
    let row = leased.row();
    assert_eq!((row.state, row.attempt, row.due_at), (SendState::Queued, 0, due_at));
}

#[test]
fn a_cancelled_send_is_never_leased_and_one_that_is_being_sent_cannot_be_cancelled() {
    let mut leased = Leased::new();
    let send = leased.send;
    let cancel = |desk: &mut Desk| desk.decide(|d| decide::order(d, send, OutboxOrder::Cancel)).0;
    assert_eq!(cancel(&mut leased.desk), Err(Refusal::BeingSent));
    leased.answered(&[NOT_NOW]).unwrap();
    assert_eq!(cancel(&mut leased.desk), Ok(()));
    leased.desk.pass(DAY);
    leased.lease();
    assert_eq!(leased.row().state, SendState::Cancelled);
    assert_eq!(leased.recipient(CLEO).state, RecipientState::Cancelled);
}

#[test]
fn what_failed_can_be_tried_again_and_what_was_sent_cannot() {
    let mut leased = Leased::new();
    let send = leased.send;
    let retry = |desk: &mut Desk| desk.decide(|d| decide::order(d, send, OutboxOrder::Retry)).0;
    leased.answered(&[TAKEN, (DORA, RelayVerdict::Refused, "550 5.7.1 spam")]).unwrap();
    assert_eq!(retry(&mut leased.desk), Ok(()));
    assert_eq!((leased.row().state, leased.row().attempt), (SendState::Queued, 0));
    assert_eq!(leased.recipient(CLEO).state, RecipientState::Accepted, "she has it and gets it no more");
    assert_eq!(leased.recipient(DORA).state, RecipientState::Pending);
    leased.lease();
    leased.answered(&[(DORA, RelayVerdict::Accepted, "250 2.0.0 queued")]).unwrap();
    assert_eq!(retry(&mut leased.desk), Err(Refusal::SendIsOver(SendState::Sent)));
}
