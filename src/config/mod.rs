//! Configuration: text -> [`Config`], reporting every problem at once with line, column and a hint.
//!
//! This room reads a text that someone else read from a file, and knows what holds without one. It opens no files, looks
//! up no time zones and renders no templates.

mod builtin;
#[expect(dead_code, reason = "the reader of files uses the rest, next commit")]
mod problem;

use crate::domain::Setup;

pub use problem::{Problem, Severity};

/// What the operator configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the database is; relative to the working directory.
    pub database: Option<String>,
    /// IANA name of the zone in which people read times: `Europe/Amsterdam`. Only its form was checked.
    pub time_zone: Option<String>,
    pub setup: Setup,
    /// What looks wrong and stops nothing, by place.
    pub warnings: Vec<Problem>,
}

/// What holds without a file: one team mailbox `support`, no users, the support pipeline and its templates.
pub fn builtin() -> Config {
    Config { database: None, time_zone: None, setup: builtin::setup(), warnings: Vec::new() }
}
