use ticketd::domain::row::Value;
use ticketd::store::dump::{Difference, Differs, differences};
use ticketd::store::{Store, save};

use super::{desk, sample};

fn between(first: &Store, second: &Store) -> Vec<Difference> {
    first.read(|a| second.read(|b| differences(a, b))).unwrap()
}

#[test]
fn the_same_rows_differ_in_nothing() {
    let (Some(first), Some(second)) = (desk(), desk()) else { return };
    assert_eq!(between(&first, &second), []);
}

#[test]
fn a_difference_names_table_key_column_and_both_values() {
    let (Some(first), Some(second)) = (desk(), desk()) else { return };
    second.write(|tx| tx.execute("UPDATE ticket_link SET message = NULL", &[])).unwrap();
    let found = between(&first, &second);
    let first = Value::Integer(sample::QUESTION.0);
    let expected = Difference {
        table: "ticket_link",
        key: vec![Value::Integer(60), Value::Integer(61)],
        what: Differs::Column { column: "message", first, second: Value::Null },
    };
    assert_eq!(found, [expected]);
    assert_eq!(found[0].to_string(), "ticket_link (60, 61): message is 30 in the first, nothing in the second");
}

#[test]
fn rows_that_one_side_lacks_are_found_on_either_side() {
    let (Some(first), Some(second)) = (desk(), desk()) else { return };
    first.write(|tx| tx.execute("DELETE FROM stage_change", &[])).unwrap();
    second.write(|tx| tx.execute("DELETE FROM decision", &[])).unwrap();
    let told: Vec<String> = between(&first, &second).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["decision (1): only in the first", "stage_change (70): only in the second"]);
}

#[test]
fn long_tables_are_compared_to_their_end_and_only_the_first_differences_are_told() {
    let (Some(first), Some(second)) = (desk(), desk()) else { return };
    let mut many = sample::nothing();
    (1000..3000).for_each(|id| many.messages.put(sample::message(id)));
    for store in [&first, &second] {
        store.write(|tx| save(tx, &many)).unwrap();
    }
    assert_eq!(between(&first, &second), []);
    first.write(|tx| tx.execute("DELETE FROM message WHERE id = 1700", &[])).unwrap();
    second.write(|tx| tx.execute("UPDATE message SET team = 0 WHERE id = 2999", &[])).unwrap();
    let told: Vec<String> = between(&first, &second).iter().map(ToString::to_string).collect();
    assert_eq!(told, ["message (1700): only in the second", "message (2999): team is 1 in the first, 0 in the second"]);
    second.write(|tx| tx.execute("UPDATE message SET team = 0", &[])).unwrap();
    assert_eq!(between(&first, &second).len(), 20);
}
