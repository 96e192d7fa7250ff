//! Configuration: text -> [`Config`], reporting every problem at once with line, column and a hint; and back: a setup as
//! the text of a file, and how two setups differ.
//!
//! This room reads a text that someone else read from a file, and knows what holds without one. It opens no files
//! and renders no templates. The text is walked by a small typed reader ([`table`]) instead of serde,
//! which would stop at the first problem. What the keys mean stands in `starter.toml`.

mod account;
mod action;
mod builtin;
mod condition;
mod credential;
mod daemon;
mod difference;
mod document;
mod duration;
mod endpoint;
mod export;
mod hours;
mod ignore;
mod inline;
mod lines;
mod mailbox;
mod names;
mod oauth;
mod object;
mod outline;
mod owners;
mod password;
mod pipeline;
mod problem;
mod relay;
mod scope;
mod server;
mod splice;
mod spot;
mod stage;
mod steps;
pub mod story;
mod suggest;
mod table;
mod template;
mod text;
mod trigger;
mod user;
mod webhooks;
mod workflow;

use crate::domain::{DIGEST_TEMPLATE, Setup, Template};

pub use account::{Account, After, MOST_BYTES, Start, read_date};
pub use credential::Credential;
pub use daemon::Daemon;
pub use difference::{Change, Difference, Place, differences};
pub use document::{parse, problems_of_template, read, read_numbering};
pub use endpoint::Endpoint;
pub use export::{export, export_around, export_template};
pub use lines::{Line, line_differences};
pub use oauth::{OauthClient, OauthFlow};
pub use outline::Value;
pub use password::PasswordFrom;
pub use problem::{Problem, Severity};
pub use relay::{Dkim, Login, Mechanism, OnUnknown, Relay, ReturnPath};
pub use server::{Security, Server};
pub use splice::{Splice, Written, splice};
pub use spot::{Spot, problem_at};
pub use webhooks::Webhooks;
pub use workflow::Used;

/// The commented `ticketd.toml` that a new installation begins with.
pub const STARTER: &str = include_str!("starter.toml");

/// What the operator configured.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Where the database is; relative to the working directory.
    pub database: Option<String>,
    /// IANA name of the zone in which people read times: `Europe/Amsterdam`. Only its form was checked.
    pub time_zone: Option<String>,
    pub setup: Setup,
    /// How mailboxes are reached, in the order of the file; those that have no account are not read.
    pub accounts: Vec<Account>,
    /// Who takes our mail, in the order of the file: the first that can.
    pub relays: Vec<Relay>,
    /// Who gets the tokens that logins name, in the order of the file.
    pub oauth: Vec<OauthClient>,
    pub daemon: Daemon,
    pub webhooks: Webhooks,
    /// What looks wrong and stops nothing, by place.
    pub warnings: Vec<Problem>,
}

/// The built-in digest of notifications.
pub fn digest_template() -> Option<Template> {
    builtin::templates().into_iter().find(|template| template.name == DIGEST_TEMPLATE)
}

/// What holds without a file: one team mailbox `support`, no users, the support pipeline and its templates.
pub fn builtin() -> Config {
    Config {
        webhooks: Webhooks::default(),
        database: None,
        time_zone: None,
        setup: builtin::setup(),
        accounts: Vec::new(),
        relays: Vec::new(),
        daemon: Daemon::default(),
        oauth: Vec::new(),
        warnings: Vec::new(),
    }
}
