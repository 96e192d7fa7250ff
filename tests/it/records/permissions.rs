//! Every operation times every role, and that every order of a user is held against that.

use std::sync::Arc;

use ticketd::config;
use ticketd::decide::{self, Operation, Refusal};
use ticketd::domain::*;
use ticketd::engine::{Engine, EngineError, Input, RecordOrder, SendOrder, WorkflowOrder, written};
use ticketd::store::Store;

/// Which of these may do it: super admin, workflow editor, account access, agent.
const TABLE: [(Operation, [bool; 4]); 27] = [
    (Operation::Read, [true, false, false, true]),
    (Operation::Send, [true, false, false, true]),
    (Operation::MoveRecord, [true, false, false, true]),
    (Operation::CreateRecord, [true, false, false, true]),
    (Operation::SetProperty, [true, false, false, true]),
    (Operation::Associate, [true, false, false, true]),
    (Operation::Merge, [true, false, false, true]),
    (Operation::Note, [true, false, false, true]),
    (Operation::FinishTask, [true, false, false, true]),
    (Operation::Review, [true, false, false, true]),
    (Operation::Quarantine, [true, false, false, true]),
    (Operation::Outbox, [true, false, false, true]),
    (Operation::ClearBounce, [true, false, false, true]),
    (Operation::Enrol, [true, true, false, true]),
    (Operation::RetryAction, [true, true, false, false]),
    (Operation::CommentWorkflow, [true, true, true, true]),
    (Operation::EditWorkflow, [true, true, false, false]),
    (Operation::EditTicketStageAction, [true, false, true, false]),
    (Operation::EditStageAutomation, [true, true, false, false]),
    (Operation::EditTemplatedAutomation, [true, true, true, false]),
    (Operation::EditPipeline, [true, false, false, false]),
    (Operation::EditObject, [true, false, false, false]),
    (Operation::EditTemplate, [true, false, false, false]),
    (Operation::EditUser, [true, false, false, false]),
    (Operation::EditMailbox, [true, false, false, false]),
    (Operation::EditIgnoreRule, [true, false, false, false]),
    (Operation::EditDesk, [true, false, false, false]),
];

const ROLES: [Role; 4] = [Role::SuperAdmin, Role::WorkflowEditor, Role::AccountAccess, Role::Agent];

fn user(name: &str, roles: &[Role]) -> UserSetup {
    UserSetup {
        name: name.to_owned(),
        display_name: name.to_owned(),
        addresses: EmailAddress::parse(&format!("{name}@example.org")).into_iter().collect(),
        roles: roles.to_vec(),
        disabled: false,
    }
}

/// A user of each role, named after it; `nothing` has none, `gone` had all.
fn setup() -> Setup {
    let mut setup = config::builtin().setup;
    setup.users = ROLES.iter().map(|role| user(role.as_str(), &[*role])).collect();
    setup.users.push(user("nothing", &[]));
    setup.users.push(UserSetup { disabled: true, ..user("gone", &ROLES) });
    setup
}

fn may(setup: &Setup, name: &str, operation: Operation) -> bool {
    decide::check(setup, Some(name), operation).is_ok()
}

#[test]
fn every_role_may_do_what_the_table_says_and_nothing_else() {
    let setup = setup();
    let stated: Vec<Operation> = TABLE.iter().map(|(operation, _)| *operation).collect();
    assert_eq!(stated, Operation::ALL, "every operation is in the table, in its order");
    assert_eq!(ROLES, Role::ALL);
    for (operation, expected) in TABLE {
        let found = ROLES.map(|role| may(&setup, role.as_str(), operation));
        assert_eq!(found, expected, "{operation}");
    }
}

#[test]
fn roles_combine() {
    for (operation, expected) in TABLE {
        for (one, first) in ROLES.iter().enumerate() {
            for (other, second) in ROLES.iter().enumerate() {
                let mut setup = setup();
                setup.users.push(user("both", &[*first, *second]));
                assert_eq!(may(&setup, "both", operation), expected[one] || expected[other], "{operation}");
            }
        }
    }
}

#[test]
fn who_has_no_role_is_unknown_or_disabled_may_do_nothing_and_the_operator_everything() {
    let setup = setup();
    for operation in Operation::ALL {
        assert_eq!(
            decide::check(&setup, Some("nothing"), *operation),
            Err(Refusal::Role { user: "nothing".to_owned(), operation: *operation })
        );
        assert_eq!(decide::check(&setup, Some("gone"), *operation), Err(Refusal::Disabled("gone".to_owned())));
        assert_eq!(decide::check(&setup, Some("zoe"), *operation), Err(Refusal::NoUser("zoe".to_owned())));
        assert_eq!(decide::check(&setup, None, *operation), Ok(()));
    }
}

/// What somebody does with a setup.
type Edit = fn(&mut Setup);

fn deals() -> Pipeline {
    let stage = |name: &str, state| Stage {
        name: name.to_owned(),
        label: name.to_owned(),
        state,
        probability: None,
        archived: false,
    };
    let off = TemplatedAutomation { on: false, target: String::new() };
    Pipeline {
        name: "sales".to_owned(),
        label: "Sales".to_owned(),
        object: "deal".to_owned(),
        stages: vec![stage("talks", StageState::Open), stage("won", StageState::Won)],
        on_send: off.clone(),
        on_reply: off,
        reopen_within: None,
        automations: Vec::new(),
    }
}

fn automation(stage: &str) -> StageAutomation {
    StageAutomation {
        name: "greet".to_owned(),
        stage: stage.to_owned(),
        on: true,
        reenrol: true,
        chat: false,
        actions: vec![Action::AddNote { text: "Hello".to_owned() }.into()],
    }
}

fn workflow() -> Workflow {
    Workflow {
        name: "chase".into(),
        label: "Chase".into(),
        object: TICKET.into(),
        on: false,
        published: None,
        draft: None,
    }
}

#[test]
fn a_change_of_the_setup_takes_what_its_differences_take() {
    let mut before = setup();
    before.pipelines.push(deals());
    let of = |change: Edit| {
        let mut after = before.clone();
        change(&mut after);
        decide::operations_of(&before, &after)
    };
    let cases: [(Edit, &[Operation]); 20] = [
        (|_| {}, &[]),
        (|setup| setup.ticket_prefix = "T".into(), &[Operation::EditDesk]),
        (|setup| setup.public_url = Some("https://desk.example.org".into()), &[Operation::EditDesk]),
        (|setup| setup.mailboxes[0].display_name = "Desk".into(), &[Operation::EditMailbox]),
        (|setup| setup.users.clear(), &[Operation::EditUser]),
        (|setup| setup.users[0].disabled = true, &[Operation::EditUser]),
        (
            |setup| setup.ignore.push(IgnoreRule { name: "x".into(), sender: None, domain: None, header: None }),
            &[Operation::EditIgnoreRule],
        ),
        (|setup| setup.templates.clear(), &[Operation::EditTemplate]),
        (|setup| setup.objects.push(BUILT_IN_OBJECTS[0].clone()), &[Operation::EditObject]),
        (|setup| setup.workflows.push(workflow()), &[Operation::EditWorkflow]),
        (|setup| setup.pipelines[0].label = "Desk".into(), &[Operation::EditPipeline]),
        (|setup| setup.pipelines[0].stages[0].archived = true, &[Operation::EditPipeline]),
        (|setup| setup.pipelines[0].reopen_within = Some(DAY), &[Operation::EditPipeline]),
        (|setup| setup.pipelines.reverse(), &[Operation::EditPipeline]),
        (|setup| setup.pipelines[1].object = TICKET.into(), &[Operation::EditPipeline]),
        (|setup| setup.pipelines.truncate(1), &[Operation::EditPipeline]),
        (|setup| setup.pipelines[0].on_send.on = false, &[Operation::EditTemplatedAutomation]),
        (|setup| setup.pipelines[0].on_reply.target = "new".into(), &[Operation::EditTemplatedAutomation]),
        (|setup| setup.pipelines[0].automations[0].on = false, &[Operation::EditTicketStageAction]),
        (|setup| setup.pipelines[1].automations.push(automation("won")), &[Operation::EditStageAutomation]),
    ];
    for (number, (change, expected)) in cases.into_iter().enumerate() {
        assert_eq!(of(change), expected, "case {number}");
    }
    let several = of(|setup| {
        setup.pipelines[0].on_send.on = false;
        setup.pipelines[0].automations.clear();
        setup.templates.clear();
    });
    let expected = [Operation::EditTemplate, Operation::EditTemplatedAutomation, Operation::EditTicketStageAction];
    assert_eq!(several, expected, "whoever does several things needs a role for each");
}

/// Orders of every sort that a user can give, with the operation that each is. What they name need not be there: whether
/// somebody may do it is asked first.
fn orders() -> Vec<(Input, Operation)> {
    let nothing = || written(Draft::default());
    let record = RecordId(1);
    let create = CreateRequest {
        object: "deal".into(),
        pipeline: None,
        stage: None,
        source: Source::Manual,
        properties: [].into(),
        companies: Vec::new(),
    };
    let send = SendOrder {
        purpose: SendPurpose::Ticket,
        ticket: Some(record),
        mailbox: None,
        forwards: None,
        status: None,
        new_thread: false,
        answers: None,
        draft: nothing(),
        files: Vec::new(),
    };
    let associate = AssociateRequest { record, companies: Vec::new(), remove: false };
    let of_record = |order| Input::Record(Arc::new(order));
    let workflow = String::from("chase");
    vec![
        (Input::Send(Arc::new(send)), Operation::Send),
        (Input::Move { ticket: record, to: "closed".into() }, Operation::MoveRecord),
        (
            Input::Open { pipeline: "x".into(), source: Source::Phone, mailbox: None, draft: Arc::new(nothing()) },
            Operation::CreateRecord,
        ),
        (Input::Merge { from: record, into: record }, Operation::Merge),
        (Input::QuarantineDrop { delivery: DeliveryId(1) }, Operation::Quarantine),
        (Input::ClearBounce { address: EmailAddress::parse("x@example.com").unwrap() }, Operation::ClearBounce),
        (Input::Outbox { send: SendId(1), order: OutboxOrder::Retry }, Operation::Outbox),
        (of_record(RecordOrder::Create { request: create, draft: nothing() }), Operation::CreateRecord),
        (of_record(RecordOrder::Set { record, values: [].into() }), Operation::SetProperty),
        (of_record(RecordOrder::Associate { request: associate, draft: nothing() }), Operation::Associate),
        (of_record(RecordOrder::Note { record, draft: nothing() }), Operation::Note),
        (of_record(RecordOrder::FinishTask { task: TaskId(1) }), Operation::FinishTask),
        (Input::Workflow(WorkflowOrder::Enrol { workflow: workflow.clone(), record }), Operation::Enrol),
        (Input::Workflow(WorkflowOrder::Retry { event: EventSeq(1), n: 1 }), Operation::RetryAction),
        (Input::Workflow(WorkflowOrder::Unenrol { workflow: workflow.clone(), record }), Operation::Enrol),
        (
            Input::Workflow(WorkflowOrder::Comment { workflow, step: StepId(1), draft: Arc::new(nothing()) }),
            Operation::CommentWorkflow,
        ),
    ]
}

#[tokio::test]
async fn every_order_of_a_user_is_held_against_the_table() {
    let now = Timestamp(1_770_000_000_000);
    let store = Store::in_memory().unwrap();
    let engine = Engine::start(store, Origin::Live, &setup(), now).await.unwrap();
    for (order, operation) in orders() {
        for name in ["nothing", "gone", "zoe"].into_iter().chain(ROLES.iter().map(|role| role.as_str())) {
            let allowed = decide::check(&setup(), Some(name), operation);
            let came = engine.command(now, Some(name), order.clone()).await;
            let refusal = match came {
                Err(EngineError::Refused(refusal)) => Some(refusal),
                Ok(_) => None,
                Err(error) => panic!("{error}"),
            };
            match allowed {
                Err(expected) => assert_eq!(refusal, Some(expected), "{name}: {operation}"),
                // It is decided, and refused for what it names, or it makes what it says.
                Ok(()) => assert!(!matches!(refusal, Some(Refusal::Role { .. })), "{name}: {operation}: {refusal:?}"),
            }
        }
    }
}
