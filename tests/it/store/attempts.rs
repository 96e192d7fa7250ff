use ticketd::domain::{ContentDigest, Origin};
use ticketd::engine::Engine;
use ticketd::store::attempts::{self, Unfinished};

use super::empty;

fn digest(of: &str) -> ContentDigest {
    ContentDigest::of(of.as_bytes())
}

#[test]
fn mails_noted_together_count_one_by_one_once_the_program_has_ended() {
    let Some(store) = empty() else { return };
    let [one, two, alone] = ["one", "two", "alone"].map(digest);
    store.write(|tx| attempts::note(tx, 1, &[one, two])).unwrap();
    store.write(|tx| attempts::note(tx, 1, &[one, two])).unwrap();
    store.write_unsynced(|tx| attempts::begin(tx, 1, alone)).unwrap();
    store.write_unsynced(|tx| attempts::begin(tx, 2, alone)).unwrap();
    // It goes on: however often it tries, it can end once.
    store.write_unsynced(|tx| attempts::begin(tx, 2, alone)).unwrap();
    let count = |digest| store.read(|tx| attempts::count_of(tx, digest)).unwrap();
    assert_eq!([one, two, alone].map(count), [0, 0, 2]);

    let found = store.write(attempts::take_over).unwrap();
    assert_eq!(found, Unfinished::from([(one, 1), (two, 1), (alone, 2)]));
    assert_eq!([one, two, alone].map(count), [1, 1, 2]);

    store.write(|tx| attempts::forget(tx, [one, alone])).unwrap();
    assert_eq!(store.write(attempts::take_over).unwrap(), Unfinished::from([(two, 1)]));
}

#[test]
fn mails_that_are_decided_are_forgotten_together() {
    let Some(store) = empty() else { return };
    let together = [digest("one"), digest("two")];
    store.write(|tx| attempts::note(tx, 1, &together)).unwrap();
    store.write(|tx| attempts::forget(tx, [attempts::key_of(&together)])).unwrap();
    assert_eq!(store.write(attempts::take_over).unwrap(), Unfinished::new());
}

#[tokio::test]
async fn an_engine_that_begins_anew_takes_back_what_this_process_noted_and_nothing_else() {
    let Some(store) = empty() else { return };
    let [one, two, alone, theirs] = ["one", "two", "alone", "theirs"].map(digest);
    let (ours, other) = (store.reader(), store.reader() ^ 2);
    store.write(|tx| attempts::begin(tx, other, alone)).unwrap();
    for _ in 0..3 {
        store.write(|tx| attempts::note(tx, ours, &[one, two])).unwrap();
        store.write(|tx| attempts::begin(tx, ours, alone)).unwrap();
        store.write(|tx| attempts::note(tx, other, &[theirs])).unwrap();
        drop(Engine::resume(store.clone(), Origin::Live).unwrap());
    }
    assert_eq!(store.write(attempts::take_over).unwrap(), Unfinished::from([(alone, 1), (theirs, 1)]));
}
