//! Replaying files: every mail goes through the same steps as one from a server, in order of arrival. Never sends, never
//! opens a connection.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::vec::IntoIter;

use tokio::task::JoinHandle;

use super::handle::{Engine, EngineError};
use super::mail::{Mail, Place, RawMail};
use super::unit::Outcome;
use crate::archive::Item;
use crate::domain::*;
use crate::store::Answer;

/// Mails that are taken from the disk and noted together: this many, or until they have so many bytes.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;
/// Mails that are decided and not yet reported. Bounds memory, not speed.
const UNREPORTED: usize = 512;
/// Units whose bytes may be in flight at once.
const BYTES_IN_FLIGHT: usize = 16 * 1024 * 1024;

/// A mail to replay, and where it counts as found.
#[derive(Debug, Clone)]
pub struct Source {
    pub item: Item,
    pub found_in: Arc<FoundIn>,
}

/// A folder of a mailbox, of which many mails are: by their names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundIn {
    pub mailbox: String,
    pub folder: String,
}

/// What became of a mail.
#[derive(Debug)]
pub struct Replayed {
    pub source: Source,
    pub result: Result<(Arc<Mail>, Outcome), String>,
}

/// How a replay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// With the last mail.
    Done,
    /// It was told to stop: so many mails are decided.
    Stopped { decided: usize },
}

/// Replays mails in the order given. `now`: when we got them; none of them arrived later than that, whatever it says.
/// `report` gets each in that order; one that could not be read at first is reported when its retries are over. Once
/// `stop` is set no more are begun, and what is on its way is decided.
pub async fn replay(
    engine: &Engine,
    mut sources: Vec<Source>,
    now: Timestamp,
    stop: &AtomicBool,
    mut report: impl FnMut(Replayed) -> anyhow::Result<()>,
) -> anyhow::Result<Ended> {
    for source in &mut sources {
        source.item.arrived_at = source.item.arrived_at.min(now);
    }
    let mut intake = engine.intake()?;
    let mut deciding: VecDeque<Waiting> = VecDeque::new();
    let mut pending: BTreeMap<DeliveryId, (Source, Arc<Mail>)> = BTreeMap::new();
    let mut files = Some(open(sources.into_iter()));
    let (mut in_flight, mut newest) = (0, Timestamp::default());
    let (mut decided, mut stopped) = (0, false);
    loop {
        if stop.load(Ordering::Relaxed) && !stopped {
            stopped = files.take().is_some() || intake.waiting() > 0;
            intake.stop();
        }
        // What is noted now is noted with what is decided now, and read after the next: its reading waits for nothing.
        while let Some(opening) = files.take_if(|_| intake.waiting() <= 2 * BATCH) {
            let (rest, batch) = opening.await?;
            files = (!rest.as_slice().is_empty()).then(|| open(rest));
            let mut mails = Vec::with_capacity(batch.len());
            for (source, raw) in batch {
                match raw {
                    Ok(raw) => mails.push((source, raw)),
                    Err(error) => {
                        let result = Err(format!("{}: {error}", source.item.name()));
                        report(Replayed { source, result })?;
                    }
                }
            }
            intake.bring(mails).await?;
        }
        let mails = intake.next().await?;
        if mails.is_empty() {
            if files.is_none() {
                break;
            }
            continue;
        }
        let mails: Vec<_> = mails.into_iter().map(|(source, mail)| (source, Arc::new(mail))).collect();
        let delivered = mails.iter().map(|(source, mail)| (mail.clone(), source.item.arrived_at));
        let answers = engine.deliver_all(delivered).await?;
        decided += answers.len();
        for ((source, mail), answer) in mails.into_iter().zip(answers) {
            newest = newest.max(source.item.arrived_at);
            in_flight += mail.weight();
            deciding.push_back(Waiting { source, mail, answer });
        }
        while deciding.len() > UNREPORTED || in_flight > BYTES_IN_FLIGHT {
            let Some(first) = deciding.pop_front() else { break };
            in_flight = in_flight.saturating_sub(first.mail.weight());
            first.settle(&mut pending, &mut report).await?;
        }
    }
    for waiting in deciding {
        waiting.settle(&mut pending, &mut report).await?;
    }
    intake.end().await?;
    if stopped {
        // What is due later is for the run that goes on.
        return Ok(Ended::Stopped { decided });
    }
    for outcome in engine.fire_timers(newest.plus(DAY)).await? {
        let settled = outcome.decision.kind.is_some();
        let found = outcome.decision.delivery.filter(|_| settled).and_then(|delivery| pending.remove(&delivery));
        if let Some((source, mail)) = found {
            report(Replayed { source, result: Ok((mail, outcome)) })?;
        }
    }
    Ok(Ended::Done)
}

type Opened = (IntoIter<Source>, Vec<(Source, std::io::Result<RawMail>)>);
type Opening = JoinHandle<Opened>;

/// Takes the bytes of the next mails from the disk.
fn open(mut sources: IntoIter<Source>) -> Opening {
    tokio::task::spawn_blocking(move || {
        let (mut batch, mut bytes) = (Vec::new(), 0);
        while batch.len() < BATCH && bytes < BATCH_BYTES {
            let Some(source) = sources.next() else { break };
            let place = Place {
                mailbox: source.found_in.mailbox.clone(),
                folder: source.found_in.folder.clone(),
                role: None,
                position: None,
                arrived_at: Some(source.item.arrived_at),
                history: false,
            };
            let raw = source.item.read().map(|raw| RawMail::new(raw, place));
            bytes += raw.as_ref().map_or(0, |raw| raw.bytes.len());
            batch.push((source, raw));
        }
        (sources, batch)
    })
}

struct Waiting {
    source: Source,
    mail: Arc<Mail>,
    answer: Answer<Outcome>,
}

impl Waiting {
    async fn settle(
        self,
        pending: &mut BTreeMap<DeliveryId, (Source, Arc<Mail>)>,
        report: &mut impl FnMut(Replayed) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let outcome = self.answer.get().await?;
        if let Some(refusal) = outcome.refused {
            return Err(EngineError::Refused(refusal).into());
        }
        match (outcome.decision.kind, outcome.decision.delivery) {
            (None, Some(delivery)) => {
                pending.insert(delivery, (self.source, self.mail));
                Ok(())
            }
            _ => report(Replayed { source: self.source, result: Ok((self.mail, outcome)) }),
        }
    }
}
