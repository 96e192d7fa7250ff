//! What can go wrong with a relay, by what the caller does about it. What concerns one mail or one recipient is no error
//! of this kind, but a [`Delivery`](super::Delivery).

use super::reply::Reply;
use crate::net::Unreachable;

/// Something went wrong with a relay. No mail was accepted by it in this transaction: all of its recipients are to be
/// tried again.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{server}: {what}")]
pub struct SmtpError {
    /// `host:port`.
    pub server: String,
    /// What was being done.
    pub stage: Stage,
    pub cause: Cause,
    /// What happened, in words.
    pub what: String,
    /// What the server said to it, where it said something.
    pub reply: Option<Reply>,
}

/// What the caller does about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The network, the server, a broken answer, 421: connecting again, now or later, may help.
    Temporary,
    /// Name, password or token are not accepted.
    Auth,
    /// The relay does not want our mail, whatever it is: a permanent refusal before a recipient was named.
    Relay,
    /// What was configured cannot be: no encryption where it is required, no login that both sides know.
    Configuration,
}

/// The steps of a dialogue, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Name, TCP, and TLS wherever it begins.
    Connecting,
    /// What the server says first.
    Greeting,
    /// EHLO.
    Hello,
    StartTls,
    /// AUTH.
    Login,
    /// MAIL.
    Sender,
    /// RCPT.
    Recipient,
    /// The command DATA.
    Data,
    /// The bytes of the mail.
    Content,
    /// The line with a dot alone, and what the server says to it.
    End,
    /// RSET.
    Reset,
    /// QUIT.
    Goodbye,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Stage::Connecting => "connecting",
            Stage::Greeting => "the greeting",
            Stage::Hello => "EHLO",
            Stage::StartTls => "STARTTLS",
            Stage::Login => "the login",
            Stage::Sender => "MAIL",
            Stage::Recipient => "RCPT",
            Stage::Data => "DATA",
            Stage::Content => "the mail",
            Stage::End => "the end of the mail",
            Stage::Reset => "RSET",
            Stage::Goodbye => "QUIT",
        })
    }
}

impl SmtpError {
    pub(super) fn new(server: &str, stage: Stage, cause: Cause, what: impl Into<String>) -> Self {
        SmtpError { server: server.to_owned(), stage, cause, what: what.into(), reply: None }
    }

    pub(super) fn unreachable(server: &str, error: Unreachable) -> Self {
        match error {
            Unreachable::Temporary(what) => SmtpError::new(server, Stage::Connecting, Cause::Temporary, what),
            Unreachable::Configuration(what) => SmtpError::new(server, Stage::Connecting, Cause::Configuration, what),
        }
    }

    /// The server said no to a step.
    pub(super) fn refused(server: &str, stage: Stage, cause: Cause, reply: Reply) -> Self {
        let what = format!("{stage} was answered {reply}");
        SmtpError { reply: Some(reply), ..SmtpError::new(server, stage, cause, what) }
    }
}
