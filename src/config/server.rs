//! How a server is reached: the keys that `[mailbox.imap]` and `[[relay]]` have in common.

use super::problem::Report;
use super::table::{Placed, Table};
use crate::domain::text_enum::text_enum;

/// Where a server is, and how the connection to it is encrypted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// A name, or an address of the network; one of IPv6 may stand in brackets.
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// `Security::None` is for this computer only unless this is set.
    pub allow_unencrypted: bool,
    /// PEM file with the authorities that are trusted instead of the system's.
    pub ca_file: Option<String>,
}

impl std::fmt::Display for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

text_enum! {
    /// How the connection is encrypted.
    Security {
        /// TLS from the first byte (RFC 8314).
        Implicit = "implicit",
        /// TLS after the command STARTTLS: refused without it.
        StartTls = "starttls",
        None = "none",
    }
}

/// What a protocol does by default, and how it is spoken of.
pub(super) struct Ports {
    /// A name such a server may have.
    pub(super) example: &'static str,
    pub(super) security: Security,
    /// The port of implicit TLS.
    pub(super) implicit: u16,
    pub(super) other: u16,
    pub(super) hint: &'static str,
    /// What would be seen by others without encryption.
    pub(super) carried: &'static str,
}

/// Reads `host`, `port`, `tls`, `allow_unencrypted` and `ca_file`.
pub(super) fn read_server(table: &mut Table, ports: &Ports, report: &mut Report) -> Server {
    let example = format!("host = \"{}\"", ports.example);
    let host = table.needed_text("host", &example, report).map(|host| read_host(&host, ports, report));
    let host = host.unwrap_or_default();
    let (security, allow_unencrypted) = read_security(table, &host, ports, report);
    let port = read_port(table, ports, report);
    Server {
        port: port.unwrap_or(if security == Security::Implicit { ports.implicit } else { ports.other }),
        host,
        security,
        allow_unencrypted,
        ca_file: table.text("ca_file", report).map(|path| path.get_ref().to_string()),
    }
}

fn read_host(host: &Placed<&str>, ports: &Ports, report: &mut Report) -> String {
    let name = *host.get_ref();
    if name.contains(|c: char| c.is_whitespace() || c == '/' || c == '@') {
        let hint = format!("only the name of the server: \"{}\"; the port has a key of its own", ports.example);
        report.error(host.span(), format!("`{name}` is no name of a server"), hint);
    }
    name.to_owned()
}

/// The key `tls`, and whether no encryption is all right.
fn read_security(table: &mut Table, host: &str, ports: &Ports, report: &mut Report) -> (Security, bool) {
    let words: Vec<_> = Security::ALL.iter().map(|word| word.as_str()).collect();
    let place = table.place_of("tls").map(|(_, place)| place);
    let security = table.word("tls", &words, report).unwrap_or(ports.security);
    let allowed = table.flag("allow_unencrypted", report).unwrap_or(false);
    if let Some(place) = place.filter(|_| security == Security::None && !allowed && !is_loopback(host)) {
        let hint = "use \"implicit\" or \"starttls\"; where the network between is yours, say allow_unencrypted = true";
        report.error(place, format!("{} would go to {host} unencrypted", ports.carried), hint);
    }
    (security, allowed)
}

/// Whether that is this computer, by its name alone.
pub(super) fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.trim_matches(['[', ']']).parse::<core::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn read_port(table: &mut Table, ports: &Ports, report: &mut Report) -> Option<u16> {
    let (number, place) = table.number("port", report)?;
    let port = u16::try_from(number).ok().filter(|port| *port > 0);
    if port.is_none() {
        report.error(place, format!("{number} is no port"), ports.hint);
    }
    port
}
