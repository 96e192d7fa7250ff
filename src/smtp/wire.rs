//! One command, one reply: bounded in bytes and time, and nothing behind it.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::error::{Cause, SmtpError, Stage};
use super::limits::Limits;
use super::reply::{Answer, Reply, read_line};
use crate::net::Transport;

/// Bytes of the longest reply that is read.
const LONGEST_REPLY: usize = 64 * 1024;

/// The server takes no more mail on this connection (RFC 5321 3.8), whatever it was asked.
const CLOSING: u16 = 421;

/// A connection, and whom it is to. Of no use after an error.
pub(super) struct Wire {
    transport: Transport,
    /// `host:port`.
    pub(super) server: String,
    pub(super) limits: Limits,
    /// What came and was not read yet.
    came: Vec<u8>,
    /// Words that nobody is to see, even where a server repeats them.
    pub(super) hidden: Vec<String>,
}

/// Why there is no reply.
enum Silence {
    TimedOut,
    Lost(String),
    Garbled(&'static str),
}

impl Wire {
    pub(super) fn new(transport: Transport, server: String, limits: Limits) -> Self {
        Wire { transport, server, limits, came: Vec::new(), hidden: Vec::new() }
    }

    /// What carries the bytes, where nothing was read ahead of what was asked for.
    pub(super) fn into_transport(self) -> Transport {
        self.transport
    }

    /// Sends a command, given with its line end, and reads the reply to it, whatever that is but 421.
    pub(super) async fn ask(&mut self, stage: Stage, command: &str) -> Result<Answer, SmtpError> {
        let limit = self.limits.of(stage);
        let asking = async {
            self.put(command.as_bytes()).await?;
            self.take().await
        };
        let answered = timeout(limit, asking).await.unwrap_or(Err(Silence::TimedOut));
        self.judge(stage, limit, answered)
    }

    /// Reads a reply that was not asked for by a command.
    pub(super) async fn listen(&mut self, stage: Stage) -> Result<Answer, SmtpError> {
        let limit = self.limits.of(stage);
        let heard = timeout(limit, self.take()).await.unwrap_or(Err(Silence::TimedOut));
        self.judge(stage, limit, heard)
    }

    /// Sends a block of a mail.
    pub(super) async fn write(&mut self, block: &[u8]) -> Result<(), SmtpError> {
        let limit = self.limits.of(Stage::Content);
        let written = timeout(limit, self.put(block)).await.unwrap_or(Err(Silence::TimedOut));
        written.map_err(|silence| self.silent(Stage::Content, limit, silence))
    }

    async fn put(&mut self, bytes: &[u8]) -> Result<(), Silence> {
        let lost = |error: std::io::Error| Silence::Lost(error.to_string());
        self.transport.write_all(bytes).await.map_err(lost)?;
        self.transport.flush().await.map_err(lost)
    }

    async fn take(&mut self) -> Result<Answer, Silence> {
        let (mut code, mut lines, mut length) = (None, Vec::new(), 0);
        loop {
            let line = self.line(LONGEST_REPLY.saturating_sub(length)).await?;
            length += line.len();
            let line = String::from_utf8_lossy(&line);
            let line = read_line(line.trim_end_matches(['\r', '\n'])).ok_or(Silence::Garbled("that is no reply"))?;
            if code.is_some_and(|code| code != line.code) {
                return Err(Silence::Garbled("the lines of one reply have several codes"));
            }
            code = Some(line.code);
            lines.push(self.hidden.iter().fold(line.text.to_owned(), |text, word| text.replace(word, "…")));
            if line.is_last {
                break Ok(Answer { code: line.code, lines });
            }
        }
    }

    /// The next line, of so many bytes at most, with its end.
    async fn line(&mut self, longest: usize) -> Result<Vec<u8>, Silence> {
        let mut looked_at = 0;
        loop {
            let fresh = self.came.get(looked_at..).unwrap_or_default();
            if let Some(at) = memchr::memchr(b'\n', fresh) {
                let rest = self.came.split_off(looked_at + at + 1);
                return Ok(std::mem::replace(&mut self.came, rest));
            }
            looked_at = self.came.len();
            if looked_at > longest {
                return Err(Silence::Garbled("its reply has no end"));
            }
            match self.transport.read_buf(&mut self.came).await {
                Ok(0) => return Err(Silence::Lost("the server closed it".to_owned())),
                Ok(_) => {}
                Err(error) => return Err(Silence::Lost(error.to_string())),
            }
        }
    }

    /// Nothing may follow a reply before the next command: what does would be taken for the answer to that. It is also how
    /// somebody between us and the server would slip commands' answers in before TLS begins (CVE-2011-0411).
    fn judge(&self, stage: Stage, limit: Duration, heard: Result<Answer, Silence>) -> Result<Answer, SmtpError> {
        let answer = heard.map_err(|silence| self.silent(stage, limit, silence))?;
        if answer.code == CLOSING {
            return Err(SmtpError::refused(&self.server, stage, Cause::Temporary, answer.reply()));
        }
        // Of the end of a mail the answer counts, whatever comes behind it.
        if !self.came.is_empty() && stage != Stage::End {
            return Err(self.silent(stage, limit, Silence::Garbled("it says more than it was asked")));
        }
        Ok(answer)
    }

    /// Whether the server has said more than was read.
    pub(super) fn is_ahead(&self) -> bool {
        !self.came.is_empty()
    }

    /// A reply that is none to what was asked.
    pub(super) fn out_of_place(&self, stage: Stage, reply: Reply) -> SmtpError {
        let what = format!("the server does not keep to the protocol: {stage} was answered {reply}");
        SmtpError { reply: Some(reply), ..SmtpError::new(&self.server, stage, Cause::Temporary, what) }
    }

    fn silent(&self, stage: Stage, limit: Duration, silence: Silence) -> SmtpError {
        let what = match silence {
            Silence::TimedOut => format!("no answer to {stage} for {limit:?}"),
            Silence::Lost(what) => format!("the connection was lost during {stage}: {what}"),
            Silence::Garbled(what) => format!("the server does not keep to the protocol during {stage}: {what}"),
        };
        SmtpError::new(&self.server, stage, Cause::Temporary, what)
    }
}
