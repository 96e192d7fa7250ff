//! Questions about what workflows did.

use super::statement::select;
use super::{StoreError, Tx};
use crate::domain::row::{Column, Value};
use crate::domain::{ActionOutcome, ActionRow, CommentRow, RecordId, WorkflowRevisionRow, WorkflowRow};

/// How many records wait in each workflow, by its name.
pub fn waiting(tx: &mut Tx<'_>) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = "SELECT workflow, count(*) FROM run WHERE ended_at IS NULL GROUP BY workflow ORDER BY workflow";
    let rows = tx.query(sql, &[])?;
    let mut found = Vec::with_capacity(rows.len());
    for row in rows {
        match <[Value; 2]>::try_from(row) {
            Ok([Value::Text(workflow), Value::Integer(count)]) => found.push((workflow, count)),
            other => return Err(tx.damaged(format!("table run: {other:?}"))),
        }
    }
    Ok(found)
}

/// Which actions are wanted; `None` does not restrict.
#[derive(Debug, Clone, Default)]
pub struct LogFilter {
    pub workflow: Option<String>,
    pub record: Option<RecordId>,
    pub outcome: Option<ActionOutcome>,
}

/// The actions that `filter` wants, newest first.
pub fn actions(tx: &mut Tx<'_>, filter: &LogFilter, limit: i64) -> Result<Vec<ActionRow>, StoreError> {
    let wanted = [
        ("workflow", filter.workflow.as_ref().map(Column::to_value)),
        ("record", filter.record.as_ref().map(Column::to_value)),
        ("outcome", filter.outcome.as_ref().map(Column::to_value)),
    ];
    let (mut conditions, mut parameters) = (Vec::new(), Vec::new());
    for (column, value) in wanted.into_iter().filter_map(|(column, value)| Some((column, value?))) {
        parameters.push(value);
        conditions.push(format!("{column} = ${}", parameters.len()));
    }
    parameters.push(Value::Integer(limit));
    let only = if conditions.is_empty() { String::new() } else { format!("WHERE {}", conditions.join(" AND ")) };
    select(tx, &format!("{only} ORDER BY event DESC, n DESC LIMIT ${}", parameters.len()), &parameters)
}

/// What a workflow was at all times, oldest first: the first is its revision 1.
pub fn revisions(tx: &mut Tx<'_>, workflow: &str) -> Result<Vec<WorkflowRevisionRow>, StoreError> {
    select(tx, "WHERE workflow = $1 ORDER BY id", &[Value::Text(workflow.to_owned())])
}

/// How a workflow stands; `None`: nothing was kept of one of that name.
pub fn standing(tx: &mut Tx<'_>, workflow: &str) -> Result<Option<WorkflowRow>, StoreError> {
    Ok(select(tx, "WHERE name = $1", &[Value::Text(workflow.to_owned())])?.pop())
}

/// What was remarked about the steps of a workflow, oldest first.
pub fn comments(tx: &mut Tx<'_>, workflow: &str) -> Result<Vec<CommentRow>, StoreError> {
    select(tx, "WHERE workflow = $1 ORDER BY event", &[Value::Text(workflow.to_owned())])
}
