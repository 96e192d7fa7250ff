//! How fast batches are written. Not a rule: run it by name, with `--ignored --nocapture`, when the store changes.

use std::time::Instant;

use ticketd::domain::*;
use ticketd::store::{Store, content, journal, load, save};

use super::sample;

const BATCH: i64 = 64;

/// A mail of a customer: all that its arrival writes.
fn arrive(workspace: &mut Workspace, n: i64) -> (EventRow, DecisionRow, ContentId, content::Packed) {
    let id = 1000 + n * 10;
    let raw = format!("Message-ID: <{n}@example.org>\r\nSubject: {n}\r\n\r\n{}", "Where is my order?\r\n".repeat(100));
    let packed = content::pack(raw.as_bytes());
    let event = EventSeq(2 + n);
    let (digest, size) = (packed.digest, packed.size);
    workspace.contents.put(ContentRow { id: ContentId(id), key: digest.key(), digest, size });
    let text = format!("customer{n}@example.com");
    workspace.addresses.put(sample::address(AddressId(id + 1), &text));
    workspace.threads.put(ThreadRow {
        id: ThreadId(id + 3),
        ticket: None,
        origin: false,
        root: MessageId(id + 2),
        newest: MessageId(id + 2),
    });
    workspace.participants.put(ParticipantRow { thread: ThreadId(id + 3), address: AddressId(id + 1) });
    workspace.messages.put(MessageRow {
        content: ContentId(id),
        author: Some(AddressId(id + 1)),
        thread: Some(ThreadId(id + 3)),
        ticket: None,
        contact: None,
        event,
        ..sample::message(id + 2)
    });
    workspace.deliveries.put(DeliveryRow {
        event,
        content: ContentId(id),
        ..sample::delivery(id + 4, MessageId(id + 2))
    });
    let explanation = "x".repeat(1500);
    let decision = DecisionRow { message: Some(MessageId(id + 2)), explanation, ..sample::decision(event.0) };
    let payload = "x".repeat(400);
    (EventRow { payload, ..sample::event(event.0) }, decision, ContentId(id), packed)
}

#[test]
#[ignore = "a measurement"]
fn rate_of_batches_in_a_file() {
    let directory = tempfile::tempdir().unwrap();
    let store = Store::open(&directory.path().join("desk.db")).unwrap();
    store.write(sample::save).unwrap();
    let batches = 200;
    let (mut loading, mut packing, mut saving) = (0.0, 0.0, 0.0);
    let begun = Instant::now();
    for batch in 0..batches {
        let range = 1 + batch * BATCH..1 + (batch + 1) * BATCH;
        let mut keys = Keys { automatic_since: Some(sample::AT), ..Keys::default() };
        for n in range.clone() {
            keys.message_ids.extend([LookupKey::of(&format!("{n}@x")), LookupKey::of(&sample::message_id(990 + n))]);
            keys.digests.insert(LookupKey(n));
            keys.contents.insert(LookupKey(n));
            keys.addresses.insert(LookupKey::of(&format!("customer{n}@example.com")));
        }
        store
            .write(|tx| {
                let at = Instant::now();
                let mut workspace = load(tx, sample::setup(), &keys)?;
                loading += at.elapsed().as_secs_f64();
                let at = Instant::now();
                let arrived: Vec<_> = range.clone().map(|n| arrive(&mut workspace, n)).collect();
                packing += at.elapsed().as_secs_f64();
                let at = Instant::now();
                let events: Vec<EventRow> = arrived.iter().map(|row| row.0.clone()).collect();
                let decisions: Vec<DecisionRow> = arrived.iter().map(|row| row.1.clone()).collect();
                journal::append(tx, &events)?;
                save(tx, &workspace)?;
                for (_, _, id, packed) in &arrived {
                    content::put(tx, [(*id, packed)])?;
                }
                journal::append_decisions(tx, &decisions)?;
                saving += at.elapsed().as_secs_f64();
                Ok(())
            })
            .unwrap();
    }
    let all = begun.elapsed().as_secs_f64();
    let mails = (batches * BATCH) as f64;
    println!("{mails} mails in {all:.2} s, {:.0}/s; without packing {:.0}/s", mails / all, mails / (all - packing));
    println!(
        "load {loading:.2} s, save {saving:.2} s, pack {packing:.2} s, commit {:.2} s",
        all - loading - saving - packing
    );
}
