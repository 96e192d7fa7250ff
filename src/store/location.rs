//! Where a database is: in a file, or on a PostgreSQL server. Told without the password, whichever way it is told.

use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

/// How the address of a server begins.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];

/// Parameters that are told.
const SHOWN: [&str; 3] = ["options=", "host=", "dbname="];

/// The place of a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// SQLite.
    File(PathBuf),
    Server(Address),
}

impl Location {
    /// Whether something may be there. Of a server that is found out by opening it.
    pub fn exists(&self) -> bool {
        match self {
            Location::File(path) => path.exists(),
            Location::Server(_) => true,
        }
    }
}

impl From<OsString> for Location {
    fn from(text: OsString) -> Self {
        match text.to_str().filter(|text| SCHEMES.iter().any(|scheme| text.starts_with(scheme))) {
            Some(address) => Location::Server(Address(address.to_owned())),
            None => Location::File(text.into()),
        }
    }
}

impl From<&str> for Location {
    fn from(text: &str) -> Self {
        OsString::from(text).into()
    }
}

impl From<&Path> for Location {
    fn from(path: &Path) -> Self {
        Location::File(path.to_owned())
    }
}

impl From<&PathBuf> for Location {
    fn from(path: &PathBuf) -> Self {
        path.as_path().into()
    }
}

impl From<&Location> for Location {
    fn from(location: &Location) -> Self {
        location.clone()
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::File(path) => write!(f, "{}", path.display()),
            Location::Server(address) => write!(f, "{address}"),
        }
    }
}

/// `postgres://USER:PASSWORD@HOST:PORT/NAME`. Not looked at before it is used, so that a mistake in it is told by us and
/// not by whoever repeats it, password and all.
#[derive(Clone, PartialEq, Eq)]
pub struct Address(String);

impl Address {
    /// As it was given, password included.
    pub(super) fn secret(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Address {
    /// The user's name, and what follows the last `@`: a password that is not escaped may have any sign in it. Of the
    /// parameters, which may hold a password too, those that say which database it is.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, rest) = self.0.split_once("://").unwrap_or_default();
        let (user, rest) = match rest.rsplit_once('@') {
            Some((user, rest)) => (user.split([':', '/', '?']).next(), rest),
            None => (None, rest),
        };
        let mut parts = rest.split(['?', '&']);
        let place = parts.next().unwrap_or_default();
        write!(f, "{scheme}://")?;
        if let Some(user) = user {
            write!(f, "{user}@")?;
        }
        match place.split_once(':') {
            // No port, so perhaps a password whose host was left out.
            Some((host, rest)) if !rest.starts_with(|c: char| c.is_ascii_digit()) => write!(f, "{host}")?,
            _ => write!(f, "{place}")?,
        }
        let shown = parts.filter(|part| SHOWN.iter().any(|name| part.starts_with(name)));
        shown.enumerate().try_for_each(|(n, part)| write!(f, "{}{part}", if n == 0 { '?' } else { '&' }))
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_without_its_password_even_a_wrong_one() {
        for (given, told) in [
            ("postgres://ann:secret@db:5433/desk", "postgres://ann@db:5433/desk"),
            ("postgresql://ann:sec@ret/secret@db/desk", "postgresql://ann@db/desk"),
            ("postgres://ann:sec?ret@db/desk", "postgres://ann@db/desk"),
            ("postgres://ann:secret/desk", "postgres://ann"),
            ("postgres://db/desk?user=ann&password=secret", "postgres://db/desk"),
            (
                "postgres://db/desk?password=secret&options=-csearch_path%3Dx",
                "postgres://db/desk?options=-csearch_path%3Dx",
            ),
            ("postgres://db/desk?user=ann@x&password=secret", "postgres://db@x"),
            ("postgres://ann@db/desk", "postgres://ann@db/desk"),
        ] {
            let location = Location::from(given);
            assert_eq!(location.to_string(), told);
            assert_eq!(format!("{location:?}"), format!("Server(Address({told}))"));
        }
    }

    #[test]
    fn anything_else_is_a_file() {
        for name in ["desk.db", "postgres", "./postgres:/x", "dir/postgres://x"] {
            assert_eq!(Location::from(name), Location::File(name.into()));
        }
    }
}
