//! What has a record enrol: `trigger = { stage = "closed", pipeline = "support" }`, `{ created = true }`,
//! `{ property = "priority", to = "high" }`, `{ message = ["auto_reply"] }` or `{ by_hand = true }`.

use std::ops::Range;

use super::problem::Report;
use super::scope::Scope;
use super::table::{Table, word_of};
use crate::domain::{Kind, TICKET, Trigger, can_fire};

const SORTS: [&str; 5] = ["stage", "created", "property", "message", "by_hand"];
const EXAMPLE: &str = "{ stage = \"closed\", pipeline = \"support\" }, { created = true }, { property = \"priority\", \
                       to = \"high\" }, { message = [\"customer_reply\"] } or { by_hand = true }";

/// The trigger at `trigger`, which must be there.
pub(super) fn read_trigger(definition: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Trigger> {
    if !definition.require("trigger", "trigger = { created = true }", report) {
        return None;
    }
    let mut table = definition.table("trigger", report)?;
    let stated: Vec<&str> = SORTS.into_iter().filter(|sort| table.has(sort)).collect();
    let [sort] = stated.as_slice() else {
        let message = "a trigger is one of `stage`, `created`, `property`, `message` and `by_hand`";
        report.error(table.place(), message, format!("for example: {EXAMPLE}"));
        return None;
    };
    let trigger = match *sort {
        "stage" => read_stage(&mut table, scope, report),
        "property" => read_property(&mut table, scope, report),
        "message" => read_message(&mut table, scope, report),
        "created" => is_true(&mut table, "created", report).then_some(Trigger::RecordCreated),
        _ => is_true(&mut table, "by_hand", report).then_some(Trigger::ByHand),
    };
    table.close(report);
    trigger
}

fn is_true(table: &mut Table, key: &'static str, report: &mut Report) -> bool {
    let flag = table.flag(key, report);
    if let Some((_, place)) = table.place_of(key).filter(|_| flag == Some(false)) {
        report.error(place, format!("`{key}` can only be true here"), format!("for example: {EXAMPLE}"));
    }
    flag == Some(true)
}

fn read_stage(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Trigger> {
    let stage = table.text("stage", report);
    let pipeline = match table.text("pipeline", report) {
        Some(pipeline) => scope.resolve_pipeline(&pipeline, report),
        None if table.has("pipeline") => None,
        None => only_pipeline(table, scope, report),
    }?;
    let stage = Scope { pipeline: Some(pipeline), ..scope }.resolve_stage(&stage?, report);
    Some(Trigger::StageEntered { pipeline: pipeline.name.clone(), stage })
}

fn only_pipeline<'n>(table: &Table, scope: Scope<'n>, report: &mut Report) -> Option<&'n crate::domain::Pipeline> {
    let all: Vec<_> = scope.pipelines().collect();
    match (all.as_slice(), scope.object) {
        ([only], _) => Some(only),
        ([], Some(object)) => {
            let message = format!("object `{}` has no pipeline: its records enter no stage", object.name);
            report.error(table.place(), message, format!("add a [[pipeline]] with object = \"{}\"", object.name));
            None
        }
        (_, Some(object)) => {
            let message = format!("object `{}` has several pipelines: say which", object.name);
            let names: Vec<_> = all.iter().map(|pipeline| pipeline.name.as_str()).collect();
            report.error(table.place(), message, format!("add `pipeline`, one of: {}", names.join(", ")));
            None
        }
        (_, None) => None,
    }
}

fn read_property(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Trigger> {
    let property = table.text("property", report);
    let to = table.scalar("to", report);
    let property = property?;
    let kind = scope.resolve_settable(&property, report);
    let property = (*property.get_ref()).to_owned();
    let to = to.zip(kind).map(|(to, kind)| scope.value(&property, &kind, &to, report));
    Some(Trigger::PropertyChanged { property, to })
}

fn read_message(table: &mut Table, scope: Scope<'_>, report: &mut Report) -> Option<Trigger> {
    let words: Vec<_> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
    let texts = table.texts("message", report)?;
    let place = table.place_of("message").map_or_else(|| table.place(), |(_, place)| place);
    if let Some(object) = scope.object.filter(|object| object.name != TICKET) {
        let message = format!("mail belongs to tickets, and this is about object `{}`", object.name);
        report.error(place, message, "choose another trigger");
        return None;
    }
    let mut kinds = Vec::new();
    for text in texts {
        let Some(kind) = word_of::<Kind>(&text, "message", &words, report) else { continue };
        warn_of(kind, text.span(), report);
        kinds.push(kind);
    }
    Some(Trigger::MessageArrived { kinds })
}

/// The rules of a pipeline never act on other kinds (semantics, 3.4); a workflow may, and is to know.
fn warn_of(kind: Kind, place: Range<usize>, report: &mut Report) {
    if !can_fire(kind, true) {
        let message = format!("the status rules never act on mail of kind `{kind}`; this workflow will");
        report.warning(place, message, "leave it out unless you mean it; `ticketd why` says of a mail what it is");
    }
}
