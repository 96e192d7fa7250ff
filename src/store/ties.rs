//! What withheld mails may tie to: ids of messages, ids that are waited for, addresses of contacts. Compared with the hashes
//! that are kept of each withheld mail ([`super::watched`]): what was added since a folder was compared last, and now and
//! then everything.
//!
//! Ids ascend with the journal, for all tables in one sequence: so what is new is what has a higher id than there was then.
//! An address gains a contact that is made for it there and then. An alias has no id: it is new where its message is, or where
//! an event since then decided something about its message.

use std::collections::BTreeSet;

use super::watched::{Position, integers, text, withheld_keys};
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{LookupKey, Timestamp};

/// Texts that are looked up one by one at most; of more the hashes of a whole folder are compared.
const MOST_LOOKUPS: usize = 500;

/// Up to where a folder was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Compared {
    /// The next event then, and the next id.
    pub event: i64,
    pub id: i64,
    /// When it was compared with everything.
    pub whole_at: Timestamp,
}

/// How far that folder was compared. `None`: not at all.
pub fn compared(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<Option<Compared>, StoreError> {
    let sql = "SELECT event, id, whole_at FROM withheld_compared WHERE mailbox = $1 AND folder = $2";
    let Some(row) = tx.query(sql, &[text(at.mailbox), text(at.folder)])?.into_iter().next() else { return Ok(None) };
    match <[Value; 3]>::try_from(row) {
        Ok([Value::Integer(event), Value::Integer(id), Value::Integer(whole_at)]) => {
            Ok(Some(Compared { event, id, whole_at: Timestamp(whole_at) }))
        }
        _ => Err(tx.damaged("table withheld_compared")),
    }
}

/// The next event and the next id.
pub fn next(tx: &mut Tx<'_>) -> Result<(i64, i64), StoreError> {
    let sql = "SELECT (SELECT next FROM counter WHERE name = 'event'), (SELECT next FROM counter WHERE name = 'id')";
    match tx.query(sql, &[])?.into_iter().next().map(<[Value; 2]>::try_from) {
        Some(Ok([Value::Integer(event), Value::Integer(id)])) => Ok((event, id)),
        _ => Err(tx.damaged("table counter")),
    }
}

/// What was added since then; without a beginning everything.
pub fn since(tx: &mut Tx<'_>, begin: Option<&Compared>) -> Result<Vec<String>, StoreError> {
    let found = match begin {
        None => {
            let sql = "SELECT message_id FROM message WHERE message_id IS NOT NULL \
                       UNION ALL SELECT message_id FROM message_alias UNION ALL SELECT awaited_id FROM awaited \
                       UNION ALL SELECT address FROM address WHERE contact IS NOT NULL";
            tx.query(sql, &[])?
        }
        Some(begin) => {
            let sql = "SELECT message_id FROM message WHERE message_id IS NOT NULL AND id >= $1 \
                       UNION ALL SELECT message_id FROM message_alias WHERE message >= $1 \
                       OR message IN (SELECT message FROM decision WHERE event >= $2) \
                       UNION ALL SELECT awaited_id FROM awaited WHERE message >= $1 \
                       OR message IN (SELECT message FROM decision WHERE event >= $2) \
                       UNION ALL SELECT address FROM address WHERE contact >= $1";
            tx.query(sql, &[Value::Integer(begin.id), Value::Integer(begin.event)])?
        }
    };
    let texts = found.into_iter().flatten();
    Ok(texts.filter_map(|value| if let Value::Text(text) = value { Some(text) } else { None }).collect())
}

/// Whether one of these is known.
pub fn is_known<'t>(tx: &mut Tx<'_>, texts: impl IntoIterator<Item = &'t str>) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM message WHERE id_key = $1 AND message_id = $2 \
               UNION ALL SELECT 1 FROM message_alias WHERE key = $1 AND message_id = $2 \
               UNION ALL SELECT 1 FROM awaited WHERE key = $1 AND awaited_id = $2 \
               UNION ALL SELECT 1 FROM address WHERE key = $1 AND address = $2 AND contact IS NOT NULL LIMIT 1";
    for one in texts {
        if !tx.query(sql, &[LookupKey::of(one).to_value(), text(one)])?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The withheld mails of that folder that have one of these keys.
pub fn withheld_by(
    tx: &mut Tx<'_>,
    at: &Position<'_>,
    keys: &BTreeSet<LookupKey>,
) -> Result<BTreeSet<i64>, StoreError> {
    if keys.len() > MOST_LOOKUPS {
        let withheld = withheld_keys(tx, at)?.into_iter();
        return Ok(withheld.filter(|(_, key)| keys.contains(key)).map(|(uid, _)| uid).collect());
    }
    let sql = "SELECT uid FROM withheld_key WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND key = $4";
    let mut found = BTreeSet::new();
    for key in keys {
        found.extend(integers(tx.query(sql, &[at.values(), vec![key.to_value()]].concat())?));
    }
    Ok(found)
}

/// Keeps which withheld mails tie to something by now, and how far the folder was compared.
pub fn keep(tx: &mut Tx<'_>, at: &Position<'_>, tied: &BTreeSet<i64>, compared: &Compared) -> Result<(), StoreError> {
    let sql = "UPDATE withheld SET tied = 1 WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND uid = $4";
    tx.execute_many(sql, tied.iter().map(|uid| [at.values(), vec![Value::Integer(*uid)]].concat()))?;
    let sql = "INSERT INTO withheld_compared (mailbox, folder, event, id, whole_at) VALUES ($1, $2, $3, $4, $5) \
               ON CONFLICT (mailbox, folder) DO UPDATE SET \
               event = excluded.event, id = excluded.id, whole_at = excluded.whole_at";
    let Compared { event, id, whole_at } = *compared;
    let values = [text(at.mailbox), text(at.folder), Value::Integer(event), Value::Integer(id), whole_at.to_value()];
    tx.execute(sql, &values).map(|_| ())
}

/// The withheld mails of that folder that tie to something, and are not stored yet.
pub fn tied(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<BTreeSet<i64>, StoreError> {
    let sql = "SELECT uid FROM withheld WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 AND tied = 1";
    Ok(integers(tx.query(sql, &at.values())?))
}

/// Whether anything is withheld in that folder.
pub fn are_there_any(tx: &mut Tx<'_>, at: &Position<'_>) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM withheld WHERE mailbox = $1 AND folder = $2 AND uidvalidity = $3 LIMIT 1";
    Ok(!tx.query(sql, &at.values())?.is_empty())
}
