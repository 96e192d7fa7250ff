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
    for size in [0, 1, 256 * 1024, 256 * 1024 + 1, 1_000_000] {
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
