//! What leaves: templates and drafts become RFC 5322 bytes that name the send they carry.
//!
//! Pure: the same input gives the same bytes, whenever and wherever. No clock, no randomness, no I/O; dates, references
//! and keys come in from outside. What strangers wrote (subjects, names, ids) never becomes a header field of its own.
//! minijinja stays in this room; lettre serves here for the MIME form alone.

mod attachment;
mod body;
mod draft;
mod forward;
mod header;
mod outgoing;
mod quote;
mod template;
mod threading;
mod token;
mod values;
mod webhook;

pub use attachment::{Attachment, file_name, media_type};
pub use draft::DraftError;
pub use forward::{ForwardedOriginal, forward_text};
pub use outgoing::{AutomaticMark, ComposeError, Composed, Outgoing, build};
pub use quote::quote;
pub use template::{RenderError, Rendered, TemplatePart, TemplateProblem, check, render};
pub use token::{InvalidKid, Keyring, SigningKey, TOKEN_HEADER, Token};
pub use values::{
    ContactValues, DigestLine, DigestList, DigestValues, FailureValues, MailboxValues, Readers, RecordValues,
    TicketValues, UserValues, Values, known_variables,
};
pub use webhook::sign_webhook;
