//! ticketd
pub mod classify;
pub mod decide;
pub mod domain;
