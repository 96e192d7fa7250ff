//! Fetching: first what there is and how large, then mails by the batch. Only what was asked for is taken, and an answer
//! counts when its tagged OK has come. Nothing here marks a mail as read: BODY.PEEK alone (RFC 9051 6.4.5).

use std::collections::BTreeSet;

use async_imap::imap_proto::{AttributeValue, MailboxDatum, MessageSection, Response, SectionPath};

use super::command::{Answer, Command, Connection, SMALL};
use super::error::ImapError;
use super::sets::{set_text, sets};
use crate::domain::Timestamp;

/// Bytes that a server may take to say UID, size and date of a mail.
const LINE: u64 = 512;
/// What a server may send beyond the size that it said: sizes are estimates with some.
const SLACK: u64 = 64 * 1024;
/// Mails between which gaps are looked for with one command: its answer is a line.
const SEARCHED: usize = 10_000;
/// Bytes of a header that are fetched at most.
const MOST_HEADER: u64 = 2 * 1024 * 1024;

/// A mail that is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Listed {
    pub uid: u32,
    /// RFC822.SIZE.
    pub size: u32,
    /// INTERNALDATE.
    pub arrived_at: Option<Timestamp>,
}

/// A mail's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fetched {
    pub uid: u32,
    pub bytes: Vec<u8>,
}

/// How much of a mail is fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    Header,
}

/// Mails that are being fetched.
pub struct Fetching<'c> {
    connection: &'c mut Connection,
    command: Command,
    /// What was asked for and has not come yet.
    wanted: BTreeSet<u32>,
}

impl Connection {
    /// What is there from `first` on, by UID. `exists`: mails in the folder, as it was opened. What an answer leaves out
    /// counts as gone only where a search does not find it either.
    pub async fn list(&mut self, first: u32, exists: u32) -> Result<Vec<Listed>, ImapError> {
        if exists == 0 {
            return Ok(Vec::new());
        }
        let allow = SMALL + LINE * u64::from(exists);
        let mut found =
            self.listed(&format!("{first}:* (UID RFC822.SIZE INTERNALDATE)"), allow, |uid| uid >= first).await?;
        let left_out = self.left_out(first, &found).await?;
        found.extend(self.list_these(&left_out).await?);
        found.sort_by_key(|listed| listed.uid);
        Ok(found)
    }

    /// The UIDs of the mails with the numbers from `first` to `last` in the folder, as it was opened. Numbers stay while
    /// nothing else is asked (RFC 9051 7.5.1).
    pub async fn uids(&mut self, first: u32, last: u32) -> Result<Vec<u32>, ImapError> {
        let count = u64::from(last.saturating_sub(first)) + 1;
        let mut found = Vec::new();
        self.run("FETCH", &format!("{first}:{last} (UID)"), SMALL + LINE * count, |response| {
            if let Response::Fetch(number, values) = response
                && (first..=last).contains(number)
            {
                found.extend(uid_of(values));
            }
        })
        .await?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// Which of these are there.
    pub async fn list_these(&mut self, uids: &[u32]) -> Result<Vec<Listed>, ImapError> {
        let mut found = Vec::new();
        for (set, uids) in sets(uids) {
            let allow = SMALL + LINE * uids.len() as u64;
            let items = format!("{set} (UID RFC822.SIZE INTERNALDATE)");
            let listed = self.listed(&items, allow, |uid| uids.binary_search(&uid).is_ok()).await?;
            if listed.len() < uids.len() {
                let mut there = self.search(&set).await?;
                there.retain(|uid| listed.iter().all(|listed| listed.uid != *uid) && uids.contains(uid));
                if let Some(uid) = there.first() {
                    return Err(self.garbled("UID FETCH", &format!("UID {uid} is there, and it says nothing of it")));
                }
            }
            found.extend(listed);
        }
        Ok(found)
    }

    /// What is there between `first` and the last of these, without them. Where there are none, from `first` on.
    async fn left_out(&mut self, first: u32, found: &[Listed]) -> Result<Vec<u32>, ImapError> {
        let mut left_out = Vec::new();
        if found.is_empty() && first == 1 {
            left_out = self.search("1:*").await?;
        }
        let mut from = first;
        for listed in found.chunks(SEARCHED) {
            let Some(last) = listed.last().map(|last| last.uid) else { break };
            // No gaps, nothing to look for.
            if (last - from) as usize >= listed.len() {
                let there = self.search(&format!("{from}:{last}")).await?.into_iter();
                let is_left_out = |uid: &u32| listed.binary_search_by_key(uid, |listed| listed.uid).is_err();
                left_out.extend(there.filter(|uid| (from..=last).contains(uid)).filter(is_left_out));
            }
            from = last.saturating_add(1);
        }
        Ok(left_out)
    }

    async fn search(&mut self, set: &str) -> Result<Vec<u32>, ImapError> {
        let mut found = Vec::new();
        self.run("UID SEARCH", &format!("UID {set}"), SMALL, |response| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found.extend(uids);
            }
        })
        .await?;
        found.sort_unstable();
        found.dedup();
        Ok(found)
    }

    /// By UID; `n:*` gives the last mail even where that is before `n`, and servers send what nobody asked for.
    async fn listed(
        &mut self,
        items: &str,
        allow: u64,
        wanted: impl Fn(u32) -> bool,
    ) -> Result<Vec<Listed>, ImapError> {
        let mut found: Vec<Listed> = Vec::new();
        self.run("UID FETCH", items, allow, |response| {
            let Response::Fetch(_, values) = response else { return };
            let (Some(uid), Some(size)) = (uid_of(values), size_of(values)) else { return };
            if wanted(uid) {
                found.push(Listed { uid, size, arrived_at: date_of(values) });
            }
        })
        .await?;
        found.sort_by_key(|listed| listed.uid);
        found.dedup_by_key(|listed| listed.uid);
        Ok(found)
    }

    /// Begins to fetch these, which the server said to have `bytes` altogether. Ascending, and few enough for one command.
    pub async fn fetch(&mut self, uids: &[u32], part: Part, bytes: u64) -> Result<Fetching<'_>, ImapError> {
        let count = uids.len() as u64;
        let (item, allow) = match part {
            Part::Whole => ("BODY.PEEK[]", bytes + bytes / 8 + count * LINE + SLACK),
            Part::Header => ("BODY.PEEK[HEADER]", bytes.min(MOST_HEADER * count) + count * LINE + SLACK),
        };
        let command = self.begin("UID FETCH", &format!("{} (UID {item})", set_text(uids)), allow).await?;
        Ok(Fetching { connection: self, command, wanted: uids.iter().copied().collect() })
    }
}

impl Fetching<'_> {
    /// The next mail; `None` once the server has said that this was all.
    pub async fn next(&mut self) -> Result<Option<Fetched>, ImapError> {
        loop {
            match self.connection.next(&self.command, mail_of).await? {
                Answer::Data(Some(mail)) if self.wanted.remove(&mail.uid) => return Ok(Some(mail)),
                Answer::Data(_) => {}
                Answer::Done(_) => return Ok(None),
            }
        }
    }

    /// What was asked for and did not come: gone meanwhile, or kept back.
    pub fn missing(self) -> Vec<u32> {
        self.wanted.into_iter().collect()
    }
}

fn uid_of(values: &[AttributeValue<'_>]) -> Option<u32> {
    values.iter().find_map(|value| if let AttributeValue::Uid(uid) = value { Some(*uid) } else { None })
}

fn size_of(values: &[AttributeValue<'_>]) -> Option<u32> {
    values.iter().find_map(|value| if let AttributeValue::Rfc822Size(size) = value { Some(*size) } else { None })
}

fn date_of(values: &[AttributeValue<'_>]) -> Option<Timestamp> {
    values.iter().find_map(|value| if let AttributeValue::InternalDate(date) = value { parse_date(date) } else { None })
}

fn mail_of(response: &Response<'_>) -> Option<Fetched> {
    let Response::Fetch(_, values) = response else { return None };
    let body = values.iter().find_map(|value| match value {
        AttributeValue::BodySection { section, index: None, data } => {
            let wanted = matches!(section, None | Some(SectionPath::Full(MessageSection::Header)));
            data.as_deref().filter(|_| wanted)
        }
        _ => None,
    });
    Some(Fetched { uid: uid_of(values)?, bytes: body?.to_vec() })
}

/// RFC 9051 9, date-time: `" 7-Feb-1994 21:52:25 -0800"`.
fn parse_date(text: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?;
    Some(Timestamp(parsed.to_timestamp().ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::parse_date;
    use crate::domain::Timestamp;

    #[test]
    fn a_date_of_the_server_is_a_point_in_time() {
        let at = Some(Timestamp(760_686_745_000));
        assert_eq!((parse_date(" 7-Feb-1994 21:52:25 -0800"), parse_date("08-Feb-1994 05:52:25 +0000")), (at, at));
        assert_eq!(parse_date("yesterday"), None);
    }
}
