//! The words that clients write, per language: data, no rules. A new language or client is a line here.
//!
//! Everything is lower-cased unless said otherwise; the readers fold before they look up.

mod automatic;
mod automatic_subjects;
mod blocks;
mod bounce_subjects;
mod notices;
mod quotes;
mod reasons;
mod recipients;
mod reports;
mod subjects;

pub(super) use automatic::*;
pub(super) use automatic_subjects::*;
pub(super) use blocks::*;
pub(super) use bounce_subjects::*;
pub(super) use notices::*;
pub(super) use quotes::*;
pub(super) use reasons::*;
pub(super) use recipients::*;
pub(super) use reports::*;
pub(super) use subjects::*;
