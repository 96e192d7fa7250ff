//! What workflows and records beyond tickets need.

use std::collections::BTreeSet;

use super::super::StoreError;
use super::super::statement::select;
use super::{Loader, load_all};
use crate::domain::row::{Column, Value};
use crate::domain::*;

impl Loader<'_, '_> {
    /// What the keys name, and the runs whose timers fired.
    pub(super) fn flows(&mut self, keys: &Keys, fired: Vec<i64>) -> Result<(), StoreError> {
        if self.has_flows {
            load_all(&mut self.workspace.rotations, select(self.tx, "", &[])?);
        }
        let runs: Vec<RunRow> = self.fetch("id", fired)?;
        let running: BTreeSet<RecordId> = runs.iter().map(|run| run.record).collect();
        self.runs(runs)?;
        self.tickets(running)?;
        self.named_actions(keys)?;
        let tasks: Vec<TaskRow> = self.fetch("id", keys.tasks.iter().map(|id| id.0))?;
        self.tickets(tasks.iter().map(|task| task.record).collect())?;
        load_all(&mut self.workspace.tasks, tasks);
        if keys.revisions_in_force {
            let rows = self.workspace.workflows.iter();
            let in_force: BTreeSet<i64> =
                rows.flat_map(|row| [row.published, row.draft]).flatten().map(|id| id.0).collect();
            let revisions = self.fetch("id", in_force)?;
            load_all(&mut self.workspace.revisions, revisions);
        }
        for name in &keys.companies {
            load_all(&mut self.workspace.companies, select(self.tx, "WHERE name = $1", &[name.to_value()])?);
        }
        Ok(())
    }

    /// What these records have beyond their stages, and their ways through workflows.
    pub(super) fn furniture(&mut self, records: &[i64]) -> Result<(), StoreError> {
        let ids = || records.iter().copied();
        let properties = self.ask("record", ids())?;
        let companies = self.ask("record", ids())?;
        let runs = self.ask("record", ids())?;
        load_all(&mut self.workspace.properties, properties.answer(self.tx)?);
        load_all(&mut self.workspace.record_companies, companies.answer(self.tx)?);
        let mut runs: Vec<RunRow> = runs.answer(self.tx)?;
        // What is over is for the history only.
        runs.retain(|run| run.state.is_waiting());
        self.runs(runs)
    }

    /// Actions of the log, and the webhooks that they are, with the records that these are about.
    fn named_actions(&mut self, keys: &Keys) -> Result<(), StoreError> {
        let mut webhooks: Vec<WebhookRow> = self.fetch("id", keys.webhooks.iter().map(|id| id.0))?;
        let mut named = keys.actions.clone();
        named.extend(webhooks.iter().map(|row| (row.event, row.n)));
        for (event, n) in named {
            let here = [event.to_value(), Value::Integer(n)];
            let actions: Vec<ActionRow> = select(self.tx, "WHERE event = $1 AND n = $2", &here)?;
            webhooks.extend(select(self.tx, "WHERE event = $1 AND n = $2", &here)?);
            self.tickets(actions.iter().map(|row| row.record).collect())?;
            let revisions = self.fetch("id", actions.iter().filter_map(|row| row.revision).map(|id| id.0))?;
            load_all(&mut self.workspace.revisions, revisions);
            load_all(&mut self.workspace.actions, actions);
        }
        load_all(&mut self.workspace.webhooks, webhooks);
        Ok(())
    }

    /// Runs, and the revisions that they go on in.
    fn runs(&mut self, runs: Vec<RunRow>) -> Result<(), StoreError> {
        let here = &self.workspace.revisions;
        let missing: BTreeSet<i64> =
            runs.iter().filter(|run| here.get(&run.revision).is_none()).map(|run| run.revision.0).collect();
        let revisions = self.fetch("id", missing)?;
        load_all(&mut self.workspace.revisions, revisions);
        load_all(&mut self.workspace.runs, runs);
        Ok(())
    }
}
