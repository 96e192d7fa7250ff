//! The delivery of a mail: its place in a folder, and what happens to one that cannot be read.

use super::deciding::Deciding;
use super::quarantine::copies;
use super::refusal::Refusal;
use crate::domain::*;

/// Pauses before a mail that could not be read is tried again; after the last try it is quarantined.
const RETRY_AFTER: [Millis; 2] = [MINUTE, 10 * MINUTE];

/// Enters an arrival: the folder's cursor moves, and the delivery exists.
pub fn receive(d: &mut Deciding<'_>, arrival: &Arrival) -> DeliveryId {
    let folder = folder(d, arrival);
    let (uidvalidity, uid) = arrival.position.unwrap_or((folder.uidvalidity, folder.last_uid + 1));
    let last_uid = if folder.uidvalidity == uidvalidity { folder.last_uid.max(uid) } else { uid };
    let role = arrival.role.unwrap_or(folder.role);
    d.change(Change::Folder(FolderRow { role, uidvalidity, last_uid, ..folder.clone() }));
    let row = DeliveryRow {
        id: d.id(),
        folder: folder.id,
        uidvalidity,
        uid,
        message: None,
        content: arrival.content,
        arrived_at: arrival.arrived_at.min(d.context.at),
        state: DeliveryState::Pending,
        event: d.context.seq,
    };
    let id = row.id;
    d.change(Change::Delivery(row));
    id
}

fn folder(d: &mut Deciding<'_>, arrival: &Arrival) -> FolderRow {
    if let Some(folder) = d.ws.folder_named(arrival.mailbox, &arrival.folder) {
        return folder.clone();
    }
    let role = d.ws.mailbox(arrival.mailbox).map_or(FolderRole::Inbox, |(_, setup)| setup.role_of(&arrival.folder));
    let (name, mailbox) = (arrival.folder.clone(), arrival.mailbox);
    FolderRow { id: d.id(), mailbox, name, role, uidvalidity: 0, last_uid: 0 }
}

/// A mail could not be read: it stays pending, and a timer tries again. One that must not be read again is quarantined at
/// once.
pub fn unreadable(d: &mut Deciding<'_>, delivery: DeliveryId, given_up: bool) {
    d.decision.delivery = Some(delivery);
    if given_up {
        d.decision.explanation.evidence.push(Evidence::ReadingGivenUp);
        return quarantine(d, delivery);
    }
    d.decision.explanation.evidence.push(Evidence::ReadingFailed { attempt: 1 });
    let timer = TimerRow {
        id: d.id(),
        due_at: d.context.at.plus(RETRY_AFTER[0]),
        kind: TimerKind::RetryMail,
        subject: delivery.0,
        attempt: 1,
        lease_until: None,
        fence: 0,
        done_at: None,
    };
    d.change(Change::Timer(timer));
}

/// The timer of a pending mail fired under `fence`: checks that the lease still holds.
pub fn check_fence(d: &Deciding<'_>, timer: TimerId, fence: i64) -> Result<TimerRow, Refusal> {
    let row = d.ws.timers.get(&timer).filter(|row| row.fence == fence && row.done_at.is_none());
    row.cloned().ok_or(Refusal::StaleFence)
}

/// A pending mail was tried again. Where `reading` says that it could not be read this time either it is quarantined after
/// the last try: kept, visible, never in the way of the mail behind it.
pub fn retried(d: &mut Deciding<'_>, timer: TimerRow, delivery: DeliveryId, reading: &Reading) {
    d.decision.delivery = Some(delivery);
    // Whoever holds the old fence comes too late from now on.
    let timer = TimerRow { fence: timer.fence + 1, ..timer };
    if reading.failure.is_none() || reading.given_up {
        d.change(Change::Timer(TimerRow { done_at: Some(d.context.at), ..timer }));
        if reading.given_up {
            unreadable(d, delivery, true);
        }
        return;
    }
    let attempt = timer.attempt + 1;
    d.decision.explanation.evidence.push(Evidence::ReadingFailed { attempt });
    let pause = usize::try_from(timer.attempt).ok().and_then(|tried| RETRY_AFTER.get(tried));
    match pause {
        Some(pause) => d.change(Change::Timer(TimerRow { attempt, due_at: d.context.at.plus(*pause), ..timer })),
        None => {
            d.change(Change::Timer(TimerRow { attempt, done_at: Some(d.context.at), ..timer }));
            quarantine(d, delivery);
        }
    }
}

fn quarantine(d: &mut Deciding<'_>, delivery: DeliveryId) {
    d.decision.kind = Some(Kind::Quarantined);
    if let Some(row) = d.ws.deliveries.get(&delivery).cloned() {
        // What somebody gave up is given up wherever it is found again.
        let given_up = copies(d, &row).iter().any(|copy| copy.state == DeliveryState::Dropped);
        let state = if given_up { DeliveryState::Dropped } else { DeliveryState::Quarantined };
        d.change(Change::Delivery(DeliveryRow { state, ..row }));
    }
}
