//! Floor ½, pure: what a workflow's definition means, whoever asks: its tree of steps and how it is edited, conditions,
//! delays, business hours, drawing. It knows neither the state nor the journal: `decide` walks records through it, `config`
//! reads and checks it, the faces show it.

mod automation;
mod delay;
mod diff;
mod draw;
mod edit;
mod filter;
mod graph;
mod hours;
mod placeholders;
mod words;
mod zone;

pub use automation::of_automation;
pub use delay::{later, until};
pub use diff::{Edited, edits};
pub use draw::{as_mermaid, as_text};
pub use edit::{At, Deletion, EditError, Lost, add, delete, lost, move_to, next_free, set};
pub use filter::holds;
pub use graph::{Place, first, locate, numbered, numbered_above};
pub use hours::next_within;
pub use placeholders::{filled, placeholders};
pub use words::{action_words, trigger_words};
pub use zone::zone;

use std::collections::BTreeMap;

use crate::domain::ObjectSetup;

/// A record as conditions, delays and texts see it.
#[derive(Debug, Clone)]
pub struct RecordView<'a> {
    pub object: &'a ObjectSetup,
    /// Canonical values by the names of properties; what is not set is not there.
    pub values: BTreeMap<String, String>,
}

impl RecordView<'_> {
    /// The value of a property, if it has one.
    pub fn value(&self, property: &str) -> Option<&str> {
        self.values.get(property).map(String::as_str)
    }
}
