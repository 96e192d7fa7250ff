//! ticketd
pub mod archive;
pub mod classify;
pub mod cli;
pub mod compose;
pub mod config;
pub mod decide;
pub mod domain;
pub mod engine;
pub mod explain;
pub mod parse;
pub mod store;
