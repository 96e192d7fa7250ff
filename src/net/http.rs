//! One POST (RFC 9110, RFC 9112) over a connection of its own: bounded in bytes and time, redirects not followed.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use super::{Reach, Transport, Unreachable, dial_within, encrypt};
use crate::config::{Endpoint, Security};

/// Bytes of the longest answer that is read; and of its header.
const LONGEST: usize = 64 * 1024;

/// How much time a server gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For a connection, and the same again for TLS.
    pub connecting: Duration,
    /// For the whole answer.
    pub answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits { connecting: Duration::from_secs(15), answer: Duration::from_secs(30) }
    }
}

/// What is posted.
pub(crate) struct Post {
    pub content_type: &'static str,
    /// Further fields.
    pub fields: Vec<(&'static str, String)>,
    pub body: String,
}

/// What was answered.
pub(crate) struct Answered {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Posts something, to a server within that reach.
pub(crate) async fn post(
    endpoint: &Endpoint,
    post: Post,
    reach: Reach,
    limits: &Limits,
) -> Result<Answered, Unreachable> {
    let stream = dial_within(&endpoint.server, reach, limits.connecting).await?;
    let transport = match endpoint.server.security {
        Security::Implicit | Security::StartTls => encrypt(&endpoint.server, stream, limits.connecting).await?,
        Security::None => Transport::Plain(stream),
    };
    let asking = ask(transport, endpoint, post);
    let silent = || Unreachable::Temporary(format!("no answer for {:?}", limits.answer));
    timeout(limits.answer, asking).await.map_err(|_| silent())?
}

async fn ask(transport: Transport, endpoint: &Endpoint, post: Post) -> Result<Answered, Unreachable> {
    let failed = |error: hyper::Error| Unreachable::Temporary(format!("no answer of HTTP: {error}"));
    let mut request = Request::post(&endpoint.path)
        .header("host", endpoint.authority())
        .header("user-agent", concat!("ticketd/", env!("CARGO_PKG_VERSION")))
        .header("accept", "application/json")
        .header("content-type", post.content_type);
    for (name, value) in post.fields {
        request = request.header(name, value);
    }
    let request = request
        .body(Full::new(Bytes::from(post.body)))
        .map_err(|error| Unreachable::Configuration(format!("nothing can be asked there: {error}")))?;
    let mut builder = http1::Builder::new();
    let (mut sender, connection) =
        builder.max_buf_size(LONGEST).handshake(TokioIo::new(transport)).await.map_err(failed)?;
    let answering = async {
        let response = sender.send_request(request).await.map_err(failed)?;
        let status = response.status().as_u16();
        let body = Limited::new(response.into_body(), LONGEST).collect().await;
        let body = body.map_err(|error| Unreachable::Temporary(format!("its answer cannot be read: {error}")))?;
        Ok(Answered { status, body: body.to_bytes().to_vec() })
    };
    // What is said is said by whoever asked: that the connection ended may only mean that the answer is complete.
    let driving = async {
        let _ended = connection.await;
        std::future::pending::<Infallible>().await
    };
    tokio::select! {
        answered = answering => answered,
        never = driving => match never {},
    }
}
