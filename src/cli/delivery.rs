//! What `sync` and `outbox flush` share: the relays with their secrets, one pass over what is due, and what came of it.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use jiff::tz::TimeZone;
use serde_json::{Value, json};

use super::accounts::UNREADABLE;
use super::config_file::counted;
use super::database::wait_for;
use super::progress::progress;
use super::times::{local, now, rfc3339};
use super::{Code, Failure};
use crate::config::Config;
use crate::domain::Origin;
use crate::engine::Engine;
use crate::engine::access::{self, Access};
use crate::engine::delivery::{self, Delivered, Outlet, Step, Way};
use crate::smtp::{Cause, Limits, Signer, SmtpError};
use crate::store::{Store, outbox};

/// The relays of the configuration. What is wrong with their secrets and keys is said all at once.
pub(super) fn outlets(config: &Config, access: &Access) -> Result<Vec<Outlet>, Failure> {
    let (mut outlets, mut wrong) = (Vec::new(), Vec::new());
    for relay in &config.relays {
        if let Some(Err(error)) = relay.login.as_ref().map(|login| access::check(&config.oauth, &login.credential)) {
            wrong.push(format!("relay {}: {error}", relay.name));
        }
        match relay.dkim.as_ref().map(Signer::load).transpose() {
            Ok(signer) => {
                outlets.push(Outlet { relay: relay.clone(), signer: signer.map(Arc::new), access: access.clone() });
            }
            Err(error) => wrong.push(format!("relay {}: {error}", relay.name)),
        }
    }
    match wrong.is_empty() {
        true => Ok(outlets),
        false => Err(Failure::new(Code::Config, wrong.join("\n  "), UNREADABLE)),
    }
}

/// Delivers what is due and says what came of it, where anything is to be said. Gives the exit code that it means.
pub(super) fn deliver_due(
    store: &Store,
    outlets: &[Outlet],
    stop: &AtomicBool,
    json: bool,
    zone: &TimeZone,
) -> anyhow::Result<Code> {
    if outlets.is_empty() {
        let waiting = store.read(outbox::waiting)?;
        if waiting > 0 {
            let mut err = std::io::stderr().lock();
            writeln!(
                err,
                "ticketd: {} waiting in the outbox, and no relay that could take mail",
                counted(usize::try_from(waiting).unwrap_or(usize::MAX), "mail", "mails")
            )?;
            writeln!(err, "  add a [[relay]] with its host to the configuration (docs/sending.md)")?;
        }
        return Ok(Code::Success);
    }
    let engine = Engine::resume(store.clone(), Origin::Live)?;
    let delivered = wait_for(deliver(&engine, outlets, false, stop))??;
    tell(&delivered, store.read(outbox::waiting)?, json, zone)?;
    Ok(code_of(&delivered))
}

/// Delivers what is due, with a progress bar on a terminal.
pub(super) async fn deliver(
    engine: &Engine,
    outlets: &[Outlet],
    ignore_pauses: bool,
    stop: &AtomicBool,
) -> anyhow::Result<Delivered> {
    let bar = progress(0, false);
    let way = Way { outlets, limits: Limits::default(), clock: now, stop, ignore_pauses };
    let mut report = |step| match step {
        Step::Leased(sends) => bar.inc_length(u64::try_from(sends).unwrap_or_default()),
        Step::Settled => bar.inc(1),
    };
    let delivered = delivery::deliver(engine, &way, &mut report).await;
    bar.finish_and_clear();
    Ok(delivered?)
}

/// Says what came of it. `waiting`: sends that are in the outbox still.
pub(super) fn tell(delivered: &Delivered, waiting: u64, json: bool, zone: &TimeZone) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    match json {
        true => writeln!(out, "{}", as_json(delivered, waiting))?,
        false => writeln!(out, "outbox: {}", in_words(delivered, waiting))?,
    }
    drop(out);
    let mut err = std::io::stderr().lock();
    for (relay, error) in &delivered.troubles {
        writeln!(err, "ticketd: relay {relay}: {error}")?;
        if let Some(way_out) = way_out(error) {
            writeln!(err, "  {way_out}")?;
        }
    }
    for pause in &delivered.paused {
        let until = local(pause.until, zone);
        writeln!(err, "ticketd: relay {}: left alone until {until}, it refused us: {}", pause.relay, pause.why)?;
        writeln!(err, "  `ticketd outbox flush` tries it at once")?;
    }
    Ok(())
}

/// The exit code that the worst trouble means.
pub(super) fn code_of(delivered: &Delivered) -> Code {
    let troubles = delivered.troubles.iter().map(|(_, error)| match error.cause {
        Cause::Temporary => Code::TryLater,
        Cause::Auth | Cause::Relay => Code::NoPermission,
        Cause::Configuration => Code::Config,
    });
    let paused = delivered.paused.iter().map(|_| Code::NoPermission);
    troubles.chain(paused).max_by_key(|code| *code as u8).unwrap_or(Code::Success)
}

fn way_out(error: &SmtpError) -> Option<&'static str> {
    match error.cause {
        Cause::Temporary => None,
        Cause::Auth => {
            Some("correct `user` and the password (or consent) of that [[relay]], then `ticketd outbox flush`")
        }
        Cause::Relay => Some("the relay does not take our mail: ask whoever runs it, then `ticketd outbox flush`"),
        Cause::Configuration => Some("correct that [[relay]] (docs/sending.md)"),
    }
}

fn in_words(delivered: &Delivered, waiting: u64) -> String {
    let counts = [
        (delivered.sent, "sent"),
        (delivered.deferred, "to be tried again"),
        (delivered.failed, "failed"),
        (delivered.unknown, "with an unknown end"),
    ];
    let mut parts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if parts.is_empty() {
        parts.push("nothing sent".to_owned());
    }
    if waiting > 0 {
        parts.push(format!("{waiting} waiting"));
    }
    parts.join(", ")
}

fn as_json(delivered: &Delivered, waiting: u64) -> Value {
    let troubles =
        delivered.troubles.iter().map(|(relay, error)| json!({ "relay": relay, "message": error.to_string() }));
    let paused = delivered
        .paused
        .iter()
        .map(|pause| json!({ "relay": pause.relay, "until": rfc3339(pause.until), "message": pause.why }));
    json!({
        "outbox": {
            "sent": delivered.sent,
            "deferred": delivered.deferred,
            "failed": delivered.failed,
            "unknown": delivered.unknown,
            "waiting": waiting,
            "troubles": troubles.collect::<Vec<_>>(),
            "paused": paused.collect::<Vec<_>>(),
        }
    })
}
