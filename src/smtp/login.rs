//! AUTH (RFC 4954). lettre knows the words of logins by a password; here is who says what when, and that nobody sees them.

use lettre::transport::smtp::authentication::{Credentials, Mechanism as Words};
use lettre::transport::smtp::commands::Auth;

use super::error::{Cause, SmtpError, Stage};
use super::offers::Offers;
use super::reply::Reply;
use super::wire::Wire;
use crate::config::{Credential, Login, Mechanism, Server};
use crate::net::Secret;
use crate::net::oauth::{TokenLogin, oauthbearer, refusal, xoauth2};

/// All that we say, line by line.
struct Dialogue {
    lines: Vec<String>,
    /// What is said to a server that asks for more than that: it brings the refusal out that was meant (RFC 7628 3.2.3).
    bye: String,
}

pub(super) async fn log_in(
    wire: &mut Wire,
    server: &Server,
    login: &Login,
    secret: &Secret,
    offers: &Offers,
) -> Result<(), SmtpError> {
    let failed = |what: String| SmtpError::new(&wire.server, Stage::Login, Cause::Configuration, what);
    let mechanism = chosen(login, offers).map_err(failed)?;
    let dialogue = dialogue(mechanism, &login.user, server, secret);
    let dialogue = dialogue.ok_or_else(|| failed("the login cannot be written".to_owned()))?;
    // A server that does not know a command may repeat it.
    wire.hidden =
        dialogue.lines.iter().filter_map(|line| line.split_whitespace().next_back()).map(str::to_owned).collect();
    wire.hidden.push(secret.reveal().to_owned());
    wire.hidden.retain(|word| !word.is_empty() && word != "LOGIN");
    let (reply, reason) = said(wire, &dialogue).await?;
    wire.hidden.clear();
    if reply.is_positive() {
        return Ok(());
    }
    let cause = if reply.is_temporary() { Cause::Temporary } else { Cause::Auth };
    let reason = reason.map(|reason| format!(" ({reason})")).unwrap_or_default();
    let what = format!("the login was refused: {reply}{reason}");
    Err(SmtpError { reply: Some(reply), ..SmtpError::new(&wire.server, Stage::Login, cause, what) })
}

/// Says one line after the other, as long as the server asks for more. Gives its last reply, and what a refusal said first.
async fn said(wire: &mut Wire, dialogue: &Dialogue) -> Result<(Reply, Option<String>), SmtpError> {
    let mut left = dialogue.lines.iter();
    let mut reason = None;
    loop {
        let next = left.next();
        let line = next.unwrap_or(&dialogue.bye);
        let reply = wire.ask(Stage::Login, line).await?.reply();
        match reply.asks_for_more() {
            true if next.is_none() => return Err(wire.out_of_place(Stage::Login, reply)),
            true if left.len() == 0 => reason = refusal(&reply.text),
            true => {}
            false if reply.is_positive() && left.len() > 0 => return Err(wire.out_of_place(Stage::Login, reply)),
            false => return Ok((reply, reason)),
        }
    }
}

/// The mechanism, or why there is none.
fn chosen(login: &Login, offers: &Offers) -> Result<Mechanism, String> {
    let wanted = match (login.mechanism, &login.credential) {
        (Some(mechanism), _) => vec![mechanism],
        (None, Credential::Password(_)) => vec![Mechanism::Plain, Mechanism::Login],
        (None, Credential::OAuth(_)) => vec![Mechanism::OauthBearer, Mechanism::Xoauth2],
    };
    let found = wanted.iter().find(|mechanism| offers.mechanisms.contains(mechanism));
    found.copied().ok_or_else(|| match offers.auth.as_slice() {
        [] => "it offers no login; does it want TLS, or none for mail from here?".to_owned(),
        auth => format!("it offers no login that was asked for, only {}", auth.join(" ")),
    })
}

/// What we say. `None`: it cannot be written.
fn dialogue(mechanism: Mechanism, user: &str, server: &Server, secret: &Secret) -> Option<Dialogue> {
    let words = Credentials::new(user.to_owned(), secret.reveal().to_owned());
    let line = |mechanism, challenge: Option<&str>| {
        Auth::new(mechanism, words.clone(), challenge.map(str::to_owned)).ok().map(|auth| auth.to_string())
    };
    let lines = match mechanism {
        Mechanism::Plain => vec![line(Words::Plain, None)?],
        // Servers ask for both in words of their own, and always in this order.
        Mechanism::Login => {
            let asked = [None, Some("Username:"), Some("Password:")];
            asked.into_iter().map(|challenge| line(Words::Login, challenge)).collect::<Option<_>>()?
        }
        Mechanism::Xoauth2 => return Some(by_token(&xoauth2(user, secret))),
        Mechanism::OauthBearer => return Some(by_token(&oauthbearer(user, server, secret))),
    };
    Some(Dialogue { lines, bye: "\r\n".to_owned() })
}

fn by_token(login: &TokenLogin) -> Dialogue {
    let TokenLogin { mechanism, response, bye } = login;
    Dialogue { lines: vec![format!("AUTH {mechanism} {}\r\n", response.reveal())], bye: format!("{bye}\r\n") }
}
