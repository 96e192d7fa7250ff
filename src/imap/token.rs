//! AUTHENTICATE with a token of OAuth: OAUTHBEARER (RFC 7628) where it is offered, else XOAUTH2.

use async_imap::imap_proto::Response;

use super::command::{Answer, Command, Connection, SMALL};
use super::error::{Cause, ImapError};
use crate::config::Account;
use crate::net::Secret;
use crate::net::oauth::{TokenLogin, oauthbearer, refusal, xoauth2};

pub(super) async fn log_in(connection: &mut Connection, account: &Account, token: &Secret) -> Result<(), ImapError> {
    let login = if connection.can("AUTH=OAUTHBEARER") {
        oauthbearer(&account.user, &account.server, token)
    } else if connection.can("AUTH=XOAUTH2") {
        xoauth2(&account.user, token)
    } else {
        let what = "it offers no login by OAuth (OAUTHBEARER or XOAUTH2); does it want TLS, or a password?";
        return Err(ImapError::new(&connection.server, Cause::Configuration, what));
    };
    connection.hidden = vec![login.response.clone(), token.clone()];
    let TokenLogin { mechanism, response, bye } = login;
    // An initial response saves a round trip (RFC 4959).
    let command = if connection.can("SASL-IR") {
        let words = format!("{mechanism} {}", response.reveal());
        connection.begin("AUTHENTICATE", &words, SMALL).await?
    } else {
        let command = connection.begin("AUTHENTICATE", mechanism, SMALL).await?;
        asked(connection, &command).await?;
        connection.write("AUTHENTICATE", format!("{}\r\n", response.reveal()).as_bytes()).await?;
        command
    };
    finish(connection, &command, bye).await
}

/// Waits until the server asks for the words.
async fn asked(connection: &mut Connection, command: &Command) -> Result<(), ImapError> {
    while challenge(connection, command).await?.is_none() {}
    Ok(())
}

/// Takes what comes of it. A refusal says why first, and comes once that was acknowledged.
async fn finish(connection: &mut Connection, command: &Command, bye: &str) -> Result<(), ImapError> {
    let mut reason = None;
    loop {
        match connection.next(command, text_asked).await {
            Ok(Answer::Done(_)) => return Ok(()),
            Ok(Answer::Data(None)) => {}
            Ok(Answer::Data(Some(text))) => {
                if reason.is_some() {
                    return Err(connection.garbled("the login", "it asks again and again"));
                }
                reason = Some(refusal(&text));
                connection.write("the login", format!("{bye}\r\n").as_bytes()).await?;
            }
            Err(error) => {
                let reason = reason.flatten().filter(|_| connection.refused);
                let what = reason.map_or(error.what.clone(), |reason| format!("{} ({reason})", error.what));
                return Err(ImapError { what, ..error });
            }
        }
    }
}

async fn challenge(connection: &mut Connection, command: &Command) -> Result<Option<String>, ImapError> {
    match connection.next(command, text_asked).await? {
        Answer::Data(asked) => Ok(asked),
        Answer::Done(_) => Err(connection.garbled("the login", "it is done before the token was sent")),
    }
}

/// What stands behind the `+` of a server that asks for more.
fn text_asked(response: &Response<'_>) -> Option<String> {
    match response {
        Response::Continue(asked) => Some(asked.information.as_deref().unwrap_or_default().to_owned()),
        _ => None,
    }
}
