use ticketd::domain::row::{Row, Table};
use ticketd::domain::*;
use ticketd::store::{Tx, counter, journal, save, views};

use super::{columns, desk, empty, key, sample};

/// Calls `$check::<Row>(…)` for the row type of every table.
macro_rules! for_every_row_type {
    ($check:ident ( $($argument:expr),* )) => {
        for_every_row_type!(@ $check ($($argument),*) RevisionRow EventRow DecisionRow MailboxRow FolderRow UserRow
            ContentRow DeliveryRow MessageRow ReviewRow AliasRow AwaitedRow ThreadRow ThreadIndexRow ParticipantRow AddressRow ContactRow
            RecordRow TicketRow TicketContactRow TicketLinkRow StageChangeRow EnrolmentRow SendRow RecipientRow TimerRow HeldNoticeRow)
    };
    (@ $check:ident $arguments:tt $($row:ident)+) => { $(for_every_row_type!(# $check $row $arguments);)+ };
    (# $check:ident $row:ident ($($argument:expr),*)) => { $check::<$row>($($argument),*) };
}

fn all<R: Row>(tx: &mut Tx<'_>) -> Vec<R> {
    let sql = format!("SELECT {} FROM {} ORDER BY {}", R::COLUMNS.join(", "), R::TABLE, R::KEY_COLUMNS.join(", "));
    let rows = tx.query(&sql, &[]).expect("the table is there");
    rows.into_iter().map(|values| R::from_values(values).expect("a row")).collect()
}

#[test]
fn the_schema_has_the_columns_and_keys_of_the_row_types() {
    fn check<R: Row>(tx: &mut Tx<'_>) {
        assert_eq!(columns(tx, R::TABLE), R::COLUMNS, "columns of {}", R::TABLE);
        assert_eq!(key(tx, R::TABLE), R::KEY_COLUMNS, "key of {}", R::TABLE);
    }
    let Some(store) = empty() else { return };
    store
        .read(|tx| {
            for_every_row_type!(check(tx));
            Ok(())
        })
        .unwrap();
}

#[test]
fn every_row_type_comes_back_as_it_was_saved() {
    fn check<R: Row + PartialEq + std::fmt::Debug>(tx: &mut Tx<'_>, table: &Table<R>) {
        let saved: Vec<R> = table.iter().cloned().collect();
        assert!(!saved.is_empty(), "the sample has no {}", R::TABLE);
        assert_eq!(all::<R>(tx), saved);
    }
    let Some(store) = desk() else { return };
    let desk = sample::workspace();
    store
        .read(|tx| {
            check(tx, &desk.mailboxes);
            check(tx, &desk.folders);
            check(tx, &desk.users);
            check(tx, &desk.contents);
            check(tx, &desk.deliveries);
            check(tx, &desk.messages);
            check(tx, &desk.reviews);
            check(tx, &desk.aliases);
            check(tx, &desk.awaited);
            check(tx, &desk.threads);
            check(tx, &desk.thread_indexes);
            check(tx, &desk.participants);
            check(tx, &desk.addresses);
            check(tx, &desk.contacts);
            check(tx, &desk.records);
            check(tx, &desk.tickets);
            check(tx, &desk.ticket_contacts);
            check(tx, &desk.ticket_links);
            check(tx, &desk.stage_changes);
            check(tx, &desk.enrolments);
            check(tx, &desk.sends);
            check(tx, &desk.recipients);
            check(tx, &desk.timers);
            check(tx, &desk.held_notices);
            assert_eq!(all::<RevisionRow>(tx), [sample::revision()]);
            assert_eq!(all::<EventRow>(tx), [sample::event(1), sample::event(2)]);
            assert_eq!(all::<DecisionRow>(tx), [sample::decision(1)]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_number_of_ours_that_is_given_twice_is_refused_and_replaces_nothing() {
    let Some(store) = desk() else { return };
    let mut again = sample::nothing();
    again.records.put(sample::record(sample::TICKET, "closed"));
    assert!(store.write(|tx| save(tx, &again)).is_err());
    let found = store.read(|tx| views::ticket(tx, sample::TICKET)).unwrap().unwrap();
    assert_eq!(found.record, sample::record(sample::TICKET, "new"));
}

#[test]
fn saving_replaces_what_was_edited_deletes_what_was_removed_and_leaves_what_was_only_loaded() {
    let Some(store) = desk() else { return };
    let mut later = Workspace::new(sample::setup());
    let awaited = sample::workspace().awaited.iter().next().unwrap().clone();
    later.awaited.load(awaited.clone());
    later.awaited.remove(&(awaited.key, awaited.message));
    later.records.load(sample::record(sample::TICKET, "new"));
    later.records.edit(&sample::TICKET, |record| record.stage = "waiting_on_us".into());
    later.records.load(sample::record(sample::MERGED, "only loaded"));
    store.write(|tx| save(tx, &later)).unwrap();
    store
        .read(|tx| {
            assert_eq!(all::<AwaitedRow>(tx), []);
            let stages: Vec<String> = all::<RecordRow>(tx).into_iter().map(|record| record.stage).collect();
            assert_eq!(stages, ["waiting_on_us", "closed"]);
            Ok(())
        })
        .unwrap();
}

#[test]
fn the_same_position_of_a_folder_is_not_taken_twice() {
    let Some(store) = desk() else { return };
    let mut later = Workspace::new(sample::setup());
    later.deliveries.put(DeliveryRow { uid: 40, ..sample::delivery(41, sample::QUESTION) });
    assert!(store.write(|tx| save(tx, &later)).is_err());
}

#[test]
fn the_journal_is_read_in_order_and_its_newest_event_names_the_revision_in_force() {
    let Some(store) = desk() else { return };
    store
        .write(|tx| {
            assert_eq!(journal::current_revision(tx)?, Some(sample::revision()));
            let newer = RevisionRow { digest: "r2".into(), ..sample::revision() };
            journal::keep_revision(tx, &newer)?;
            journal::keep_revision(tx, &RevisionRow { body: "ignored".into(), ..newer.clone() })?;
            journal::append(tx, &[EventRow { revision: "r2".into(), ..sample::event(3) }])?;
            assert_eq!(journal::current_revision(tx)?, Some(newer.clone()));
            assert_eq!(journal::revision(tx, "r2")?, Some(newer));
            let seqs = |events: Vec<EventRow>| events.iter().map(|event| event.seq.0).collect::<Vec<_>>();
            assert_eq!(seqs(journal::events(tx, EventSeq(0), 2)?), [1, 2]);
            assert_eq!(seqs(journal::events(tx, EventSeq(2), 2)?), [3]);
            assert_eq!(journal::event(tx, EventSeq(2))?, Some(sample::event(2)));
            assert_eq!(journal::decision(tx, EventSeq(1))?, Some(sample::decision(1)));
            assert_eq!(journal::decision(tx, EventSeq(2))?, None);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_journal_number_is_used_once() {
    let Some(store) = desk() else { return };
    assert!(store.write(|tx| journal::append(tx, &[sample::event(2)])).is_err());
}

#[test]
fn counters_begin_at_one_and_never_give_a_number_twice() {
    let Some(store) = empty() else { return };
    let next = || store.read(counter::next).unwrap();
    assert_eq!(next(), counter::Next { id: 1, event: 1, ticket_number: 1 });
    store.write(|tx| counter::advance(tx, [(counter::Counter::Id, 100), (counter::Counter::Event, 0)])).unwrap();
    assert_eq!(next(), counter::Next { id: 101, event: 1, ticket_number: 1 });
    store.write(|tx| counter::advance(tx, [(counter::Counter::TicketNumber, 1), (counter::Counter::Id, 1)])).unwrap();
    assert_eq!(next(), counter::Next { id: 102, event: 1, ticket_number: 2 });
}
