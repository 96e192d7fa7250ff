//! What each verdict in review does (docs/rules.md, "Review"), on the pure core: what the stories do not tell.

use ticketd::decide::{self, Refusal};
use ticketd::domain::*;

use crate::desk::*;

/// Somebody who is on no ticket.
const EVE: &str = "eve@example.net";

impl Desk {
    fn settle(&mut self, of: &Decision, facts: &Facts, verdict: Verdict, ticket: Option<RecordId>) -> Decision {
        self.try_settle(of, facts, verdict, ticket, None).expect("it is settled")
    }

    fn try_settle(
        &mut self,
        of: &Decision,
        facts: &Facts,
        verdict: Verdict,
        ticket: Option<RecordId>,
        original: Option<&Participant>,
    ) -> Result<Decision, Refusal> {
        let message = self.message(of);
        let request = ReviewRequest { message: message.id, content: message.content, verdict, ticket, contact: false };
        let (done, decision) = self.decide(|d| decide::review(d, &request, facts, original));
        done.map(|()| decision)
    }
}

fn fired(decision: &Decision) -> Vec<Rule> {
    let fired = decision.explanation.rules.iter().filter(|found| found.outcome == RuleResult::Fired);
    fired.map(|found| found.rule).collect()
}

#[test]
fn an_accepted_reply_counts_now_whatever_came_in_between_and_however_long_ago_the_ticket_was_closed() {
    let mut desk = Desk::with(|setup| setup.pipelines[0].reopen_within = Some(DAY));
    let ticket = desk.ticket_of(CLEO, "first@example.com");
    let send = desk.send(ticket, &[]);
    desk.pass(HOUR);
    let facts = answer(EVE, SUPPORT, "eve@example.net", &send.id);
    let stranger = desk.take("support", "INBOX", &facts);
    desk.pass(HOUR);
    desk.take("support", "INBOX", &answer(CLEO, SUPPORT, "later@example.com", &send.id));
    desk.send(ticket, &[]);
    desk.move_to(ticket, "closed");
    desk.pass(30 * DAY);
    let settled = desk.settle(&stranger, &facts, Verdict::Attach, Some(ticket));
    assert_eq!(fired(&settled), [Rule::Reopen]);
    assert_eq!((desk.status(ticket), settled.ticket), ("new", Some(ticket)), "no linked ticket");
    let message = desk.message(&stranger);
    assert_eq!((message.kind, message.review), (Kind::ParticipantReply, None));
    assert!(settled.sends.is_empty());
}

#[test]
fn what_a_late_mail_and_a_forward_of_a_customers_is_acknowledged_for_stays_as_it_is() {
    let (mut desk, ticket) = Desk::with_ticket();
    let send = desk.send(ticket, &[]);
    desk.pass(HOUR);
    let mut late = answer(CLEO, SUPPORT, "late@example.com", "first@example.com");
    late.in_reply_to = vec!["first@example.com".into()];
    let before = desk.now.plus(-50 * MINUTE - HOUR);
    let came_late = desk.take_at("support", "INBOX", &late, before, false);
    assert_eq!(desk.message(&came_late).review, Some(ReviewReason::Late));
    let forward = with(answer(CLEO, SUPPORT, "fwd@example.com", &send.id), |facts| {
        facts.forwarded = forwarded(ForwardMark::Line, &[DORA]);
    });
    let forwarded = desk.take("support", "INBOX", &forward);
    assert_eq!(desk.message(&forwarded).review, Some(ReviewReason::CustomerForward));
    for (of, facts, kind) in [(&came_late, &late, Kind::CustomerReply), (&forwarded, &forward, Kind::Forward)] {
        let settled = desk.settle(of, facts, Verdict::Attach, Some(ticket));
        assert_eq!((settled.explanation.rules.len(), desk.message(of).kind), (0, kind));
        assert_eq!((desk.message(of).thread, desk.message(of).review), (of.thread, None));
    }
    assert_eq!(desk.status(ticket), "waiting_on_contact");
}

#[test]
fn a_late_mail_that_goes_to_another_ticket_is_late_there_too() {
    let (mut desk, ticket) = Desk::with_ticket();
    desk.send(ticket, &[]);
    desk.pass(HOUR);
    let other = desk.ticket_of(DORA, "other@example.net");
    desk.send(other, &[]);
    let late = answer(CLEO, SUPPORT, "late@example.com", "first@example.com");
    let before = desk.now.plus(-2 * HOUR);
    let came_late = desk.take_at("support", "INBOX", &late, before, false);
    let settled = desk.settle(&came_late, &late, Verdict::Attach, Some(other));
    assert_eq!((fired(&settled), desk.status(other)), (vec![], "waiting_on_contact"));
    let message = desk.message(&came_late).clone();
    assert_eq!((message.ticket, message.review), (Some(other), None));
    let of_first = desk.ws.threads_of(ticket).next().unwrap();
    assert_ne!(of_first.newest, message.id, "our next mail there answers something that is there");
    assert!(desk.ws.threads_of(other).any(|thread| Some(thread.id) == message.thread && thread.origin));
}

#[test]
fn a_doubtful_forward_joins_the_ticket_with_its_thread_and_whoever_forwarded_it_does_not_take_part() {
    let (mut desk, ticket) = Desk::with_ticket();
    let forward = with(mail(ALICE, SUPPORT, "fwd@example.org"), |facts| {
        facts.forwarded = forwarded(ForwardMark::Line, &[]);
    });
    let doubtful = desk.take("support", "INBOX", &forward);
    assert_eq!(desk.message(&doubtful).review, Some(ReviewReason::DoubtfulForward));
    let settled = desk.settle(&doubtful, &forward, Verdict::Attach, Some(ticket));
    assert_eq!((fired(&settled), settled.ticket, settled.thread), (vec![], Some(ticket), doubtful.thread));
    let thread = desk.ws.threads.get(&doubtful.thread.unwrap()).unwrap();
    assert_eq!((thread.ticket, thread.origin), (Some(ticket), false));
    let alice = desk.address(ALICE).id;
    assert!(desk.ws.participants_of(thread.id).all(|row| row.address != alice));
    assert_eq!(desk.status(ticket), "new");
}

#[test]
fn a_doubtful_forward_opens_a_ticket_for_whoever_is_named_or_else_for_its_author() {
    for (original, contact) in [(Some(who(DORA)), DORA), (None, ALICE)] {
        let mut desk = Desk::new();
        let forward = with(mail(ALICE, SUPPORT, "fwd@example.org"), |facts| {
            facts.forwarded = forwarded(ForwardMark::Line, &[]);
        });
        let doubtful = desk.take("support", "INBOX", &forward);
        let settled = desk.try_settle(&doubtful, &forward, Verdict::New, None, original.as_ref()).unwrap();
        let ticket = settled.ticket.expect("a ticket");
        let contacts: Vec<ContactId> = desk.ws.contacts_of(ticket).collect();
        assert_eq!(contacts, [desk.address(contact).contact.unwrap()]);
        assert_eq!((settled.sends.len(), desk.message(&doubtful).kind), (0, Kind::Forward), "never acknowledged");
        assert_eq!(desk.ws.tickets.get(&ticket).unwrap().mailbox, Some(desk.mailbox("support")));
    }
}

#[test]
fn a_customers_forward_may_get_a_ticket_of_its_own_for_the_customer_who_is_told_so() {
    let (mut desk, ticket) = Desk::with_ticket();
    let send = desk.send(ticket, &[]);
    let forward = with(answer(CLEO, SUPPORT, "fwd@example.com", &send.id), |facts| {
        facts.forwarded = forwarded(ForwardMark::Line, &[DORA]);
        facts.subject.base = "Something else".into();
    });
    let forwarded = desk.take("support", "INBOX", &forward);
    let settled = desk.settle(&forwarded, &forward, Verdict::New, None);
    let new = settled.ticket.expect("a ticket");
    assert_ne!((new, settled.thread), (ticket, forwarded.thread));
    let contacts: Vec<ContactId> = desk.ws.contacts_of(new).collect();
    assert_eq!((contacts, settled.sends.len()), (vec![desk.address(CLEO).contact.unwrap()], 1));
    assert!(desk.ws.ticket_links.get(&(new, ticket)).is_some() && desk.ws.ticket_links.get(&(ticket, new)).is_some());
    assert_eq!(desk.status(ticket), "waiting_on_contact");
}

#[test]
fn a_stranger_may_be_accepted_as_a_contact_and_writes_as_a_customer_from_then_on() {
    let (mut desk, ticket) = Desk::with_ticket();
    let send = desk.send(ticket, &[]);
    let facts = answer(EVE, SUPPORT, "eve@example.net", &send.id);
    let stranger = desk.take("support", "INBOX", &facts);
    let message = desk.message(&stranger);
    let (message, content) = (message.id, message.content);
    let request = ReviewRequest { message, content, verdict: Verdict::Attach, ticket: Some(ticket), contact: true };
    desk.decide(|d| decide::review(d, &request, &facts, None).unwrap());
    assert_eq!(desk.message(&stranger).kind, Kind::CustomerReply);
    assert_eq!(desk.kind(&answer(EVE, SUPPORT, "again@example.net", &send.id)), Kind::CustomerReply);
    let eve = desk.address(EVE).contact.unwrap();
    assert!(desk.ws.contacts_of(ticket).any(|contact| contact == eve));
}

#[test]
fn what_opened_a_ticket_keeps_it() {
    let mut desk = Desk::new();
    let other = desk.ticket_of(DORA, "other@example.net");
    let forged = with(mail(EVE, SUPPORT, "forged@example.net"), |facts| {
        facts.tokens = vec![claim(TokenPlace::MessageId, &foreign_token(), TokenVerdict::Verified)];
    });
    let opened = desk.take("support", "INBOX", &forged);
    let row = desk.message(&opened);
    assert_eq!((row.kind, row.review), (Kind::NewConversation, Some(ReviewReason::ForgedToken)));
    let refused = desk.try_settle(&opened, &forged, Verdict::Attach, Some(other), None);
    assert_eq!(refused.unwrap_err(), Refusal::OpenedATicket);
    let refused = desk.try_settle(&opened, &forged, Verdict::New, None, None);
    assert_eq!(refused.unwrap_err(), Refusal::OpenedATicket);
    assert_eq!(desk.message(&opened).review, Some(ReviewReason::ForgedToken), "a refusal leaves nothing behind");
    let own = opened.ticket;
    let settled = desk.settle(&opened, &forged, Verdict::Attach, own);
    assert_eq!((settled.ticket, desk.message(&opened).kind), (own, Kind::NewConversation));
}

#[test]
fn nothing_is_attached_to_a_merged_ticket_or_one_that_is_not_there() {
    let (mut desk, ticket) = Desk::with_ticket();
    let merged = desk.ticket_of(DORA, "other@example.net");
    desk.decide(|d| decide::merge(d, merged, ticket).unwrap());
    let send = desk.send(ticket, &[]);
    let facts = answer(EVE, SUPPORT, "eve@example.net", &send.id);
    let stranger = desk.take("support", "INBOX", &facts);
    for (to, refusal) in
        [(Some(merged), Refusal::Merged), (Some(RecordId(1)), Refusal::NoTicket), (None, Refusal::NoTicket)]
    {
        let refused = desk.try_settle(&stranger, &facts, Verdict::Attach, to, None);
        assert_eq!(refused.unwrap_err(), refusal);
    }
    let refused = desk.try_settle(&stranger, &facts, Verdict::New, None, Some(&who(DORA)));
    assert_eq!(refused.unwrap_err(), Refusal::NotAForward);
    desk.settle(&stranger, &facts, Verdict::Drop, None);
    let again = desk.try_settle(&stranger, &facts, Verdict::Attach, Some(ticket), None);
    assert_eq!(again.unwrap_err(), Refusal::NotInReview);
}

#[test]
fn a_team_mailboxs_own_mail_that_is_accepted_is_mail_that_it_sent() {
    let (mut desk, ticket) = Desk::with_ticket();
    let send = desk.send(ticket, &[]);
    let facts = answer(SUPPORT, CLEO, "own@example.org", &send.id);
    let stranger = desk.take("support", "INBOX", &facts);
    assert_eq!(desk.message(&stranger).kind, Kind::StrangerReply);
    let settled = desk.settle(&stranger, &facts, Verdict::Attach, Some(ticket));
    assert_eq!((desk.message(&stranger).kind, fired(&settled)), (Kind::MailboxSend, vec![]));
}
