//! Floor 1, pure: an event and the workspace -> Decision: routing, status rules, reopening, stage automations, loop guard.
//!
//! Every change goes through [`fold`], at once, so that the next step of the same decision sees it. What is to be sent is
//! planned here and composed elsewhere; `now` is the event's time everywhere.

mod arrival;
mod caps;
mod deciding;
mod digest;
mod effect;
mod flow;
mod fold;
mod hand;
mod outbox;
mod people;
mod preview;
mod quarantine;
mod queued;
mod receive;
mod record;
mod review;
mod rules;
mod send;
mod setup;
mod stage;
mod ticket;
mod undelivered;

pub use arrival::{MailInput, arrival};
pub use caps::counts_since as automatic_since;
pub use deciding::{Context, Deciding};
pub use digest::digest;
pub use flow::{
    Rehearsal, check_step, comment, enrol_by_hand, fire, lease_webhooks, rehearse, remove, retry, view,
    webhook_answered,
};
pub use fold::fold;
pub use hand::{merge, move_record, open};
pub use outbox::{dispatched, lapse, lease, order, release};
pub use preview::preview;
pub use quarantine::{drop_quarantined, retry_quarantined, settle_copies};
pub use queued::{Composed, note_failure, queued};
pub use receive::{check_fence, receive, retried, unreadable};
pub use record::{associate, check_record, create, finish_task, note, set_properties};
pub use review::review;
pub use rules::{RuleInput, Ruling, SAME_TIME, ThreadStanding, apply as apply_rules};
pub use send::{MOST_ATTACHED, Refusal, send};
pub use setup::{Objection, check_role, check_setup, objections, setup};
pub use undelivered::clear_bounce;
