//! The address of a server, and the password that goes with it.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::store::{Address, StoreError};

/// How long connecting may take, where the address does not say.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the network may leave what we sent unacknowledged.
const SILENCE: Duration = Duration::from_secs(60);
const DEFAULT_PORT: u16 = 5432;

/// How to connect. The password: that of the address, else of the environment (PGPASSWORD), else of the password file.
pub(super) fn config(address: &Address, database: &str) -> Result<Config, StoreError> {
    let cannot = |what: &str| StoreError::CannotOpen { database: database.to_owned(), what: what.to_owned() };
    // What the parser says could quote the password.
    let malformed = "an address is written postgres://USER:PASSWORD@HOST:PORT/NAME, with %40 for an @ in the password";
    let mut config: Config = address.secret().parse().map_err(|_| cannot(malformed))?;
    if config.get_hosts().is_empty() {
        return Err(cannot(malformed));
    }
    let here = config.get_hosts().iter().all(is_here);
    if !here && config.get_ssl_mode() != SslMode::Disable {
        return Err(cannot(
            "TLS to a server elsewhere is not there yet; write ?sslmode=disable behind the address to go without, over a \
             network that nobody else reads",
        ));
    }
    if config.get_connect_timeout().is_none() {
        config.connect_timeout(CONNECT_TIMEOUT);
    }
    // A machine that went away without a word is noticed in the end.
    if config.get_tcp_user_timeout().is_none() {
        config.tcp_user_timeout(SILENCE).keepalives_idle(SILENCE / 2);
    }
    if config.get_application_name().is_none() {
        config.application_name("ticketd");
    }
    if config.get_password().is_none()
        && let Some(password) = std::env::var("PGPASSWORD").ok().or_else(|| from_file(&config))
    {
        config.password(password);
    }
    Ok(config)
}

/// Whether a host is this machine.
fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => name == "localhost" || name.parse().is_ok_and(|ip: std::net::IpAddr| ip.is_loopback()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// The password in the file that PostgreSQL's own programs read: PGPASSFILE, else ~/.pgpass.
fn from_file(config: &Config) -> Option<String> {
    let path = std::env::var_os("PGPASSFILE")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(std::env::var_os("HOME")?).join(".pgpass")))?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // As those programs do: what others can read is no secret.
        if std::fs::metadata(&path).ok()?.permissions().mode() & 0o077 != 0 {
            tracing::warn!(path = %path.display(), "left unread: others may read it; chmod 600 it");
            return None;
        }
    }
    let host = match config.get_hosts().first()? {
        Host::Tcp(name) => name.as_str(),
        #[cfg(unix)]
        Host::Unix(_) => "localhost",
    };
    let port = config.get_ports().first().copied().unwrap_or(DEFAULT_PORT).to_string();
    let user = config.get_user().unwrap_or_default();
    let name = config.get_dbname().unwrap_or(user);
    find(&std::fs::read_to_string(path).ok()?, [host, &port, name, user])
}

/// The password of the first line that fits: `host:port:database:user:password`, `*` for any, `\` before `:` and `\`.
fn find(text: &str, wanted: [&str; 4]) -> Option<String> {
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let fields = fields(line);
        let (password, names) = fields.split_last().filter(|(_, names)| names.len() == wanted.len())?;
        let fits = names.iter().zip(wanted).all(|(name, wanted)| name == "*" || name == wanted);
        fits.then(|| password.clone())
    })
}

/// Up to five fields: a password may have `:` in it as it is.
fn fields(line: &str) -> Vec<String> {
    let (mut fields, mut chars) = (vec![String::new()], line.chars());
    while let Some(c) = chars.next() {
        let c = match c {
            ':' if fields.len() < 5 => {
                fields.push(String::new());
                continue;
            }
            '\\' => chars.next().unwrap_or(c),
            c => c,
        };
        if let Some(field) = fields.last_mut() {
            field.push(c);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_file_is_read_as_postgresql_reads_it() {
        let text = "# ours\nother:5432:desk:ann:no\nlocalhost:*:desk:ann:a\\:b\\\\c:d\n*:*:*:*:any\n";
        assert_eq!(find(text, ["localhost", "5433", "desk", "ann"]).as_deref(), Some("a:b\\c:d"));
        assert_eq!(find(text, ["localhost", "5433", "desk", "bo"]).as_deref(), Some("any"));
        assert_eq!(find("localhost:5432:desk:ann", ["localhost", "5432", "desk", "ann"]), None);
    }
}
