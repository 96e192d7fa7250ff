//! What is secret and the database's own: the keys that sign our tokens, and the seeds of send references.

use std::time::{SystemTime, UNIX_EPOCH};

use super::counter;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{EventSeq, Timestamp};

/// Characters of a key id: a token must fit into the local part of an address.
const LONGEST_KID: usize = 4;

/// A key that signs tokens, or did.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKey {
    /// Names the key in a token.
    pub kid: String,
    pub secret: [u8; 32],
    pub created_at: Timestamp,
    /// Set once it only verifies.
    pub retired_at: Option<Timestamp>,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// What send references are derived from: a seed for each stretch of the journal. A database that was restored from a
/// backup has another one from there on: what it sends must not be taken for what left after that backup was made.
#[derive(Clone, PartialEq, Eq)]
pub struct Seeds {
    first: [u8; 32],
    /// From which event on, ascending.
    later: Vec<(EventSeq, [u8; 32])>,
}

impl std::fmt::Debug for Seeds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Seeds({})", 1 + self.later.len())
    }
}

impl Seeds {
    /// One for the whole journal.
    pub fn of(first: [u8; 32]) -> Self {
        Seeds { first, later: Vec::new() }
    }

    /// The one for that event.
    pub fn at(&self, seq: EventSeq) -> [u8; 32] {
        self.later.iter().rev().find(|(from, _)| *from <= seq).map_or(self.first, |(_, seed)| *seed)
    }
}

/// All keys, the one made last first.
pub fn signing_keys(tx: &mut Tx<'_>) -> Result<Vec<SigningKey>, StoreError> {
    let sql = "SELECT kid, secret, created_at, retired_at FROM signing_key ORDER BY created_at DESC, kid DESC";
    let rows = tx.query(sql, &[])?;
    let keys: Result<Vec<SigningKey>, String> = rows.into_iter().map(read_key).collect();
    keys.map_err(|error| tx.damaged(format!("table signing_key: {error}")))
}

/// The seeds of this database's send references.
pub fn seeds(tx: &mut Tx<'_>) -> Result<Seeds, StoreError> {
    let first = seed(tx)?;
    let mut later = Vec::new();
    for row in tx.query("SELECT key, value FROM meta WHERE key LIKE 'seed@%'", &[])? {
        let Ok([Value::Text(key), value]) = <[Value; 2]>::try_from(row) else { continue };
        let from = key.strip_prefix("seed@").and_then(|from| from.parse().ok());
        match (from, secret(value)) {
            (Some(from), Ok(seed)) => later.push((EventSeq(from), seed)),
            _ => return Err(tx.damaged(format!("the seed {key}"))),
        }
    }
    later.sort_by_key(|(from, _)| *from);
    Ok(Seeds { first, later })
}

/// From the next event on send references come from a new seed.
pub(super) fn reseed(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let next = counter::next(tx)?.event;
    let seed = random(tx)?;
    keep_seed(tx, &format!("seed@{next}"), &seed)
}

fn keep_seed(tx: &mut Tx<'_>, key: &str, seed: &[u8; 32]) -> Result<(), StoreError> {
    let sql = "INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    tx.execute(sql, &[Value::Text(key.to_owned()), Value::Blob(seed.to_vec())]).map(|_| ())
}

/// The first of them, which other hashes of this database are made with too.
pub fn seed(tx: &mut Tx<'_>) -> Result<[u8; 32], StoreError> {
    let rows = tx.query("SELECT value FROM meta WHERE key = 'seed'", &[])?;
    let value = rows.into_iter().next().and_then(|row| row.into_iter().next());
    value.and_then(|value| secret(value).ok()).ok_or_else(|| tx.damaged("the seed is missing"))
}

/// Gives a database other keys and seeds. Only before its first event: references made before would lose theirs.
pub fn set(tx: &mut Tx<'_>, keys: &[SigningKey], seeds: &Seeds) -> Result<(), StoreError> {
    if !tx.query("SELECT seq FROM event LIMIT 1", &[])?.is_empty() {
        return Err(tx.mistaken("keys and seed can only be set while the journal is empty"));
    }
    tx.execute("DELETE FROM signing_key", &[])?;
    tx.execute_many(
        "INSERT INTO signing_key (kid, secret, created_at, retired_at) VALUES ($1, $2, $3, $4)",
        keys.iter().map(|key| {
            let secret = Value::Blob(key.secret.to_vec());
            vec![Value::Text(key.kid.clone()), secret, key.created_at.to_value(), key.retired_at.to_value()]
        }),
    )?;
    keep_seed(tx, "seed", &seeds.first)?;
    seeds.later.iter().try_for_each(|(from, seed)| keep_seed(tx, &format!("seed@{from}"), seed))
}

/// Makes a new key that signs from `now` on, and retires those that signed before: they go on verifying, for answers to
/// what they signed come for years. Engines that are running take it up when they are started again. Gives its id.
pub fn rotate(tx: &mut Tx<'_>, now: Timestamp) -> Result<String, StoreError> {
    let known = signing_keys(tx)?;
    let newest = known.iter().filter_map(|key| u32::from_str_radix(&key.kid, 36).ok()).max().unwrap_or_default();
    let kid = in_base_36(newest + 1);
    if kid.len() > LONGEST_KID {
        return Err(tx.mistaken("there are no key ids left"));
    }
    let secret = Value::Blob(random(tx)?.to_vec());
    tx.execute("UPDATE signing_key SET retired_at = $1 WHERE retired_at IS NULL", &[now.to_value()])?;
    let key = [Value::Text(kid.clone()), secret, now.to_value(), Value::Null];
    tx.execute("INSERT INTO signing_key (kid, secret, created_at, retired_at) VALUES ($1, $2, $3, $4)", &key)?;
    Ok(kid)
}

/// A number in the digits that a key id may have.
fn in_base_36(mut number: u32) -> String {
    let mut digits = Vec::new();
    while number > 0 || digits.is_empty() {
        digits.extend(char::from_digit(number % 36, 36));
        number /= 36;
    }
    digits.into_iter().rev().collect()
}

/// The first key and the seed, drawn when the database is created.
pub(super) fn create(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let created_at = Timestamp::from_seconds(i64::try_from(now).unwrap_or_default());
    let key = SigningKey { kid: "1".to_owned(), secret: random(tx)?, created_at, retired_at: None };
    let seeds = Seeds::of(random(tx)?);
    set(tx, &[key], &seeds)
}

fn random(tx: &Tx<'_>) -> Result<[u8; 32], StoreError> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| tx.mistaken(format!("the system gives no random numbers: {error}")))?;
    Ok(bytes)
}

fn read_key(row: Vec<Value>) -> Result<SigningKey, String> {
    let [kid, bytes, created_at, retired_at] = <[Value; 4]>::try_from(row).map_err(|_| "columns are missing")?;
    Ok(SigningKey {
        kid: String::from_value(kid)?,
        secret: secret(bytes)?,
        created_at: Timestamp::from_value(created_at)?,
        retired_at: Option::from_value(retired_at)?,
    })
}

fn secret(value: Value) -> Result<[u8; 32], String> {
    Vec::<u8>::from_value(value)?.try_into().map_err(|_| "32 bytes were expected".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_secret_is_not_shown() {
        let seeds = Seeds { first: [171; 32], later: vec![(EventSeq(9), [205; 32])] };
        assert_eq!(format!("{seeds:?}"), "Seeds(2)");
    }
}
