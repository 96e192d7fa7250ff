//! Which folders of a mailbox are watched.

use crate::config::Account;
use crate::domain::FolderRole;
use crate::imap::{Cause, Connection, Folder, ImapError};

/// A folder that is read, and what it holds.
pub(in crate::engine) struct Chosen {
    pub name: String,
    pub role: FolderRole,
}

/// Those that the server has, of those that the account asks for.
pub(in crate::engine) async fn watched(
    connection: &mut Connection,
    account: &Account,
) -> Result<Vec<Chosen>, ImapError> {
    let folders = connection.folders().await?;
    choose(account, &folders).map_err(|what| ImapError {
        server: account.server.to_string(),
        cause: Cause::Configuration,
        what,
    })
}

/// The folders that are read: those for incoming mail first. The error says which one is not there.
fn choose(account: &Account, folders: &[Folder]) -> Result<Vec<Chosen>, String> {
    let there = |name: &str| folders.iter().any(|folder| folder.selectable && folder.name == name);
    let sent: Vec<String> = match &account.sent_folders {
        Some(names) => names.clone(),
        None => {
            let marked = folders.iter().filter(|folder| folder.sent && folder.selectable);
            let marked: Vec<String> = marked.map(|folder| folder.name.clone()).collect();
            if marked.is_empty() {
                Some("Sent".to_owned()).filter(|name| there(name)).into_iter().collect()
            } else {
                marked
            }
        }
    };
    let incoming = account.folders.iter().filter(|name| !sent.contains(name));
    let chosen: Vec<Chosen> = incoming
        .map(|name| Chosen { name: name.clone(), role: FolderRole::Inbox })
        .chain(sent.iter().map(|name| Chosen { name: name.clone(), role: FolderRole::Sent }))
        .collect();
    match chosen.iter().find(|chosen| !there(&chosen.name)) {
        None => Ok(chosen),
        Some(missing) => {
            let names: Vec<&str> =
                folders.iter().filter(|folder| folder.selectable).map(|folder| folder.name.as_str()).take(20).collect();
            Err(format!("there is no folder `{}`; there is: {}", missing.name, names.join(", ")))
        }
    }
}
