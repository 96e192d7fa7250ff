//! What stands between the network and the reader of the protocol: the transport, and bounds on what may come over it.
//!
//! A reader of IMAP believes what a server says: a literal of so many bytes is waited for, and room is made for it. So the
//! bytes are counted here, on their way in. Each command says how much its answer may be; a literal that would exceed it is
//! refused before any of it is read. What is no literal is bounded for each response: a reader begins it anew whenever more
//! of it comes. Time is bounded by what comes: silence, and less than a least rate, end the connection.
//! Only time spent waiting counts: whoever reads slowly here is not the server's fault.

use std::io::{Error, ErrorKind};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use crate::net::Transport;

use super::limits::Limits;

/// Bytes that a response may have outside of its literals: some 20,000 UIDs fit into a line.
const LONGEST_TEXT: usize = 256 * 1024;
/// Opening parens in there. Its reader calls itself for some, and what is asked for here has two.
const MOST_PARENS: usize = 100;
/// Characters of a line's end that are looked at: `{4294967295+}` and CRLF.
const LONGEST_END: usize = 16;

/// A transport with its bounds.
#[derive(Debug)]
pub(super) struct Meter {
    transport: Transport,
    limits: Limits,
    /// Bytes that may still come.
    left: u64,
    /// Bytes of a literal that are still to come: no lines are looked for in them.
    literal: u64,
    /// The end of the line so far.
    end: Vec<u8>,
    /// Bytes of the response so far, outside of literals, and opening parens among them.
    text: usize,
    parens: usize,
    /// What came since the last command, and how long it was waited for.
    came: u64,
    waited: Duration,
    waiting: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
    /// No more than what was asked for: nothing behind a line is taken from the transport.
    byte_by_byte: bool,
    /// Silence is what is waited in: somebody else bounds it.
    patient: bool,
}

impl Meter {
    pub(super) fn new(transport: Transport, limits: Limits) -> Self {
        Meter {
            transport,
            limits,
            left: 0,
            literal: 0,
            end: Vec::new(),
            text: 0,
            parens: 0,
            came: 0,
            waited: Duration::ZERO,
            waiting: None,
            sleep: Box::pin(sleep(limits.silence)),
            byte_by_byte: false,
            patient: false,
        }
    }

    /// A command is sent, whose answer may have so many bytes.
    pub(super) fn allow(&mut self, bytes: u64) {
        self.left = bytes;
        self.came = 0;
        self.waited = Duration::ZERO;
    }

    /// From now on nothing is read ahead. A server's bytes that come too early are left to whatever takes the transport
    /// over: TLS makes nothing of them (the injection of RFC 9051 11.1 and CVE-2011-0411).
    pub(super) fn read_nothing_ahead(&mut self) {
        self.byte_by_byte = true;
    }

    /// From now on silence is nothing bad, or is again.
    pub(super) fn be_patient(&mut self, patient: bool) {
        self.patient = patient;
        self.waiting = None;
    }

    pub(super) fn transport(&self) -> &Transport {
        &self.transport
    }

    pub(super) fn into_transport(self) -> Transport {
        self.transport
    }

    /// Counts what came.
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Error> {
        let count = bytes.len() as u64;
        self.came += count;
        self.left = self.left.checked_sub(count).ok_or_else(too_much)?;
        while !bytes.is_empty() {
            if self.literal > 0 {
                let skipped = usize::try_from(self.literal).unwrap_or(usize::MAX).min(bytes.len());
                self.literal -= skipped as u64;
                bytes = bytes.get(skipped..).unwrap_or_default();
                continue;
            }
            let line_end = memchr::memchr(b'\n', bytes).map(|at| at + 1);
            let (line, rest) = bytes.split_at(line_end.unwrap_or(bytes.len()));
            self.count_text(line)?;
            let tail = line.get(line.len().saturating_sub(LONGEST_END)..).unwrap_or_default();
            self.end.extend_from_slice(tail);
            self.end.drain(..self.end.len().saturating_sub(LONGEST_END));
            if line_end.is_some() {
                let announced = announced(&self.end);
                self.literal = announced.unwrap_or_default();
                self.end.clear();
                if announced.is_none() {
                    // The response ends here.
                    (self.text, self.parens) = (0, 0);
                }
                // `left` counts from the end of what came; the rest of that may belong to the literal.
                if self.literal > self.left.saturating_add(rest.len() as u64) {
                    return Err(too_much());
                }
            }
            bytes = rest;
        }
        Ok(())
    }

    fn count_text(&mut self, text: &[u8]) -> Result<(), Error> {
        self.text += text.len();
        self.parens += memchr::memchr_iter(b'(', text).count();
        match self.text > LONGEST_TEXT || self.parens > MOST_PARENS {
            true => Err(too_much()),
            false => Ok(()),
        }
    }

    fn poll_silence(&mut self, cx: &mut Context<'_>) -> Poll<Error> {
        if self.patient {
            return Poll::Pending;
        }
        if self.waiting.is_none() {
            let now = Instant::now();
            self.waiting = Some(now);
            self.sleep.as_mut().reset(now + self.limits.silence);
        }
        ready!(Future::poll(self.sleep.as_mut(), cx));
        Poll::Ready(Error::new(ErrorKind::TimedOut, format!("nothing came for {:?}", self.limits.silence)))
    }

    /// The wait is over: whether it was worth it.
    fn waited(&mut self) -> Result<(), Error> {
        let Some(since) = self.waiting.take() else { return Ok(()) };
        self.waited += since.elapsed();
        let patience = self.limits.silence + Duration::from_secs(self.came) / self.limits.least_rate.max(1);
        match self.waited > patience {
            true => {
                let what = format!("it is too slow: {} bytes in {} s", self.came, self.waited.as_secs());
                Err(Error::new(ErrorKind::TimedOut, what))
            }
            false => Ok(()),
        }
    }
}

fn too_much() -> Error {
    Error::new(ErrorKind::InvalidData, "it sends more than was asked for")
}

/// The size of the literal that a line announces (RFC 9051 4.3).
fn announced(end: &[u8]) -> Option<u64> {
    let end = end.strip_suffix(b"\n")?;
    let end = end.strip_suffix(b"\r").unwrap_or(end).strip_suffix(b"}")?;
    let end = end.strip_suffix(b"+").unwrap_or(end);
    let digits = end.rsplit(|byte| *byte == b'{').next()?;
    if digits.len() == end.len() {
        return None;
    }
    // So many digits that they fit no number: more than is ever allowed.
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    all_digits.then(|| std::str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).unwrap_or(u64::MAX))
}

impl AsyncRead for Meter {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<std::io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let read = if this.byte_by_byte {
            let mut one = buf.take(1);
            let read = Pin::new(&mut this.transport).poll_read(cx, &mut one);
            let filled = one.filled().len();
            // What was read went into the same bytes.
            if filled > 0 {
                let byte = one.filled().first().copied().unwrap_or_default();
                buf.put_slice(&[byte]);
            }
            read
        } else {
            Pin::new(&mut this.transport).poll_read(cx, buf)
        };
        match read {
            Poll::Pending => this.poll_silence(cx).map(Err),
            Poll::Ready(Err(error)) => Poll::Ready(Err(error)),
            Poll::Ready(Ok(())) => {
                let came = buf.filled().get(before..).unwrap_or_default().to_vec();
                Poll::Ready(this.take(&came).and_then(|()| this.waited()))
            }
        }
    }
}

impl AsyncWrite for Meter {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<std::io::Result<usize>> {
        let this = &mut *self;
        match Pin::new(&mut this.transport).poll_write(cx, bytes) {
            Poll::Pending => this.poll_silence(cx).map(Err),
            Poll::Ready(written) => {
                this.waiting = None;
                Poll::Ready(written)
            }
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.transport).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<std::io::Result<()>> {
        Pin::new(&mut self.transport).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::announced;

    #[test]
    fn a_literal_is_announced_at_the_end_of_a_line() {
        for (line, size) in [
            ("* 1 FETCH (BODY[] {12}\r\n", Some(12)),
            ("{0+}\r\n", Some(0)),
            ("{7}\n", Some(7)),
            ("99999999999}\r\n", None),
            ("{99999999999999999999}\r\n", Some(u64::MAX)),
            ("* OK {a}\r\n", None),
            ("{}\r\n", None),
            ("12}\r\n", None),
        ] {
            assert_eq!(announced(line.as_bytes()), size, "{line}");
        }
    }
}
