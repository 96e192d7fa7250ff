//! A mail that a user wrote did not arrive: the ticket shows it, and its author is told, once for each recipient.

use super::arrival::MailInput;
use super::caps::subject_key;
use super::deciding::Deciding;
use super::refusal::Refusal;
use super::send::Outgoing;
use crate::domain::*;

/// Somebody says that an address that gave mail back takes it again.
pub fn clear_bounce(d: &mut Deciding<'_>, address: &EmailAddress) -> Result<AddressId, Refusal> {
    let row = d.ws.address(address).cloned().ok_or(Refusal::NoAddress)?;
    if row.bounced.is_none() {
        return Err(Refusal::NotBounced);
    }
    let (address, user) = (row.id, d.context.actor);
    d.decision.explanation.evidence.push(Evidence::BounceCleared { address, user });
    d.change(Change::Address(AddressRow { bounced: None, ..row }));
    Ok(address)
}

impl Deciding<'_> {
    /// Who writes in a thread of ours takes mail. A machine proves nothing, nor does whoever failed authentication, nor
    /// a mail that is older than a day: the bounce may be younger.
    pub(super) fn lift_bounce(&mut self, mail: &MailInput<'_>, c: &Classification, author: AddressId) {
        let proves = matches!(
            c.kind,
            Kind::CustomerReply | Kind::ParticipantReply | Kind::Forward | Kind::ReplyToForward | Kind::ContactOther
        );
        let trusted = c.authentication != Authentication::Fail && c.review != Some(ReviewReason::ForgedToken);
        let old = mail.history || is_stale(mail.arrived.at, self.context.at);
        if !proves || !trusted || old || c.standing.thread.is_none() || mail.facts.is_automatic() {
            return;
        }
        let bounced = self.ws.addresses.get(&author).filter(|row| row.bounced.is_some()).cloned();
        if let Some(row) = bounced {
            self.decision.explanation.evidence.push(Evidence::BounceLifted { address: author });
            self.change(Change::Address(AddressRow { bounced: None, ..row }));
        }
    }

    /// A report says that a recipient gave a send back for good. What nobody wrote concerns nobody.
    pub(super) fn gave_back(&mut self, send: SendId, address: AddressId, status: &str, silence: Option<EffectResult>) {
        if self.ws.sends.get(&send).is_some_and(|send| !send.purpose.is_automated()) {
            self.send_failed(send);
            self.tell_author(send, address, in_words(status), silence);
        }
    }

    /// Tells the user who wrote a send that a recipient did not get it, and why. Not twice, whatever comes of it later.
    pub(super) fn tell_author(
        &mut self,
        send: SendId,
        address: AddressId,
        reason: String,
        silence: Option<EffectResult>,
    ) {
        let written = self.ws.sends.get(&send).filter(|send| !send.purpose.is_automated()).cloned();
        let recipient = self.ws.recipients.get(&(send, address)).filter(|row| row.told_at.is_none()).cloned();
        let (Some(written), Some(recipient)) = (written, recipient) else { return };
        let author = written.author.and_then(|author| self.ws.users.get(&author)).map(|row| row.name.clone());
        let Some(author) = author else { return };
        let told = self.user_to_tell(&author, SEND_NOT_DELIVERED, silence);
        let told = told.and_then(|told| Ok((told, self.mailbox_of_send(&written).ok_or(EffectResult::NoMailbox)?)));
        let ((user, to), mailbox) = match told {
            Ok(told) => told,
            Err(outcome) => return self.effect(SEND_NOT_DELIVERED, SEND_NOT_DELIVERED, outcome, None),
        };
        let told = RecipientRow { told_at: Some(self.context.at), ..recipient };
        // A digest is about tickets: what has none is told at once.
        if let Some((ticket, until)) = written.ticket.zip(self.notices_full_until(to)) {
            self.keep_for_digest(user, ticket, SEND_NOT_DELIVERED, until);
            self.effect(SEND_NOT_DELIVERED, SEND_NOT_DELIVERED, EffectResult::Digested, None);
            return self.change(Change::Recipient(told));
        }
        let subject = self.ws.messages.get(&written.message).map(|message| message.subject.clone()).unwrap_or_default();
        let language = self.ws.mailbox(mailbox).map_or(Language::English, |(_, setup)| setup.language);
        let queued = self.queue(Outgoing {
            purpose: SendPurpose::Notification,
            about: written.ticket,
            mailbox,
            thread: None,
            parent: None,
            to: vec![to],
            cc: Vec::new(),
            automation: Some(SEND_NOT_DELIVERED.to_owned()),
            template: Some(SEND_NOT_DELIVERED.to_owned()),
            subject_key: Some(subject_key(SEND_NOT_DELIVERED, &subject)),
            text: SendText::Template {
                name: SEND_NOT_DELIVERED.to_owned(),
                language,
                user: Some(user),
                failure: Some(Undelivered { address, reason, subject }),
            },
        });
        self.effect(SEND_NOT_DELIVERED, SEND_NOT_DELIVERED, EffectResult::Queued, Some(queued));
        self.change(Change::Recipient(told));
    }

    /// The team mailbox that a send came from.
    fn mailbox_of_send(&self, send: &SendRow) -> Option<MailboxId> {
        let from = || {
            let author = self.ws.messages.get(&send.message)?.author;
            let setup = self.ws.setup.team_mailbox_at(&self.ws.addresses.get(&author?)?.address)?;
            self.ws.mailbox_named(&setup.name).map(|row| row.id)
        };
        match send.ticket {
            Some(ticket) => self.mailbox_of(ticket),
            None => from().or_else(|| self.first_team_mailbox()),
        }
    }
}

/// A status code (RFC 3463) with the words that it stands for, in the language of the protocols: what servers say is in
/// no other either.
fn in_words(status: &str) -> String {
    let words = match status {
        "5.1.1" => "there is no such mailbox",
        "5.1.2" => "there is no such mail domain",
        "5.1.3" => "the address is not written correctly",
        "5.1.6" => "the mailbox has moved",
        "5.1.10" => "the domain takes no mail",
        "5.2.1" => "the mailbox is closed",
        "5.2.2" => "the mailbox is full",
        "5.2.3" | "5.3.4" => "the mail is too large",
        "5.4.4" => "no server for the address could be found",
        "5.4.6" => "the mail went in circles",
        "5.4.7" => "it could not be delivered in time",
        _ if status.starts_with("5.7.") => "refused by a policy of the receiver",
        _ => return status.to_owned(),
    };
    format!("{status}, {words}")
}
