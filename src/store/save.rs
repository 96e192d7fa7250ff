//! Writes what changed in a workspace.

use super::statement::{delete, insert, upsert};
use super::{StoreError, Tx};
use crate::domain::Workspace;
use crate::domain::row::{Row, Table};

/// Writes every row of the workspace that was put, edited or removed; rows that were only loaded are left alone. The
/// events that rows name are appended before. Each table after those that its foreign keys name.
pub fn save(tx: &mut Tx<'_>, workspace: &Workspace) -> Result<(), StoreError> {
    table(tx, &workspace.mailboxes)?;
    table(tx, &workspace.folders)?;
    table(tx, &workspace.users)?;
    table(tx, &workspace.contents)?;
    table(tx, &workspace.contacts)?;
    table(tx, &workspace.addresses)?;
    table(tx, &workspace.records)?;
    table(tx, &workspace.threads)?;
    table(tx, &workspace.thread_indexes)?;
    table(tx, &workspace.messages)?;
    table(tx, &workspace.reviews)?;
    table(tx, &workspace.tickets)?;
    table(tx, &workspace.deliveries)?;
    table(tx, &workspace.aliases)?;
    table(tx, &workspace.awaited)?;
    table(tx, &workspace.participants)?;
    table(tx, &workspace.ticket_contacts)?;
    table(tx, &workspace.ticket_links)?;
    table(tx, &workspace.stage_changes)?;
    table(tx, &workspace.enrolments)?;
    table(tx, &workspace.sends)?;
    table(tx, &workspace.recipients)?;
    table(tx, &workspace.timers)?;
    table(tx, &workspace.held_notices)?;
    table(tx, &workspace.properties)?;
    table(tx, &workspace.companies)?;
    table(tx, &workspace.record_companies)?;
    table(tx, &workspace.tasks)?;
    table(tx, &workspace.notes)?;
    table(tx, &workspace.workflows)?;
    table(tx, &workspace.revisions)?;
    table(tx, &workspace.comments)?;
    table(tx, &workspace.runs)?;
    table(tx, &workspace.actions)?;
    table(tx, &workspace.rotations)?;
    table(tx, &workspace.webhooks)
}

fn table<R: Row>(tx: &mut Tx<'_>, table: &Table<R>) -> Result<(), StoreError> {
    delete(tx, table.removed())?;
    // A number of ours is given once: a row that has one, and was not here before, is new. Of others that is not certain.
    match R::KEY_COLUMNS {
        ["id"] => insert(tx, table.made())?,
        _ => upsert(tx, table.made())?,
    }
    upsert(tx, table.edited())
}
