//! Statements that were sent and whose answers nobody has looked at yet: the server carries out one while the next is on its
//! way, and a way there and back is waited for once instead of for each.

use std::collections::VecDeque;
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio_postgres::Error;

use super::connection::wait;

/// Bytes that may be on their way at a time: what the server has not taken yet is kept in memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What a statement takes at least.
const LEAST_BYTES: usize = 1024;

type Answer = Pin<Box<dyn Future<Output = Result<u64, Error>>>>;

/// Statements on their way, in the order in which they were sent and are answered.
#[derive(Default)]
pub(super) struct Pipeline {
    sent: VecDeque<Sent>,
    bytes: usize,
}

struct Sent {
    answer: Answer,
    sql: String,
    bytes: usize,
}

/// A statement that failed, and why.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) sql: String,
}

impl Pipeline {
    /// Sends a statement. Where too much is on its way already, waits for the oldest; the failure is then one of those.
    pub(super) fn send(
        &mut self,
        sql: &str,
        bytes: usize,
        answer: impl Future<Output = Result<u64, Error>> + 'static,
    ) -> Result<(), Failed> {
        let mut answer: Answer = Box::pin(answer);
        // The driver sends at the first look. A connection that is gone answers at once.
        if let Poll::Ready(result) = answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            answer = Box::pin(ready(result));
        }
        let bytes = bytes + LEAST_BYTES;
        self.sent.push_back(Sent { answer, sql: sql.to_owned(), bytes });
        self.bytes += bytes;
        self.settle_down_to(MOST_BYTES)
    }

    /// Waits for every answer. The first failure, if there is one: whatever was sent after it failed because of it.
    pub(super) fn settle(&mut self) -> Result<(), Failed> {
        self.settle_down_to(0)
    }

    fn settle_down_to(&mut self, most: usize) -> Result<(), Failed> {
        while self.bytes > most {
            let Some(first) = self.sent.pop_front() else { break };
            self.bytes -= first.bytes;
            if let Err(error) = wait(first.answer) {
                *self = Pipeline::default();
                return Err(Failed { error, sql: first.sql });
            }
        }
        Ok(())
    }
}
