//! Digests: how contents and ids are recognised again.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{SECOND, Timestamp};

/// Bits of a digest in a dated key: enough for the mails of one second. The seconds have the rest but the sign.
const KEY_BITS: u32 = 30;
const LAST_KEY_SECOND: i64 = (1 << (63 - KEY_BITS)) - 1;

/// BLAKE3 digest of a message's content or of raw bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ContentDigest(pub [u8; 32]);

impl ContentDigest {
    /// The digest of raw bytes.
    pub fn of(bytes: &[u8]) -> Self {
        ContentDigest(*blake3::hash(bytes).as_bytes())
    }

    /// Reads 64 hexadecimal digits, as `Display` writes them.
    pub fn from_hex(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in digest.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
        }
        Some(ContentDigest(digest))
    }

    /// The first 8 bytes as an integer: what is looked up; the whole digest is compared afterwards.
    pub fn key(&self) -> LookupKey {
        LookupKey(first_eight(&self.0))
    }

    /// The same for the digest of a mail with that Date: its seconds, then the last 30 bits of [`ContentDigest::key`]. Mail
    /// comes roughly in the order of its dates: these keys lie together in an index where others would be spread over all
    /// of it. Without a date, or one before 1970, all are in front.
    pub fn dated_key(&self, date: Option<Timestamp>) -> LookupKey {
        let seconds = date.map_or(0, |date| date.0.div_euclid(SECOND)).clamp(0, LAST_KEY_SECOND);
        LookupKey((seconds << KEY_BITS) | (first_eight(&self.0) & ((1 << KEY_BITS) - 1)))
    }
}

impl std::fmt::Debug for ContentDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().take(6).try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl std::fmt::Display for ContentDigest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// A text's or digest's first 8 bytes as an integer. Random text indexes do not scale; integers do. Two texts may share
/// a key: compare the whole text after the look-up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LookupKey(pub i64);

impl LookupKey {
    /// The key of a text: the first 8 bytes of its SHA-256.
    pub fn of(text: &str) -> Self {
        LookupKey(first_eight(&Sha256::digest(text.as_bytes()).into()))
    }

    /// The key of a text for whoever has `secret` only (BLAKE3, keyed).
    pub fn keyed(secret: &[u8; 32], text: &str) -> Self {
        LookupKey(first_eight(blake3::keyed_hash(secret, text.as_bytes()).as_bytes()))
    }
}

fn first_eight(digest: &[u8; 32]) -> i64 {
    let mut head = [0; 8];
    head.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(head)
}
