//! A decision while it is being made.

use super::fold::fold;
use crate::domain::*;

/// What a decision needs besides the workspace: all of it journaled, so that the same decision can be made again.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    pub seq: EventSeq,
    pub at: Timestamp,
    pub origin: Origin,
    pub actor: Option<UserId>,
    pub ids: IdBlock,
    pub numbers: IdBlock,
    /// The database's own seed of send references, for this event.
    pub seed: [u8; 32],
}

/// Workspace, context and the decision so far.
pub struct Deciding<'a> {
    pub ws: &'a mut Workspace,
    pub context: Context,
    pub decision: Decision,
    /// What led to what is decided now.
    pub(super) chain: Chain,
    /// Actions of workflows that are in the log already.
    pub(super) logged: i64,
    sends: u32,
}

impl<'a> Deciding<'a> {
    /// Begins a decision about the event of `context`.
    pub fn new(ws: &'a mut Workspace, context: Context) -> Self {
        Deciding { ws, context, decision: Decision::default(), chain: Chain::default(), logged: 0, sends: 0 }
    }

    /// Folds a change and keeps it in the decision.
    pub fn change(&mut self, change: Change) {
        fold(self.ws, &change);
        self.decision.changes.push(change);
    }

    /// A new id.
    pub fn id<Id: From<i64>>(&mut self) -> Id {
        self.context.ids.take()
    }

    /// The reference of the next send.
    pub(super) fn next_reference(&mut self) -> SendReference {
        let reference = SendReference::derive(&self.context.seed, self.context.seq.0, self.sends);
        self.sends += 1;
        reference
    }

    /// The decision, and the context with the ids that are left.
    pub fn finish(self) -> (Decision, Context) {
        (self.decision, self.context)
    }
}
