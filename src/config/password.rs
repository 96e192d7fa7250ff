//! Where a secret is: never in the file of the configuration itself.

use std::ops::Range;

use super::problem::Report;
use super::table::Table;

/// Where a password, or another secret, is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// The first line of a file.
    File(String),
    /// A variable of the environment.
    Environment(String),
    /// A credential of systemd (`LoadCredential=`): a file in `$CREDENTIALS_DIRECTORY`.
    Credential(String),
}

pub(super) type Wrap = fn(String) -> PasswordFrom;

/// The keys that say where a secret is.
pub(super) struct SecretKeys {
    /// What people call it, and the key at which it would stand itself.
    pub(super) what: &'static str,
    pub(super) bare: &'static str,
    pub(super) places: [(&'static str, Wrap); 3],
    pub(super) example: &'static str,
}

pub(super) const PASSWORD: SecretKeys = SecretKeys {
    what: "password",
    bare: "password",
    places: [
        ("password_file", PasswordFrom::File),
        ("password_env", PasswordFrom::Environment),
        ("password_credential", PasswordFrom::Credential),
    ],
    example: "password_file = \"/etc/ticketd/support\"",
};

/// Of a client of OAuth 2.0 (RFC 6749 2.3.1).
pub(super) const CLIENT_SECRET: SecretKeys = SecretKeys {
    what: "client secret",
    bare: "client_secret",
    places: [
        ("client_secret_file", PasswordFrom::File),
        ("client_secret_env", PasswordFrom::Environment),
        ("client_secret_credential", PasswordFrom::Credential),
    ],
    example: "client_secret_file = \"/etc/ticketd/oauth\"",
};

impl SecretKeys {
    /// Reads the one of the keys that is there, where one is.
    pub(super) fn read(&self, table: &mut Table, report: &mut Report) -> Option<PasswordFrom> {
        let mut found: Vec<(PasswordFrom, Range<usize>)> = Vec::new();
        for (key, from) in self.places {
            found.extend(table.text(key, report).map(|text| (from(text.get_ref().to_string()), text.span())));
        }
        if let Some((_, place)) = table.place_of(self.bare) {
            let hint = format!("write it into a file that only ticketd may read, and name that: {}", self.example);
            report.error(place, format!("a {} does not stand in this file", self.what), hint);
            return None;
        }
        if let Some((_, place)) = found.get(1) {
            report.error(place.clone(), format!("there are two places for one {}", self.what), "leave one of them out");
        }
        if let Some((PasswordFrom::Credential(name), place)) = found.first()
            && name.contains('/')
        {
            let hint = "the name that the unit gives it: LoadCredential=NAME:FILE";
            report.error(place.clone(), format!("`{name}` is no name of a credential"), hint);
        }
        found.into_iter().next().map(|(from, _)| from)
    }

    /// Whether any of the keys is there, or the secret itself.
    pub(super) fn are_in(&self, table: &mut Table) -> bool {
        table.has(self.bare) || self.places.iter().filter(|(key, _)| table.place_of(key).is_some()).count() > 0
    }
}
