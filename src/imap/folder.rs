//! Folders: which there are, and opening one.

use async_imap::imap_proto::{MailboxDatum, NameAttribute, Response, ResponseCode};

use super::command::{Connection, SMALL};
use super::error::{Cause, ImapError};
use super::{connect, names};

/// Bytes that the list of all folders may have.
const MOST_FOLDERS: u64 = 8 * 1024 * 1024;

/// A folder that there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folder {
    /// As people read it.
    pub name: String,
    /// It holds sent mail (RFC 6154 `\Sent`).
    pub sent: bool,
    /// It can be opened.
    pub selectable: bool,
}

/// A folder, open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Opened {
    pub uidvalidity: u32,
    /// Mails in it.
    pub exists: u32,
    /// `None`: the server does not say (RFC 9051 requires it; 163.com does not).
    pub uidnext: Option<u32>,
}

impl Connection {
    /// All folders, in the order of the server.
    pub async fn folders(&mut self) -> Result<Vec<Folder>, ImapError> {
        let mut found = Vec::new();
        let all = if self.can("SPECIAL-USE") && self.can("LIST-EXTENDED") {
            "\"\" \"*\" RETURN (SPECIAL-USE)"
        } else {
            // Servers that know special uses say them here too (RFC 6154 2).
            "\"\" \"*\""
        };
        self.run("LIST", all, MOST_FOLDERS, |response| {
            if let Response::MailboxData(MailboxDatum::List(list)) = response {
                let has = |wanted: &NameAttribute<'_>| list.name_attributes.contains(wanted);
                let nonexistent = list.name_attributes.iter().any(
                    |one| matches!(one, NameAttribute::Extension(word) if word.eq_ignore_ascii_case("\\NonExistent")),
                );
                found.push(Folder {
                    name: readable(&list.name),
                    sent: has(&NameAttribute::Sent),
                    selectable: !has(&NameAttribute::NoSelect) && !nonexistent,
                });
            }
        })
        .await?;
        Ok(found)
    }

    /// Opens a folder to read it: nothing in it is changed, not even what counts as recent.
    pub async fn examine(&mut self, folder: &str) -> Result<Opened, ImapError> {
        self.open("EXAMINE", folder).await
    }

    /// Opens a folder to change what is in it.
    pub async fn select(&mut self, folder: &str) -> Result<Opened, ImapError> {
        self.open("SELECT", folder).await
    }

    async fn open(&mut self, name: &'static str, folder: &str) -> Result<Opened, ImapError> {
        let (mut uidvalidity, mut exists, mut uidnext) = (None, None, None);
        let word = self.folder_word(folder)?;
        let opened = self.run(name, &word, SMALL, |response| match response {
            Response::MailboxData(MailboxDatum::Exists(count)) => exists = Some(*count),
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(value)) => uidvalidity = Some(value),
                Some(ResponseCode::UidNext(value)) => uidnext = Some(value),
                _ => {}
            },
            _ => {}
        });
        opened.await.map_err(|error| ImapError { what: format!("folder `{folder}`: {}", error.what), ..error })?;
        match (uidvalidity, exists) {
            (Some(uidvalidity), Some(exists)) => Ok(Opened { uidvalidity, exists, uidnext }),
            // Without one there are no UIDs that last (RFC 9051 2.3.1.1).
            (None, _) => Err(self.garbled(name, "it says no UIDVALIDITY")),
            (_, None) => Err(self.garbled(name, "it does not say how many mails there are")),
        }
    }

    /// The name as it stands in a command.
    pub(super) fn folder_word(&self, folder: &str) -> Result<String, ImapError> {
        let name = names::encode(folder);
        connect::quoted(&name).ok_or_else(|| {
            ImapError::new(&self.server, Cause::Configuration, format!("`{folder}` is no name of a folder"))
        })
    }
}

/// The name as people read it: INBOX is written in any case (RFC 9051 5.1).
fn readable(name: &str) -> String {
    if name.eq_ignore_ascii_case("INBOX") { "INBOX".to_owned() } else { names::decode(name) }
}
