//! Where what is fetched comes together: noted, read, decided, stored, in the order in which it came.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::error::TryRecvError;

use super::Progress;
use super::fetching::{Event, Held};
use crate::domain::Timestamp;
use crate::engine::handle::{Engine, EngineError};
use crate::engine::mail::{Mail, RawMail};
use crate::engine::unit::Outcome;
use crate::store::Answer;

/// Mails that are noted together.
const BATCH: usize = 64;
/// Mails that are decided and not yet reported.
const UNREPORTED: usize = 256;

/// A mail that was handed to the writer.
struct Deciding {
    mailbox: usize,
    mail: Arc<Mail>,
    answer: Answer<Outcome>,
    /// Kept until it is stored.
    held: Held,
}

/// Takes what comes until nobody fetches any more, or until `stop` is set; then what is on its way is decided.
pub(in crate::engine) async fn take(
    engine: &Engine,
    mut fetched: Receiver<Event>,
    clock: fn() -> Timestamp,
    stop: &AtomicBool,
    report: &mut impl FnMut(Progress) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut intake = engine.intake()?;
    let mut deciding: VecDeque<Deciding> = VecDeque::new();
    let mut open = true;
    while open || !intake.is_empty() {
        if open && stop.load(Ordering::Relaxed) {
            // Whoever fetches finds nobody there, and ends.
            fetched.close();
            open = false;
            intake.stop();
        }
        let mut batch: Vec<((usize, Held), RawMail)> = Vec::new();
        while open && intake.waiting() + batch.len() < BATCH {
            let event = match fetched.try_recv() {
                Ok(event) => Some(event),
                Err(TryRecvError::Disconnected) => None,
                // There is something to do meanwhile.
                Err(TryRecvError::Empty) if !intake.is_empty() || !batch.is_empty() => break,
                Err(TryRecvError::Empty) => {
                    settle(&mut deciding, 0, report).await?;
                    tokio::select! {
                        event = fetched.recv() => event,
                        () = told(stop) => break,
                    }
                }
            };
            match event {
                Some(Event::Found { mailbox, mails, oldest }) => {
                    report(Progress::Found { mailbox, mails, oldest })?;
                }
                Some(Event::Mail { mailbox, raw, held }) => batch.push(((mailbox, held), raw)),
                None => open = false,
            }
        }
        intake.bring(batch).await?;
        let mails: Vec<_> = intake.next().await?.into_iter().map(|(from, mail)| (from, Arc::new(mail))).collect();
        let now = clock();
        let answers = engine.deliver_all(mails.iter().map(|(_, mail)| (mail.clone(), now))).await?;
        for (((mailbox, held), mail), answer) in mails.into_iter().zip(answers) {
            deciding.push_back(Deciding { mailbox, mail, answer, held });
        }
        settle(&mut deciding, UNREPORTED, report).await?;
    }
    settle(&mut deciding, 0, report).await?;
    intake.end().await?;
    Ok(())
}

/// Waits for the answers until no more than `most` are open.
async fn settle(
    deciding: &mut VecDeque<Deciding>,
    most: usize,
    report: &mut impl FnMut(Progress) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    while deciding.len() > most {
        let Some(Deciding { mailbox, mail, answer, held }) = deciding.pop_front() else { break };
        let outcome = answer.get().await?;
        // Stored.
        drop(held);
        if let Some(refusal) = outcome.refused {
            return Err(EngineError::Refused(refusal).into());
        }
        report(Progress::Taken { mailbox, mail, outcome: Box::new(outcome) })?;
    }
    Ok(())
}

/// Ends once `stop` is set.
async fn told(stop: &AtomicBool) {
    while !stop.load(Ordering::Relaxed) {
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}
