//! The outbox: what becomes of a send on its way out. A lease gives it to one program at a time; what a relay answered
//! settles each recipient for itself (RFC 5321 4.2.1, 4.5.4.1).
//!
//! What a relay took may be lost to us all the same: between the final dot and the answer a connection can end, and a
//! program can between a lease and its result. Such a send is *unknown*; sent again it has the same Message-ID, by which a
//! repeat is recognised.

use super::deciding::Deciding;
use super::refusal::Refusal;
use crate::domain::*;

/// Pauses before a deferred send is tried again. Together somewhat more than five days (RFC 5321 4.5.4.1 wants four or
/// five); then it has failed.
const PAUSES: [Millis; 13] =
    [MINUTE, 5 * MINUTE, 15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 8 * HOUR, 12 * HOUR, DAY, DAY, DAY, DAY];

/// A program takes sends, to hand them to a relay until `until`. Those that are not due any more are left out.
pub fn lease(d: &mut Deciding<'_>, sends: &[SendId], until: Timestamp) {
    for row in rows(d, sends).filter(|row| is_waiting(row.state) && row.due_at <= d.context.at).collect::<Vec<_>>() {
        let (state, lease_until, fence) = (SendState::Sending, Some(until), row.fence + 1);
        d.change(Change::Send(SendRow { state, lease_until, fence, ..row }));
    }
}

/// A program gives leases back without having sent anything: no relay could be reached. It counts as no attempt.
pub fn release(d: &mut Deciding<'_>, leases: &[(SendId, i64)], due_at: Timestamp) {
    for (send, fence) in leases {
        let Some(row) = leased(d, *send, *fence) else { continue };
        let recipients: Vec<_> = d.ws.recipients_of(*send).map(|row| row.state).collect();
        let state = waiting_state(&recipients);
        d.change(Change::Send(SendRow { state, due_at, lease_until: None, ..row }));
    }
}

/// The program that held these leases ended: each of the sends may have left. `hold`: a person decides about them.
pub fn lapse(d: &mut Deciding<'_>, sends: &[SendId], hold: bool) {
    let lapsed: Vec<SendRow> = rows(d, sends).filter(|row| row.state == SendState::Sending).collect();
    if !lapsed.is_empty() {
        d.decision.explanation.evidence.push(Evidence::DispatchLapsed);
    }
    for row in lapsed {
        for recipient in open_recipients(d, row.id) {
            d.change(Change::Recipient(RecipientRow { state: RecipientState::Unknown, ..recipient }));
        }
        let due_at = if hold { Timestamp::NEVER } else { d.context.at };
        // Whoever held the lease comes too late from now on.
        let fence = row.fence + 1;
        d.change(Change::Send(SendRow { state: SendState::Unknown, due_at, lease_until: None, fence, ..row }));
    }
}

/// A relay answered. Refused where the lease is not the one under which it was asked.
pub fn dispatched(d: &mut Deciding<'_>, dispatch: &Dispatch) -> Result<(), Refusal> {
    let row = leased(d, dispatch.send, dispatch.fence).ok_or(Refusal::StaleLease)?;
    d.decision.message = Some(row.message);
    d.decision.ticket = row.ticket;
    let attempt = row.attempt + 1;
    let pause = usize::try_from(row.attempt).ok().and_then(|tried| PAUSES.get(tried)).copied();
    for answer in &dispatch.answers {
        settle(d, &row, answer, pause.is_none());
    }
    d.decision.explanation.evidence.push(evidence(dispatch));
    let recipients: Vec<_> = d.ws.recipients_of(row.id).map(|recipient| recipient.state).collect();
    let state = state_after(&recipients);
    let due_at = match state {
        SendState::Unknown if dispatch.hold_unknown => Timestamp::NEVER,
        _ => d.context.at.plus(pause.unwrap_or_default()),
    };
    let failed: Vec<_> =
        dispatch.answers.iter().filter(|answer| has_failed(d, row.id, answer.address)).cloned().collect();
    d.change(Change::Send(SendRow { state, attempt, due_at, lease_until: None, ..row.clone() }));
    if !failed.is_empty() {
        d.send_failed(row.id);
    }
    for answer in failed {
        d.tell_author(row.id, answer.address, answer.words, None);
    }
    Ok(())
}

/// A person orders something about a send.
pub fn order(d: &mut Deciding<'_>, send: SendId, order: OutboxOrder) -> Result<(), Refusal> {
    let row = d.ws.sends.get(&send).cloned().ok_or(Refusal::NoSend)?;
    // A send fails for a recipient, or because it has no bytes.
    let composed = row.state != SendState::Failed || any_failed(d, send);
    match (row.state, order) {
        (SendState::Held, _) => return Err(Refusal::HeldByReplay),
        (SendState::Sending, _) => return Err(Refusal::BeingSent),
        (SendState::Sent, OutboxOrder::Retry) if open_recipients(d, send).is_empty() && !any_failed(d, send) => {
            return Err(Refusal::SendIsOver(row.state));
        }
        (SendState::Sent, OutboxOrder::Now | OutboxOrder::Cancel) => return Err(Refusal::SendIsOver(row.state)),
        (SendState::Failed | SendState::Cancelled, OutboxOrder::Now | OutboxOrder::Cancel) => {
            return Err(Refusal::SendIsOver(row.state));
        }
        _ if !composed => return Err(Refusal::NotComposed),
        _ => {}
    }
    d.decision.message = Some(row.message);
    d.decision.ticket = row.ticket;
    d.decision.explanation.evidence.push(Evidence::OutboxOrdered { order, user: d.context.actor });
    let (due_at, fence) = (d.context.at, row.fence + 1);
    match order {
        OutboxOrder::Now => d.change(Change::Send(SendRow { due_at, fence, ..row })),
        OutboxOrder::Retry => {
            for recipient in not_accepted(d, send) {
                d.change(Change::Recipient(RecipientRow { state: RecipientState::Pending, ..recipient }));
            }
            d.change(Change::Send(SendRow { state: SendState::Queued, due_at, fence, attempt: 0, ..row }));
        }
        OutboxOrder::Cancel => {
            for recipient in open_recipients(d, send) {
                d.change(Change::Recipient(RecipientRow { state: RecipientState::Cancelled, ..recipient }));
            }
            d.change(Change::Send(SendRow { state: SendState::Cancelled, fence, ..row }));
        }
    }
    Ok(())
}

/// What the answer means for its recipient. `last`: it is not tried again.
fn settle(d: &mut Deciding<'_>, send: &SendRow, answer: &RelayAnswer, last: bool) {
    let Some(row) = d.ws.recipients.get(&(send.id, answer.address)).cloned() else { return };
    let state = match answer.verdict {
        RelayVerdict::Accepted => RecipientState::Accepted,
        RelayVerdict::Refused => RecipientState::Failed,
        RelayVerdict::Deferred if last => RecipientState::Failed,
        RelayVerdict::Deferred => RecipientState::Deferred,
        RelayVerdict::Unknown => RecipientState::Unknown,
    };
    let (status, words) = (answer.status.clone(), Some(answer.words.clone()));
    d.change(Change::Recipient(RecipientRow { state, status, answer: words, ..row }));
    // 5.1.X: the address is none (RFC 3463 3.2). Other refusals may be about us, or about the mail.
    let no_address = answer.status.as_deref().is_some_and(|status| status.starts_with("5.1."));
    if answer.verdict == RelayVerdict::Refused && no_address {
        d.mark_address(answer.address, BounceClass::Hard);
    }
}

fn evidence(dispatch: &Dispatch) -> Evidence {
    let count = |verdict| {
        let matching = dispatch.answers.iter().filter(|answer| answer.verdict == verdict).count();
        i64::try_from(matching).unwrap_or(i64::MAX)
    };
    Evidence::Dispatched {
        relay: dispatch.relay.clone(),
        accepted: count(RelayVerdict::Accepted),
        deferred: count(RelayVerdict::Deferred),
        refused: count(RelayVerdict::Refused),
        unknown: count(RelayVerdict::Unknown),
    }
}

/// The state of a send whose recipients are in these states: the least settled of them says it.
fn state_after(recipients: &[RecipientState]) -> SendState {
    let any = |state| recipients.contains(&state);
    if any(RecipientState::Unknown) {
        SendState::Unknown
    } else if any(RecipientState::Deferred) || any(RecipientState::Pending) {
        SendState::Deferred
    } else if recipients.iter().any(|state| was_accepted(*state)) {
        SendState::Sent
    } else {
        SendState::Failed
    }
}

/// The state of a send that waits, after a lease that led to nothing.
fn waiting_state(recipients: &[RecipientState]) -> SendState {
    match state_after(recipients) {
        SendState::Deferred if recipients.iter().all(|state| *state == RecipientState::Pending) => SendState::Queued,
        state => state,
    }
}

fn was_accepted(state: RecipientState) -> bool {
    matches!(state, RecipientState::Accepted | RecipientState::SoftBounced | RecipientState::HardBounced)
}

/// A state in which a lease may be taken.
fn is_waiting(state: SendState) -> bool {
    matches!(state, SendState::Queued | SendState::Deferred | SendState::Unknown)
}

fn rows(d: &Deciding<'_>, sends: &[SendId]) -> impl Iterator<Item = SendRow> {
    sends.iter().filter_map(|send| d.ws.sends.get(send)).cloned()
}

fn leased(d: &Deciding<'_>, send: SendId, fence: i64) -> Option<SendRow> {
    d.ws.sends.get(&send).filter(|row| row.state == SendState::Sending && row.fence == fence).cloned()
}

/// The recipients that are not settled.
fn open_recipients(d: &Deciding<'_>, send: SendId) -> Vec<RecipientRow> {
    let open = |row: &&RecipientRow| {
        matches!(row.state, RecipientState::Pending | RecipientState::Deferred | RecipientState::Unknown)
    };
    d.ws.recipients_of(send).filter(open).cloned().collect()
}

/// The recipients for whom no relay took it.
fn not_accepted(d: &Deciding<'_>, send: SendId) -> Vec<RecipientRow> {
    d.ws.recipients_of(send).filter(|row| !was_accepted(row.state)).cloned().collect()
}

fn any_failed(d: &Deciding<'_>, send: SendId) -> bool {
    d.ws.recipients_of(send).any(|row| row.state == RecipientState::Failed)
}

fn has_failed(d: &Deciding<'_>, send: SendId, address: AddressId) -> bool {
    d.ws.recipients.get(&(send, address)).is_some_and(|row| row.state == RecipientState::Failed)
}

impl Deciding<'_> {
    /// A send did not reach a recipient, for good: whoever looks at the ticket sees it.
    pub(super) fn send_failed(&mut self, send: SendId) {
        let ticket = self.ws.sends.get(&send).and_then(|send| send.ticket);
        let ticket = ticket.and_then(|ticket| self.ws.tickets.get(&ticket)).filter(|ticket| ticket.flag.is_none());
        if let Some(ticket) = ticket.cloned() {
            self.change(Change::Ticket(TicketRow { flag: Some(Flag::SendFailed), ..ticket }));
        }
    }

    /// An address gave mail back.
    pub(super) fn mark_address(&mut self, address: AddressId, class: BounceClass) {
        let row = self.ws.addresses.get(&address).filter(|row| row.bounced != Some(BounceClass::Hard)).cloned();
        if let Some(row) = row {
            self.change(Change::Address(AddressRow { bounced: Some(class), ..row }));
        }
    }
}
