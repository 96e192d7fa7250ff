//! A setup comes into force: whether it may, the rows that its mailboxes and users get, and where the records of archived
//! stages go.

use super::deciding::Deciding;
use super::flow::keep_revisions;
use super::objection::objections;
use super::permission::check_change;
use super::refusal::Refusal;
use crate::domain::*;

/// Takes over the directory of the workspace's setup. Rows of what is no longer named stay: the past refers to them.
pub fn setup(d: &mut Deciding<'_>, moves: &[StageMove]) {
    let setup = d.ws.setup.clone();
    for mailbox in &setup.mailboxes {
        match d.ws.mailbox_named(&mailbox.name).cloned() {
            Some(row) if row.kind == mailbox.kind => {}
            Some(row) => d.change(Change::Mailbox(MailboxRow { kind: mailbox.kind, ..row })),
            None => {
                let row = MailboxRow { id: d.id(), name: mailbox.name.clone(), kind: mailbox.kind };
                d.change(Change::Mailbox(row));
            }
        }
    }
    for user in &setup.users {
        if d.ws.user_named(&user.name).is_none() {
            let row = UserRow { id: d.id(), name: user.name.clone() };
            d.change(Change::User(row));
        }
    }
    keep_revisions(d);
    moves.iter().for_each(|one| empty_stage(d, one));
}

/// The records of an archived stage go to another. Nothing that stands there begins: nobody moved them.
fn empty_stage(d: &mut Deciding<'_>, one: &StageMove) {
    let is_there = |row: &&RecordRow| row.pipeline == one.pipeline && row.stage == one.from;
    let records: Vec<RecordId> = d.ws.records.iter().filter(is_there).map(|row| row.id).collect();
    for record in records {
        d.set_stage(record, Some(one.from.clone()), &one.to, StageCause::Archived);
    }
}

/// A change of the setup, as somebody wants it.
#[derive(Debug, Clone, Copy)]
pub struct SetupChange<'a> {
    pub before: &'a Setup,
    pub after: &'a Setup,
    pub moves: &'a [StageMove],
    /// The revision that it was made from; `None`: whatever is in force.
    pub based_on: Option<&'a str>,
}

/// Whether it may come into force, by that user's doing, in the place of what is in force as `revision`.
pub fn check_setup(
    change: SetupChange<'_>,
    revision: &str,
    occupied: &Occupied,
    user: Option<&str>,
) -> Result<(), Refusal> {
    let SetupChange { before, after, moves, based_on } = change;
    if let Some(based_on) = based_on.filter(|based_on| *based_on != revision) {
        return Err(Refusal::SetupChanged { based_on: based_on.to_owned(), revision: revision.to_owned() });
    }
    check_change(before, after, user)?;
    let objections = objections(occupied, before, after, moves);
    if objections.is_empty() { Ok(()) } else { Err(Refusal::InTheWay(objections)) }
}
