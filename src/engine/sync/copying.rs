//! Copies of what people sent, in the Sent folder of a mailbox that wants them: once, whenever the program ends.
//!
//! What a relay took is on a list in the database until its copy is seen. A program may end between the append and the
//! note of it, and some servers file a copy by themselves: what is there under its Message-ID already is not appended. The
//! copy is read like all mail of that folder, and known as our own.

use std::sync::atomic::{AtomicBool, Ordering};

use super::folders::Chosen;
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
    forget_unwanted(store, setup, accounts)?;
    let mut all = Vec::new();
    for mailbox in mailboxes {
        let mails = waiting_for(store, setup, &mailbox.account)?;
        if mails.is_empty() || stop.load(Ordering::Relaxed) {
            continue;
        }
        let mut copying = Copying::new(store, &mailbox.account, clock, stop);
        let ended = copying.run(mailbox, &mails).await;
        all.push(copying.end(ended)?);
    }
    Ok(all)
}

/// What no mailbox wants a copy of is not waited for any more.
pub(in crate::engine) fn forget_unwanted(store: &Store, setup: &Setup, accounts: &[Account]) -> Result<(), StoreError> {
    let waiting = store.read(sent_copies::waiting)?;
    let unwanted = waiting.iter().filter(|mail| !accounts.iter().any(|account| wants(setup, account, mail)));
    let unwanted: Vec<_> = unwanted.map(|mail| mail.message).collect();
    match unwanted.is_empty() {
        true => Ok(()),
        false => store.write(|tx| sent_copies::forget(tx, &unwanted)),
    }
}

/// What waits for the Sent folder of that mailbox.
pub(in crate::engine) fn waiting_for(
    store: &Store,
    setup: &Setup,
    account: &Account,
) -> Result<Vec<Waiting>, StoreError> {
    let mut waiting = store.read(sent_copies::waiting)?;
    waiting.retain(|mail| wants(setup, account, mail));
    Ok(waiting)
}

fn wants(setup: &Setup, account: &Account, mail: &Waiting) -> bool {
    account.sent_copy && setup.mailbox(&account.mailbox).is_some_and(|own| own.addresses.contains(&mail.from))
}

/// Copies that are being made.
pub(in crate::engine) struct Copying<'c> {
    store: &'c Store,
    account: &'c Account,
    clock: fn() -> Timestamp,
    stop: &'c AtomicBool,
    copied: Copied,
}

impl<'c> Copying<'c> {
    pub fn new(store: &'c Store, account: &'c Account, clock: fn() -> Timestamp, stop: &'c AtomicBool) -> Self {
        let copied = Copied { mailbox: account.mailbox.clone(), appended: 0, found: 0, error: None };
        Copying { store, account, clock, stop, copied }
    }

    /// What came of it.
    fn end(mut self, ended: Result<(), Trouble>) -> Result<Copied, StoreError> {
        match ended {
            Ok(()) | Err(Trouble::Stopped) => {}
            Err(Trouble::Imap(error)) => self.copied.error = Some(error),
            Err(Trouble::Store(error)) => return Err(error),
        }
        Ok(self.copied)
    }

    async fn run(&mut self, mailbox: &Mailbox, mails: &[Waiting]) -> Result<(), Trouble> {
        let mut connection = mailbox.connect(&Limits::default()).await?;
        let folders = folders::watched(&mut connection, self.account).await?;
        self.put(&mut connection, &folders, mails).await?;
        connection.logout().await;
        Ok(())
    }

    /// Puts them into the Sent folder among these. Gives what kept some from being put there: the connection is as good as
    /// before then.
    pub async fn put(
        &mut self,
        connection: &mut Connection,
        folders: &[Chosen],
        mails: &[Waiting],
    ) -> Result<Option<&ImapError>, Trouble> {
        let Some(sent) = folders.iter().find(|folder| folder.role == FolderRole::Sent) else {
            let what = "there is no folder of sent mail to put copies into: name it in `sent_folders`".to_owned();
            let server = self.account.server.to_string();
            return Ok(Some(self.copied.error.insert(ImapError { server, cause: Cause::Configuration, what })));
        };
        match connection.examine(&sent.name).await {
            Err(refusal) if connection.was_refused() => return Ok(Some(self.copied.error.insert(refusal))),
            opened => drop(opened?),
        }
        for mail in mails {
            if self.stop.load(Ordering::Relaxed) {
                return Err(Trouble::Stopped);
            }
            self.copy(connection, &sent.name, mail).await?;
        }
        Ok(self.copied.error.as_ref())
    }

    async fn copy(&mut self, connection: &mut Connection, folder: &str, mail: &Waiting) -> Result<(), Trouble> {
        let there = match &mail.message_id {
            Some(id) => match connection.has_message_id(id).await {
                // Whether it is there is not known: appended, it might be there twice.
                Err(refusal) if connection.was_refused() => {
                    self.copied.error.get_or_insert(refusal);
                    return Ok(());
                }
                there => there?,
            },
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
