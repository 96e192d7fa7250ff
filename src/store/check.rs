//! Whether a database is whole: what can be found out without deciding anything again. Each check looks at all of its
//! subject, in a transaction that the caller opened, so that everything seen is of one moment.

use super::migrate::Reference;
use super::tables::TABLES;
use super::{StoreError, Tx, content, migrate};
use crate::domain::ContentId;
use crate::domain::row::Value;

/// Problems that one check tells; who has more has seen enough.
pub(super) const TOLD: i64 = 20;
/// Contents whose rows are in memory at a time.
const PAGE: i64 = 64;

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The file's pages, and that indexes and tables say the same; on a server, that every row can be read.
    Integrity,
    /// Rows that name others: those are there.
    References,
    /// Tables and indexes are those of this version.
    Schema,
    /// Events are numbered without a gap up to the last, each with a decision.
    Journal,
    /// Stored bytes are those that their digests say.
    Contents,
    /// No number will be given twice.
    Counters,
}

impl Check {
    /// The order in which they are worth reading: what comes first explains what follows.
    pub const ALL: [Check; 6] =
        [Check::Integrity, Check::References, Check::Schema, Check::Journal, Check::Contents, Check::Counters];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Check::Integrity => "integrity",
            Check::References => "references",
            Check::Schema => "schema",
            Check::Journal => "journal",
            Check::Contents => "contents",
            Check::Counters => "counters",
        }
    }

    /// Looks, and tells what is wrong. `progress` is told how many contents were read.
    pub fn run(self, tx: &mut Tx<'_>, progress: &mut dyn FnMut(u64)) -> Result<Vec<Problem>, StoreError> {
        let found = match self {
            Check::Integrity => tx.integrity(),
            Check::References => references(tx),
            Check::Schema => tx.schema(),
            Check::Journal => journal(tx),
            Check::Contents => contents(tx, progress),
            Check::Counters => counters(tx),
        };
        match found {
            // So damaged that it cannot be asked.
            Err(StoreError::Corrupt { what, .. }) => Ok(vec![Problem::new(what, WayOut::Restore)]),
            found => found,
        }
    }
}

/// Rows that name others which are not there.
pub(super) fn references(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    // A copy may be of an earlier schema, without some of them.
    let present = tx.table_names()?;
    let is_present = |it: &Reference| [it.table, it.named].iter().all(|name| present.iter().any(|found| found == name));
    for Reference { table, column, named, key } in migrate::references().into_iter().filter(is_present) {
        let known = format!("SELECT 1 FROM {named} AS named WHERE named.{key} = {table}.{column}");
        let lost = format!("SELECT count(*) FROM {table} WHERE {column} IS NOT NULL AND NOT EXISTS ({known})");
        let what = match number(tx, &lost)?.unwrap_or_default() {
            0 => continue,
            1 => format!("a row of {table} names a row of {named} ({column}) that is not there"),
            rows => format!("{rows} rows of {table} name rows of {named} ({column}) that are not there"),
        };
        problems.push(Problem::beyond_repair(what));
    }
    Ok(problems)
}

/// Something that is not as it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub what: String,
    pub way_out: WayOut,
}

/// What can be done about a problem.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WayOut {
    /// A backup from before must be restored.
    Restore,
    /// This statement puts it right while nothing else uses the database.
    Statement(String),
}

impl Problem {
    pub(super) fn new(what: impl Into<String>, way_out: WayOut) -> Self {
        Problem { what: what.into(), way_out }
    }

    /// One that nothing but a backup puts right.
    pub(super) fn beyond_repair(what: impl Into<String>) -> Self {
        Problem::new(what, WayOut::Restore)
    }
}

/// Contents that [`Check::Contents`] will read.
pub fn contents_to_read(tx: &mut Tx<'_>) -> Result<i64, StoreError> {
    Ok(number(tx, "SELECT count(*) FROM content")?.unwrap_or_default())
}

/// What a copy must pass before it is trusted, whatever schema it has.
pub(super) fn whole(tx: &mut Tx<'_>) -> Result<(), StoreError> {
    for check in Check::ALL.into_iter().filter(|check| *check != Check::Schema) {
        if let Some(problem) = check.run(tx, &mut |_| {})?.into_iter().next() {
            return Err(tx.damaged(problem.what));
        }
    }
    Ok(())
}

fn journal(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    let gaps = "SELECT seq FROM event AS later WHERE seq > 1 AND NOT EXISTS \
                (SELECT 1 FROM event WHERE event.seq = later.seq - 1) ORDER BY seq";
    for seq in numbers(tx, gaps)? {
        problems.push(Problem::beyond_repair(format!("the event before event {seq} is missing")));
    }
    let last = number(tx, "SELECT max(seq) FROM event")?.unwrap_or_default();
    if let Some(next) = number(tx, "SELECT next FROM counter WHERE name = 'event'")?.filter(|next| *next > last + 1) {
        problems.push(Problem::beyond_repair(format!(
            "the journal ends with event {last}, and event {next} was to come next"
        )));
    }
    let undecided = "SELECT seq FROM event WHERE NOT EXISTS \
                     (SELECT 1 FROM decision WHERE decision.event = event.seq) ORDER BY seq";
    for seq in numbers(tx, undecided)? {
        problems.push(Problem::beyond_repair(format!("event {seq} has no decision")));
    }
    Ok(problems)
}

fn contents(tx: &mut Tx<'_>, progress: &mut dyn FnMut(u64)) -> Result<Vec<Problem>, StoreError> {
    let mut problems = Vec::new();
    let strays = "SELECT DISTINCT content FROM content_chunk WHERE content NOT IN (SELECT id FROM content)";
    for id in numbers(tx, strays)? {
        let delete = format!("DELETE FROM content_chunk WHERE content = {id}");
        problems.push(Problem::new(
            format!("there are bytes of content {id}, which is not there"),
            WayOut::Statement(delete),
        ));
    }
    let (mut after, mut done) = (0, 0);
    loop {
        let page = "SELECT id, size FROM content WHERE id > $1 ORDER BY id LIMIT $2";
        let rows = tx.query(page, &[Value::Integer(after), Value::Integer(PAGE)])?;
        if rows.is_empty() || problems.len() as i64 >= TOLD {
            return Ok(problems);
        }
        for row in rows {
            let Ok([Value::Integer(id), Value::Integer(size)]) = <[Value; 2]>::try_from(row) else { continue };
            after = id;
            done += 1;
            match content::raw(tx, ContentId(id)) {
                Ok(bytes) if i64::try_from(bytes.len()) != Ok(size) => {
                    problems
                        .push(Problem::beyond_repair(format!("content {id} has {} bytes, not {size}", bytes.len())));
                }
                Ok(_) => {}
                Err(StoreError::Corrupt { what, .. }) => {
                    let of = numbers(tx, &format!("SELECT id FROM message WHERE content = {id}"))?;
                    let of: Vec<String> = of.into_iter().map(|message| format!(", of message #{message}")).collect();
                    problems.push(Problem::beyond_repair(format!("{what}{}", of.concat())));
                }
                Err(error) => return Err(error),
            }
        }
        progress(done);
    }
}

fn counters(tx: &mut Tx<'_>) -> Result<Vec<Problem>, StoreError> {
    let mut highest = [("id", 0), ("event", 0), ("ticket_number", 0)];
    // A copy may be of an earlier schema, without some of them.
    let present = tx.table_names()?;
    let with_ids = TABLES.iter().filter(|names| names.key == ["id"]);
    for names in with_ids.filter(|names| present.iter().any(|name| name == names.table)) {
        let most = number(tx, &format!("SELECT max(id) FROM {}", names.table))?.unwrap_or_default();
        highest[0].1 = most.max(highest[0].1);
    }
    highest[1].1 = number(tx, "SELECT max(seq) FROM event")?.unwrap_or_default();
    highest[2].1 = number(tx, "SELECT max(number) FROM ticket")?.unwrap_or_default();
    let mut problems = Vec::new();
    for (name, used) in highest {
        let next = number(tx, &format!("SELECT next FROM counter WHERE name = '{name}'"))?;
        let way_out = WayOut::Statement(format!(
            "INSERT INTO counter (name, next) VALUES ('{name}', {}) ON CONFLICT (name) DO UPDATE SET next = excluded.next",
            used + 1
        ));
        match next {
            None => problems.push(Problem::new(format!("the counter {name} is missing"), way_out)),
            Some(next) if next <= used => {
                problems
                    .push(Problem::new(format!("the counter {name} would give {next}, and {used} is used"), way_out));
            }
            Some(_) => {}
        }
    }
    Ok(problems)
}

/// The number that a statement gives; `None` for no row, and for NULL.
pub(super) fn number(tx: &mut Tx<'_>, sql: &str) -> Result<Option<i64>, StoreError> {
    match tx.query(sql, &[])?.into_iter().flatten().next() {
        Some(Value::Integer(number)) => Ok(Some(number)),
        _ => Ok(None),
    }
}

/// The first numbers that a statement gives.
fn numbers(tx: &mut Tx<'_>, sql: &str) -> Result<Vec<i64>, StoreError> {
    let rows = tx.query(&format!("{sql} LIMIT {TOLD}"), &[])?;
    Ok(rows
        .into_iter()
        .flatten()
        .filter_map(|value| if let Value::Integer(n) = value { Some(n) } else { None })
        .collect())
}

pub(super) fn text(value: Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text) } else { None }
}
