//! The outbox: what becomes of a send on its way out.

mod delivering;
mod digests;
mod kill;
mod loops;
mod office;
mod settling;
mod sink;
mod unsubscribing;
