//! ticketd
pub mod classify;
pub mod compose;
pub mod decide;
pub mod domain;
