//! `[mailbox.imap]`: how a mailbox is reached, and what is read of it. Part of the installation, not of the setup: nothing
//! here decides about mail, and nothing here is exported or journaled. No password stands in the file, only where one is.

use super::credential::{Credential, read_credential};
use super::duration;
use super::names::Names;
use super::problem::Report;
use super::server::{Ports, Security, Server, read_server};
use super::table::Table;
use crate::domain::{MINUTE, MailboxKind, Millis, Timestamp};

const IMAP: Ports = Ports {
    example: "imap.example.org",
    security: Security::Implicit,
    implicit: 993,
    other: 143,
    hint: "993 for implicit TLS, 143 else",
    carried: "the password",
};

/// Bytes of the largest mail that is stored whole, unless the file asks for less.
pub const MOST_BYTES: u64 = 50 * 1024 * 1024;

/// A server may end a connection on which nothing is asked for 30 minutes (RFC 9051 5.4).
const MOST_POLL: Millis = 15 * MINUTE;

/// How a mailbox is reached by IMAP (RFC 9051).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Name of the mailbox in the setup.
    pub mailbox: String,
    pub kind: MailboxKind,
    pub server: Server,
    pub user: String,
    pub credential: Credential,
    /// Watched for incoming mail.
    pub folders: Vec<String>,
    /// With sent mail. `None`: the one that the server marks as such (RFC 6154), else one of the name Sent.
    pub sent_folders: Option<Vec<String>>,
    pub start: Start,
    pub after: After,
    /// What people sent from the mailbox is put into its Sent folder once a relay has it.
    pub sent_copy: bool,
    /// Of larger mails the header is fetched.
    pub most_bytes: u64,
    /// How often the daemon asks for what the server does not tell by itself.
    pub poll: Millis,
}

/// From when on mail counts as new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// What is there when the mailbox is read for the first time is left alone.
    Now,
    /// What arrived before is left alone.
    Since(Timestamp),
    /// Everything there is.
    All,
}

/// What becomes of a mail on the server once it is stored here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum After {
    Nothing,
    /// It is marked as read.
    Seen,
    Move(String),
    Delete,
}

/// Reads `[mailbox.imap]` of a mailbox, where it is there.
pub(super) fn read_account(
    mailbox: &mut Table,
    name: &str,
    kind: MailboxKind,
    sent_folders: Option<Vec<String>>,
    clients: &Names,
    report: &mut Report,
) -> Option<Account> {
    let mut table = mailbox.table("imap", report)?;
    let server = read_server(&mut table, &IMAP, report);
    let user =
        table.needed_text("user", "user = \"support@example.org\"", report).map(|user| user.get_ref().to_string());
    let credential = read_credential(&mut table, "mailbox.imap", clients, report);
    let account = Account {
        mailbox: name.to_owned(),
        kind,
        server,
        user: user.unwrap_or_default(),
        credential,
        folders: read_folders(&mut table, sent_folders.as_deref().unwrap_or_default(), report),
        sent_folders,
        start: read_start(&mut table, report),
        after: read_after(&mut table, kind, report),
        sent_copy: read_sent_copy(&mut table, kind, report),
        most_bytes: read_size(&mut table, report),
        poll: read_poll(&mut table, report),
    };
    let folder = match &account.after {
        After::Move(folder) => Some(folder),
        After::Nothing | After::Seen | After::Delete => None,
    };
    if let Some(folder) = folder.filter(|folder| account.folders.contains(folder))
        && let Some((_, place)) = table.place_of("after")
    {
        report.error(place, format!("`{folder}` is read itself"), "name a folder that is not among `folders`");
    }
    table.close(report);
    Some(account)
}

fn read_folders(table: &mut Table, sent: &[String], report: &mut Report) -> Vec<String> {
    let Some(folders) = table.texts("folders", report) else { return vec!["INBOX".to_owned()] };
    let mut names: Vec<String> = Vec::new();
    for folder in &folders {
        // INBOX is written in any case (RFC 9051 5.1).
        let name = if folder.get_ref().eq_ignore_ascii_case("INBOX") { "INBOX" } else { folder.get_ref() };
        if sent.iter().any(|sent| sent == name) {
            report.error(
                folder.span(),
                format!("`{name}` is among `sent_folders`"),
                "those are read as well: leave it out here",
            );
        } else if names.iter().any(|known| known == name) {
            report.error(folder.span(), format!("`{name}` is named twice"), "leave one of them out");
        }
        names.push(name.to_owned());
    }
    names
}

fn read_start(table: &mut Table, report: &mut Report) -> Start {
    let Some(text) = table.text("start", report) else { return Start::Now };
    match *text.get_ref() {
        "now" => Start::Now,
        "all" => Start::All,
        date => read_date(date).map_or_else(
            || {
                let hint = "\"now\", \"all\", or a date: \"2026-01-31\"";
                report.error(text.span(), format!("`{date}` is no start"), hint);
                Start::Now
            },
            Start::Since,
        ),
    }
}

/// The beginning of that day, in UTC.
pub fn read_date(text: &str) -> Option<Timestamp> {
    let date: jiff::civil::Date = text.parse().ok().filter(|_| text.len() == 10)?;
    Some(Timestamp(jiff::tz::Offset::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond()))
}

fn read_after(table: &mut Table, kind: MailboxKind, report: &mut Report) -> After {
    let Some(text) = table.text("after", report) else { return After::Nothing };
    if kind == MailboxKind::Personal {
        report.error(text.span(), "a user's own inbox is never changed", "leave `after` out");
        return After::Nothing;
    }
    match *text.get_ref() {
        "seen" => After::Seen,
        "delete" => After::Delete,
        other => match other.strip_prefix("move:").map(str::trim).filter(|folder| !folder.is_empty()) {
            Some(folder) => After::Move(folder.to_owned()),
            None => {
                let hint = "\"seen\", \"move:FOLDER\" or \"delete\"; without the key the server is not changed";
                report.error(text.span(), format!("`{other}` is nothing to do after a mail is stored"), hint);
                After::Nothing
            }
        },
    }
}

fn read_sent_copy(table: &mut Table, kind: MailboxKind, report: &mut Report) -> bool {
    let wanted = table.flag("sent_copy", report).unwrap_or(false);
    if let Some((_, place)) = table.place_of("sent_copy").filter(|_| wanted && kind == MailboxKind::Personal) {
        report.error(place, "a user's own inbox is never changed", "leave `sent_copy` out");
    }
    wanted
}

fn read_poll(table: &mut Table, report: &mut Report) -> Millis {
    let Some(text) = table.text("poll", report) else { return MINUTE };
    let span = duration::parse(text.get_ref()).filter(|span| (MINUTE..=MOST_POLL).contains(span));
    if span.is_none() {
        report.error(text.span(), format!("`{}` is no pause", text.get_ref()), "from \"1 minute\" to \"15 minutes\"");
    }
    span.unwrap_or(MINUTE)
}

fn read_size(table: &mut Table, report: &mut Report) -> u64 {
    let Some(text) = table.text("size_limit", report) else { return MOST_BYTES };
    let (number, unit) = text.get_ref().split_at(text.get_ref().find(|c: char| !c.is_ascii_digit()).unwrap_or(0));
    let unit = match unit.trim() {
        "KB" => 1024,
        "MB" => 1024 * 1024,
        _ => 0,
    };
    let bytes = number.parse::<u64>().ok().and_then(|number| number.checked_mul(unit)).unwrap_or_default();
    if bytes == 0 || bytes > MOST_BYTES {
        report.error(text.span(), format!("`{}` is no limit", text.get_ref()), "from \"1 KB\" to \"50 MB\"");
        return MOST_BYTES;
    }
    bytes
}
