//! Whether whoever orders something may do it: the one place where an input is held against the table of permissions.

use super::unit::{Input, RecordOrder, SetupOrder, Unit, WorkflowOrder};
use crate::decide::{self, Operation, Refusal, SetupChange};
use crate::domain::*;

/// Refuses what the unit's user may not do by the setup in force, and a setup that cannot take its place. What is in the
/// journal was allowed in its day, and is not asked again.
pub(super) fn check(unit: &Unit, in_force: &Setup, revision: &str, occupied: &Occupied) -> Result<(), Refusal> {
    if unit.journaled.is_some() {
        return Ok(());
    }
    let user = unit.actor.as_deref();
    if let Input::Setup(order) = &unit.input {
        let SetupOrder { setup, based_on, moves } = order.as_ref();
        let change = SetupChange { before: in_force, after: setup, moves, based_on: based_on.as_deref() };
        return decide::check_setup(change, revision, occupied, user);
    }
    operation_of(&unit.input).map_or(Ok(()), |operation| decide::check(in_force, user, operation))
}

/// What somebody does who orders that. `None`: no user does, and a setup is many things.
fn operation_of(input: &Input) -> Option<Operation> {
    Some(match input {
        Input::Send(_) => Operation::Send,
        Input::Move { .. } => Operation::MoveRecord,
        Input::Open { .. } => Operation::CreateRecord,
        Input::Merge { .. } => Operation::Merge,
        Input::Review(_) => Operation::Review,
        Input::QuarantineRetry { .. } | Input::QuarantineDrop { .. } => Operation::Quarantine,
        Input::ClearBounce { .. } => Operation::ClearBounce,
        Input::Outbox { .. } => Operation::Outbox,
        Input::Record(order) => match order.as_ref() {
            RecordOrder::Create { .. } => Operation::CreateRecord,
            RecordOrder::Set { .. } => Operation::SetProperty,
            RecordOrder::Associate { .. } => Operation::Associate,
            RecordOrder::Note { .. } => Operation::Note,
            RecordOrder::FinishTask { .. } => Operation::FinishTask,
        },
        Input::Workflow(WorkflowOrder::Enrol { .. } | WorkflowOrder::Unenrol { .. }) => Operation::Enrol,
        Input::Workflow(WorkflowOrder::Retry { .. }) => Operation::RetryAction,
        Input::Workflow(WorkflowOrder::Comment { .. }) => Operation::CommentWorkflow,
        Input::Setup(_)
        | Input::Mail(_)
        | Input::Retry { .. }
        | Input::Lease { .. }
        | Input::Release { .. }
        | Input::Lapse { .. }
        | Input::Dispatch { .. }
        | Input::Digest { .. }
        | Input::Webhook(_)
        | Input::Workflow(WorkflowOrder::Run { .. }) => return None,
    })
}
