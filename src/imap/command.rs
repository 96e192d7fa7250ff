//! One command at a time: sent, answered to its tagged end, and looked at before anything is believed.

use async_imap::Client;
use async_imap::imap_proto::{Response, ResponseCode, Status};
use std::collections::BTreeSet;
use tokio::io::AsyncWriteExt;

use super::error::{Cause, ImapError, is_forbidden, is_temporary, said};
use super::meter::Meter;
use crate::net::{Encryption, Secret};

/// Bytes that the answer to a small command may have.
pub(super) const SMALL: u64 = 256 * 1024;

/// A connection that is logged in. Dropped after any error.
#[derive(Debug)]
pub struct Connection {
    pub(super) client: Client<Meter>,
    /// `host:port`.
    pub(super) server: String,
    pub(super) capabilities: BTreeSet<String>,
    pub(super) commands: u32,
    /// Words that were sent and are never shown.
    pub(super) hidden: Vec<Secret>,
    /// The last command was answered NO or BAD.
    pub(super) refused: bool,
}

/// What a server says to a command.
pub(super) enum Answer<T> {
    /// What was taken out of it; more may follow.
    Data(T),
    /// It is done: OK, and the code that came with it.
    Done(Option<Code>),
}

/// The response codes that somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Code {
    ReadOnly,
    Other,
}

/// The tag of a command, and how errors call it.
pub(super) struct Command {
    tag: String,
    name: &'static str,
}

impl Connection {
    pub(super) fn new(client: Client<Meter>, server: String) -> Self {
        Connection { client, server, capabilities: BTreeSet::new(), commands: 0, hidden: Vec::new(), refused: false }
    }

    /// Whether the server says that it can do that. Upper case.
    pub fn can(&self, capability: &str) -> bool {
        self.capabilities.contains(capability)
    }

    /// How it is encrypted; `None`: not at all.
    pub fn encryption(&self) -> Option<Encryption> {
        self.client.get_ref().transport().encryption()
    }

    /// What the server says that it can do.
    pub fn capabilities(&self) -> impl Iterator<Item = &str> {
        self.capabilities.iter().map(String::as_str)
    }

    /// Sends a command whose answer may have `allow` bytes. `name` is what errors call it.
    pub(super) async fn begin(&mut self, name: &'static str, rest: &str, allow: u64) -> Result<Command, ImapError> {
        self.commands += 1;
        self.refused = false;
        let command = Command { tag: format!("T{}", self.commands), name };
        let space = if rest.is_empty() { "" } else { " " };
        let line = format!("{} {name}{space}{rest}\r\n", command.tag);
        self.client.get_mut().allow(allow);
        self.write(name, line.as_bytes()).await?;
        Ok(command)
    }

    pub(super) async fn write(&mut self, name: &str, bytes: &[u8]) -> Result<(), ImapError> {
        let stream = self.client.get_mut();
        let written = match stream.write_all(bytes).await {
            Ok(()) => stream.flush().await,
            Err(error) => Err(error),
        };
        written.map_err(|error| self.lost(name, &error.to_string()))
    }

    /// The next thing that the server says to it, with what `take` makes of it.
    pub(super) async fn next<T>(
        &mut self,
        command: &Command,
        take: impl FnOnce(&Response<'_>) -> T,
    ) -> Result<Answer<T>, ImapError> {
        let response = match self.client.read_response().await {
            Ok(Some(response)) => response,
            Ok(None) => return Err(self.lost(command.name, "the server closed the connection")),
            Err(error) => return Err(self.lost(command.name, &words_of(&error))),
        };
        match response.parsed() {
            Response::Done { tag, status, outcome } if tag.0 == command.tag => {
                let text = outcome.information.as_deref().unwrap_or_default();
                match status {
                    Status::Ok => Ok(Answer::Done(outcome.code.as_ref().map(|code| match code {
                        ResponseCode::ReadOnly => Code::ReadOnly,
                        _ => Code::Other,
                    }))),
                    _ => {
                        self.refused = true;
                        Err(self.refusal(command.name, *status == Status::Bad, text))
                    }
                }
            }
            Response::Done { .. } => Err(self.garbled(command.name, "it answers a command that was not given")),
            Response::Data { status: Status::Bye, outcome } if command.name != "LOGOUT" => {
                let text = self.said(outcome.information.as_deref().unwrap_or_default());
                Err(self.lost(command.name, &format!("the server said goodbye: {text}")))
            }
            other => Ok(Answer::Data(take(other))),
        }
    }

    /// Sends a command and takes its whole answer. `see` is shown all that comes before its end.
    pub(super) async fn run(
        &mut self,
        name: &'static str,
        rest: &str,
        allow: u64,
        mut see: impl FnMut(&Response<'_>),
    ) -> Result<Option<Code>, ImapError> {
        let command = self.begin(name, rest, allow).await?;
        loop {
            if let Answer::Done(code) = self.next(&command, &mut see).await? {
                return Ok(code);
            }
        }
    }

    /// The same for what the server may refuse: the connection is as good as before then. Gives its refusal.
    pub(super) async fn offer(
        &mut self,
        name: &'static str,
        rest: &str,
        allow: u64,
        see: impl FnMut(&Response<'_>),
    ) -> Result<Result<Option<Code>, ImapError>, ImapError> {
        match self.run(name, rest, allow, see).await {
            Err(error) if self.refused => Ok(Err(error)),
            answered => answered.map(Ok),
        }
    }

    fn refusal(&self, name: &str, bad: bool, text: &str) -> ImapError {
        let text = self.said(text);
        let cause = if is_forbidden(&text) { Cause::Refused } else { Cause::Temporary };
        let word = if bad { "BAD" } else { "NO" };
        let cause = if is_temporary(&text) { Cause::Temporary } else { cause };
        let text = if text.is_empty() { "no reason was given" } else { &text };
        ImapError::new(&self.server, cause, format!("{name} was answered {word}: {text}"))
    }

    /// What a server said, as it may be shown: some repeat what they were told.
    fn said(&self, text: &str) -> String {
        said(&self.hidden.iter().fold(text.to_owned(), |text, hidden| hidden.taken_out(&text)))
    }

    pub(super) fn lost(&self, name: &str, what: &str) -> ImapError {
        ImapError::new(&self.server, Cause::Temporary, format!("the connection was lost during {name}: {what}"))
    }

    pub(super) fn garbled(&self, name: &str, what: &str) -> ImapError {
        let what = format!("the server does not keep to the protocol during {name}: {what}");
        ImapError::new(&self.server, Cause::Temporary, what)
    }

    /// Asks what the server can do: at the beginning, after STARTTLS and after the login it says different things.
    pub(super) async fn ask_capabilities(&mut self) -> Result<(), ImapError> {
        let mut found = BTreeSet::new();
        self.run("CAPABILITY", "", SMALL, |response| {
            if let Response::Capabilities(all) = response {
                found.extend(all.iter().map(word_of));
            }
        })
        .await?;
        self.capabilities = found;
        Ok(())
    }

    /// Says goodbye: some servers count connections that were only dropped for minutes.
    pub async fn logout(mut self) {
        // What was to be done is done; how the server takes it changes nothing.
        let goodbye = self.run("LOGOUT", "", SMALL, |_| {});
        let _ = tokio::time::timeout(std::time::Duration::from_secs(5), goodbye).await;
    }
}

fn word_of(capability: &async_imap::imap_proto::Capability<'_>) -> String {
    use async_imap::imap_proto::Capability;
    match capability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(mechanism) => format!("AUTH={}", mechanism.to_ascii_uppercase()),
        Capability::Atom(word) => word.to_ascii_uppercase(),
    }
}

/// What kept an answer from being read. The library's words for what it could not parse hold all of it: mail, perhaps.
pub(super) fn words_of(error: &std::io::Error) -> String {
    let text = error.to_string();
    if text.contains("during parsing of") {
        "it is no IMAP that the server sent".to_owned()
    } else if error.kind() == std::io::ErrorKind::UnexpectedEof {
        "the server closed the connection in the middle of an answer".to_owned()
    } else {
        text
    }
}
