//! The tests of the whole, as one binary: a module for each part of `tests/run --only`, and some more.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a test that fails, fails loudly"
)]

mod architecture;
mod automatic;
mod backup;
mod bad_input;
mod bounces;
mod circle;
mod cli;
mod config;
mod config_as_code;
mod config_workflows;
mod corpora;
mod crashes;
mod daemon;
mod decisions;
mod desk;
mod disk;
mod failed_sends;
mod first_steps;
mod history;
mod hostile;
mod imap;
mod kill;
mod kinds;
mod languages;
mod mail;
mod oauth;
mod outbox;
mod outcome;
mod place;
#[expect(clippy::duplicate_mod, reason = "the files of the contract are run on both drivers")]
mod postgres;
mod properties;
mod records;
mod replay;
mod reports;
mod review;
mod rules;
mod sends;
mod smtp;
mod stopping;
mod store;
mod stories;
mod support;
mod templates;
mod threading;
mod tokens;
mod upgrade;
mod verdicts;
mod workflow;
