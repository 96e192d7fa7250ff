//! What users send from the command line: from a ticket, as a forward, from a contact's record.

mod attachments;
mod commands;
mod live;
mod quoting;
mod refusals;
mod undelivered;
