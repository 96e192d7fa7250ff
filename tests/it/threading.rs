//! Thread evidence, sentence by sentence (semantics section 2).

use crate::desk::*;
use ticketd::domain::*;

const INBOX: FolderRole = FolderRole::Inbox;

fn token_at(place: TokenPlace, token: &str) -> Facts {
    with(mail(CLEO, SUPPORT, "x"), |f| f.tokens = vec![claim(place, token, TokenVerdict::Verified)])
}

#[test]
fn our_token_ties_a_mail_to_its_ticket_wherever_it_stands() {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.send(ticket, &[]);
    for place in [TokenPlace::InReplyTo, TokenPlace::References, TokenPlace::PlusAddress, TokenPlace::Body] {
        let c = desk.classify("support", INBOX, &token_at(place, &sent.token));
        assert_eq!((c.kind, c.standing.ticket), (Kind::CustomerReply, Some(ticket)), "{place}");
    }
}

#[test]
fn a_token_that_is_not_verified_ties_nothing() {
    let (mut desk, ticket) = Desk::with_ticket();
    let sent = desk.send(ticket, &[]);
    for verdict in [TokenVerdict::Forged, TokenVerdict::UnknownKey, TokenVerdict::Unchecked] {
        let facts = with(mail(CLEO, SUPPORT, "x"), |f| f.tokens = vec![claim(TokenPlace::Body, &sent.token, verdict)]);
        assert_eq!(desk.kind(&facts), Kind::NewConversation, "{verdict}");
    }
}

#[test]
fn an_equal_subject_never_joins() {
    let (desk, _) = Desk::with_ticket();
    let same = with(mail(CLEO, SUPPORT, "x"), |f| f.subject.prefixes = vec![SubjectPrefix::Reply]);
    assert_eq!(desk.kind(&same), Kind::NewConversation);
}

#[test]
fn weak_evidence_counts_from_a_participant_and_is_marked_from_anyone_else() {
    let mut desk = Desk::new();
    let indexed = |facts| with(facts, |f: &mut Facts| f.thread_index = Some([3; 22]));
    let ticket = desk.take("support", "INBOX", &indexed(mail(CLEO, SUPPORT, "first@example.com"))).ticket.unwrap();
    let number = desk.number(ticket);
    let tagged = |facts| with(facts, |f: &mut Facts| f.subject_tags = vec![tag(number)]);
    for author in [CLEO, DORA, ALICE] {
        for facts in [indexed(mail(author, SUPPORT, "x")), tagged(mail(author, SUPPORT, "x"))] {
            let c = desk.classify("support", INBOX, &facts);
            if author == CLEO {
                assert_eq!((c.kind, c.standing.ticket), (Kind::CustomerReply, Some(ticket)));
            } else {
                assert_eq!((c.kind, c.standing.ticket), (Kind::NewConversation, None), "{author}");
                assert!(c.evidence.contains(&Evidence::WeakEvidenceFromStranger), "{author}");
            }
        }
    }
}

#[test]
fn a_subject_tag_makes_a_later_thread_and_on_a_closed_ticket_a_linked_new_one() {
    let (mut desk, ticket) = Desk::with_ticket();
    let tagged = with(mail(CLEO, SUPPORT, "x"), |f| f.subject_tags = vec![tag(desk.number(ticket))]);
    let open = desk.classify("support", INBOX, &tagged).standing;
    assert_eq!((open.ticket, open.thread, open.begins_thread), (Some(ticket), None, true));
    desk.move_to(ticket, "closed");
    let c = desk.classify("support", INBOX, &tagged);
    assert_eq!((c.kind, c.standing.ticket, c.standing.linked_to), (Kind::NewConversation, None, Some(ticket)));
    let foreign = with(tagged, |f| f.subject_tags[0].prefix = "OTHER".into());
    assert_eq!(desk.classify("support", INBOX, &foreign).standing.linked_to, None);
}

#[test]
fn strong_evidence_outranks_weak() {
    let (mut desk, ticket) = Desk::with_ticket();
    let other = desk.ticket_of(CLEO, "second@example.com");
    let tagged =
        with(answer(CLEO, SUPPORT, "x", "first@example.com"), |f| f.subject_tags = vec![tag(desk.number(other))]);
    let c = desk.classify("support", INBOX, &tagged);
    assert_eq!((c.standing.ticket, c.links), (Some(ticket), vec![other]));
}

#[test]
fn of_several_tickets_in_reply_to_wins_then_the_newest_reference_then_the_first_to_and_the_others_are_linked() {
    let mut desk = Desk::new();
    let tickets = ["a@example.com", "b@example.com", "c@example.com"].map(|id| desk.ticket_of(CLEO, id));
    let [a, b, c] = tickets;
    let facts = with(answer(CLEO, SUPPORT, "x", "c@example.com"), |f| {
        f.references = ["b@example.com", "a@example.com"].map(String::from).to_vec();
    });
    let by_parent = desk.classify("support", INBOX, &facts);
    assert_eq!((by_parent.standing.ticket, by_parent.links), (Some(c), vec![a, b]));
    let by_reference = desk.classify("support", INBOX, &with(facts, |f| f.in_reply_to.clear()));
    assert_eq!((by_reference.standing.ticket, by_reference.links), (Some(a), vec![b]));
    let (to_a, to_b) = (desk.send(a, &[]).token, desk.send(b, &[]).token);
    let by_address = with(mail(CLEO, SUPPORT, "x"), |f| {
        f.tokens = [&to_b, &to_a].map(|token| claim(TokenPlace::PlusAddress, token, TokenVerdict::Verified)).to_vec();
    });
    let by_address = desk.classify("support", INBOX, &by_address);
    assert_eq!((by_address.standing.ticket, by_address.links), (Some(b), vec![a]));
}

#[test]
fn the_newest_reference_wins_whether_or_not_an_older_one_bears_our_token() {
    let mut desk = Desk::new();
    let a = desk.ticket_of(CLEO, "a@example.com");
    let b = desk.ticket_of(CLEO, "b@example.com");
    let sent = desk.send(a, &[]);
    let facts = with(mail(CLEO, SUPPORT, "x"), |f| {
        f.references = vec![sent.id.clone(), "b@example.com".into()];
        f.tokens = vec![claim(TokenPlace::References, &sent.token, TokenVerdict::Verified)];
    });
    let c = desk.classify("support", INBOX, &facts);
    assert_eq!((c.standing.ticket, c.links), (Some(b), vec![a]));
}

#[test]
fn a_parent_that_arrives_after_its_child_joins_the_childs_ticket() {
    let mut desk = Desk::new();
    let child = answer(CLEO, SUPPORT, "child@example.com", "parent@example.com");
    let ticket = desk.take("support", "INBOX", &child).ticket;
    let parent = desk.classify("support", INBOX, &mail(CLEO, SUPPORT, "parent@example.com"));
    assert_eq!((parent.standing.ticket, parent.standing.by), (ticket, Some(ThreadSign::CitedBy)));
    assert_ne!(parent.kind, Kind::NewConversation);
}
