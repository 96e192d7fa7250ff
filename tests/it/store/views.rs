use ticketd::domain::*;
use ticketd::store::views::{self, TicketFilter};

use super::{desk, sample};

#[test]
fn tickets_are_listed_by_what_is_asked_newest_first() {
    let Some(store) = desk() else { return };
    let listed = |filter: TicketFilter, limit| {
        let tickets = store.read(|tx| views::tickets(tx, &filter, limit)).unwrap();
        tickets.iter().map(|ticket| ticket.ticket.number).collect::<Vec<_>>()
    };
    let filter = TicketFilter::default;
    assert_eq!(listed(filter(), 10), [2, 1]);
    assert_eq!(listed(filter(), 1), [2]);
    assert_eq!(listed(TicketFilter { open: Some(true), ..filter() }, 10), [1]);
    assert_eq!(listed(TicketFilter { open: Some(false), ..filter() }, 10), [2]);
    assert_eq!(listed(TicketFilter { stage: Some("new".into()), ..filter() }, 10), [1]);
    assert!(listed(TicketFilter { pipeline: Some("sales".into()), ..filter() }, 10).is_empty());
    let all = TicketFilter { pipeline: Some("support".into()), stage: Some("closed".into()), open: Some(false) };
    assert_eq!(listed(all, 10), [2]);
}

#[test]
fn a_ticket_is_found_by_its_number_with_its_contacts() {
    let Some(store) = desk() else { return };
    store
        .read(|tx| {
            let found = views::ticket_by_number(tx, 1)?.expect("ticket 1");
            assert_eq!(
                (&found.record, &found.ticket),
                (&sample::record(sample::TICKET, "new"), &sample::ticket(sample::TICKET, 1))
            );
            assert_eq!(views::ticket(tx, sample::TICKET)?, Some(found));
            assert_eq!(views::ticket_by_number(tx, 3)?, None);
            let contacts = views::contacts_of(tx, sample::TICKET)?;
            let ids: Vec<AddressId> = contacts[0].1.iter().map(|address| address.id).collect();
            assert_eq!(
                (contacts.len(), contacts[0].0.id, ids),
                (1, sample::CONTACT, vec![sample::CUSTOMER, sample::CUSTOMER_AT_HOME])
            );
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_timeline_has_messages_with_authors_stage_changes_and_sends_with_recipients() {
    let Some(store) = desk() else { return };
    // In the ticket's thread since before it was a ticket's.
    let mut earlier = sample::nothing();
    earlier.messages.put(MessageRow { ticket: None, author: None, ..sample::message(29) });
    store.write(|tx| ticketd::store::save(tx, &earlier)).unwrap();
    let timeline = store.read(|tx| views::timeline(tx, sample::TICKET)).unwrap();
    let messages: Vec<_> =
        timeline.messages.iter().map(|row| (row.message.id.0, row.author.as_ref().map(|a| a.id))).collect();
    assert_eq!(messages, [(29, None), (30, Some(sample::CUSTOMER)), (31, Some(sample::CUSTOMER))]);
    assert_eq!(timeline.stage_changes.len(), 1);
    let send = &timeline.sends[0];
    assert_eq!(send.send.id, sample::SEND);
    assert_eq!(send.recipients[0].1.as_ref().map(|address| address.id), Some(sample::CUSTOMER));
}

#[test]
fn a_message_is_found_by_its_id_or_an_alias_and_leads_to_its_decision_and_deliveries() {
    let Some(store) = desk() else { return };
    store
        .read(|tx| {
            let found = views::messages_by_id_text(tx, &sample::message_id(30))?.remove(0);
            assert_eq!(found.id, sample::QUESTION);
            assert_eq!(views::messages_by_id_text(tx, "relayed@example.net")?[0].id, sample::ANSWER);
            assert_eq!(views::messages_by_id_text(tx, "nobody@example.net")?, []);
            assert_eq!(views::decision_of(tx, &found)?, Some(sample::decision(1)));
            assert_eq!(views::deliveries_of(tx, found.id)?, [sample::delivery(40, sample::QUESTION)]);
            assert_eq!(views::message(tx, found.id)?, Some(found));
            Ok(())
        })
        .unwrap();
}

#[test]
fn totals_count_by_state_kind_and_stage() {
    let Some(store) = desk() else { return };
    let totals = store.read(views::totals).unwrap();
    assert_eq!(totals.events, 2);
    assert_eq!(totals.deliveries, [(DeliveryState::Decided, 1)].into());
    assert_eq!(totals.messages, [(Kind::NewConversation, 1), (Kind::TicketSend, 1)].into());
    let support = |stage: &str| ("support".to_owned(), stage.to_owned());
    assert_eq!(totals.tickets, [(support("closed"), 1), (support("new"), 1)].into());
    assert_eq!(totals.sends, [(SendState::Held, 1)].into());
    assert_eq!(totals.to_review, 1);
}
