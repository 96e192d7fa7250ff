//! A record as conditions and texts see it.

use std::collections::BTreeMap;

use crate::decide::deciding::Deciding;
use crate::domain::*;
use crate::workflow::RecordView;

impl Deciding<'_> {
    /// The record with the values of all its properties. `None`: it is not here, or its object is no more.
    pub(in crate::decide) fn view_of(&self, record: RecordId) -> Option<RecordView<'_>> {
        let row = self.ws.records.get(&record)?;
        let common = [
            (CommonProperty::Title, row.title.clone()),
            (CommonProperty::Pipeline, row.pipeline.clone()),
            (CommonProperty::Stage, row.stage.clone()),
            (CommonProperty::Source, row.source.to_string()),
            (CommonProperty::CreatedAt, row.created_at.as_property()),
        ];
        let mut values: BTreeMap<String, String> =
            common.into_iter().map(|(property, value)| (property.to_string(), value)).collect();
        values.extend(self.ws.properties_of(record).map(|row| (row.name.clone(), row.value.clone())));
        Some(RecordView { object: self.ws.setup.object(&row.object)?, values })
    }
}
