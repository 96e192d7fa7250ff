//! AUTH (RFC 4954). lettre knows the words of each mechanism; here is who says what when, and that nobody sees them.

use lettre::transport::smtp::authentication::{Credentials, Mechanism as Words};
use lettre::transport::smtp::commands::Auth;

use super::error::{Cause, SmtpError, Stage};
use super::offers::Offers;
use super::reply::Reply;
use super::wire::Wire;
use crate::config::{Login, Mechanism};
use crate::net::Secret;

pub(super) async fn log_in(wire: &mut Wire, login: &Login, secret: &Secret, offers: &Offers) -> Result<(), SmtpError> {
    let failed = |what: String| SmtpError::new(&wire.server, Stage::Login, Cause::Configuration, what);
    let mechanism = chosen(login, offers).map_err(failed)?;
    let words = Credentials::new(login.user.clone(), secret.reveal().to_owned());
    let lines = lines(mechanism, &words).ok_or_else(|| failed("the login cannot be written".to_owned()))?;
    // A server that does not know a command may repeat it.
    wire.hidden = lines.iter().filter_map(|line| line.split_whitespace().next_back()).map(str::to_owned).collect();
    wire.hidden.push(secret.reveal().to_owned());
    wire.hidden.retain(|word| !word.is_empty() && word != "LOGIN");
    let reply = said(wire, &lines).await?;
    wire.hidden.clear();
    if reply.is_positive() {
        return Ok(());
    }
    let cause = if reply.is_temporary() { Cause::Temporary } else { Cause::Auth };
    let what = format!("the login was refused: {reply}");
    Err(SmtpError { reply: Some(reply), ..SmtpError::new(&wire.server, Stage::Login, cause, what) })
}

/// Says one line after the other, as long as the server asks for more.
async fn said(wire: &mut Wire, lines: &[String]) -> Result<Reply, SmtpError> {
    let mut left = lines.iter();
    loop {
        // Who is asked for more than there is to say gives up: an empty line brings the refusal out that was meant, as with
        // XOAUTH2.
        let line = left.next().map_or("\r\n", String::as_str);
        let is_over = line == "\r\n";
        let reply = wire.ask(Stage::Login, line).await?.reply();
        match reply.asks_for_more() {
            true if is_over => return Err(wire.out_of_place(Stage::Login, reply)),
            true => {}
            false if reply.is_positive() && left.len() > 0 => return Err(wire.out_of_place(Stage::Login, reply)),
            false => return Ok(reply),
        }
    }
}

/// The mechanism, or why there is none.
fn chosen(login: &Login, offers: &Offers) -> Result<Mechanism, String> {
    let wanted = login.mechanism.map_or(vec![Mechanism::Plain, Mechanism::Login], |mechanism| vec![mechanism]);
    let found = wanted.iter().find(|mechanism| offers.mechanisms.contains(mechanism));
    found.copied().ok_or_else(|| match offers.auth.as_slice() {
        [] => "it offers no login; does it want TLS, or none for mail from here?".to_owned(),
        auth => format!("it offers no login that was asked for, only {}", auth.join(" ")),
    })
}

/// What we say, line by line.
fn lines(mechanism: Mechanism, words: &Credentials) -> Option<Vec<String>> {
    let line = |mechanism, challenge: Option<&str>| {
        Auth::new(mechanism, words.clone(), challenge.map(str::to_owned)).ok().map(|auth| auth.to_string())
    };
    match mechanism {
        Mechanism::Plain => Some(vec![line(Words::Plain, None)?]),
        Mechanism::Xoauth2 => Some(vec![line(Words::Xoauth2, None)?]),
        // Servers ask for both in words of their own, and always in this order.
        Mechanism::Login => {
            let asked = [None, Some("Username:"), Some("Password:")];
            asked.into_iter().map(|challenge| line(Words::Login, challenge)).collect()
        }
    }
}
