//! The script of a story: what arrives and what people do, step by step. Stories are how the rules are told and tested:
//! the mails stand beside the script, the transcript beside them.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::problem::{Problem, Severity};

/// A story's `story.toml`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Script {
    /// One line: what it shows.
    pub title: String,
    /// The sentence of the rules that it tells.
    pub rule: Option<String>,
    /// When it begins (RFC 3339).
    pub start: String,
    /// A configuration file, relative to the story. Without it: `ticketd.toml` in the story's folder or the one above,
    /// else what holds without a file.
    pub config: Option<String>,
    #[serde(rename = "step", default)]
    pub steps: Vec<Step>,
}

/// One step. The clock never goes back.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Step {
    /// A mail is found in a mailbox.
    Mail(MailStep),
    /// A user writes from a ticket.
    Send(SendStep),
    /// A user forwards a message from a ticket.
    Forward(SendStep),
    /// A user writes from a contact's record.
    Record(RecordStep),
    /// A user moves a ticket.
    Move(MoveStep),
    /// A user makes a ticket by hand.
    Open(OpenStep),
    /// A user merges a ticket into another.
    Merge(MergeStep),
    /// A user says that an address that gave mail back takes it again.
    Clear(ClearStep),
    /// A user settles what a mail waits for in review.
    Review(ReviewStep),
    /// A user makes a record.
    Create(CreateStep),
    /// A user sets properties of a record.
    Set(SetStep),
    /// A user writes something down about a record.
    Note(NoteStep),
    /// A user enrols a record in a workflow.
    Enrol(EnrolStep),
    /// A user takes a record out of a workflow.
    Unenrol(EnrolStep),
    /// Time passes: `2 days`.
    Wait(String),
    /// Another configuration comes into force.
    Config(String),
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailStep {
    /// The .eml beside the script. `{{send:1.message_id}}` and the like stand for what was queued before.
    pub file: Option<String>,
    /// Instead: the bytes of that send, as a server or relay shows them again.
    pub copy_of: Option<usize>,
    /// With `copy_of`: the Message-ID that a relay put in the place of ours.
    pub message_id: Option<String>,
    #[serde(default = "default_mailbox")]
    pub mailbox: String,
    #[serde(default = "default_folder")]
    pub folder: String,
    /// When it is found (RFC 3339), if that is later than its own date.
    pub at: Option<String>,
    /// Imported as history.
    #[serde(default)]
    pub history: bool,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendStep {
    pub ticket: i64,
    #[serde(rename = "as")]
    pub user: String,
    /// `Name <address>` or an address; none: the ticket's contacts.
    #[serde(default)]
    pub to: Vec<String>,
    #[serde(default)]
    pub cc: Vec<String>,
    pub subject: Option<String>,
    #[serde(default)]
    pub text: String,
    pub status: Option<String>,
    #[serde(default)]
    pub new_thread: bool,
    /// The how-manieth mail of the story it answers; without it what the ticket's latest thread has last.
    pub answer: Option<usize>,
    /// With that mail below the text.
    #[serde(default)]
    pub quote: bool,
    /// Files beside the script.
    #[serde(default)]
    pub attach: Vec<String>,
    /// For `forward`: the how-manieth mail of the story.
    pub mail: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecordStep {
    pub to: Vec<String>,
    #[serde(rename = "as")]
    pub user: String,
    pub subject: String,
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveStep {
    pub ticket: Option<i64>,
    /// Instead: the title of a record.
    pub record: Option<String>,
    pub to: String,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenStep {
    pub contact: String,
    pub subject: String,
    #[serde(default = "default_source")]
    pub source: String,
    #[serde(default = "default_mailbox")]
    pub pipeline: String,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MergeStep {
    pub ticket: i64,
    pub into: i64,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClearStep {
    pub address: String,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CreateStep {
    pub object: String,
    pub title: String,
    pub pipeline: Option<String>,
    pub stage: Option<String>,
    #[serde(default = "default_source")]
    pub source: String,
    #[serde(default)]
    pub contacts: Vec<String>,
    #[serde(default)]
    pub companies: Vec<String>,
    #[serde(default)]
    pub properties: BTreeMap<String, String>,
    #[serde(rename = "as")]
    pub user: String,
}

/// Of a ticket by its number, or of another record by its title, as in the steps below.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetStep {
    pub ticket: Option<i64>,
    pub record: Option<String>,
    /// An empty text takes the value away.
    pub values: BTreeMap<String, String>,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoteStep {
    pub ticket: Option<i64>,
    pub record: Option<String>,
    pub text: String,
    #[serde(rename = "as")]
    pub user: String,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolStep {
    pub ticket: Option<i64>,
    pub record: Option<String>,
    pub workflow: String,
    #[serde(rename = "as")]
    pub user: String,
}

/// Exactly one of `attach`, `new` and `drop`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReviewStep {
    /// The how-manieth mail of the story.
    pub of: usize,
    /// The ticket that it belongs to.
    pub attach: Option<i64>,
    /// With `attach`: its author becomes a contact of the ticket.
    #[serde(default)]
    pub contact: bool,
    #[serde(default)]
    pub new: bool,
    /// With `new`, of a forward: the original sender.
    #[serde(rename = "for")]
    pub original: Option<String>,
    #[serde(default)]
    pub drop: bool,
    #[serde(rename = "as")]
    pub user: String,
}

fn default_mailbox() -> String {
    "support".to_owned()
}

fn default_folder() -> String {
    "INBOX".to_owned()
}

fn default_source() -> String {
    "manual".to_owned()
}

/// Reads a script. A mistake is given with its place.
pub fn parse(text: &str) -> Result<Script, Problem> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        Problem {
            severity: Severity::Error,
            line: before.matches('\n').count() + 1,
            column,
            width: 1,
            message: error.message().to_owned(),
            hint: None,
        }
    })
}

/// Milliseconds of `2 days`, `3 hours`: the durations of the configuration.
pub fn duration(text: &str) -> Option<i64> {
    super::duration::parse(text)
}
