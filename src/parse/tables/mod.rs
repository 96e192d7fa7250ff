//! The words that clients write, per language: data, no rules. A new language or client is a line here.
//!
//! Everything is lower-cased unless said otherwise; the readers fold before they look up.

mod attributions;
mod automatic;
mod automatic_subjects;
mod bounce_subjects;
mod charsets;
mod forwards;
mod labels;
mod notices;
mod originals;
mod reasons;
mod recipients;
mod reports;
mod signatures;
mod subjects;

pub(super) use attributions::*;
pub(super) use automatic::*;
pub(super) use automatic_subjects::*;
pub(super) use bounce_subjects::*;
pub(super) use charsets::*;
pub(super) use forwards::*;
pub(super) use labels::*;
pub(super) use notices::*;
pub(super) use originals::*;
pub(super) use reasons::*;
pub(super) use recipients::*;
pub(super) use reports::*;
pub(super) use signatures::*;
pub(super) use subjects::*;
