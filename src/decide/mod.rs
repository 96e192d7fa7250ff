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
mod objection;
mod outbox;
mod people;
mod permission;
mod preview;
mod quarantine;
mod queued;
mod receive;
mod record;
mod refusal;
mod review;
mod rules;
mod send;
mod setup;
mod stage;
mod stage_use;
mod ticket;
mod undelivered;

pub use arrival::{MailInput, arrival};
pub use caps::counts_since as automatic_since;
pub use deciding::{Context, Deciding};
pub use digest::digest;
pub use flow::{
    Rehearsal, check_step, comment, enrol_by_hand, fire, lease_webhooks, rehearse, remove, retry, webhook_answered,
};
pub use fold::fold;
pub use hand::{merge, move_record, open};
pub use objection::{Counted, Objection, doubtful_properties, objections};
pub use outbox::{dispatched, lapse, lease, order, release};
pub use permission::{Operation, check, check_change, operations_of};
pub use preview::preview;
pub use quarantine::{drop_quarantined, retry_quarantined, settle_copies};
pub use queued::{Composed, note_failure, queued};
pub use receive::{check_fence, receive, retried, unreadable};
pub use record::{associate, check_record, create, finish_task, note, set_properties};
pub use refusal::Refusal;
pub use review::review;
pub use rules::{RuleInput, Ruling, SAME_TIME, ThreadStanding, apply as apply_rules};
pub use send::{MOST_ATTACHED, send};
pub use setup::{SetupChange, check_setup, setup};
pub use stage_use::{StageUse, uses_of_stage};
pub use undelivered::clear_bounce;
