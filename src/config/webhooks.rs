//! `[webhooks]` and `[[webhook_secret]]`: what requests to other programs may do on this machine, and what signs them.

use super::names::Names;
use super::password::{PasswordFrom, SecretKeys};
use super::problem::Report;
use super::table::Table;

/// How webhooks of workflows leave this machine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Webhooks {
    /// Requests may go to this computer and to private networks.
    pub allow_private: bool,
    /// What signs requests, by the name that workflows call it by.
    pub secrets: Vec<(String, PasswordFrom)>,
}

const SECRET: SecretKeys = SecretKeys {
    what: "secret",
    bare: "secret",
    places: [
        ("secret_file", PasswordFrom::File),
        ("secret_env", PasswordFrom::Environment),
        ("secret_credential", PasswordFrom::Credential),
    ],
    example: "secret_file = \"/etc/ticketd/crm\"",
};

/// Reads `[webhooks]` and every `[[webhook_secret]]`.
pub(super) fn read_webhooks(root: &mut Table, report: &mut Report) -> Webhooks {
    let mut webhooks = Webhooks::default();
    if let Some(mut table) = root.table("webhooks", report) {
        webhooks.allow_private = table.flag("allow_private", report).unwrap_or(false);
        table.close(report);
    }
    let mut names = Names::of("webhook_secret", "crm");
    for mut table in root.tables("webhook_secret", report) {
        let name = names.claim(&mut table, report);
        if !SECRET.are_in(&mut table) {
            let hint = format!("for example: {}; or secret_env, secret_credential", SECRET.example);
            report.error(table.place(), "where the secret is, is missing in this `webhook_secret`", hint);
        }
        webhooks.secrets.extend(SECRET.read(&mut table, report).map(|from| (name, from)));
        table.close(report);
    }
    webhooks
}
