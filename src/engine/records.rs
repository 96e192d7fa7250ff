//! What users do with records and with the setup, as functions: the command line and pages call these.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::handle::{Engine, EngineError, written};
use super::unit::{Input, Outcome, RecordOrder, SetupOrder};
use crate::domain::*;

impl Engine {
    /// Somebody changes the setup; `user`: `None` for the operator. Refused where the order was made from another setup
    /// than the one in force.
    pub async fn change_setup(
        &self,
        at: Timestamp,
        user: Option<&str>,
        order: SetupOrder,
    ) -> Result<Outcome, EngineError> {
        tracing::debug!(user, moves = order.moves.len(), "the setup is changed");
        self.command(at, user, Input::Setup(Arc::new(order))).await
    }

    /// Somebody makes a record. `draft`: its title as subject, its contacts as recipients.
    pub async fn create_record(
        &self,
        at: Timestamp,
        user: Option<&str>,
        request: CreateRequest,
        draft: Draft,
    ) -> Result<Outcome, EngineError> {
        self.record_order(at, user, RecordOrder::Create { request, draft: written(draft) }).await
    }

    /// Somebody moves a record to another stage of its pipeline.
    pub async fn move_record(
        &self,
        at: Timestamp,
        user: Option<&str>,
        record: RecordId,
        to: &str,
    ) -> Result<Outcome, EngineError> {
        self.command(at, user, Input::Move { ticket: record, to: to.to_owned() }).await
    }

    /// Somebody sets properties of a record; those without a value are taken away.
    pub async fn set_properties(
        &self,
        at: Timestamp,
        user: Option<&str>,
        record: RecordId,
        values: BTreeMap<String, Option<String>>,
    ) -> Result<Outcome, EngineError> {
        self.record_order(at, user, RecordOrder::Set { record, values }).await
    }

    /// Somebody connects a record with the draft's recipients and with companies, or takes them off.
    pub async fn associate(
        &self,
        at: Timestamp,
        user: Option<&str>,
        request: AssociateRequest,
        draft: Draft,
    ) -> Result<Outcome, EngineError> {
        self.record_order(at, user, RecordOrder::Associate { request, draft: written(draft) }).await
    }

    /// Somebody writes something down about a record.
    pub async fn add_note(
        &self,
        at: Timestamp,
        user: Option<&str>,
        record: RecordId,
        text: String,
    ) -> Result<Outcome, EngineError> {
        let draft = written(Draft { text, ..Draft::default() });
        self.record_order(at, user, RecordOrder::Note { record, draft }).await
    }

    /// Somebody has done a task.
    pub async fn finish_task(&self, at: Timestamp, user: Option<&str>, task: TaskId) -> Result<Outcome, EngineError> {
        self.record_order(at, user, RecordOrder::FinishTask { task }).await
    }

    async fn record_order(
        &self,
        at: Timestamp,
        user: Option<&str>,
        order: RecordOrder,
    ) -> Result<Outcome, EngineError> {
        self.command(at, user, Input::Record(Arc::new(order))).await
    }
}
