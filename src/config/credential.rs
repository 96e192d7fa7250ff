//! What a login proves who we are with: a password, or what a client of OAuth gets.

use super::names::Names;
use super::password::{PASSWORD, PasswordFrom};
use super::problem::Report;
use super::table::Table;

/// What a login proves who we are with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Credential {
    Password(PasswordFrom),
    /// Access tokens that the [`OauthClient`](super::OauthClient) of that name gets for the login's user.
    OAuth(String),
}

/// Reads `oauth` or where the password is: exactly one of them. `sort` is what the table is called: `mailbox.imap`.
pub(super) fn read_credential(table: &mut Table, sort: &str, clients: &Names, report: &mut Report) -> Credential {
    if let Some((_, place)) = table.place_of("oauth") {
        if PASSWORD.are_in(table) {
            report.error(place, "a login has a password or `oauth`", "leave one of them out");
        }
        // Counts as known.
        table.place_of("password");
        return Credential::OAuth(read_client(table, clients, report).unwrap_or_default());
    }
    if !PASSWORD.are_in(table) {
        let message = format!("where the password is, is missing in this `{sort}`");
        let hint = "for example: password_file = \"/etc/ticketd/support\"; or password_env, password_credential, oauth";
        report.error(table.place(), message, hint);
    }
    Credential::Password(PASSWORD.read(table, report).unwrap_or(PasswordFrom::File(String::new())))
}

/// Whether any of the keys is there.
pub(super) fn names_credential(table: &mut Table) -> bool {
    table.has("oauth") || PASSWORD.are_in(table)
}

fn read_client(table: &mut Table, clients: &Names, report: &mut Report) -> Option<String> {
    let name = table.text("oauth", report)?;
    if clients.first().is_none() {
        let hint = "add an [[oauth]] of that name: docs/oauth.md";
        report.error(name.span(), format!("there is no [[oauth]] `{}`", name.get_ref()), hint);
        return None;
    }
    Some(clients.resolve(&name, report))
}
