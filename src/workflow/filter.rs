//! Whether a condition holds for a record.

use std::cmp::Ordering;

use super::RecordView;
use crate::domain::{Condition, Filter, Test};

/// Whether the filter holds. `All` of nothing holds, `Any` of nothing does not.
pub fn holds(filter: &Filter, record: &RecordView<'_>) -> bool {
    match filter {
        Filter::All(parts) => parts.iter().all(|part| holds(part, record)),
        Filter::Any(parts) => parts.iter().any(|part| holds(part, record)),
        Filter::Is(condition) => condition_holds(condition, record),
    }
}

fn condition_holds(condition: &Condition, record: &RecordView<'_>) -> bool {
    let value = record.value(&condition.property);
    let is_one = || value.is_some_and(|value| condition.values.iter().any(|one| one == value));
    match condition.test {
        Test::Is => is_one(),
        Test::IsNot => !is_one(),
        Test::Contains => value.is_some_and(|value| {
            let value = value.to_lowercase();
            condition.values.iter().any(|part| value.contains(&part.to_lowercase()))
        }),
        Test::Above => compares(condition, record, Ordering::Greater),
        Test::Below => compares(condition, record, Ordering::Less),
        Test::IsSet => value.is_some(),
        Test::IsNotSet => value.is_none(),
    }
}

fn compares(condition: &Condition, record: &RecordView<'_>, wanted: Ordering) -> bool {
    let kind = record.object.property(&condition.property);
    let (Some(kind), Some(value)) = (kind, record.value(&condition.property)) else { return false };
    condition.values.first().is_some_and(|limit| kind.compare(value, limit) == Some(wanted))
}
