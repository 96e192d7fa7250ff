//! What withheld mail is compared with.

use std::sync::Arc;

use ticketd::config;
use ticketd::domain::{Origin, Timestamp};
use ticketd::engine::{Engine, Place, RawMail};
use ticketd::store::ties::{self, Compared};

use super::empty;

async fn deliver(engine: &Engine, uid: i64, id: &str, from: &str, more: &str) {
    let raw = format!(
        "From: {from}\r\nTo: support@example.org\r\nMessage-ID: <{id}>\r\n{more}Subject: {id}\r\n\r\nHello\r\n"
    );
    let place =
        Place { mailbox: "support".into(), folder: "INBOX".into(), position: Some((1, uid)), ..Place::default() };
    let mail = Arc::new(engine.read(RawMail::new(raw.into_bytes(), place)).await.unwrap());
    engine.deliver(mail, Timestamp(1_000)).await.unwrap().get().await.unwrap();
}

#[tokio::test]
async fn what_came_since_is_told_whole_and_nothing_of_before() {
    let Some(store) = empty() else { return };
    let engine = Engine::start(store.clone(), Origin::Live, &config::builtin().setup, Timestamp(0)).await.unwrap();
    let since = |begin: Option<&Compared>| {
        let mut texts = store.read(|tx| ties::since(tx, begin)).unwrap();
        texts.sort();
        texts.dedup();
        texts
    };
    let is_known = |text: &str| store.read(|tx| ties::is_known(tx, [text])).unwrap();
    deliver(&engine, 1, "one@example.com", "bo@example.com", "Cc: ann@example.com\r\n").await;
    let (event, id) = store.read(ties::next).unwrap();
    let begin = Compared { event, id, whole_at: Timestamp(0) };
    assert_eq!(since(Some(&begin)), [""; 0]);
    assert_eq!(since(None), ["bo@example.com", "one@example.com"]);
    assert!(is_known("one@example.com") && is_known("bo@example.com") && !is_known("ann@example.com"));
    // Ann's address is known and gains a contact; something is waited for.
    deliver(&engine, 2, "two@example.com", "ann@example.com", "References: <awaited@example.com>\r\n").await;
    assert_eq!(since(Some(&begin)), ["ann@example.com", "awaited@example.com", "two@example.com"]);
    assert!(is_known("ann@example.com") && is_known("awaited@example.com"));
}
