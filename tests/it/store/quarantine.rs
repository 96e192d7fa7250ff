//! A mail that cannot be read: kept, tried again, quarantined, and never in the way of the mail behind it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use ticketd::config;
use ticketd::domain::*;
use ticketd::engine::{self, Engine, Outcome, Place, RawMail};
use ticketd::parse;
use ticketd::store::{content, views, waiting};

use super::empty;

const POISON: &[u8] = b"From: ann@example.com\r\nTo: support@example.org\r\nSubject: poison\r\n\r\nx\r\n";
const SOUND: &[u8] = b"From: bea@example.com\r\nTo: support@example.org\r\nSubject: sound\r\n\r\nHello\r\n";

fn read_but_poison(raw: &[u8]) -> Facts {
    assert!(!raw.ends_with(b"\r\n\r\nx\r\n"), "poison");
    parse::read(raw)
}

/// Of this driver.
static FAILURES: AtomicU32 = AtomicU32::new(0);

/// Fails twice, then reads.
fn read_at_the_third_try(raw: &[u8]) -> Facts {
    assert!(FAILURES.fetch_add(1, Ordering::SeqCst) >= 2, "not yet");
    parse::read(raw)
}

/// Of this driver.
static READ: AtomicU32 = AtomicU32::new(0);

/// Reads once, and never again.
fn read_once(raw: &[u8]) -> Facts {
    assert_eq!(READ.fetch_add(1, Ordering::SeqCst), 0, "not again");
    parse::read(raw)
}

async fn start(read: fn(&[u8]) -> Facts) -> Option<Engine> {
    let store = empty()?;
    let (setup, limit) = (config::builtin().setup, engine::READING_LIMIT);
    Some(Engine::start_reading(store, Origin::Live, &setup, Timestamp(0), read, limit).await.unwrap())
}

async fn deliver(engine: &Engine, raw: &[u8], at: Timestamp) -> Outcome {
    let place = Place { mailbox: "support".into(), folder: "INBOX".into(), ..Place::default() };
    let mail = Arc::new(engine.read(RawMail::new(raw.to_vec(), place)).await.unwrap());
    engine.deliver(mail, at).await.unwrap().get().await.unwrap()
}

#[tokio::test]
async fn an_unreadable_mail_is_kept_and_quarantined_after_three_tries_while_the_next_goes_on() {
    let Some(engine) = start(read_but_poison).await else { return };
    let first = deliver(&engine, POISON, Timestamp(1_000)).await;
    assert_eq!(first.decision.kind, None, "not decided yet");
    let delivery = first.decision.delivery.unwrap();
    let second = deliver(&engine, SOUND, Timestamp(2_000)).await;
    assert_eq!(second.decision.kind, Some(Kind::NewConversation));

    let tries = engine.fire_timers(Timestamp(DAY)).await.unwrap();
    let kinds: Vec<Option<Kind>> = tries.iter().map(|outcome| outcome.decision.kind).collect();
    assert_eq!(kinds, [None, Some(Kind::Quarantined)], "three tries in all");
    let row = engine.store().read(|tx| views::delivery(tx, delivery)).unwrap().unwrap();
    assert_eq!(row.state, DeliveryState::Quarantined);
    let raw = engine.store().read(|tx| content::raw(tx, row.content)).unwrap();
    assert_eq!(raw, POISON, "nothing is lost");
    let unread = engine.store().read(|tx| waiting::unread(tx, &[DeliveryState::Quarantined], 9)).unwrap();
    let [unread] = unread.as_slice() else { panic!("{unread:#?}") };
    assert_eq!((unread.delivery.id, unread.times, unread.past.len()), (delivery, 1, 3));
    assert_eq!((unread.place.as_str(), unread.beginning.as_slice()), ("support:INBOX", POISON));
    let digests = [POISON, SOUND].map(ContentDigest::of);
    let unreadable = engine.store().read(|tx| waiting::unreadable_of(tx, &digests)).unwrap();
    assert!(unreadable.into_iter().eq([digests[0]]));
    assert!(engine.fire_timers(Timestamp(100 * DAY)).await.unwrap().is_empty(), "it is not tried for ever");

    let refolded = engine::refold(engine.store(), |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}

#[tokio::test]
async fn a_mail_that_can_be_read_later_is_decided_then() {
    let Some(engine) = start(read_at_the_third_try).await else { return };
    let first = deliver(&engine, SOUND, Timestamp(1_000)).await;
    assert_eq!(first.decision.kind, None);
    let tries = engine.fire_timers(Timestamp(DAY)).await.unwrap();
    let last = tries.last().unwrap();
    assert_eq!(last.decision.kind, Some(Kind::NewConversation));
    assert_eq!(last.decision.delivery, first.decision.delivery, "the same delivery");
    assert_eq!(last.ticket_number, Some(1));
    let refolded = engine::refold(engine.store(), |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}

/// Of this driver.
static IS_BROKEN: AtomicBool = AtomicBool::new(true);

fn read_once_repaired(raw: &[u8]) -> Facts {
    assert!(!IS_BROKEN.load(Ordering::SeqCst), "broken");
    parse::read(raw)
}

#[tokio::test]
async fn whether_a_content_is_in_quarantine_is_asked_when_it_comes() {
    let Some(engine) = start(read_once_repaired).await else { return };
    let mut intake = engine.intake::<()>().unwrap();
    let first = deliver(&engine, SOUND, Timestamp(1_000)).await.decision.delivery.unwrap();
    engine.fire_timers(Timestamp(DAY)).await.unwrap();
    let mut kinds = Vec::new();
    for (uid, is_retried) in [(2, false), (3, true)] {
        if is_retried {
            IS_BROKEN.store(false, Ordering::SeqCst);
            engine.retry_quarantined(Timestamp(2 * DAY), None, first).await.unwrap();
        }
        let place =
            Place { mailbox: "support".into(), folder: "INBOX".into(), position: Some((1, uid)), ..Place::default() };
        intake.bring([((), RawMail::new(SOUND.to_vec(), place))]).await.unwrap();
        for ((), mail) in intake.next().await.unwrap() {
            let outcome = engine.deliver(Arc::new(mail), Timestamp(3 * DAY)).await.unwrap().get().await.unwrap();
            kinds.push(outcome.decision.kind);
        }
    }
    assert_eq!(kinds, [Some(Kind::Quarantined), Some(Kind::Duplicate)]);
}

#[tokio::test]
async fn a_mail_found_again_that_cannot_be_read_then_folds_to_the_same_in_other_batches() {
    READ.store(0, Ordering::SeqCst);
    let Some(engine) = start(read_once).await else { return };
    let dated = [b"Date: Mon, 3 Mar 2025 09:00:00 +0100\r\n", SOUND].concat();
    let first = deliver(&engine, &dated, Timestamp(1_000)).await;
    let second = deliver(&engine, &dated, Timestamp(2_000)).await;
    assert_eq!((first.decision.kind, second.decision.kind), (Some(Kind::NewConversation), None));
    // Both deliveries are in one batch here.
    let refolded = engine::refold(engine.store(), |_| {}).unwrap();
    assert!(refolded.differences.is_empty(), "{:#?}", refolded.differences);
}
