//! Group commit: one thread takes the units that wait, carries them out in one transaction and answers all of them once
//! it is durable. Nothing waits for company: the time that one commit takes is what gathers the next batch.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;

use tokio::sync::{mpsc, oneshot};

use super::{Store, StoreError, Tx};

/// How much one transaction takes on, and how much may wait.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Units in one batch.
    pub units: usize,
    /// A batch that weighs this much takes no more.
    pub weight: usize,
    /// Units that may wait; whoever brings more waits with them.
    pub waiting: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // A batch of those who bring most (512), and what is noted beside it.
        Limits { units: 576, weight: 8 * 1024 * 1024, waiting: 1024 }
    }
}

/// The thread that writes. Units (`U`) must be re-runnable and without outside effect: a batch that fails is run again
/// in halves, then singly, so that one bad unit fails alone. Where all would fail (a full disk, a locked file), it stops:
/// every later unit gets the same error, although there may be room for a small one. Whoever brought it took for granted
/// that those before it are carried out. With a new writer it goes on.
pub struct GroupWriter<U, R> {
    /// `None` once closed.
    queue: Option<mpsc::Sender<Job<U, R>>>,
    thread: Option<JoinHandle<()>>,
}

struct Job<U, R> {
    unit: U,
    answer: oneshot::Sender<Result<R, StoreError>>,
}

/// The answer to a unit that was submitted.
pub struct Answer<R>(oneshot::Receiver<Result<R, StoreError>>);

impl<R> Answer<R> {
    /// Waits for the commit.
    pub async fn get(mut self) -> Result<R, StoreError> {
        self.ready().await
    }

    /// The same for whoever waits for other things too: it may be given up and called again until it has answered, once.
    pub async fn ready(&mut self) -> Result<R, StoreError> {
        (&mut self.0).await.unwrap_or(Err(StoreError::Closed))
    }

    /// The same on a thread that is not async.
    pub fn blocking_get(self) -> Result<R, StoreError> {
        self.0.blocking_recv().unwrap_or(Err(StoreError::Closed))
    }
}

impl<U: Send + 'static, R: Send + 'static> GroupWriter<U, R> {
    /// Starts the thread. `weight` says how many bytes a unit holds; `step` carries units out, one result each in their
    /// order, and may be called again with the same units: what it remembers must hold only what was committed.
    pub fn start(
        store: Store,
        limits: Limits,
        weight: impl Fn(&U) -> usize + Send + 'static,
        step: impl FnMut(&mut Tx<'_>, &[U]) -> Result<Vec<R>, StoreError> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (queue, waiting) = mpsc::channel(limits.waiting.max(1));
        let database = store.database.to_string();
        let work = move || serve(&store, limits, waiting, weight, step);
        let thread = std::thread::Builder::new().name("store-writer".to_owned()).spawn(work);
        let thread = thread.map_err(|error| StoreError::Other { database, what: format!("writer thread: {error}") })?;
        Ok(GroupWriter { queue: Some(queue), thread: Some(thread) })
    }

    /// Carries a unit out; returns once it is durable, or with what kept it from being.
    pub async fn write(&self, unit: U) -> Result<R, StoreError> {
        self.submit(unit).await?.get().await
    }

    /// Hands a unit over, waiting for room in the queue only.
    pub async fn submit(&self, unit: U) -> Result<Answer<R>, StoreError> {
        let (job, answer) = job(unit);
        self.queue()?.send(job).await.map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }

    /// Hands several over together, so that one batch takes them: each batch has costs of its own, and pages that many
    /// units change are written once. As [`GroupWriter::submit`] otherwise; one answer a unit, in their order.
    pub async fn submit_all(&self, units: Vec<U>) -> Result<Vec<Answer<R>>, StoreError> {
        let queue = self.queue()?;
        let mut answers = Vec::with_capacity(units.len());
        let mut units = units.into_iter().peekable();
        while units.peek().is_some() {
            let room = units.len().min(queue.max_capacity());
            for permit in queue.reserve_many(room).await.map_err(|_| StoreError::Closed)? {
                let Some(unit) = units.next() else { break };
                let (job, answer) = job(unit);
                permit.send(job);
                answers.push(answer);
            }
        }
        Ok(answers)
    }

    /// [`GroupWriter::submit`] on a thread that is not async.
    pub fn blocking_submit(&self, unit: U) -> Result<Answer<R>, StoreError> {
        let (job, answer) = job(unit);
        self.queue()?.blocking_send(job).map_err(|_| StoreError::Closed)?;
        Ok(answer)
    }

    fn queue(&self) -> Result<&mpsc::Sender<Job<U, R>>, StoreError> {
        self.queue.as_ref().ok_or(StoreError::Closed)
    }
}

impl<U, R> GroupWriter<U, R> {
    /// Finishes what waits, then ends the thread. Dropping does the same.
    pub fn close(self) {}
}

impl<U, R> Drop for GroupWriter<U, R> {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // Its panics are caught where they happen; there is nothing left to say about one here.
            let _ = thread.join();
        }
    }
}

fn job<U, R>(unit: U) -> (Job<U, R>, Answer<R>) {
    let (answer, receiver) = oneshot::channel();
    (Job { unit, answer }, Answer(receiver))
}

fn serve<U, R>(
    store: &Store,
    limits: Limits,
    mut waiting: mpsc::Receiver<Job<U, R>>,
    weight: impl Fn(&U) -> usize,
    mut step: impl FnMut(&mut Tx<'_>, &[U]) -> Result<Vec<R>, StoreError>,
) {
    let mut stopped: Option<StoreError> = None;
    while let Some(first) = waiting.blocking_recv() {
        let mut load = weight(&first.unit);
        let (mut units, mut answers) = (vec![first.unit], vec![first.answer]);
        while units.len() < limits.units && load < limits.weight {
            let Ok(next) = waiting.try_recv() else { break };
            load = load.saturating_add(weight(&next.unit));
            units.push(next.unit);
            answers.push(next.answer);
        }
        let mut results = Vec::with_capacity(units.len());
        match &stopped {
            Some(error) => results.extend(units.iter().map(|_| Err(error.clone()))),
            None => carry_out(store, &units, &mut step, &mut results),
        }
        stopped = stopped.or_else(|| failure_of_all(&results));
        for (answer, result) in answers.into_iter().zip(results) {
            // Whoever asked may be gone; the unit is carried out all the same.
            let _ = answer.send(result);
        }
    }
}

/// Carries the units out in one transaction, or, where that fails, in two halves. One result a unit, in order.
fn carry_out<U, R>(
    store: &Store,
    units: &[U],
    step: &mut impl FnMut(&mut Tx<'_>, &[U]) -> Result<Vec<R>, StoreError>,
    results: &mut Vec<Result<R, StoreError>>,
) {
    match attempt(store, units, step) {
        Ok(answers) => results.extend(answers.into_iter().map(Ok)),
        Err(error) if units.len() > 1 && error.may_be_of_one_unit() => {
            let (first, second) = units.split_at(units.len() / 2);
            carry_out(store, first, step, results);
            match failure_of_all(results) {
                Some(error) => results.extend(second.iter().map(|_| Err(error.clone()))),
                None => carry_out(store, second, step, results),
            }
        }
        Err(error) => results.extend(units.iter().map(|_| Err(error.clone()))),
    }
}

/// The error that kept one from being written and will keep all.
fn failure_of_all<R>(results: &[Result<R, StoreError>]) -> Option<StoreError> {
    results.iter().filter_map(|result| result.as_ref().err()).find(|error| !error.may_be_of_one_unit()).cloned()
}

/// One transaction. A panic counts as a failure; what the transaction did is rolled back either way.
fn attempt<U, R>(
    store: &Store,
    units: &[U],
    step: &mut impl FnMut(&mut Tx<'_>, &[U]) -> Result<Vec<R>, StoreError>,
) -> Result<Vec<R>, StoreError> {
    store.write(|tx| {
        let answers = catch_unwind(AssertUnwindSafe(|| step(tx, units)))
            .unwrap_or_else(|panic| Err(StoreError::Panicked(words_of(panic.as_ref()))))?;
        match answers.len() == units.len() {
            true => Ok(answers),
            false => Err(tx.mistaken(format!("{} units were given {} results", units.len(), answers.len()))),
        }
    })
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "without a message".to_owned())
}
