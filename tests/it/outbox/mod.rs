//! The outbox: what becomes of a send on its way out.

mod commands;
mod delivering;
mod digests;
mod kill;
mod loops;
pub mod office;
mod settling;
pub mod sink;
mod unsubscribing;
