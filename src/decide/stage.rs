//! Entering a stage: the change itself, and what the flows that stand there do about it (semantics, section 4).

use super::deciding::Deciding;
use crate::domain::*;

/// What the cause of a change has to say about automatic mail because of it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Because {
    /// Nothing automatic goes out, for this reason.
    pub silence: Option<EffectResult>,
    /// The message that an automatic mail answers.
    pub message: Option<MessageId>,
}

impl Deciding<'_> {
    /// Moves a record to a stage, and enrols it in what stands there. `from`: `None` on creation.
    pub(super) fn enter_stage(
        &mut self,
        record: RecordId,
        from: Option<String>,
        to: &str,
        cause: StageCause,
        because: Because,
    ) {
        self.set_stage(record, from, to, cause);
        let setup = self.ws.setup.clone();
        let Some(pipeline) = self.ws.records.get(&record).and_then(|row| setup.pipeline(&row.pipeline)) else { return };
        for automation in pipeline.automations.iter().filter(|automation| automation.stage == to) {
            self.enrol_in_automation(record, pipeline, automation, because);
        }
        let entered = |trigger: &Trigger| matches!(trigger, Trigger::StageEntered { pipeline: of, stage } if *of == pipeline.name && stage == to);
        self.trigger(record, entered, because);
    }

    /// Moves a record to a stage. Nothing that stands there begins; what it was the goal of is over.
    pub(super) fn set_stage(&mut self, record: RecordId, from: Option<String>, to: &str, cause: StageCause) {
        let change = StageChangeRow {
            id: self.id(),
            record,
            from_stage: from,
            to_stage: to.to_owned(),
            at: self.context.at,
            cause,
            event: self.context.seq,
        };
        self.change(Change::SetStage(change));
        self.end_where_goal_is_met(record);
    }
}
