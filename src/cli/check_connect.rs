//! `ticketd check --connect`: whether every mailbox can be read, and how far it was.

use std::fmt::Write;
use std::path::Path;

use serde_json::{Value, json};

use super::database::{find, wait_for};
use super::screen::line;
use super::times::{local, now, rfc3339, zone};
use super::{Code, Failure, accounts};
use crate::config::{Account, Config, Security};
use crate::domain::*;
use crate::engine::access::{self, Access};
use crate::engine::sync::{self, FolderSeen, Looked, Mailbox, Sight};
use crate::net::Encryption;
use crate::net::oauth::Ending;
use crate::store::{Location, Store};

/// A certificate with fewer days left is warned about.
const FEW_DAYS: i64 = 21;
const DAY: Millis = 24 * 60 * MINUTE;

/// What we can do where the server has it, and what for.
const CAPABILITIES: [(&str, &str); 5] = [
    ("UIDPLUS", "single mails cannot be deleted there (`after`)"),
    ("MOVE", "mail is copied and deleted instead of moved (`after`)"),
    ("SPECIAL-USE", "the folder with sent mail is found by its name only"),
    ("LIST-EXTENDED", ""),
    ("ID", ""),
];

/// What became of trying a mailbox.
pub(super) struct Tried {
    account: Account,
    sight: Option<Sight>,
    /// What its login by OAuth needs, and when that ends; the earliest first.
    endings: Vec<Ending>,
    trouble: Option<(Code, String)>,
}

/// Tries every mailbox that says how it is reached.
pub(super) fn try_all(path: &Path, config: &Config, database: Option<Location>) -> anyhow::Result<Vec<Tried>> {
    if config.accounts.is_empty() {
        return Err(accounts::none(path).into());
    }
    let database = database.or_else(|| config.database.as_deref().map(Location::from));
    // Where there is none yet, every mailbox is read for the first time.
    let store = match database.map(|database| find(&database)).transpose()?.flatten() {
        Some(store) => store,
        None => Store::in_memory()?,
    };
    let access = Access::new(config.oauth.clone(), store.clone(), now);
    let mut tried = Vec::new();
    let (mut mailboxes, mut places) = (Vec::new(), Vec::new());
    for account in config.accounts.clone() {
        let trouble = match access::check(&config.oauth, &account.credential) {
            Ok(()) => {
                mailboxes.push(Mailbox { account: account.clone(), access: access.clone() });
                places.push(tried.len());
                None
            }
            Err(error) => Some((Code::Config, error.to_string())),
        };
        tried.push(Tried { account, sight: None, endings: Vec::new(), trouble });
    }
    for Looked { mailbox, sight, error } in wait_for(sync::look(&store, mailboxes, now()))?? {
        let Some(tried) = places.get(mailbox).and_then(|place| tried.get_mut(*place)) else { continue };
        tried.sight = sight;
        tried.trouble = error.map(|error| {
            let code = accounts::code_of(&error);
            (code, format!("{error}\n    {}", accounts::way_out(error.cause)))
        });
    }
    // Logging in may have changed them.
    for tried in &mut tried {
        let Account { credential, user, .. } = &tried.account;
        tried.endings = access.endings(credential, user)?;
    }
    Ok(tried)
}

/// The worst that was met.
pub(super) fn code(tried: &[Tried]) -> Code {
    let codes = tried.iter().filter_map(|tried| tried.trouble.as_ref()).map(|(code, _)| *code);
    codes.max_by_key(|code| *code as u8).unwrap_or(Code::Success)
}

/// For people.
pub(super) fn as_text(config: &Config, tried: &[Tried]) -> Result<String, Failure> {
    let zone = zone(config.time_zone.as_deref())?;
    let mut out = String::new();
    for tried in tried {
        let Tried { account, sight, endings, trouble } = tried;
        let encrypted = sight.as_ref().map(|sight| encryption_in_words(account, sight.encryption, now()));
        let _ = writeln!(out, "{}: {}{}", account.mailbox, server(account), encrypted.unwrap_or_default());
        for ending in endings {
            let _ = writeln!(out, "  {}", ending_in_words(ending, now()));
        }
        for warning in warnings(tried, now()) {
            let _ = writeln!(out, "  warning: {warning}");
        }
        if let Some(sight) = sight {
            let _ = writeln!(out, "  {}", capabilities_in_words(&sight.capabilities));
        }
        for folder in sight.iter().flat_map(|sight| &sight.folders) {
            let oldest = folder.oldest.map(|at| format!(", the oldest of {}", local(at, &zone)));
            let _ = writeln!(out, "  {}{}", folder_in_words(folder), oldest.unwrap_or_default());
        }
        if let Some((_, message)) = trouble {
            let _ = writeln!(out, "  trouble: {message}");
        }
    }
    Ok(out)
}

fn server(account: &Account) -> String {
    account.server.to_string()
}

fn encryption_in_words(account: &Account, encryption: Option<Encryption>, now: Timestamp) -> String {
    let Some(encryption) = encryption else { return ", not encrypted".to_owned() };
    let how = if account.server.security == Security::StartTls { " by STARTTLS" } else { "" };
    let until = encryption
        .certificate_until
        .map(|until| format!(", certificate until {} ({} days)", day(until), days_left(until, now)));
    format!(", {}{how}{}", encryption.version, until.unwrap_or_default())
}

fn days_left(until: Timestamp, now: Timestamp) -> i64 {
    (until.0 - now.0).div_euclid(DAY)
}

fn capabilities_in_words(has: &[String]) -> String {
    let (there, missing): (Vec<_>, Vec<_>) =
        CAPABILITIES.iter().partition(|(name, _)| has.iter().any(|has| has == name));
    let there = there.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    let mut out = format!("can: {}", if there.is_empty() { "–" } else { &there });
    for (name, without) in missing.iter().filter(|(_, without)| !without.is_empty()) {
        out.push_str(&format!("; no {name}: {without}"));
    }
    out
}

fn folder_in_words(folder: &FolderSeen) -> String {
    let FolderSeen { name, role, uidvalidity, mails, read_before, last_uid, to_read, .. } = folder;
    let sent = if *role == FolderRole::Sent { " (sent mail)" } else { "" };
    let stored = match (read_before, last_uid) {
        (false, _) => "not read yet".to_owned(),
        (true, 0) => "nothing stored yet".to_owned(),
        (true, uid) => format!("stored up to UID {uid}"),
    };
    let lag = if *to_read == 0 { "nothing to read".to_owned() } else { format!("{to_read} to read") };
    format!("{}{sent}: UIDVALIDITY {uidvalidity}, {mails} there, {stored}, {lag}", line(name))
}

/// What will be trouble before long.
fn warnings(tried: &Tried, now: Timestamp) -> Vec<String> {
    let encryption = tried.sight.as_ref().and_then(|sight| sight.encryption);
    let certificate = encryption.and_then(|encryption| encryption.certificate_until);
    let certificate = certificate.filter(|until| days_left(*until, now) < FEW_DAYS).map(|until| {
        let days = days_left(until, now);
        format!("the server's certificate ends in {days} days, on {}: then no mail is read any more", rfc3339(until))
    });
    let near = tried.endings.iter().filter(|ending| ending.is_near(now));
    certificate.into_iter().chain(near.map(|ending| ending_warned(ending, &tried.account.mailbox, now))).collect()
}

fn ending_in_words(ending: &Ending, now: Timestamp) -> String {
    let day = day(ending.at);
    let days = ending.days_left(now);
    match ending.what {
        Ends::Consent => format!("OAuth: the consent holds until {day} ({days} days) unless it is used before"),
        Ends::Secret => format!("OAuth: the client's secret holds until {day} ({days} days)"),
    }
}

fn ending_warned(ending: &Ending, mailbox: &str, now: Timestamp) -> String {
    let (day, days) = (day(ending.at), ending.days_left(now));
    match ending.what {
        Ends::Consent => {
            format!(
                "the consent ends in {days} days, on {day}, unless it is used before: `ticketd login {mailbox}` renews it"
            )
        }
        Ends::Secret => {
            format!(
                "the secret of the OAuth client ends in {days} days, on {day}: make a new one where the client is registered"
            )
        }
    }
}

/// `2027-01-31`.
fn day(at: Timestamp) -> String {
    rfc3339(at).get(..10).unwrap_or_default().to_owned()
}

/// For programs.
pub(super) fn as_json(tried: &[Tried]) -> Value {
    tried.iter().map(one_as_json).collect()
}

fn one_as_json(tried: &Tried) -> Value {
    let Tried { account, sight, endings, trouble } = tried;
    let encryption = sight.as_ref().and_then(|sight| sight.encryption);
    let until = encryption.and_then(|encryption| encryption.certificate_until);
    let folders = sight.as_ref().map(|sight| sight.folders.iter().map(folder_as_json).collect::<Vec<_>>());
    json!({
        "mailbox": account.mailbox,
        "server": server(account),
        "ok": trouble.is_none(),
        "security": account.server.security.as_str(),
        "tls": encryption.map(|encryption| encryption.version),
        "certificate_until": until.map(rfc3339),
        "certificate_days": until.map(|until| days_left(until, now())),
        "capabilities": sight.as_ref().map(|sight| &sight.capabilities),
        "folders": folders,
        "oauth_endings": endings.iter().map(ending_as_json).collect::<Vec<_>>(),
        "warnings": warnings(tried, now()),
        "error": trouble.as_ref().map(|(code, message)| json!({ "code": *code as u8, "message": message })),
    })
}

fn ending_as_json(ending: &Ending) -> Value {
    let what = ending.what.as_str();
    json!({ "what": what, "at": rfc3339(ending.at), "days": ending.days_left(now()) })
}

fn folder_as_json(folder: &FolderSeen) -> Value {
    json!({
        "name": folder.name,
        "role": folder.role.as_str(),
        "uidvalidity": folder.uidvalidity,
        "mails": folder.mails,
        "read_before": folder.read_before,
        "last_uid": folder.last_uid,
        "to_read": folder.to_read,
        "oldest": folder.oldest.map(rfc3339),
        "oldest_seconds": folder.oldest.map(|oldest| (now().0 - oldest.0).max(0) / 1000),
    })
}
