//! Where something is asked for by HTTP: URLs of a configuration.

use super::problem::Report;
use super::server::{Security, Server, is_loopback};
use super::table::{Placed, Table};

/// Characters of the longest URL that is taken.
const LONGEST: usize = 1000;

/// A URL (RFC 3986) with a server that TLS leads to; without TLS it is on this computer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    pub server: Server,
    /// Path and query, as they are asked for: `/token`.
    pub path: String,
}

impl std::fmt::Display for Endpoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = if self.server.security == Security::Implicit { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.authority(), self.path)
    }
}

impl Endpoint {
    /// Host and port as HTTP names them (RFC 9110 7.2): the port only where it is not the usual one.
    pub fn authority(&self) -> String {
        let Server { host, port, security, .. } = &self.server;
        let usual = if *security == Security::Implicit { 443 } else { 80 };
        if *port == usual { host.clone() } else { format!("{host}:{port}") }
    }

    /// The URL that `text` is, or what is wrong with it.
    pub fn parse(text: &str, ca_file: Option<&str>) -> Result<Self, &'static str> {
        let is_plain = |c: char| c.is_ascii_graphic() && !"\"<>\\^`{|}#@".contains(c);
        if text.len() > LONGEST || !text.chars().all(is_plain) {
            return Err("only the characters of a URL, no user and no `#`");
        }
        let (security, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (Security::Implicit, rest),
            (None, Some(rest)) => (Security::None, rest),
            (None, None) => return Err("it begins with https://"),
        };
        let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
        let (host, port) = match authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')) {
            Some((host, port)) => (host, port.parse().ok().filter(|port| *port > 0).ok_or("that is no port")?),
            None => (authority, if security == Security::Implicit { 443 } else { 80 }),
        };
        if host.is_empty() {
            return Err("the name of a server is missing");
        }
        if security == Security::None && !is_loopback(host) {
            return Err("what is secret would go there unencrypted: it begins with https://");
        }
        let server = Server {
            host: host.to_owned(),
            port,
            security,
            allow_unencrypted: false,
            ca_file: ca_file.map(str::to_owned),
        };
        let slash = if path.starts_with('/') { "" } else { "/" };
        Ok(Endpoint { server, path: format!("{slash}{path}") })
    }
}

/// Reads the URL at `key`, where it is there.
pub(super) fn read_endpoint(
    table: &mut Table,
    key: &'static str,
    ca_file: Option<&str>,
    report: &mut Report,
) -> Option<Endpoint> {
    let text: Placed<&str> = table.text(key, report)?;
    match Endpoint::parse(text.get_ref(), ca_file) {
        Ok(endpoint) => Some(endpoint),
        Err(hint) => {
            // There may be a password in it.
            let shown = if text.get_ref().contains('@') { "…" } else { text.get_ref() };
            report.error(text.span(), format!("`{shown}` is no URL for `{key}`"), hint);
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Option<(String, u16, String)> {
        let endpoint = Endpoint::parse(text, None).ok()?;
        Some((endpoint.server.host, endpoint.server.port, endpoint.path))
    }

    #[test]
    fn a_url_is_taken_apart_and_written_as_it_was() {
        let taken = |host: &str, port, path: &str| Some((host.to_owned(), port, path.to_owned()));
        assert_eq!(parsed("https://id.example.org/token"), taken("id.example.org", 443, "/token"));
        assert_eq!(parsed("https://id.example.org:8443/a?b=c"), taken("id.example.org", 8443, "/a?b=c"));
        assert_eq!(parsed("https://id.example.org?b=c"), taken("id.example.org", 443, "/?b=c"));
        assert_eq!(parsed("http://[::1]:8080/t"), taken("[::1]", 8080, "/t"));
        assert_eq!(parsed("http://[::1]"), taken("[::1]", 80, "/"));
        for text in ["https://id.example.org/t", "https://id.example.org:8443/t?a=b", "http://127.0.0.1:81/"] {
            assert_eq!(Endpoint::parse(text, None).unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_would_be_seen_by_others_or_is_no_url_is_refused() {
        for text in [
            "http://id.example.org/token",
            "http://127.0.0.1.example.org/",
            "ftp://localhost/",
            "id.example.org/token",
            "https:///token",
            "https://me@id.example.org/",
            "https://id.example.org/#a",
            "https://id.example.org:0/",
            "https://id.example.org:99999/",
            "https://id.example.org/a b",
            "https://id.example.org/\u{e9}",
        ] {
            assert_eq!(parsed(text), None, "{text}");
        }
    }
}
