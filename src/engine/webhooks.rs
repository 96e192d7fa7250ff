//! Sends what workflows tell other programs: webhooks, signed as Standard Webhooks says (standardwebhooks.com). Each at
//! least once, with the same id over all tries.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;

use super::handle::{Engine, EngineError};
use super::unit::{Input, WebhookOrder};
use crate::compose::sign_webhook;
use crate::config::{Endpoint, Webhooks};
use crate::decide::Refusal;
use crate::domain::*;
use crate::net::{HttpLimits, Post, Reach, Secret, Unreachable, base64, load_secret, post};
use crate::store::webhooks;

/// Requests that are under way at a time.
const TOGETHER: i64 = 8;
/// How long a program may take for one before another takes it over: longer than a request takes.
const LEASE: Millis = 2 * MINUTE;

/// What sending takes.
#[derive(Debug, Clone)]
pub struct Way {
    pub config: Webhooks,
    pub limits: HttpLimits,
    pub clock: fn() -> Timestamp,
}

impl Way {
    /// With usual limits.
    pub fn new(config: Webhooks, clock: fn() -> Timestamp) -> Self {
        let limits = HttpLimits { connecting: Duration::from_secs(10), answer: Duration::from_secs(15) };
        Way { config, limits, clock }
    }
}

/// Sends what is due, until nothing is or `stop` is set. Gives how many requests were accepted, and how many were not.
pub async fn send_due(engine: &Engine, way: &Way, stop: &AtomicBool) -> Result<(u64, u64), EngineError> {
    let (mut accepted, mut others) = (0, 0);
    while !stop.load(Ordering::Relaxed) {
        let now = (way.clock)();
        let due = engine.store().read(|tx| webhooks::due(tx, now, TOGETHER))?;
        if due.is_empty() {
            break;
        }
        let ids = due.iter().map(|row| row.id).collect();
        let order = WebhookOrder::Lease { webhooks: ids, until: now.plus(LEASE) };
        let leased = engine.command(now, None, Input::Webhook(order)).await?.decision.changes;
        let mut under_way = JoinSet::new();
        for row in leased.into_iter().filter_map(leased_row) {
            let way = way.clone();
            under_way.spawn(async move { (row.id, row.fence, request(&way, &row).await) });
        }
        while let Some(ended) = under_way.join_next().await {
            let (webhook, fence, (verdict, said)) = ended.map_err(|panic| EngineError::NoThread(panic.to_string()))?;
            tracing::debug!(%webhook, %verdict, said, "a webhook was answered");
            let answer = WebhookAnswer { webhook, fence, verdict, said };
            let settled = engine.command((way.clock)(), None, Input::Webhook(WebhookOrder::Answer(answer))).await;
            match settled {
                Err(EngineError::Refused(Refusal::StaleLease)) => {}
                other => drop(other?),
            }
            match verdict {
                WebhookVerdict::Accepted => accepted += 1,
                WebhookVerdict::Later | WebhookVerdict::Refused => others += 1,
            }
        }
    }
    Ok((accepted, others))
}

/// The request that a lease gave to us.
fn leased_row(change: Change) -> Option<WebhookRow> {
    if let Change::Webhook(row) = change { Some(row) } else { None }
}

/// Sends one. What it came to, and why in words.
async fn request(way: &Way, row: &WebhookRow) -> (WebhookVerdict, String) {
    let refused = |why: String| (WebhookVerdict::Refused, why);
    let endpoint = match Endpoint::parse(&row.url, None) {
        Ok(endpoint) => endpoint,
        Err(hint) => return refused(format!("that is no URL for a request: {hint}")),
    };
    let timestamp = (way.clock)().0 / SECOND;
    let mut fields = vec![
        ("webhook-id", row.key.clone()),
        ("webhook-timestamp", timestamp.to_string()),
        ("idempotency-key", row.key.clone()),
    ];
    if let Some(name) = &row.secret {
        match secret(&way.config, name) {
            Ok(secret) => {
                let signature = sign_webhook(secret.reveal(), &row.key, timestamp, &row.body);
                fields.push(("webhook-signature", format!("v1,{}", base64(&signature))));
            }
            // It may be there in a moment, or tomorrow: the request waits.
            Err(why) => return (WebhookVerdict::Later, why),
        }
    }
    let reach = if way.config.allow_private { Reach::Anywhere } else { Reach::Public };
    let asked = Post { content_type: "application/json", fields, body: row.body.clone() };
    match post(&endpoint, asked, reach, &way.limits).await {
        Ok(answered) => verdict_of(answered.status),
        Err(Unreachable::Temporary(why)) => (WebhookVerdict::Later, why),
        Err(Unreachable::Configuration(why)) => refused(why),
    }
}

/// What a status means (RFC 9110 15): a request that was understood and refused is not sent again.
fn verdict_of(status: u16) -> (WebhookVerdict, String) {
    let said = format!("HTTP {status}");
    match status {
        200..=299 => (WebhookVerdict::Accepted, said),
        300..=399 => (WebhookVerdict::Refused, format!("{said}: redirects are not followed")),
        408 | 425 | 429 | 500..=599 => (WebhookVerdict::Later, said),
        _ => (WebhookVerdict::Refused, said),
    }
}

fn secret(config: &Webhooks, name: &str) -> Result<Secret, String> {
    let found = config.secrets.iter().find(|(known, _)| known == name);
    let (_, from) = found.ok_or_else(|| format!("there is no [[webhook_secret]] `{name}` on this machine"))?;
    load_secret(from).map_err(|error| error.to_string())
}
