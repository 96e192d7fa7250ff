//! What workflows consist of, as people read it.

use crate::domain::{Action, BusinessHours, Condition, Delay, Filter, OWNER, Test, Trigger};

/// `stage waiting_on_contact of pipeline support is entered`
pub fn trigger_words(trigger: &Trigger) -> String {
    match trigger {
        Trigger::StageEntered { pipeline, stage } => format!("stage {stage} of pipeline {pipeline} is entered"),
        Trigger::RecordCreated => "a record is created".to_owned(),
        Trigger::PropertyChanged { property, to: Some(value) } => format!("{property} becomes {value}"),
        Trigger::PropertyChanged { property, to: None } => format!("{property} changes"),
        Trigger::MessageArrived { kinds } => {
            let kinds: Vec<String> = kinds.iter().map(|kind| kind.to_string()).collect();
            format!("a mail arrives: {}", kinds.join(" or "))
        }
        Trigger::ByHand => "somebody enrols a record".to_owned(),
    }
}

/// `priority is high and (owner is set or amount is above 1000)`
pub fn filter_words(filter: &Filter) -> String {
    match filter {
        Filter::All(parts) => joined(parts, " and "),
        Filter::Any(parts) => joined(parts, " or "),
        Filter::Is(condition) => condition_words(condition),
    }
}

fn joined(parts: &[Filter], word: &str) -> String {
    let words = parts.iter().map(|part| match part {
        Filter::All(inner) | Filter::Any(inner) if inner.len() > 1 && parts.len() > 1 => {
            format!("({})", filter_words(part))
        }
        part => filter_words(part),
    });
    words.collect::<Vec<_>>().join(word)
}

fn condition_words(condition: &Condition) -> String {
    let Condition { property, test, values } = condition;
    let values = values.join(" or ");
    match test {
        Test::Is => format!("{property} is {values}"),
        Test::IsNot => format!("{property} is not {values}"),
        Test::Contains => format!("{property} contains {values}"),
        Test::Above => format!("{property} is above {values}"),
        Test::Below => format!("{property} is below {values}"),
        Test::IsSet => format!("{property} is set"),
        Test::IsNotSet => format!("{property} is not set"),
    }
}

/// `mon, tue, 09:00 to 17:30, not on 2026-12-25`
pub fn hours_words(hours: &BusinessHours) -> String {
    let days: Vec<&str> = hours.days.iter().map(|day| day.as_str()).collect();
    let mut words = format!("{}, {} to {}", days.join(", "), hours.from, hours.until);
    if !hours.blocked.is_empty() {
        words.push_str(&format!(", not on {}", hours.blocked.join(", ")));
    }
    words
}

/// What a step does, in one line; of a branch its ways stand elsewhere.
pub fn action_words(action: &Action) -> String {
    let words = match action {
        Action::SendEmail { template } => format!("send e-mail {template}"),
        Action::Notify { template, users } => format!("notify {} by {template}", users_words(users)),
        Action::CreateTask { title, user, due } => {
            let user = user.as_ref().map(|user| format!(" for {}", user_words(user))).unwrap_or_default();
            let due = due.map(|due| format!(", due in {due}")).unwrap_or_default();
            format!("create task \"{title}\"{user}{due}")
        }
        Action::Delay { until } => delay_words(until),
        Action::Branch { .. } => "branch".to_owned(),
        Action::SetProperty { property, value: Some(value) } => format!("set {property} to {value}"),
        Action::SetProperty { property, value: None } => format!("clear {property}"),
        Action::SetStage { stage } => format!("set stage {stage}"),
        Action::CreateRecord { object, pipeline, title, properties } => {
            let pipeline = pipeline.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
            let values: String = properties.iter().map(|(name, value)| format!(", {name} {value}")).collect();
            format!("create {object} \"{title}\"{pipeline}{values}")
        }
        Action::RotateOwner { users } => format!("rotate owner among {}", users_words(users)),
        Action::AddNote { text } => format!("add note \"{text}\""),
        Action::Webhook { url, secret } => {
            let signed = secret.as_ref().map(|name| format!(", signed with {name}")).unwrap_or_default();
            format!("call {url}{signed}")
        }
    };
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn delay_words(delay: &Delay) -> String {
    match delay {
        Delay::For { span } => format!("wait {span}"),
        Delay::UntilDate { date, time } => format!("wait until {date} {time}"),
        Delay::UntilProperty { property, offset: None, time } => format!("wait until {property}, {time}"),
        Delay::UntilProperty { property, offset: Some(offset), time } => {
            let span = offset.to_string();
            let (span, side) = span.strip_prefix('-').map_or((span.as_str(), "after"), |span| (span, "before"));
            format!("wait until {span} {side} {property}, {time}")
        }
    }
}

fn users_words(users: &[String]) -> String {
    users.iter().map(|user| user_words(user)).collect::<Vec<_>>().join(", ")
}

fn user_words(user: &str) -> &str {
    if user == OWNER { "the owner" } else { user }
}
