//! Putting a mail into a folder (RFC 9051 6.3.12), and seeing whether it is there.

use async_imap::imap_proto::{MailboxDatum, Response};

use super::command::{Answer, Connection, SMALL};
use super::connect;
use super::error::ImapError;

impl Connection {
    /// Whether a mail with that Message-ID (without angle brackets) is in the open folder.
    pub async fn has_message_id(&mut self, message_id: &str) -> Result<bool, ImapError> {
        let Some(word) = connect::quoted(&format!("<{message_id}>")) else { return Ok(false) };
        let mut found = false;
        self.run("UID SEARCH", &format!("HEADER Message-ID {word}"), SMALL, |response| {
            if let Response::MailboxData(MailboxDatum::Search(uids)) = response {
                found |= !uids.is_empty();
            }
        })
        .await?;
        Ok(found)
    }

    /// Puts a mail into a folder, as one that was read. The inner result is the server's refusal: the connection is as good
    /// as before then.
    pub async fn append_seen(&mut self, folder: &str, mail: &[u8]) -> Result<Result<(), ImapError>, ImapError> {
        let word = self.folder_word(folder)?;
        match self.put(&word, mail).await {
            Err(error) if self.refused => Ok(Err(error)),
            done => done.map(Ok),
        }
    }

    async fn put(&mut self, folder: &str, mail: &[u8]) -> Result<(), ImapError> {
        let command = self.begin("APPEND", &format!("{folder} (\\Seen) {{{}}}", mail.len()), SMALL).await?;
        let mut written = false;
        loop {
            match self.next(&command, |response| matches!(response, Response::Continue(_))).await? {
                Answer::Data(true) if !written => {
                    self.write("APPEND", mail).await?;
                    self.write("APPEND", b"\r\n").await?;
                    written = true;
                }
                Answer::Data(_) => {}
                Answer::Done(_) if written => return Ok(()),
                Answer::Done(_) => return Err(self.garbled("APPEND", "it is done before the mail was sent")),
            }
        }
    }
}
