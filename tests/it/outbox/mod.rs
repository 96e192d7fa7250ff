//! The outbox: what becomes of a send on its way out.

mod delivering;
mod office;
mod settling;
