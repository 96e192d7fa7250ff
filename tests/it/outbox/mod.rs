//! The outbox: what becomes of a send on its way out.

mod delivering;
mod kill;
mod office;
mod settling;
mod sink;
