//! From a name to a connection that is logged in.

use async_imap::Client;
use async_imap::imap_proto::{Response, Status};

use super::command::{Answer, Connection, SMALL, words_of};
use super::error::{Cause, ImapError, said};
use super::limits::Limits;
use super::meter::Meter;
use super::token;
use crate::config::{Account, Credential, Security};
use crate::net::{Secret, Transport, base64, dial, encrypt};

/// Connects to the account's server and logs in. `secret`: the password, or an access token where the account's
/// credential is [`Credential::OAuth`]. The limits hold then and afterwards.
pub async fn connect(account: &Account, secret: &Secret, limits: &Limits) -> Result<Connection, ImapError> {
    let server = account.server.to_string();
    let unreachable = |error| ImapError::unreachable(&server, error);
    let stream = dial(&account.server, limits.connecting).await.map_err(unreachable)?;
    let transport = match account.server.security {
        Security::Implicit => encrypt(&account.server, stream, limits.connecting).await.map_err(unreachable)?,
        Security::StartTls | Security::None => Transport::Plain(stream),
    };
    let careful = account.server.security == Security::StartTls;
    let mut connection = greeted(transport, server, careful, limits).await?;
    if careful {
        connection = start_tls(account, connection, limits).await?;
    }
    connection.ask_capabilities().await?;
    log_in(&mut connection, account, secret).await?;
    connection.ask_capabilities().await?;
    if connection.can("ID") {
        // Some servers let nobody in who does not say who they are (RFC 2971; 163.com).
        let id = format!("(\"name\" \"ticketd\" \"version\" \"{}\")", env!("CARGO_PKG_VERSION"));
        // Who does not want to know it is none of those.
        let _refused = connection.offer("ID", &id, SMALL, |_| {}).await?;
    }
    tracing::debug!(server = connection.server, "logged in");
    Ok(connection)
}

/// Reads the greeting (RFC 9051 7.1.5).
async fn greeted(
    transport: Transport,
    server: String,
    careful: bool,
    limits: &Limits,
) -> Result<Connection, ImapError> {
    let mut meter = Meter::new(transport, *limits);
    meter.allow(SMALL);
    if careful {
        meter.read_nothing_ahead();
    }
    let mut connection = Connection::new(Client::new(meter), server);
    let greeting = connection.client.read_response().await;
    let greeting = match greeting {
        Ok(Some(greeting)) => greeting,
        Ok(None) => return Err(connection.lost("the greeting", "the server closed the connection")),
        Err(error) => return Err(connection.lost("the greeting", &words_of(&error))),
    };
    match greeting.parsed() {
        Response::Data { status: Status::Ok, .. } => Ok(connection),
        Response::Data { status: Status::PreAuth, .. } => {
            // Who is logged in without a password is not who was meant; and STARTTLS is impossible then.
            Err(connection.garbled("the greeting", "it says that we are logged in already (PREAUTH)"))
        }
        Response::Data { status: Status::Bye, outcome } => {
            let text = said(outcome.information.as_deref().unwrap_or_default());
            Err(connection.lost("the greeting", &format!("the server said goodbye: {text}")))
        }
        _ => Err(connection.garbled("the greeting", "there is none; is that an IMAP server?")),
    }
}

/// Turns to TLS, or gives up. What the server said before counts for nothing afterwards (RFC 9051 6.2.1).
async fn start_tls(account: &Account, mut connection: Connection, limits: &Limits) -> Result<Connection, ImapError> {
    connection.ask_capabilities().await?;
    if !connection.can("STARTTLS") {
        let what = "it offers no STARTTLS; is `tls = \"implicit\"` meant, with port 993?";
        return Err(ImapError::new(&connection.server, Cause::Configuration, what));
    }
    connection.run("STARTTLS", "", SMALL, |_| {}).await?;
    let Connection { client, server, .. } = connection;
    let Transport::Plain(stream) = client.into_inner().into_transport() else {
        return Err(ImapError::new(&server, Cause::Temporary, "it is encrypted already"));
    };
    let encrypted = encrypt(&account.server, stream, limits.connecting).await;
    let transport = encrypted.map_err(|error| ImapError::unreachable(&server, error))?;
    let mut meter = Meter::new(transport, *limits);
    meter.allow(SMALL);
    Ok(Connection::new(Client::new(meter), server))
}

async fn log_in(connection: &mut Connection, account: &Account, secret: &Secret) -> Result<(), ImapError> {
    let done = match account.credential {
        Credential::Password(_) => by_password(connection, &account.user, secret).await,
        Credential::OAuth(_) => token::log_in(connection, account, secret).await,
    };
    done.map_err(|error| {
        let refused = connection.refused && !super::error::is_temporary(&error.what);
        let cause = if refused { Cause::Refused } else { error.cause };
        let what = if refused { format!("the login was refused: {}", error.what) } else { error.what };
        ImapError { cause, what, server: error.server }
    })
}

/// AUTHENTICATE PLAIN (RFC 4616) where it is offered, else the command LOGIN, else the mechanism of that name, which no RFC
/// describes.
async fn by_password(connection: &mut Connection, user: &str, password: &Secret) -> Result<(), ImapError> {
    connection.hidden = forms(user, password);
    if connection.can("AUTH=PLAIN") {
        plain(connection, user, password).await
    } else if connection.can("LOGINDISABLED") && connection.can("AUTH=LOGIN") {
        sasl_login(connection, user, password).await
    } else if connection.can("LOGINDISABLED") {
        let what = "it lets nobody log in this way (LOGINDISABLED); does it want TLS?";
        Err(ImapError::new(&connection.server, Cause::Configuration, what))
    } else {
        login(connection, user, password).await
    }
}

/// The password in every form in which it is sent, the longest first.
fn forms(user: &str, password: &Secret) -> Vec<Secret> {
    let word = password.reveal();
    let plain = base64(format!("\0{user}\0{word}").as_bytes());
    let quoted = quoted(word).map(|quoted| quoted.trim_matches('"').to_owned());
    let forms = [Some(plain), Some(base64(word.as_bytes())), quoted];
    forms.into_iter().flatten().map(Secret::new).chain([password.clone()]).collect()
}

async fn plain(connection: &mut Connection, user: &str, password: &Secret) -> Result<(), ImapError> {
    let response = base64(format!("\0{user}\0{}", password.reveal()).as_bytes());
    // An initial response saves a round trip (RFC 4959).
    if connection.can("SASL-IR") {
        let command = connection.begin("AUTHENTICATE", &format!("PLAIN {response}"), SMALL).await?;
        return finish(connection, &command).await;
    }
    let command = connection.begin("AUTHENTICATE", "PLAIN", SMALL).await?;
    asked(connection, &command).await?;
    connection.write("AUTHENTICATE", format!("{response}\r\n").as_bytes()).await?;
    finish(connection, &command).await
}

async fn sasl_login(connection: &mut Connection, user: &str, password: &Secret) -> Result<(), ImapError> {
    let command = connection.begin("AUTHENTICATE", "LOGIN", SMALL).await?;
    for word in [user, password.reveal()] {
        asked(connection, &command).await?;
        connection.write("AUTHENTICATE", format!("{}\r\n", base64(word.as_bytes())).as_bytes()).await?;
    }
    finish(connection, &command).await
}

async fn login(connection: &mut Connection, user: &str, password: &Secret) -> Result<(), ImapError> {
    let password = password.reveal();
    if let (Some(user), Some(password)) = (quoted(user), quoted(password)) {
        let command = connection.begin("LOGIN", &format!("{user} {password}"), SMALL).await?;
        return finish(connection, &command).await;
    }
    let command = connection.begin("LOGIN", &format!("{{{}}}", user.len()), SMALL).await?;
    asked(connection, &command).await?;
    connection.write("LOGIN", format!("{user} {{{}}}\r\n", password.len()).as_bytes()).await?;
    asked(connection, &command).await?;
    connection.write("LOGIN", format!("{password}\r\n").as_bytes()).await?;
    finish(connection, &command).await
}

/// Waits until the server asks for more.
async fn asked(connection: &mut Connection, command: &super::command::Command) -> Result<(), ImapError> {
    loop {
        match connection.next(command, asks).await? {
            Answer::Data(true) => return Ok(()),
            Answer::Data(false) => {}
            Answer::Done(_) => return Err(connection.garbled("the login", "it is done before the password was sent")),
        }
    }
}

async fn finish(connection: &mut Connection, command: &super::command::Command) -> Result<(), ImapError> {
    loop {
        match connection.next(command, asks).await? {
            Answer::Done(_) => return Ok(()),
            // A refusal that wants to be acknowledged before it is said (RFC 9051 6.2.2).
            Answer::Data(true) => {
                connection.write("the login", b"*\r\n").await?;
            }
            Answer::Data(false) => {}
        }
    }
}

/// Whether the server asks for more (`+`).
fn asks(response: &Response<'_>) -> bool {
    matches!(response, Response::Continue(_))
}

/// A quoted string (RFC 9051 4.3), where the text can be one.
pub(super) fn quoted(text: &str) -> Option<String> {
    let plain = text.chars().all(|c| matches!(c, ' '..='~'));
    plain.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn what_no_quoted_string_can_hold_is_sent_otherwise() {
        assert_eq!(quoted("a\"b\\c"), Some("\"a\\\"b\\\\c\"".to_owned()));
        assert_eq!((quoted("pässword"), quoted("a\r\nb")), (None, None));
    }
}
