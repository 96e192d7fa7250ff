//! Where a password is: never in the file of the configuration itself.

use std::ops::Range;

use super::problem::Report;
use super::table::Table;

/// Where a password is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// The first line of a file.
    File(String),
    /// A variable of the environment.
    Environment(String),
    /// A credential of systemd (`LoadCredential=`): a file in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
}

type Wrap = fn(String) -> PasswordFrom;
const KEYS: [(&str, Wrap); 3] = [
    ("password_file", PasswordFrom::File),
    ("password_env", PasswordFrom::Environment),
    ("password_credential", PasswordFrom::Credential),
];

/// Reads the one of the keys that is there. `sort` is what the table is called: `mailbox.imap`.
pub(super) fn read_password(table: &mut Table, sort: &str, report: &mut Report) -> Option<PasswordFrom> {
    let mut found: Vec<(PasswordFrom, Range<usize>)> = Vec::new();
    for (key, from) in KEYS {
        found.extend(table.text(key, report).map(|text| (from(text.get_ref().to_string()), text.span())));
    }
    if let Some((_, place)) = table.place_of("password") {
        let hint =
            "write it into a file that only ticketd may read, and name that: password_file = \"/etc/ticketd/support\"";
        report.error(place, "a password does not stand in this file", hint);
        return None;
    }
    if let Some((_, place)) = found.get(1) {
        report.error(place.clone(), "there are two places for one password", "leave one of them out");
    }
    if let Some((PasswordFrom::Credential(name), place)) = found.first()
        && name.contains('/')
    {
        let hint = "the name that the unit gives it: LoadCredential=NAME:FILE";
        report.error(place.clone(), format!("`{name}` is no name of a credential"), hint);
    }
    if !names_password(table) {
        let message = format!("where the password is, is missing in this `{sort}`");
        let hint = "for example: password_file = \"/etc/ticketd/support\"; or password_env, or password_credential";
        report.error(table.place(), message, hint);
    }
    found.into_iter().next().map(|(from, _)| from)
}

/// Whether any of the keys is there.
pub(super) fn names_password(table: &mut Table) -> bool {
    KEYS.iter().filter(|(key, _)| table.place_of(key).is_some()).count() > 0
}
