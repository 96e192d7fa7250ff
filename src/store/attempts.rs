//! Attempts to read: what is noted before a mail is read and gone once it is decided. What is found here after the program
//! ended was perhaps why it ended.
//!
//! Mails that are read together are one row, so that noting them costs next to nothing; which of them was at fault is
//! found by reading each alone from then on.
//!
//! Each note names its reader ([`super::Store::reader`]). What a reader has noted and did not end did not end the program
//! either, as long as that goes on: an engine that begins anew in the same process takes it back.

use std::collections::{BTreeMap, BTreeSet};

use super::{StoreError, Tx};
use crate::domain::ContentDigest;
use crate::domain::row::{Column, Value};

/// Contents that are looked at to find what was decided: many times what is noted at a time.
const LATELY: i64 = 16 * 1024;

/// Attempts that did not end, by the digest of a mail's raw bytes.
pub type Unfinished = BTreeMap<ContentDigest, i64>;

/// The key under which mails are noted together.
pub fn key_of(digests: &[ContentDigest]) -> ContentDigest {
    match digests {
        [one] => *one,
        several => ContentDigest::of(&joined(several)),
    }
}

/// Notes that these mails are about to be read together, by that reader.
pub fn note(tx: &mut Tx<'_>, reader: i64, digests: &[ContentDigest]) -> Result<(), StoreError> {
    if digests.is_empty() {
        return Ok(());
    }
    let sql = "INSERT INTO attempt (key, digests, count, reader) VALUES ($1, $2, 1, $3) ON CONFLICT DO NOTHING";
    tx.execute(sql, &[key_of(digests).to_value(), Value::Blob(joined(digests)), Value::Integer(reader)]).map(|_| ())
}

/// Notes that this reader attempts to read that mail, alone. However often it does so, it can end only once.
pub fn begin(tx: &mut Tx<'_>, reader: i64, digest: ContentDigest) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempt (key, digests, count, reader) VALUES ($1, $2, 1, $3) ON CONFLICT (key) DO UPDATE SET \
               count = attempt.count + CASE WHEN attempt.reader = excluded.reader THEN 0 ELSE 1 END, \
               reader = excluded.reader";
    tx.execute(sql, &[digest.to_value(), digest.to_value(), Value::Integer(reader)]).map(|_| ())
}

/// Whether that reader has noted anything.
pub fn has_noted(tx: &mut Tx<'_>, reader: i64) -> Result<bool, StoreError> {
    Ok(!tx.query("SELECT 1 FROM attempt WHERE reader = $1 LIMIT 1", &[Value::Integer(reader)])?.is_empty())
}

/// Takes back what that reader has noted: it reads nothing of it any more, and did not end.
pub fn take_back(tx: &mut Tx<'_>, reader: i64) -> Result<(), StoreError> {
    let reader = [Value::Integer(reader)];
    tx.execute("DELETE FROM attempt WHERE reader = $1 AND count <= 1", &reader)?;
    tx.execute("UPDATE attempt SET count = count - 1, reader = 0 WHERE reader = $1", &reader).map(|_| ())
}

/// Forgets the attempts under these keys: their mails are decided.
pub fn forget(tx: &mut Tx<'_>, keys: impl IntoIterator<Item = ContentDigest>) -> Result<(), StoreError> {
    tx.execute_many("DELETE FROM attempt WHERE key = $1", keys.into_iter().map(|key| vec![key.to_value()]))
}

/// Of these attempts, forgets those at mails that were decided lately. Without their dates they cannot be looked up, and an
/// attempt that stays for longer than that costs a mail that comes again no more than being read alone.
pub fn forget_decided(tx: &mut Tx<'_>, digests: &BTreeSet<ContentDigest>) -> Result<(), StoreError> {
    let rows = tx.query("SELECT id, digest FROM content ORDER BY id DESC LIMIT $1", &[Value::Integer(LATELY)])?;
    for row in rows {
        let Ok([content, digest]) = <[Value; 2]>::try_from(row) else { continue };
        let digest =
            ContentDigest::from_value(digest).map_err(|error| tx.damaged(format!("table content: {error}")))?;
        if !digests.contains(&digest) {
            continue;
        }
        let undecided =
            tx.query("SELECT 1 FROM delivery WHERE message IS NULL AND content = $1 LIMIT 1", &[content])?;
        if undecided.is_empty() {
            forget(tx, [digest])?;
        }
    }
    Ok(())
}

/// What an earlier run left: each mail that was being read, with the attempts that it had. Mails that were noted together
/// are noted one by one afterwards.
pub fn take_over(tx: &mut Tx<'_>) -> Result<Unfinished, StoreError> {
    let rows = tx.query("SELECT key, digests, reader FROM attempt", &[])?;
    for row in rows {
        let Ok([key, Value::Blob(digests), Value::Integer(reader)]) = <[Value; 3]>::try_from(row) else { continue };
        let key = ContentDigest::from_value(key).map_err(|error| tx.damaged(format!("table attempt: {error}")))?;
        let digests: Vec<ContentDigest> =
            digests.as_chunks::<32>().0.iter().map(|digest| ContentDigest(*digest)).collect();
        if digests.len() > 1 {
            forget(tx, [key])?;
            for digest in digests {
                begin(tx, reader, digest)?;
            }
        }
    }
    let mut unfinished = Unfinished::new();
    for row in tx.query("SELECT key, count FROM attempt", &[])? {
        let Ok([key, Value::Integer(count)]) = <[Value; 2]>::try_from(row) else { continue };
        let key = ContentDigest::from_value(key).map_err(|error| tx.damaged(format!("table attempt: {error}")))?;
        unfinished.insert(key, count);
    }
    Ok(unfinished)
}

/// Attempts to read that mail that did not end.
pub fn count_of(tx: &mut Tx<'_>, digest: ContentDigest) -> Result<i64, StoreError> {
    let found = tx.query("SELECT count FROM attempt WHERE key = $1", &[digest.to_value()])?;
    match found.into_iter().flatten().next() {
        Some(Value::Integer(count)) => Ok(count),
        _ => Ok(0),
    }
}

fn joined(digests: &[ContentDigest]) -> Vec<u8> {
    digests.iter().flat_map(|digest| digest.0).collect()
}
