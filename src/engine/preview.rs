//! What would be: what a template would say about a ticket, what a workflow would do for a record. Planned and filled as
//! what is done is; nothing is kept and nothing sent.

use std::sync::Arc;

use super::handle::EngineError;
use super::needs::{addresses_of_users, own_addresses};
use super::outgoing;
use crate::decide::{self, Context, Deciding, Rehearsal};
use crate::domain::*;
use crate::store::{self, Store, StoreError, journal};

/// Ids that no row has.
const BEYOND: i64 = 1 << 62;

/// A filled template, and who would get it from whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    pub from: Participant,
    pub to: Vec<Participant>,
    pub language: Language,
    pub subject: String,
    pub text: String,
    pub html: Option<String>,
}

/// Why a template cannot be shown.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    #[error("there is no ticket {0}")]
    NoTicket(i64),
    #[error("there is no template `{0}`")]
    NoTemplate(String),
    #[error("there is nobody to send it to, or no team mailbox to send it from")]
    Nobody,
    #[error("{0}")]
    Unfilled(String),
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An event that nobody journals.
fn beyond(at: Timestamp, origin: Origin) -> Context {
    Context {
        seq: EventSeq(BEYOND),
        at,
        origin,
        actor: None,
        ids: IdBlock::new(BEYOND),
        numbers: IdBlock::new(BEYOND),
        seed: [0; 32],
    }
}

/// Walks a workflow of the setup in force for a record, its draft where `draft` says so.
pub fn rehearse(
    store: &Store,
    at: Timestamp,
    workflow: &str,
    draft: bool,
    record: RecordId,
) -> Result<Rehearsal, EngineError> {
    let mut ws = store.read(|tx| {
        let setup = Arc::new(journal::current_setup(tx)?.unwrap_or_default());
        let keys = Keys {
            tickets: [record].into(),
            addresses: own_addresses(&setup).collect(),
            users: addresses_of_users(&setup).collect(),
            automatic_since: Some(decide::automatic_since(at)),
            ..Keys::default()
        };
        store::load(tx, setup, &keys)
    })?;
    Ok(decide::rehearse(&mut Deciding::new(&mut ws, beyond(at, Origin::Live)), workflow, draft, record)?)
}

/// Fills the template of the setup in force with what is known of the ticket of that number. `language`: instead of the
/// mailbox's.
pub fn preview(
    store: &Store,
    at: Timestamp,
    template: &str,
    ticket: i64,
    language: Option<Language>,
) -> Result<Preview, PreviewError> {
    let mut ws = store.read(|tx| {
        let setup = Arc::new(journal::current_setup(tx)?.unwrap_or_default());
        let keys = Keys {
            ticket_numbers: [ticket].into(),
            addresses: own_addresses(&setup).collect(),
            users: addresses_of_users(&setup).collect(),
            ..Keys::default()
        };
        store::load(tx, setup, &keys)
    })?;
    let record = ws.ticket_numbered(ticket).map(|row| row.record).ok_or(PreviewError::NoTicket(ticket))?;
    if ws.setup.template(template).is_none() {
        return Err(PreviewError::NoTemplate(template.to_owned()));
    }
    let mut deciding = Deciding::new(&mut ws, beyond(at, Origin::Replay));
    let mut plan = decide::preview(&mut deciding, record, template).ok_or(PreviewError::Nobody)?;
    let spoken = match &mut plan.text {
        SendText::Template { language: spoken, .. } | SendText::Digest { language: spoken, .. } => {
            *spoken = language.unwrap_or(*spoken);
            *spoken
        }
        SendText::Written { .. } => Language::English,
    };
    let own = ws.setup.template(template).and_then(|template| template.text(spoken));
    let language = own.map_or(spoken, |text| text.language);
    let (from, to, said) = outgoing::said(&ws, &plan).map_err(PreviewError::Unfilled)?;
    Ok(Preview { from, to, language, subject: said.subject, text: said.text, html: said.html })
}
