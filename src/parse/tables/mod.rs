//! The words that clients write, per language: data, no rules. A new language or client is a line here.
//!
//! Everything is lower-cased unless said otherwise; the readers fold before they look up.

mod automatic;
mod blocks;
mod charsets;
mod quotes;
mod reports;
mod subjects;

pub(super) use automatic::*;
pub(super) use blocks::*;
pub(super) use charsets::*;
pub(super) use quotes::*;
pub(super) use reports::*;
pub(super) use subjects::*;
