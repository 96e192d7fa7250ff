//! The outbox: what becomes of a send on its way out.

mod delivering;
mod kill;
mod loops;
mod office;
mod settling;
mod sink;
