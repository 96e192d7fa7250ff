//! A house with tickets, deals and projects in which workflows are at work, and time that passes as the tests want it.

use std::collections::BTreeMap;
use std::sync::Arc;

use ticketd::config;
use ticketd::decide::Refusal;
use ticketd::domain::*;
use ticketd::engine::{
    Engine, EngineError, Input, Outcome, Place, RawMail, RecordOrder, WorkflowOrder, refold, written,
};
use ticketd::store::workflow_log::{self, LogFilter};
use ticketd::store::{Store, record_views};
use ticketd::workflow::numbered;

/// Monday, 2 March 2026, 09:00 in Amsterdam.
pub const START: Timestamp = Timestamp(1_772_438_400_000);

pub struct House {
    pub engine: Engine,
    pub now: Timestamp,
    mails: usize,
}

/// A definition that does these things one after the other, whatever triggers it.
pub fn definition(trigger: Trigger, actions: Vec<Action>) -> Definition {
    Definition {
        trigger,
        filter: None,
        chat: false,
        reenrol: true,
        goal: None,
        time_zone: "Europe/Amsterdam".into(),
        hours: None,
        steps: steps(actions),
    }
}

pub fn steps(actions: Vec<Action>) -> Vec<Step> {
    numbered(&actions.into_iter().map(Step::from).collect::<Vec<_>>())
}

pub fn workflow(name: &str, object: &str, definition: Definition) -> Workflow {
    Workflow {
        name: name.into(),
        label: name.into(),
        object: object.into(),
        on: true,
        published: Some(definition),
        draft: None,
    }
}

pub fn delay(span: &str) -> Action {
    Action::Delay { until: Delay::For { span: span.parse().unwrap() } }
}

pub fn set_stage(stage: &str) -> Action {
    Action::SetStage { stage: stage.into() }
}

pub fn set(property: &str, value: &str) -> Action {
    Action::SetProperty { property: property.into(), value: Some(value.into()) }
}

pub fn note(text: &str) -> Action {
    Action::AddNote { text: text.into() }
}

/// Every action of workflows, oldest first.
pub fn actions(store: &Store) -> Vec<ActionRow> {
    let mut rows = store.read(|tx| workflow_log::actions(tx, &LogFilter::default(), i64::MAX)).unwrap();
    rows.reverse();
    rows
}

pub fn is(property: &str, value: &str) -> Filter {
    Filter::Is(Condition { property: property.into(), test: Test::Is, values: vec![value.into()] })
}

pub fn entered(pipeline: &str, stage: &str) -> Trigger {
    Trigger::StageEntered { pipeline: pipeline.into(), stage: stage.into() }
}

fn stage(name: &str, state: StageState) -> Stage {
    Stage { name: name.into(), label: name.into(), state, probability: None, archived: false }
}

/// The built-in desk with alice and bob, and a pipeline of deals.
pub fn setup() -> Setup {
    let mut setup = config::builtin().setup;
    for name in ["alice", "bob"] {
        setup.users.push(UserSetup {
            name: name.into(),
            display_name: name.into(),
            addresses: vec![EmailAddress::parse(&format!("{name}@example.org")).unwrap()],
            roles: vec![Role::SuperAdmin],
            disabled: false,
        });
    }
    let nothing = TemplatedAutomation { on: false, target: String::new() };
    setup.pipelines.push(Pipeline {
        name: "sales".into(),
        label: "Sales".into(),
        object: "deal".into(),
        stages: vec![
            stage("asked", StageState::Open),
            stage("offered", StageState::Open),
            stage("won", StageState::Won),
            stage("lost", StageState::Lost),
        ],
        on_send: nothing.clone(),
        on_reply: nothing,
        reopen_within: None,
        automations: Vec::new(),
    });
    setup
}

impl House {
    pub async fn with(workflows: Vec<Workflow>) -> House {
        let mut setup = setup();
        setup.workflows = workflows;
        House::of(setup).await
    }

    pub async fn of(setup: Setup) -> House {
        House::on(Store::in_memory().unwrap(), &setup).await
    }

    pub async fn on(store: Store, setup: &Setup) -> House {
        let engine = Engine::start(store, Origin::Live, setup, START).await.unwrap();
        House { engine, now: START, mails: 0 }
    }

    pub async fn order(&self, input: Input) -> Result<Outcome, Refusal> {
        match self.engine.command(self.now, Some("alice"), input).await {
            Ok(outcome) => Ok(outcome),
            Err(EngineError::Refused(refusal)) => Err(refusal),
            Err(other) => panic!("{other}"),
        }
    }

    pub async fn create(&self, object: &str, title: &str, properties: &[(&str, &str)]) -> RecordId {
        self.create_from(object, title, Source::Manual, properties).await
    }

    /// A record of a contact of its own.
    pub async fn create_for(&self, object: &str, title: &str, contact: &str) -> RecordId {
        let request = CreateRequest {
            object: object.into(),
            pipeline: None,
            stage: None,
            source: Source::Manual,
            properties: BTreeMap::new(),
            companies: Vec::new(),
        };
        let to = vec![Participant::parse(contact).unwrap()];
        let draft = written(Draft { subject: Some(title.into()), to, ..Draft::default() });
        let order = RecordOrder::Create { request, draft };
        self.order(Input::Record(Arc::new(order))).await.unwrap().decision.ticket.unwrap()
    }

    pub async fn create_from(
        &self,
        object: &str,
        title: &str,
        source: Source,
        properties: &[(&str, &str)],
    ) -> RecordId {
        let properties = properties.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        let companies = vec!["Example Ltd".to_owned()];
        let request =
            CreateRequest { object: object.into(), pipeline: None, stage: None, source, properties, companies };
        let to = vec![Participant::parse("Grace Hill <grace.hill@example.com>").unwrap()];
        let draft = written(Draft { subject: Some(title.into()), to, ..Draft::default() });
        let order = RecordOrder::Create { request, draft };
        self.order(Input::Record(Arc::new(order))).await.unwrap().decision.ticket.unwrap()
    }

    pub async fn set(&self, record: RecordId, property: &str, value: &str) -> Outcome {
        let values = BTreeMap::from([(property.to_owned(), Some(value.to_owned()))]);
        self.order(Input::Record(Arc::new(RecordOrder::Set { record, values }))).await.unwrap()
    }

    pub async fn go(&self, record: RecordId, stage: &str) -> Outcome {
        self.order(Input::Move { ticket: record, to: stage.into() }).await.unwrap()
    }

    pub async fn enrol(&self, record: RecordId, workflow: &str) -> Result<Outcome, Refusal> {
        self.order(Input::Workflow(WorkflowOrder::Enrol { workflow: workflow.into(), record })).await
    }

    /// Another setup comes into force.
    pub async fn change(&self, change: impl FnOnce(&mut Setup)) {
        let mut setup = self.engine.store().read(ticketd::store::journal::current_setup).unwrap().unwrap();
        change(&mut setup);
        self.engine.install(&setup, self.now, None).await.unwrap();
    }

    /// A customer's mail arrives in the team mailbox.
    pub async fn mail(&mut self, fields: &str) -> Outcome {
        self.mails += 1;
        let mail = format!(
            "From: Grace Hill <grace.hill@example.com>\r\nTo: support@example.org\r\nMessage-ID: <{}@example.com>\r\n\
             {fields}\r\n\r\nIt broke.\r\n",
            self.mails
        );
        let place =
            Place { mailbox: "support".into(), folder: "INBOX".into(), arrived_at: Some(self.now), ..Place::default() };
        let mail = self.engine.read(RawMail::new(mail.into_bytes(), place)).await.unwrap();
        self.engine.deliver(Arc::new(mail), self.now).await.unwrap().get().await.unwrap()
    }

    /// Time passes; what is due meanwhile is done when it is due.
    pub async fn pass(&mut self, span: Millis) -> Vec<Outcome> {
        self.now = self.now.plus(span);
        self.engine.pass_time(self.now).await.unwrap()
    }

    /// Every action so far, oldest first: `chase 2 set_stage done`, with the reason in brackets.
    pub fn log(&self) -> Vec<String> {
        let rows = actions(self.engine.store());
        let line = |row: &ActionRow| {
            let reason = row.reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default();
            format!("{} {} {} {}{reason}", row.workflow, row.step, row.action, row.outcome)
        };
        rows.iter().map(line).collect()
    }

    /// The same of one workflow, without its name.
    pub fn log_of(&self, workflow: &str) -> Vec<String> {
        let begin = format!("{workflow} ");
        self.log().iter().filter_map(|line| line.strip_prefix(&begin).map(str::to_owned)).collect()
    }

    /// What was queued for a record by workflows.
    pub fn mails_about(&self, record: RecordId) -> Vec<MessageRow> {
        self.engine
            .store()
            .read(|tx| {
                let log = record_views::details(tx, record)?.actions;
                let mut mails = Vec::new();
                for send in log.iter().filter_map(|row| row.send) {
                    let message = ticketd::store::outbox::send(tx, send)?.unwrap().message;
                    mails.extend(ticketd::store::views::message(tx, message)?);
                }
                Ok(mails)
            })
            .unwrap()
    }

    pub fn stage(&self, record: RecordId) -> String {
        self.engine.store().read(|tx| record_views::record(tx, record)).unwrap().unwrap().stage
    }

    /// Folding the journal again differs in nothing. Every test ends with it.
    pub fn folds(&self) {
        let refolded = refold(self.engine.store(), |_| {}).unwrap();
        assert_eq!(refolded.differences, []);
    }
}
