//! ticketd

// As the other lints against panics in Cargo.toml; clippy cannot switch this one off in tests alone.
#![cfg_attr(not(test), deny(clippy::string_slice))]

pub mod archive;
pub mod classify;
pub mod cli;
pub mod compose;
pub mod config;
pub mod decide;
pub mod domain;
pub mod engine;
pub mod parse;
pub mod store;
