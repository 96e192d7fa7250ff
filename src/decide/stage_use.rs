//! What a stage is used by: rules that set it, automations that stand in it, workflows that name it.

use crate::domain::*;

/// Something that a stage is used by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StageUse {
    /// A status rule sets it; `key` is what it is called in files.
    Rule {
        rule: Rule,
        key: &'static str,
    },
    /// A stage automation (`pipeline/name`) stands in it, or moves records there.
    Automation(String),
    Workflow(String),
}

impl std::fmt::Display for StageUse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            StageUse::Rule { rule, key } => write!(f, "rule {rule} (`{key}`) leads there"),
            StageUse::Automation(name) => write!(f, "stage automation `{name}` uses it"),
            StageUse::Workflow(name) => write!(f, "workflow `{name}` uses it"),
        }
    }
}

/// What uses that stage of that pipeline. A status rule that is off does not; automations and workflows do, for their
/// records may be on their way.
pub fn uses_of_stage(setup: &Setup, pipeline: &str, stage: &str) -> Vec<StageUse> {
    let Some(pipeline) = setup.pipeline(pipeline) else { return Vec::new() };
    let mut found = Vec::new();
    let rules = [(Rule::OnSend, "on_send", &pipeline.on_send), (Rule::OnReply, "on_reply", &pipeline.on_reply)];
    // The rules are about mail, which only tickets have.
    let rules = rules.into_iter().filter(|(_, _, one)| pipeline.object == TICKET && one.on && one.target == stage);
    found.extend(rules.map(|(rule, key, _)| StageUse::Rule { rule, key }));
    let using = pipeline.automations.iter().filter(|one| one.stage == stage || steps_name(&one.actions, stage));
    found.extend(using.map(|automation| StageUse::Automation(pipeline.flow_name(automation))));
    let of_object = setup.workflows.iter().filter(|workflow| workflow.object == pipeline.object);
    let using = of_object.filter(|workflow| {
        workflow.published.iter().chain(&workflow.draft).any(|definition| names(definition, &pipeline.name, stage))
    });
    found.extend(using.map(|workflow| StageUse::Workflow(workflow.name.clone())));
    found
}

fn names(definition: &Definition, of_pipeline: &str, of_stage: &str) -> bool {
    let by_trigger = match &definition.trigger {
        Trigger::StageEntered { pipeline, stage } => pipeline == of_pipeline && stage == of_stage,
        Trigger::PropertyChanged { property, to } => is_stage(property) && to.as_deref() == Some(of_stage),
        Trigger::RecordCreated | Trigger::MessageArrived { .. } | Trigger::ByHand => false,
    };
    let filters = definition.filter.iter().chain(&definition.goal);
    by_trigger
        || filters.into_iter().any(|filter| compares(filter, of_stage))
        || steps_name(&definition.steps, of_stage)
}

fn steps_name(steps: &[Step], of_stage: &str) -> bool {
    Step::all(steps).into_iter().any(|step| match &step.action {
        Action::SetStage { stage } => stage == of_stage,
        Action::Branch { ways, .. } => ways.iter().any(|way| compares(&way.when, of_stage)),
        _ => false,
    })
}

fn compares(filter: &Filter, of_stage: &str) -> bool {
    match filter {
        Filter::All(parts) | Filter::Any(parts) => parts.iter().any(|part| compares(part, of_stage)),
        Filter::Is(condition) => {
            is_stage(&condition.property) && condition.values.iter().any(|value| value == of_stage)
        }
    }
}

fn is_stage(property: &str) -> bool {
    property == CommonProperty::Stage.as_str()
}
