use ticketd::domain::ContentDigest;
use ticketd::store::attempts::{self, Unfinished};

use super::empty;

fn digest(of: &str) -> ContentDigest {
    ContentDigest::of(of.as_bytes())
}

#[test]
fn mails_noted_together_count_one_by_one_once_the_program_has_ended() {
    let Some(store) = empty() else { return };
    let [one, two, alone] = ["one", "two", "alone"].map(digest);
    store.write(|tx| attempts::note(tx, &[one, two])).unwrap();
    store.write(|tx| attempts::note(tx, &[one, two])).unwrap();
    store.write_unsynced(|tx| attempts::begin(tx, alone)).unwrap();
    store.write_unsynced(|tx| attempts::begin(tx, alone)).unwrap();
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
    store.write(|tx| attempts::note(tx, &together)).unwrap();
    store.write(|tx| attempts::forget(tx, [attempts::key_of(&together)])).unwrap();
    assert_eq!(store.write(attempts::take_over).unwrap(), Unfinished::new());
}
