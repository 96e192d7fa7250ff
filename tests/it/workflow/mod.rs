//! Workflows (semantics, section 4): what they do to records, and how their definitions are edited, drawn and compared.

mod commands;
mod crash;
mod drawing;
mod editing;
mod editing_commands;
mod editing_in_force;
mod house;
mod rehearsals;
mod time;
mod triggers;
mod walks;
mod webhooks;
