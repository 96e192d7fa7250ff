//! Mails on their way in: noted before they are read, read several at a time, given out in the order in which they came.
//! Every mail that is found anywhere comes this way.
//!
//! An attempt to read is noted before the reading begins, so that even a mail that ends the program is quarantined after
//! three of them. Mails that are read together are noted together, in the transaction that carries out what came before
//! them. Where an earlier run left such a note behind, each of its mails is read alone, with a note of its own. Whoever
//! kills the program three times may hit the same sound mail each time: so a mail that is to be given up is first read in a
//! process of its own ([`super::apart`]), and given up only if that ends too. (Two
//! programs that read mail into one database at a time would each find the other's notes, and read more alone than they
//! need to: slower, no worse.)

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::handle::{Engine, EngineError};
use super::mail::{Mail, RawMail};
use super::readers::Started;
use super::unit::Outcome;
use crate::domain::ContentDigest;
use crate::store::attempts::{self, Unfinished};
use crate::store::{Answer, waiting};

/// Mails that are read ahead of the one that is asked for.
const AHEAD: usize = 16;
/// Of these so many are waited for at a time: being woken for each costs as much as reading a short one. But no longer than
/// that.
const WAITED_FOR: usize = 8;
const PATIENCE: Duration = Duration::from_millis(50);
/// Mails that are given out together at most, and bytes after which no more are.
const TOGETHER: usize = 512;
const TOGETHER_BYTES: usize = 4 * 1024 * 1024;

/// Attempts that may end the program before a mail is quarantined unread, where a process of its own does not survive
/// reading it either, or cannot be had.
pub(super) const MOST_ATTEMPTS: i64 = 3;

/// The same where reading it is survived elsewhere: then it may be what follows on reading that ends the program.
pub(super) const MOST_ATTEMPTS_OF_SOUND: i64 = 10;

/// Mails on their way in. `T`: what whoever brings a mail wants back with it.
pub struct Intake<'e, T> {
    engine: &'e Engine,
    /// What earlier runs did not end.
    unfinished: Unfinished,
    groups: VecDeque<Group<T>>,
    reading: VecDeque<(T, Started<'e>)>,
    /// Why no more can be read: told once what was read before is given out.
    failed: Option<EngineError>,
    /// What was brought and is not to be read any more.
    stopped: VecDeque<Group<T>>,
}

enum Group<T> {
    Together(Together<T>),
    /// An earlier attempt to read it did not end.
    Alone(T, RawMail),
    /// The same content is in quarantine.
    Never(T, RawMail),
}

struct Together<T> {
    mails: VecDeque<(T, RawMail)>,
    key: ContentDigest,
    noted: Noted,
}

enum Noted {
    No,
    Soon(Answer<Outcome>),
    Yes,
}

impl<'e, T> Intake<'e, T> {
    pub(super) fn new(engine: &'e Engine) -> Result<Self, EngineError> {
        let unfinished = engine.store().write(attempts::take_over)?;
        let (groups, reading, stopped) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Ok(Intake { engine, unfinished, groups, reading, failed: None, stopped })
    }

    /// Mails that were brought and are not being read yet.
    pub fn waiting(&self) -> usize {
        let mails = |group: &Group<T>| if let Group::Together(group) = group { group.mails.len() } else { 1 };
        self.groups.iter().map(mails).sum()
    }

    /// Whether nothing will come out until more is brought.
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.reading.is_empty()
    }

    /// Brings mails, in their order.
    pub async fn bring(&mut self, mails: impl IntoIterator<Item = (T, RawMail)>) -> Result<(), EngineError> {
        let mails: Vec<(T, RawMail)> = mails.into_iter().collect();
        let digests: Vec<ContentDigest> = mails.iter().map(|(_, raw)| raw.digest).collect();
        let unreadable = self.engine.store().read(|tx| waiting::unreadable_of(tx, &digests))?;
        let mut together: VecDeque<(T, RawMail)> = VecDeque::new();
        for (tag, raw) in mails {
            let alone = if unreadable.contains(&raw.digest) {
                Group::Never(tag, raw)
            } else if self.unfinished.contains_key(&raw.digest) {
                Group::Alone(tag, raw)
            } else {
                together.push_back((tag, raw));
                continue;
            };
            self.group(std::mem::take(&mut together)).await?;
            self.groups.push_back(alone);
        }
        self.group(together).await
    }

    async fn group(&mut self, mails: VecDeque<(T, RawMail)>) -> Result<(), EngineError> {
        if mails.is_empty() {
            return Ok(());
        }
        let digests: Vec<ContentDigest> = mails.iter().map(|(_, raw)| raw.digest).collect();
        let key = attempts::key_of(&digests);
        // Behind one that may end the program they would be suspected with it.
        let suspect = self.groups.iter().any(|group| matches!(group, Group::Alone(..)));
        let noted = if suspect { Noted::No } else { Noted::Soon(self.engine.note(digests).await?) };
        self.groups.push_back(Group::Together(Together { mails, key, noted }));
        Ok(())
    }

    /// The next mails, read; to be handed over before those after them are asked for. None: all that was brought has been
    /// given out.
    pub async fn next(&mut self) -> Result<Vec<(T, Mail)>, EngineError> {
        let (mut mails, mut bytes) = (Vec::new(), 0);
        while mails.len() < TOGETHER && bytes < TOGETHER_BYTES && self.failed.is_none() {
            self.failed = self.read_ahead().await.err();
            if mails.len().is_multiple_of(WAITED_FOR)
                && let Some((_, last)) = self.reading.get_mut(WAITED_FOR - 1)
            {
                last.soon(PATIENCE).await;
            }
            let Some((tag, started)) = self.reading.pop_front() else { break };
            let mail = started.get().await;
            bytes += mail.weight();
            mails.push((tag, mail));
        }
        if mails.is_empty() {
            if let Some(error) = self.failed.take() {
                return Err(error);
            }
            // Alone means alone.
            mails.extend(self.alone().await?);
        }
        Ok(mails)
    }

    /// Begins to read what may be read together.
    async fn read_ahead(&mut self) -> Result<(), EngineError> {
        while self.reading.len() < AHEAD {
            let Some(Group::Together(group)) = self.groups.front_mut() else { break };
            match group.mails.pop_front() {
                Some((tag, raw)) => {
                    group.note(self.engine, raw.digest).await?;
                    let attempt = group.mails.is_empty().then_some(group.key);
                    self.reading.push_back((tag, self.engine.readers().start(raw, attempt)?));
                }
                None => drop(self.groups.pop_front()),
            }
        }
        Ok(())
    }

    /// Begins to read nothing more. What is being read still comes out.
    pub fn stop(&mut self) {
        self.stopped.append(&mut self.groups);
    }

    /// Forgets the attempts that were noted for what was not read, once all else is decided: nobody tried. And those that an
    /// earlier run left of mails that were decided then: they were noted together with others, and are not brought again.
    /// What would end the program was not among them, for it came to this end.
    pub async fn end(self) -> Result<(), EngineError> {
        let mut keys = Vec::new();
        for group in self.stopped {
            let Group::Together(Together { key, noted, .. }) = group else { continue };
            match noted {
                Noted::No => continue,
                Noted::Soon(answer) => drop(answer.get().await?),
                Noted::Yes => {}
            }
            keys.push(key);
        }
        let left: BTreeSet<ContentDigest> = self.unfinished.into_keys().collect();
        if !keys.is_empty() || !left.is_empty() {
            self.engine.store().write(|tx| {
                attempts::forget(tx, keys.iter().copied())?;
                attempts::forget_decided(tx, &left)
            })?;
        }
        Ok(())
    }

    async fn alone(&mut self) -> Result<Option<(T, Mail)>, EngineError> {
        Ok(match self.groups.pop_front() {
            Some(Group::Alone(tag, raw)) => {
                self.unfinished.remove(&raw.digest);
                // What was given out before is decided first: its attempts are over, whatever this one does.
                self.engine.note(Vec::new()).await?.get().await?;
                Some((tag, self.engine.read_alone(raw).await?))
            }
            Some(Group::Never(tag, raw)) => {
                let failure = "the same content is in quarantine".to_owned();
                Some((tag, self.engine.readers().unread(&raw, failure, true)))
            }
            Some(Group::Together(_)) | None => None,
        })
    }
}

impl<T> Together<T> {
    /// Sees to it that all of them are noted, durably. `first`: the one that was taken out.
    async fn note(&mut self, engine: &Engine, first: ContentDigest) -> Result<(), EngineError> {
        let noted = match std::mem::replace(&mut self.noted, Noted::Yes) {
            Noted::Yes => return Ok(()),
            Noted::Soon(answer) => answer,
            Noted::No => {
                let digests = std::iter::once(first).chain(self.mails.iter().map(|(_, raw)| raw.digest));
                engine.note(digests.collect()).await?
            }
        };
        noted.get().await?;
        Ok(())
    }
}
