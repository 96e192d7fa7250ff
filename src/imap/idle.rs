//! Waiting for the server to tell of new mail: IDLE (RFC 2177, RFC 9051 6.3.13).

use std::future::Future;
use std::time::Duration;

use async_imap::imap_proto::{MailboxDatum, Response};
use tokio::time::{Instant, sleep_until, timeout};

use super::command::{Answer, Command, Connection, SMALL};
use super::error::ImapError;

/// How long one IDLE goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Without a word of the server. A connection that is gone says nothing either (a router forgot it): it is noticed by
    /// what is asked afterwards.
    pub quiet: Duration,
    /// Whatever the server says: it may end the connection of one that does not speak for 30 minutes (RFC 9051 5.4).
    pub whole: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Patience { quiet: Duration::from_secs(5 * 60), whole: Duration::from_secs(28 * 60) }
    }
}

/// How long a server may take to end an IDLE.
const ENDING: Duration = Duration::from_secs(15);

impl Connection {
    /// Whether the server says that it tells of new mail.
    pub fn can_idle(&self) -> bool {
        self.can("IDLE")
    }

    /// Waits until the server tells of something new in the open folder, until `told` ends, or until it was patient enough:
    /// whichever it was, the folder is to be looked at afterwards. `false`: the server refuses to tell, and nothing was
    /// waited for.
    pub async fn idle(&mut self, patience: Patience, told: impl Future<Output = ()>) -> Result<bool, ImapError> {
        let command = self.begin("IDLE", "", SMALL).await?;
        let has_news = match self.begin_idle(&command).await {
            Err(_) if self.refused => return Ok(false),
            begun => begun?,
        };
        if !has_news {
            self.client.get_mut().be_patient(true);
            let waited = self.wait(&command, patience, told).await;
            self.client.get_mut().be_patient(false);
            waited?;
        }
        self.write("IDLE", b"DONE\r\n").await?;
        match timeout(ENDING, self.end(&command)).await {
            Ok(ended) => ended.map(|()| true),
            Err(_) => Err(self.lost("IDLE", &format!("it did not end for {ENDING:?}"))),
        }
    }

    /// Waits until the server is ready to tell; whether it told of something already.
    async fn begin_idle(&mut self, command: &Command) -> Result<bool, ImapError> {
        let mut has_news = false;
        loop {
            match self.next(command, |said| (matches!(said, Response::Continue(_)), is_news(said))).await? {
                Answer::Data((true, _)) => return Ok(has_news),
                Answer::Data((false, news)) => has_news |= news,
                Answer::Done(_) => return Err(self.garbled("IDLE", "it is over before it began")),
            }
        }
    }

    async fn wait(
        &mut self,
        command: &Command,
        patience: Patience,
        told: impl Future<Output = ()>,
    ) -> Result<(), ImapError> {
        let begin = Instant::now();
        let mut quiet = begin + patience.quiet;
        tokio::pin!(told);
        loop {
            // Given up in the middle of a response, what came of it is kept for whoever reads next.
            tokio::select! {
                said = self.next(command, is_news) => match said? {
                    Answer::Data(true) => return Ok(()),
                    // It is still there.
                    Answer::Data(false) => quiet = Instant::now() + patience.quiet,
                    Answer::Done(_) => return Err(self.garbled("IDLE", "it is over before it was ended")),
                },
                () = sleep_until(quiet.min(begin + patience.whole)) => return Ok(()),
                () = &mut told => return Ok(()),
            }
        }
    }

    /// Reads to the end of the answer.
    async fn end(&mut self, command: &Command) -> Result<(), ImapError> {
        while let Answer::Data(()) = self.next(command, |_| ()).await? {}
        Ok(())
    }
}

/// Whether it says that there is mail. What people read, mark and delete is no news: what is gone is seen at the next look.
fn is_news(said: &Response<'_>) -> bool {
    matches!(said, Response::MailboxData(MailboxDatum::Exists(_) | MailboxDatum::Recent(_)))
}
