//! Delivery: what is due in the outbox goes out over a relay, once as far as SMTP can promise that.
//!
//! A send is leased, durably, before any relay hears of it ([`handing`]); what a relay answered is written under that
//! lease. What was leased by a program that ended is unknown, and goes out again under the same Message-ID, or waits for a
//! person where the relay's `on_unknown` says so. Each connection has a task of its own ([`carrier`]); all of them together
//! keep to the relay's limits. The relays are tried in their order: what the first cannot take the next one may.

mod answers;
mod carrier;
mod envelope;
mod handing;
mod pace;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::access::Access;
use super::handle::{Engine, EngineError};
use super::unit::Input;
use crate::config::{OnUnknown, Relay};
use crate::domain::*;
use crate::net::oauth::Ending;
use crate::smtp::{Cause, Limits, Signer, SmtpError};
use crate::store::StoreError;
use crate::store::outbox::{self, RelayPause};

/// For how long a relay is left alone that refuses us: asked again and again it would lock the account.
const PAUSE: Millis = 30 * MINUTE;

/// A relay, what signs the mail that goes over it, and what it is logged in with.
#[derive(Debug, Clone)]
pub struct Outlet {
    pub relay: Relay,
    pub signer: Option<Arc<Signer>>,
    pub access: Access,
}

impl Outlet {
    /// What is known to end of what its login needs, the earliest first.
    pub fn endings(&self) -> Result<Vec<Ending>, StoreError> {
        match &self.relay.login {
            Some(login) => self.access.endings(&login.credential, &login.user),
            None => Ok(Vec::new()),
        }
    }
}

/// What became of the outbox in one pass.
#[derive(Debug, Clone, Default)]
pub struct Delivered {
    /// Sends that nothing is left to do about, and a relay has.
    pub sent: u64,
    /// To be tried again later, for some recipient.
    pub deferred: u64,
    /// Refused for good, for some recipient.
    pub failed: u64,
    /// Nobody knows whether a relay has them.
    pub unknown: u64,
    /// Relays that could not be used, and why.
    pub troubles: Vec<(String, SmtpError)>,
    /// Relays that were left alone because they refused us before.
    pub paused: Vec<RelayPause>,
}

/// What happens meanwhile.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// So many sends more are on their way.
    Leased(usize),
    /// What became of one of them is known.
    Settled,
}

/// How delivery goes about it.
pub struct Way<'w> {
    pub outlets: &'w [Outlet],
    pub limits: Limits,
    pub clock: fn() -> Timestamp,
    /// Once set, nothing more is begun; what is on its way is finished.
    pub stop: &'w AtomicBool,
    /// Relays that refused us before are tried all the same.
    pub ignore_pauses: bool,
}

/// Delivers until nothing is due any more, or no relay takes anything. Whoever calls holds the lock on delivering from this
/// database ([`crate::store::instance`]).
pub async fn deliver(engine: &Engine, way: &Way<'_>, report: &mut impl FnMut(Step)) -> Result<Delivered, EngineError> {
    let mut delivered = Delivered::default();
    lapse(engine, way).await?;
    let pauses = match way.ignore_pauses {
        true => Vec::new(),
        false => engine.store().read(|tx| outbox::pauses(tx, (way.clock)()))?,
    };
    for outlet in way.outlets {
        let now = (way.clock)();
        let nothing_due = engine.store().read(|tx| outbox::due(tx, now, 1))?.is_empty();
        if nothing_due || way.stop.load(Ordering::Relaxed) {
            break;
        }
        if let Some(pause) = pauses.iter().find(|pause| pause.relay == outlet.relay.name) {
            delivered.paused.push(pause.clone());
            continue;
        }
        let trouble = handing::hand_over(engine, way, outlet, &mut delivered, report).await?;
        remember(engine, way, outlet, trouble.as_ref())?;
        delivered.troubles.extend(trouble.map(|error| (outlet.relay.name.clone(), error)));
    }
    Ok(delivered)
}

/// What an earlier program was handing over when it ended: nobody else does, for the lock is ours.
async fn lapse(engine: &Engine, way: &Way<'_>) -> Result<(), EngineError> {
    let sends = engine.store().read(outbox::sending)?;
    if sends.is_empty() {
        return Ok(());
    }
    tracing::warn!(sends = sends.len(), "an earlier run ended while it was sending");
    let hold = way.outlets.iter().any(|outlet| outlet.relay.on_unknown == OnUnknown::Hold);
    engine.command((way.clock)(), None, Input::Lapse { sends, hold }).await?;
    Ok(())
}

/// A relay that refuses us is left alone for a while; one that took something is not any more.
fn remember(engine: &Engine, way: &Way<'_>, outlet: &Outlet, trouble: Option<&SmtpError>) -> Result<(), EngineError> {
    let (relay, since) = (outlet.relay.name.clone(), (way.clock)());
    match trouble {
        Some(error) if error.cause != Cause::Temporary => {
            tracing::error!(relay, %error, "a relay refuses us and is left alone for a while");
            let pause = RelayPause { relay, since, until: since.plus(PAUSE), why: error.to_string() };
            engine.store().write(|tx| outbox::pause(tx, &pause))?;
        }
        Some(error) => tracing::warn!(relay, %error, "a relay cannot be used"),
        None => engine.store().write(|tx| outbox::resume(tx, &relay))?,
    }
    Ok(())
}
