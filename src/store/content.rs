//! Raw bytes: cut into chunks and compressed (LZ4), once per content. Packing needs no database and is done off the writer's
//! thread.

use std::io::Read;

use flate2::read::DeflateDecoder;
use lz4_flex::block::{compress_prepend_size, decompress_into, uncompressed_size};

use super::{StoreError, Tx};
use crate::domain::row::Value;
use crate::domain::{ContentDigest, ContentId};

/// Raw bytes of one chunk at most: bounds what one row brings into memory.
const CHUNK: usize = 256 * 1024;

/// What a chunk begins with, before its raw length (four bytes, the lowest first) and an LZ4 block. Chunks were deflated
/// once, and still are read: none of those begins so, for it would be a block of type 3 (RFC 1951 3.2.3).
const LZ4: u8 = 0b111;

/// Raw bytes as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Of the raw bytes.
    pub digest: ContentDigest,
    /// Length of the raw bytes.
    pub size: i64,
    /// Each compressed for itself.
    pub chunks: Vec<Vec<u8>>,
}

impl Packed {
    /// What it occupies.
    pub fn weight(&self) -> usize {
        self.chunks.iter().map(Vec::len).sum()
    }
}

/// Packs raw bytes.
pub fn pack(raw: &[u8]) -> Packed {
    pack_known(raw, ContentDigest::of(raw))
}

/// The same where their digest is known.
pub fn pack_known(raw: &[u8], digest: ContentDigest) -> Packed {
    let chunks = raw.chunks(CHUNK).map(compressed).collect();
    Packed { digest, size: i64::try_from(raw.len()).unwrap_or(i64::MAX), chunks }
}

/// Stores the bytes of contents, all at once: a statement for each would cost a way to the server each. Their rows are the
/// workspace's affair. What is there already stays.
pub fn put<'p>(tx: &mut Tx<'_>, contents: impl IntoIterator<Item = (ContentId, &'p Packed)>) -> Result<(), StoreError> {
    let rows = contents.into_iter().flat_map(|(content, packed)| {
        packed.chunks.iter().zip(0..).map(move |(bytes, n)| {
            let bytes = Value::Blob(bytes.clone());
            vec![Value::Integer(content.0), Value::Integer(n), bytes]
        })
    });
    tx.execute_many("INSERT INTO content_chunk (content, n, bytes) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING", rows)
}

/// The raw bytes of a content, checked against its digest.
pub fn raw(tx: &mut Tx<'_>, content: ContentId) -> Result<Vec<u8>, StoreError> {
    let id = Value::Integer(content.0);
    let found = tx.query("SELECT digest FROM content WHERE id = $1", std::slice::from_ref(&id))?;
    let Some(Value::Blob(digest)) = found.into_iter().next().and_then(|row| row.into_iter().next()) else {
        return Err(tx.damaged(format!("content {content} is missing")));
    };
    let mut bytes = Vec::new();
    for row in tx.query("SELECT bytes FROM content_chunk WHERE content = $1 ORDER BY n", &[id])? {
        let Some(Value::Blob(chunk)) = row.into_iter().next() else { continue };
        decompress(&chunk, &mut bytes).map_err(|error| tx.damaged(format!("content {content}: {error}")))?;
    }
    match ContentDigest::of(&bytes).0 == digest.as_slice() {
        true => Ok(bytes),
        false => Err(tx.damaged(format!("content {content} has other bytes than its digest says"))),
    }
}

/// How a content begins, unchecked: its first chunk.
pub fn beginning(tx: &mut Tx<'_>, content: ContentId) -> Result<Vec<u8>, StoreError> {
    let sql = "SELECT bytes FROM content_chunk WHERE content = $1 AND n = 0";
    let found = tx.query(sql, &[Value::Integer(content.0)])?;
    let Some(Value::Blob(chunk)) = found.into_iter().flatten().next() else { return Ok(Vec::new()) };
    let mut bytes = Vec::new();
    decompress(&chunk, &mut bytes).map_err(|error| tx.damaged(format!("content {content}: {error}")))?;
    Ok(bytes)
}

fn compressed(raw: &[u8]) -> Vec<u8> {
    let mut packed = compress_prepend_size(raw);
    packed.insert(0, LZ4);
    packed.shrink_to_fit();
    packed
}

/// Adds the raw bytes of a chunk to `bytes`. Damage must not fill the memory.
fn decompress(chunk: &[u8], bytes: &mut Vec<u8>) -> Result<(), String> {
    let Some((&LZ4, rest)) = chunk.split_first() else {
        // One byte more than a chunk may hold: then the digest tells.
        let read = DeflateDecoder::new(chunk).take(CHUNK as u64 + 1).read_to_end(bytes);
        return read.map(drop).map_err(|error| error.to_string());
    };
    let (size, block) = uncompressed_size(rest).map_err(|error| error.to_string())?;
    let before = bytes.len();
    bytes.resize(before + size.min(CHUNK), 0);
    let raw = bytes.get_mut(before..).unwrap_or_default();
    let length = decompress_into(block, raw).map_err(|error| error.to_string())?;
    bytes.truncate(before + length);
    Ok(())
}
