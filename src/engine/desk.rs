//! What users do at the desk, as functions: the command line, stories and pages call these.

use std::sync::Arc;

use super::handle::{Engine, EngineError, written};
use super::mail::{Place, RawMail};
use super::unit::{Input, Outcome, ReviewOrder, SendOrder};
use crate::compose::{self, ForwardedOriginal, forward_text};
use crate::domain::*;
use crate::parse;
use crate::store::{content, journal, views};

/// What a user wrote, with the bytes of what is attached to it.
#[derive(Debug, Clone, Default)]
pub struct Letter {
    pub draft: Draft,
    /// One for each attachment of the draft, in order.
    pub files: Vec<Arc<Vec<u8>>>,
}

impl Letter {
    /// Attaches a file. `path`: the last part of it becomes its name, the name's ending says what it is.
    pub fn attach(&mut self, path: &str, bytes: Vec<u8>) {
        let name = compose::file_name(path);
        let (media_type, digest) = (compose::media_type(&name), ContentDigest::of(&bytes));
        self.draft.attachments.push(AttachedFile { name, media_type, size: bytes.len() as u64, digest });
        self.files.push(Arc::new(bytes));
    }
}

impl From<Draft> for Letter {
    /// A letter without attachments.
    fn from(draft: Draft) -> Letter {
        Letter { draft, files: Vec::new() }
    }
}

/// A user's answer from a ticket.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub letter: Letter,
    /// Name of the stage to set instead of what rule 3.1 says.
    pub status: Option<String>,
    pub new_thread: bool,
    /// The message that it answers; `None`: the newest of the ticket's latest thread.
    pub answers: Option<MessageId>,
    /// Quotes that message; where none is named, what was said last between the team and the customer, and answers that.
    pub quote: bool,
}

/// What a user decides about a message in review.
#[derive(Debug, Clone)]
pub enum Judgement {
    /// It belongs to that ticket; `contact`: its author becomes a contact of it.
    Attach { ticket: RecordId, contact: bool },
    /// It opens a ticket; `original`: of a forward, for whom.
    New { original: Option<Participant> },
    /// It stays where it is.
    Drop,
}

impl Engine {
    /// A user answers from the ticket; to its contacts, where the draft names nobody. Rule 3.1 applies as it is queued.
    pub async fn reply(
        &self,
        at: Timestamp,
        user: &str,
        ticket: RecordId,
        reply: Reply,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), self.reply_order(ticket, reply)?).await
    }

    /// A user forwards a message from the ticket to whom the draft names. Fires no rule.
    pub async fn forward(
        &self,
        at: Timestamp,
        user: &str,
        ticket: RecordId,
        message: MessageId,
        letter: Letter,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), self.forward_order(ticket, message, letter)?).await
    }

    /// A user writes from a contact's record, as that team mailbox (`None`: the first). Fires no rule.
    pub async fn send_from_record(
        &self,
        at: Timestamp,
        user: &str,
        mailbox: Option<String>,
        letter: Letter,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), record_order(mailbox, letter)).await
    }

    /// A user makes a ticket by hand, for the contact that the draft's From names.
    pub async fn open_ticket(
        &self,
        at: Timestamp,
        user: &str,
        pipeline: &str,
        source: Source,
        draft: Draft,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), open_order(pipeline, source, draft)).await
    }

    /// A user merges a ticket into another.
    pub async fn merge(
        &self,
        at: Timestamp,
        user: &str,
        from: RecordId,
        into: RecordId,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), Input::Merge { from, into }).await
    }

    /// Somebody says that an address that gave mail back takes it again; `user`: `None` for the operator.
    pub async fn clear_bounce(
        &self,
        at: Timestamp,
        user: Option<&str>,
        address: EmailAddress,
    ) -> Result<Outcome, EngineError> {
        self.command(at, user, Input::ClearBounce { address }).await
    }

    /// Somebody orders something about a send in the outbox; `user`: `None` for the operator.
    pub async fn order_outbox(
        &self,
        at: Timestamp,
        user: Option<&str>,
        send: SendId,
        order: OutboxOrder,
    ) -> Result<Outcome, EngineError> {
        self.command(at, user, Input::Outbox { send, order }).await
    }

    /// Somebody settles what a message waits for in review; `user`: `None` for the operator.
    pub async fn review(
        &self,
        at: Timestamp,
        user: Option<&str>,
        message: MessageId,
        judgement: Judgement,
    ) -> Result<Outcome, EngineError> {
        let order = self.review_order(message, judgement).await?;
        self.command(at, user, order).await
    }

    /// The order to settle it: with what the message says, which is read again from its bytes.
    pub(super) async fn review_order(&self, message: MessageId, judgement: Judgement) -> Result<Input, EngineError> {
        let (content, raw) = self.store().read(|tx| match views::message(tx, message)? {
            Some(row) => Ok((row.content, Some(content::raw(tx, row.content)?))),
            None => Ok((ContentId(0), None)),
        })?;
        let raw = RawMail::new(raw.ok_or(EngineError::NoMessage(message))?, Place::default());
        let mail = self.read(raw).await?;
        let failure = mail.reading.failure.unwrap_or_default();
        let facts = mail.facts.ok_or(EngineError::Unreadable(message, failure))?;
        let (verdict, ticket, contact, original) = match judgement {
            Judgement::Attach { ticket, contact } => (Verdict::Attach, Some(ticket), contact, None),
            Judgement::New { original } => (Verdict::New, None, false, original),
            Judgement::Drop => (Verdict::Drop, None, false, None),
        };
        let request = ReviewRequest { message, content, verdict, ticket, contact };
        let original = original.map(|from| written(Draft { from: Some(from), ..Draft::default() }));
        Ok(Input::Review(Arc::new(ReviewOrder { request, facts, original })))
    }

    /// The order to answer from a ticket.
    pub(super) fn reply_order(&self, ticket: RecordId, reply: Reply) -> Result<Input, EngineError> {
        let Reply { mut letter, status, new_thread, mut answers, quote } = reply;
        if quote {
            let quoted = self.store().read(|tx| match answers {
                Some(message) => views::message(tx, message),
                None => views::said_last(tx, ticket),
            })?;
            if let Some(message) = quoted {
                letter.draft.quote = self.quoted(ticket, &message)?;
                answers = (!new_thread).then_some(message.id);
            }
        }
        let order = order(SendPurpose::Ticket, Some(ticket), letter);
        Ok(Input::Send(Arc::new(SendOrder { status, new_thread, answers, ..order })))
    }

    /// A message as it is quoted, in the language of the ticket's mailbox. Nothing where it has no text.
    fn quoted(&self, ticket: RecordId, message: &MessageRow) -> Result<String, EngineError> {
        let (raw, mailbox, setup) = self.store().read(|tx| {
            let mailbox = views::ticket(tx, ticket)?.and_then(|ticket| ticket.ticket.mailbox);
            let mailbox = views::mailboxes(tx)?.into_iter().find(|row| Some(row.id) == mailbox);
            Ok((content::raw(tx, message.content)?, mailbox, journal::current_setup(tx)?.unwrap_or_default()))
        })?;
        let facts = parse::read(&raw);
        if facts.body.text.trim().is_empty() {
            return Ok(String::new());
        }
        let mailbox = mailbox.and_then(|row| setup.mailbox(&row.name));
        let first = || setup.mailboxes.iter().find(|mailbox| mailbox.kind == MailboxKind::Team);
        let language = mailbox.or_else(first).map_or(Language::English, |mailbox| mailbox.language);
        let at = facts.date.unwrap_or(message.arrived_at);
        Ok(compose::quote(language, facts.author(), at, &facts.body.text))
    }

    /// The order to forward a message: its text stands below the user's.
    pub(super) fn forward_order(
        &self,
        ticket: RecordId,
        message: MessageId,
        mut letter: Letter,
    ) -> Result<Input, EngineError> {
        letter.draft.text = self.forwarded(message, &letter.draft.text)?;
        let order = order(SendPurpose::Forward, Some(ticket), letter);
        Ok(Input::Send(Arc::new(SendOrder { forwards: Some(message), ..order })))
    }

    /// The user's comment with the message below it.
    fn forwarded(&self, message: MessageId, comment: &str) -> Result<String, EngineError> {
        let raw = self.store().read(|tx| match views::message(tx, message)? {
            Some(row) => content::raw(tx, row.content).map(Some),
            None => Ok(None),
        })?;
        let raw = raw.ok_or(EngineError::NoMessage(message))?;
        let facts = parse::read(&raw);
        let original = ForwardedOriginal {
            from: facts.from,
            to: facts.to,
            date: facts.date.map(date_text).unwrap_or_default(),
            subject: facts.subject.text,
            body: facts.body.text,
        };
        Ok(forward_text(comment, &original))
    }
}

/// The order to write from a contact's record.
pub(super) fn record_order(mailbox: Option<String>, letter: Letter) -> Input {
    Input::Send(Arc::new(SendOrder { mailbox, ..order(SendPurpose::Record, None, letter) }))
}

/// The order to make a ticket by hand.
pub(super) fn open_order(pipeline: &str, source: Source, draft: Draft) -> Input {
    Input::Open { pipeline: pipeline.to_owned(), source, mailbox: None, draft: Arc::new(written(draft)) }
}

fn order(purpose: SendPurpose, ticket: Option<RecordId>, letter: Letter) -> SendOrder {
    SendOrder {
        purpose,
        ticket,
        mailbox: None,
        forwards: None,
        status: None,
        new_thread: false,
        answers: None,
        draft: written(letter.draft),
        files: letter.files,
    }
}

/// A date in a forwarded block: UTC, the same for every reader.
fn date_text(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| at.strftime("%a, %d %b %Y %H:%M UTC").to_string())
        .unwrap_or_default()
}
