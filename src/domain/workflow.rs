//! Workflows: what happens to records by itself, and when (semantics, section 4). A workflow is a trigger and a tree of
//! steps; a stage automation is one whose trigger is its stage. What these mean is said in `workflow/`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::{Kind, Span};

/// A workflow of the setup.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// Short name, unique: `chase_customer`. No `/`: names with one are those of stage automations.
    pub name: String,
    pub label: String,
    /// Name of the object whose records it takes: `deal`. Never changes.
    pub object: String,
    /// Off: no record enrols, and those on their way do nothing more (they pass their delays).
    pub on: bool,
    /// What is in force; `None`: it was never published.
    pub published: Option<Definition>,
    /// What somebody works on; in force once it is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Definition>,
}

/// What a workflow does. Each that was saved is a *revision*.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    pub trigger: Trigger,
    /// Only records for which it holds enrol.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filter: Option<Filter>,
    /// Take records whose source is chat or messenger as well.
    pub chat: bool,
    /// Enrol at each trigger, never while still enrolled; else once per record.
    pub reenrol: bool,
    /// A record for which it holds has no more to do here: it leaves.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<Filter>,
    /// In which its dates and times are meant (IANA): `Europe/Amsterdam`.
    pub time_zone: String,
    /// When it acts; an action outside waits for the next time within. Delays and branches do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hours: Option<BusinessHours>,
    pub steps: Vec<Step>,
}

/// What has a record enrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "on", rename_all = "snake_case")]
pub enum Trigger {
    /// It enters the stage, by being created in it too.
    StageEntered {
        pipeline: String,
        stage: String,
    },
    RecordCreated,
    /// Its property gets another value; with `to`, this one.
    PropertyChanged {
        property: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        to: Option<String>,
    },
    /// A mail of one of these kinds joins the ticket.
    MessageArrived {
        kinds: Vec<Kind>,
    },
    /// Nothing by itself: people enrol records.
    ByHand,
}

/// A step: an action in its place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Unique in its workflow, from 1, never used again; 0 in setups from before there were workflows.
    #[serde(default, skip_serializing_if = "StepId::is_none")]
    pub id: StepId,
    #[serde(flatten)]
    pub action: Action,
}

impl From<Action> for Step {
    /// The action in a place that has no number yet.
    fn from(action: Action) -> Self {
        Step { id: StepId::default(), action }
    }
}

impl Step {
    /// Every step of a tree, those of a branch's ways behind the branch.
    pub fn all(steps: &[Step]) -> Vec<&Step> {
        let mut found = Vec::new();
        for step in steps {
            found.push(step);
            if let Action::Branch { ways, otherwise } = &step.action {
                found.extend(ways.iter().flat_map(|way| Step::all(&way.steps)));
                found.extend(Step::all(otherwise));
            }
        }
        found
    }
}

/// Number of a step in its workflow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StepId(pub i64);

impl StepId {
    fn is_none(&self) -> bool {
        self.0 == 0
    }
}

impl std::fmt::Display for StepId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub enum Action {
    /// Sends the template to the record's contacts.
    SendEmail {
        template: String,
    },
    /// Sends the template to users; [`OWNER`] stands for the record's own.
    Notify {
        template: String,
        users: Vec<String>,
    },
    /// Gives somebody something to do.
    CreateTask {
        /// May have placeholders, as every text of a step.
        title: String,
        /// A user's name or [`OWNER`]; `None`: nobody's yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        user: Option<String>,
        /// How long there is time for it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        due: Option<Span>,
    },
    /// Goes on later.
    Delay {
        until: Delay,
    },
    /// Goes on one way: the first whose condition holds at that moment, else `otherwise`. Always the last of its steps.
    Branch {
        ways: Vec<Way>,
        otherwise: Vec<Step>,
    },
    /// `value: None` takes the value away.
    SetProperty {
        property: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        value: Option<String>,
    },
    /// Moves the record within its pipeline.
    SetStage {
        stage: String,
    },
    /// Makes a record that is linked to this one and has the same contacts and companies.
    CreateRecord {
        object: String,
        /// `None`: the object's first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pipeline: Option<String>,
        title: String,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        properties: BTreeMap<String, String>,
    },
    /// Gives the record to the next of these users.
    RotateOwner {
        users: Vec<String>,
    },
    AddNote {
        text: String,
    },
    /// Tells another program, by an HTTP request.
    Webhook {
        url: String,
        /// Name of the secret that signs it, in the configuration of the machine.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        secret: Option<String>,
    },
}

/// In the place of a user's name: whoever owns the record.
pub const OWNER: &str = "@owner";

text_enum! {
    /// The word for an action.
    ActionKind {
        SendEmail = "send_email",
        Notify = "notify",
        CreateTask = "create_task",
        Delay = "delay",
        Branch = "branch",
        SetProperty = "set_property",
        SetStage = "set_stage",
        CreateRecord = "create_record",
        RotateOwner = "rotate_owner",
        AddNote = "add_note",
        Webhook = "webhook",
    }
}

impl Action {
    /// Whether it sends mail.
    pub fn sends_mail(&self) -> bool {
        matches!(self, Action::SendEmail { .. } | Action::Notify { .. })
    }

    /// The word for it.
    pub fn kind(&self) -> ActionKind {
        match self {
            Action::SendEmail { .. } => ActionKind::SendEmail,
            Action::Notify { .. } => ActionKind::Notify,
            Action::CreateTask { .. } => ActionKind::CreateTask,
            Action::Delay { .. } => ActionKind::Delay,
            Action::Branch { .. } => ActionKind::Branch,
            Action::SetProperty { .. } => ActionKind::SetProperty,
            Action::SetStage { .. } => ActionKind::SetStage,
            Action::CreateRecord { .. } => ActionKind::CreateRecord,
            Action::RotateOwner { .. } => ActionKind::RotateOwner,
            Action::AddNote { .. } => ActionKind::AddNote,
            Action::Webhook { .. } => ActionKind::Webhook,
        }
    }
}

/// One way of a branch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Way {
    pub label: String,
    pub when: Filter,
    pub steps: Vec<Step>,
}

/// Until when a step waits. What is over already does not wait.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "wait", rename_all = "snake_case")]
pub enum Delay {
    For {
        span: Span,
    },
    /// A day and a time of day, as the workflow's zone has them: `2026-12-01`, `09:00`.
    UntilDate {
        date: String,
        time: String,
    },
    /// The day (or point in time) that a property names, earlier or later by `offset`; days go on at `time`. Without a
    /// value it does not wait.
    UntilProperty {
        property: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        offset: Option<Span>,
        time: String,
    },
}

/// When a workflow acts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessHours {
    pub days: Vec<Weekday>,
    /// Time of day at which it begins, and before which it ends: `09:00`, `17:30`; `24:00` is midnight.
    pub from: String,
    pub until: String,
    /// Days on which it does not act, each `YYYY-MM-DD` or `YYYY-MM-DD..YYYY-MM-DD`.
    pub blocked: Vec<String>,
}

text_enum! {
    Weekday {
        Monday = "mon",
        Tuesday = "tue",
        Wednesday = "wed",
        Thursday = "thu",
        Friday = "fri",
        Saturday = "sat",
        Sunday = "sun",
    }
}

/// A condition on a record's properties.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Filter {
    /// Every one of them holds.
    All(Vec<Filter>),
    /// One of them holds at least.
    Any(Vec<Filter>),
    Is(Condition),
}

/// A comparison of one property.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub property: String,
    pub test: Test,
    /// In the property's canonical form. Empty for the tests that compare with nothing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
}

text_enum! {
    /// How a property is compared.
    Test {
        /// With one of the values.
        Is = "is",
        /// With none of them, and also without any value.
        IsNot = "is_not",
        /// The text holds the value, upper and lower case alike.
        Contains = "contains",
        /// More, later.
        Above = "above",
        /// Less, earlier.
        Below = "below",
        IsSet = "is_set",
        IsNotSet = "is_not_set",
    }
}
