//! A send, once its bytes exist: they are built once, when it is queued.

use crate::domain::*;

/// What composing gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Composed {
    /// Without angle brackets. `None` when nothing could be composed: the send has failed.
    pub message_id: Option<String>,
    /// Why not, then.
    pub failure: Option<String>,
    pub subject: String,
    /// Content digest, by which its echo is recognised.
    pub digest: ContentDigest,
    /// Digest and size of the bytes.
    pub raw: ContentDigest,
    pub size: i64,
}

/// The changes that make a planned send a message.
pub fn queued(ws: &Workspace, plan: &SendPlan, composed: &Composed) -> Vec<Change> {
    let date = Some(plan.at);
    let key = composed.raw.dated_key(date);
    let content = ContentRow { id: plan.content, key, digest: composed.raw, size: composed.size };
    let message = MessageRow {
        id: plan.message,
        delivery: None,
        content: plan.content,
        id_key: composed.message_id.as_deref().map(LookupKey::of),
        message_id: composed.message_id.clone(),
        digest_key: composed.digest.dated_key(date),
        digest: composed.digest,
        author: Some(plan.from),
        subject: composed.subject.clone(),
        date,
        arrived_at: plan.at,
        kind: plan.purpose.kind(),
        thread: Some(plan.thread),
        ticket: plan.ticket,
        contact: None,
        parent: plan.parent,
        team: true,
        altered: false,
        automatic: plan.purpose.is_automated(),
        history: false,
        review: None,
        event: plan.event,
    };
    let mut changes = vec![Change::Content(content), Change::Message(message)];
    if composed.failure.is_some() {
        changes.extend(failed(ws, plan));
    }
    let answers = plan.purpose != SendPurpose::Forward;
    if let Some(thread) = ws.threads.get(&plan.thread).filter(|_| answers) {
        changes.push(Change::Thread(ThreadRow { newest: plan.message, ..thread.clone() }));
    }
    changes
}

/// Nothing goes out, and whoever looks at the ticket must see that.
fn failed(ws: &Workspace, plan: &SendPlan) -> Vec<Change> {
    let send = ws.sends.get(&plan.send).map(|send| SendRow { state: SendState::Failed, ..send.clone() });
    let ticket = plan.ticket.and_then(|ticket| ws.tickets.get(&ticket)).filter(|ticket| ticket.flag.is_none());
    let ticket = ticket.map(|ticket| TicketRow { flag: Some(Flag::SendFailed), ..ticket.clone() });
    send.map(Change::Send).into_iter().chain(ticket.map(Change::Ticket)).collect()
}

/// Notes that a send could not be composed: no effect says that it was queued, and the action of a workflow has failed.
pub fn note_failure(decision: &mut Decision, send: SendId, why: &str) -> Vec<Change> {
    let explanation = &mut decision.explanation;
    for effect in explanation.effects.iter_mut().filter(|effect| effect.send == Some(send)) {
        effect.outcome = EffectResult::Failed;
    }
    explanation.failed.push(FailedSend { send, why: why.to_owned() });
    let failed = decision.changes.iter().filter_map(|change| match change {
        Change::Action(row) if row.send == Some(send) => {
            let (outcome, reason) = (ActionOutcome::Failed, Some(why.to_owned()));
            Some(Change::Action(ActionRow { outcome, reason, ..row.clone() }))
        }
        _ => None,
    });
    failed.collect()
}
