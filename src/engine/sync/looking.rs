//! A look at mailboxes: whether they can be read, and how far they were. Nothing is fetched, kept or changed.

use super::each::{Each, each};
use super::folders::{self, Chosen};
use super::position::{absent, highest, is_new, known};
use super::{Mailbox, Trouble};
use crate::domain::*;
use crate::imap::{Connection, ImapError, Limits};
use crate::net::Encryption;
use crate::store::Store;
use crate::store::watched::{self, Position};

/// How a look at a mailbox went.
#[derive(Debug)]
pub struct Looked {
    /// Number of the mailbox, as they were given.
    pub mailbox: usize,
    /// What was seen; `None` where nobody was let in.
    pub sight: Option<Sight>,
    /// What it ended with.
    pub error: Option<ImapError>,
}

/// What is seen of a mailbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sight {
    /// `None`: not at all.
    pub encryption: Option<Encryption>,
    /// What the server says that it can do, in upper case.
    pub capabilities: Vec<String>,
    pub folders: Vec<FolderSeen>,
}

/// What is seen of a folder that is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FolderSeen {
    pub name: String,
    pub role: FolderRole,
    pub uidvalidity: i64,
    /// Mails in it.
    pub mails: u32,
    /// It was read before, under that UIDVALIDITY.
    pub read_before: bool,
    /// The highest UID that is stored; 0 for none.
    pub last_uid: i64,
    /// Mails that the next sync takes, or looks at in a user's own inbox.
    pub to_read: u64,
    /// When the first of them arrived.
    pub oldest: Option<Timestamp>,
}

/// Looks at these mailboxes, each on its own. Gives them in their order.
pub async fn look(store: &Store, mailboxes: Vec<Mailbox>, now: Timestamp) -> anyhow::Result<Vec<Looked>> {
    let looked = each(mailboxes, |mailbox| {
        let store = store.clone();
        async move {
            let mut sight = None;
            let ended = look_at(&store, &mailbox, now, &mut sight).await;
            (sight, ended)
        }
    });
    let looked = looked.await?.into_iter();
    Ok(looked.map(|Each { mailbox, found: sight, error }| Looked { mailbox, sight, error }).collect())
}

/// `sight` is filled as far as it goes.
async fn look_at(store: &Store, mailbox: &Mailbox, now: Timestamp, sight: &mut Option<Sight>) -> Result<(), Trouble> {
    let account = &mailbox.account;
    let mut connection = mailbox.connect(&Limits::default()).await?;
    let sight = sight.insert(Sight {
        encryption: connection.encryption(),
        capabilities: connection.capabilities().map(str::to_owned).collect(),
        folders: Vec::new(),
    });
    for folder in folders::watched(&mut connection, account).await? {
        sight.folders.push(look_into(store, mailbox, &mut connection, folder, now).await?);
    }
    connection.logout().await;
    Ok(())
}

async fn look_into(
    store: &Store,
    mailbox: &Mailbox,
    connection: &mut Connection,
    folder: Chosen,
    now: Timestamp,
) -> Result<FolderSeen, Trouble> {
    let account = &mailbox.account;
    let opened = connection.examine(&folder.name).await?;
    let uidvalidity = i64::from(opened.uidvalidity);
    let at = Position { mailbox: &account.mailbox, folder: &folder.name, uidvalidity };
    let before = store.read(|tx| watched::watched(tx, at.mailbox, at.folder))?;
    let before = before.filter(|row| row.uidvalidity == uidvalidity);
    // As sync does it: UIDNEXT is not believed.
    let passed = before.map_or(0, |row| row.passed);
    let mut listed = match u32::try_from(passed + 1) {
        Ok(first) => connection.list(first, opened.exists).await?,
        Err(_) => Vec::new(),
    };
    let row = store.read(|tx| known(tx, &at, account.start, highest(&listed), now))?;
    listed.retain(|listed| i64::from(listed.uid) > row.passed && is_new(&row, listed, account.start));
    let to_read = store.read(|tx| absent(tx, &at, &listed))?;
    Ok(FolderSeen {
        uidvalidity,
        mails: opened.exists,
        read_before: before.is_some(),
        last_uid: store.read(|tx| watched::last_uid(tx, &at))?,
        to_read: to_read.len() as u64,
        oldest: to_read.iter().filter_map(|listed| listed.arrived_at).min(),
        name: folder.name,
        role: folder.role,
    })
}
