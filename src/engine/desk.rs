//! What users do at the desk, as functions: the command line, stories and pages call these.

use std::sync::Arc;

use super::handle::{Engine, EngineError, written};
use super::mail::{Place, RawMail};
use super::unit::{Input, Outcome, ReviewOrder, SendOrder, Written};
use crate::compose::{ForwardedOriginal, forward_text};
use crate::domain::*;
use crate::parse;
use crate::store::{content, views};

/// A user's answer from a ticket.
#[derive(Debug, Clone, Default)]
pub struct Reply {
    pub draft: Draft,
    /// Name of the stage to set instead of what rule 3.1 says.
    pub status: Option<String>,
    pub new_thread: bool,
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
        self.command(at, Some(user), reply_order(ticket, reply)).await
    }

    /// A user forwards a message from the ticket to whom the draft names. Fires no rule.
    pub async fn forward(
        &self,
        at: Timestamp,
        user: &str,
        ticket: RecordId,
        message: MessageId,
        draft: Draft,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), self.forward_order(ticket, message, draft)?).await
    }

    /// A user writes from a contact's record. Fires no rule.
    pub async fn send_from_record(&self, at: Timestamp, user: &str, draft: Draft) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), record_order(draft)).await
    }

    /// A user moves a ticket.
    pub async fn move_ticket(
        &self,
        at: Timestamp,
        user: &str,
        ticket: RecordId,
        to: &str,
    ) -> Result<Outcome, EngineError> {
        self.command(at, Some(user), Input::Move { ticket, to: to.to_owned() }).await
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

    /// The order to forward a message: its text stands below the user's.
    pub(super) fn forward_order(
        &self,
        ticket: RecordId,
        message: MessageId,
        draft: Draft,
    ) -> Result<Input, EngineError> {
        let text = self.forwarded(message, &draft.text)?;
        let draft = written(Draft { text, ..draft });
        let forward = SendOrder { forwards: Some(message), ..order(SendPurpose::Forward, Some(ticket), draft) };
        Ok(Input::Send(Arc::new(forward)))
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

/// The order to answer from a ticket.
pub(super) fn reply_order(ticket: RecordId, reply: Reply) -> Input {
    let Reply { draft, status, new_thread } = reply;
    let order = order(SendPurpose::Ticket, Some(ticket), written(draft));
    Input::Send(Arc::new(SendOrder { status, new_thread, ..order }))
}

/// The order to write from a contact's record.
pub(super) fn record_order(draft: Draft) -> Input {
    Input::Send(Arc::new(order(SendPurpose::Record, None, written(draft))))
}

/// The order to make a ticket by hand.
pub(super) fn open_order(pipeline: &str, source: Source, draft: Draft) -> Input {
    Input::Open { pipeline: pipeline.to_owned(), source, mailbox: None, draft: Arc::new(written(draft)) }
}

fn order(purpose: SendPurpose, ticket: Option<RecordId>, draft: Written) -> SendOrder {
    SendOrder { purpose, ticket, mailbox: None, forwards: None, status: None, new_thread: false, draft }
}

/// A date in a forwarded block: UTC, the same for every reader.
fn date_text(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.0)
        .map(|at| at.strftime("%a, %d %b %Y %H:%M UTC").to_string())
        .unwrap_or_default()
}
