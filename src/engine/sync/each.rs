//! The same done with several mailboxes, some at a time, each on its own.

use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::{AT_ONCE, Mailbox, Trouble};
use crate::engine::handle::EngineError;
use crate::imap::ImapError;

/// What came of one of them.
pub(super) struct Each<T> {
    /// Number of the mailbox, as they were given.
    pub mailbox: usize,
    /// As far as it went.
    pub found: T,
    /// What it ended with.
    pub error: Option<ImapError>,
}

/// Does it with each of these. Gives what came of them in their order; trouble with one keeps no other, trouble with the
/// store ends all.
pub(super) async fn each<T, W, D>(mailboxes: Vec<Mailbox>, work: W) -> anyhow::Result<Vec<Each<T>>>
where
    T: Send + 'static,
    W: Fn(Mailbox) -> D,
    D: Future<Output = (T, Result<(), Trouble>)> + Send + 'static,
{
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut tasks = JoinSet::new();
    for (index, mailbox) in mailboxes.into_iter().enumerate() {
        let (turns, doing) = (turns.clone(), work(mailbox));
        tasks.spawn(async move {
            // It is never closed.
            let _turn = turns.acquire().await;
            let (found, ended) = doing.await;
            (index, found, ended)
        });
    }
    let mut all = Vec::new();
    while let Some(ended) = tasks.join_next().await {
        let (mailbox, found, ended) = ended.map_err(|error| EngineError::NoThread(error.to_string()))?;
        let error = match ended {
            Ok(()) | Err(Trouble::Stopped) => None,
            Err(Trouble::Imap(error)) => Some(error),
            Err(Trouble::Store(error)) => return Err(error.into()),
        };
        all.push(Each { mailbox, found, error });
    }
    all.sort_by_key(|each| each.mailbox);
    Ok(all)
}
