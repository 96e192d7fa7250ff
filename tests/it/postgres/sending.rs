//! The outbox on a PostgreSQL server: leased, handed over, settled as in a file.

use ticketd::domain::*;
use ticketd::store::{Location, Store, outbox};

use super::address;
use crate::outbox::office::Office;
use crate::smtp::scripted::{Do, Scripted};

#[tokio::test]
async fn what_is_due_leaves_in_its_order_and_what_is_deferred_or_refused_is_told() {
    let Some(address) = address() else { return };
    let rules = [
        (0, "RCPT TO:<dora@example.net>", Do::Say("451 4.7.1 greylisted")),
        (0, "RCPT TO:<erik@example.com>", Do::Say("550 5.1.1 nobody")),
    ];
    let server = Scripted::new(&rules);
    let office = Office::on(Store::open(Location::from(address.as_str())).unwrap()).await;
    let ticket = office.customer_writes("cleo@example.com").await;
    for text in ["One", "Two", "Three"] {
        office.alice_answers(ticket, text, &[]).await;
    }
    office.customer_writes("dora@example.net").await;
    office.customer_writes("erik@example.com").await;
    let delivered = office.deliver(&[server.relay()]).await;
    assert_eq!((delivered.sent, delivered.deferred, delivered.failed), (4, 1, 1));
    let answers: Vec<_> = server
        .mails()
        .iter()
        .filter_map(|mail| mail.split("\r\n\r\n").nth(1)?.lines().next().map(str::to_owned))
        .collect();
    let place = |text: &str| answers.iter().position(|answer| answer == text).unwrap();
    assert!(place("One") < place("Two") && place("Two") < place("Three"), "{answers:?}");
    office.pass(2 * MINUTE);
    assert_eq!(office.deliver(&[server.relay()]).await.sent, 1);
    let store = office.engine.store();
    assert_eq!(store.read(outbox::waiting).unwrap(), 0);
    office.folds();
}
