//! The mailboxes that a command connects to, and what is wrong with their logins.

use std::path::Path;

use super::{Code, Failure};
use crate::config::{Account, Config};
use crate::domain::Setup;
use crate::engine::access::{self, Access};
use crate::engine::sync::Mailbox;
use crate::imap::{Cause, ImapError};
use crate::store::Location;

/// The named ones, or all that can be reached. What is wrong with them is said all at once.
pub(super) fn chosen(config: &Config, path: &Path, named: &[String]) -> Result<Vec<Account>, Failure> {
    let accounts: Vec<&Account> = match named {
        [] => config.accounts.iter().collect(),
        named => named.iter().map(|name| account(config, path, name)).collect::<Result<_, _>>()?,
    };
    if accounts.is_empty() {
        return Err(none(path));
    }
    let mut chosen: Vec<Account> = Vec::new();
    let mut wrong = Vec::new();
    for account in accounts {
        if chosen.iter().any(|known| known.mailbox == account.mailbox) {
            continue;
        }
        match access::check(&config.oauth, &account.credential) {
            Ok(()) => chosen.push(account.clone()),
            Err(error) => wrong.push(format!("mailbox {}: {error}", account.mailbox)),
        }
    }
    match wrong.is_empty() {
        true => Ok(chosen),
        false => Err(Failure::new(Code::Config, wrong.join("\n  "), UNREADABLE)),
    }
}

/// What to do about a secret that cannot be had.
pub(super) const UNREADABLE: &str = "put it where the configuration says, readable for the user that ticketd runs as";

/// The mailboxes of these accounts.
pub(super) fn mailboxes(accounts: Vec<Account>, access: &Access) -> Vec<Mailbox> {
    accounts.into_iter().map(|account| Mailbox { account, access: access.clone() }).collect()
}

/// No mailbox of that configuration can be reached.
pub(super) fn none(path: &Path) -> Failure {
    let way_out = "add [mailbox.imap] with host, user and password_file below a [[mailbox]] (docs/mailboxes.md)";
    Failure::new(Code::Config, format!("no mailbox in {} says how it is reached", path.display()), way_out)
}

/// What an error means for the one that called.
pub(super) fn code_of(error: &ImapError) -> Code {
    match error.cause {
        Cause::Temporary => Code::TryLater,
        Cause::Refused => Code::NoPermission,
        Cause::Configuration => Code::Config,
    }
}

/// What to do about it.
pub(super) fn way_out(cause: Cause) -> &'static str {
    match cause {
        Cause::Temporary => "try again later; where it stays so, look at host, port, tls and ca_file in [mailbox.imap]",
        Cause::Refused => "look at user and password in [mailbox.imap], and at what the account may read",
        Cause::Configuration => "correct [mailbox.imap] (docs/mailboxes.md)",
    }
}

fn account<'c>(config: &'c Config, path: &Path, name: &str) -> Result<&'c Account, Failure> {
    if let Some(account) = config.accounts.iter().find(|account| account.mailbox == *name) {
        return Ok(account);
    }
    let shown = super::screen::line(name);
    if config.setup.mailbox(name).is_some() {
        let message = format!("{} does not say how mailbox `{shown}` is reached", path.display());
        return Err(Failure::new(Code::Config, message, "add [mailbox.imap] below it (docs/mailboxes.md)"));
    }
    let known: Vec<&str> = config.accounts.iter().map(|account| account.mailbox.as_str()).collect();
    let message = format!("there is no mailbox `{shown}` in {}", path.display());
    Err(Failure::new(Code::Usage, message, format!("mailboxes: {}", known.join(", "))))
}

/// Refuses mailboxes that the setup in force does not have, or has as another kind.
pub(super) fn must_be_in_force(
    accounts: &[Account],
    setup: &Setup,
    path: &Path,
    database: &Location,
) -> Result<(), Failure> {
    let holds = |account: &Account| setup.mailbox(&account.mailbox).is_some_and(|found| found.kind == account.kind);
    let wrong = accounts.iter().find(|account| !holds(account));
    let Some(account) = wrong else { return Ok(()) };
    let message =
        format!("mailbox `{}` is not in force in {} as {} says it", account.mailbox, database, path.display());
    let way_out = format!("`ticketd apply {} --db {}` puts it into force", path.display(), database);
    Err(Failure::new(Code::Config, message, way_out))
}
