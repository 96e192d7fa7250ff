use ticketd::domain::row::{Row, Table};
use ticketd::domain::*;
use ticketd::store::{Store, due_timers, load, save};

use super::{desk, empty, plan, sample, uses_indexes};

fn loaded(store: &Store, keys: Keys) -> Workspace {
    store.read(|tx| load(tx, sample::setup(), &keys)).unwrap()
}

fn same<R: Row + PartialEq + std::fmt::Debug>(found: &Table<R>, expected: &Table<R>) {
    let (found, expected): (Vec<&R>, Vec<&R>) = (found.iter().collect(), expected.iter().collect());
    assert_eq!(found, expected, "{}", R::TABLE);
}

/// Everything that hangs on the ticket, whichever way it was reached.
fn has_the_ticket(found: &Workspace) {
    let desk = sample::workspace();
    same(&found.messages, &desk.messages);
    same(&found.threads, &desk.threads);
    same(&found.participants, &desk.participants);
    same(&found.addresses, &desk.addresses);
    same(&found.contacts, &desk.contacts);
    same(&found.ticket_contacts, &desk.ticket_contacts);
    same(&found.ticket_links, &desk.ticket_links);
    same(&found.enrolments, &desk.enrolments);
    same(&found.sends, &desk.sends);
    same(&found.recipients, &desk.recipients);
    assert_eq!(found.records.get(&sample::TICKET), desk.records.get(&sample::TICKET));
    assert_eq!(found.tickets.get(&sample::TICKET), desk.tickets.get(&sample::TICKET));
    assert_eq!(found.messages_with_id(&sample::message_id(30)).len(), 1);
    assert_eq!(found.messages_with_digest(&sample::message(31).digest).count(), 1);
    assert_eq!(found.threads_of(sample::TICKET).count(), 1);
    assert_eq!(found.ticket_numbered(1).map(|ticket| ticket.record), Some(sample::TICKET));
    assert_eq!(found.send_of(sample::ANSWER).map(|send| send.id), Some(sample::SEND));
    assert_eq!(found.recipients_of(sample::SEND).count(), 1);
    let address = EmailAddress::parse("ann@example.com").unwrap();
    assert_eq!(found.address(&address).map(|row| row.id), Some(sample::CUSTOMER));
    assert_eq!(found.messages.made().chain(found.messages.edited()).count(), 0, "what was loaded is not written again");
}

#[test]
fn without_keys_only_mailboxes_folders_and_users_are_loaded() {
    let Some(store) = desk() else { return };
    let desk = sample::workspace();
    let found = loaded(&store, Keys::default());
    same(&found.mailboxes, &desk.mailboxes);
    same(&found.folders, &desk.folders);
    same(&found.users, &desk.users);
    assert_eq!(found.messages.iter().count() + found.addresses.iter().count() + found.tickets.iter().count(), 0);
}

#[test]
fn whatever_names_a_message_of_a_ticket_brings_all_that_hangs_on_the_ticket() {
    let Some(store) = desk() else { return };
    let key = |text: &str| [LookupKey::of(text)].into();
    let by = Keys::default;
    has_the_ticket(&loaded(&store, Keys { message_ids: key(&sample::message_id(30)), ..by() }));
    has_the_ticket(&loaded(&store, Keys { message_ids: key("relayed@example.net"), ..by() }));
    has_the_ticket(&loaded(&store, Keys { message_ids: key("lost@example.com"), ..by() }));
    has_the_ticket(&loaded(&store, Keys { digests: [sample::message(31).digest_key].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { references: key(sample::REFERENCE), ..by() }));
    has_the_ticket(&loaded(&store, Keys { thread_indexes: [sample::INDEX_KEY].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { ticket_numbers: [1].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { tickets: [sample::TICKET].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { messages: [sample::ANSWER].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { deliveries: [DeliveryId(40)].into(), ..by() }));
    has_the_ticket(&loaded(&store, Keys { timers: [sample::TIMER].into(), ..by() }));
}

#[test]
fn a_conversation_root_finds_its_threads() {
    let Some(store) = desk() else { return };
    let found = loaded(&store, Keys { thread_indexes: [sample::INDEX_KEY].into(), ..Keys::default() });
    assert_eq!(found.threads_with_index(sample::INDEX_KEY).count(), 1);
}

#[test]
fn a_merged_ticket_brings_the_one_it_was_merged_into() {
    let Some(store) = desk() else { return };
    has_the_ticket(&loaded(&store, Keys { ticket_numbers: [2].into(), ..Keys::default() }));
}

#[test]
fn aliases_awaited_ids_and_deliveries_come_with_what_they_are_about() {
    let Some(store) = desk() else { return };
    let ids = ["relayed@example.net", "lost@example.com"].map(LookupKey::of);
    let found = loaded(&store, Keys { message_ids: ids.into(), ..Keys::default() });
    assert_eq!(found.messages_with_id("relayed@example.net")[0].id, sample::ANSWER);
    assert_eq!(found.awaiting("lost@example.com")[0].message, sample::QUESTION);
    let found = loaded(&store, Keys { timers: [sample::TIMER].into(), ..Keys::default() });
    assert_eq!(found.timers.iter().count(), 1);
    same(&found.deliveries, &sample::workspace().deliveries);
}

#[test]
fn contents_are_found_by_the_digest_of_their_bytes() {
    let wanted = sample::content(21);
    let Some(store) = desk() else { return };
    let found = loaded(&store, Keys { contents: [wanted.key].into(), ..Keys::default() });
    assert_eq!(found.content_with_digest(&wanted.digest, None), Some(&wanted));
    assert_eq!(found.contents.iter().count(), 1);
}

#[test]
fn an_address_brings_its_contact_and_the_contacts_other_addresses() {
    let keys = Keys { addresses: [LookupKey::of("ann@example.net")].into(), ..Keys::default() };
    let Some(store) = desk() else { return };
    let found = loaded(&store, keys);
    let ids: Vec<AddressId> = found.addresses.iter().map(|address| address.id).collect();
    assert_eq!(ids, [sample::CUSTOMER, sample::CUSTOMER_AT_HOME]);
    same(&found.contacts, &sample::workspace().contacts);
    assert_eq!(found.messages.iter().count(), 0);
}

#[test]
fn automatic_mail_since_the_given_time_is_counted_against_an_address() {
    let Some(store) = desk() else { return };
    let mut later = sample::nothing();
    let send = sample::workspace().sends.iter().next().unwrap().clone();
    for (id, at) in [(81, Some(sample::AT.plus(-1))), (82, Some(sample::AT)), (83, None)] {
        let reference = format!("{id}");
        later.sends.put(SendRow {
            id: SendId(id),
            reference_key: LookupKey::of(&reference),
            reference,
            ..send.clone()
        });
        later.recipients.put(sample::recipient(SendId(id), sample::CUSTOMER, at));
    }
    store.write(|tx| save(tx, &later)).unwrap();
    let counted = |automatic_since| {
        let addresses = [LookupKey::of("ann@example.com")].into();
        let found = loaded(&store, Keys { addresses, automatic_since, ..Keys::default() });
        found.sent_to(sample::CUSTOMER).map(|recipient| recipient.send.0).collect::<Vec<_>>()
    };
    assert_eq!(counted(Some(sample::AT)), [80, 82]);
    assert_eq!(counted(Some(sample::AT.plus(-1))), [80, 81, 82]);
    assert!(counted(None).is_empty());
}

#[test]
fn what_our_own_sends_answer_is_loaded_up_the_chain_to_a_bound() {
    let Some(store) = desk() else { return };
    let mut long = sample::nothing();
    for id in 100..150 {
        let parent = (id > 100).then_some(MessageId(id - 1));
        let kind = Kind::AutomatedSend;
        long.messages.put(MessageRow { kind, parent, thread: None, ticket: None, ..sample::message(id) });
    }
    store.write(|tx| save(tx, &long)).unwrap();
    let found = loaded(&store, Keys { messages: [MessageId(149)].into(), ..Keys::default() });
    let ids: Vec<i64> = found.messages.iter().map(|message| message.id.0).collect();
    assert_eq!(ids, (129..150).collect::<Vec<_>>());
    let found = loaded(&store, Keys { messages: [MessageId(105)].into(), ..Keys::default() });
    assert_eq!(found.messages.iter().count(), 6);
}

#[test]
fn of_what_others_wrote_no_chain_is_loaded_however_long_the_conversation() {
    let Some(store) = desk() else { return };
    let mut long = sample::nothing();
    for (id, kind) in (100..150).zip([Kind::CustomerReply, Kind::MailboxSend].into_iter().cycle()) {
        let parent = (id > 100).then_some(MessageId(id - 1));
        long.messages.put(MessageRow { kind, parent, thread: None, ticket: None, ..sample::message(id) });
    }
    store.write(|tx| save(tx, &long)).unwrap();
    let found = loaded(&store, Keys { messages: [MessageId(149)].into(), ..Keys::default() });
    let ids: Vec<i64> = found.messages.iter().map(|message| message.id.0).collect();
    assert_eq!(ids, [149]);
}

#[test]
fn a_long_list_of_keys_is_loaded_whole() {
    let Some(store) = desk() else { return };
    let mut many = sample::nothing();
    let ids: Vec<i64> = (100..300).collect();
    ids.iter().for_each(|id| many.messages.put(MessageRow { thread: None, ticket: None, ..sample::message(*id) }));
    store.write(|tx| save(tx, &many)).unwrap();
    for count in [1, 2, 8, 9, 64, 65, 200] {
        let message_ids = ids.iter().take(count).map(|id| LookupKey::of(&sample::message_id(*id))).collect();
        let found = loaded(&store, Keys { message_ids, ..Keys::default() });
        assert_eq!(found.messages.iter().count(), count);
    }
}

#[test]
fn timers_are_due_from_their_time_on_until_they_are_done() {
    let Some(store) = desk() else { return };
    let due = |at| store.read(|tx| due_timers(tx, at, 10)).unwrap().len();
    assert_eq!(due(sample::AT), 0);
    assert_eq!(due(sample::AT.plus(MINUTE)), 1);
    let mut done = sample::nothing();
    done.timers.load(sample::workspace().timers.get(&sample::TIMER).unwrap().clone());
    done.timers.edit(&sample::TIMER, |timer| timer.done_at = Some(sample::AT));
    store.write(|tx| save(tx, &done)).unwrap();
    assert_eq!(due(sample::AT.plus(MINUTE)), 0);
}

#[test]
fn no_lookup_reads_a_whole_table() {
    let lookups = [
        ("message", "id_key"),
        ("message", "digest_key"),
        ("message", "thread"),
        ("message", "ticket"),
        ("message", "id"),
        ("message_alias", "key"),
        ("awaited", "key"),
        ("content", "key"),
        ("content_chunk", "content"),
        ("delivery", "message"),
        ("delivery", "id"),
        ("address", "key"),
        ("address", "contact"),
        ("send", "reference_key"),
        ("send", "message"),
        ("send_recipient", "send"),
        ("thread_index", "key"),
        ("thread", "ticket"),
        ("participant", "thread"),
        ("ticket", "number"),
        ("ticket_contact", "ticket"),
        ("ticket_link", "ticket"),
        ("enrolment", "record"),
        ("stage_change", "record"),
        ("timer", "done_at IS NULL AND due_at"),
        ("held_notice", "ticket"),
        ("held_notice", "digest IS NULL AND recipient"),
        ("send_recipient", "automatic_at >= 0 AND address"),
    ];
    let Some(store) = empty() else { return };
    for (table, column) in lookups {
        let plan = plan(&store, &format!("SELECT * FROM {table} WHERE {column} IN (1, 2, 3)"));
        assert!(uses_indexes(&plan), "{table} by {column}: {plan}");
    }
}
