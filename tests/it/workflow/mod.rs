//! Workflows (semantics, section 4).

mod editing_in_force;
mod house;
mod time;
mod triggers;
mod walks;
