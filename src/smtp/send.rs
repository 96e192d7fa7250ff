//! One mail to its recipients: a transaction (RFC 5321 3.3), after which the connection takes the next.

use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{MailBodyParameter, MailParameter};

use super::address::{Path, path};
use super::connect::{Connection, accepted};
use super::content::{is_sound, with_end};
use super::error::{Cause, SmtpError, Stage};
use super::limits::Limits;
use super::offers::Offers;
use super::reply::Reply;
use super::wire::Wire;
use crate::domain::EmailAddress;

/// Who a mail is from and to, as far as relays are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    /// Where reports go. `None`: nowhere (`<>`), as for automatic mail (RFC 3834 3.3).
    pub from: Option<EmailAddress>,
    pub to: Vec<EmailAddress>,
}

/// What became of a mail for one recipient.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// The relay has it, and answers for it from now on.
    Sent(Reply),
    /// Not now (4yz): to be tried again later.
    Deferred(Reply),
    /// Never (5yz).
    Refused(Reply),
    /// This relay cannot take it, and why, in words: it was not asked.
    Unsendable(String),
    /// The connection was lost, how is said, after the mail was sent whole: the relay may have it or not.
    Unknown(SmtpError),
}

impl Connection {
    /// Hands a mail over to the relay. What became of it is said for each recipient, in the order of `envelope.to`; one
    /// that is refused does not stop the others. An error: no recipient has got it. The connection may be closed
    /// afterwards, see [`is_open`](Connection::is_open); it is after an error, and when the send was not waited for.
    ///
    /// `mail` has CRLF at its line ends, and is sent as it is.
    pub async fn send(&mut self, envelope: &Envelope, mail: &[u8]) -> Result<Vec<Delivery>, SmtpError> {
        // Not in `self` while at work: whoever drops this future drops the connection with it.
        let Some(mut wire) = self.wire.take() else {
            return Err(SmtpError::new(&self.server, Stage::Sender, Cause::Temporary, "the connection is closed"));
        };
        let transaction = match Transaction::prepare(&self.offers, envelope, mail) {
            Ok(transaction) => transaction,
            Err(why) => {
                self.wire = Some(wire);
                return Ok(envelope.to.iter().map(|_| Delivery::Unsendable(why.clone())).collect());
            }
        };
        let (deliveries, state) = transaction.run(&mut wire, mail).await?;
        let is_free = match state {
            State::Free => true,
            State::Open => wire.ask(Stage::Reset, &Rset.to_string()).await.is_ok_and(|answer| answer.code == 250),
            State::Lost => false,
        };
        self.wire = Some(wire).filter(|wire| is_free && !wire.is_ahead());
        Ok(deliveries)
    }
}

/// What a connection is in behind a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing.
    Free,
    /// A transaction that was not ended.
    Open,
    /// Nobody knows.
    Lost,
}

/// A mail that can be asked for.
struct Transaction {
    from: Option<Path>,
    to: Vec<Result<Path, String>>,
    parameters: Vec<MailParameter>,
}

impl Transaction {
    /// What can be said before the relay is asked. An error holds for all recipients.
    fn prepare(offers: &Offers, envelope: &Envelope, mail: &[u8]) -> Result<Self, String> {
        if !is_sound(mail) {
            return Err("a line of the mail does not end in CR LF".to_owned());
        }
        let mut parameters = Vec::new();
        if let Some(largest) = offers.size {
            if largest > 0 && mail.len() as u64 > largest {
                return Err(format!("the mail has {} bytes, and the relay takes {largest} at most", mail.len()));
            }
            parameters.push(MailParameter::Size(mail.len()));
        }
        match mail.is_ascii() {
            true => {}
            false if offers.eight_bit => parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime)),
            false => return Err("the mail is not ASCII, and the relay does not offer 8BITMIME".to_owned()),
        }
        let sayable = |address: &EmailAddress| match path(address) {
            Ok(path) if path.needs_utf8 && !offers.utf8 => {
                Err(format!("{address} is not ASCII before its @, and the relay does not offer SMTPUTF8"))
            }
            path => path,
        };
        let from = envelope.from.as_ref().map(sayable).transpose()?;
        let to: Vec<_> = envelope.to.iter().map(sayable).collect();
        if from.iter().chain(to.iter().flatten()).any(|path| path.needs_utf8) {
            parameters.push(MailParameter::SmtpUtfEight);
        }
        Ok(Transaction { from, to, parameters })
    }

    async fn run(self, wire: &mut Wire, mail: &[u8]) -> Result<(Vec<Delivery>, State), SmtpError> {
        if self.to.iter().all(Result::is_err) {
            return Ok((self.with(|| Delivery::Unsendable(String::new())), State::Free));
        }
        let sender = Mail::new(self.from.as_ref().map(|path| path.address.clone()), self.parameters.clone());
        let reply = wire.ask(Stage::Sender, &sender.to_string()).await?.reply();
        if reply.is_temporary() || is_about_mail(&reply) {
            let no = refusal(reply);
            return Ok((self.with(|| no.clone()), State::Free));
        }
        accepted(wire, Stage::Sender, reply)?;
        let mut deliveries = recipients(wire, self.to).await?;
        let state = match deliveries.iter().any(Option::is_none) {
            false => State::Open,
            true => {
                let (delivery, state) = content(wire, mail).await?;
                deliveries.iter_mut().for_each(|open| *open = open.take().or_else(|| Some(delivery.clone())));
                state
            }
        };
        Ok((deliveries.into_iter().flatten().collect(), state))
    }

    /// The same for all that can be said.
    fn with(self, delivery: impl Fn() -> Delivery) -> Vec<Delivery> {
        self.to.into_iter().map(|path| path.map_or_else(Delivery::Unsendable, |_| delivery())).collect()
    }
}

/// RCPT for each. `None`: accepted so far.
async fn recipients(wire: &mut Wire, to: Vec<Result<Path, String>>) -> Result<Vec<Option<Delivery>>, SmtpError> {
    let mut deliveries: Vec<Option<Delivery>> = Vec::with_capacity(to.len());
    for path in to {
        let path = match path {
            Ok(path) => path,
            Err(why) => {
                deliveries.push(Some(Delivery::Unsendable(why)));
                continue;
            }
        };
        let reply = wire.ask(Stage::Recipient, &Rcpt::new(path.address, Vec::new()).to_string()).await?.reply();
        let any = deliveries.iter().any(Option::is_none);
        deliveries.push(match reply {
            reply if reply.is_positive() => None,
            reply if reply.asks_for_more() => return Err(wire.out_of_place(Stage::Recipient, reply)),
            // Old servers say so when there are too many of them (RFC 5321 4.5.3.1.10).
            reply if any && reply.code == 552 && reply.enhanced.is_none() => Some(Delivery::Deferred(reply)),
            reply => Some(refusal(reply)),
        });
    }
    Ok(deliveries)
}

/// DATA and the mail: what becomes of it for all that were accepted.
async fn content(wire: &mut Wire, mail: &[u8]) -> Result<(Delivery, State), SmtpError> {
    let reply = wire.ask(Stage::Data, &Data.to_string()).await?.reply();
    match reply {
        reply if reply.code == 354 => {}
        reply if reply.code < 400 => return Err(wire.out_of_place(Stage::Data, reply)),
        reply => return Ok((refusal(reply), State::Open)),
    }
    for block in with_end(mail).chunks(Limits::BLOCK) {
        if let Err(error) = wire.write(block).await {
            return given_up(wire, error).await;
        }
    }
    // From here on nobody knows, until the server says so.
    match wire.listen(Stage::End).await {
        Ok(answer) if answer.code < 300 => Ok((Delivery::Sent(answer.reply()), State::Free)),
        Ok(answer) if answer.code < 400 => {
            Ok((Delivery::Unknown(wire.out_of_place(Stage::End, answer.reply())), State::Lost))
        }
        // It may have come too early, in the middle of the mail, with another behind it.
        Ok(answer) => Ok((refusal(answer.reply()), State::Lost)),
        // 421: it has closed without taking the mail.
        Err(error) if error.reply.is_some() => Err(error),
        Err(error) => Ok((Delivery::Unknown(error), State::Lost)),
    }
}

/// The mail could not be written whole, so the server has not got it. Perhaps it said why before it closed.
async fn given_up(wire: &mut Wire, error: SmtpError) -> Result<(Delivery, State), SmtpError> {
    match wire.listen(Stage::Goodbye).await {
        Ok(answer) if answer.code >= 400 => Ok((refusal(answer.reply()), State::Lost)),
        _ => Err(error),
    }
}

fn refusal(reply: Reply) -> Delivery {
    if reply.is_temporary() { Delivery::Deferred(reply) } else { Delivery::Refused(reply) }
}

/// Whether a permanent refusal of MAIL concerns this mail only: it is too large (RFC 1870 6.1), or its addresses are not
/// ASCII (RFC 6531 3.5).
fn is_about_mail(reply: &Reply) -> bool {
    reply.code == 552 || matches!(reply.enhanced.as_deref(), Some("5.3.4" | "5.6.7"))
}
