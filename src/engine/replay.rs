//! Replaying files: every mail goes through the same steps as one from a server, in order of arrival. Never sends, never
//! opens a connection.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::handle::{Engine, EngineError};
use super::mail::{Mail, Place};
use super::unit::Outcome;
use crate::archive::Item;
use crate::domain::*;
use crate::store::Answer;

/// Mails that are read ahead, and decided but not yet reported. Bounds memory, not speed.
const AHEAD: usize = 8;
const UNREPORTED: usize = 256;
/// Units whose bytes may be in flight at once.
const BYTES_IN_FLIGHT: usize = 64 * 1024 * 1024;

/// A mail to replay, and where it counts as found.
#[derive(Debug, Clone)]
pub struct Source {
    pub item: Item,
    pub mailbox: String,
    pub folder: String,
}

/// What became of a mail.
#[derive(Debug)]
pub struct Replayed {
    pub source: Source,
    pub result: Result<(Arc<Mail>, Outcome), String>,
}

/// Replays mails in the order given. `report` gets each in that order; one that could not be read at first is reported
/// when its retries are over.
pub async fn replay(
    engine: &Engine,
    sources: Vec<Source>,
    mut report: impl FnMut(Replayed) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut reading = VecDeque::new();
    let mut deciding: VecDeque<Waiting> = VecDeque::new();
    let mut pending: BTreeMap<DeliveryId, (Source, Arc<Mail>)> = BTreeMap::new();
    let mut sources = sources.into_iter();
    let (mut in_flight, mut newest) = (0, Timestamp::default());
    loop {
        while reading.len() < AHEAD {
            let Some(source) = sources.next() else { break };
            let reader = engine.reader();
            reading.push_back(tokio::task::spawn_blocking(move || {
                let place = Place {
                    mailbox: source.mailbox.clone(),
                    folder: source.folder.clone(),
                    position: None,
                    arrived_at: Some(source.item.arrived_at),
                    history: false,
                };
                let mail = source.item.read().map(|raw| reader.mail(&raw, place));
                (source, mail)
            }));
        }
        let Some(next) = reading.pop_front() else { break };
        match next.await? {
            (source, Ok(mail)) => {
                let mail = Arc::new(mail);
                newest = newest.max(source.item.arrived_at);
                in_flight += mail.weight();
                let answer = engine.deliver(mail.clone(), source.item.arrived_at).await?;
                deciding.push_back(Waiting { source, mail, answer });
            }
            (source, Err(error)) => {
                let result = Err(format!("{}: {error}", source.item.name()));
                report(Replayed { source, result })?;
            }
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
    for outcome in engine.fire_timers(newest.plus(DAY)).await? {
        let settled = outcome.decision.kind.is_some();
        let found = outcome.decision.delivery.filter(|_| settled).and_then(|delivery| pending.remove(&delivery));
        if let Some((source, mail)) = found {
            report(Replayed { source, result: Ok((mail, outcome)) })?;
        }
    }
    Ok(())
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
