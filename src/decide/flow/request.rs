//! Webhooks: what is told to another program. The request is a row of the event that decided it; sending it is for others.

use std::collections::BTreeMap;

use serde::Serialize;

use super::act::Did;
use super::walk::Walk;
use crate::decide::deciding::Deciding;
use crate::domain::*;

/// What the request says.
#[derive(Serialize)]
struct Body<'b> {
    workflow: &'b str,
    record: RecordId,
    object: &'b str,
    /// Of a ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    number: Option<i64>,
    properties: BTreeMap<String, String>,
    at: String,
}

impl Deciding<'_> {
    /// Has another program told of the record.
    pub(super) fn request(&mut self, walk: &Walk<'_>, url: &str, secret: Option<&str>) -> Did {
        let Some(view) = self.view_of(walk.record) else { return Did::failed("the record is gone") };
        let body = Body {
            workflow: &walk.flow.name,
            record: walk.record,
            object: &view.object.name,
            number: self.ws.tickets.get(&walk.record).map(|ticket| ticket.number),
            properties: view.values.clone(),
            at: self.context.at.as_property(),
        };
        // Plain data: writing it cannot fail.
        let body = serde_json::to_string(&body).unwrap_or_default();
        let held = self.context.origin == Origin::Replay;
        let key = self.next_reference().to_string();
        let row = WebhookRow {
            id: self.id(),
            key,
            record: walk.record,
            event: self.context.seq,
            n: self.logged + 1,
            url: url.to_owned(),
            secret: secret.map(str::to_owned),
            body,
            state: if held { WebhookState::Held } else { WebhookState::Waiting },
            due_at: self.context.at,
            attempt: 0,
            lease_until: None,
            fence: 0,
        };
        self.change(Change::Webhook(row));
        match held {
            true => Did::skipped("a replay never sends"),
            false => Did::waiting(self.context.at),
        }
    }
}
