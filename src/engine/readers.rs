//! The threads on which mails are read, and the watch over them: a reading that takes too long is answered for, its thread
//! left to itself and replaced, so that one mail is never in the way of the others.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::oneshot::{self, error::RecvError};

use super::handle::EngineError;
use super::mail::{Mail, RawMail, Reader};
use crate::domain::ContentDigest;

/// Mails that are read at a time, at least and at most. More than there are processors would only take turns.
const THREADS: std::ops::RangeInclusive<usize> = 2..=8;

/// Threads that may hang at a time. Each may hold a mail and whatever reading it took; beyond this many nothing is read
/// until the program is started again.
const MOST_LEFT: usize = 16;

/// Reads mails on threads of its own.
pub(super) struct Readers {
    reader: Reader,
    limit: Duration,
    /// Threads that work at a time.
    most: usize,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    more: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    /// Threads that wait for a job and were not woken, and all that work here. (One that wakes by itself is counted until
    /// somebody wakes it in vain.)
    idle: usize,
    threads: usize,
    /// Threads that were left to themselves and have not come back.
    left: usize,
    closed: bool,
}

struct Job {
    raw: RawMail,
    stage: Arc<Mutex<Stage>>,
    answer: oneshot::Sender<Mail>,
}

#[derive(Clone, Copy)]
enum Stage {
    Waiting,
    Since(Instant),
    Done,
    /// Nobody waits for it any more.
    Left,
}

impl Readers {
    /// No thread is started before there is something to read.
    pub fn new(reader: Reader, limit: Duration) -> Self {
        let most = std::thread::available_parallelism().map_or(1, usize::from).clamp(*THREADS.start(), *THREADS.end());
        Readers { reader, limit, most, shared: Arc::default() }
    }

    /// Begins to read a mail. `attempt`: the key of the attempt that ends once it is decided.
    pub fn start(&self, raw: RawMail, attempt: Option<ContentDigest>) -> Result<Started<'_>, EngineError> {
        let (answer, receiver) = oneshot::channel();
        let stage = Arc::new(Mutex::new(Stage::Waiting));
        let mut state = self.shared.lock();
        if state.left >= MOST_LEFT {
            return Err(EngineError::ReadersHang { left: state.left, limit: self.limit });
        }
        state.jobs.push_back(Job { raw: raw.clone(), stage: stage.clone(), answer });
        if state.jobs.len() > state.idle && state.threads < self.most {
            self.spawn(&mut state)?;
        }
        // Waking is a call to the system, whether somebody sleeps or not.
        let sleeps = state.idle > 0;
        state.idle = state.idle.saturating_sub(1);
        drop(state);
        if sleeps {
            self.shared.more.notify_one();
        }
        Ok(Started { readers: self, raw, attempt, stage, answer: receiver, read: None })
    }

    /// A mail that is not read, for this reason.
    pub fn unread(&self, raw: &RawMail, failure: String, given_up: bool) -> Mail {
        self.reader.unread(raw, failure, given_up)
    }

    fn spawn(&self, state: &mut State) -> Result<(), EngineError> {
        let (shared, reader) = (self.shared.clone(), self.reader.clone());
        let work = move || shared.work(&reader);
        match std::thread::Builder::new().name("mail-reader".to_owned()).spawn(work) {
            Ok(_) => {
                state.threads += 1;
                Ok(())
            }
            Err(_) if state.threads > 0 => Ok(()),
            Err(error) => Err(EngineError::NoThread(error.to_string())),
        }
    }

    /// Leaves a reading to itself; another thread takes the place of its. `false`: it is done after all.
    fn leave(&self, stage: &Mutex<Stage>) -> bool {
        let mut state = self.shared.lock();
        let mut stage = stage.lock().unwrap_or_else(PoisonError::into_inner);
        if !matches!(*stage, Stage::Since(_)) {
            return false;
        }
        *stage = Stage::Left;
        state.left += 1;
        state.threads -= 1;
        if !state.jobs.is_empty() {
            // Where no thread can be had now, the next mail asks for one again.
            let _ = self.spawn(&mut state);
        }
        true
    }
}

impl Drop for Readers {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.more.notify_all();
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads one mail after the other, until the engine is gone or this thread was left.
    fn work(&self, reader: &Reader) {
        while let Some(job) = self.next() {
            *job.stage.lock().unwrap_or_else(PoisonError::into_inner) = Stage::Since(Instant::now());
            // What panics in reading itself is caught there; this thread must survive the rest as well.
            let mail = catch_unwind(AssertUnwindSafe(|| reader.mail(&job.raw)))
                .unwrap_or_else(|_| reader.unread(&job.raw, "reading panicked".to_owned(), false));
            let mut state = self.lock();
            let mut stage = job.stage.lock().unwrap_or_else(PoisonError::into_inner);
            if matches!(*stage, Stage::Left) {
                state.left -= 1;
                return;
            }
            *stage = Stage::Done;
            drop((stage, state));
            // Whoever asked may be gone.
            let _ = job.answer.send(mail);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.lock();
        loop {
            if let Some(job) = state.jobs.pop_front() {
                return Some(job);
            }
            if state.closed {
                return None;
            }
            state.idle += 1;
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

/// A mail that is being read.
pub(super) struct Started<'r> {
    readers: &'r Readers,
    raw: RawMail,
    attempt: Option<ContentDigest>,
    stage: Arc<Mutex<Stage>>,
    answer: oneshot::Receiver<Mail>,
    /// What [`Started::soon`] found.
    read: Option<Result<Mail, RecvError>>,
}

impl Started<'_> {
    /// Waits for it, but not long: it may be behind others that hang.
    pub async fn soon(&mut self, patience: Duration) {
        if self.read.is_none() {
            self.read = tokio::time::timeout(patience, &mut self.answer).await.ok();
        }
    }

    /// Waits for it, but no longer than the limit from its beginning: then it counts as unreadable for now.
    pub async fn get(mut self) -> Mail {
        let limit = self.readers.limit;
        let read = loop {
            let stage = *self.stage.lock().unwrap_or_else(PoisonError::into_inner);
            let left = match stage {
                Stage::Since(since) => limit.saturating_sub(since.elapsed()),
                Stage::Waiting | Stage::Done | Stage::Left => limit,
            };
            if left.is_zero() && self.readers.leave(&self.stage) {
                break Err(format!("reading it took over {limit:?}"));
            }
            self.soon(left).await;
            if let Some(read) = self.read.take() {
                // Panics are caught: this is a mistake of ours.
                break read.map_err(|_| "the thread that read it ended".to_owned());
            }
        };
        let mail = read.unwrap_or_else(|failure| self.readers.unread(&self.raw, failure, false));
        Mail { attempt: self.attempt, ..mail }
    }
}
