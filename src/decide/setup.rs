//! A setup comes into force: what speaks against that, and the rows that its mailboxes and users get.

use super::deciding::Deciding;
use super::flow::keep_revisions;
use super::send::Refusal;
use crate::domain::*;

/// Takes over the directory of the workspace's setup. Rows of what is no longer named stay: the past refers to them.
pub fn setup(d: &mut Deciding<'_>) {
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
}

/// Whether the setup `after` may come into force in the place of `before`, by that user's doing.
pub fn check_setup(occupied: &Occupied, before: &Setup, after: &Setup, user: Option<&str>) -> Result<(), Refusal> {
    check_role(before, after, user)?;
    let objections = objections(occupied, before, after);
    if objections.is_empty() { Ok(()) } else { Err(Refusal::InTheWay(objections)) }
}

/// Which roles, any of them, may replace the setup `before` by `after` (semantics, section 5).
fn roles_that_may(before: &Setup, after: &Setup) -> &'static [Role] {
    let without = |setup: &Setup, stage_automations: bool| {
        let mut setup = setup.clone();
        let nothing = TemplatedAutomation { on: false, target: String::new() };
        for pipeline in &mut setup.pipelines {
            pipeline.on_send.clone_from(&nothing);
            pipeline.on_reply.clone_from(&nothing);
            if stage_automations {
                pipeline.automations.clear();
            }
        }
        setup
    };
    if without(before, false) == without(after, false) {
        &[Role::SuperAdmin, Role::WorkflowEditor, Role::AccountAccess]
    } else if without(before, true) == without(after, true) {
        &[Role::SuperAdmin, Role::AccountAccess]
    } else {
        &[Role::SuperAdmin]
    }
}

/// Refuses a change of the setup that the user has no role for. Without a user it is the operator of the machine.
pub fn check_role(before: &Setup, after: &Setup, user: Option<&str>) -> Result<(), Refusal> {
    let Some(user) = user.filter(|_| before != after) else { return Ok(()) };
    let roles = roles_that_may(before, after);
    let has = before.user(user).is_some_and(|user| user.roles.iter().any(|role| roles.contains(role)));
    if has { Ok(()) } else { Err(Refusal::Role { user: user.to_owned(), roles }) }
}

/// Why a setup must not come into force: it would take something from under tickets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Objection {
    /// Tickets are in a pipeline that would be no more.
    Pipeline { pipeline: String, tickets: i64, left: Vec<String> },
    /// Tickets are in a stage that would be no more.
    Stage { pipeline: String, stage: String, tickets: i64, left: Vec<String> },
    /// Tickets are in a stage that would close or open them without anybody having done so.
    State { pipeline: String, stage: String, tickets: i64, becomes: StageState },
    /// Open tickets are answered from a mailbox that would no longer be a team's.
    Mailbox { mailbox: String, tickets: i64 },
}

impl std::fmt::Display for Objection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let are =
            |tickets: &i64| if *tickets == 1 { "1 ticket is".to_owned() } else { format!("{tickets} tickets are") };
        let listed = |names: &[String]| {
            let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        };
        match self {
            Objection::Pipeline { pipeline, tickets, left } => write!(
                f,
                "{} in pipeline `{pipeline}`, which would be no more: keep it (its label may change), or move its \
                 tickets to another first: {}",
                are(tickets),
                listed(left)
            ),
            Objection::Stage { pipeline, stage, tickets, left } => write!(
                f,
                "{} in stage `{stage}` of pipeline `{pipeline}`, which would be no more: keep it (its label may \
                 change), or move its tickets first, for example to {}",
                are(tickets),
                listed(left)
            ),
            Objection::State { pipeline, stage, tickets, becomes } => write!(
                f,
                "{} in stage `{stage}` of pipeline `{pipeline}`, which would become {becomes}: move its \
                 tickets first, or add another stage that is {becomes}",
                are(tickets)
            ),
            Objection::Mailbox { mailbox, tickets } => write!(
                f,
                "{} open and answered from team mailbox `{mailbox}`, which would be no more: keep it until they \
                 are closed",
                are(tickets)
            ),
        }
    }
}

/// What speaks against replacing the setup `before` by `after`. What was missing before is no new harm.
pub fn objections(occupied: &Occupied, before: &Setup, after: &Setup) -> Vec<Objection> {
    let mut found = Vec::new();
    for (pipeline, stages) in &occupied.pipelines {
        let Some(was) = before.pipeline(pipeline) else { continue };
        let Some(is) = after.pipeline(pipeline) else {
            let left = after.pipelines.iter().map(|left| left.name.clone()).collect();
            found.push(Objection::Pipeline { pipeline: pipeline.clone(), tickets: stages.values().sum(), left });
            continue;
        };
        found.extend(stages.iter().filter_map(|(stage, tickets)| object_to_stage(was, is, stage, *tickets)));
    }
    let is_team = |setup: &Setup, name: &str| setup.mailbox(name).is_some_and(|found| found.kind == MailboxKind::Team);
    let lost = occupied.mailboxes.iter().filter(|(name, _)| is_team(before, name) && !is_team(after, name));
    found.extend(lost.map(|(name, tickets)| Objection::Mailbox { mailbox: name.clone(), tickets: *tickets }));
    found
}

fn object_to_stage(was: &Pipeline, is: &Pipeline, stage: &str, tickets: i64) -> Option<Objection> {
    let (pipeline, before) = (was.name.clone(), was.stage(stage)?);
    match is.stage(stage) {
        None => {
            let left = is.stages.iter().map(|left| left.name.clone()).collect();
            Some(Objection::Stage { pipeline, stage: stage.to_owned(), tickets, left })
        }
        Some(after) if after.state != before.state => {
            Some(Objection::State { pipeline, stage: stage.to_owned(), tickets, becomes: after.state })
        }
        Some(_) => None,
    }
}
