//! The steps of a story that are about records.

use std::sync::Arc;

use super::handle::written;
use super::story::{Done, StoryError, Teller, people, wrong};
use super::unit::{Input, RecordOrder};
use crate::config::story::{CreateStep, NoteStep, SetStep};
use crate::domain::*;
use crate::store::record_views;

impl Teller<'_> {
    pub(super) async fn create(&mut self, step: &CreateStep) -> Done {
        let source: Source = step.source.parse().map_err(|error: String| wrong(0, error))?;
        let request = CreateRequest {
            object: step.object.clone(),
            pipeline: step.pipeline.clone(),
            stage: step.stage.clone(),
            source,
            properties: step.properties.clone(),
            companies: step.companies.clone(),
        };
        let draft = Draft { to: people(&step.contacts)?, subject: Some(step.title.clone()), ..Draft::default() };
        let order = RecordOrder::Create { request, draft: written(draft) };
        Ok(self.ordered(Some(&step.user), Input::Record(Arc::new(order))).await)
    }

    pub(super) async fn set(&mut self, step: &SetStep) -> Done {
        let record = self.record_meant(step.ticket, step.record.as_deref())?;
        let given = |value: &String| Some(value.clone()).filter(|value| !value.is_empty());
        let values = step.values.iter().map(|(name, value)| (name.clone(), given(value))).collect();
        let order = RecordOrder::Set { record, values };
        Ok(self.ordered(Some(&step.user), Input::Record(Arc::new(order))).await)
    }

    pub(super) async fn note(&mut self, step: &NoteStep) -> Done {
        let record = self.record_meant(step.ticket, step.record.as_deref())?;
        let draft = written(Draft { text: step.text.clone(), ..Draft::default() });
        let order = RecordOrder::Note { record, draft };
        Ok(self.ordered(Some(&step.user), Input::Record(Arc::new(order))).await)
    }

    /// A ticket by its number, or another record by its title.
    pub(super) fn record_meant(&self, ticket: Option<i64>, title: Option<&str>) -> Result<RecordId, StoryError> {
        match (ticket, title) {
            (Some(number), None) => self.ticket(number),
            (None, Some(title)) => {
                let found = self.engine.store().read(|tx| record_views::titled(tx, title))?;
                found.last().map(|row| row.id).ok_or_else(|| wrong(0, format!("there is no record `{title}`")))
            }
            _ => Err(wrong(0, "the record is named by `ticket = NUMBER` or `record = \"TITLE\"`")),
        }
    }
}
