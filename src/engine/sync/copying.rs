//! Copies of what people sent, in the Sent folder of a mailbox that wants them: once, whenever the program ends.
//!
//! What a relay took is on a list in the database until its copy is seen. A program may end between the append and the
//! note of it, and some servers file a copy by themselves: what is there under its Message-ID already is not appended. The
//! copy is read like all mail of that folder, and known as our own.

use std::sync::atomic::{AtomicBool, Ordering};

use super::{Mailbox, Trouble, folders};
use crate::config::Account;
use crate::domain::{FolderRole, Setup, Timestamp};
use crate::imap::{Cause, Connection, ImapError, Limits};
use crate::store::sent_copies::{self, Waiting};
use crate::store::{Store, StoreError, content};

/// What came of the copies for a mailbox.
#[derive(Debug)]
pub struct Copied {
    pub mailbox: String,
    pub appended: u64,
    /// They were there already.
    pub found: u64,
    /// What kept the others from being made: they are tried again the next time.
    pub error: Option<ImapError>,
}

/// Makes the copies that wait for these mailboxes. `accounts`: all that there are; what none of them wants is forgotten.
pub async fn copy_sent(
    store: &Store,
    setup: &Setup,
    accounts: &[Account],
    mailboxes: &[Mailbox],
    clock: fn() -> Timestamp,
    stop: &AtomicBool,
) -> Result<Vec<Copied>, StoreError> {
    let waiting = store.read(sent_copies::waiting)?;
    let of = |account: &Account, mail: &Waiting| {
        account.sent_copy && setup.mailbox(&account.mailbox).is_some_and(|own| own.addresses.contains(&mail.from))
    };
    let unwanted = waiting.iter().filter(|mail| !accounts.iter().any(|account| of(account, mail)));
    let unwanted: Vec<_> = unwanted.map(|mail| mail.message).collect();
    if !unwanted.is_empty() {
        store.write(|tx| sent_copies::forget(tx, &unwanted))?;
    }
    let mut all = Vec::new();
    for mailbox in mailboxes {
        let own: Vec<&Waiting> = waiting.iter().filter(|mail| of(&mailbox.account, mail)).collect();
        if own.is_empty() || stop.load(Ordering::Relaxed) {
            continue;
        }
        let name = mailbox.account.mailbox.clone();
        let mut copying =
            Copying { store, clock, stop, copied: Copied { mailbox: name, appended: 0, found: 0, error: None } };
        match copying.run(mailbox, &own).await {
            Ok(()) | Err(Trouble::Stopped) => {}
            Err(Trouble::Imap(error)) => copying.copied.error = Some(error),
            Err(Trouble::Store(error)) => return Err(error),
        }
        all.push(copying.copied);
    }
    Ok(all)
}

struct Copying<'c> {
    store: &'c Store,
    clock: fn() -> Timestamp,
    stop: &'c AtomicBool,
    copied: Copied,
}

impl Copying<'_> {
    async fn run(&mut self, mailbox: &Mailbox, mails: &[&Waiting]) -> Result<(), Trouble> {
        let account = &mailbox.account;
        let mut connection = mailbox.connect(&Limits::default()).await?;
        let folders = folders::watched(&mut connection, account).await?;
        let sent = folders.into_iter().find(|folder| folder.role == FolderRole::Sent).ok_or_else(|| ImapError {
            server: account.server.to_string(),
            cause: Cause::Configuration,
            what: "there is no folder of sent mail to put copies into: name it in `sent_folders`".to_owned(),
        })?;
        connection.examine(&sent.name).await?;
        for mail in mails {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Trouble::Stopped);
            }
            self.copy(&mut connection, &sent.name, mail).await?;
        }
        connection.logout().await;
        Ok(())
    }

    async fn copy(&mut self, connection: &mut Connection, folder: &str, mail: &Waiting) -> Result<(), Trouble> {
        let there = match &mail.message_id {
            Some(id) => connection.has_message_id(id).await?,
            None => false,
        };
        if there {
            self.copied.found += 1;
        } else {
            let raw = self.store.read(|tx| content::raw(tx, mail.content))?;
            if let Err(refusal) = connection.append_seen(folder, &raw).await? {
                // The next one may be smaller.
                self.copied.error.get_or_insert(refusal);
                return Ok(());
            }
            self.copied.appended += 1;
        }
        let at = (self.clock)();
        Ok(self.store.write(|tx| sent_copies::settle(tx, mail.message, at))?)
    }
}
