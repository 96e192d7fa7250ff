use ticketd::domain::*;
use ticketd::store::{self, Store, StoreError, content};

use super::{empty, sample};

fn stored(raw: &[u8]) -> Option<(Store, content::Packed)> {
    let packed = content::pack(raw);
    let store = empty()?;
    let mut workspace = Workspace::new(sample::setup());
    let (digest, size) = (packed.digest, packed.size);
    workspace.contents.put(ContentRow { id: ContentId(1), key: digest.key(), digest, size });
    store
        .write(|tx| {
            store::save(tx, &workspace)?;
            content::put(tx, [(ContentId(1), &packed)])
        })
        .unwrap();
    Some((store, packed))
}

#[test]
fn raw_bytes_come_back_whatever_their_size() {
    for size in [0, 1, 64 * 1024, 256 * 1024, 256 * 1024 + 1, 1_000_000] {
        let raw: Vec<u8> = (0..size).map(|n: usize| (n * n % 251) as u8).collect();
        let Some((store, packed)) = stored(&raw) else { return };
        assert_eq!(packed.chunks.len(), size.div_ceil(256 * 1024));
        assert!(store.read(|tx| content::raw(tx, ContentId(1))).unwrap() == raw, "{size} bytes");
    }
}

#[test]
fn raw_bytes_take_less_room_than_they_have() {
    let raw = "Received: from mail.example.org by mx.example.com\r\n".repeat(500);
    assert!(content::pack(raw.as_bytes()).weight() < raw.len() / 10);
    let short = &raw.as_bytes()[..2_000];
    assert!(content::pack(short).weight() < short.len() / 5);
}

#[test]
fn bytes_that_were_deflated_are_still_read() {
    let Some((store, _)) = stored(b"hello") else { return };
    // One stored block (RFC 1951 3.2.4).
    let deflated = [ticketd::domain::row::Value::Blob(b"\x01\x05\x00\xfa\xffhello".to_vec())];
    store.write(|tx| tx.execute("UPDATE content_chunk SET bytes = $1", &deflated)).unwrap();
    assert_eq!(store.read(|tx| content::raw(tx, ContentId(1))).unwrap(), b"hello");
}

#[test]
fn damaged_bytes_are_told_not_given() {
    let Some((store, _)) = stored(b"Subject: hello\r\n\r\nhello\r\n") else { return };
    let other = content::pack(b"Subject: other\r\n\r\nother\r\n").chunks.remove(0);
    for bytes in [other, b"garbage".to_vec(), vec![]] {
        let damage = [ticketd::domain::row::Value::Blob(bytes)];
        store.write(|tx| tx.execute("UPDATE content_chunk SET bytes = $1", &damage)).unwrap();
        let error = store.read(|tx| content::raw(tx, ContentId(1))).unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
    }
    assert!(matches!(store.read(|tx| content::raw(tx, ContentId(2))), Err(StoreError::Corrupt { .. })));
}

#[test]
fn no_damage_is_taken_for_bytes() {
    let raw = "Subject: hello hello hello\r\n\r\nhello, hello and hello again\r\n".repeat(4);
    let Some((store, packed)) = stored(raw.as_bytes()) else { return };
    let chunk = &packed.chunks[0];
    let flipped = (0..chunk.len() * 8).map(|bit| {
        let mut bytes = chunk.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        bytes
    });
    let cut = (0..chunk.len()).map(|length| chunk[..length].to_vec());
    for bytes in flipped.chain(cut) {
        let damage = [ticketd::domain::row::Value::Blob(bytes)];
        store.write(|tx| tx.execute("UPDATE content_chunk SET bytes = $1", &damage)).unwrap();
        match store.read(|tx| content::raw(tx, ContentId(1))) {
            Err(StoreError::Corrupt { .. }) => {}
            Ok(bytes) => assert!(bytes == raw.as_bytes(), "other bytes were given"),
            Err(error) => panic!("{error}"),
        }
    }
}
