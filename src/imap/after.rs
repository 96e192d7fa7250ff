//! What is done with mail on the server once it is stored here. Each of these may be done again: a mail that is gone, moved
//! or marked already is no error.

use super::command::{Connection, SMALL};
use super::error::{Cause, ImapError};
use super::sets::sets;

impl Connection {
    /// Marks them as read.
    pub async fn mark_seen(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        self.store(uids, "+FLAGS.SILENT (\\Seen)").await
    }

    /// Moves them into another folder (RFC 6851), or copies and deletes them where the server knows no better.
    pub async fn move_to(&mut self, uids: &[u32], folder: &str) -> Result<(), ImapError> {
        let word = self.folder_word(folder)?;
        if !self.can("MOVE") {
            self.must_expunge_some()?;
        }
        for (set, uids) in sets(uids) {
            if self.can("MOVE") {
                self.run("UID MOVE", &format!("{set} {word}"), SMALL * 4, |_| {}).await?;
                continue;
            }
            self.run("UID COPY", &format!("{set} {word}"), SMALL * 4, |_| {}).await?;
            self.delete(uids).await?;
        }
        Ok(())
    }

    /// Deletes them, and no others: EXPUNGE alone would take along what somebody else marked (RFC 4315).
    pub async fn delete(&mut self, uids: &[u32]) -> Result<(), ImapError> {
        self.must_expunge_some()?;
        self.store(uids, "+FLAGS.SILENT (\\Deleted)").await?;
        for (set, _) in sets(uids) {
            self.run("UID EXPUNGE", &set, SMALL * 4, |_| {}).await?;
        }
        Ok(())
    }

    fn must_expunge_some(&self) -> Result<(), ImapError> {
        match self.can("UIDPLUS") {
            true => Ok(()),
            false => {
                let what = "it cannot delete single mails (no UIDPLUS): use after = \"seen\"";
                Err(ImapError::new(&self.server, Cause::Configuration, what))
            }
        }
    }

    async fn store(&mut self, uids: &[u32], flags: &str) -> Result<(), ImapError> {
        for (set, _) in sets(uids) {
            self.run("UID STORE", &format!("{set} {flags}"), SMALL * 4, |_| {}).await?;
        }
        Ok(())
    }
}
