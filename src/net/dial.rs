//! From a name to a connection.

use std::time::Duration;

use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::config::{Security, Server};

/// Why there is no connection, in words, by what the caller does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// Trying again later may help.
    Temporary(String),
    /// What was configured cannot be.
    Configuration(String),
}

/// Connects to a server, in that time at most. Where nothing will be encrypted, to this computer only, unless that is
/// allowed.
pub async fn dial(server: &Server, patience: Duration) -> Result<TcpStream, Unreachable> {
    let failed = |what: String| Unreachable::Temporary(format!("cannot connect: {what}"));
    let dialing = TcpStream::connect((server.host.trim_matches(['[', ']']), server.port));
    let stream = match timeout(patience, dialing).await {
        Ok(connected) => connected.map_err(|error| failed(error.to_string()))?,
        Err(_) => return Err(failed(format!("no answer for {patience:?}"))),
    };
    // Commands are small, and wait for their answers.
    let _ = stream.set_nodelay(true);
    let peer = stream.peer_addr().map_err(|error| failed(error.to_string()))?;
    if server.security == Security::None && !server.allow_unencrypted && !peer.ip().to_canonical().is_loopback() {
        let what = format!("it is at {}, and what is secret would go there unencrypted", peer.ip());
        return Err(Unreachable::Configuration(what));
    }
    Ok(stream)
}
