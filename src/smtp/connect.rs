//! From a relay's name to a connection that takes mail.

use std::net::IpAddr;

use lettre::transport::smtp::commands::{Ehlo, Quit, Starttls};
use lettre::transport::smtp::extension::ClientId;

use super::error::{Cause, SmtpError, Stage};
use super::limits::Limits;
use super::login::log_in;
use super::offers::Offers;
use super::reply::Reply;
use super::wire::Wire;
use crate::config::{Relay, Security};
use crate::net::{Secret, Transport, dial, encrypt};

/// A connection that takes mail.
pub struct Connection {
    /// `None`: there was an error, or a send that was not waited for.
    pub(super) wire: Option<Wire>,
    pub(super) server: String,
    pub(super) offers: Offers,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection").field("server", &self.server).field("open", &self.is_open()).finish()
    }
}

/// Connects to a relay, and logs in where it says so. `secret` is what the credential of `relay.login` stands for: a
/// password, or an access token.
pub async fn connect(relay: &Relay, secret: Option<&Secret>, limits: &Limits) -> Result<Connection, SmtpError> {
    let server = relay.server.to_string();
    let unreachable = |error| SmtpError::unreachable(&server, error);
    let stream = dial(&relay.server, limits.connecting).await.map_err(unreachable)?;
    let us = name_of_us(relay.hello.as_deref(), stream.local_addr().map(|address| address.ip()).ok());
    let transport = match relay.server.security {
        Security::Implicit => encrypt(&relay.server, stream, limits.connecting).await.map_err(unreachable)?,
        Security::StartTls | Security::None => Transport::Plain(stream),
    };
    let mut wire = Wire::new(transport, server.clone(), *limits);
    greeted(&mut wire, relay).await?;
    let mut offers = hello(&mut wire, &us).await?;
    if relay.server.security == Security::StartTls {
        wire = start_tls(wire, relay, &offers).await?;
        // What it said before counts for nothing (RFC 3207 4.2).
        offers = hello(&mut wire, &us).await?;
    }
    if let Some(login) = &relay.login {
        let Some(secret) = secret else {
            let what = "there is no password for its login";
            return Err(SmtpError::new(&server, Stage::Login, Cause::Configuration, what));
        };
        log_in(&mut wire, &relay.server, login, secret, &offers).await?;
    }
    tracing::debug!(server, "ready to take mail");
    Ok(Connection { wire: Some(wire), server, offers })
}

/// RFC 5321 4.1.4: the name of this computer, else its address.
fn name_of_us(hello: Option<&str>, address: Option<IpAddr>) -> ClientId {
    match (hello, address.map(|address| address.to_canonical())) {
        (Some(name), _) => ClientId::Domain(name.to_owned()),
        (None, Some(IpAddr::V4(address))) => ClientId::Ipv4(address),
        (None, Some(IpAddr::V6(address))) => ClientId::Ipv6(address),
        (None, None) => ClientId::default(),
    }
}

/// What the server says first (RFC 5321 3.1).
async fn greeted(wire: &mut Wire, relay: &Relay) -> Result<(), SmtpError> {
    let answer = wire.listen(Stage::Greeting).await;
    let answer = answer.map_err(|error| match relay.server.security {
        // A server that expects TLS from the first byte waits for us.
        Security::StartTls | Security::None if error.what.starts_with("no answer") => {
            SmtpError { what: format!("{}; is `tls = \"implicit\"` meant, with port 465?", error.what), ..error }
        }
        _ => error,
    })?;
    accepted(wire, Stage::Greeting, answer.reply()).map(drop)
}

/// EHLO, after which the server says what it can do.
async fn hello(wire: &mut Wire, us: &ClientId) -> Result<Offers, SmtpError> {
    let answer = wire.ask(Stage::Hello, &Ehlo::new(us.clone()).to_string()).await?;
    accepted(wire, Stage::Hello, answer.reply())?;
    Ok(Offers::read(&answer))
}

/// Turns to TLS, or gives up (RFC 3207).
async fn start_tls(mut wire: Wire, relay: &Relay, offers: &Offers) -> Result<Wire, SmtpError> {
    if !offers.starttls {
        let what = "it offers no STARTTLS; is `tls = \"implicit\"` meant, with port 465?";
        return Err(SmtpError::new(&wire.server, Stage::StartTls, Cause::Configuration, what));
    }
    let answer = wire.ask(Stage::StartTls, &Starttls.to_string()).await?;
    accepted(&wire, Stage::StartTls, answer.reply())?;
    let (server, limits) = (wire.server.clone(), wire.limits);
    // Nothing was read ahead, or `ask` had refused it.
    let Transport::Plain(stream) = wire.into_transport() else {
        return Err(SmtpError::new(&server, Stage::StartTls, Cause::Temporary, "it is encrypted already"));
    };
    let encrypted = encrypt(&relay.server, stream, limits.connecting).await;
    let transport = encrypted.map_err(|error| SmtpError::unreachable(&server, error))?;
    Ok(Wire::new(transport, server, limits))
}

/// A step that concerns no mail yet: what is refused for good is refused to us.
pub(super) fn accepted(wire: &Wire, stage: Stage, reply: Reply) -> Result<Reply, SmtpError> {
    match reply {
        reply if reply.is_positive() => Ok(reply),
        reply if reply.is_temporary() => Err(SmtpError::refused(&wire.server, stage, Cause::Temporary, reply)),
        reply if reply.asks_for_more() => Err(wire.out_of_place(stage, reply)),
        reply => Err(SmtpError::refused(&wire.server, stage, Cause::Relay, reply)),
    }
}

impl Connection {
    /// Whether it takes another mail: there was no error on it.
    pub fn is_open(&self) -> bool {
        self.wire.is_some()
    }

    /// Says goodbye. The relay has what it took already: how it takes this changes nothing.
    pub async fn quit(mut self) {
        if let Some(wire) = &mut self.wire {
            let _ = wire.ask(Stage::Goodbye, &Quit.to_string()).await;
        }
    }
}
