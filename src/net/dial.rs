//! From a name to a connection.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use super::public::is_public;
use crate::config::{Security, Server};

/// Why there is no connection, in words, by what the caller does about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreachable {
    /// Trying again later may help.
    Temporary(String),
    /// What was configured cannot be.
    Configuration(String),
}

/// How far a name may lead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    Anywhere,
    /// To no address of this computer or of a private network: the name was given by somebody who may not know, or
    /// should not see, what is there.
    Public,
}

/// Connects to a server, in that time at most. Where nothing will be encrypted, to this computer only, unless that is
/// allowed.
pub async fn dial(server: &Server, patience: Duration) -> Result<TcpStream, Unreachable> {
    dial_within(server, Reach::Anywhere, patience).await
}

/// The same, within that reach. The address that was judged is the one that is connected to.
pub(crate) async fn dial_within(server: &Server, reach: Reach, patience: Duration) -> Result<TcpStream, Unreachable> {
    let failed = |what: String| Unreachable::Temporary(format!("cannot connect: {what}"));
    let stream = match timeout(patience, connect(server, reach)).await {
        Ok(connected) => connected?,
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

async fn connect(server: &Server, reach: Reach) -> Result<TcpStream, Unreachable> {
    let failed = |error: std::io::Error| Unreachable::Temporary(format!("cannot connect: {error}"));
    let name = (server.host.trim_matches(['[', ']']), server.port);
    if reach == Reach::Anywhere {
        return TcpStream::connect(name).await.map_err(failed);
    }
    let found: Vec<SocketAddr> = lookup_host(name).await.map_err(failed)?.collect();
    let may: Vec<SocketAddr> = found.iter().copied().filter(|address| is_public(address.ip())).collect();
    if let Some(inside) = found.first().map(SocketAddr::ip).filter(|_| may.is_empty()) {
        return Err(Unreachable::Configuration(not_public(inside)));
    }
    TcpStream::connect(may.as_slice()).await.map_err(failed)
}

fn not_public(address: IpAddr) -> String {
    format!(
        "it is at {address}, which is not on the internet: allow_private = true in [webhooks] lets requests go there"
    )
}
