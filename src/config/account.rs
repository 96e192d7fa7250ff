//! `[mailbox.imap]`: how a mailbox is reached, and what is read of it. Part of the installation, not of the setup: nothing
//! here decides about mail, and nothing here is exported or journaled. No password stands in the file, only where one is.

use std::ops::Range;

use super::problem::Report;
use super::table::{Placed, Table};
use crate::domain::text_enum::text_enum;
use crate::domain::{MailboxKind, Timestamp};

/// Bytes of the largest mail that is stored whole, unless the file asks for less.
pub const MOST_BYTES: u64 = 50 * 1024 * 1024;

/// How a mailbox is reached by IMAP (RFC 9051).
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Name of the mailbox in the setup.
    pub mailbox: String,
    pub kind: MailboxKind,
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// `Security::None` is for this computer only unless this is set.
    pub allow_unencrypted: bool,
    /// PEM file with the authorities that are trusted instead of the system's.
    pub ca_file: Option<String>,
    pub user: String,
    pub password: PasswordFrom,
    /// Watched for incoming mail.
    pub folders: Vec<String>,
    /// With sent mail. `None`: the one that the server marks as such (RFC 6154), else one of the name Sent.
    pub sent_folders: Option<Vec<String>>,
    pub start: Start,
    pub after: After,
    /// Of larger mails the header is fetched.
    pub most_bytes: u64,
}

text_enum! {
    /// How the connection is encrypted.
    Security {
        /// TLS from the first byte (RFC 8314).
        Implicit = "implicit",
        /// TLS after the command STARTTLS: refused without it.
        StartTls = "starttls",
        None = "none",
    }
}

/// Where a password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// The first line of a file.
    File(String),
    /// A variable of the environment.
    Environment(String),
    /// A credential of systemd (`LoadCredential=`): a file in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
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
    report: &mut Report,
) -> Option<Account> {
    let mut table = mailbox.table("imap", report)?;
    let host = table.needed_text("host", "host = \"imap.example.org\"", report).map(|host| read_host(&host, report));
    let user =
        table.needed_text("user", "user = \"support@example.org\"", report).map(|user| user.get_ref().to_string());
    let security = read_security(&mut table, host.as_deref().unwrap_or_default(), report);
    let port = read_port(&mut table, report);
    let account = Account {
        mailbox: name.to_owned(),
        kind,
        port: port.unwrap_or(if security.0 == Security::Implicit { 993 } else { 143 }),
        host: host.unwrap_or_default(),
        security: security.0,
        allow_unencrypted: security.1,
        ca_file: table.text("ca_file", report).map(|path| path.get_ref().to_string()),
        user: user.unwrap_or_default(),
        password: read_password(&mut table, report).unwrap_or(PasswordFrom::File(String::new())),
        folders: read_folders(&mut table, sent_folders.as_deref().unwrap_or_default(), report),
        sent_folders,
        start: read_start(&mut table, report),
        after: read_after(&mut table, kind, report),
        most_bytes: read_size(&mut table, report),
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

fn read_host(host: &Placed<&str>, report: &mut Report) -> String {
    let name = *host.get_ref();
    if name.contains(|c: char| c.is_whitespace() || c == '/' || c == '@') {
        let hint = "only the name of the server: \"imap.example.org\"; the port has a key of its own";
        report.error(host.span(), format!("`{name}` is no name of a server"), hint);
    }
    name.to_owned()
}

/// The key `tls`, and whether no encryption is all right.
fn read_security(table: &mut Table, host: &str, report: &mut Report) -> (Security, bool) {
    let words: Vec<_> = Security::ALL.iter().map(|word| word.as_str()).collect();
    let place = table.place_of("tls").map(|(_, place)| place);
    let security = table.word("tls", &words, report).unwrap_or(Security::Implicit);
    let allowed = table.flag("allow_unencrypted", report).unwrap_or(false);
    if let Some(place) = place.filter(|_| security == Security::None && !allowed && !is_loopback(host)) {
        let hint = "use \"implicit\" or \"starttls\"; where the network between is yours, say allow_unencrypted = true";
        report.error(place, format!("the password would go to {host} unencrypted"), hint);
    }
    (security, allowed)
}

/// Whether that is this computer, by its name alone.
fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_port(table: &mut Table, report: &mut Report) -> Option<u16> {
    let (number, place) = table.number("port", report)?;
    let port = u16::try_from(number).ok().filter(|port| *port > 0);
    if port.is_none() {
        report.error(place, format!("{number} is no port"), "993 for implicit TLS, 143 else");
    }
    port
}

fn read_password(table: &mut Table, report: &mut Report) -> Option<PasswordFrom> {
    let hint =
        "write it into a file that only ticketd may read, and name that: password_file = \"/etc/ticketd/support\"";
    if let Some((_, place)) = table.place_of("password") {
        report.error(place, "a password does not stand in this file", hint);
        return None;
    }
    let mut found: Vec<(PasswordFrom, Range<usize>)> = Vec::new();
    type Wrap = fn(String) -> PasswordFrom;
    let keys: [(&'static str, Wrap); 3] = [
        ("password_file", PasswordFrom::File),
        ("password_env", PasswordFrom::Environment),
        ("password_credential", PasswordFrom::Credential),
    ];
    for (key, from) in keys {
        found.extend(table.text(key, report).map(|text| (from(text.get_ref().to_string()), text.span())));
    }
    if let Some((_, place)) = found.get(1) {
        report.error(place.clone(), "there are two places for one password", "leave one of them out");
    }
    if let Some((PasswordFrom::Credential(name), place)) = found.first()
        && name.contains('/')
    {
        let hint = "the name that the unit gives it: LoadCredential=NAME:FILE";
        report.error(place.clone(), format!("`{name}` is no name of a credential"), hint);
    }
    let is_there = ["password_file", "password_env", "password_credential"].iter().any(|key| table.has(key));
    if !is_there {
        let message = "where the password is, is missing in this `mailbox.imap`";
        let hint = "for example: password_file = \"/etc/ticketd/support\"; or password_env, or password_credential";
        report.error(table.place(), message, hint);
    }
    found.into_iter().next().map(|(from, _)| from)
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
