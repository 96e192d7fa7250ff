//! Statements that were sent and whose answers nobody has looked at yet: the server carries out one while the next is on its
//! way, and a way there and back is waited for once instead of for each.
//!
//! Answers are taken in the order in which they come: the driver keeps only the beginning of one that nobody takes, and
//! then reads nothing more from the server. To wait for a later one first is to wait for ever.

use std::collections::{BTreeMap, VecDeque};
use std::future::ready;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use tokio_postgres::{Error, Row};

use super::connection::wait;

/// Bytes that may be on their way at a time: what the server has not taken yet is kept in memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// What a statement takes at least.
const LEAST_BYTES: usize = 1024;

type Answer = Pin<Box<dyn Future<Output = Result<Vec<Row>, Error>>>>;

/// Statements on their way, in the order in which they were sent and are answered.
#[derive(Default)]
pub(super) struct Pipeline {
    sent: VecDeque<Sent>,
    bytes: usize,
    /// How many questions there were.
    questions: usize,
    /// What questions were answered, until that is fetched.
    answers: BTreeMap<usize, Vec<Row>>,
}

struct Sent {
    sql: String,
    bytes: usize,
    answer: Answer,
    /// Its number, where it is a question.
    question: Option<usize>,
}

/// A statement that failed, and why.
pub(super) struct Failed {
    pub(super) error: Error,
    pub(super) sql: String,
}

impl Pipeline {
    /// Sends a statement that gives no rows.
    pub(super) fn send(
        &mut self,
        sql: &str,
        bytes: usize,
        done: impl Future<Output = Result<u64, Error>> + 'static,
    ) -> Result<(), Failed> {
        let answer = async { done.await.map(|_| Vec::new()) };
        self.push(Sent { sql: sql.to_owned(), bytes: bytes + LEAST_BYTES, answer: Box::pin(answer), question: None })
    }

    /// Sends a question; gives the number by which its answer is fetched.
    pub(super) fn ask(
        &mut self,
        sql: &str,
        bytes: usize,
        rows: impl Future<Output = Result<Vec<Row>, Error>> + 'static,
    ) -> Result<usize, Failed> {
        self.questions += 1;
        let question = Some(self.questions);
        self.push(Sent { sql: sql.to_owned(), bytes: bytes + LEAST_BYTES, answer: Box::pin(rows), question })?;
        Ok(self.questions)
    }

    /// The answer to a question, once.
    pub(super) fn answer(&mut self, question: usize) -> Result<Vec<Row>, Failed> {
        if !self.answers.contains_key(&question) {
            self.settle()?;
        }
        Ok(self.answers.remove(&question).unwrap_or_default())
    }

    /// Waits for every answer, one after the other. The first failure, if there is one: what was sent after it failed because
    /// of it.
    pub(super) fn settle(&mut self) -> Result<(), Failed> {
        self.settle_down_to(0)
    }

    /// Where too much is on its way already, waits for the oldest; a failure is one of those, or its own.
    fn push(&mut self, mut sent: Sent) -> Result<(), Failed> {
        // The driver sends at the first look. What is answered at once most likely never left: the connection is gone, or a
        // value is none that the statement takes. The server knows nothing of that, and would commit all the rest.
        let mut most = MOST_BYTES;
        if let Poll::Ready(answer) = sent.answer.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            sent.answer = Box::pin(ready(answer));
            most = 0;
        }
        self.bytes += sent.bytes;
        self.sent.push_back(sent);
        self.settle_down_to(most)
    }

    fn settle_down_to(&mut self, most: usize) -> Result<(), Failed> {
        while self.bytes > most {
            let Some(first) = self.sent.pop_front() else { break };
            self.bytes -= first.bytes;
            match (wait(first.answer), first.question) {
                (Ok(rows), Some(question)) => drop(self.answers.insert(question, rows)),
                (Ok(_), None) => {}
                (Err(error), _) => {
                    self.sent.clear();
                    self.bytes = 0;
                    return Err(Failed { error, sql: first.sql });
                }
            }
        }
        Ok(())
    }
}
