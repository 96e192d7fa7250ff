//! What becomes of a webhook. A lease gives it to one program at a time; until somebody has answered it is sent again, with
//! the same id, so that who gets it twice can tell.

use crate::decide::deciding::Deciding;
use crate::decide::refusal::Refusal;
use crate::domain::*;

/// Pauses before a request that got no answer, or one that may change, is sent again; then it has failed.
const PAUSES: [Millis; 6] = [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR, DAY];

/// A program takes requests, to send them until `until`. Those that are not due any more are left out.
pub fn lease_webhooks(d: &mut Deciding<'_>, webhooks: &[WebhookId], until: Timestamp) {
    let at = d.context.at;
    for id in webhooks {
        let row = d.ws.webhooks.get(id).cloned();
        let is_free = |row: &WebhookRow| row.lease_until.is_none_or(|until| until <= at);
        if let Some(row) = row.filter(|row| is_due(row) && row.due_at <= at && is_free(row)) {
            let (state, lease_until, fence) = (WebhookState::Sending, Some(until), row.fence + 1);
            d.change(Change::Webhook(WebhookRow { state, lease_until, fence, ..row }));
        }
    }
}

/// Somebody answered, or nobody did. Refused where the lease is not the one under which it was sent.
pub fn webhook_answered(d: &mut Deciding<'_>, answer: &WebhookAnswer) -> Result<(), Refusal> {
    let row = d.ws.webhooks.get(&answer.webhook).cloned();
    let is_leased = |row: &WebhookRow| row.state == WebhookState::Sending && row.fence == answer.fence;
    let row = row.filter(is_leased).ok_or(Refusal::StaleLease)?;
    d.decision.ticket = Some(row.record);
    let pause = usize::try_from(row.attempt).ok().and_then(|tried| PAUSES.get(tried)).copied();
    let (state, due_at) = match (answer.verdict, pause) {
        (WebhookVerdict::Accepted, _) => (WebhookState::Done, row.due_at),
        (WebhookVerdict::Later, Some(pause)) => (WebhookState::Waiting, d.context.at.plus(pause)),
        (WebhookVerdict::Later, None) | (WebhookVerdict::Refused, _) => (WebhookState::Failed, row.due_at),
    };
    let row = WebhookRow { state, due_at, attempt: row.attempt + 1, lease_until: None, ..row };
    note(d, &row, &answer.said);
    d.change(Change::Webhook(row));
    Ok(())
}

/// A user has a request that failed sent again, from the beginning.
pub(super) fn send_again(d: &mut Deciding<'_>, row: WebhookRow) {
    let at = d.context.at;
    let row = WebhookRow { state: WebhookState::Waiting, due_at: at, attempt: 0, lease_until: None, ..row };
    note(d, &row, "asked for again");
    d.change(Change::Webhook(row));
}

/// The action says what became of it.
fn note(d: &mut Deciding<'_>, webhook: &WebhookRow, said: &str) {
    let Some(action) = d.ws.actions.get(&(webhook.event, webhook.n)).cloned() else { return };
    let (outcome, reason) = match webhook.state {
        WebhookState::Done => (ActionOutcome::Done, said.to_owned()),
        WebhookState::Failed => (ActionOutcome::Failed, said.to_owned()),
        WebhookState::Waiting | WebhookState::Sending | WebhookState::Held => {
            (ActionOutcome::Waiting, webhook.due_at.as_property())
        }
    };
    d.change(Change::Action(ActionRow { outcome, reason: Some(reason), ..action }));
}

fn is_due(row: &WebhookRow) -> bool {
    matches!(row.state, WebhookState::Waiting | WebhookState::Sending)
}
