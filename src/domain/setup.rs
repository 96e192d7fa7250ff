//! The setup: everything the operator decided that decisions depend on. One value, hashed as a whole: its digest is the
//! *revision* that every journal entry names, so that a decision can be explained and repeated with the rules of its day.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::text_enum::text_enum;
use super::{Action, BUILT_IN_OBJECTS, EmailAddress, Kind, Millis, ObjectSetup, Step, TICKET, Timestamp, Workflow};

/// Automations, directory (mailboxes, users, ignore rules) and templates in force.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Setup {
    /// What stands before the number in `[PREFIX-123]`. Upper case.
    pub ticket_prefix: String,
    /// Where our pages are reached from outside: `https://desk.example.org`, without a slash at its end. Mail that contacts
    /// can unsubscribe from needs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub public_url: Option<String>,
    pub mailboxes: Vec<MailboxSetup>,
    pub users: Vec<UserSetup>,
    pub ignore: Vec<IgnoreRule>,
    pub pipelines: Vec<Pipeline>,
    pub templates: Vec<Template>,
    /// Those that are not as they are built in: [`Setup::object`] knows all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectSetup>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub workflows: Vec<Workflow>,
}

impl Setup {
    /// The mailbox of that name.
    pub fn mailbox(&self, name: &str) -> Option<&MailboxSetup> {
        self.mailboxes.iter().find(|mailbox| mailbox.name == name)
    }

    /// The user of that name.
    pub fn user(&self, name: &str) -> Option<&UserSetup> {
        self.users.iter().find(|user| user.name == name)
    }

    /// The pipeline of that name.
    pub fn pipeline(&self, name: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|pipeline| pipeline.name == name)
    }

    /// The pipeline in which records of that object begin unless somebody says otherwise: its first.
    pub fn pipeline_for(&self, object: &str) -> Option<&Pipeline> {
        self.pipelines.iter().find(|pipeline| pipeline.object == object)
    }

    /// The stage automation that is called `pipeline/name`, and its pipeline.
    pub fn automation(&self, flow: &str) -> Option<(&Pipeline, &StageAutomation)> {
        let (pipeline, name) = flow.split_once('/')?;
        let pipeline = self.pipeline(pipeline)?;
        Some((pipeline, pipeline.automations.iter().find(|automation| automation.name == name)?))
    }

    /// The same, to be changed.
    pub fn automation_mut(&mut self, flow: &str) -> Option<&mut StageAutomation> {
        let (pipeline, name) = flow.split_once('/')?;
        let pipeline = self.pipelines.iter_mut().find(|found| found.name == pipeline)?;
        pipeline.automations.iter_mut().find(|automation| automation.name == name)
    }

    /// Whether the workflow or stage automation (`pipeline/name`) of that name is switched on.
    pub fn is_flow_on(&self, name: &str) -> bool {
        let workflow = self.workflow(name).map(|workflow| workflow.on);
        workflow.or_else(|| self.automation(name).map(|(_, automation)| automation.on)).unwrap_or(false)
    }

    /// The template of that name.
    pub fn template(&self, name: &str) -> Option<&Template> {
        self.templates.iter().find(|template| template.name == name)
    }

    /// The object of that name.
    pub fn object(&self, name: &str) -> Option<&ObjectSetup> {
        self.objects().find(|object| object.name == name)
    }

    /// Every object: the built-in ones first, each as the setup describes it.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectSetup> {
        let described = |name: &str| self.objects.iter().find(|object| object.name == name);
        let built_in = BUILT_IN_OBJECTS.iter().map(move |object| described(&object.name).unwrap_or(object));
        let own = self.objects.iter().filter(|object| !BUILT_IN_OBJECTS.iter().any(|known| known.name == object.name));
        built_in.chain(own)
    }

    /// Whether anything happens by itself that looks at more of a record than its stage and its contacts.
    pub fn has_flows(&self) -> bool {
        let automations = self.pipelines.iter().flat_map(|pipeline| &pipeline.automations);
        !self.workflows.is_empty() || automations.flat_map(|one| &one.actions).any(|step| !step.action.sends_mail())
    }

    /// The workflow of that name.
    pub fn workflow(&self, name: &str) -> Option<&Workflow> {
        self.workflows.iter().find(|workflow| workflow.name == name)
    }

    /// Whether an automation sends that template to contacts.
    pub fn mails_contacts(&self, template: &str) -> bool {
        let sends = |step: &Step| matches!(&step.action, Action::SendEmail { template: used } if used == template);
        self.flows().any(|(_, steps)| Step::all(steps).into_iter().any(sends))
    }

    /// What happens by itself: the steps of every stage automation (`pipeline/name`) and of every workflow, drafts too.
    pub fn flows(&self) -> impl Iterator<Item = (String, &[Step])> {
        let automations = self.pipelines.iter().flat_map(|pipeline| {
            pipeline.automations.iter().map(|one| (pipeline.flow_name(one), one.actions.as_slice()))
        });
        let workflows = self.workflows.iter().flat_map(|workflow| {
            let definitions = workflow.published.iter().chain(&workflow.draft);
            definitions.map(|definition| (workflow.name.clone(), definition.steps.as_slice()))
        });
        automations.chain(workflows)
    }

    /// The team mailbox whose own address (any of them, `+detail` aside) this is.
    pub fn team_mailbox_at(&self, address: &EmailAddress) -> Option<&MailboxSetup> {
        let (bare, _) = address.without_detail();
        self.mailboxes.iter().find(|mailbox| mailbox.kind == MailboxKind::Team && mailbox.addresses.contains(&bare))
    }

    /// The user whose own address this is.
    pub fn user_at(&self, address: &EmailAddress) -> Option<&UserSetup> {
        self.users.iter().find(|user| user.addresses.contains(address))
    }
}

text_enum! {
    /// Whose mailbox it is.
    MailboxKind {
        /// support@…: what arrives here becomes tickets.
        Team = "team",
        /// A user's own, connected inbox.
        Personal = "personal",
    }
}

text_enum! {
    /// What a folder holds.
    FolderRole {
        /// Watched for incoming mail.
        Inbox = "inbox",
        /// The mailbox's own sent mail (RFC 6154 `\Sent`).
        Sent = "sent",
    }
}

text_enum! {
    /// Languages in which people read our mail.
    Language {
        English = "en",
        Dutch = "nl",
    }
}

/// An account that we read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MailboxSetup {
    /// Short name, unique: `support`.
    pub name: String,
    pub kind: MailboxKind,
    /// Own addresses, the first is what our mail is sent from.
    pub addresses: Vec<EmailAddress>,
    /// Display name of our mail: `Example Support`.
    pub display_name: String,
    pub language: Language,
    /// Folder names with the role Sent.
    pub sent_folders: Vec<String>,
    /// Team: the pipeline in which its mail opens tickets.
    pub pipeline: String,
    /// Team: a mail in its Sent folder that did not go through us fires rule 3.1 (semantics, kind 11).
    pub sent_counts_as_ticket_send: bool,
    /// Authserv-ids whose Authentication-Results are believed (RFC 8601 2.5), lower-cased.
    pub trusted_authserv_ids: Vec<String>,
    /// Personal: the user it belongs to.
    pub user: Option<String>,
}

impl MailboxSetup {
    /// The role of a folder of this mailbox.
    pub fn role_of(&self, folder: &str) -> FolderRole {
        match self.sent_folders.iter().any(|sent| sent.eq_ignore_ascii_case(folder)) {
            true => FolderRole::Sent,
            false => FolderRole::Inbox,
        }
    }
}

/// Someone of the team.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct UserSetup {
    /// Short name, unique: `alice`.
    pub name: String,
    pub display_name: String,
    /// Own addresses, the first is written to.
    pub addresses: Vec<EmailAddress>,
    pub roles: Vec<Role>,
    /// No longer at work: may do nothing, and is told nothing. What the user did keeps the name.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disabled: bool,
}

text_enum! {
    /// What a user may do (semantics, section 5).
    Role {
        SuperAdmin = "super_admin",
        WorkflowEditor = "workflow_editor",
        AccountAccess = "account_access",
        Agent = "agent",
    }
}

/// Mail that the operator wants kept and nothing more. All named conditions must hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IgnoreRule {
    /// Shown as the reason.
    pub name: String,
    /// From address, exact.
    pub sender: Option<EmailAddress>,
    /// Domain of the From address, subdomains included.
    pub domain: Option<String>,
    /// A header field that must be there (lower-cased name), and what its value must contain (any case; empty: any value).
    pub header: Option<(String, String)>,
}

/// An ordered list of stages for one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pipeline {
    /// Short name, unique: `support`. Stays when the label changes.
    pub name: String,
    pub label: String,
    /// Name of the object whose records go through it.
    #[serde(default = "ticket", skip_serializing_if = "is_ticket")]
    pub object: String,
    /// In order of position; the first is where new records enter.
    pub stages: Vec<Stage>,
    /// Rule 3.1.
    pub on_send: TemplatedAutomation,
    /// Rule 3.2.
    pub on_reply: TemplatedAutomation,
    /// Rule 3.3 applies within this span after closing; `None`: always.
    pub reopen_within: Option<Millis>,
    pub automations: Vec<StageAutomation>,
}

impl Pipeline {
    /// The stage of that name.
    pub fn stage(&self, name: &str) -> Option<&Stage> {
        self.stages.iter().find(|stage| stage.name == name)
    }

    /// What a stage automation of it is called where workflows are too: `support/ticket_received`.
    pub fn flow_name(&self, automation: &StageAutomation) -> String {
        format!("{}/{}", self.name, automation.name)
    }

    /// Where new records enter: the first stage that is not archived.
    pub fn first(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| !stage.archived)
    }

    /// The open stage with the lowest position.
    pub fn first_open(&self) -> Option<&Stage> {
        self.stages.iter().find(|stage| !stage.archived && stage.state == StageState::Open)
    }

    /// Whether the stage of that name is closed. An unknown stage is open.
    pub fn is_closed(&self, name: &str) -> bool {
        self.stage(name).is_some_and(|stage| stage.state.is_closed())
    }
}

/// A stage; of a ticket pipeline: a status.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stage {
    /// Short name, unique in its pipeline: `waiting_on_us`. Stays when the label changes.
    pub name: String,
    pub label: String,
    pub state: StageState,
    /// Of deals: how likely one in this stage is won, in percent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<i64>,
    /// Kept for what was in it; no record enters it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

fn ticket() -> String {
    TICKET.to_owned()
}

fn is_ticket(object: &str) -> bool {
    object == TICKET
}

text_enum! {
    /// Whether a record in the stage is still being worked on.
    StageState {
        Open = "open",
        Closed = "closed",
        /// Closed, as it was hoped.
        Won = "won",
        /// Closed, and not so.
        Lost = "lost",
    }
}

impl StageState {
    /// Whether nothing is left to do about a record in such a stage.
    pub fn is_closed(self) -> bool {
        self != StageState::Open
    }
}

/// One of the two switchable status rules (3.1, 3.2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplatedAutomation {
    pub on: bool,
    /// Name of the stage it sets.
    pub target: String,
}

/// Actions for records that enter a stage.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StageAutomation {
    /// Short name, unique in its pipeline: `ticket_received`.
    pub name: String,
    pub stage: String,
    pub on: bool,
    /// Enrol at each entry, or once per record.
    pub reenrol: bool,
    /// Take records whose source is chat or messenger as well.
    pub chat: bool,
    pub actions: Vec<Step>,
}

/// Name of the template that tells a user of notifications beyond the cap.
pub const DIGEST_TEMPLATE: &str = "notification_digest";

/// The template that tells a user that a mail of his own did not arrive. No action can use it.
pub const SEND_NOT_DELIVERED: &str = "send_not_delivered";

/// The template that tells a user that the customer did not get his answer: it went to a notification of ours.
pub const REPLY_NOT_DELIVERED: &str = "reply_not_delivered";

/// A mail text with placeholders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// Short name, unique: `ticket_received`.
    pub name: String,
    /// Sent whether or not the contact is a marketing contact.
    pub transactional: bool,
    /// One per language; the first stands in for a language that is missing.
    pub texts: Vec<TemplateText>,
}

impl Template {
    /// The text in `language`, or the first one.
    pub fn text(&self, language: Language) -> Option<&TemplateText> {
        self.texts.iter().find(|text| text.language == language).or_else(|| self.texts.first())
    }
}

/// A template in one language.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TemplateText {
    pub language: Language,
    pub subject: String,
    pub text: String,
    /// Without it the mail is plain text only.
    pub html: Option<String>,
}

/// How many records are where: what a setup must not take from under them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Occupied {
    /// Records by pipeline and stage.
    pub pipelines: BTreeMap<String, BTreeMap<String, i64>>,
    /// Of the properties that somebody wants to change, by object and name: how many records have which value.
    pub values: BTreeMap<(String, String), BTreeMap<String, i64>>,
    /// Open tickets by the name of the mailbox that they are answered from.
    pub mailboxes: BTreeMap<String, i64>,
}

text_enum! {
    /// Where a ticket came from.
    Source {
        Email = "email",
        Chat = "chat",
        Messenger = "messenger",
        Form = "form",
        Phone = "phone",
        Manual = "manual",
        Api = "api",
    }
}

impl Source {
    /// Sources that ticket workflows skip unless told otherwise (semantics, section 4).
    pub fn is_chat(self) -> bool {
        matches!(self, Source::Chat | Source::Messenger)
    }
}

/// Kinds that can fire a status rule of a ticket (semantics 3.4), `mailbox_send` where the mailbox says so.
pub fn can_fire(kind: Kind, sent_counts: bool) -> bool {
    match kind {
        Kind::TicketSend | Kind::CustomerReply | Kind::ParticipantReply => true,
        Kind::MailboxSend => sent_counts,
        _ => false,
    }
}

/// Nothing automated is sent about mail older than this (semantics 3, History).
pub const STALE_AFTER: Millis = super::DAY;

/// Whether mail that arrived at `arrived` is too old at `now` for anything automated to be sent about it.
pub fn is_stale(arrived: Timestamp, now: Timestamp) -> bool {
    now.since(arrived) > STALE_AFTER
}
