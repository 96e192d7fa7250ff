//! What speaks against a setup: it would take something from under records, or leave something in use that is archived.

use std::collections::BTreeMap;

use super::stage_use::{StageUse, uses_of_stage};
use crate::domain::*;

/// Why a setup must not come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// Records are in a pipeline that would be no more.
    Pipeline { pipeline: String, records: Counted, left: Vec<String> },
    /// Records are in a stage that would be no more.
    Stage { pipeline: String, stage: String, records: Counted, left: Vec<String> },
    /// Records are in a stage that would be archived, and nobody says where they go.
    Archived { pipeline: String, stage: String, records: Counted, left: Vec<String> },
    /// Records are in a stage that would close or open them without anybody having done so.
    State { pipeline: String, stage: String, records: Counted, becomes: StageState },
    /// A stage that would be archived is where something leads, or begins.
    Used { pipeline: String, stage: String, by: Vec<StageUse> },
    /// The records of an archived stage would go where none may be.
    Destination { pipeline: String, to: String },
    /// Every stage would be archived.
    NoStage { pipeline: String },
    /// Records have values of a property that would be no more.
    Property { object: String, property: String, records: Counted },
    /// Records have values of a property that would be none of its values any more.
    Values { object: String, property: String, records: Counted, example: String },
    /// Open tickets are answered from a mailbox that would no longer be a team's.
    Mailbox { mailbox: String, records: Counted },
}

/// So many records of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counted {
    pub count: i64,
    /// What one is called, and what several are.
    pub singular: String,
    pub plural: String,
}

impl Counted {
    fn of(setup: &Setup, object: &str, count: i64) -> Self {
        let names = setup.object(object).map(|object| (object.singular.to_lowercase(), object.plural.to_lowercase()));
        let (singular, plural) = names.unwrap_or_else(|| ("record".to_owned(), "records".to_owned()));
        Counted { count, singular, plural }
    }

    fn are(&self) -> String {
        format!("{self} {}", if self.count == 1 { "is" } else { "are" })
    }

    fn have(&self) -> String {
        format!("{self} {}", if self.count == 1 { "has" } else { "have" })
    }
}

impl std::fmt::Display for Counted {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.count, if self.count == 1 { &self.singular } else { &self.plural })
    }
}

impl std::fmt::Display for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Objection::Pipeline { pipeline, records, left } => write!(
                f,
                "{} in pipeline `{pipeline}`, which would be no more: keep it (its label may change), or move its \
                 {} to another first: {}",
                records.are(),
                records.plural,
                listed(left)
            ),
            Objection::Stage { pipeline, stage, records, left } => write!(
                f,
                "{} in stage `{stage}` of pipeline `{pipeline}`, which would be no more: keep it (its label may \
                 change), or move its {} first, for example to {}",
                records.are(),
                records.plural,
                listed(left)
            ),
            Objection::Archived { pipeline, stage, records, left } => write!(
                f,
                "{} in stage `{stage}` of pipeline `{pipeline}`, which would be archived: \
                 `ticketd pipeline archive-stage {pipeline} {stage} --move-to STAGE` moves them, to one of {}",
                records.are(),
                listed(left)
            ),
            Objection::State { pipeline, stage, records, becomes } => write!(
                f,
                "{} in stage `{stage}` of pipeline `{pipeline}`, which would become {becomes}: move its {} first, \
                 or add another stage that is {becomes}",
                records.are(),
                records.plural
            ),
            Objection::Used { pipeline, stage, by } => {
                let by: Vec<_> = by.iter().map(StageUse::to_string).collect();
                write!(f, "stage `{stage}` of pipeline `{pipeline}` cannot be archived: {}", by.join("; "))
            }
            Objection::Destination { pipeline, to } => {
                write!(f, "no record of pipeline `{pipeline}` can go to `{to}`: it is no stage of it, or archived")
            }
            Objection::NoStage { pipeline } => {
                write!(f, "pipeline `{pipeline}` would have no stage left that is not archived: add another first")
            }
            Objection::Property { object, property, records } => write!(
                f,
                "{} a value of `{object}` property `{property}`, which would be no more: keep it, or take the values \
                 away first",
                records.have()
            ),
            Objection::Values { object, property, records, example } => write!(
                f,
                "{} a value of `{object}` property `{property}` that would be none of its values any more, for \
                 example `{example}`: set another first",
                records.have()
            ),
            Objection::Mailbox { mailbox, records } => write!(
                f,
                "{} open and answered from team mailbox `{mailbox}`, which would be no more: keep it until they \
                 are closed",
                records.are()
            ),
        }
    }
}

fn listed(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// What speaks against replacing the setup `before` by `after`, with records of archived stages moved. What was wrong
/// before is no new harm.
pub fn objections(occupied: &Occupied, before: &Setup, after: &Setup, moves: &[StageMove]) -> Vec<Objection> {
    let mut found = Vec::new();
    for (pipeline, stages) in &occupied.pipelines {
        let Some(was) = before.pipeline(pipeline) else { continue };
        let count = |count| Counted::of(before, &was.object, count);
        let Some(is) = after.pipeline(pipeline) else {
            let left = after.pipelines.iter().filter(|left| left.object == was.object);
            let left = left.map(|left| left.name.clone()).collect();
            let records = count(stages.values().sum());
            found.push(Objection::Pipeline { pipeline: pipeline.clone(), records, left });
            continue;
        };
        let is_moved = |stage: &str| moves.iter().any(|one| one.pipeline == *pipeline && one.from == stage);
        let here = stages.iter().filter(|(stage, _)| !is_moved(stage));
        found.extend(here.filter_map(|(stage, records)| object_to_stage(was, is, stage, count(*records))));
    }
    found.extend(moves.iter().filter(|one| !leads_somewhere(after, one)).map(|one| {
        let (pipeline, to) = (one.pipeline.clone(), one.to.clone());
        Objection::Destination { pipeline, to }
    }));
    found.extend(after.pipelines.iter().flat_map(|pipeline| object_to_archiving(before, after, pipeline)));
    found.extend(occupied.values.iter().filter_map(|(of, values)| object_to_property(before, after, of, values)));
    let is_team = |setup: &Setup, name: &str| setup.mailbox(name).is_some_and(|found| found.kind == MailboxKind::Team);
    let lost = occupied.mailboxes.iter().filter(|(name, _)| is_team(before, name) && !is_team(after, name));
    found.extend(lost.map(|(name, count)| Objection::Mailbox {
        mailbox: name.clone(),
        records: Counted::of(before, TICKET, *count),
    }));
    found
}

/// The properties that are not the same in `after`: what values records have of them decides whether they may change.
pub fn doubtful_properties(before: &Setup, after: &Setup) -> Vec<(String, String)> {
    let of = |object: &ObjectSetup| {
        object.properties.clone().into_iter().map(move |property| (property.name, property.kind))
    };
    let mut found = Vec::new();
    for object in before.objects() {
        let is = |name: &str| after.object(&object.name).and_then(|object| object.property(name));
        let doubtful = of(object).filter(|(name, kind)| is(name).as_ref() != Some(kind));
        found.extend(doubtful.map(|(name, _)| (object.name.clone(), name)));
    }
    found
}

fn object_to_stage(was: &Pipeline, is: &Pipeline, stage: &str, records: Counted) -> Option<Objection> {
    let (pipeline, before) = (was.name.clone(), was.stage(stage)?);
    let left = || is.stages.iter().filter(|left| !left.archived && left.name != stage).map(|left| left.name.clone());
    let stage = stage.to_owned();
    match is.stage(&stage) {
        None => Some(Objection::Stage { pipeline, left: left().collect(), stage, records }),
        Some(after) if after.state != before.state => {
            Some(Objection::State { pipeline, stage, records, becomes: after.state })
        }
        Some(after) if after.archived && !before.archived => {
            Some(Objection::Archived { pipeline, left: left().collect(), stage, records })
        }
        Some(_) => None,
    }
}

fn leads_somewhere(after: &Setup, one: &StageMove) -> bool {
    let Some(pipeline) = after.pipeline(&one.pipeline) else { return false };
    pipeline.stage(&one.to).is_some_and(|stage| !stage.archived) && one.to != one.from
}

fn object_to_archiving(before: &Setup, after: &Setup, pipeline: &Pipeline) -> Vec<Objection> {
    let was_wrong = |stage: &Stage| {
        let was = before.pipeline(&pipeline.name).and_then(|was| was.stage(&stage.name));
        was.is_some_and(|was| was.archived) && !uses_of_stage(before, &pipeline.name, &stage.name).is_empty()
    };
    let mut found = Vec::new();
    for stage in pipeline.stages.iter().filter(|stage| stage.archived && !was_wrong(stage)) {
        let by = uses_of_stage(after, &pipeline.name, &stage.name);
        if !by.is_empty() {
            found.push(Objection::Used { pipeline: pipeline.name.clone(), stage: stage.name.clone(), by });
        }
    }
    if pipeline.first().is_none() && !pipeline.stages.is_empty() {
        found.push(Objection::NoStage { pipeline: pipeline.name.clone() });
    }
    found
}

fn object_to_property(
    before: &Setup,
    after: &Setup,
    (object, property): &(String, String),
    values: &BTreeMap<String, i64>,
) -> Option<Objection> {
    let count = |count| Counted::of(before, object, count);
    let (object_name, property_name) = (object.clone(), property.clone());
    let Some(kind) = after.object(object).and_then(|object| object.property(property)) else {
        let records = values.values().sum::<i64>();
        let gone = Objection::Property { object: object_name, property: property_name, records: count(records) };
        return Some(gone).filter(|_| records > 0);
    };
    let lost: Vec<(&String, i64)> = values
        .iter()
        .filter(|(value, _)| kind.canonical(value).as_ref() != Ok(*value))
        .map(|(value, records)| (value, *records))
        .collect();
    let records = count(lost.iter().map(|(_, records)| records).sum());
    let (example, _) = lost.first()?;
    Some(Objection::Values { object: object_name, property: property_name, records, example: (*example).clone() })
}
