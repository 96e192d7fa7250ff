//! Steps, conditions, triggers and hours as inline tables: `{ send_email = "ticket_closed" }`.

use super::text::{list, quoted};
use crate::domain::{Action, BusinessHours, Condition, Delay, Filter, Step, StepId, Test, Trigger, Way};

/// Steps as a list. A branch has its ways below each other.
pub(super) fn steps(steps: &[Step]) -> String {
    list(&steps.iter().map(step).collect::<Vec<_>>())
}

pub(super) fn step(step: &Step) -> String {
    let id = Some(step.id).filter(|id| *id != StepId::default()).map(|id| ("id", id.to_string()));
    table(id.into_iter().chain(action(&step.action)))
}

fn table(keys: impl IntoIterator<Item = (&'static str, String)>) -> String {
    let keys: Vec<String> = keys.into_iter().map(|(key, value)| format!("{key} = {value}")).collect();
    format!("{{ {} }}", keys.join(", "))
}

fn texts(texts: &[String]) -> String {
    let texts: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", texts.join(", "))
}

/// The keys of an action, the one first that says what it does.
fn action(action: &Action) -> Vec<(&'static str, String)> {
    let given = |key: &'static str, text: &Option<String>| text.as_ref().map(|text| (key, quoted(text)));
    match action {
        Action::SendEmail { template } => vec![("send_email", quoted(template))],
        Action::Notify { template, users } => vec![("notify", quoted(template)), ("users", texts(users))],
        Action::CreateTask { title, user, due } => {
            let mut keys = vec![("create_task", quoted(title))];
            keys.extend(given("user", user));
            keys.extend(due.map(|due| ("due", quoted(&due.to_string()))));
            keys
        }
        Action::Delay { until } => delay(until),
        Action::Branch { ways, otherwise } => {
            let mut keys = vec![("branch", list(&ways.iter().map(way).collect::<Vec<_>>()))];
            keys.extend(Some(otherwise).filter(|steps| !steps.is_empty()).map(|rest| ("otherwise", steps(rest))));
            keys
        }
        Action::SetProperty { property, value: Some(value) } => {
            vec![("set_property", quoted(property)), ("value", quoted(value))]
        }
        Action::SetProperty { property, value: None } => vec![("clear_property", quoted(property))],
        Action::SetStage { stage } => vec![("set_stage", quoted(stage))],
        Action::CreateRecord { object, pipeline, title, properties } => {
            let mut keys = vec![("create_record", quoted(object))];
            keys.extend(given("pipeline", pipeline));
            keys.push(("title", quoted(title)));
            if !properties.is_empty() {
                let values: Vec<_> =
                    properties.iter().map(|(name, value)| format!("{name} = {}", quoted(value))).collect();
                keys.push(("properties", format!("{{ {} }}", values.join(", "))));
            }
            keys
        }
        Action::RotateOwner { users } => vec![("rotate_owner", texts(users))],
        Action::AddNote { text } => vec![("add_note", quoted(text))],
        Action::Webhook { url, secret } => {
            let mut keys = vec![("webhook", quoted(url))];
            keys.extend(given("secret", secret));
            keys
        }
    }
}

fn delay(delay: &Delay) -> Vec<(&'static str, String)> {
    match delay {
        Delay::For { span } => vec![("delay", quoted(&span.to_string()))],
        Delay::UntilDate { date, time } => vec![("delay_until", quoted(date)), ("time", quoted(time))],
        Delay::UntilProperty { property, offset, time } => {
            let mut keys = vec![("delay_until_property", quoted(property))];
            keys.extend(offset.map(|offset| ("offset", quoted(&offset.to_string()))));
            keys.push(("time", quoted(time)));
            keys
        }
    }
}

fn way(way: &Way) -> String {
    table([("label", quoted(&way.label)), ("when", filter(&way.when)), ("actions", steps(&way.steps))])
}

pub(super) fn filter(found: &Filter) -> String {
    let parts = |parts: &[Filter]| format!("[{}]", parts.iter().map(filter).collect::<Vec<_>>().join(", "));
    match found {
        Filter::All(all) => table([("all", parts(all))]),
        Filter::Any(any) => table([("any", parts(any))]),
        Filter::Is(condition) => test(condition),
    }
}

fn test(condition: &Condition) -> String {
    let Condition { property, test, values } = condition;
    let (key, value) = match (test, values.as_slice()) {
        (Test::IsSet, _) => ("is_set", "true".to_owned()),
        (Test::IsNotSet, _) => ("is_set", "false".to_owned()),
        (test, [one]) => (test.as_str(), quoted(one)),
        (test, several) => (test.as_str(), texts(several)),
    };
    table([("property", quoted(property)), (key, value)])
}

pub(super) fn trigger(trigger: &Trigger) -> String {
    table(match trigger {
        Trigger::StageEntered { pipeline, stage } => vec![("stage", quoted(stage)), ("pipeline", quoted(pipeline))],
        Trigger::RecordCreated => vec![("created", "true".to_owned())],
        Trigger::PropertyChanged { property, to } => {
            let mut keys = vec![("property", quoted(property))];
            keys.extend(to.as_ref().map(|to| ("to", quoted(to))));
            keys
        }
        Trigger::MessageArrived { kinds } => {
            vec![("message", texts(&kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>()))]
        }
        Trigger::ByHand => vec![("by_hand", "true".to_owned())],
    })
}

pub(super) fn hours(hours: &BusinessHours) -> String {
    let BusinessHours { days, from, until, blocked } = hours;
    let days: Vec<String> = days.iter().map(|day| day.to_string()).collect();
    let mut keys = vec![("days", texts(&days)), ("from", quoted(from)), ("until", quoted(until))];
    keys.extend(Some(blocked).filter(|days| !days.is_empty()).map(|days| ("blocked", texts(days))));
    table(keys)
}
