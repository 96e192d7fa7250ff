//! Stage automations as workflows.

use super::numbered;
use crate::domain::{Definition, Pipeline, StageAutomation, Trigger};

/// A stage automation is a workflow whose trigger is its stage.
pub fn of_automation(pipeline: &Pipeline, automation: &StageAutomation) -> Definition {
    Definition {
        trigger: Trigger::StageEntered { pipeline: pipeline.name.clone(), stage: automation.stage.clone() },
        filter: None,
        chat: automation.chat,
        reenrol: automation.reenrol,
        goal: None,
        time_zone: "UTC".to_owned(),
        hours: None,
        steps: numbered(&automation.actions),
    }
}
