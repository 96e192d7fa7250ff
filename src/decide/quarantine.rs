//! Quarantine: what a person does about a mail that could not be read.

use super::deciding::Deciding;
use super::refusal::Refusal;
use crate::domain::*;

/// A user had a quarantined mail read again. Where it failed once more it stays where it is; where it did not, it is
/// decided as if it had just been read: gives its content then.
pub fn retry_quarantined(
    d: &mut Deciding<'_>,
    delivery: DeliveryId,
    reading: &Reading,
) -> Result<Option<ContentId>, Refusal> {
    let row = quarantined(d, delivery)?;
    d.decision.explanation.evidence.push(Evidence::ReadAgain { user: d.context.actor });
    if reading.failure.is_some() {
        d.decision.kind = Some(Kind::Quarantined);
        return Ok(None);
    }
    d.change(Change::Delivery(DeliveryRow { state: DeliveryState::Pending, ..row.clone() }));
    Ok(Some(row.content))
}

/// What is known of a mail once it could be read holds for all the same content that could not: further deliveries of it.
pub fn settle_copies(d: &mut Deciding<'_>, delivery: DeliveryId) {
    let (Some(row), Some(message)) = (d.ws.deliveries.get(&delivery).cloned(), d.decision.message) else { return };
    let ours = d.ws.messages.get(&message).is_some_and(|message| message.delivery.is_none());
    let state = if ours { DeliveryState::Echo } else { DeliveryState::Duplicate };
    for copy in copies(d, &row) {
        d.change(Change::Delivery(DeliveryRow { message: Some(message), state, ..copy }));
    }
}

/// A user gives a quarantined mail up, with all the same content: its bytes are kept, and nobody is asked about it any more.
pub fn drop_quarantined(d: &mut Deciding<'_>, delivery: DeliveryId) -> Result<(), Refusal> {
    let row = quarantined(d, delivery)?;
    d.decision.explanation.evidence.push(Evidence::GivenUpByUser { user: d.context.actor });
    let copies = copies(d, &row);
    for row in std::iter::once(row).chain(copies) {
        d.change(Change::Delivery(DeliveryRow { state: DeliveryState::Dropped, ..row }));
    }
    Ok(())
}

/// The other deliveries of a content that could not be read.
pub(super) fn copies(d: &Deciding<'_>, row: &DeliveryRow) -> Vec<DeliveryRow> {
    let unread = |other: &&DeliveryRow| {
        let state = matches!(other.state, DeliveryState::Quarantined | DeliveryState::Dropped);
        state && other.message.is_none() && other.content == row.content && other.id != row.id
    };
    d.ws.deliveries.iter().filter(unread).cloned().collect()
}

fn quarantined(d: &mut Deciding<'_>, delivery: DeliveryId) -> Result<DeliveryRow, Refusal> {
    let row = d.ws.deliveries.get(&delivery).filter(|row| row.state == DeliveryState::Quarantined).cloned();
    d.decision.delivery = row.as_ref().map(|row| row.id);
    row.ok_or(Refusal::NotQuarantined)
}
