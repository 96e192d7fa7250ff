//! Quarantine: what a person does about a mail that could not be read.

use super::deciding::Deciding;
use super::send::Refusal;
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

/// A user gives a quarantined mail up: its bytes are kept, and nobody is asked about it any more.
pub fn drop_quarantined(d: &mut Deciding<'_>, delivery: DeliveryId) -> Result<(), Refusal> {
    let row = quarantined(d, delivery)?;
    d.decision.explanation.evidence.push(Evidence::GivenUpByUser { user: d.context.actor });
    d.change(Change::Delivery(DeliveryRow { state: DeliveryState::Dropped, ..row }));
    Ok(())
}

fn quarantined(d: &mut Deciding<'_>, delivery: DeliveryId) -> Result<DeliveryRow, Refusal> {
    let row = d.ws.deliveries.get(&delivery).filter(|row| row.state == DeliveryState::Quarantined).cloned();
    d.decision.delivery = row.as_ref().map(|row| row.id);
    row.ok_or(Refusal::NotQuarantined)
}
