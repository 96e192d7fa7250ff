//! One POST (RFC 9110, RFC 9112) over a connection of its own: bounded in bytes and time, redirects not followed.

use std::convert::Infallible;
use std::time::Duration;

use http_body_util::{BodyExt, Full, Limited};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::time::timeout;

use crate::config::{Endpoint, Security};
use crate::net::{Transport, Unreachable, dial, encrypt};

/// Bytes of the longest answer that is read; and of its header.
const LONGEST: usize = 64 * 1024;

/// How much time a token server gets.
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

/// What was answered.
pub(super) struct Answered {
    pub status: u16,
    pub body: Vec<u8>,
}

/// Posts a form. `authorization`: the field of that name.
pub(super) async fn post(
    endpoint: &Endpoint,
    form: String,
    authorization: Option<String>,
    limits: &Limits,
) -> Result<Answered, Unreachable> {
    let stream = dial(&endpoint.server, limits.connecting).await?;
    let transport = match endpoint.server.security {
        Security::Implicit | Security::StartTls => encrypt(&endpoint.server, stream, limits.connecting).await?,
        Security::None => Transport::Plain(stream),
    };
    let asking = ask(transport, endpoint, form, authorization);
    let silent = || Unreachable::Temporary(format!("no answer for {:?}", limits.answer));
    timeout(limits.answer, asking).await.map_err(|_| silent())?
}

async fn ask(
    transport: Transport,
    endpoint: &Endpoint,
    form: String,
    authorization: Option<String>,
) -> Result<Answered, Unreachable> {
    let failed = |error: hyper::Error| Unreachable::Temporary(format!("no answer of HTTP: {error}"));
    let mut request = Request::post(&endpoint.path)
        .header("host", endpoint.authority())
        .header("user-agent", concat!("ticketd/", env!("CARGO_PKG_VERSION")))
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(authorization) = authorization {
        request = request.header("authorization", authorization);
    }
    let request = request
        .body(Full::new(Bytes::from(form)))
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
