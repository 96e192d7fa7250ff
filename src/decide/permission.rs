//! Who may do what (semantics, section 5): one table, for every face. Roles combine; whoever has none of the roles that an
//! operation takes may not do it. Without a user it is the operator of the machine, who may do everything.

use super::refusal::Refusal;
use crate::domain::text_enum::text_enum;
use crate::domain::*;

text_enum! {
    /// What a user may be allowed to do.
    Operation {
        /// See tickets and other records.
        Read = "read",
        /// From a ticket or a contact's record.
        Send = "send",
        MoveRecord = "move_record",
        CreateRecord = "create_record",
        SetProperty = "set_property",
        /// Connect a record with contacts and companies, or take them off.
        Associate = "associate",
        Merge = "merge",
        Note = "note",
        FinishTask = "finish_task",
        Review = "review",
        Quarantine = "quarantine",
        /// Retry, hurry or cancel what is to leave.
        Outbox = "outbox",
        /// Say that an address that gave mail back takes it again.
        ClearBounce = "clear_bounce",
        /// Have a record enrol in a workflow, or take it out.
        Enrol = "enrol",
        /// Have an action that failed carried out again.
        RetryAction = "retry_action",
        CommentWorkflow = "comment_workflow",
        EditWorkflow = "edit_workflow",
        /// What is done when a ticket enters a status.
        EditTicketStageAction = "edit_ticket_stage_action",
        /// The same for deals, projects and custom objects.
        EditStageAutomation = "edit_stage_automation",
        /// The two switchable status rules of a ticket pipeline.
        EditTemplatedAutomation = "edit_templated_automation",
        EditPipeline = "edit_pipeline",
        EditObject = "edit_object",
        EditTemplate = "edit_template",
        EditUser = "edit_user",
        EditMailbox = "edit_mailbox",
        EditIgnoreRule = "edit_ignore_rule",
        /// What concerns the desk as a whole: the ticket prefix, the public address.
        EditDesk = "edit_desk",
    }
}

/// Work on records: an agent's, and by no other role anybody's.
const AGENTS: &[Role] = &[Role::SuperAdmin, Role::Agent];
const EVERYBODY: &[Role] = &[Role::SuperAdmin, Role::WorkflowEditor, Role::AccountAccess, Role::Agent];
const WORKFLOW_EDITORS: &[Role] = &[Role::SuperAdmin, Role::WorkflowEditor];
const AGENTS_AND_WORKFLOW_EDITORS: &[Role] = &[Role::SuperAdmin, Role::WorkflowEditor, Role::Agent];
const ACCOUNT_ACCESS: &[Role] = &[Role::SuperAdmin, Role::AccountAccess];
const EITHER_EDITOR: &[Role] = &[Role::SuperAdmin, Role::WorkflowEditor, Role::AccountAccess];
const SUPER_ADMINS: &[Role] = &[Role::SuperAdmin];

impl Operation {
    /// The roles of which any one is enough.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Operation::Read
            | Operation::Send
            | Operation::MoveRecord
            | Operation::CreateRecord
            | Operation::SetProperty
            | Operation::Associate
            | Operation::Merge
            | Operation::Note
            | Operation::FinishTask
            | Operation::Review
            | Operation::Quarantine
            | Operation::Outbox
            | Operation::ClearBounce => AGENTS,
            Operation::CommentWorkflow => EVERYBODY,
            // A record that is moved enrols as well; who watches over workflows does it to try them.
            Operation::Enrol => AGENTS_AND_WORKFLOW_EDITORS,
            Operation::RetryAction | Operation::EditWorkflow | Operation::EditStageAutomation => WORKFLOW_EDITORS,
            Operation::EditTicketStageAction => ACCOUNT_ACCESS,
            Operation::EditTemplatedAutomation => EITHER_EDITOR,
            Operation::EditPipeline
            | Operation::EditObject
            | Operation::EditTemplate
            | Operation::EditUser
            | Operation::EditMailbox
            | Operation::EditIgnoreRule
            | Operation::EditDesk => SUPER_ADMINS,
        }
    }

    /// For people, behind "may not".
    pub(super) fn deed(self) -> &'static str {
        match self {
            Operation::Read => "see records",
            Operation::Send => "send mail",
            Operation::MoveRecord => "move records",
            Operation::CreateRecord => "make records",
            Operation::SetProperty => "set properties of records",
            Operation::Associate => "connect records with contacts and companies",
            Operation::Merge => "merge tickets",
            Operation::Note => "write notes",
            Operation::FinishTask => "finish tasks",
            Operation::Review => "settle what is in review",
            Operation::Quarantine => "decide about mail in quarantine",
            Operation::Outbox => "decide about mail in the outbox",
            Operation::ClearBounce => "say that an address takes mail again",
            Operation::Enrol => "enrol records in workflows or take them out",
            Operation::RetryAction => "have actions carried out again",
            Operation::CommentWorkflow => "comment on workflows",
            Operation::EditWorkflow => "change workflows",
            Operation::EditTicketStageAction => "change what is done when a ticket enters a status",
            Operation::EditStageAutomation => "change what is done when a record enters a stage",
            Operation::EditTemplatedAutomation => "change the two status rules of a pipeline",
            Operation::EditPipeline => "change pipelines and their stages",
            Operation::EditObject => "change objects and their properties",
            Operation::EditTemplate => "change templates",
            Operation::EditUser => "change users",
            Operation::EditMailbox => "change mailboxes",
            Operation::EditIgnoreRule => "change which mail is ignored",
            Operation::EditDesk => "change the ticket prefix or the public address",
        }
    }
}

/// Refuses an operation that the user may not do by the setup in force.
pub fn check(setup: &Setup, actor: Option<&str>, operation: Operation) -> Result<(), Refusal> {
    let Some(name) = actor else { return Ok(()) };
    let user = setup.user(name).ok_or_else(|| Refusal::NoUser(name.to_owned()))?;
    if user.disabled {
        return Err(Refusal::Disabled(name.to_owned()));
    }
    match user.roles.iter().any(|role| operation.roles().contains(role)) {
        true => Ok(()),
        false => Err(Refusal::Role { user: name.to_owned(), operation }),
    }
}

/// Refuses a change of the setup of which the user may not do some part.
pub fn check_change(before: &Setup, after: &Setup, actor: Option<&str>) -> Result<(), Refusal> {
    operations_of(before, after).into_iter().try_for_each(|operation| check(before, actor, operation))
}

/// What somebody does who replaces the setup `before` by `after`.
pub fn operations_of(before: &Setup, after: &Setup) -> Vec<Operation> {
    let desk = |setup: &Setup| (setup.ticket_prefix.clone(), setup.public_url.clone());
    let parts = [
        (before.mailboxes != after.mailboxes, Operation::EditMailbox),
        (before.users != after.users, Operation::EditUser),
        (before.ignore != after.ignore, Operation::EditIgnoreRule),
        (before.templates != after.templates, Operation::EditTemplate),
        (before.objects != after.objects, Operation::EditObject),
        (before.workflows != after.workflows, Operation::EditWorkflow),
        (desk(before) != desk(after), Operation::EditDesk),
    ];
    let mut needed: Vec<Operation> =
        parts.into_iter().filter(|(differs, _)| *differs).map(|(_, operation)| operation).collect();
    needed.extend(operations_of_pipelines(before, after));
    needed
}

fn operations_of_pipelines(before: &Setup, after: &Setup) -> Vec<Operation> {
    let mut needed = Vec::new();
    let names = |setup: &Setup| setup.pipelines.iter().map(|pipeline| pipeline.name.clone()).collect::<Vec<_>>();
    if names(before) != names(after) {
        needed.push(Operation::EditPipeline);
    }
    for is in &after.pipelines {
        let Some(was) = before.pipeline(&is.name) else { continue };
        if (&was.on_send, &was.on_reply) != (&is.on_send, &is.on_reply) {
            needed.push(Operation::EditTemplatedAutomation);
        }
        if was.automations != is.automations {
            needed.push(match is.object == TICKET {
                true => Operation::EditTicketStageAction,
                false => Operation::EditStageAutomation,
            });
        }
        let (on_send, on_reply, automations) = (was.on_send.clone(), was.on_reply.clone(), was.automations.clone());
        if (Pipeline { on_send, on_reply, automations, ..is.clone() }) != *was {
            needed.push(Operation::EditPipeline);
        }
    }
    needed
}
