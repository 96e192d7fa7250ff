//! Workflows (semantics, section 4).

mod crash;
mod drawing;
mod editing;
mod editing_in_force;
mod house;
mod rehearsals;
mod time;
mod triggers;
mod walks;
mod webhooks;
