//! Raw bytes: cut into chunks and deflated, once per content. Packing needs no database and is done off the writer's
//! thread.

use std::cell::RefCell;
use std::io::Read;

use flate2::read::DeflateDecoder;
use flate2::{Compress, Compression, FlushCompress, Status};

use super::{StoreError, Tx};
use crate::domain::row::Value;
use crate::domain::{ContentDigest, ContentId};

/// Raw bytes of one chunk at most: bounds what one row brings into memory.
const CHUNK: usize = 256 * 1024;

/// Raw bytes as they are stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packed {
    /// Of the raw bytes.
    pub digest: ContentDigest,
    /// Length of the raw bytes.
    pub size: i64,
    /// Each deflated for itself (RFC 1951).
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
    let chunks = raw.chunks(CHUNK).map(deflate).collect();
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
        // One byte more than a chunk may hold: damage must not fill the memory.
        let read = DeflateDecoder::new(chunk.as_slice()).take(CHUNK as u64 + 1).read_to_end(&mut bytes);
        read.map_err(|error| tx.damaged(format!("content {content}: {error}")))?;
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
    let read = DeflateDecoder::new(chunk.as_slice()).take(CHUNK as u64).read_to_end(&mut bytes);
    read.map_err(|error| tx.damaged(format!("content {content}: {error}")))?;
    Ok(bytes)
}

thread_local! {
    /// Kept: making one costs several times what deflating a usual mail does.
    static DEFLATER: RefCell<Compress> = RefCell::new(Compress::new(Compression::fast(), false));
}

fn deflate(raw: &[u8]) -> Vec<u8> {
    DEFLATER.with_borrow_mut(|deflater| {
        deflater.reset();
        let mut packed = Vec::new();
        let mut rest = raw;
        loop {
            packed.reserve(rest.len() / 2 + 64);
            let before = deflater.total_in();
            let status = deflater.compress_vec(rest, &mut packed, FlushCompress::Finish);
            let taken = usize::try_from(deflater.total_in() - before).unwrap_or_default();
            rest = rest.get(taken..).unwrap_or_default();
            // It fails only when it is used after its end, which `reset` rules out; if it did, the digest would tell.
            if matches!(status, Ok(Status::StreamEnd) | Err(_)) {
                packed.shrink_to_fit();
                return packed;
            }
        }
    })
}
